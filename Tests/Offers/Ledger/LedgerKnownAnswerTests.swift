import Offers
import Shop
import Testing

struct LedgerKnownAnswerTests {
  private let facts = PricingFacts(items: ItemTable(), settings: ShopSettings())
  private let start = Instant(milliseconds: 1_767_225_600_000)

  private func later(_ hours: Int64) -> Instant {
    start.advanced(byMilliseconds: hours * 3_600_000)
  }

  private func ledger(_ policies: String...) throws -> CouponLedger {
    var ledger = CouponLedger()
    for json in policies {
      let outcome = try ledger.preparePolicy(OfferFixture.policy(json))
      guard case .accepted(let fact) = outcome else { continue }
      ledger.apply(fact)
    }
    return ledger
  }

  /// Issues one coupon and answers its code, or why not.
  private func issue(
    _ ledger: inout CouponLedger, _ policy: String, _ customer: String = "ann",
    code: String, at time: Instant? = nil
  ) -> OfferReason? {
    let result = ledger.prepareIssue(
      [.init(customer: customer, policy: policy)], at: time ?? start, zone: .utc,
      profile: { _ in Value.object([]) }, makeCode: { code })
    for fact in result.facts { ledger.apply(fact) }
    return result.refused.first?.reason
  }

  private func cart(_ price: Int64, quantity: Int64 = 1) -> Cart {
    Cart(lines: [Cart.Line(item: "a", quantity: quantity, unitPrice: price)])
  }

  private func redeem(
    _ ledger: inout CouponLedger, _ codes: [String], order: String, _ cart: Cart,
    at time: Instant? = nil, customer: String = "ann"
  ) throws(CouponLedger.Refusal) -> Quote {
    let use = CouponLedger.Use(customer: customer, order: order, cart: cart, codes: codes)
    let prepared = try ledger.prepareRedeem(use, at: time ?? start, facts: facts)
    ledger.apply(prepared.fact)
    return prepared.quote
  }

  private static let ten = #"{"id":"ten","gives":{"kind":"amount_off","amount":1000}}"#

  @Test func codesAreLongAndComparedWithoutCase() {
    let code = CouponCode.make { count in (0..<count).map { UInt8($0 * 25) } }
    #expect(code == "00CK4JV4FPBAZJ71")
    #expect(code.utf8.count == 16)
    #expect(CouponCode.normalized("  spring-10\n") == CouponCode.normalized("SPRING-10"))
    #expect(CouponCode.normalized("Straße") == CouponCode.normalized("STRASSE"))
    #expect(CouponCode.normalized("ΣΊΣΥΦΟΣ") == CouponCode.normalized("σίσυφος"))
    #expect(CouponCode.normalized("abc1") == "abc1" && CouponCode.normalized("") == "")
  }

  @Test func everyReasonOfAQuote() throws {
    var ledger = try ledger(
      Self.ten,
      #"{"id":"soon","gives":{"kind":"amount_off","amount":1},"when":{"from":"2026-01-02"}}"#,
      #"{"id":"night","gives":{"kind":"amount_off","amount":1},"when":{"hours":[["22:00","23:00"]]}}"#,
      #"{"id":"brief","gives":{"kind":"amount_off","amount":1},"when":{"valid_days":1}}"#,
      #"{"id":"large","gives":{"kind":"amount_off","amount":1},"min_spend":7000}"#,
      #"{"id":"soap","gives":{"kind":"amount_off","amount":1},"on":{"id":"soap"}}"#)
    for (policy, code) in [
      ("ten", "T1"), ("soon", "S"), ("night", "N"), ("brief", "B"), ("large", "L"),
      ("soap", "O"), ("ten", "V"), ("ten", "R"), ("ten", "H"),
    ] {
      #expect(issue(&ledger, policy, code == "H" ? "bob" : "ann", code: code) == nil)
    }
    for fact in ledger.prepareVoid(["v"], at: start).facts { ledger.apply(fact) }
    _ = try redeem(&ledger, ["r"], order: "o", cart(5_000))
    let codes = [" t1 ", "S", "N", "B", "L", "O", "V", "R", "H", "X"]
    func reasons(_ time: Instant) -> [String: OfferReason] {
      let quote = ledger.quote(
        customer: "ann", codes: codes, cart: cart(5_000), at: time, facts: facts)
      #expect(quote.applied.map(\.code).contains("T1"))
      return Dictionary(uniqueKeysWithValues: quote.notApplied.map { ($0.code, $0.reason) })
    }
    let common: [String: OfferReason] = [
      "N": .notInHours, "L": .minimumSpend, "O": .notOnItems, "V": .void, "R": .alreadyRedeemed,
      "H": .notHolder, "X": .unknownCode,
    ]
    #expect(reasons(start) == common.merging(["S": .notStarted]) { $1 })
    #expect(reasons(later(24)) == common.merging(["B": .expired]) { $1 })
    let quote = ledger.quote(
      customer: "ann", codes: ["L"], cart: cart(5_000), at: start, facts: facts)
    #expect(quote.notApplied.first?.need == .spendMore(2_000))
  }

  @Test func everythingThatIsHeldAndGuestsHoldNothing() throws {
    var ledger = try ledger(Self.ten)
    #expect(issue(&ledger, "ten", code: "A") == nil)
    #expect(issue(&ledger, "ten", code: "B") == nil)
    #expect(issue(&ledger, "ten", "", code: "C") == .notForCustomer)
    let own = ledger.quote(
      customer: "ann", codes: nil, cart: cart(5_000), at: start, facts: facts)
    #expect(own.applied.map(\.code) == ["A"] && own.total == 4_000)
    #expect(own.notApplied.map(\.code) == ["B"] && own.notApplied[0].reason == .exclusive)
    let guest = ledger.quote(
      customer: nil, codes: ["A"], cart: cart(5_000), at: start, facts: facts)
    #expect(guest.applied.isEmpty && guest.notApplied.map(\.reason) == [.notHolder])
    #expect(
      ledger.quote(customer: nil, codes: nil, cart: cart(5_000), at: start, facts: facts).total
        == 5_000)
  }

  @Test func nothingIsTakenUnlessEveryCodeCanBe() throws {
    var ledger = try ledger(
      Self.ten, #"{"id":"large","gives":{"kind":"amount_off","amount":1},"min_spend":7000}"#)
    _ = issue(&ledger, "ten", code: "A")
    _ = issue(&ledger, "large", code: "B")
    let refusal = #expect(throws: CouponLedger.Refusal.self) {
      try redeem(&ledger, ["A", "B"], order: "o", cart(5_000))
    }
    #expect(refusal?.path == "codes[1]" && refusal?.reason == "min_spend")
    #expect(refusal?.need == .spendMore(2_000))
    #expect(ledger.list(customer: "ann", at: start).map(\.state) == [.live, .live])
    let bad = #expect(throws: CouponLedger.Refusal.self) {
      try redeem(&ledger, ["A"], order: "o", cart(5_000, quantity: 0))
    }
    #expect(bad?.path == "cart.lines[0].quantity")
  }

  @Test func aReservationHoldsAndEndsByItself() throws {
    var ledger = try ledger(Self.ten)
    _ = issue(&ledger, "ten", code: "A")
    let use = CouponLedger.Use(customer: "ann", order: "o1", cart: cart(5_000), codes: ["A"])
    let first = try ledger.prepareReserve(
      use, at: start, timeToLiveSeconds: 3_600, facts: facts, makeReservation: { "r1" })
    ledger.apply(first.fact)
    #expect(first.expires == later(1) && first.quote.discount == 1_000)
    var other = use
    other.order = "o2"
    func reserve(_ ledger: CouponLedger, _ time: Instant, _ seconds: Int64 = 900) throws {
      _ = try ledger.prepareReserve(
        other, at: time, timeToLiveSeconds: seconds, facts: facts, makeReservation: { "r2" })
    }
    let refusal = #expect(throws: CouponLedger.Refusal.self) { try reserve(ledger, start) }
    #expect(refusal?.reason == "reserved" && refusal?.path == "codes[0]")
    let late = #expect(throws: CouponLedger.Refusal.self) {
      try ledger.prepareRedeem(reservation: "r1", at: later(1))
    }
    #expect(late?.reason == "expired")
    #expect(try ledger.prepareRelease(reservation: "r1", at: later(1)).released == [])
    try reserve(ledger, later(1))
    #expect(throws: CouponLedger.Refusal.self) { try reserve(ledger, later(1), 0) }
    var released = ledger
    let release = try released.prepareRelease(reservation: "r1", at: start)
    released.apply(try #require(release.fact))
    #expect(release.released == ["A"])
    #expect(released.list(customer: "ann", at: start)[0].state == .live)
    ledger.apply(try ledger.prepareRedeem(reservation: "r1", at: start).fact)
    #expect(ledger.list(customer: "ann", at: later(9))[0].state == .redeemed)
    let again = #expect(throws: CouponLedger.Refusal.self) {
      try ledger.prepareRedeem(reservation: "r1", at: start)
    }
    #expect(again?.reason == "already_redeemed")
  }

  @Test func partsOfAReturnAddUpToTheWhole() throws {
    var ledger = try ledger(
      #"{"id":"ten","gives":{"kind":"amount_off","amount":1000},"when":{"valid_days":1}}"#,
      #"{"id":"ship","gives":{"kind":"free_shipping"}}"#)
    _ = issue(&ledger, "ten", code: "A")
    _ = issue(&ledger, "ship", code: "B")
    let cart = Cart(
      lines: [
        Cart.Line(item: "a", quantity: 3, unitPrice: 999),
        Cart.Line(item: "b", quantity: 7, unitPrice: 101),
      ], shipping: 500)
    let quote = try redeem(&ledger, ["A", "B"], order: "o", cart)
    #expect(quote.discount == 1_500)
    var sum: Int64 = 0
    var time = start
    for index in [1, 0, 1, 1, 0, 1, 1, 1, 0] {
      time = time.advanced(byMilliseconds: 3_600_000)
      let part = try ledger.prepareReturn(
        order: "o", lines: [.init(index: index, quantity: 1)], at: time)
      ledger.apply(part.fact)
      sum += part.returned.discount
      #expect(part.returned.restored.isEmpty)
      #expect(ledger.totals(at: time).standing.realised == 1_500 - sum)
    }
    let over = #expect(throws: CouponLedger.Refusal.self) {
      try ledger.prepareReturn(order: "o", lines: [.init(index: 1, quantity: 2)], at: time)
    }
    #expect(over?.reason == "more_than_bought" && over?.path == "lines[0].quantity")
    #expect(ledger.hasRedemption(order: "o"))
    let last = try ledger.prepareReturn(order: "o", lines: nil, at: later(30))
    ledger.apply(last.fact)
    #expect(sum + last.returned.discount == 1_500)
    #expect(last.returned.restored == ["A", "B"] || last.returned.restored == ["B", "A"])
    #expect(!ledger.hasRedemption(order: "o"))
    let states = ledger.list(customer: "ann", at: later(30)).map(\.state)
    #expect(states == [.expired, .live], "by their own time")
    #expect(throws: CouponLedger.Refusal.self) {
      try ledger.prepareReturn(order: "o", lines: nil, at: later(30))
    }
  }

  @Test func redemptionFreesBudgetAndAReturnNeverExceedsIt() throws {
    var ledger = try ledger(
      #"{"id":"p","gives":{"kind":"percent_off","percent":50,"cap":500},"budget":1000}"#)
    #expect(issue(&ledger, "p", code: "A") == nil)
    #expect(issue(&ledger, "p", "bob", code: "B") == nil)
    #expect(issue(&ledger, "p", "cyd", code: "C") == .budget)
    #expect(try redeem(&ledger, ["A"], order: "o1", cart(400)).discount == 200)
    #expect(issue(&ledger, "p", "cyd", code: "C") == .budget)
    #expect(try redeem(&ledger, ["B"], order: "o2", cart(200), customer: "bob").discount == 100)
    #expect(issue(&ledger, "p", "cyd", code: "C") == nil)
    #expect(ledger.totals(at: start).standing.exposure == 800)
    ledger.apply(try ledger.prepareReturn(order: "o1", lines: nil, at: start).fact)
    #expect(ledger.totals(at: start).standing.exposure == 1_000)
    let quote = ledger.quote(
      customer: "ann", codes: nil, cart: cart(9_000), at: start, facts: facts)
    #expect(quote.discount == 400, "200 that came back, and 200 that were free")
  }

  @Test func asOfAnEarlierMomentNothingIsTakenTwice() throws {
    var ledger = try ledger(
      """
      {"id":"one","gives":{"kind":"amount_off","amount":100},"limits":{"total":1},
       "when":{"valid_days":1}}
      """)
    #expect(issue(&ledger, "one", code: "A") == nil)
    #expect(issue(&ledger, "one", "bob", code: "B", at: later(23)) == .limitTotal)
    #expect(issue(&ledger, "one", "bob", code: "B", at: later(24)) == nil)
    let refusal = #expect(throws: CouponLedger.Refusal.self) {
      try redeem(&ledger, ["A"], order: "o", cart(500), at: later(5))
    }
    #expect(refusal?.reason == "limit_total", "its place was given to bob")
    for fact in ledger.prepareVoid(["B"], at: later(25)).facts { ledger.apply(fact) }
    _ = try redeem(&ledger, ["A"], order: "o", cart(500), at: later(5))
    #expect(ledger.totals(at: later(25)).standing.redeemed == 1)
  }

  @Test func aCouponKeepsItsVersionAndABudgetNeedsAWorstCaseOfAll() throws {
    var ledger = try ledger(#"{"id":"p","gives":{"kind":"percent_off","percent":10}}"#)
    #expect(issue(&ledger, "p", code: "A") == nil)
    let capped = #"{"id":"p","gives":{"kind":"percent_off","percent":20,"cap":50},"budget":100}"#
    let problem = #expect(throws: RecordProblem.self) {
      try ledger.preparePolicy(OfferFixture.policy(capped))
    }
    #expect(problem?.reason == "no_worst_case")
    let wider = #"{"id":"p","gives":{"kind":"percent_off","percent":20}}"#
    guard case .accepted(let fact) = try ledger.preparePolicy(OfferFixture.policy(wider)) else {
      Issue.record("the content changed")
      return
    }
    ledger.apply(fact)
    #expect(issue(&ledger, "p", "bob", code: "B") == nil)
    for (customer, discount) in [("ann", Int64(100)), ("bob", 200)] {
      let quote = ledger.quote(
        customer: customer, codes: nil, cart: cart(1_000), at: start, facts: facts)
      #expect(quote.discount == discount)
    }
  }

  @Test func totalsExpectWhatThePriorSays() throws {
    var ledger = try ledger(
      """
      {"id":"p","gives":{"kind":"amount_off","amount":1000},"budget":9000,
       "prior":{"redemption":0.25,"uplift":0}}
      """)
    for code in ["A", "B", "C"] { #expect(issue(&ledger, "p", code: code) == nil) }
    _ = try redeem(&ledger, ["A"], order: "o", cart(700))
    let totals = try #require(ledger.totals(ofPolicy: "p", at: start))
    #expect(totals.budgetLimit == 9_000 && totals.expected == 700 + 500)
    #expect(totals.standing.exposure == 2_700 && totals.standing.realised == 700)
    #expect(ledger.totals(ofPolicy: "q", at: start) == nil)
  }

  @Test(arguments: [
    #"{"fact":"minted"}"#, #"{"fact":"voided","code":"A"}"#, #"{"time":"2026-01-01T00:00:00Z"}"#,
    #"{"fact":"voided","code":"A","time":"2026-01-01T00:00:00Z","by":"me"}"#,
    #"{"fact":"redeemed","time":"2026-01-01T00:00:00Z","order":"o","customer":"c","goods":1,"shipping":0,"quantities":[],"applied":[]}"#,
    #"{"fact":"returned","time":"2026-01-01T00:00:00Z","order":"o","lines":[[0]],"restored":[]}"#,
  ])
  func whatIsNoFactIsRefused(json: String) throws {
    let value = try OfferFixture.value(json)
    #expect(throws: RecordProblem.self) { try LedgerFact(value, settings: ShopSettings()) }
  }
}
