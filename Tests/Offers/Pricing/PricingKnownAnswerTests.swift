import Offers
import Shop
import Testing

struct PricingKnownAnswerTests {
  private let facts = PricingFacts(
    items: OfferFixture.items([("a", ["Tea"], 500), ("b", ["Cup"], nil)]),
    settings: ShopSettings())

  private func coupon(_ id: String, _ members: String) throws -> UsableCoupon {
    UsableCoupon(
      code: id.uppercased(), policy: try OfferFixture.policy(#"{"id":"\#(id)",\#(members)}"#))
  }

  private let cart = Cart(
    lines: [
      Cart.Line(item: "a", quantity: 3, unitPrice: 1_000),
      Cart.Line(item: "b", quantity: 1, unitPrice: 999),
    ], shipping: 800)

  @Test(arguments: [
    (#""gives":{"kind":"amount_off","amount":1000}"#, [750, 250], 0),
    (#""gives":{"kind":"amount_off","amount":99999}"#, [3_000, 999], 0),
    (#""gives":{"kind":"percent_off","percent":15}"#, [449, 150], 0),
    (#""gives":{"kind":"percent_off","percent":15,"cap":100}"#, [75, 25], 0),
    (#""gives":{"kind":"fixed_price","price":990}"#, [30, 9], 0),
    (#""gives":{"kind":"free_units","buy":2,"get":1}"#, [0, 999], 0),
    (#""gives":{"kind":"free_units","buy":2,"get":1},"on":{"category":"Tea"}"#, [1_000, 0], 0),
    (#""gives":{"kind":"free_shipping"}"#, [0, 0], 800),
    (#""gives":{"kind":"free_shipping","cap":300}"#, [0, 0], 300),
    (#""gives":{"kind":"bundle_price","items":["a","b"],"price":1500}"#, [250, 249], 0),
    (#""gives":{"kind":"points_multiplier","factor":3}"#, [0, 0], 0),
  ])
  func eachKindGivesWhatItSays(members: String, lines: [Int64], shipping: Int64) throws {
    let quote = Pricer.bestStack(of: [try coupon("p", members)], on: cart, facts: facts)
    let applied = try #require(quote.applied.first)
    var own: [Int64] = [0, 0]
    for line in applied.lines { own[line.index] = line.discount }
    #expect(own == lines && applied.shipping == shipping)
    #expect(quote.subtotal == 4_799)
    #expect(quote.total == 4_799 - lines.reduce(shipping, +))
  }

  @Test(arguments: [
    (#""gives":{"kind":"amount_off","amount":5},"on":{"category":"Soap"}"#, OfferReason.notOnItems),
    (#""gives":{"kind":"fixed_price","price":1000}"#, .noDiscount),
    (#""gives":{"kind":"free_units","buy":5,"get":1}"#, .notOnItems),
    (#""gives":{"kind":"bundle_price","items":["a","c"],"price":1}"#, .notOnItems),
    (
      #""gives":{"kind":"amount_off","amount":2000},"guard":{"margin_floor_percent":10}"#,
      .marginFloor
    ),
  ])
  func whatDoesNotApplySaysWhy(members: String, reason: OfferReason) throws {
    let quote = Pricer.bestStack(of: [try coupon("p", members)], on: cart, facts: facts)
    #expect(quote.applied.isEmpty && quote.notApplied.map(\.reason) == [reason])
  }

  // Goods 3,999, cost 3 x 500 + 999 x 70 % rounded up = 2,200: a floor of 20 % allows 3,999 - 2,750
  // = 1,249 off.
  @Test(arguments: [(1_249, true), (1_250, false)])
  func theMarginFloorIsExact(amount: Int, applies: Bool) throws {
    let members =
      #""gives":{"kind":"amount_off","amount":\#(amount)},"guard":{"margin_floor_percent":20}"#
    let quote = Pricer.bestStack(of: [try coupon("p", members)], on: cart, facts: facts)
    #expect(quote.applied.isEmpty == !applies)
  }

  @Test func percentagesApplyToWhatIsLeftInTheDeclaredOrder() throws {
    let amount = #""gives":{"kind":"amount_off","amount":999}"#
    let percent = #""gives":{"kind":"percent_off","percent":10}"#
    let first = #","stacking":{"priority":1}"#
    let late = Pricer.bestStack(
      of: [try coupon("a", amount + first), try coupon("p", percent)], on: cart, facts: facts)
    #expect(late.applied.map(\.discount) == [999, 300])
    let early = Pricer.bestStack(
      of: [try coupon("a", amount), try coupon("p", percent)], on: cart, facts: facts)
    #expect(early.applied.map(\.discount) == [399, 999], "percentages stand before amounts")
  }

  @Test func groupsAndExclusivesStandAlone() throws {
    let group = #","stacking":{"group":"g"}"#
    let small = try coupon("small", #""gives":{"kind":"amount_off","amount":100}"# + group)
    let large = try coupon("large", #""gives":{"kind":"amount_off","amount":200}"# + group)
    let alone = try coupon(
      "alone", #""gives":{"kind":"amount_off","amount":250},"stacking":{"exclusive":true}"#)
    let free = try coupon("free", #""gives":{"kind":"amount_off","amount":60}"#)
    let quote = Pricer.bestStack(of: [small, large, alone, free], on: cart, facts: facts)
    #expect(quote.applied.map(\.code) == ["FREE", "LARGE"] && quote.discount == 260)
    #expect(quote.notApplied.map(\.code) == ["ALONE", "SMALL"])
    #expect(quote.notApplied.allSatisfy { $0.reason == .exclusive })
    let refusal = #expect(throws: Pricer.Refusal.self) {
      try Pricer.wholeStack(of: [large, free, small], on: cart, facts: facts)
    }
    #expect(refusal?.index == 2 && refusal?.reason == .exclusive)
  }

  @Test func aGiftCostsButTakesNothingOff() throws {
    let gift = try coupon("g", #""gives":{"kind":"gift","item":"a"}"#)
    let quote = try Pricer.wholeStack(of: [gift], on: cart, facts: facts)
    #expect(quote.discount == 0 && quote.applied[0].giftCost == 500 && quote.applied[0].cost == 500)
  }

  @Test func hugeNumbersDoNotTrap() throws {
    let huge = Cart(
      lines: [Cart.Line(item: "a", quantity: 1_000_000_000, unitPrice: 1_000)], shipping: 0)
    try huge.check()
    for members in [
      #""gives":{"kind":"fixed_price","price":1000000000000}"#,
      #""gives":{"kind":"bundle_price","items":["a"],"price":1000000000000}"#,
      #""gives":{"kind":"free_units","buy":1000000000,"get":1000000000}"#,
      #""gives":{"kind":"percent_off","percent":99.99},"guard":{"margin_floor_percent":-1000}"#,
    ] {
      let quote = Pricer.bestStack(of: [try coupon("p", members)], on: huge, facts: facts)
      #expect(quote.total >= 0)
    }
  }

  @Test(arguments: [
    (Cart(lines: []), "lines", "empty"),
    (
      Cart(lines: [.init(item: "a", quantity: 0, unitPrice: 1)]), "lines[0].quantity",
      "not_positive"
    ),
    (
      Cart(lines: [.init(item: "a", quantity: .max, unitPrice: .max)]), "lines[0].quantity",
      "out_of_range"
    ),
    (
      Cart(lines: [.init(item: "a", quantity: 1, unitPrice: 1)], shipping: -1), "shipping",
      "out_of_range"
    ),
  ])
  func badCartsAreRefused(cart: Cart, path: String, reason: String) {
    let problem = #expect(throws: RecordProblem.self) { try cart.check() }
    #expect(problem?.path == path && problem?.reason == reason)
  }
}
