import Offers
import Shop
import TestSupport
import Testing

@Suite struct TargetRequestTests {
  typealias Fixture = TargetingFixture

  private func shop(_ seed: UInt64) throws -> (members: [MemberSignal], policies: [PolicyHeadroom])
  {
    var numbers = SeededGenerator(seed: seed)
    let members = (0..<400).map { number in
      var member = Fixture.member(
        Int32(number), probability: Double.random(in: 0...0.8, using: &numbers),
        value: Int64.random(in: 10_000...50_000, using: &numbers),
        margin: Int64.random(in: 5_000...20_000, using: &numbers),
        isHeldOut: Int.random(in: 0..<10, using: &numbers) == 0)
      member.tier = ["high", "low"][Int.random(in: 0..<2, using: &numbers)]
      member.channel = ["store", "app", nil][Int.random(in: 0..<3, using: &numbers)]
      member.isLapsing = Bool.random(using: &numbers)
      return member
    }
    let policies = try [("a", 800), ("b", 1_500)].map { id, amount in
      PolicyHeadroom(
        policy: try Fixture.policy(
          id, gives: Fixture.amount(Int64(amount)),
          more: [Fixture.prior(0.2, Double(amount) / 6_000)]))
    }
    return (members, policies)
  }

  @Test(arguments: UInt64(1)...6)
  func quotasBindThoseTheySpeakOf(seed: UInt64) throws {
    let (members, policies) = try shop(seed)
    let free = Fixture.plan(members, policies)
    let plan = Fixture.plan(members, policies) { request in
      request.quotas = [
        .init(policies: ["b"], atMost: 20), .init(tiers: ["high"], budget: 30_000),
        .init(policies: ["a"], channels: ["store"], atMost: 7),
      ]
    }
    let byCustomer = Dictionary(uniqueKeysWithValues: members.map { ($0.customer, $0) })
    func given(_ plan: TargetPlan, where counts: (TargetPlan.Assignment) -> Bool) -> [TargetPlan
      .Assignment]
    {
      plan.assignments.filter(counts)
    }
    #expect(given(plan) { $0.policy == "b" }.count <= 20)
    let high = given(plan) { byCustomer[$0.customer]!.tier == "high" }
    #expect(high.reduce(0) { $0 + $1.exposure } <= 30_000)
    let store = { (entry: TargetPlan.Assignment) in
      entry.policy == "a" && byCustomer[entry.customer]!.channel == "store"
    }
    #expect(given(plan, where: store).count <= 7)
    #expect(given(free) { $0.policy == "b" }.count > 20, "the quota binds")
    #expect(plan.value <= free.value && plan.upperBound >= plan.value)
    #expect(plan.gap < 0.01, "\(plan.gap)")
    #expect((plan.withheld[.quota] ?? 0) > 0)
    #expect(plan.withheld.values.reduce(0, +) == plan.none + plan.holdout)
  }

  @Test func minimumsAreMetOrSaidToBeMissed() throws {
    let (members, policies) = try shop(3)
    let free = Fixture.plan(members, policies, limit: 60)
    let tiers = Dictionary(uniqueKeysWithValues: members.map { ($0.customer, $0.tier) })
    let low = free.assignments.count { tiers[$0.customer] == "low" }
    let plan = Fixture.plan(members, policies, limit: 60) { request in
      request.quotas = [.init(tiers: ["low"], atLeast: Int64(low + 10))]
    }
    #expect(plan.assignments.count { tiers[$0.customer] == "low" } >= low + 10)
    #expect(plan.shortfalls.isEmpty)
    #expect(plan.value < free.value && plan.upperBound >= plan.value && plan.gap < 0.02)
    let impossible = Fixture.plan(members, policies, limit: 60) { request in
      request.quotas = [.init(tiers: ["low"], atLeast: 100)]
    }
    #expect(impossible.shortfalls.map(\.quota) == [0] && impossible.shortfalls[0].missing == 40)
    #expect(impossible.assignments.count == 60)
  }

  @Test func anExpectedBudgetReachesFurther() throws {
    let (members, policies) = try shop(5)
    let worst = Fixture.plan(members, policies, budget: 40_000)
    let expected = Fixture.plan(members, policies, budget: 40_000) { $0.measure = .expected }
    #expect(worst.spentExposure <= 40_000)
    #expect(expected.spentExpected <= 40_000 && expected.spentExposure > 40_000)
    #expect(expected.assignments.count > worst.assignments.count)
    // A policy's own budget is on worst cases all the same.
    var own = policies
    own[0].budgetLeft = 8_000
    own[1].budgetLeft = 0
    let bound = Fixture.plan(members, own, budget: 40_000) { $0.measure = .expected }
    #expect(bound.assignments.count == 10 && bound.spentExposure == 8_000)
  }

  @Test func objectivesAreWhatTheyAreCalled() throws {
    let (members, policies) = try shop(7)
    let lapsing = Set(members.filter(\.isLapsing).map(\.customer))
    func plan(_ objective: TargetRequest.Objective) -> TargetPlan {
      Fixture.plan(members, policies, budget: 40_000) { $0.objective = objective }
    }
    let margin = plan(.incrementalMargin)
    let uses = plan(.redemptions)
    let back = plan(.reactivations)
    let revenue = plan(.revenue)
    func sum(_ plan: TargetPlan, _ value: (TargetPlan.Assignment) -> Double) -> Double {
      plan.assignments.reduce(0) { $0 + value($1) }
    }
    func lift(_ entry: TargetPlan.Assignment) -> Double {
      entry.response.orderWith - entry.response.orderWithout
    }
    #expect(abs(uses.value - sum(uses) { $0.redemption }) < 1e-6)
    #expect(uses.value > sum(margin) { $0.redemption })
    #expect(abs(back.value - sum(back, lift)) < 1e-3)
    #expect(back.assignments.allSatisfy { lapsing.contains($0.customer) })
    #expect(
      back.value > sum(margin) { lapsing.contains($0.customer) ? lift($0) : 0 })
    #expect(margin.value >= sum(revenue) { Double($0.incrementalMargin) })
    for plan in [margin, uses, back, revenue] {
      #expect(plan.upperBound >= plan.value && plan.gap < 0.02, "\(plan.gap)")
      #expect(plan.assignments.allSatisfy { $0.incrementalMargin > 0 })
    }
  }

  @Test func theHeldOutChooseAsTheOthersWould() throws {
    let (members, policies) = try shop(9)
    let held = Set(members.filter(\.isHeldOut).map(\.customer))
    for budget in [nil, Int64(60_000)] {
      let plan = Fixture.plan(members, policies, budget: budget)
      #expect(!plan.held.isEmpty && plan.held.allSatisfy { held.contains($0.customer) })
      // Were nobody held out, nearly the same of them would get nearly the same.
      var all = members
      for index in all.indices { all[index].isHeldOut = false }
      let scale = Double(all.count) / Double(all.count - held.count)
      let open = Fixture.plan(all, policies, budget: budget.map { Int64(Double($0) * scale) })
      let would = Dictionary(
        uniqueKeysWithValues: open.assignments.filter { held.contains($0.customer) }
          .map { ($0.customer, $0.policy) })
      let ghosts = Dictionary(uniqueKeysWithValues: plan.held.map { ($0.customer, $0.policy) })
      let agreeing = held.count { would[$0] == ghosts[$0] }
      #expect(agreeing * 10 >= held.count * 9, "\(agreeing) of \(held.count)")
    }
  }

  /// Over many draws each customer gets each of what is open to them, nothing among it, as often
  /// as the propensities say: the sum of one over the propensity of what came, over the draws, is
  /// their number.
  @Test(arguments: [400, 250])
  func propensitiesAreHowOftenThingsHappen(limit: Int) throws {
    let (members, policies) = try shop(11)
    let share = 0.4
    let rounds = 600
    var numbers = SeededGenerator(seed: 5)
    // By customer and policy, "" for nothing.
    var sums: [Int32: [String: Double]] = [:]
    for _ in 0..<rounds {
      let drawing = members.map { member in
        var member = member
        let explores = Double.random(in: 0..<1, using: &numbers) < share
        member.draw = explores ? numbers.next() : nil
        return member
      }
      let plan = Fixture.plan(drawing, policies, limit: limit) {
        $0.exploration = .init(share: share, seed: "")
      }
      let isHeldOut = Set(members.filter(\.isHeldOut).map(\.customer))
      let given = plan.assignments.map { ($0.customer, $0.policy, $0.propensity) }
      // Who drew nothing and would have got something is among the held.
      let none =
        plan.held.filter { !isHeldOut.contains($0.customer) }
        .map { ($0.customer, "", $0.propensity) }
        + plan.passed.map { ($0.customer, "", $0.propensity) }
      #expect(Set((given + none).map(\.0)).count == given.count + none.count)
      #expect(plan.passed.isEmpty == (limit == members.count))
      for (customer, choice, propensity) in given + none {
        sums[customer, default: [:]][choice, default: 0] += 1 / propensity
      }
    }
    var choices: [String: [Double]] = [:]
    for sum in sums.values {
      #expect(sum.count >= 2, "something and nothing")
      for (choice, value) in sum { choices[choice, default: []].append(value / Double(rounds)) }
    }
    // The deviation of one estimate is at most sqrt((m + 1) / (e x rounds)), some 0.11.
    for (choice, values) in choices {
      let mean = values.reduce(0, +) / Double(values.count)
      #expect(values.count > 20 && abs(mean - 1) < 0.02, "\(choice) \(mean)")
      #expect(values.allSatisfy { abs($0 - 1) < 0.6 }, "\(choice)")
    }
  }

  @Test func whoExploresDrawsEvenlyAndWithinTheBounds() throws {
    var (members, policies) = try shop(11)
    var numbers = SeededGenerator(seed: 3)
    members = (0..<12).flatMap { copy in
      members.map { member in
        var member = member
        member.customer += Int32(copy) * 400
        member.draw = Bool.random(using: &numbers) ? numbers.next() : nil
        return member
      }
    }
    policies[0].totalLeft = 900
    let plan = Fixture.plan(members, policies, limit: 3_000) {
      $0.exploration = .init(share: 0.5, seed: "")
    }
    let drawers = Set(members.filter { $0.draw != nil && !$0.isHeldOut }.map(\.customer))
    let explored = plan.assignments.filter(\.isExplored)
    #expect(explored.allSatisfy { drawers.contains($0.customer) })
    #expect(plan.assignments.allSatisfy { $0.isExplored == drawers.contains($0.customer) })
    #expect(plan.assignments.count { $0.policy == "a" } <= 900)
    #expect(plan.assignments.count <= 3_000)
    #expect(plan.assignments.allSatisfy { $0.incrementalMargin > 0 })
    for assignment in plan.assignments {
      // None to two policies with room: a half over one to three, and for what would have been
      // chosen anyway, such as all that was not drawn, the other half too.
      let parts = [0.5, 0.25, 0.5 / 3]
      let best = parts.contains { abs($0 + 0.5 - assignment.propensity) < 1e-9 }
      let other = parts.contains { abs($0 - assignment.propensity) < 1e-9 }
      #expect(best || assignment.isExplored && other, "\(assignment.propensity)")
    }
    let byPolicy = (
      a: explored.count { $0.policy == "a" }, b: explored.count { $0.policy == "b" },
      none: plan.withheld[.explored] ?? 0
    )
    #expect(byPolicy.none > 300 && byPolicy.a > 200 && byPolicy.b > 300, "\(byPolicy)")
    #expect(plan.withheld.values.reduce(0, +) == plan.none + plan.holdout)
    #expect(plan.considered == members.count)
  }
}
