import Offers
import Shop
import Wire

/// What the calls that price or take coupons have in common.
private struct CouponUse {
  var use: CouponLedger.Use

  /// Reads customer, order, cart and codes.
  init(_ reader: inout JSONObjectReader) throws {
    let customer = try reader.identifier("customer")
    let order = try reader.identifier("order")
    let cart = try Cart(try reader.required("cart"))
    var codes: [String] = []
    for code in try reader.array(
      "codes", minimumCount: 1, maximumCount: CouponLedger.maximumCodeCount)
    {
      codes.append(try code.identifier())
    }
    use = CouponLedger.Use(customer: customer, order: order, cart: cart, codes: codes)
  }

  static let fields: [Field] = [
    .required("customer", .string), .required("order", .string),
    .required("cart", .shared("Cart")), .required("codes", .list(.string)),
  ]
}

/// Maps a refusal of the ledger to its error.
private func refusing<Result>(
  _ body: () throws(CouponLedger.Refusal) -> Result
) throws -> Result {
  do throws(CouponLedger.Refusal) { return try body() } catch { throw RPCError(error) }
}

/// `coupons.reserve`: hold coupons while the customer pays.
enum CouponsReserve: Method {
  static let name = "coupons.reserve"
  static let summary = "Holds coupons for an order for a while; all that are named, or none."
  static let writes = true
  static let isKeyed = true
  static let parameters: [Field] =
    [.required("key", .string)] + CouponUse.fields + [
      .optional("ttl_seconds", .integer, "how long, 1 to 2592000; 900 where absent")
    ]
  static let result = Shape.object(
    SharedShapes.quote + [.required("reservation", .string), .required("expires", .moment)])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    _ = try reader.identifier("key")
    let use = try CouponUse(&reader).use
    let seconds = try reader.optionalInteger("ttl_seconds")
    try reader.finish()
    let pricing = engine.pricing(
      of: use.customer, from: Viewpoint(now: call.now),
      asksPreference: engine.ledger.asksPreference(customer: use.customer, codes: use.codes))
    let random = engine.surroundings.randomBits
    let reserved = try refusing { () throws(CouponLedger.Refusal) in
      try engine.ledger.prepareReserve(
        use, at: call.now,
        timeToLiveSeconds: seconds.map { Int64($0) }
          ?? CouponLedger.defaultTimeToLiveSeconds, facts: pricing,
        makeReservation: { "R" + CouponCode.make { Engine.bytes($0, random) } })
    }
    engine.commit(.coupon(reserved.fact), now: call.now)
    reply.beginObject()
    reply.members(of: reserved.quote)
    reply.key("reservation")
    reply.string(reserved.reservation)
    reply.key("expires")
    reply.string(engine.facts.settings.zone.text(reserved.expires))
    reply.endObject()
  }
}

/// `coupons.redeem`: use coupons for an order.
enum CouponsRedeem: Method {
  static let name = "coupons.redeem"
  static let summary =
    "Uses coupons for an order, at once or as reserved; all that are named, or none."
  static let writes = true
  static let isKeyed = true
  static let parameters: [Field] = [
    .required("key", .string),
    .optional("reservation", .string, "instead of customer, order, cart and codes"),
    .optional("customer", .string), .optional("order", .string),
    .optional("cart", .shared("Cart")), .optional("codes", .list(.string)),
  ]
  static let result = Shape.object(
    SharedShapes.quote + [.required("redeemed", .list(.string))])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    _ = try reader.identifier("key")
    let fact: LedgerFact
    let quote: Quote
    if let reservation = try reader.optionalIdentifier("reservation") {
      try reader.finish()
      (fact, quote) = try refusing { () throws(CouponLedger.Refusal) in
        try engine.ledger.prepareRedeem(reservation: reservation, at: call.now)
      }
    } else {
      let use = try CouponUse(&reader).use
      try reader.finish()
      let pricing = engine.pricing(
        of: use.customer, from: Viewpoint(now: call.now),
        asksPreference: engine.ledger.asksPreference(customer: use.customer, codes: use.codes))
      (fact, quote) = try refusing { () throws(CouponLedger.Refusal) in
        try engine.ledger.prepareRedeem(use, at: call.now, facts: pricing)
      }
    }
    engine.commit(.coupon(fact), now: call.now)
    reply.beginObject()
    reply.members(of: quote)
    reply.key("redeemed")
    reply.strings(quote.applied.map(\.code))
    reply.endObject()
  }
}

/// `coupons.release`: end a reservation.
enum CouponsRelease: Method {
  static let name = "coupons.release"
  static let summary = "Ends a reservation before its time."
  static let writes = true
  static let isKeyed = true
  static let parameters: [Field] = [.required("key", .string), .required("reservation", .string)]
  static let result = Shape.object([.required("released", .list(.string))])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    _ = try reader.identifier("key")
    let reservation = try reader.identifier("reservation")
    try reader.finish()
    let (fact, released) = try refusing { () throws(CouponLedger.Refusal) in
      try engine.ledger.prepareRelease(reservation: reservation, at: call.now)
    }
    if let fact { engine.commit(.coupon(fact), now: call.now) }
    reply.beginObject()
    reply.key("released")
    reply.strings(released)
    reply.endObject()
  }
}

/// `coupons.return`: units of an order that used coupons came back.
enum CouponsReturn: Method {
  static let name = "coupons.return"
  static let summary =
    "Gives back the stored discount shares of returned lines; the whole order back "
    + "restores its coupons."
  static let writes = true
  static let isKeyed = true
  static let parameters: [Field] = [
    .required("key", .string), .required("order", .string),
    .optional(
      "lines",
      .list(.object([.required("index", .integer), .required("quantity", .integer)])),
      "absent: all that is left"),
  ]
  static let result = Shape.object([
    .required(
      "returned",
      .object([
        .required("discount", .integer),
        .required(
          "lines",
          .list(
            .object([
              .required("index", .integer), .required("quantity", .integer),
              .required("discount", .integer),
            ]))),
      ])), .required("restored", .list(.string)),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    _ = try reader.identifier("key")
    let order = try reader.identifier("order")
    var lines: [LedgerFact.Units]?
    if let list = try reader.optionalArray("lines", maximumCount: OrderDraft.maximumLineCount) {
      var units: [LedgerFact.Units] = []
      for element in list {
        var line = try element.object()
        units.append(
          LedgerFact.Units(
            index: try line.integer("index", in: 0...OrderDraft.maximumLineCount),
            quantity: Int64(try line.integer("quantity"))))
        try line.finish()
      }
      lines = units
    }
    try reader.finish()
    let (fact, returned) = try refusing { () throws(CouponLedger.Refusal) in
      try engine.ledger.prepareReturn(order: order, lines: lines, at: call.now)
    }
    engine.commit(.coupon(fact), now: call.now)
    reply.beginObject()
    reply.key("returned")
    reply.beginObject()
    reply.key("discount")
    reply.integer(Int(returned.discount))
    reply.key("lines")
    reply.beginArray()
    for line in returned.lines {
      reply.beginObject()
      reply.key("index")
      reply.integer(line.index)
      reply.key("quantity")
      reply.integer(Int(line.quantity))
      reply.key("discount")
      reply.integer(Int(line.discount))
      reply.endObject()
    }
    reply.endArray()
    reply.endObject()
    reply.key("restored")
    reply.strings(returned.restored)
    reply.endObject()
  }
}

/// `coupons.void`: make coupons void for good.
enum CouponsVoid: Method {
  static let name = "coupons.void"
  static let summary = "Makes live coupons void for good."
  static let writes = true
  static let isKeyed = true
  static let parameters: [Field] = [.required("key", .string), .required("codes", .list(.string))]
  static let result = Shape.object([
    .required("voided", .list(.string)),
    .required(
      "refused", .list(.object([.required("code", .string), .required("reason", .string)]))),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    _ = try reader.identifier("key")
    let codes =
      try reader.required("codes").identifiers(maximumCount: CouponLedger.maximumCodeCount)
    try reader.finish()
    let (facts, voided, refused) = engine.ledger.prepareVoid(codes, at: call.now)
    for fact in facts { engine.commit(.coupon(fact), now: call.now) }
    reply.beginObject()
    reply.key("voided")
    reply.strings(voided)
    reply.key("refused")
    reply.beginArray()
    for entry in refused { reply.pair("code", entry.code, "reason", entry.reason.rawValue) }
    reply.endArray()
    reply.endObject()
  }
}
