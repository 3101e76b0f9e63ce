import Affinity
import Members
import Outreach
import Shop
import Wire

/// `customers.rank`: whom to turn to first.
enum CustomersRank: Method {
  static let name = "customers.rank"
  static let summary = "Orders the customers of a segment by what is expected of them."
  static let parameters: [Field] = [
    .required(
      "by", .choice(Order.allCases.map(\.rawValue)),
      "what they are ordered by, the greatest first"),
    .optional(
      "segment", .either([.string, .shared("Condition")]),
      "a segment's id, or a condition over the profile; absent: everyone"),
    .optional(
      "within_days", .integer,
      "with intent: days within which they may order, 1 to 3650; 30 where absent"),
    .optional("limit", .integer, "how many to list, 0 to 100000; 100 where absent"),
    .optional("at", .moment, "as of that moment; now where absent"),
  ]
  static let result = Shape.object([
    .required(
      "customers",
      .list(.object([.required("customer", .string), .required("score", .number)])),
      "the first of them, up to the limit"),
    .required("count", .integer, "all who have a score, listed or not"),
    .required(
      "basis", .choice(["lifetime", "learned"]),
      "what the scores come from: the lifetime model, or what was learned from the log"),
    .required(
      "lifetime_basis", .choice(["prior", "fitted"]),
      "whether the lifetime model was fitted on the shop's own log"),
  ])

  /// What customers can be ordered by.
  enum Order: String, CaseIterable {
    /// The probability of an order within so many days.
    case intent
    /// The expected spend of a year, minor units.
    case value
    /// The probability of being gone.
    case risk
    /// As `LapsedMember` has it, minor units.
    case valueAtRisk = "value_at_risk"

    /// Nil for a customer who never ordered, but for what was learned of who browses.
    func score(of profile: MemberProfile, withinDays days: Double) -> Double? {
      if self == .intent { return profile.intent(withinDays: days) }
      guard let alive = profile.aliveProbability else { return nil }
      switch self {
      case .intent: return nil
      case .value: return profile.yearValue
      case .risk: return 1 - alive
      case .valueAtRisk: return LapsedMember.valueAtRisk(of: profile).map(Double.init)
      }
    }

    var decimals: Int {
      switch self {
      case .intent, .risk: 6
      case .value, .valueAtRisk: 0
      }
    }
  }

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    guard let order = try reader.optionalChoice("by", of: Order.self) else {
      throw reader.failure(
        at: "by", "missing",
        "by is missing; one of \(Order.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let segment = try reader.optionalValue("segment")
    let days = try reader.optionalInteger("within_days", in: 1...3_650) ?? 30
    let limit = try reader.optionalInteger("limit", in: 0...100_000) ?? 100
    let moment = try reader.optionalMoment("at")
    try reader.finish()
    let viewpoint = call.viewpoint(at: moment)
    let condition = try engine.segmentCondition(segment)
    let customers = try engine.audience(nil, condition, from: viewpoint)
    let view = engine.members.view(from: viewpoint, facts: engine.facts)
    var ranked: [Ranked] = []
    for customer in customers {
      let profile = view.profile(of: customer)
      guard profile.isKnown, let score = order.score(of: profile, withinDays: Double(days))
      else { continue }
      // Ordered as they are shown, so that what looks alike is in the order of ids.
      ranked.append(Ranked(item: customer, score: score.rounded(decimals: order.decimals)))
    }
    let count = ranked.count
    var queue = RankedQueue(ranked, expected: limit)
    let names = engine.facts.customers.names
    reply.beginObject()
    reply.key("customers")
    reply.beginArray()
    for _ in 0..<limit {
      guard let next = queue.next(names) else { break }
      reply.beginObject()
      reply.key("customer")
      names.withBytes(of: next.item) { reply.string(utf8: $0) }
      reply.key("score")
      if order.decimals == 0 {
        reply.integer(Int(Int64(clamped: next.score)))
      } else {
        reply.number(next.score, decimals: order.decimals)
      }
      reply.endObject()
    }
    reply.endArray()
    reply.key("count")
    reply.integer(count)
    reply.key("basis")
    reply.string(order == .intent && view.fitted.intent != nil ? "learned" : "lifetime")
    reply.key("lifetime_basis")
    reply.string(view.fitted.basis)
    reply.endObject()
  }
}
