import Members
import Shop
import Wire

/// `customers.get`: everything that is said of one customer.
enum CustomersGet: Method {
  static let name = "customers.get"
  static let summary =
    "Gives a customer's profile: facts, scores, tier, lifecycle, rhythm and value."
  static let parameters: [Field] = [
    .required("customer", .string), .optional("at", .moment, "as of that moment; now where absent"),
  ]
  static let result = Shape.object([
    .required("id", .string), .required("known", .boolean, "false: no fact names the customer"),
    .optional("name", .string), .optional("tier", .string), .optional("lifecycle", .string),
    .optional("level", .string),
    .optional("level_until", .moment, "when it ends if nothing more is bought"),
    .optional(
      "next_level",
      .object([
        .required("id", .string),
        .required("missing", .map(.integer), "of spend, points, orders; any one is enough"),
        .optional("by", .moment, "when the first of what counts now counts no more"),
      ])), .optional("rfm", .map(.any)),
    .optional("recency_days", .integer), .optional("silence", .number, "days silent in usual gaps"),
    .optional("orders", .integer), .optional("returned", .integer), .optional("spend", .integer),
    .optional("average_order_value", .integer), .optional("usual_gap_days", .number),
    .optional("p_alive", .number),
    .optional(
      "expected_orders_12m", .number, "in the next 365 days; those of a day count as one"),
    .optional("value_12m", .integer),
    .optional(
      "lifetime_basis", .choice(["prior", "fitted"]), "where the three figures before come from"),
    .optional("intent_30d", .number, "the chance of an order within 30 days, if nothing is done"),
    .optional(
      "intent_basis", .choice(["prior", "fitted", "learned"]), "where intent_30d comes from"),
    .optional("cluster", .string, "the label of the nearest; once members.fit made clusters"),
    .optional("price_sensitivity", .number), .optional("buyer_style", .string),
    .optional("preferred_channel", .string), .optional("preferred_category", .string),
    .optional("first_order_days", .integer), .optional("joined_days", .integer),
    .optional("age", .integer), .optional("birthday", .day),
    .optional("gender", .string), .optional("region", .string), .optional("occupation", .string),
    .optional("consent", .map(.boolean)), .optional("attributes", .map(.any)),
    .optional("identities", .list(.map(.string))), .optional("acquisition", .map(.any)),
    .optional("points", .integer, "what can be spent"),
    .optional(
      "points_expiring",
      .object([.required("points", .integer), .required("at", .moment)]), "the next that expire"),
    .optional("preferred_hour", .integer, "local, 0 to 23"),
    .optional("preferred_weekday", .integer, "1 is Monday, 7 is Sunday"),
    .optional("preferred_brand", .string),
    .optional("price_band", .choice(["low", "middle", "high"]), "among items of the category"),
    .optional("interaction", .number, "1 is the shop's mean"),
    .optional("nps", .number, "the last answer to a survey, 0 to 10"),
    .optional("style", .map(.map(.any)), "each part: value, share and evidence"),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let id = try reader.identifier("customer")
    let moment = try reader.optionalMoment("at")
    try reader.finish()
    reply.beginObject()
    defer { reply.endObject() }
    guard let customer = engine.facts.customers.index(of: id) else {
      reply.key("id")
      reply.string(id)
      reply.key("known")
      reply.bool(false)
      return
    }
    let profile = engine.profile(of: customer, from: call.viewpoint(at: moment))
    for field in MemberProfile.Field.allCases {
      guard let value = profile.value(of: field) else { continue }
      reply.key(dynamic: field.rawValue)
      reply.value(value)
    }
  }
}

/// `customers.match`: whom a condition holds for.
enum CustomersMatch: Method {
  static let name = "customers.match"
  static let summary = "Lists the customers whose profile meets a condition."
  static let parameters: [Field] = [
    .required("condition", .shared("Condition")),
    .optional("customers", .list(.string), "look at these only"),
    .optional("limit", .integer, "how many to list, 0 to 1000000; 1000 where absent"),
    .optional("at", .moment),
  ]
  static let result = Shape.object([
    .required("matches", .list(.string), "in the order of their ids, up to the limit"),
    .required("count", .integer, "all who match, listed or not"),
    .optional(
      "warnings", .list(.map(.string)),
      "parts of the condition that cannot hold, such as a misspelt operator"),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let value = try reader.required("condition").value()
    let ids = try reader.identifiers("customers")
    let limit = try reader.optionalInteger("limit", in: 0...1_000_000) ?? 1_000
    let moment = try reader.optionalMoment("at")
    try reader.finish()
    let condition = try engine.memberCondition(value, at: "condition")
    let facts = engine.facts
    let matches = engine.members.matches(
      condition, among: ids.map { $0.compactMap { facts.customers.index(of: $0) } },
      from: call.viewpoint(at: moment), facts: facts)
    reply.beginObject()
    reply.key("matches")
    reply.beginArray()
    for customer in matches.prefix(limit) { reply.string(facts.customers.names[customer]) }
    reply.endArray()
    reply.key("count")
    reply.integer(matches.count)
    reply.warnings(of: condition, at: "condition")
    reply.endObject()
  }
}

extension JSONWriter {
  /// Writes what the condition's compiler warns of, where it does.
  mutating func warnings(of condition: Condition, at path: String) {
    if condition.warnings.isEmpty { return }
    key("warnings")
    beginArray()
    for warning in condition.warnings {
      beginObject()
      key("path")
      string(warning.path.isEmpty ? path : path + "." + warning.path)
      key("reason")
      string(warning.reason.rawValue)
      key("message")
      string(warning.message)
      endObject()
    }
    endArray()
  }
}

/// `segments.put`: named conditions.
enum SegmentsPut: Method {
  static let name = "segments.put"
  static let summary = "Adds or replaces segments: named conditions over the profile."
  static let writes = true
  static let parameters: [Field] = [
    .required(
      "segments",
      .list(
        .object([
          .required("id", .string), .optional("title", .string),
          .required("condition", .shared("Condition")),
        ]))), .optional("atomic", .boolean),
  ]
  static let result = Shape.shared("PutResult")

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    try engine.putValues(
      "segments", call, into: &reply,
      check: { (engine, value) throws(RecordProblem) in
        let segment = try SegmentBook.Segment(value)
        return try engine.segments.changes(segment) ? .segment(segment.value) : nil
      })
  }
}
