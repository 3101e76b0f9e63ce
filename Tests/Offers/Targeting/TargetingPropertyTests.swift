import Offers
import Shop
import Testing

@Suite struct TargetingPropertyTests {
  typealias Fixture = TargetingFixture

  struct Case {
    var members: [MemberSignal]
    var policies: [PolicyHeadroom]
    var budget: Int64?
    var limit: Int?

    init(seed: UInt64) throws {
      var numbers = SplitMix(state: seed)
      members = (0..<60).map { number in
        Fixture.member(
          number, probability: Double.random(in: 0...1, using: &numbers),
          value: Int64.random(in: 0...50_000, using: &numbers),
          margin: Int64.random(in: -500...30_000, using: &numbers),
          sensitivity: Bool.random(using: &numbers) ? 0.3 : nil,
          isHeldOut: Int.random(in: 0..<10, using: &numbers) == 0)
      }
      policies = []
      for index in 0..<4 {
        let uplift = Double.random(in: -0.02...0.2, using: &numbers)
        let percent = Int64.random(in: 1...30, using: &numbers)
        let amount = Int64.random(in: 1...3000, using: &numbers)
        let gives =
          index.isMultiple(of: 2)
          ? Fixture.amount(amount) : Fixture.percent(percent, cap: 2 * amount)
        let policy = try Fixture.policy(
          "p\(index)", gives: gives, more: [Fixture.prior(0.2, uplift)])
        let blocked = Int32.random(in: 0..<60, using: &numbers)
        policies.append(
          PolicyHeadroom(
            policy: policy,
            totalLeft: Bool.random(using: &numbers)
              ? Int64.random(in: 0...20, using: &numbers) : nil,
            budgetLeft: Bool.random(using: &numbers)
              ? Int64.random(in: 0...30_000, using: &numbers) : nil,
            refusal: { $0 == blocked ? .limitPerCustomer : nil }))
      }
      budget = Bool.random(using: &numbers) ? Int64.random(in: 0...60_000, using: &numbers) : nil
      limit = Bool.random(using: &numbers) ? Int.random(in: 0...40, using: &numbers) : nil
    }

    var plan: TargetPlan { Fixture.plan(members, policies, budget: budget, limit: limit) }
  }

  @Test(arguments: UInt64(1)...12)
  func noBoundIsEverExceeded(seed: UInt64) throws {
    let instance = try Case(seed: seed)
    let plan = instance.plan
    let exposure = plan.assignments.reduce(0) { $0 + $1.exposure }
    #expect(exposure == plan.spentExposure, "seed \(seed)")
    #expect(exposure <= instance.budget ?? .max, "seed \(seed)")
    #expect(plan.assignments.count <= instance.limit ?? .max, "seed \(seed)")
    #expect(Set(plan.assignments.map(\.customer)).count == plan.assignments.count)
    for headroom in instance.policies {
      let given = plan.assignments.filter { $0.policy == headroom.policy.id }
      #expect(given.count <= headroom.totalLeft ?? .max, "seed \(seed)")
      #expect(given.reduce(0) { $0 + $1.exposure } <= headroom.budgetLeft ?? .max, "seed \(seed)")
      #expect(given.allSatisfy { headroom.refusal?($0.customer) == nil }, "seed \(seed)")
    }
    #expect(plan.assignments.allSatisfy { $0.incrementalMargin > 0 }, "seed \(seed)")
    let heldOut = Set(instance.members.filter(\.isHeldOut).map(\.customer))
    #expect(plan.assignments.allSatisfy { !heldOut.contains($0.customer) }, "seed \(seed)")
    #expect(plan.holdout == heldOut.count, "seed \(seed)")
    #expect(plan.considered == plan.assignments.count + plan.none + plan.holdout, "seed \(seed)")
    #expect(plan.withheld.values.reduce(0, +) == plan.none + plan.holdout, "seed \(seed)")
    #expect(plan.value == Double(plan.assignments.reduce(0) { $0 + $1.incrementalMargin }))
    #expect(plan.upperBound >= plan.value, "seed \(seed)")
    // So few customers leave budgets that no coupon fits into; how close the choice is, the
    // knapsack's tests say.
    #expect(plan.gap < 0.08, "seed \(seed): \(plan.gap)")
    let order = plan.assignments.map { (-$0.incrementalMargin, $0.customer) }
    #expect(zip(order, order.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed)")
  }

  @Test(arguments: UInt64(1)...5)
  func theOrderOfTheInputDoesNotShow(seed: UInt64) throws {
    let instance = try Case(seed: seed)
    var shuffled = instance
    var numbers = SplitMix(state: seed &+ 1000)
    shuffled.members.shuffle(using: &numbers)
    shuffled.policies.shuffle(using: &numbers)
    #expect(instance.plan == shuffled.plan, "seed \(seed)")
  }

  @Test(arguments: UInt64(1)...4)
  func moreBudgetNeverLowersTheValue(seed: UInt64) throws {
    var instance = try Case(seed: seed)
    var value = 0.0
    for budget in stride(from: Int64(0), through: 60_000, by: 12_000) {
      instance.budget = budget
      let plan = instance.plan
      #expect(plan.value >= value, "seed \(seed), budget \(budget)")
      #expect(plan.upperBound >= value, "seed \(seed), budget \(budget)")
      value = plan.value
    }
  }

  struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }
  }
}
