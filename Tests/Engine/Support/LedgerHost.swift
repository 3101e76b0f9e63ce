import Shop
import Testing
import TestSupport

/// A host that uses coupons at random, repeats itself, lets time pass and restarts the service; and
/// beside it, counted by hand from the replies alone, where every coupon must be.
struct LedgerHost {
  struct Coupon {
    var policy: String
    var customer: String
    var expires: Instant?
    var state = "live"
    /// While reserved: until when.
    var until: Instant?
  }

  struct Order {
    var codes: [String]
    var discount: Int64
    var returned: Int64 = 0
    var unitsLeft: Int64
    var isKnown: Bool
  }

  static let customers = (0..<4).map { "c-\($0)" }
  static let limits: [String: (total: Int64, each: Int64, budget: Int64?)] = [
    "five": (6, 2, 2500), "tenth": (9, 3, 2000), "free": (20, 9, nil),
  ]
  static let policies = #"""
    {"policies":[{"id":"five","gives":{"kind":"amount_off","amount":500},"limits":{"total":6,"per_customer":2},
    "budget":2500,"when":{"valid_days":3},"prior":{"redemption":0.9,"uplift":0.9}},
    {"id":"tenth","gives":{"kind":"percent_off","percent":10,"cap":300},
    "limits":{"total":9,"per_customer":3,"per_period":{"days":7,"uses":1}},"budget":2000,
    "prior":{"redemption":0.5,"uplift":0.5}},
    {"id":"free","gives":{"kind":"free_shipping"},"limits":{"total":20,"per_customer":9},"min_spend":1000,
    "when":{"valid_days":9}}]}
    """#

  var shop: TestShop
  var coupons: [String: Coupon] = [:]
  var reservations: [String: (codes: [String], order: String, discount: Int64, until: Instant)] =
    [:]
  var orders: [String: Order] = [:]
  /// Keyed lines that were answered with a result, with what was answered.
  private var answered: [(line: String, reply: String)] = []
  private var keyCount = 0
  private var orderCount = 0
  /// Where crashes in the middle of a call come from; nil where there are none.
  private var fate: SeededGenerator?
  /// Crashes with what the call logged, and without.
  private(set) var keptCount = 0
  private(set) var lostCount = 0

  init(seed: UInt64, fate: SeededGenerator? = nil) throws {
    self.fate = fate
    shop = TestShop(seed: seed)
    try shop.result("shop.configure", #"{"currency":"CNY","holdout_percent":0}"#)
    let orders = LedgerHost.customers.map {
      #"{"id":"first-\#($0)","customer":"\#($0)","time":"2026-02-20T00:00:00Z","lines":[{"item":"x","quantity":1,"unit_price":3000}]}"#
    }
    try shop.result("orders.put", #"{"orders":[\#(orders.joined(separator: ","))]}"#)
    try shop.result("policies.put", LedgerHost.policies)
  }

  // MARK: What must be

  func state(of coupon: Coupon) -> String {
    let now = shop.service.now
    if coupon.state == "reserved", let until = coupon.until, now < until { return "reserved" }
    if ["redeemed", "void"].contains(coupon.state) { return coupon.state }
    if let expires = coupon.expires, now >= expires { return "expired" }
    return "live"
  }

  /// Holds what the service says against what was counted by hand.
  func check(_ seed: Seed) throws {
    for customer in LedgerHost.customers {
      let listed = try shop.result("coupons.list", #"{"customer":"\#(customer)"}"#)["coupons"]
      let own = coupons.filter { $0.value.customer == customer }
      #expect(listed?.list.count == own.count, "\(seed)")
      for entry in listed?.list ?? [] {
        let coupon = try #require(own[entry["code"]?.text ?? ""], "\(seed)")
        #expect(entry["state"]?.text == state(of: coupon), "\(seed)")
      }
    }
    for (policy, limit) in LedgerHost.limits {
      let totals = try shop.result("coupons.totals", #"{"policy":"\#(policy)"}"#)
      let own = coupons.values.filter { $0.policy == policy }
      var sum: Int64 = 0
      for name in ["live", "reserved", "redeemed", "expired", "void"] {
        let count = totals[name]?.int ?? -1
        #expect(count == Int64(own.count { state(of: $0) == name }), "\(seed)")
        sum += count
      }
      #expect(totals["issued"]?.int == sum && sum == Int64(own.count), "\(seed)")
      let counting = own.filter { ["live", "reserved", "redeemed"].contains(state(of: $0)) }
      #expect(Int64(counting.count) <= limit.total, "\(seed)")
      for customer in LedgerHost.customers {
        #expect(Int64(counting.count { $0.customer == customer }) <= limit.each, "\(seed)")
      }
      try checkRows(totals, "\"policy\":\"\(policy)\",", seed)
      if let budget = limit.budget {
        let exposure = try #require(totals["budget"]?["exposure"]?.int)
        #expect(exposure <= budget && exposure >= 0, "\(seed)")
      }
    }
  }

  /// Whatever the coupons are counted by, the rows add up to the whole.
  private func checkRows(_ totals: Value, _ policy: String, _ seed: Seed) throws {
    let names = ["issued", "live", "reserved", "redeemed", "expired", "void"]
    for by in ["policy", "tier", "channel", "day", "order_channel", "order_day"] {
      let reply = try shop.result("coupons.totals", "{\(policy)\"by\":\"\(by)\"}")
      let rows = reply["rows"]?.list ?? []
      #expect(Set(rows.map { $0["key"]?.text ?? "" }).count == rows.count, "\(seed)")
      for name in names {
        let sum = rows.reduce(0) { $0 + ($1[name]?.int ?? -1) }
        #expect(sum == totals[name]?.int, "\(by) \(name), \(seed)")
      }
      for name in ["exposure", "realised"] {
        let sum = rows.reduce(0) { $0 + ($1["budget"]?[name]?.int ?? -1) }
        #expect(sum == totals["budget"]?[name]?.int, "\(by) \(name), \(seed)")
      }
    }
  }

  // MARK: What the host does

  mutating func act(_ generator: inout SeededGenerator, _ seed: Seed) throws {
    switch generator.integer(in: 0...14) {
    case 0...1: try issue(&generator)
    case 2: try target()
    case 3...4: try use("coupons.reserve", &generator)
    case 5: try use("coupons.redeem", &generator)
    case 6...7: try finish(&generator)
    case 8: try giveBack(&generator, seed)
    case 9: try cancel(&generator, seed)
    case 10: try void(&generator)
    case 11: shop.advance(hours: Double(generator.integer(in: 0...20)))
    case 12: if generator.oneIn(4) { shop = try shop.restarted(seed: generator.next()) }
    case 13:
      if generator.oneIn(4) { shop = try shop.startedFromSnapshot(seed: generator.next()) }
    default: try repeatItself(&generator, seed)
    }
  }

  private mutating func keyed(_ method: String, _ rest: String) throws -> Reply {
    keyCount += 1
    let parameters = #"{"key":"k-\#(keyCount)",\#(rest)}"#
    let known = shop.records.count
    var reply = shop.call(method, parameters)
    if fate?.oneIn(25) ?? false { reply = try crash(reply, known, method, parameters) }
    if reply.failure == nil {
      let line = #"{"jsonrpc":"2.0","id":7,"method":"\#(method)","params":\#(parameters)}"#
      answered.append((line, reply.line))
    }
    return reply
  }

  /// The service ends before its reply arrives, with what the call logged or without it, and the
  /// host asks again with the same key.
  private mutating func crash(
    _ reply: Reply, _ known: Int, _ method: String, _ parameters: String
  ) throws -> Reply {
    let isKept = fate?.oneIn(2) ?? true
    let log = isKept ? shop.records : Array(shop.records.prefix(known))
    shop = TestShop(seed: fate?.next() ?? 0, now: shop.service.now)
    try shop.replay(log)
    let again = shop.call(method, parameters)
    if isKept {
      keptCount += 1
      #expect(again.line == reply.line)
      #expect(shop.records.count == log.count, "a retry does nothing twice")
    } else {
      lostCount += 1
      #expect((again.failure == nil) == (reply.failure == nil))
    }
    return again
  }

  private mutating func repeatItself(_ generator: inout SeededGenerator, _ seed: Seed) throws {
    guard let earlier = answered.randomElement(using: &generator) else { return }
    let before = shop.records.count
    #expect(shop.send(earlier.line) == earlier.reply, "\(seed)")
    #expect(shop.records.count == before, "\(seed)")
  }

  private mutating func learn(_ code: String, _ policy: String, _ customer: String) throws {
    let listed = try shop.result("coupons.list", #"{"customer":"\#(customer)"}"#)["coupons"]
    let entry = try #require(listed?.list.first { $0["code"]?.text == code })
    #expect(coupons[code] == nil)
    coupons[code] = Coupon(
      policy: policy, customer: customer,
      expires: entry["expires"]?.text.map { TestShop.moment($0) })
  }

  private mutating func issue(_ generator: inout SeededGenerator) throws {
    let policy = ["five", "tenth", "free"][generator.integer(in: 0...2)]
    let names = (0...generator.integer(in: 0...2)).map { _ in
      "\"" + LedgerHost.customers[generator.integer(in: 0...3)] + "\""
    }
    let reply = try keyed(
      "coupons.issue", #""policy":"\#(policy)","customers":[\#(names.joined(separator: ","))]"#)
    guard case .result(let result) = reply.outcome else { return }
    for entry in result["issued"]?.list ?? [] {
      try learn(entry["code"]?.text ?? "", policy, entry["customer"]?.text ?? "")
    }
  }

  private mutating func target() throws {
    let reply = try keyed("target", #""commit":true,"limit":2"#)
    guard case .result(let result) = reply.outcome else { return }
    for entry in result["assignments"]?.list ?? [] {
      try learn(
        entry["code"]?.text ?? "", entry["policy"]?.text ?? "", entry["customer"]?.text ?? "")
    }
  }

  private mutating func use(_ method: String, _ generator: inout SeededGenerator) throws {
    let customer = LedgerHost.customers[generator.integer(in: 0...3)]
    let own = coupons.filter { $0.value.customer == customer || generator.oneIn(20) }.keys.sorted()
    guard !own.isEmpty else { return }
    let codes = Set(
      (0...generator.integer(in: 0...1)).map { _ in own.randomElement(using: &generator)! }
    )
    .sorted()
    orderCount += 1
    let order = "w-\(orderCount)"
    let units = Int64(generator.integer(in: 1...4))
    let lines =
      #"[{"item":"x","quantity":\#(units),"unit_price":\#(generator.integer(in: 300...2000))},{"item":"y","quantity":1,"unit_price":777}]"#
    let isKnown = generator.oneIn(2)
    if isKnown {
      try shop.result(
        "orders.put",
        #"{"orders":[{"id":"\#(order)","customer":"\#(customer)","time":"\#(shop.service.now.rfc3339())","lines":\#(lines)}]}"#
      )
    }
    let reply = try keyed(
      method,
      #""customer":"\#(customer)","order":"\#(order)","cart":{"lines":\#(lines),"shipping":600},"codes":["\#(codes.joined(separator: "\",\""))"]"#
    )
    guard case .result(let result) = reply.outcome else { return }
    let discount = try conserved(result)
    orders[order] = Order(codes: codes, discount: discount, unitsLeft: units + 1, isKnown: isKnown)
    if method == "coupons.redeem" {
      #expect(result["redeemed"]?.texts.sorted() == codes)
      for code in codes { coupons[code]?.state = "redeemed" }
    } else {
      let until = TestShop.moment(result["expires"]?.text ?? "")
      for code in codes {
        coupons[code]?.state = "reserved"
        coupons[code]?.until = until
      }
      reservations[result["reservation"]?.text ?? ""] = (codes, order, discount, until)
    }
  }

  /// Parts add up to coupons, and those to the discount; the discount.
  private func conserved(_ quote: Value) throws -> Int64 {
    let discount = try #require(quote["discount"]?.int)
    var sum: Int64 = 0
    for applied in quote["applied"]?.list ?? [] {
      let lines = applied["lines"]?.list.reduce(0) { $0 + ($1["discount"]?.int ?? 0) } ?? 0
      #expect(applied["discount"]?.int == lines + (applied["shipping"]?.int ?? 0))
      sum += applied["discount"]?.int ?? 0
    }
    #expect(sum == discount)
    #expect(quote["subtotal"]?.int == discount + (quote["total"]?.int ?? 0))
    return discount
  }

  /// Redeems or releases a reservation, in its time or out of it.
  private mutating func finish(_ generator: inout SeededGenerator) throws {
    guard let id = reservations.keys.sorted().randomElement(using: &generator),
      let held = reservations[id]
    else { return }
    let isRedeeming = generator.oneIn(2)
    let reply = try keyed(
      isRedeeming ? "coupons.redeem" : "coupons.release", #""reservation":"\#(id)""#)
    // By this reservation, and not by a later one of the same coupons.
    let isHeld = held.codes.allSatisfy { code in
      coupons[code].map { state(of: $0) == "reserved" && $0.until == held.until } ?? false
    }
    guard case .result(let result) = reply.outcome else {
      return #expect(!isHeld || !isRedeeming, "\(reply.line)")
    }
    let codes = (result["redeemed"] ?? result["released"])?.texts ?? []
    for code in codes {
      #expect(coupons[code].map { state(of: $0) } == "reserved")
      coupons[code]?.state = isRedeeming ? "redeemed" : "live"
    }
    if isRedeeming { #expect(try conserved(result) == held.discount) }
    reservations[id] = nil
  }

  private mutating func giveBack(_ generator: inout SeededGenerator, _ seed: Seed) throws {
    guard let id = orders.keys.sorted().randomElement(using: &generator) else { return }
    let lines = generator.oneIn(2) ? "" : #","lines":[{"index":0,"quantity":1}]"#
    let reply = try keyed("coupons.return", #""order":"\#(id)"\#(lines)"#)
    guard case .result(let result) = reply.outcome else { return }
    let back = result["returned"]?["lines"]?.list.reduce(0) { $0 + ($1["quantity"]?.int ?? 0) } ?? 0
    orders[id]?.unitsLeft -= back
    orders[id]?.returned += result["returned"]?["discount"]?.int ?? 0
    try restore(id, result["restored"]?.texts ?? [], seed)
  }

  private mutating func cancel(_ generator: inout SeededGenerator, _ seed: Seed) throws {
    guard let id = orders.filter(\.value.isKnown).keys.sorted().randomElement(using: &generator)
    else { return }
    let isRedeemed =
      orders[id]?.codes.allSatisfy { coupons[$0]?.state == "redeemed" } ?? false
    let reply = try keyed("orders.cancel", #""order":"\#(id)""#)
    guard case .result(let result) = reply.outcome else { return }
    let restored = result["restored"]?.texts ?? []
    if restored.isEmpty { return }
    #expect(isRedeemed, "\(seed)")
    for code in restored { coupons[code]?.state = "live" }
    orders[id] = nil
  }

  private mutating func restore(_ id: String, _ codes: [String], _ seed: Seed) throws {
    let order = try #require(orders[id])
    #expect((order.unitsLeft == 0) == !codes.isEmpty, "\(seed)")
    #expect(order.returned <= order.discount, "\(seed)")
    if codes.isEmpty { return }
    #expect(order.returned == order.discount && codes.sorted() == order.codes, "\(seed)")
    for code in codes { coupons[code]?.state = "live" }
    orders[id] = nil
  }

  private mutating func void(_ generator: inout SeededGenerator) throws {
    guard generator.oneIn(3), let code = coupons.keys.sorted().randomElement(using: &generator)
    else { return }
    let wasLive = coupons[code].map { state(of: $0) } == "live"
    let reply = try keyed("coupons.void", #""codes":["\#(code)"]"#)
    guard case .result(let result) = reply.outcome else { return }
    #expect(result["voided"]?.texts == (wasLive ? [code] : []))
    if wasLive { coupons[code]?.state = "void" }
  }
}
