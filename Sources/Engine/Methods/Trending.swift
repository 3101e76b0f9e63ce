import Affinity
import Members
import Shop
import Statistics
import Wire

/// `trending`: what sells more than it used to, or more here than elsewhere?
enum Trending: Method {
  static let name = "trending"
  static let summary =
    "Lists what sells more than its past, or than the rest of the shop, leads one to expect."
  static let parameters: [Field] = [
    .optional("channel", .string, "orders of that channel; absent: all orders"),
    .optional("category", .string, "items that have it anywhere in their category"),
    .optional("tier", .string, "orders of the customers who are of that tier now"),
    .optional(
      "segment", .either([.string, .shared("Condition")]),
      "orders of a segment's customers: its id, or a condition over the profile"),
    .optional(
      "window_days", .integer, "how far back the window reaches, 1 to 3660; 14 where absent"),
    .optional(
      "base_days", .integer,
      "days before the window that make the past, 1 to 36600; six windows where absent, at least 28"
    ),
    .optional("k", .integer, "how many items, 1 to 1000; 10 where absent"),
    .optional("at", .moment, "as of that moment; now where absent"),
    .optional(
      "against", .choice(TrendQuery.Comparison.allCases.map(\.rawValue)),
      "what sales are held against: past, the default, or shop: all other orders of the window"),
    .optional("fill", .boolean, "true: top sellers that do not trend fill the list"),
    .optional("where", .shared("Condition")), .optional("exclude", .list(.string)),
  ]
  static let result = Shape.object([
    .required(
      "items",
      .list(
        .object([
          .required("item", .string),
          .required("score", .number, "it sells at least so many times as often, at 95 %"),
          .required("baskets", .integer, "in the window"),
          .required("expected", .number, "baskets, had nothing changed"),
          .required("ratio", .number, "baskets over expected"),
          .required("significance", .number, "signed log-likelihood ratio; 3.84 is the bound"),
          .required("significant", .boolean),
        ]))),
    .required("window", .object([.required("from", .moment), .required("until", .moment)])),
    .required("baskets", .integer, "in the window"),
    .required("base_baskets", .integer, "that they are held against"),
    .optional("removed", .map(.integer), "where the list is short: items by rule"),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let channelName = try reader.optionalIdentifier("channel")
    let category = try reader.optionalString(
      "category", maximumBytes: FieldLimits.textBytes, allowsEmpty: true)
    let tier = try reader.optionalIdentifier("tier")
    let segment = try reader.optionalValue("segment")
    let windowDays = try reader.optionalInteger("window_days", in: 1...3_660) ?? 14
    let baseDays =
      try reader.optionalInteger("base_days", in: 1...36_600) ?? max(28, windowDays * 6)
    let count = try reader.optionalInteger("k", in: 1...1_000) ?? 10
    let moment = try reader.optionalMoment("at")
    let against = try reader.optionalChoice("against", of: TrendQuery.Comparison.self) ?? .past
    let fills = try reader.optionalBool("fill") ?? false
    let conditionValue = try reader.optionalValue("where")
    let excluded = try reader.identifiers("exclude", maximumCount: 100_000)
    try reader.finish()
    let condition = try conditionValue.map { try Engine.condition($0, at: "where") }
    if let tier, !engine.members.rules.tiers.contains(where: { $0.id == tier }) {
      let tiers = engine.members.rules.tiers.map(\.id).joined(separator: ", ")
      throw ParameterError(
        path: "tier", reason: .notOneOf, message: "no tier \(tier); there are \(tiers)")
    }
    if against == .shop, channelName == nil, tier == nil, segment == nil {
      throw ParameterError(
        path: "against", reason: .missing,
        message: "a channel, a tier or a segment is missing to hold against the rest of the shop")
    }

    let viewpoint = call.viewpoint(at: moment)
    let start = viewpoint.now.advanced(byDays: -Double(windowDays))
    var query = TrendQuery(
      channel: channelName.map { engine.facts.channels.index(of: $0) ?? TrendQuery.unknownChannel },
      baseStart: start.advanced(byDays: -Double(baseDays)), start: start,
      horizon: viewpoint.horizon, against: against, count: count, fills: fills)
    if tier != nil || segment != nil {
      let candidates = query.customers(of: engine.facts)
      query.customers = try engine.flags(
        tier: tier, segment: segment, among: candidates, from: viewpoint)
    }
    let rules = ItemRules(
      excluded: Set((excluded ?? []).compactMap { engine.facts.items.index(of: $0) }),
      disliked: [], condition: condition, now: viewpoint.now)
    let facts = engine.facts
    let report = engine.affinity.trends(query, facts: facts) { item in
      if let category, facts.items[item].category?.contains(category) != true { return "where" }
      return rules.refusing(item, facts: facts)
    }
    write(report, query: query, until: viewpoint.now, facts, &reply)
  }

  private static func write(
    _ report: TrendReport, query: TrendQuery, until: Instant, _ facts: ShopFacts,
    _ reply: inout JSONWriter
  ) {
    reply.beginObject()
    reply.key("items")
    reply.beginArray()
    for trend in report.trends {
      reply.beginObject()
      reply.key("item")
      facts.items.names.withBytes(of: trend.item) { reply.string(utf8: $0) }
      reply.key("score")
      reply.number(trend.score, decimals: 4)
      reply.key("baskets")
      reply.integer(trend.baskets)
      reply.key("expected")
      reply.number(trend.expected, decimals: 4)
      reply.key("ratio")
      reply.number(trend.ratio, decimals: 4)
      reply.key("significance")
      reply.number(trend.significance, decimals: 4)
      reply.key("significant")
      reply.bool(trend.isSignificant)
      reply.endObject()
    }
    reply.endArray()
    reply.key("window")
    reply.beginObject()
    reply.key("from")
    reply.string(facts.settings.zone.text(query.start))
    reply.key("until")
    reply.string(facts.settings.zone.text(until))
    reply.endObject()
    reply.key("baskets")
    reply.integer(report.baskets)
    reply.key("base_baskets")
    reply.integer(report.baseBaskets)
    if report.trends.count < query.count {
      reply.key("removed")
      reply.counts(report.removed)
    }
    reply.endObject()
  }
}

extension Engine {
  /// By customer, whether they are of the tier and of the segment, as far as either is asked for;
  /// nil where neither is. O(candidates x conditions).
  ///
  /// - Parameter candidates: those to look at, or nil for all.
  mutating func flags(
    tier: String?, segment: Value?, among candidates: [Int32]? = nil,
    from viewpoint: Viewpoint
  ) throws -> [Bool]? {
    var conditions: [Condition] = []
    if let tier {
      conditions.append(try Engine.condition(.record(("tier", .string(tier))), at: "tier"))
    }
    if let condition = try segmentCondition(segment) { conditions.append(condition) }
    if conditions.isEmpty { return nil }
    var found = candidates
    for condition in conditions {
      found = members.matches(condition, among: found, from: viewpoint, facts: facts)
    }
    var flags = Array(repeating: false, count: facts.customers.count)
    for customer in found ?? [] { flags[Int(customer)] = true }
    return flags
  }
}
