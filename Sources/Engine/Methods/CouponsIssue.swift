import Offers
import Shop
import Wire

/// `coupons.issue`: coupons of one policy for named customers.
enum CouponsIssue: Method {
  static let name = "coupons.issue"
  static let summary =
    "Issues coupons of a policy to customers, as far as its limits and budget allow."
  static let writes = true
  static let isKeyed = true
  static let maximumCustomerCount = 100_000
  static let parameters: [Field] = [
    .required("policy", .string), .required("customers", .list(.string)),
    .required("key", .string, "makes a retry give the stored reply"),
  ]
  static let result = Shape.object([
    .required(
      "issued",
      .list(
        .object([
          .required("customer", .string), .required("code", .string),
          .optional(
            "preferred", PreferredItems.shape, "what \"on\":\"preferred\" stands for, where asked"),
        ]))),
    .required(
      "refused",
      .list(.object([.required("customer", .string), .required("reason", .string)]))),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let id = try reader.identifier("policy")
    let list = try reader.array(
      "customers", minimumCount: 1, maximumCount: maximumCustomerCount)
    _ = try reader.identifier("key")
    try reader.finish()
    guard let policy = engine.ledger.policies[id] else {
      throw RPCError(
        code: RPCError.Code.notFound, reason: "unknown_policy",
        message: "no policy \(id) is known; policies.put adds one", path: "policy")
    }
    var grants: [CouponLedger.Grant] = []
    for element in list {
      grants.append(CouponLedger.Grant(customer: try element.identifier(), policy: id))
    }
    let issue = engine.prepareIssue(grants, from: Viewpoint(now: call.now), at: call.now)
    for fact in issue.facts { engine.commit(.coupon(fact), now: call.now) }
    reply.beginObject()
    reply.key("issued")
    reply.beginArray()
    for entry in issue.issued {
      reply.beginObject()
      reply.key("customer")
      reply.string(entry.grant.customer)
      reply.key("code")
      reply.string(entry.code)
      if policy.scope == .preferred {
        reply.key("preferred")
        engine.writePreferred(of: entry.grant.customer, from: Viewpoint(now: call.now), &reply)
      }
      reply.endObject()
    }
    reply.endArray()
    reply.key("refused")
    reply.beginArray()
    for entry in issue.refused {
      reply.pair("customer", entry.grant.customer, "reason", entry.reason.rawValue)
    }
    reply.endArray()
    reply.endObject()
  }
}

extension JSONWriter {
  /// An object of two texts.
  mutating func pair(
    _ first: StaticString, _ value: String, _ second: StaticString, _ other: String
  ) {
    beginObject()
    key(first)
    string(value)
    key(second)
    string(other)
    endObject()
  }
}
