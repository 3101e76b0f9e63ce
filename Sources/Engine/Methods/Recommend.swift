import Affinity
import Shop
import Wire

/// `recommend`: what should this customer, or this basket, be shown next?
enum Recommend: Method {
  static let name = "recommend"
  static let summary = "Ranks the items to show a customer, or to go with a basket, and says why."
  static let parameters: [Field] = [
    .optional("customer", .string), .optional("basket", .list(.string)),
    .optional("k", .integer, "how many items, 1 to 1000; 10 where absent"),
    .optional("channel", .string, "whose trends count"),
    .optional("at", .moment, "as of that moment; now where absent"),
    .optional(
      "repeats", .choice(RecommendQuery.Repeats.allCases.map(\.rawValue)),
      "may what the customer bought before be shown: mix, the default, only or none"),
    .optional("exclude", .list(.string)),
    .optional(
      "include", .list(.string), "shown first, in this order, as far as the rules let them"),
    .optional("where", .shared("Condition")),
    .optional("per_category", .integer, "slots that may share the narrowest category"),
    .optional("per_brand", .integer, "slots that may share the brand"),
    .optional(
      "boost",
      .list(
        .object([
          .required("where", .shared("Condition")),
          .required("factor", .number, "what the score is multiplied by, 0.01 to 100"),
        ])), "what the shop would rather show, or rather not"),
    .optional(
      "margin_weight", .number, "0 to 1: how much an item's margin adds to its score; 0 if absent"),
    .optional("explain", .boolean, "true: the parts of each score, and what the rules took out"),
  ]
  static let result = Shape.object([
    .required(
      "items",
      .list(
        .object([
          .required("item", .string), .required("score", .number),
          .required("source", .choice(RecommendSource.allCases.map(\.rawValue))),
          .optional("because", .list(.string), "the items that speak for it most"),
          .optional("parts", .map(.number), "with explain: what the score is the sum of"),
          .optional("evidence", .map(.any), "with explain: the counts behind it"),
        ]))),
    .required("known", .boolean, "whether the customer has any fact"),
    .required(
      "fallback_share", .number, "share of items that say nothing of this customer or basket"),
    .optional("removed", .map(.integer), "with explain, or where the list is short: items by rule"),
    .optional("emptied_by", .string, "where the list is empty: the rule that took most out"),
  ])

  /// Scores are written to so many decimals.
  private static let scoreDecimals = 6

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let customer = try reader.optionalIdentifier("customer")
    let basketNames = try reader.identifiers("basket", maximumCount: OrderDraft.maximumLineCount)
    let count = try reader.optionalInteger("k", in: 1...1000) ?? 10
    let channelName = try reader.optionalIdentifier("channel")
    let moment = try reader.optionalMoment("at")
    let repeats = try reader.optionalChoice("repeats", of: RecommendQuery.Repeats.self) ?? .mix
    let excludedNames = try reader.identifiers("exclude", maximumCount: 100_000)
    let included = try reader.identifiers("include", maximumCount: 1_000) ?? []
    let conditionValue = try reader.optionalValue("where")
    let perCategory = try reader.optionalInteger("per_category", in: 1...1_000)
    let perBrand = try reader.optionalInteger("per_brand", in: 1...1_000)
    let boosts = try Boost.read(&reader)
    let marginWeight = try reader.optionalNumber("margin_weight", in: 0...1) ?? 0
    let explains = try reader.optionalBool("explain") ?? false
    try reader.finish()
    let condition = try conditionValue.map { try Engine.condition($0, at: "where") }

    let viewpoint = call.viewpoint(at: moment)
    let customerIndex = customer.flatMap { engine.facts.customers.index(of: $0) } ?? -1
    var basket: [Int32] = []
    var seen: Set<Int32> = []
    for name in basketNames ?? [] {
      guard let item = engine.facts.items.index(of: name), seen.insert(item).inserted else {
        continue
      }
      basket.append(item)
    }
    var query = RecommendQuery(
      customer: customerIndex, basket: basket, count: count,
      channel: channelName.flatMap { engine.facts.channels.index(of: $0) } ?? -1,
      viewpoint: viewpoint, repeats: repeats)
    query.isNarrowed = condition != nil
    var isIncluded: Set<Int32> = []
    query.include = included.compactMap { engine.facts.items.index(of: $0) }
      .filter { isIncluded.insert($0).inserted }
    query.maximumPerCategory = perCategory
    query.maximumPerBrand = perBrand
    query.preference = Boost.preference(boosts, marginWeight: marginWeight, engine.facts)
    let rules = ItemRules(
      excluded: Set((excludedNames ?? []).compactMap { engine.facts.items.index(of: $0) }),
      disliked: engine.facts.dislikes(of: customerIndex, from: viewpoint), condition: condition,
      now: viewpoint.now)
    let recommendation = engine.recommend(query, rules)
    write(
      recommendation, explains: explains, query: query, isKnown: customerIndex >= 0, &engine,
      &reply)
  }

  private static func write(
    _ recommendation: Recommendation, explains: Bool, query: RecommendQuery, isKnown: Bool,
    _ engine: inout Engine, _ reply: inout JSONWriter
  ) {
    let slots = recommendation.slots
    reply.beginObject()
    reply.key("items")
    reply.beginArray()
    for slot in slots {
      reply.beginObject()
      reply.key("item")
      engine.facts.items.names.withBytes(of: slot.item) { reply.string(utf8: $0) }
      reply.key("score")
      reply.number(slot.score, decimals: scoreDecimals)
      reply.key("source")
      reply.string(slot.source.rawValue)
      if !slot.because.isEmpty {
        reply.key("because")
        reply.beginArray()
        for item in slot.because {
          engine.facts.items.names.withBytes(of: item) { reply.string(utf8: $0) }
        }
        reply.endArray()
      }
      if explains { explain(slot, query, &engine, &reply) }
      reply.endObject()
    }
    reply.endArray()
    reply.key("known")
    reply.bool(isKnown)
    reply.key("fallback_share")
    let fallback = slots.reduce(0) { $0 + ($1.source.isFallback ? 1 : 0) }
    reply.number(slots.isEmpty ? 0 : Double(fallback) / Double(slots.count), decimals: 4)
    if explains || slots.count < query.count { reply.removed(recommendation.removed) }
    if slots.isEmpty, let rule = recommendation.removed.max(by: { $0.count < $1.count })?.rule {
      reply.key("emptied_by")
      reply.string(rule)
    }
    reply.endObject()
  }

  private static func explain(
    _ slot: RecommendSlot, _ query: RecommendQuery, _ engine: inout Engine,
    _ reply: inout JSONWriter
  ) {
    reply.key("parts")
    reply.beginObject()
    for part in ScorePart.allCases where slot.parts[part] != 0 {
      reply.key(part.name)
      reply.number(slot.parts[part], decimals: scoreDecimals)
    }
    reply.endObject()
    let evidence = engine.evidence(of: slot, query)
    reply.key("evidence")
    reply.beginObject()
    reply.key("baskets")
    reply.integer(evidence.baskets)
    if !evidence.together.isEmpty {
      reply.key("baskets_with")
      reply.beginObject()
      for (item, count) in evidence.together {
        reply.key(dynamic: engine.facts.items.names[item])
        reply.integer(count)
      }
      reply.endObject()
    }
    if slot.similarCustomerCount > 0 {
      reply.key("similar_customers")
      reply.integer(slot.similarCustomerCount)
    }
    if let own = evidence.own {
      reply.key("bought")
      reply.integer(own.times)
      reply.key("last_bought")
      reply.string(engine.facts.settings.zone.text(own.last))
      if let gap = own.usualGapDays {
        reply.key("usual_gap_days")
        reply.number(gap, decimals: 1)
      }
    }
    reply.endObject()
  }
}
