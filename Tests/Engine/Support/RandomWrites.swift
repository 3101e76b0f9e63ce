import TestSupport
import Testing

/// Writes of every kind over a few names, most of them right, some refused for what they say.
struct RandomWrites {
  static let customers = (0..<4).map { "c-\($0)" }
  static let items = (0..<5).map { "i-\($0)" }
  private var count = 0

  mutating func send(to shop: TestShop, _ generator: inout SeededGenerator) {
    let (method, parameters) = next(&generator)
    shop.call(method, parameters)
    shop.advance(hours: Double(generator.integer(in: 0...5)))
  }

  mutating func next(_ generator: inout SeededGenerator) -> (String, String) {
    count += 1
    let customer = "c-\(generator.integer(in: 0...3))"
    let item = "i-\(generator.integer(in: 0...4))"
    let order = "o-\(generator.integer(in: 0...12))"
    let day = generator.integer(in: 10...28)
    let time = "2026-0\(generator.integer(in: 1...2))-\(day)T10:00:00+08:00"
    switch generator.integer(in: 0...19) {
    case 18:
      return (
        "points.grant",
        #"{"key":"g-\#(count)","customer":"\#(customer)","points":\#(generator.integer(in: 1...50))}"#
      )
    case 19:
      return (
        "points.spend",
        #"{"key":"s-\#(count)","customer":"\#(customer)","points":\#(generator.integer(in: 1...50)),"order":"\#(order)"}"#
      )
    case 16...17:
      let identity = #"{"channel":"store","id":"c-\#(generator.integer(in: 0...3))"}"#
      return (
        generator.oneIn(3) ? "customers.unlink" : "customers.link",
        #"{"customer":"\#(customer)","identity":\#(identity)}"#
      )
    case 0...6:
      let lines = (0...generator.integer(in: 0...3)).map { _ in
        #"{"item":"i-\#(generator.integer(in: 0...4))","quantity":\#(generator.integer(in: 0...4)),"unit_price":\#(generator.integer(in: 1...9) * 150)}"#
      }
      let who = generator.oneIn(5) ? "" : #""customer":"\#(customer)","#
      let channel = generator.oneIn(2) ? #","channel":"store""# : ""
      return (
        "orders.put",
        #"{"orders":[{"id":"\#(order)",\#(who)"time":"\#(time)","lines":[\#(lines.joined(separator: ","))]\#(channel)}]}"#
      )
    case 7: return ("orders.cancel", #"{"order":"\#(order)"}"#)
    case 8:
      return ("orders.return", #"{"order":"\#(order)","lines":[{"item":"\#(item)","quantity":1}]}"#)
    case 9:
      let stock = generator.oneIn(3) ? "0" : "null"
      return (
        "items.put",
        #"{"items":[{"id":"\#(item)","category":["k-\#(generator.integer(in: 0...1))"],"cost":\#(generator.integer(in: 0...300)),"stock":\#(stock)}]}"#
      )
    case 10:
      return (
        "customers.put",
        #"{"customers":[{"id":"\#(customer)","consent":{"sms":\#(generator.oneIn(2))},"attributes":{"n":\#(generator.integer(in: 0...9))}}]}"#
      )
    case 11:
      return (
        "events.put",
        #"{"events":[{"type":"\#(generator.oneIn(2) ? "dislike" : "view")","customer":"\#(customer)","item":"\#(item)","time":"\#(time)"}]}"#
      )
    case 12:
      return (
        "policies.put",
        #"{"policies":[{"id":"ten","gives":{"kind":"amount_off","amount":\#(generator.integer(in: 1...4) * 100)},"limits":{"per_customer":2},"prior":{"redemption":0.6,"uplift":0.5}}]}"#
      )
    case 13:
      return (
        "shop.configure",
        #"{"timezone":"\#(generator.oneIn(2) ? "Asia/Shanghai" : "Europe/Berlin")","margin_percent":\#(generator.integer(in: 30...50))}"#
      )
    case 14:
      return (
        "coupons.issue", #"{"policy":"ten","customers":["\#(customer)"],"key":"i-\#(count)"}"#
      )
    default: return ("target", #"{"commit":true,"limit":1,"key":"t-\#(count)"}"#)
    }
  }
}
