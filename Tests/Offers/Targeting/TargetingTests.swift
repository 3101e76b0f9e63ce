import Offers
import Shop
import Testing

@Suite struct TargetingTests {
  typealias Fixture = TargetingFixture

  @Test func theBestMembersGetTheBudget() throws {
    let policy = try Fixture.policy(more: [Fixture.prior(0.2, 0.1)])
    let members = [
      Fixture.member(3, probability: 0.2), Fixture.member(1, probability: 0.3),
      Fixture.member(2, probability: 0.99), Fixture.member(4, probability: 0.2, isHeldOut: true),
      Fixture.member(5, probability: 0.2, value: 60_000, margin: 24_000),
      Fixture.member(6, probability: 0),
    ]
    let plan = Fixture.plan(members, [PolicyHeadroom(policy: policy)], budget: 2_500)
    #expect(plan.assignments.map(\.customer) == [5, 3])
    #expect(plan.considered == 6)
    #expect(plan.holdout == 1)
    #expect(plan.none == 3)
    #expect(
      plan.withheldByCode.map { "\($0.code) \($0.count)" } == [
        "budget 1", "holdout 1", "no_uplift 2",
      ])
    #expect(plan.spentExposure == 2_000)
    #expect(plan.spentExpected == plan.assignments.reduce(0) { $0 + $1.cost })
    #expect(plan.value == Double(plan.assignments.reduce(0) { $0 + $1.incrementalMargin }))
    #expect(plan.upperBound == plan.value)
    #expect(plan.gap == 0)
    #expect(plan.assignments[0].basis == .prior)
  }

  @Test func becauseSpeaksOfTheShopsFacts() throws {
    let policy = try Fixture.policy(more: [Fixture.prior(0.2, 0.1)])
    let member = Fixture.member(1, probability: 0.2, sensitivity: 0.21)
    let plan = Fixture.plan([member], [PolicyHeadroom(policy: policy)])
    #expect(
      plan.assignments[0].because == [
        "ordered 31 times, every 11 days, last 12 days ago, buys on discount 21 % of the time",
        "expected to order within 30 days: 20 % without the coupon, 30 % with it",
      ])
  }

  @Test func everyReasonIsNamed() throws {
    let prior = Fixture.prior(0.2, 0.1)
    func reason(
      _ more: [Value.Member], gives: Value = Fixture.amount(1000),
      _ adjust: (inout PolicyHeadroom) -> Void = { _ in }, budget: Int64? = nil, limit: Int? = nil
    ) throws -> [String] {
      var headroom = PolicyHeadroom(policy: try Fixture.policy(gives: gives, more: more + [prior]))
      adjust(&headroom)
      let plan = Fixture.plan(
        [Fixture.member(1, probability: 0.2)], [headroom], budget: budget, limit: limit)
      #expect(plan.none + plan.assignments.count == 1)
      #expect(plan.withheld.values.reduce(0, +) == plan.none)
      return plan.withheldByCode.map(\.code)
    }
    func object(_ name: String, _ member: String, _ value: Value) -> [Value.Member] {
      [.init(name: name, value: .object([.init(name: member, value: value)]))]
    }
    #expect(try reason([]) == [])
    #expect(try reason(object("when", "from", .string("2026-03-03"))) == ["not_started"])
    #expect(try reason(object("when", "until", .string("2026-03-01"))) == ["expired"])
    #expect(try reason(object("for", "number", .integer(2))) == ["not_for_customer"])
    #expect(try reason(object("for", "number", .integer(1))) == [])
    #expect(try reason([], { $0.totalLeft = 0 }) == ["limit_total"])
    #expect(try reason([], { $0.totalLeft = -3 }) == ["limit_total"])
    #expect(try reason([], { $0.budgetLeft = 999 }) == ["budget"])
    #expect(try reason([], { $0.budgetLeft = -999 }) == ["budget"])
    #expect(try reason([], { $0.refusal = { _ in .limitPerCustomer } }) == ["limit_per_customer"])
    #expect(try reason([], { $0.refusal = { _ in .limitPerPeriod } }) == ["limit_per_period"])
    #expect(try reason([], budget: 999) == ["budget"])
    #expect(try reason([], budget: 1000) == [])
    #expect(try reason([], limit: 0) == ["limit"])
    #expect(try reason([], limit: -1) == ["limit"])
    #expect(try reason([], gives: Fixture.percent(5), budget: 100_000) == ["budget"])
    #expect(try reason([], gives: Fixture.percent(5)) == [])
    #expect(try reason(object("guard", "margin_floor_percent", .integer(38))) == ["margin_floor"])
    #expect(try reason(object("guard", "margin_floor_percent", .integer(37))) == [])
    #expect(Fixture.plan([Fixture.member(1, probability: 0.2)], []).withheld == [.noPolicy: 1])
    #expect(Fixture.plan([], []).considered == 0)
  }

  @Test func customersNamedTwiceAreConsideredOnce() throws {
    let policy = try Fixture.policy(more: [Fixture.prior(0.2, 0.1)])
    let member = Fixture.member(1, probability: 0.2)
    let plan = Fixture.plan([member, member], [PolicyHeadroom(policy: policy)])
    #expect(plan.considered == 1)
    #expect(plan.assignments.count == 1)
  }

  @Test func totalsThatRunOutAreNamed() throws {
    let policy = try Fixture.policy(more: [Fixture.prior(0.2, 0.1)])
    let members = (1...5).map { Fixture.member(Int32($0), probability: 0.2) }
    let plan = Fixture.plan(members, [PolicyHeadroom(policy: policy, totalLeft: 2)])
    #expect(plan.assignments.map(\.customer) == [1, 2])
    #expect(plan.withheld == [.limitTotal: 3])
  }
}
