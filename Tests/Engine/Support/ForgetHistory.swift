import Engine
import Shop
import Testing
import TestSupport
import Wire

/// Random bits that depend on the request that asks for them and not on those before it, so that
/// two hosts of which one leaves requests out get the same codes for the others.
final class BitsOfStep {
  var step: UInt64 = 0 { didSet { count = 0 } }
  private var count: UInt64 = 0

  func next() -> UInt64 {
    count += 1
    var generator = SeededGenerator(seed: step &* 0x9E37_79B9_7F4A_7C15 ^ count)
    return generator.next()
  }
}

/// A history of several customers, of whom some are forgotten; with what was sent, when and by
/// whom.
struct ForgetHistory {
  static let customers = ["ann-zq", "bob-zq", "cid-zq"]
  static let policies = #"""
    {"policies":[{"id":"five","gives":{"kind":"amount_off","amount":500},"limits":{"total":900,"per_customer":4},
    "budget":900000,"when":{"valid_days":3},"prior":{"redemption":0.9,"uplift":0.9}},
    {"id":"tenth","gives":{"kind":"percent_off","percent":10,"cap":300},
    "limits":{"per_period":{"days":7,"uses":2}},"prior":{"redemption":0.5,"uplift":0.5}}]}
    """#

  struct Sent {
    /// Nil where the request is about no single customer.
    var customer: String?
    var line: String
    var now: Instant
    var reply: String
  }

  let bits = BitsOfStep()
  let shop: TestShop
  private(set) var sent: [Sent] = []
  /// Everything that a customer's facts were called.
  private(set) var names: [String: Set<String>] = [:]
  private(set) var orders: [(id: String, customer: String?)] = []
  private var reservations: [(id: String, customer: String)] = []
  private var serial = 0
  /// Whether requests may be about more than one customer.
  let mixes: Bool

  init(mixes: Bool) {
    self.mixes = mixes
    let bits = bits
    shop = TestShop(randomBits: { bits.next() })
    send(nil, "shop.configure", #"{"currency":"CNY","holdout_percent":0}"#)
    send(nil, "items.put", #"{"items":[{"id":"i-0","cost":90},{"id":"i-1","category":["k"]}]}"#)
    send(nil, "policies.put", ForgetHistory.policies)
    send(nil, "segments.put", #"{"segments":[{"id":"all","condition":{"orders":{"$gte":0}}}]}"#)
  }

  @discardableResult
  mutating func send(_ customer: String?, _ method: String, _ parameters: String) -> Reply {
    bits.step += 1
    let line = #"{"jsonrpc":"2.0","id":7,"method":"\#(method)","params":\#(parameters)}"#
    let reply = shop.call(method, parameters)
    sent.append(Sent(customer: customer, line: line, now: shop.service.now, reply: reply.line))
    return reply
  }

  mutating func forget(_ customer: String, isKeyed: Bool = true) -> Reply {
    reservations.removeAll { $0.customer == customer }
    let key = isKeyed ? #","key":"f-\#(sent.count)""# : ""
    return send(customer, "customers.forget", #"{"customer":"\#(customer)"\#(key)}"#)
  }

  private func codes(of customer: String) -> [String] {
    shop.value(
      of: shop.send(
        #"{"jsonrpc":"2.0","id":1,"method":"coupons.list","params":{"customer":"\#(customer)"}}"#))[
        "result"]?["coupons"]?.each("code") ?? []
  }

  // MARK: At random

  mutating func act(_ generator: inout SeededGenerator, redeemers: [String] = customers) {
    serial += 1
    let customer = ForgetHistory.customers[generator.integer(in: 0...2)]
    let short = String(customer.prefix(3))
    switch generator.integer(in: 0...17) {
    case 0...4: order(customer, short, &generator)
    case 16: card(customer, short, &generator)
    case 17: points(customer, &generator)
    case 5:
      guard let known = orders.randomElement(using: &generator) else { return }
      send(known.customer, "orders.cancel", #"{"order":"\#(known.id)","key":"x-\#(known.id)"}"#)
    case 6:
      guard let known = orders.randomElement(using: &generator) else { return }
      send(
        known.customer, "orders.return",
        #"{"order":"\#(known.id)","lines":[{"item":"i-0","quantity":1}],"key":"b-\#(serial)"}"#)
    case 7...8: event(customer, short, &generator)
    case 9:
      names[customer, default: []].insert("Name of \(short)")
      send(
        customer, "customers.put",
        #"{"customers":[{"id":"\#(customer)","name":"Name of \#(short)","attributes":{"n":\#(serial)}}]}"#
      )
    case 10...11: issue(customer, &generator)
    case 12: use("coupons.reserve", customer, short, &generator)
    case 13:
      if redeemers.contains(customer) { use("coupons.redeem", customer, short, &generator) }
    case 14: finish(&generator, redeemers)
    default: shop.advance(hours: Double(generator.integer(in: 1...30)))
    }
    if generator.oneIn(3) { shop.advance(hours: 1) }
  }

  private mutating func order(
    _ customer: String, _ short: String, _ generator: inout SeededGenerator
  ) {
    let isAnonymous = generator.oneIn(6)
    let id = isAnonymous ? "guest-\(serial)" : "order-\(short)-\(serial)"
    var items = (0...generator.integer(in: 0...2)).map { _ in "i-\(generator.integer(in: 0...3))" }
    if generator.oneIn(3), !isAnonymous { items.append("item-\(short)") }
    let lines = items.map {
      #"{"item":"\#($0)","quantity":\#(generator.integer(in: 1...3)),"unit_price":\#(generator.integer(in: 3...9) * 150)}"#
    }
    let channel = generator.oneIn(2) ? "store" : isAnonymous ? "web" : "channel-\(short)"
    let cited = mixes ? codes(of: customer).first.map { #","coupons":["\#($0)"]"# } ?? "" : ""
    let who = isAnonymous ? "" : #""customer":"\#(customer)","#
    let time = shop.service.now.advanced(byDays: -Double(generator.integer(in: 0...50)))
    if !isAnonymous {
      names[customer, default: []].formUnion([id, customer, "item-\(short)", "channel-\(short)"])
    }
    orders.append((id, isAnonymous ? nil : customer))
    send(
      isAnonymous ? nil : customer, "orders.put",
      #"{"orders":[{"id":"\#(id)",\#(who)"time":"\#(time.rfc3339())","channel":"\#(channel)","lines":[\#(lines.joined(separator: ","))]\#(generator.oneIn(3) ? cited : "")}]}"#
    )
  }

  /// Something that the customer did at a till, which knows nothing but their card.
  private mutating func card(
    _ customer: String, _ short: String, _ generator: inout SeededGenerator
  ) {
    let time = shop.service.now.advanced(byDays: -Double(generator.integer(in: 0...50)))
    names[customer, default: []].formUnion([customer, "card-\(short)", "till-\(serial)-\(short)"])
    let link =
      #"{"customer":"\#(customer)","identity":{"channel":"till","id":"card-\#(short)"}}"#
    let isFirst = generator.oneIn(2)
    if isFirst { send(customer, "customers.link", link) }
    if generator.oneIn(2) {
      orders.append(("till-\(serial)-\(short)", customer))
      send(
        customer, "orders.put",
        #"{"orders":[{"id":"till-\#(serial)-\#(short)","customer":"card-\#(short)","channel":"till","time":"\#(time.rfc3339())","lines":[{"item":"i-0","quantity":1,"unit_price":700},{"item":"i-2","quantity":1,"unit_price":50}]}]}"#
      )
    } else {
      send(
        customer, "events.put",
        #"{"events":[{"type":"view","customer":"card-\#(short)","channel":"till","item":"i-1","time":"\#(time.rfc3339())"}]}"#
      )
    }
    if !isFirst { send(customer, "customers.link", link) }
  }

  /// Points that are given, and perhaps used.
  private mutating func points(_ customer: String, _ generator: inout SeededGenerator) {
    names[customer, default: []].insert(customer)
    send(
      customer, "points.grant",
      #"{"key":"g-\#(serial)","customer":"\#(customer)","points":\#(generator.integer(in: 1...90)),"note":"for \#(customer)"}"#
    )
    if generator.oneIn(2) { return }
    let order = "paid-\(customer)-\(serial)"
    names[customer, default: []].insert(order)
    send(
      customer, "points.spend",
      #"{"key":"s-\#(serial)","customer":"\#(customer)","points":\#(generator.integer(in: 1...90)),"order":"\#(order)"}"#
    )
  }

  private mutating func event(
    _ customer: String, _ short: String, _ generator: inout SeededGenerator
  ) {
    let type = ["view", "dislike", "type-\(short)"][generator.integer(in: 0...2)]
    let item = generator.oneIn(3) ? "seen-\(short)" : "i-\(generator.integer(in: 0...4))"
    let id = generator.oneIn(2) ? #""id":"event-\#(short)-\#(serial)","# : ""
    names[customer, default: []].formUnion([
      customer, "seen-\(short)", "type-\(short)", "event-\(short)-\(serial)",
    ])
    send(
      customer, "events.put",
      #"{"events":[{\#(id)"type":"\#(type)","customer":"\#(customer)","item":"\#(item)","time":"\#(shop.service.now.rfc3339())"}]}"#
    )
  }

  private mutating func issue(_ customer: String, _ generator: inout SeededGenerator) {
    let policy = generator.oneIn(2) ? "five" : "tenth"
    if mixes, generator.oneIn(2) {
      if generator.oneIn(2) {
        send(nil, "target", #"{"commit":true,"limit":2,"key":"t-\#(serial)"}"#)
      } else {
        let all = ForgetHistory.customers.joined(separator: #"",""#)
        send(
          nil, "coupons.issue",
          #"{"policy":"\#(policy)","customers":["\#(all)"],"key":"i-\#(serial)"}"#)
      }
    } else {
      send(
        customer, "coupons.issue",
        #"{"policy":"\#(policy)","customers":["\#(customer)"],"key":"i-\#(serial)/\#(customer)"}"#)
    }
    for customer in ForgetHistory.customers {
      names[customer, default: []].formUnion([customer] + codes(of: customer))
    }
  }

  private mutating func use(
    _ method: String, _ customer: String, _ short: String, _ generator: inout SeededGenerator
  ) {
    guard let code = codes(of: customer).randomElement(using: &generator) else { return }
    // For an order of their own, for one that nobody else knows, or for a guest's.
    let own = orders.filter { $0.customer == customer || mixes && $0.customer == nil }
    let id = own.randomElement(using: &generator)?.id ?? "cart-\(short)-\(serial)"
    if !id.hasPrefix("guest") { names[customer, default: []].insert(id) }
    let reply = send(
      customer, method,
      #"{"key":"u-\#(serial)","customer":"\#(customer)","order":"\#(id)","cart":{"lines":[{"item":"i-0","quantity":2,"unit_price":900}]},"codes":["\#(code)"]}"#
    )
    guard case .result(let result) = reply.outcome, let held = result["reservation"]?.text else {
      return
    }
    names[customer, default: []].insert(held)
    reservations.append((held, customer))
  }

  private mutating func finish(_ generator: inout SeededGenerator, _ redeemers: [String]) {
    guard let held = reservations.randomElement(using: &generator) else { return }
    let method =
      generator.oneIn(2) && redeemers.contains(held.customer) ? "coupons.redeem" : "coupons.release"
    send(held.customer, method, #"{"key":"e-\#(serial)","reservation":"\#(held.id)"}"#)
  }

  // MARK: Afterwards

  static func ask(_ shop: TestShop, orders: [String]) -> String {
    let items = ["i-0", "i-1", "i-2", "item-ann", "seen-ann", "item-bob"]
    return shop.answers(
      customers: customers, items: items, orders: orders, policies: ["five", "tenth"],
      moments: ["2026-02-25T00:00:00Z", "2026-03-04T00:00:00Z"])
  }

  /// The answers that differ, side by side.
  static func differences(
    _ shop: TestShop, _ other: TestShop, _ orders: [String], countsReplies: Bool = true
  ) -> [String] {
    func text(_ shop: TestShop) -> String {
      let text = ask(shop, orders: orders)
      return countsReplies ? text : text.replacing(/"stored_replies":\d+/, with: "")
    }
    let (left, right) = (text(shop), text(other))
    if left == right { return [] }
    let lines = zip(left.split(separator: "\n"), right.split(separator: "\n"))
    return lines.filter { $0 != $1 }.map { "\($0) | \($1)" } + ["they differ"]
  }

  /// A log without those who were forgotten in it.
  static func filtered(_ log: [[UInt8]]) throws -> [[UInt8]] {
    let scanner = JSONScanner(limits: Limits(maximumDepth: Limits().maximumDepth + 8))
    var filter = ForgetFilter()
    for (index, record) in log.enumerated() {
      try record.withUnsafeBufferPointer { filter.note(UInt64(index + 1), try scanner.scan($0)) }
    }
    return try log.enumerated().map { index, record in
      try record.withUnsafeBufferPointer {
        try filter.rewritten(UInt64(index + 1), try scanner.scan($0)) ?? record
      }
    }
  }
}
