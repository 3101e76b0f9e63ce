import Members
import Offers
import Shop
import Wire

/// `coupons.totals`: how many, in which state, at what cost.
enum CouponsTotals: Method {
  static let name = "coupons.totals"
  static let summary =
    "Counts coupons by state and says what they can still cost, of a policy or of all."
  static let parameters: [Field] = [
    .optional("policy", .string, "absent: all policies"),
    .optional(
      "by", .choice(Dimension.allCases.map(\.rawValue)), "the same figures in rows, too"),
    .optional("at", .moment),
  ]
  static let result = Shape.object(
    figures + [
      .optional(
        "rows",
        .list(
          .object([.required("key", .nullable(.string), "null: not known, or not used")] + figures)
        ), "with by: every coupon is in exactly one")
    ])

  private static let figures: [Field] = [
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
  ]

  /// What coupons are counted under.
  enum Dimension: String, CaseIterable {
    case policy
    /// That the customer is of.
    case tier
    /// That the customer prefers, as quotas of `target` have it.
    case channel
    /// The local day on which it was issued.
    case day
    /// The channel of the order that it is used on.
    case orderChannel = "order_channel"
    /// The local day on which its use began.
    case orderDay = "order_day"
  }

  /// Rows of one answer; more are refused.
  static let maximumRowCount = 10_000

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let policy = try reader.optionalIdentifier("policy")
    let dimension = try reader.optionalChoice("by") as Dimension?
    let viewpoint = call.viewpoint(at: try reader.optionalMoment("at"))
    try reader.finish()
    let totals: CouponLedger.Totals
    if let policy {
      guard let found = engine.ledger.totals(ofPolicy: policy, at: viewpoint.now) else {
        throw RPCError(
          code: RPCError.Code.notFound, reason: "unknown_policy",
          message: "no policy \(policy) is known", path: "policy")
      }
      totals = found
    } else {
      totals = engine.ledger.totals(at: viewpoint.now)
    }
    let rows = try dimension.map { dimension in
      try engine.couponRows(by: dimension, ofPolicy: policy, from: viewpoint)
    }
    reply.beginObject()
    reply.members(of: totals)
    if let rows {
      reply.key("rows")
      reply.beginArray()
      for row in rows {
        reply.beginObject()
        reply.key("key")
        if let key = row.key { reply.string(key) } else { reply.null() }
        reply.members(of: row.totals)
        reply.endObject()
      }
      reply.endArray()
    }
    reply.endObject()
  }
}

extension Engine {
  /// The totals by a dimension, in the order of the keys' bytes, what has none last.
  mutating func couponRows(
    by dimension: CouponsTotals.Dimension, ofPolicy policy: String?, from viewpoint: Viewpoint
  ) throws -> [(key: String?, totals: CouponLedger.Totals)] {
    let ledger = self.ledger
    let facts = self.facts
    let zone = facts.settings.zone
    var rows: [(key: String?, totals: CouponLedger.Totals)]
    func counted(_ key: (CouponLedger.Held) -> String?) -> [(
      key: String?, totals: CouponLedger.Totals
    )] {
      ledger.totals(at: viewpoint.now, ofPolicy: policy, by: key)
    }
    func order(of held: CouponLedger.Held) -> Int32? {
      held.use.flatMap { facts.orders.index(of: $0.order) }
    }
    switch dimension {
    case .policy:
      rows = (policy.map { [$0] } ?? ledger.policies.ids).compactMap { id in
        ledger.totals(ofPolicy: id, at: viewpoint.now).map { (key: id, totals: $0) }
      }
    case .tier, .channel:
      let view = members.view(from: viewpoint, facts: facts)
      rows = counted { held in
        guard let customer = facts.customers.index(of: held.customer) else { return nil }
        let profile = view.profile(of: customer)
        return dimension == .tier ? profile.tier : profile.preferredChannel
      }
    case .day: rows = counted { zone.day(of: $0.issued).text }
    case .orderChannel:
      rows = counted { held in
        order(of: held).flatMap { facts.channelName(facts.orders.channel[Int($0)]) }
      }
    case .orderDay: rows = counted { held in held.use.map { zone.day(of: $0.began).text } }
    }
    guard rows.count <= CouponsTotals.maximumRowCount else {
      throw RPCError(
        code: RPCError.Code.overLimit, reason: "out_of_range",
        message: "more than \(CouponsTotals.maximumRowCount) rows; ask for one policy", path: "by")
    }
    return rows.sorted { left, right in
      guard let one = left.key, let other = right.key else { return left.key != nil }
      return one.utf8.lexicographicallyPrecedes(other.utf8)
    }
  }
}

extension JSONWriter {
  /// Writes totals into an open object.
  fileprivate mutating func members(of totals: CouponLedger.Totals) {
    let standing = totals.standing
    let counts: [(StaticString, Int64)] = [
      ("issued", standing.issued), ("live", standing.live), ("reserved", standing.reserved),
      ("redeemed", standing.redeemed), ("expired", standing.expired), ("void", standing.void),
    ]
    for (name, count) in counts {
      key(name)
      integer(Int(count))
    }
    key("budget")
    beginObject()
    key("limit")
    if let limit = totals.budgetLimit { integer(Int(limit)) } else { null() }
    let amounts: [(StaticString, Int64)] = [
      ("exposure", standing.exposure), ("expected", totals.expected),
      ("realised", standing.realised),
    ]
    for (name, amount) in amounts {
      key(name)
      integer(Int(amount))
    }
    endObject()
  }
}
