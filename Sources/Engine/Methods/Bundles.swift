import Affinity
import Shop
import Statistics
import Wire

/// `bundles`: what sells together, what sells instead of each other, and at which price?
enum Bundles: Method {
  static let name = "bundles"
  static let summary =
    "Lists pairs and threes that are bought together, or instead of each other, with a price."
  static let parameters: [Field] = [
    .optional("item", .string, "every bundle holds it"),
    .optional("size", .integer, "2 or 3; both where absent"),
    .optional("k", .integer, "how many bundles, 1 to 1000; 20 where absent"),
    .optional(
      "minimum_support", .number,
      "share of all baskets, at least two; absent: 0.001 or 100 baskets, and with item two"),
    .optional("minimum_confidence", .number, "of a rule; 0 where absent"),
    .optional("minimum_lift", .number, "of every rule of the bundle; 0 where absent"),
    .optional(
      "relation", .choice(BundleRelation.allCases.map(\.rawValue)),
      "those of that relation; absent: complements, and what is unclear behind them"),
    .optional("customer", .string, "ranked by what they bought"),
    .optional(
      "segment", .either([.string, .shared("Condition")]),
      "ranked by what its customers bought: its id, or a condition over the profile"),
    .optional("at", .moment, "as of that moment; now where absent"),
    .optional("where", .shared("Condition"), "holds for every item but the one that is named"),
    .optional("exclude", .list(.string)),
  ]
  static let result = Shape.object([
    .required("bundles", .list(.object(bundle))),
    .required("considered", .integer, "sets of items that met the support"),
    .required("baskets", .integer, "all baskets"),
    .required("floor", .number, "the log-likelihood ratio from which a relation is claimed"),
    .required(
      "truncated", .boolean, "only the most frequent items were looked at, all were too much work"),
    .optional("removed", .map(.integer), "where the list is short: items by rule"),
  ])

  private static let bundle: [Field] = [
    .required("items", .list(.string)),
    .required("baskets", .integer, "that hold all of them"),
    .required("expected", .number, "baskets that would by chance"),
    .required("support", .number), .required("lift", .number), .required("leverage", .number),
    .required("llr", .number, "signed log-likelihood ratio"),
    .required("relation", .choice(BundleRelation.allCases.map(\.rawValue))),
    .required(
      "rules",
      .list(
        .object([
          .required("if", .list(.string)), .required("then", .string),
          .required("confidence", .number),
          .optional("conviction", .number, "absent for a rule that never fails"),
        ]))),
    .optional("viewed_together", .integer, "of substitutes: visits in which both were looked at"),
    .optional("preference", .number, "with customer or segment: 0 to 1"),
    .optional(
      "price",
      .object([
        .required("separate", .integer, "minor units"), .required("suggested", .integer),
        .required("discount", .integer), .required("margin", .integer, "at the suggested price"),
        .required(
          "break_even_uplift", .number, "by which sales must exceed today's joint sales"),
      ]), "where all prices and costs are known"),
  ]

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let itemName = try reader.optionalIdentifier("item")
    let size = try reader.optionalInteger("size", in: 2...3)
    let count = try reader.optionalInteger("k", in: 1...1_000) ?? 20
    let support = try reader.optionalFraction("minimum_support", in: 0...1)
    let confidence = try reader.optionalFraction("minimum_confidence", in: 0...1)
    let lift = try reader.optionalFraction("minimum_lift", in: 0...1_000_000)
    let relation = try reader.optionalChoice("relation", of: BundleRelation.self)
    let customer = try reader.optionalIdentifier("customer")
    let segment = try reader.optionalValue("segment")
    let moment = try reader.optionalMoment("at")
    let conditionValue = try reader.optionalValue("where")
    let excluded = try reader.identifiers("exclude", maximumCount: 100_000)
    try reader.finish()
    let condition = try conditionValue.map { try Engine.condition($0, at: "where") }

    let viewpoint = call.viewpoint(at: moment)
    let facts = engine.facts
    let item = itemName.map { facts.items.index(of: $0) ?? BundleQuery.unknownItem }
    var query = BundleQuery(
      sizes: size.map { $0...$0 } ?? 2...3, count: count, viewpoint: viewpoint, item: item)
    query.minimumSupport = support
    query.minimumConfidence = confidence ?? .zero
    query.minimumLift = lift ?? .zero
    query.relation = relation
    var audience = try engine.flags(tier: nil, segment: segment, from: viewpoint)
    let customerIndex = customer.flatMap { facts.customers.index(of: $0) } ?? -1
    if customer != nil {
      audience = audience ?? Array(repeating: false, count: facts.customers.count)
      if customerIndex >= 0 { audience?[Int(customerIndex)] = true }
    }
    query.audience = audience
    let rules = ItemRules(
      excluded: Set((excluded ?? []).compactMap { facts.items.index(of: $0) }),
      disliked: facts.dislikes(of: customerIndex, from: viewpoint), condition: condition,
      now: viewpoint.now)
    var ownRules = rules
    ownRules.condition = nil
    let report = engine.affinity.bundles(query, facts: facts) {
      ($0 == item ? ownRules : rules).refusing($0, facts: facts)
    }
    write(report, query, facts, &reply)
  }

  private static func write(
    _ report: BundleReport, _ query: BundleQuery, _ facts: ShopFacts, _ reply: inout JSONWriter
  ) {
    let names = facts.items.names
    reply.beginObject()
    reply.key("bundles")
    reply.beginArray()
    for bundle in report.bundles { write(bundle, names, &reply) }
    reply.endArray()
    reply.key("considered")
    reply.integer(report.considered)
    reply.key("baskets")
    reply.integer(report.baskets)
    reply.key("floor")
    reply.number(report.floor, decimals: 4)
    reply.key("truncated")
    reply.bool(report.isTruncated)
    if report.bundles.count < query.count {
      reply.key("removed")
      reply.counts(report.removed)
    }
    reply.endObject()
  }

  private static func write(_ bundle: Bundle, _ names: NameTable, _ reply: inout JSONWriter) {
    reply.beginObject()
    reply.key("items")
    reply.items(bundle.items, names)
    reply.key("baskets")
    reply.integer(bundle.baskets)
    let figures: [(StaticString, Double)] = [
      ("expected", bundle.expected), ("support", bundle.support), ("lift", bundle.lift),
      ("leverage", bundle.leverage), ("llr", bundle.logLikelihoodRatio),
    ]
    for (name, figure) in figures {
      reply.key(name)
      reply.number(figure, decimals: 8)
    }
    reply.key("relation")
    reply.string(bundle.relation.rawValue)
    reply.key("rules")
    reply.beginArray()
    for rule in bundle.rules {
      reply.beginObject()
      reply.key("if")
      reply.items(rule.antecedent, names)
      reply.key("then")
      names.withBytes(of: rule.consequent) { reply.string(utf8: $0) }
      reply.key("confidence")
      reply.number(rule.confidence, decimals: 8)
      if let conviction = rule.conviction {
        reply.key("conviction")
        reply.number(conviction, decimals: 6)
      }
      reply.endObject()
    }
    reply.endArray()
    if let viewed = bundle.viewedTogether {
      reply.key("viewed_together")
      reply.integer(viewed)
    }
    if let preference = bundle.preference {
      reply.key("preference")
      reply.number(preference, decimals: 6)
    }
    if let price = bundle.price { write(price, &reply) }
    reply.endObject()
  }

  private static func write(_ price: BundlePrice, _ reply: inout JSONWriter) {
    reply.key("price")
    reply.beginObject()
    let amounts: [(StaticString, Int64)] = [
      ("separate", price.separate), ("suggested", price.suggested), ("discount", price.discount),
      ("margin", price.margin),
    ]
    for (name, amount) in amounts {
      reply.key(name)
      reply.integer(Int(amount))
    }
    reply.key("break_even_uplift")
    reply.number(price.breakEvenUplift, decimals: 6)
    reply.endObject()
  }
}

extension JSONObjectReader {
  /// A threshold, exact as it was written.
  mutating func optionalFraction(
    _ name: StaticString, in range: ClosedRange<Double>
  ) throws(ParameterError) -> Fraction? {
    try optionalDecimal(name, in: range, maximumDecimals: Fraction.maximumDecimals)
      .map { Fraction(mantissa: $0.mantissa, decimals: $0.decimals) }
  }
}

extension JSONWriter {
  mutating func items(_ items: [Int32], _ names: NameTable) {
    beginArray()
    for item in items { names.withBytes(of: item) { string(utf8: $0) } }
    endArray()
  }

  /// Items by the rule that took them out.
  mutating func counts(_ removed: [(rule: String, count: Int)]) {
    beginObject()
    for entry in removed.sorted(by: { $0.rule < $1.rule }) {
      key(dynamic: entry.rule)
      integer(entry.count)
    }
    endObject()
  }
}
