import Affinity
import Shop
import Wire

/// `recommend`: what should this customer, or this basket, be shown next?
enum Recommend: Method {
  static let name = "recommend"
  static let summary = "Ranks the items to show a customer, or to go with a basket, and says why."
  static let parameters: [Field] = [
    .optional("customer", .string),
    .optional(
      "customers", .list(.string),
      "many at once, in place of customer and basket: up to 1,000, and 10,000 slots in all"),
    .optional("basket", .list(.string)),
    .optional("k", .integer, "how many items, 1 to 1000; 10 where absent"),
    .optional("channel", .string, "whose trends count"),
    .optional("at", .moment, "as of that moment; now where absent"),
    .optional(
      "repeats", .choice(RecommendQuery.Repeats.allCases.map(\.rawValue)),
      "may what the customer bought before be shown: mix, the default, only or none"),
    .optional(
      "sources", .list(.choice(RecommendQuery.Voice.allCases.map(\.rawValue))),
      "the only ones that are asked; absent: all, put in order by the ranker"),
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
    .optional(
      "diversity", .number,
      "0 to 1: from the best scores, the default, to slots that resemble each other least"),
    .optional("explain", .boolean, "true: the parts of each score, and what the rules took out"),
  ]
  static let result = Shape.object([
    .optional("items", items),
    .optional("known", .boolean, "whether the customer has any fact"),
    .optional(
      "fallback_share", .number, "share of items that say nothing of this customer or basket"),
    .optional("mix", .string, "the shop's mix that suits this customer, if it states any"),
    .optional("removed", .map(.integer), "with explain, or where the list is short: items by rule"),
    .optional("emptied_by", .string, "where the list is empty: the rule that took most out"),
    .optional(
      "customers",
      .list(
        .object([
          .required("customer", .string), .required("items", items), .required("known", .boolean),
          .required("fallback_share", .number), .optional("mix", .string),
          .optional("removed", .map(.integer)), .optional("emptied_by", .string),
        ])), "the answer for each of customers, in their order; then nothing else is there"),
  ])

  private static let items = Shape.list(
    .object([
      .required("item", .string), .required("score", .number),
      .required("source", .choice(RecommendSource.allCases.map(\.rawValue))),
      .optional("because", .list(.string), "the items that speak for it most"),
      .optional("parts", .map(.number), "with explain: what the score is the sum of"),
      .optional("evidence", .map(.any), "with explain: the counts behind it"),
    ]))

  /// Customers that one call may name, and slots that it may ask for.
  static let maximumCustomerCount = 1_000
  static let maximumSlotCount = 10_000

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let customer = try reader.optionalIdentifier("customer")
    let customers = try reader.identifiers("customers", maximumCount: maximumCustomerCount)
    let basketNames = try reader.identifiers("basket", maximumCount: OrderDraft.maximumLineCount)
    let count = try reader.optionalInteger("k", in: 1...1000) ?? 10
    let channelName = try reader.optionalIdentifier("channel")
    let moment = try reader.optionalMoment("at")
    let repeats = try reader.optionalChoice("repeats", of: RecommendQuery.Repeats.self) ?? .mix
    let voices = try voices(&reader)
    let excludedNames = try reader.identifiers("exclude", maximumCount: 100_000)
    let included = try reader.identifiers("include", maximumCount: 1_000) ?? []
    let conditionValue = try reader.optionalValue("where")
    let perCategory = try reader.optionalInteger("per_category", in: 1...1_000)
    let perBrand = try reader.optionalInteger("per_brand", in: 1...1_000)
    let boosts = try Boost.read(&reader)
    let marginWeight = try reader.optionalNumber("margin_weight", in: 0...1) ?? 0
    let diversity = try reader.optionalNumber("diversity", in: 0...1) ?? 0
    let explains = try reader.optionalBool("explain") ?? false
    try reader.finish()
    if let customers {
      if customer != nil || basketNames != nil {
        throw reader.failure(
          at: "customers", "conflict", "either customers, or a customer and a basket")
      }
      if customers.count * count > maximumSlotCount {
        throw reader.failure(
          at: "customers", "out_of_range",
          "at most \(maximumSlotCount) slots in one call; ask for fewer customers or a smaller k")
      }
    }
    let condition = try conditionValue.map { try Engine.condition($0, at: "where") }

    let viewpoint = call.viewpoint(at: moment)
    var basket: [Int32] = []
    var seen: Set<Int32> = []
    for name in basketNames ?? [] {
      guard let item = engine.facts.items.index(of: name), seen.insert(item).inserted else {
        continue
      }
      basket.append(item)
    }
    var query = RecommendQuery(
      customer: -1, basket: basket, count: count,
      channel: channelName.flatMap { engine.facts.channels.index(of: $0) } ?? -1,
      viewpoint: viewpoint, repeats: repeats)
    query.voices = voices
    query.isNarrowed = condition != nil
    var isIncluded: Set<Int32> = []
    query.include = included.compactMap { engine.facts.items.index(of: $0) }
      .filter { isIncluded.insert($0).inserted }
    query.maximumPerCategory = perCategory
    query.maximumPerBrand = perBrand
    query.diversity = diversity
    query.preference = Boost.preference(boosts, marginWeight: marginWeight, engine.facts)
    let rules = ItemRules(
      excluded: Set((excludedNames ?? []).compactMap { engine.facts.items.index(of: $0) }),
      disliked: [], condition: condition, now: viewpoint.now)
    let record = RecommendationRecord(query: query, rules: rules, explains: explains)
    reply.beginObject()
    if let customers {
      reply.key("customers")
      reply.beginArray()
      for customer in customers {
        reply.beginObject()
        reply.key("customer")
        reply.string(customer)
        record.write(of: customer, &engine, &reply)
        reply.endObject()
      }
      reply.endArray()
    } else {
      record.write(of: customer, &engine, &reply)
    }
    reply.endObject()
  }

  /// Reads `sources`.
  private static func voices(
    _ reader: inout JSONObjectReader
  ) throws -> Set<RecommendQuery.Voice>? {
    let maximum = RecommendQuery.Voice.allCases.count
    guard let elements = try reader.optionalArray("sources", maximumCount: maximum) else {
      return nil
    }
    var voices: Set<RecommendQuery.Voice> = []
    for element in elements { voices.insert(try element.choice()) }
    if voices.isEmpty {
      throw reader.failure(at: "sources", "empty", "sources names at least one, or is left out")
    }
    return voices
  }
}
