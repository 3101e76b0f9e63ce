import Shop
import Wire

/// `orders.cancel`: an order that never came about.
enum OrdersCancel: Method {
  static let name = "orders.cancel"
  static let summary = "Cancels an order: all that followed from it is taken back."
  static let writes = true
  static let isKeyed = true
  static let parameters: [Field] = [
    .required("order", .string), .optional("time", .moment), .optional("key", .string),
    .transitions,
  ]
  static let result = Shape.object([
    .required("order", .string), .required("cancelled", .boolean), .required("changed", .boolean),
    .optional("restored", .list(.string), "coupons that can be used again"),
    .transitionList,
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let id = try reader.identifier("order")
    let time = try reader.optionalMoment("time")
    _ = try reader.optionalIdentifier("key")
    let asksTransitions = try reader.optionalBool("transitions") ?? false
    try reader.finish()
    let order = try engine.facts.checkCancel(id)
    let before = asksTransitions ? engine.standings(ofOrder: id, call: call) : nil
    if order != nil { engine.commit(.cancelled(order: id, time: time), now: call.now) }
    let restored = try engine.returnCoupons(of: id, now: call.now)
    reply.beginObject()
    reply.key("order")
    reply.string(id)
    reply.key("cancelled")
    reply.bool(true)
    reply.key("changed")
    reply.bool(order != nil)
    if !restored.isEmpty {
      reply.key("restored")
      reply.strings(restored)
    }
    if let before { engine.writeTransitions(since: before, call: call, &reply) }
    reply.endObject()
  }
}

/// `orders.return`: units that came back.
enum OrdersReturn: Method {
  static let name = "orders.return"
  static let summary =
    "Takes units of an order back; send a key, so that a retry takes them back once."
  static let writes = true
  static let isKeyed = true
  static let parameters: [Field] = [
    .required("order", .string),
    .required(
      "lines",
      .list(.object([.required("item", .string), .required("quantity", .integer)]))),
    .optional("time", .moment), .optional("key", .string), .transitions,
  ]
  static let result = Shape.object([
    .required("order", .string),
    .required(
      "returned",
      .list(
        .object([
          .required("line", .integer), .required("item", .string), .required("quantity", .integer),
        ]))),
    .required("net", .integer, "what is left to pay for the order, minor units"),
    .transitionList,
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let id = try reader.identifier("order")
    let time = try reader.optionalMoment("time")
    _ = try reader.optionalIdentifier("key")
    let asksTransitions = try reader.optionalBool("transitions") ?? false
    var wanted: [(item: String, quantity: Int64)] = []
    let lines = try reader.array(
      "lines", minimumCount: 1, maximumCount: OrderDraft.maximumLineCount)
    for element in lines {
      var line = try element.object()
      wanted.append(
        (item: try line.identifier("item"), quantity: Int64(try line.integer("quantity"))))
      try line.finish()
    }
    try reader.finish()
    let (order, parts) = try engine.facts.checkReturn(id, wanted)
    let before = asksTransitions ? engine.standings(ofOrder: id, call: call) : nil
    let first = engine.facts.orders.lines(of: order).lowerBound
    let relative = parts.map { (line: $0.line - first, quantity: $0.quantity) }
    engine.commit(.returned(order: id, lines: relative, time: time), now: call.now)
    reply.beginObject()
    reply.key("order")
    reply.string(id)
    reply.key("returned")
    reply.beginArray()
    for part in parts {
      reply.beginObject()
      reply.key("line")
      reply.integer(part.line - first)
      reply.key("item")
      reply.string(engine.facts.items.names[engine.facts.orders.lineItem[part.line]])
      reply.key("quantity")
      reply.integer(Int(part.quantity))
      reply.endObject()
    }
    reply.endArray()
    reply.key("net")
    reply.integer(Int(engine.facts.orders.net(order: order)))
    if let before { engine.writeTransitions(since: before, call: call, &reply) }
    reply.endObject()
  }
}

/// `orders.get`: the order as it stands.
enum OrdersGet: Method {
  static let name = "orders.get"
  static let summary = "Gives an order as it stands, with what was cancelled and returned."
  static let parameters: [Field] = [.required("order", .string)]
  static let result = Shape.object([
    .required("id", .string), .optional("customer", .string),
    .optional("named", .string, "what the order called them, where that is an identity of theirs"),
    .required("time", .moment),
    .optional("channel", .string),
    .required(
      "lines",
      .list(
        .object([
          .required("item", .string), .required("quantity", .integer),
          .required("unit_price", .integer), .required("discount", .integer),
          .required("returned", .integer, "units that came back"),
        ]))), .optional("coupons", .list(.string)), .required("cancelled", .boolean),
    .required("net", .integer, "what is left to pay for the order, minor units"),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let id = try reader.identifier("order")
    try reader.finish()
    guard let order = engine.facts.orders.index(of: id) else {
      throw RPCError(
        code: RPCError.Code.notFound, reason: "unknown_order", message: "no order \(id) is known",
        path: "order")
    }
    write(order, of: engine.facts, to: &reply)
  }

  private static func write(_ order: Int32, of facts: ShopFacts, to reply: inout JSONWriter) {
    let orders = facts.orders
    reply.beginObject()
    reply.key("id")
    reply.string(orders.names[order])
    let customer = orders.customer[Int(order)]
    if customer >= 0 {
      reply.key("customer")
      reply.string(facts.customers.names[customer])
      if let named = facts.customerNamed(byOrder: order), named != facts.customers.names[customer] {
        reply.key("named")
        reply.string(named)
      }
    }
    reply.key("time")
    reply.string(facts.settings.zone.text(orders.time[Int(order)]))
    if let channel = facts.channelName(orders.channel[Int(order)]) {
      reply.key("channel")
      reply.string(channel)
    }
    reply.key("lines")
    reply.beginArray()
    for line in orders.lines(of: order) {
      reply.beginObject()
      reply.key("item")
      reply.string(facts.items.names[orders.lineItem[line]])
      reply.key("quantity")
      reply.integer(Int(orders.lineQuantity[line]))
      reply.key("unit_price")
      reply.integer(Int(orders.lineUnitPrice[line]))
      reply.key("discount")
      reply.integer(Int(orders.lineDiscount[line]))
      reply.key("returned")
      reply.integer(Int(orders.lineReturned[line]))
      reply.endObject()
    }
    reply.endArray()
    if let coupons = orders.coupons[order] {
      reply.key("coupons")
      reply.strings(coupons)
    }
    reply.key("cancelled")
    reply.bool(orders.isCancelled[Int(order)])
    reply.key("net")
    reply.integer(Int(orders.net(order: order)))
    reply.endObject()
  }
}
