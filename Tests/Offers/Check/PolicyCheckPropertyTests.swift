import Offers
import Shop
import Testing

/// Random small packs against everything that a small shop can do: all carts of up to three units
/// of each item, all customers, and every half hour of two weeks.
struct PolicyCheckPropertyTests {
  private static let prices: [(id: String, price: Int64, cost: Int64, stock: Int64?)] = [
    ("a", 100, 60, nil), ("b", 250, 100, 3), ("c", 40, 39, nil),
  ]
  private static let customers: [(id: String, fields: Value)] = (0..<4).map { index in
    (
      "k\(index)",
      .object([
        Value.Member(name: "id", value: .string("k\(index)")),
        Value.Member(name: "orders", value: .integer(Int64(index * 2))),
        Value.Member(name: "region", value: .string(index < 2 ? "north" : "south")),
      ])
    )
  }
  private static let now = Instant(milliseconds: 1_772_330_400_000)
  private static let codes = ["policy:p0", "policy:p1", "policy:p2"]

  private static func shop() throws -> CheckShop {
    var items = ItemTable()
    for entry in prices {
      var patch = ItemPatch(id: entry.id)
      patch.price = .set(entry.price)
      patch.cost = .set(entry.cost)
      if let stock = entry.stock { patch.stock = .set(stock) }
      items.apply(patch)
    }
    let zone = OfferFixture.zone("Europe/Berlin") ?? .utc
    let fields = Dictionary(uniqueKeysWithValues: customers.map { ($0.id, $0.fields) })
    return CheckShop(
      facts: PricingFacts(items: items, settings: ShopSettings(zone: zone)),
      ledger: CouponLedger(), now: now, sample: customers.map(\.id),
      customerCount: customers.count,
      profile: { id, _ in fields[id] ?? .object([]) },
      preferred: { _, _ in PreferredItems(items: ["a"]) },
      first: { condition, _ in customers.first { condition.matches($0.fields) }?.id })
  }

  private static func policy(_ place: Int, _ random: inout OfferRandom) throws -> Policy {
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let gives = random.pick([
      #""kind":"amount_off","amount":\#(number(1...300))"#,
      #""kind":"percent_off","percent":\#(random.pick([10, 50, 100]))"#,
      #""kind":"fixed_price","price":\#(number(0...300))"#,
      #""kind":"free_units","buy":\#(number(1...3)),"get":1"#,
    ])
    var members = [
      #""id":"p\#(place)""#, #""gives":{\#(gives)}"#, #""limits":{"total":5}"#,
    ]
    if random.chance(0.4) {
      members.append(
        #""on":{"id":{"$in":["\#(random.pick(["a", "b", "z"]))","\#(random.pick(["b", "y"]))"]}}"#)
    }
    if random.chance(0.5) { members.append(#""min_spend":\#(number(1...500))"#) }
    if random.chance(0.4) {
      members.append(
        random.pick([
          #""for":{"orders":{"$gte":\#(number(0...8)),"$lte":\#(number(0...8))}}"#,
          #""for":{"region":"\#(random.pick(["north", "south", "west"]))"}"#,
          #""for":{"$or":[{"orders":\#(number(0...7))},{"region":"east"}]}"#,
        ]))
    }
    if random.chance(0.4) {
      let from = number(1...9)
      members.append(
        random.pick([
          #""when":{"from":"2026-03-0\#(from)","until":"2026-03-\#(10 + number(0...3))","weekdays":[\#(number(1...7))]}"#,
          #""when":{"from":"2026-03-0\#(from)","until":"2026-03-0\#(from)","weekdays":[\#(number(1...7))],"hours":[["2\#(number(0...3)):30","0\#(number(1...3)):00"]]}"#,
          #""when":{"until":"2026-02-27"}"#,
        ]))
    }
    if random.chance(0.3) {
      members.append(#""guard":{"margin_floor_percent":\#(random.pick([0, 20, 55, 70]))}"#)
    }
    if random.chance(0.5) {
      members.append(#""stacking":{"group":"\#(random.pick(["x", "y"]))"}"#)
    }
    return try OfferFixture.policy("{\(members.joined(separator: ","))}")
  }

  private static let carts: [Cart] = {
    var carts: [Cart] = []
    for a in 0...3 as ClosedRange<Int64> {
      for b in 0...3 as ClosedRange<Int64> {
        for c in 0...3 as ClosedRange<Int64> where a + b + c > 0 {
          let lines = zip(prices, [a, b, c]).filter { $0.1 > 0 }.map { entry, units in
            Cart.Line(item: entry.id, quantity: units, unitPrice: entry.price)
          }
          carts.append(Cart(lines: lines))
        }
      }
    }
    return carts
  }()

  private static func moments(_ shop: CheckShop) -> [Instant] {
    (0..<(14 * 48)).map { now.advanced(byMilliseconds: Int64($0) * 1_800_000) }
  }

  @Test(arguments: 1...150 as ClosedRange<UInt64>)
  func findingsAreTrueAndNoneIsMissed(seed: UInt64) throws {
    var random = OfferRandom(seed: seed)
    let shop = try Self.shop()
    let pack = try (0..<Int.random(in: 1...3, using: &random)).map {
      try Self.policy($0, &random)
    }
    let check = PolicyCheck(pack, in: shop)
    #expect(check.isComplete)
    func has(_ kind: PolicyFinding.Kind, _ id: String) -> Bool {
      check.findings.contains { $0.kind == kind && $0.policies.contains(id) }
    }
    let dead: Set<PolicyFinding.Kind> = [
      .windowOver, .neverOpen, .forContradiction, .forNobody, .onContradiction, .onNothing,
      .minimumSpendUnreachable, .unitsUnreachable, .neverDiscounts, .marginFloorAlways,
    ]
    for policy in pack {
      // When: every half hour.
      let open = Self.moments(shop).first {
        policy.window.reasonAgainstDates(at: $0, in: shop.facts.settings.zone) == nil
          && policy.window.isOpen(at: $0, in: shop.facts.settings.zone)
      }
      let isShut = has(.windowOver, policy.id) || has(.neverOpen, policy.id)
      #expect((open == nil) == isShut, "seed \(seed): \(policy.source)")
      guard open != nil else { continue }
      // To whom: every customer.
      let meets = Self.customers.contains { policy.audience?.matches($0.fields) ?? true }
      let isForNobody = has(.forNobody, policy.id) || has(.forContradiction, policy.id)
      #expect(meets != isForNobody, "seed \(seed): \(policy.source)")
      if has(.forContradiction, policy.id) {
        for orders in 0...9 as ClosedRange<Int64> {
          for region in ["north", "south", "west", "east", "x"] {
            let fields = Value.object([
              Value.Member(name: "orders", value: .integer(orders)),
              Value.Member(name: "region", value: .string(region)),
            ])
            #expect(policy.audience?.matches(fields) == false, "seed \(seed)")
          }
        }
      }
      // On which carts: all small ones.
      let usable = [UsableCoupon(code: "x", policy: policy)]
      let applies = Self.carts.contains { cart in
        !Pricer.bestStack(of: usable, on: cart, facts: shop.facts).applied.isEmpty
      }
      let isDead = check.findings.contains {
        dead.contains($0.kind) && $0.policies == [policy.id] && $0.kind != .forNobody
      }
      if applies, meets { #expect(!isDead, "seed \(seed): \(policy.source)") }
      if isDead { #expect(!applies || !meets, "seed \(seed): \(policy.source)") }
    }
    checkStacks(pack, check, shop, seed)
    checkAnswers(check, shop, seed)
  }

  /// Whoever can get a small cart for nothing, or below its cost, at some moment, does so through
  /// policies that a finding names.
  private func checkStacks(
    _ pack: [Policy], _ check: PolicyCheck, _ shop: CheckShop, _ seed: UInt64
  ) {
    let zone = shop.facts.settings.zone
    var seen: Set<[String]> = []
    for moment in Self.moments(shop) {
      let open = pack.filter {
        $0.window.reasonAgainstDates(at: moment, in: zone) == nil
          && $0.window.isOpen(at: moment, in: zone)
      }
      for customer in Self.customers {
        let held = open.filter { $0.audience?.matches(customer.fields) ?? true }
        if !seen.insert(held.map(\.id)).inserted { continue }
        let usable = held.map { UsableCoupon(code: $0.id, policy: $0) }
        for cart in Self.carts {
          let quote = Pricer.bestStack(of: usable, on: cart, facts: shop.facts)
          let cost = cart.lines.reduce(0) { sum, line in
            sum + line.quantity * (Self.prices.first { $0.id == line.item }?.cost ?? 0)
          }
          let used = Set(quote.applied.map(\.policy))
          if quote.total == 0 {
            let isFound = check.findings.contains {
              [.freeCart, .stackFree].contains($0.kind) && used.isSuperset(of: $0.policies)
            }
            #expect(isFound, "seed \(seed): \(used) on \(cart) is free: \(pack.map(\.source))")
          } else if quote.total < cost {
            let isFound = check.findings.contains {
              [.freeCart, .stackFree, .belowCost, .stackBelowCost].contains($0.kind)
                && used.isSuperset(of: $0.policies)
            }
            #expect(isFound, "seed \(seed): \(used) on \(cart) below cost: \(pack.map(\.source))")
          }
        }
      }
    }
  }

  /// Every finding's question has that answer when it is asked again.
  private func checkAnswers(_ check: PolicyCheck, _ shop: CheckShop, _ seed: UInt64) {
    for finding in check.findings {
      #expect(!finding.shown.isEmpty, "seed \(seed): \(finding.kind)")
      for shown in finding.shown {
        var profile: Value?
        if case .madeUp(let fields) = shown.shopper { profile = fields }
        let id = shown.shopper.id
        let trial = CouponLedger.Trial(
          policies: shown.policies,
          profile: profile ?? Self.customers.first { $0.id == id }?.fields,
          isMadeUp: id == nil)
        let quote = shop.ledger.quote(
          customer: id, codes: [], trial: trial, cart: shown.cart, at: shown.moment,
          facts: shop.facts)
        #expect(quote == shown.quote, "seed \(seed): \(finding.kind)")
      }
    }
  }
}
