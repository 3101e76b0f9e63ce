import Affinity
import Shop
import Wire

/// `similar`: what is nearest to this item?
enum Similar: Method {
  static let name = "similar"
  static let summary = "Ranks the items nearest to an item, by what is bought together."
  static let parameters: [Field] = [
    .required("item", .string),
    .optional("k", .integer, "how many items, 1 to 1000; 10 where absent"),
    .optional(
      "measure", .choice(SimilarityMeasure.allCases.map(\.rawValue)), "jaccard where absent"),
    .optional(
      "level", .choice(SimilarityLevel.allCases.map(\.rawValue)),
      "together in baskets, the default, or in customers' histories"),
    .optional(
      "direction", .choice(SimilarityDirection.allCases.map(\.rawValue)),
      "per_target, the default: only items that have this one among their own best 50"),
    .optional(
      "minimum_shared", .integer, "transactions that hold both, at least; 2 where absent"),
    .optional("minimum_llr", .number, "log-likelihood ratio of the pair, at least"),
    .optional(
      "half_life_days", .number, "days in which a transaction comes to count half; never if absent"
    ),
    .optional("at", .moment, "as of that moment; now where absent"),
    .optional("where", .shared("Condition")), .optional("exclude", .list(.string)),
    .optional("explain", .boolean, "true: the counts behind each, and what was left out"),
  ]
  static let result = Shape.object([
    .required(
      "items",
      .list(
        .object([
          .required("item", .string), .required("score", .number),
          .required("shared", .integer, "transactions that hold both"),
          .optional("evidence", .map(.number), "with explain: the counts behind it"),
        ]))),
    .required("known", .boolean, "whether the shop knows the item"),
    .optional(
      "removed", .map(.integer), "with explain, or where the list is short: items by reason"),
    .optional("emptied_by", .string, "where the list is empty: the reason that took most out"),
  ])

  private static let scoreDecimals = 6
  /// From a minute and a half to a hundred years.
  private static let halfLives = 0.001...36_500.0

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let name = try reader.identifier("item")
    let count = try reader.optionalInteger("k", in: 1...1000) ?? 10
    let measure = try reader.optionalChoice("measure", of: SimilarityMeasure.self) ?? .jaccard
    let level = try reader.optionalChoice("level", of: SimilarityLevel.self) ?? .baskets
    let direction =
      try reader.optionalChoice("direction", of: SimilarityDirection.self) ?? .perTarget
    let floor = SimilarityFloor(
      minimumShared: try reader.optionalInteger("minimum_shared", in: 1...Int(Int32.max)) ?? 2,
      minimumLogLikelihoodRatio: try reader.optionalNumber("minimum_llr"))
    let halfLifeDays = try reader.optionalNumber("half_life_days", in: halfLives)
    let viewpoint = call.viewpoint(at: try reader.optionalMoment("at"))
    let conditionValue = try reader.optionalValue("where")
    let excludedNames = try reader.identifiers("exclude", maximumCount: 100_000)
    let explains = try reader.optionalBool("explain") ?? false
    try reader.finish()
    let condition = try conditionValue.map { try Engine.condition($0, at: "where") }

    let item = engine.facts.items.index(of: name) ?? -1
    let query = SimilarQuery(
      item: item, count: count, measure: measure, level: level, direction: direction,
      floor: floor, halfLifeDays: halfLifeDays, viewpoint: viewpoint)
    let rules = ItemRules(
      excluded: Set((excludedNames ?? []).compactMap { engine.facts.items.index(of: $0) }),
      disliked: [], condition: condition, now: viewpoint.now)
    let facts = engine.facts
    let answer = engine.affinity.similar(query, facts: facts) { rules.refusing($0, facts: facts) }
    write(answer, explains: explains, query: query, names: facts.items.names, &reply)
  }

  private static func write(
    _ answer: SimilarAnswer, explains: Bool, query: SimilarQuery, names: NameTable,
    _ reply: inout JSONWriter
  ) {
    reply.beginObject()
    reply.key("items")
    reply.beginArray()
    for item in answer.items {
      reply.beginObject()
      reply.key("item")
      names.withBytes(of: item.item) { reply.string(utf8: $0) }
      reply.key("score")
      reply.number(item.score, decimals: scoreDecimals)
      reply.key("shared")
      reply.integer(Int(item.counts.shared))
      if explains { explain(item.counts, &reply) }
      reply.endObject()
    }
    reply.endArray()
    reply.key("known")
    reply.bool(query.item >= 0)
    if explains || answer.items.count < query.count { reply.removed(answer.removed) }
    if answer.items.isEmpty,
      let most = answer.removed.max(by: {
        ($0.count, $1.rule) < ($1.count, $0.rule)
      })
    {
      reply.key("emptied_by")
      reply.string(most.rule)
    }
    reply.endObject()
  }

  /// Of the counts as they are, undecayed.
  private static func explain(_ counts: PairCounts, _ reply: inout JSONWriter) {
    reply.key("evidence")
    reply.beginObject()
    reply.key("transactions")
    reply.integer(Int(counts.total))
    reply.key("with_item")
    reply.integer(Int(counts.source))
    reply.key("with_other")
    reply.integer(Int(counts.target))
    reply.key("lift")
    reply.number(counts.lift, decimals: scoreDecimals)
    reply.key("llr")
    reply.number(counts.logLikelihoodRatio, decimals: scoreDecimals)
    reply.endObject()
  }
}
