import Offers
import Shop
import Testing

@Suite struct ResponseBookTests {
  typealias Fixture = TargetingFixture
  private let start = Fixture.now
  private let later = Fixture.now.advanced(byDays: 31)

  private func policy(_ id: String = "p", _ percent: Int64 = 10) throws -> Policy {
    try Fixture.policy(
      id, gives: Fixture.percent(percent, cap: 5_000), more: [Fixture.prior(0.2, 0.1)])
  }

  /// Decisions about so many members of a tier, the first of each arm of whom order.
  private func table(
    _ arms: [(policy: String, tier: String, arm: Decision.Arm, count: Int32, ordered: Int32)],
    into table: inout DecisionTable, _ orders: inout Set<Int32>
  ) {
    var customer = Int32(table.count)
    for entry in arms {
      for number in 0..<entry.count {
        let decision = Decision(
          customer: "c\(customer)", policy: entry.policy, version: 1, arm: entry.arm,
          code: entry.arm == .given ? "code\(customer)" : nil, time: start, days: 30, base: 0.2,
          shape: 1, redemption: 0.25, discount: 1_000, tier: entry.tier,
          traits: .init(
            orders: 3, value: 30_000, sensitivity: 0.1, silentDays: 10, gapDays: 20))
        table.add(decision, customer: customer)
        if number < entry.ordered { orders.insert(customer) }
        customer += 1
      }
    }
  }

  private func book(
    _ policies: [Policy], at moment: Instant? = nil, uses: [String: Int64] = [:],
    _ arms: [(policy: String, tier: String, arm: Decision.Arm, count: Int32, ordered: Int32)]
  ) -> ResponseBook {
    var decisions = DecisionTable()
    var orders: Set<Int32> = []
    table(arms, into: &decisions, &orders)
    let evidence = decisions.evidence(
      from: Viewpoint(asOf: moment ?? later), policies: policies, realised: { uses[$0] }
    ) { customer, after, until in
      #expect(after == start && until == start.advanced(byDays: 30))
      return orders.contains(customer)
    }
    return ResponseBook(evidence, policies: policies)
  }

  @Test func withoutOutcomesThePriorStands() throws {
    let policy = try policy()
    let empty = book([policy], [])
    #expect(
      empty.estimate(of: policy, tier: "high", sensitivity: 0.1)
        == ResponseEstimate(priorOf: policy))
    // Outcomes that are still open say nothing.
    let open = book(
      [policy], at: start.advanced(byDays: 29),
      [("p", "high", .given, 500, 300), ("p", "high", .held, 500, 100)])
    #expect(!open.hasOutcomes(of: policy))
    #expect(!open.estimate(of: policy, tier: "high", sensitivity: 0.1).isObserved)
  }

  @Test func aLargeExperimentIsBelieved() throws {
    let policy = try policy()
    let book = book(
      [policy],
      [("p", "high", .given, 20_000, 6_000), ("p", "high", .held, 20_000, 5_000)])
    let estimate = book.estimate(of: policy, tier: "high", sensitivity: 0.1)
    // 30 % against 25 %, all reached: five points, where ten were expected.
    #expect(abs(estimate.uplift - 0.05) < 0.001)
    #expect(estimate.isObserved && estimate.weight > 0.99)
    #expect(estimate.given.count == 20_000 && estimate.given.ordered == 6_000)
    #expect(estimate.held.count == 20_000 && estimate.held.ordered == 5_000)
    // sqrt(0.2 x (1/20000 + 1/20000)) is 0.0045
    #expect(abs(estimate.doubt.squareRoot() - 0.0045) < 0.0005)
  }

  @Test func aHandfulOfOutcomesHardlyMovesThePrior() throws {
    let policy = try policy()
    let book = book([policy], [("p", "high", .given, 3, 0), ("p", "high", .held, 1, 1)])
    let estimate = book.estimate(of: policy, tier: "high", sensitivity: 0.1)
    #expect(!estimate.isObserved)
    #expect(estimate.uplift > 0.03 && estimate.uplift < 0.1, "\(estimate.uplift)")
  }

  @Test func tiersThatDifferAreToldApart() throws {
    let policy = try policy()
    let book = book(
      [policy],
      [
        ("p", "high", .given, 8_000, 1_600), ("p", "high", .held, 4_000, 800),
        ("p", "low", .given, 8_000, 3_200), ("p", "low", .held, 4_000, 800),
      ])
    let high = book.estimate(of: policy, tier: "high", sensitivity: 0.1)
    let low = book.estimate(of: policy, tier: "low", sensitivity: 0.1)
    let other = book.estimate(of: policy, tier: "new", sensitivity: 0.9)
    #expect(abs(high.uplift) < 0.02 && abs(low.uplift - 0.2) < 0.02)
    #expect(other.uplift > high.uplift && other.uplift < low.uplift)
    #expect(other.doubt > low.doubt)
  }

  @Test func usesScaleRedemptionAndCost() throws {
    let policy = try policy()
    let uses = Dictionary(uniqueKeysWithValues: (0..<300).map { ("code\($0)", Int64(500)) })
    let book = book(
      [policy], uses: uses, [("p", "high", .given, 600, 400), ("p", "high", .held, 600, 300)])
    let estimate = book.estimate(of: policy, tier: "high", sensitivity: 0.1)
    // 300 uses where 150 were expected, at half the expected cost.
    #expect(abs(estimate.cost - 0.5) < 0.02)
    let member = Fixture.member(1, probability: 0.2)
    let prior = MemberResponse(of: policy, on: member, days: 30)
    let observed = MemberResponse(
      of: policy, on: member, days: 30, estimate: estimate, responses: book)
    // Odds of one in four times what makes 0.25 a half, capped by the orders that there are.
    let odds = prior.redemption / (1 - prior.redemption) * 3
    let likely = min(observed.orderWith, odds / (1 + odds))
    #expect(abs(observed.redemption - likely) < 0.02, "\(observed.redemption) \(likely)")
    #expect(abs(Double(observed.discount) / Double(prior.discount) - estimate.cost) < 0.01)
    #expect(observed.redemption <= observed.orderWith + 1e-4)
    #expect(observed.interval.contains(observed.incrementalMargin))
  }

  @Test func theDearerOfTwoIsNotBelievedToMoveLess() throws {
    let (small, large) = (try policy("small", 10), try policy("large", 20))
    let book = book(
      [large, small],
      [
        ("small", "high", .given, 4_000, 1_600), ("small", "high", .held, 4_000, 800),
        ("large", "high", .given, 4_000, 1_200), ("large", "high", .held, 4_000, 800),
      ])
    for sensitivity in [0.1, 0.9] {
      let low = book.estimate(of: small, tier: "high", sensitivity: sensitivity)
      let high = book.estimate(of: large, tier: "high", sensitivity: sensitivity)
      #expect(low.uplift <= high.uplift)
      #expect(abs(low.uplift - high.uplift) < 1e-12, "out of order, they are pooled")
      #expect(low.redemption <= high.redemption + 1e-12)
    }
  }

  @Test func anotherVersionIsAnotherOffer() throws {
    var policy = try policy()
    policy.version = 2
    let book = book(
      [policy], [("p", "high", .given, 500, 300), ("p", "high", .held, 500, 100)])
    #expect(!book.hasOutcomes(of: policy))
  }

  @Test func aDecisionReadsAsItWasWritten() throws {
    let decision = Decision(
      customer: "c-1", policy: "p", version: 3, arm: .given, code: "X", campaign: "spring",
      time: start, days: 13.7, base: 0.123_456_789, shape: 0.9, redemption: 0.1, discount: 500,
      propensity: 0.05, tier: nil,
      traits: .init(orders: 0, value: 0, sensitivity: -1, silentDays: -1, gapDays: 3.25))
    #expect(try Decision(decision.record) == decision)
    #expect(decision.base == 0.123_457)
    #expect(throws: RecordProblem.self) {
      try Decision(.object([.init(name: "arm", value: .string("perhaps"))]))
    }
  }

  @Test func forgettingTakesOutcomesAlong() throws {
    let policy = try policy()
    var decisions = DecisionTable()
    var orders: Set<Int32> = []
    table([("p", "high", .given, 5, 5), ("p", "high", .held, 5, 0)], into: &decisions, &orders)
    decisions.forget(customer: 3)
    #expect(decisions.count == 9)
    let evidence = decisions.evidence(
      from: Viewpoint(asOf: later), policies: [policy], realised: { _ in nil },
      ordered: { customer, _, _ in customer != 3 && orders.contains(customer) })
    #expect(evidence.policies["p"]?.values.map(\.given.count) == [4])
    #expect(evidence.control.values.map(\.count) == [5])
  }
}
