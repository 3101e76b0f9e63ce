import Shop
import Wire

/// `customers.forget`: as if the customer had never been.
enum CustomersForget: Method {
  static let name = "customers.forget"
  static let summary =
    "Forgets a customer with all orders, events and coupons; only the money spent stays, as "
    + "anonymous totals."
  static let writes = true
  static let frees = true
  static let isKeyed = true
  static let parameters: [Field] = [
    .required("customer", .string),
    .optional("key", .string, "is not kept where it names the customer itself"),
  ]
  static let result = Shape.object([
    .required("forgotten", .boolean, "false: nobody of that id is known"),
    .required("orders", .integer, "how many orders went"), .required("events", .integer),
    .required("coupons", .integer),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let id = try reader.identifier("customer")
    let key = try reader.optionalIdentifier("key")
    try reader.finish()
    let before = engine.heldCounts
    let forgotten = engine.forgetting(id)
    if let forgotten { engine.commit(.forgotten(forgotten), now: call.now) }
    // Its stored reply would say whom: that they had been, or that somebody asked.
    if forgotten.map({ Mentions(of: $0).isIn(key: key ?? "", after: 0) }) ?? true {
      engine.keepsReply = false
    }
    let after = engine.heldCounts
    reply.beginObject()
    reply.key("forgotten")
    reply.bool(forgotten != nil)
    reply.key("orders")
    reply.integer(before.orders - after.orders)
    reply.key("events")
    reply.integer(before.events - after.events)
    reply.key("coupons")
    reply.integer(before.coupons - after.coupons)
    reply.endObject()
  }
}

extension Engine {
  fileprivate var heldCounts: (orders: Int, events: Int, coupons: Int) {
    (facts.orders.liveCount, facts.events.liveCount, ledger.couponCount)
  }
}
