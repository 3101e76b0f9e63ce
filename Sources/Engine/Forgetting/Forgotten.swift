import Offers
import Shop
import Wire

/// That a customer was forgotten: whom to take out, and what they had spent.
///
/// The log keeps the fact as it was until it is rewritten; then `spent` alone is left of it. The
/// names are in it so that whoever rewrites the log knows, at each record, also the names that the
/// customer came by later.
///
///     {"customer":"c-1","names":["o-1","R7…"],"codes":["A1…"],
///      "spent":[{"policy":"p","redeemed":2,"realised":2400}]}
package struct Forgotten: Equatable, Sendable {
  package var customer: String?
  /// Ids of their orders, events and reservations.
  package var names: [String] = []
  /// Their coupon codes.
  package var codes: [String] = []
  /// What channels called them: orders and events that came under it were theirs.
  package var identities: [Customer.Identity] = []
  /// Channels by which their id is somebody else's identity: what came so was not theirs.
  package var elsewhere: [String] = []
  package var spent: [CouponLedger.Spent] = []

  /// Names beyond so many bytes are left out, so that the fact fits into a record of the log: of
  /// a till with half a million orders, not all ids are looked for in replies to others.
  static let maximumNameBytes = 8 << 20
}

extension Forgotten {
  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    if let customer {
      writer.key("customer")
      writer.string(customer)
      writer.key("names")
      writer.strings(names)
      writer.key("codes")
      writer.strings(codes)
      if !identities.isEmpty {
        writer.key("identities")
        writer.beginArray()
        for identity in identities { writer.strings([identity.channel, identity.id]) }
        writer.endArray()
      }
      if !elsewhere.isEmpty {
        writer.key("elsewhere")
        writer.strings(elsewhere)
      }
    }
    writer.key("spent")
    writer.beginArray()
    for entry in spent {
      writer.beginObject()
      writer.key("policy")
      writer.string(entry.policy)
      writer.key("redeemed")
      writer.integer(Int(entry.redeemed))
      writer.key("realised")
      writer.integer(Int(entry.realised))
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }

  init(_ body: JSON) throws {
    var reader = try body.object()
    customer = try reader.optionalIdentifier("customer")
    names = try Forgotten.texts(reader.optionalArray("names", maximumCount: Int.max))
    codes = try Forgotten.texts(reader.optionalArray("codes", maximumCount: Int.max))
    for element in try reader.optionalArray("identities", maximumCount: Int.max)?.map(\.self) ?? []
    {
      let parts = try element.array(minimumCount: 2, maximumCount: 2).map {
        try $0.string(maximumBytes: Int.max)
      }
      identities.append(Customer.Identity(channel: parts[0], id: parts[1]))
    }
    elsewhere = try Forgotten.texts(reader.optionalArray("elsewhere", maximumCount: Int.max))
    for element in try reader.array("spent", maximumCount: Int.max) {
      var entry = try element.object()
      spent.append(
        CouponLedger.Spent(
          policy: try entry.identifier("policy"),
          redeemed: Int64(try entry.integer("redeemed", in: 0...Int.max)),
          realised: Int64(try entry.integer("realised"))))
      try entry.finish()
    }
    try reader.finish()
  }

  private static func texts(_ list: JSONArray?) throws -> [String] {
    try list?.map { try $0.string(maximumBytes: Int.max) } ?? []
  }
}
