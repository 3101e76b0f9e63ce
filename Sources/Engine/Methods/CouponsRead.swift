import Offers
import Shop
import Wire

/// `coupons.list`: what a customer holds and held.
enum CouponsList: Method {
  static let name = "coupons.list"
  static let summary = "Lists a customer's coupons with their states."
  static let parameters: [Field] = [.required("customer", .string), .optional("at", .moment)]
  static let result = Shape.object([
    .required(
      "coupons",
      .list(
        .object([
          .required("code", .string), .required("policy", .string),
          .required("state", .choice(CouponState.allCases.map(\.rawValue))),
          .required("issued", .moment), .required("expires", .nullable(.moment)),
        ])))
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let customer = try reader.identifier("customer")
    let moment = try reader.optionalMoment("at")
    try reader.finish()
    let zone = engine.facts.settings.zone
    reply.beginObject()
    reply.key("coupons")
    reply.beginArray()
    for coupon in engine.ledger.list(customer: customer, at: moment ?? call.now) {
      reply.beginObject()
      reply.key("code")
      reply.string(coupon.code)
      reply.key("policy")
      reply.string(coupon.policy)
      reply.key("state")
      reply.string(coupon.state.rawValue)
      reply.key("issued")
      reply.string(zone.text(coupon.issued))
      reply.key("expires")
      if let expires = coupon.expires { reply.string(zone.text(expires)) } else { reply.null() }
      reply.endObject()
    }
    reply.endArray()
    reply.endObject()
  }
}

/// `coupons.totals`: how many, in which state, at what cost.
enum CouponsTotals: Method {
  static let name = "coupons.totals"
  static let summary =
    "Counts coupons by state and says what they can still cost, of a policy or of all."
  static let parameters: [Field] = [
    .optional("policy", .string, "absent: all policies"), .optional("at", .moment),
  ]
  static let result = Shape.object([
    .required("issued", .integer), .required("live", .integer), .required("reserved", .integer),
    .required("redeemed", .integer), .required("expired", .integer), .required("void", .integer),
    .required(
      "budget",
      .object([
        .required("limit", .nullable(.integer), "null: without a budget"),
        .required(
          "exposure", .integer, "what live and reserved can still cost plus what redeemed did"),
        .required("expected", .integer), .required("realised", .integer),
      ])),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let policy = try reader.optionalIdentifier("policy")
    let moment = try reader.optionalMoment("at") ?? call.now
    try reader.finish()
    let totals: CouponLedger.Totals
    if let policy {
      guard let found = engine.ledger.totals(ofPolicy: policy, at: moment) else {
        throw RPCError(
          code: RPCError.Code.notFound, reason: "unknown_policy",
          message: "no policy \(policy) is known", path: "policy")
      }
      totals = found
    } else {
      totals = engine.ledger.totals(at: moment)
    }
    let standing = totals.standing
    let counts: [(StaticString, Int64)] = [
      ("issued", standing.issued), ("live", standing.live), ("reserved", standing.reserved),
      ("redeemed", standing.redeemed), ("expired", standing.expired), ("void", standing.void),
    ]
    reply.beginObject()
    for (name, count) in counts {
      reply.key(name)
      reply.integer(Int(count))
    }
    reply.key("budget")
    reply.beginObject()
    reply.key("limit")
    if let limit = totals.budgetLimit { reply.integer(Int(limit)) } else { reply.null() }
    let amounts: [(StaticString, Int64)] = [
      ("exposure", standing.exposure), ("expected", totals.expected),
      ("realised", standing.realised),
    ]
    for (name, amount) in amounts {
      reply.key(name)
      reply.integer(Int(amount))
    }
    reply.endObject()
    reply.endObject()
  }
}
