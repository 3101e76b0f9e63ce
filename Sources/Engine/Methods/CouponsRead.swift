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
