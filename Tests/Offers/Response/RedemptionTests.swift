import Offers
import Shop
import TestSupport
import Testing

@Suite struct RedemptionTests {
  typealias Fixture = TargetingFixture
  private let start = Fixture.now

  private func policy(_ id: String = "p", _ redemption: Double = 0.5) throws -> Policy {
    let days = Value.object([.init(name: "valid_days", value: .integer(10))])
    return try Fixture.policy(
      id, more: [Fixture.prior(redemption, 0.1), .init(name: "when", value: days)])
  }

  /// A ledger in which each customer got so many coupons, one every twenty days, and redeemed some.
  private func ledger(
    _ customers: [(id: String, given: Int, redeemed: Int)]
  ) throws -> CouponLedger {
    var ledger = CouponLedger()
    if case .accepted(let fact) = try ledger.preparePolicy(policy()) { ledger.apply(fact) }
    let facts = PricingFacts(items: ItemTable(), settings: ShopSettings())
    for round in 0..<(customers.map(\.given).max() ?? 0) {
      let time = start.advanced(byDays: Double(20 * round))
      for customer in customers where round < customer.given {
        let code = "\(customer.id)-\(round)"
        let issue = ledger.prepareIssue(
          [.init(customer: customer.id, policy: "p")], at: time, zone: .utc,
          profile: { _ in Value?.none }, makeCode: { code })
        for fact in issue.facts { ledger.apply(fact) }
        guard round < customer.redeemed else { continue }
        let use = CouponLedger.Use(
          customer: customer.id, order: "o-" + code,
          cart: Cart(lines: [Cart.Line(item: "a", quantity: 1, unitPrice: 5_000)]), codes: [code])
        ledger.apply(
          try ledger.prepareRedeem(use, at: time.advanced(byDays: 5), facts: facts).fact)
      }
    }
    return ledger
  }

  @Test func whatWasRedeemedIsCountedBesideWhatWasToBeExpected() throws {
    let ledger = try ledger([("ann", 2, 2), ("bob", 2, 0), ("cyd", 1, 1)])
    let history = RedemptionHistory(ledger, at: start.advanced(byDays: 100))
    // Five coupons, three redeemed, and two coupons' worth of one half: a rate of 4 / 7.
    let rate = 4.0 / 7
    let ann = try #require(
      history.record(of: "ann", before: start.advanced(byDays: 100)))
    let bob = try #require(
      history.record(of: "bob", before: start.advanced(byDays: 100)))
    #expect(ann.given == 2 && ann.redeemed == 2 && abs(ann.expected - 2 * rate) < 1e-12)
    #expect(bob.given == 2 && bob.redeemed == 0 && abs(bob.expected - 2 * rate) < 1e-12)
    let weight = history.weight
    #expect(abs(ann.factor - (2 + weight) / (2 * rate + weight)) < 1e-12)
    #expect(ann.factor > 1 && bob.factor < 1 && bob.factor > 0)
    #expect(history.record(of: "dan", before: start.advanced(byDays: 100)) == nil)
    // What came later was not known then: five of ten days are over, and nothing was used.
    let early = try #require(history.record(of: "ann", before: start.advanced(byDays: 4)))
    #expect(early.given == 1 && early.redeemed == 0)
    #expect(abs(early.expected - rate * 0.4) < 1e-12)
    #expect(history.record(of: "ann", before: start) == nil)
  }

  @Test func couponsThatAreTakenBackWereNeverGiven() throws {
    var ledger = try ledger([("ann", 2, 0)])
    for fact in ledger.prepareVoid(["ann-1"], at: start.advanced(byDays: 21)).facts {
      ledger.apply(fact)
    }
    let history = RedemptionHistory(ledger, at: start.advanced(byDays: 100))
    #expect(history.record(of: "ann", before: start.advanced(byDays: 100))?.given == 1)
  }

  @Test func whoNeverUsesCouponsIsNotBroughtByOne() throws {
    let policy = try policy("p", 0.15)
    var member = Fixture.member(1, probability: 0.2)
    let plain = MemberResponse(of: policy, on: member, days: 10, responses: ResponseBook())
    #expect(plain == MemberResponse(of: policy, on: member, days: 10) && !plain.isPersonal)
    member.redemptions = RedemptionRecord(given: 20, redeemed: 0, expected: 10, factor: 0.01)
    let never = MemberResponse(of: policy, on: member, days: 10, responses: ResponseBook())
    #expect(never.isPersonal && never.redemption < 0.01)
    #expect(never.orderWith - never.orderWithout <= never.redemption + 1e-4)
    let reasons = member.because(never, days: 10)
    #expect(reasons[0].hasSuffix("redeemed 0 of 20 coupons"))
    #expect(reasons.contains { $0.contains("customers redeem 10 of such 20 on average") })
    member.redemptions?.factor = 3
    let often = MemberResponse(of: policy, on: member, days: 10, responses: ResponseBook())
    #expect(often.redemption > plain.redemption && often.redemption <= often.orderWith + 1e-4)
    #expect(often.orderWith == plain.orderWith, "who uses more is not thereby brought more")
  }

  /// Decisions whose coupons are used the likelier the more the customer spends and used before.
  private func book(
    _ policies: [Policy], count: Int32, seed: UInt64, at now: Instant,
    matters: Bool = true
  ) -> (book: ResponseBook, redeemed: Int) {
    var numbers = SeededGenerator(seed: seed)
    var decisions = DecisionTable()
    var factors: [Int32: Double] = [:]
    var uses: Set<String> = []
    for customer in 0..<count {
      let value = Int64.random(in: 1_000...100_000, using: &numbers)
      let factor = Double.random(in: 0.3...3, using: &numbers)
      factors[customer] = factor
      let chance = matters ? 0.1 * factor * (value > 50_000 ? 1.6 : 0.4) : 0.1
      if Double.random(in: 0..<1, using: &numbers) < chance { uses.insert("code\(customer)") }
      decisions.add(
        Decision(
          customer: "c\(customer)", policy: policies[0].id, version: 1, arm: .given,
          code: "code\(customer)", time: start, days: 10, base: 0.5, shape: 0.5, redemption: 0.1,
          discount: 1_000, tier: nil,
          traits: .init(
            orders: 3, value: value, sensitivity: 0.1, silentDays: 10, gapDays: 20)),
        customer: customer)
    }
    let evidence = decisions.evidence(
      from: Viewpoint(asOf: now), policies: policies,
      record: { customer, _ in
        RedemptionRecord(given: 5, redeemed: 1, expected: 1, factor: factors[customer]!)
      }, realised: { uses.contains($0) ? 900 : nil }, ordered: { _, _, _ in true })
    return (ResponseBook(evidence, policies: policies), uses.count)
  }

  private func redemption(
    _ book: ResponseBook, _ policy: Policy, value: Int64, factor: Double
  ) -> Double {
    var member = Fixture.member(1, probability: 0.5, value: value)
    member.redemptions = RedemptionRecord(given: 5, redeemed: 1, expected: 1, factor: factor)
    return MemberResponse(
      of: policy, on: member, days: 10,
      estimate: book.estimate(of: policy, tier: nil, sensitivity: 0.1), responses: book
    ).redemption
  }

  @Test func whatTellsOfRedemptionIsLearnedAndGoesForANewPolicyToo() throws {
    let (known, fresh) = (try policy("p", 0.15), try policy("new", 0.15))
    let (book, _) = book(
      [known, fresh], count: 4_000, seed: 3, at: start.advanced(byDays: 11))
    #expect(book.hasLearnedRedemption)
    for policy in [known, fresh] {
      let (low, high) = (
        redemption(book, policy, value: 5_000, factor: 1),
        redemption(book, policy, value: 90_000, factor: 1)
      )
      #expect(high > 2 * low, "\(low) \(high)")
      #expect(
        redemption(book, policy, value: 90_000, factor: 2.5)
          > 1.5 * redemption(book, policy, value: 90_000, factor: 0.5))
    }
  }

  @Test func aFewCouponsAreNotLearnedFrom() throws {
    let policy = try policy()
    let (few, _) = book([policy], count: 150, seed: 3, at: start.advanced(byDays: 11))
    #expect(!few.hasLearnedRedemption)
  }

  @Test func couponsThatAreStillOutCountByTheDaysThatAreOver() throws {
    let policy = try policy("p", 0.15)
    let (early, _) = book([policy], count: 4_000, seed: 9, at: start.advanced(byDays: 5))
    // The same uses in half of the time: as if there were twice as many.
    let (late, _) = book([policy], count: 4_000, seed: 9, at: start.advanced(byDays: 11))
    let (half, whole) = (
      redemption(early, try self.policy("new", 0.15), value: 90_000, factor: 1),
      redemption(late, try self.policy("new", 0.15), value: 90_000, factor: 1)
    )
    #expect(half > 1.3 * whole, "\(half) \(whole)")
    let (none, _) = book([policy], count: 4_000, seed: 9, at: start.advanced(byDays: 1))
    #expect(!none.hasLearnedRedemption, "a tenth of the days tells nothing")
  }
}
