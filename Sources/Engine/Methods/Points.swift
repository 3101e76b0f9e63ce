import Members
import Shop
import Wire

/// What the calls that move points answer.
private enum PointShapes {
  static let result: [Field] = [
    .required("customer", .string), .required("points", .integer, "what can be spent after it"),
  ]
}

extension Engine {
  /// Points of a customer; zero for somebody unknown.
  fileprivate mutating func points(of customer: String, from viewpoint: Viewpoint) -> Int64 {
    facts.customers.index(of: customer).map {
      profile(of: $0, from: viewpoint).standing.balance
    } ?? 0
  }

  fileprivate mutating func answer(
    _ movement: PointMovement, _ call: Call, _ reply: inout JSONWriter
  ) {
    commit(.points(movement), now: call.now)
    reply.beginObject()
    reply.key("customer")
    reply.string(movement.customer)
    reply.key("points")
    reply.integer(Int(points(of: movement.customer, from: Viewpoint(now: call.now))))
  }
}

extension JSONObjectReader {
  fileprivate mutating func points() throws -> Int64 {
    Int64(try integer("points", in: 1...Int(PointRules.maximumPoints)))
  }
}

/// `points.grant`: points that no order earned.
enum PointsGrant: Method {
  static let name = "points.grant"
  static let summary =
    "Gives a customer points, such as for a birthday or to make up for something."
  static let writes = true
  static let isKeyed = true
  static let parameters: [Field] = [
    .required("key", .string, "makes a retry give the stored reply"),
    .required("customer", .string), .required("points", .integer, "1 to 1000000000000"),
    .optional("expires", .moment, "from when they cannot be spent any more; absent: never"),
    .optional("note", .string, "why; kept with them"),
  ]
  static let result = Shape.object(PointShapes.result)

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    _ = try reader.identifier("key")
    var movement = PointMovement(
      kind: .granted, customer: try reader.identifier("customer"), time: call.now,
      points: try reader.points())
    movement.expires = try reader.optionalMoment("expires")
    movement.note = try reader.optionalString("note", maximumBytes: 1_000)
    try reader.finish()
    if let expires = movement.expires, expires <= call.now {
      throw reader.failure(
        at: "expires", "out_of_range", "expires is past; points end at a moment still to come")
    }
    engine.answer(movement, call, &reply)
    reply.endObject()
  }
}

/// `points.spend`: points that a customer uses.
enum PointsSpend: Method {
  static let name = "points.spend"
  static let summary = "Takes points that a customer uses, those that expire first."
  static let writes = true
  static let isKeyed = true
  static let parameters: [Field] = [
    .required("key", .string, "makes a retry give the stored reply"),
    .required("customer", .string), .required("points", .integer, "1 to 1000000000000"),
    .optional("order", .string, "what they pay for: if it is cancelled, they come back"),
    .optional("note", .string, "what for; kept with them"),
  ]
  static let result = Shape.object(PointShapes.result)

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    _ = try reader.identifier("key")
    var movement = PointMovement(
      kind: .spent, customer: try reader.identifier("customer"), time: call.now,
      points: try reader.points())
    movement.order = try reader.optionalIdentifier("order")
    movement.note = try reader.optionalString("note", maximumBytes: 1_000)
    try reader.finish()
    if let id = movement.order, let order = engine.facts.orders.index(of: id),
      engine.facts.orders.isCancelled[Int(order)]
    {
      throw RPCError(
        code: RPCError.Code.refused, reason: "cancelled",
        message: "order \(id) is cancelled; nothing is paid for it", path: "order")
    }
    let held = engine.points(of: movement.customer, from: Viewpoint(now: call.now))
    guard held >= movement.points else {
      throw RPCError(
        code: RPCError.Code.refused, reason: "not_enough_points",
        message: "there are \(held) points to spend, \(movement.points - held) less than asked for",
        path: "points")
    }
    engine.answer(movement, call, &reply)
    reply.endObject()
  }
}

/// `points.return`: spent points that are given back.
enum PointsReturn: Method {
  static let name = "points.return"
  static let summary = "Gives back points that were spent on an order, to where they came from."
  static let writes = true
  static let isKeyed = true
  static let parameters: [Field] = [
    .required("key", .string, "makes a retry give the stored reply"),
    .required("customer", .string), .required("order", .string),
    .optional("points", .integer, "how many of them; all where absent"),
  ]
  static let result = Shape.object(
    PointShapes.result + [.required("returned", .integer, "how many came back")])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    _ = try reader.identifier("key")
    let customer = try reader.identifier("customer")
    let order = try reader.identifier("order")
    let stated = try reader.optionalInteger("points", in: 1...Int(PointRules.maximumPoints))
    try reader.finish()
    let spent =
      engine.facts.customers.index(of: customer)
      .map { engine.members.points.spent(by: $0, on: order) } ?? 0
    let points = stated.map(Int64.init) ?? spent
    guard spent > 0, points <= spent else {
      throw RPCError(
        code: RPCError.Code.refused, reason: "more_than_spent",
        message: "\(spent) points are spent on order \(order) and not given back yet",
        path: stated == nil ? "order" : "points")
    }
    var movement = PointMovement(
      kind: .returned, customer: customer, time: call.now, points: points)
    movement.order = order
    engine.answer(movement, call, &reply)
    reply.key("returned")
    reply.integer(Int(points))
    reply.endObject()
  }
}

/// `points.list`: the account of one customer.
enum PointsList: Method {
  static let name = "points.list"
  static let summary = "Gives a customer's account of points, line by line, as the facts stand."
  static let parameters: [Field] = [
    .required("customer", .string),
    .optional("limit", .integer, "lines, the newest, 0 to 10000; 100 where absent"),
    .optional("at", .moment, "as of that moment; now where absent"),
  ]
  static let result = Shape.object([
    .required("points", .integer, "what can be spent"),
    .required("owed", .integer, "spent, but taken back with an order since; paid by the next ones"),
    .required("earned", .integer), .required("granted", .integer), .required("spent", .integer),
    .required("expired", .integer),
    .required(
      "lots",
      .list(.object([.required("points", .integer), .optional("expires", .moment)])),
      "what can be spent, in the order in which it will be"),
    .required(
      "lines",
      .list(
        .object([
          .required("kind", .choice(["earned", "granted", "spent", "expired"])),
          .required("time", .moment), .required("points", .integer),
          .required("balance", .integer, "after it"),
          .optional("factor", .number, "that multiplied what was earned"),
          .optional("order", .string), .optional("note", .string), .optional("expires", .moment),
        ])), "the oldest of them first"),
    .required("count", .integer, "all lines, listed or not"),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let id = try reader.identifier("customer")
    let limit = try reader.optionalInteger("limit", in: 0...10_000) ?? 100
    let moment = try reader.optionalMoment("at")
    try reader.finish()
    let zone = engine.facts.settings.zone
    let account = engine.facts.customers.index(of: id).map {
      engine.profile(of: $0, from: call.viewpoint(at: moment)).account
    }
    reply.beginObject()
    reply.pointSums([account].compactMap(\.self))
    reply.key("lots")
    reply.beginArray()
    for lot in account?.liveLots ?? [] {
      reply.beginObject()
      reply.key("points")
      reply.integer(Int(lot.left))
      reply.optionalText("expires", lot.expires.map(zone.text))
      reply.endObject()
    }
    reply.endArray()
    reply.key("lines")
    reply.beginArray()
    let lines = account?.lines ?? []
    for line in lines.suffix(limit) {
      reply.beginObject()
      reply.key("kind")
      reply.string(line.kind.rawValue)
      reply.key("time")
      reply.string(zone.text(line.time))
      reply.key("points")
      reply.integer(Int(line.points))
      reply.key("balance")
      reply.integer(Int(line.balance))
      if let factor = line.factor, factor != 100 {
        reply.key("factor")
        reply.number(Double(factor) / 100, decimals: 2)
      }
      reply.optionalText("order", line.order)
      reply.optionalText("note", line.note)
      reply.optionalText("expires", line.expires.map(zone.text))
      reply.endObject()
    }
    reply.endArray()
    reply.key("count")
    reply.integer(lines.count)
    reply.endObject()
  }
}

/// `points.totals`: what the shop owes in points.
enum PointsTotals: Method {
  static let name = "points.totals"
  static let summary =
    "Adds up the points of all customers: earned + granted + owed = points + spent + expired."
  static let parameters: [Field] = [
    .optional("at", .moment, "as of that moment; now where absent")
  ]
  static let result = Shape.object([
    .required("points", .integer, "what can be spent"), .required("owed", .integer),
    .required("earned", .integer), .required("granted", .integer), .required("spent", .integer),
    .required("expired", .integer), .required("customers", .integer, "with points to spend"),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let moment = try reader.optionalMoment("at")
    try reader.finish()
    let view = engine.members.view(from: call.viewpoint(at: moment), facts: engine.facts)
    let accounts = (0..<Int32(engine.facts.customers.count)).map {
      view.profile(of: $0).standing
    }
    reply.beginObject()
    reply.pointSums(accounts)
    reply.key("customers")
    reply.integer(accounts.count { $0.balance > 0 })
    reply.endObject()
  }
}

extension JSONWriter {
  fileprivate mutating func pointSums(_ accounts: [MemberStanding]) {
    func sum(_ figure: (MemberStanding) -> Int64) -> Int {
      Int(accounts.reduce(Int64(0)) { Money.sum($0, figure($1)) })
    }
    for (name, figure) in [
      ("points", sum(\.balance)), ("owed", sum(\.owed)), ("earned", sum(\.earned)),
      ("granted", sum(\.granted)), ("spent", sum(\.spent)), ("expired", sum(\.expired)),
    ] {
      key(dynamic: name)
      integer(figure)
    }
  }

  fileprivate mutating func optionalText(_ name: StaticString, _ text: String?) {
    guard let text else { return }
    key(name)
    string(text)
  }
}
