import Offers
import Shop
import Testing

/// Random carts and coupons against the oracle.
struct PricingPropertyTests {
  private static let items = OfferFixture.items([
    ("a", ["Tea"], 40), ("b", ["Tea", "Green"], 90), ("c", ["Cup"], nil), ("d", ["Cup"], 5),
  ])

  private static func gives(_ random: inout OfferRandom) -> String {
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let cap = number(0...3) == 0 ? #","cap":\#(number(1...150))"# : ""
    let kind =
      switch number(0...9) {
      case 0, 1: #""kind":"amount_off","amount":\#(number(1...400))"#
      case 2, 3: #""kind":"percent_off","percent":\#(number(1...100))"#
      case 4: #""kind":"fixed_price","price":\#(number(0...150))"#
      case 5: #""kind":"free_units","buy":\#(number(1...3)),"get":\#(number(1...2))"#
      case 6: #""kind":"free_shipping""#
      case 7:
        #""kind":"bundle_price","items":["a","\#(number(0...1) == 0 ? "a" : "b")"],"price":\#(number(0...200))"#
      case 8: #""kind":"gift","item":"b""#
      default: #""kind":"points_multiplier","factor":2"#
      }
    return "{\(kind)\(cap)}"
  }

  private static func policy(_ id: String, _ random: inout OfferRandom) throws -> Policy {
    var members = [#""id":"\#(id)""#, #""gives":\#(gives(&random))"#]
    if random.chance(0.3) { members.append(#""on":{"id":"\#(random.pick(["a", "b", "c"]))"}"#) }
    if random.chance(0.1) { members.append(#""on":"preferred""#) }
    if random.chance(0.3) {
      members.append(#""min_spend":\#(Int.random(in: 1...500, using: &random))"#)
    }
    if random.chance(0.2) {
      members.append(
        #""guard":{"margin_floor_percent":\#(Int.random(in: -20...50, using: &random))}"#)
    }
    let priority = Int.random(in: 0...2, using: &random)
    let group = random.chance(0.3) ? #","group":"\#(random.pick(["x", "y"]))""# : ""
    members.append(
      #""stacking":{"priority":\#(priority),"exclusive":\#(random.chance(0.1))\#(group)}"#)
    // A member named twice never gets here from the wire: the first wins, as in `Value`.
    if members.count(where: { $0.hasPrefix(#""on""#) }) > 1 {
      members.removeAll { $0 == #""on":"preferred""# }
    }
    return try OfferFixture.policy("{\(members.joined(separator: ","))}")
  }

  private static func cart(_ random: inout OfferRandom) -> Cart {
    let lines = (0..<Int.random(in: 1...5, using: &random)).map { _ in
      Cart.Line(
        item: random.pick(["a", "b", "c", "d", "e"]),
        quantity: Int64.random(in: 1...4, using: &random),
        unitPrice: random.chance(0.1) ? 0 : Int64.random(in: 1...300, using: &random))
    }
    return Cart(lines: lines, shipping: random.chance(0.5) ? 0 : 80)
  }

  private static func coupons(
    _ count: Int, _ random: inout OfferRandom
  ) throws -> [UsableCoupon] {
    var coupons: [UsableCoupon] = []
    for place in 0..<count {
      if place > 0, random.chance(0.15) {
        var twin = random.pick(coupons)
        twin.code = "T\(place)"
        if random.chance(0.5) { twin.expires = Instant(milliseconds: 1_000) }
        coupons.append(twin)
        continue
      }
      let end = Instant(milliseconds: Int64.random(in: 1...3, using: &random) * 1_000)
      coupons.append(
        UsableCoupon(
          code: "C\(place)", policy: try policy("p\(place)", &random),
          expires: random.chance(0.5) ? nil : end,
          ceiling: random.chance(0.1) ? Int64.random(in: 0...100, using: &random) : nil))
    }
    return coupons
  }

  private static let facts = PricingFacts(
    items: items, settings: ShopSettings(), preferred: PreferredItems(items: ["b", "c"]))

  @Test(arguments: 1...300)
  func theBestStackIsTheOracles(seed: UInt64) throws {
    var random = OfferRandom(seed: seed)
    for _ in 0..<4 {
      let cart = Self.cart(&random)
      let coupons = try Self.coupons(Int.random(in: 0...6, using: &random), &random)
      let quote = Pricer.bestStack(of: coupons, on: cart, facts: Self.facts)
      let oracle = PricingOracle(cart: cart, facts: Self.facts).best(of: coupons)
      #expect(quote.upperBound == quote.discount)
      #expect(quote.applied.map(\.code) == oracle.order.map(\.code), "seed \(seed)")
      for (applied, (lines, shipping)) in zip(quote.applied, zip(oracle.lines, oracle.shipping)) {
        var own = [Int64](repeating: 0, count: cart.lines.count)
        for line in applied.lines { own[line.index] = line.discount }
        #expect(own == lines && applied.shipping == shipping, "seed \(seed)")
        #expect(applied.discount == lines.reduce(shipping, +))
      }
      #expect(quote.applied.count + quote.notApplied.count == coupons.count)
      #expect(quote.total == quote.subtotal - quote.discount && quote.total >= 0)
      #expect(quote.subtotal == cart.goods + cart.shipping)
    }
  }

  @Test(arguments: 1...100)
  func theOrderOfLinesAndCodesIsNoMatter(seed: UInt64) throws {
    var random = OfferRandom(seed: seed &+ 5_000)
    let cart = Self.cart(&random)
    let coupons = try Self.coupons(Int.random(in: 1...7, using: &random), &random)
    let quote = Pricer.bestStack(of: coupons, on: cart, facts: Self.facts)
    // Lines that are alike share what they get together, whichever is which.
    func byContent(_ applied: Quote.Applied, _ cart: Cart) -> [String] {
      applied.lines.map { part in
        let line = cart.lines[part.index]
        return "\(line.item) \(line.quantity) \(line.unitPrice): \(part.discount)"
      }.sorted()
    }
    for _ in 0..<3 {
      var shuffled = cart
      shuffled.lines.shuffle(using: &random)
      let other = Pricer.bestStack(
        of: coupons.shuffled(using: &random), on: shuffled, facts: Self.facts)
      #expect(other.notApplied == quote.notApplied, "seed \(seed)")
      #expect(other.applied.map(\.code) == quote.applied.map(\.code), "seed \(seed)")
      #expect(
        other.applied.map { byContent($0, shuffled) }
          == quote.applied.map { byContent($0, cart) }, "seed \(seed)")
    }
  }

  @Test(arguments: 1...100)
  func spendingWhatIsNeededMakesTheCouponApply(seed: UInt64) throws {
    var random = OfferRandom(seed: seed &+ 9_000)
    let cart = Self.cart(&random)
    for coupon in try Self.coupons(6, &random) {
      let quote = Pricer.bestStack(of: [coupon], on: cart, facts: Self.facts)
      guard case .spendMore(let more)? = quote.notApplied.first?.need else { continue }
      #expect(quote.notApplied[0].reason == .minimumSpend)
      let oracle = PricingOracle(cart: cart, facts: Self.facts)
      let line = try #require(cart.lines.first { oracle.covers(coupon.policy, $0.item) })
      for (spend, applies) in [(more, true), (more - 1, false)] where spend > 0 {
        var larger = cart
        larger.lines.append(Cart.Line(item: line.item, quantity: 1, unitPrice: spend))
        let after = Pricer.bestStack(of: [coupon], on: larger, facts: Self.facts)
        let reason = after.notApplied.first?.reason
        #expect((reason != .minimumSpend) == applies, "seed \(seed)")
      }
    }
  }

  /// Whatever is needed is put into the cart: the coupon then applies, or what refuses it is no
  /// matter of goods; with one unit less of anything, it is needed still.
  @Test(arguments: 1...300)
  func doingWhatIsNeededMakesTheCouponApply(seed: UInt64) throws {
    var random = OfferRandom(seed: seed &+ 31_000)
    let cart = Self.cart(&random)
    for coupon in try Self.coupons(8, &random) {
      let quote = Pricer.bestStack(of: [coupon], on: cart, facts: Self.facts)
      guard let need = quote.notApplied.first?.need else { continue }
      let oracle = PricingOracle(cart: cart, facts: Self.facts)
      let covered = cart.lines.first { oracle.covers(coupon.policy, $0.item) }
      var larger = cart
      var lesser: [Cart] = []
      func add(_ item: String, _ quantity: Int64, _ price: Int64) {
        larger.lines.append(Cart.Line(item: item, quantity: quantity, unitPrice: price))
      }
      switch need {
      case .spendMore(let amount):
        add(try #require(covered).item, 1, amount)
        if amount > 1 {
          lesser.append(larger)
          lesser[0].lines[cart.lines.count].unitPrice -= 1
        }
      case .unitsMore(let units):
        add(try #require(covered).item, units, 500)
        lesser.append(larger)
        lesser[0].lines[cart.lines.count].quantity -= 1
      case .spendAndUnitsMore(let spend, let units):
        let item = try #require(covered).item
        add(item, 1, spend)
        if units > 1 { add(item, units - 1, 0) }
        lesser = [larger, larger]
        lesser[0].lines[cart.lines.count].unitPrice -= 1
        lesser[1].lines.removeLast()
      case .itemsMore(let items):
        for entry in items { add(entry.item, entry.quantity, 500) }
        for place in items.indices {
          var fewer = larger
          fewer.lines[cart.lines.count + place].quantity -= 1
          lesser.append(fewer)
        }
      }
      var after = Pricer.bestStack(of: [coupon], on: larger, facts: Self.facts)
      if case .itemsMore = need, case .spendMore(let more)? = after.notApplied.first?.need {
        // A bundle that is complete may still be too small for `min_spend`.
        add(try #require(larger.lines.last).item, 1, more)
        after = Pricer.bestStack(of: [coupon], on: larger, facts: Self.facts)
      }
      let reason = after.notApplied.first?.reason
      #expect(
        reason == nil || reason == .marginFloor || reason == .noDiscount || reason == .budget,
        "seed \(seed): \(need) on \(cart) leaves \(String(describing: reason))")
      #expect(after.notApplied.first?.need == nil, "seed \(seed)")
      for var cart in lesser {
        cart.lines.removeAll { $0.quantity == 0 }
        let still = Pricer.bestStack(of: [coupon], on: cart, facts: Self.facts)
        #expect(still.applied.isEmpty, "seed \(seed): less than \(need) is enough")
      }
    }
  }

  @Test(arguments: 1...60)
  func manyCouponsStillGiveAnAdmissibleStack(seed: UInt64) throws {
    var random = OfferRandom(seed: seed &+ 20_000)
    let cart = Self.cart(&random)
    let coupons = try Self.coupons(30, &random)
    let oracle = PricingOracle(cart: cart, facts: Self.facts)
    let quote = Pricer.bestStack(of: coupons, on: cart, facts: Self.facts)
    let applied = quote.applied.map(\.code)
    let stack = try #require(oracle.outcome(of: coupons.filter { applied.contains($0.code) }))
    #expect(stack.discount == quote.discount, "seed \(seed)")
    for coupon in coupons {
      #expect(oracle.outcome(of: [coupon])?.discount ?? 0 <= quote.discount, "seed \(seed)")
    }
  }

  /// A search that is cut short still gives an admissible stack, and what no stack exceeds.
  @Test(arguments: 1...100)
  func theBoundIsNeverBelowTheBest(seed: UInt64) throws {
    var random = OfferRandom(seed: seed &+ 30_000)
    let cart = Self.cart(&random)
    let coupons = try Self.coupons(Int.random(in: 2...7, using: &random), &random)
    let oracle = PricingOracle(cart: cart, facts: Self.facts)
    let best = oracle.best(of: coupons).lines.joined().reduce(0, +)
    let shipping = oracle.best(of: coupons).shipping.reduce(0, +)
    var last = Int64.max
    for limit in [1, 2, 5, 20, 100, 1_000] {
      let quote = Pricer.bestStack(
        of: coupons, on: cart, facts: Self.facts, nodeLimit: limit)
      #expect(quote.discount <= best + shipping && quote.upperBound >= best + shipping)
      #expect(quote.upperBound <= min(last, cart.goods + cart.shipping), "seed \(seed)")
      last = quote.upperBound
    }
    #expect(last == best + shipping, "seed \(seed)")
  }

  @Test(arguments: 1...200)
  func allocationIsExactAndFair(seed: UInt64) {
    var random = OfferRandom(seed: seed)
    let weights = (0..<Int.random(in: 1...12, using: &random)).map { _ in
      random.chance(0.2) ? 0 : Int64.random(in: 0...Money.maximumAmount, using: &random)
    }
    let whole = weights.reduce(0, +)
    let amount = Int64.random(in: 0...whole, using: &random)
    let parts = allocate(amount, over: weights)
    #expect(parts.reduce(0, +) == amount, "seed \(seed)")
    for (part, weight) in zip(parts, weights) {
      #expect(part >= 0 && part <= weight)
      let share = Int128(amount) * Int128(weight)
      #expect(abs(Int128(part) * Int128(whole) - share) < Int128(max(1, whole)), "seed \(seed)")
    }
  }
}
