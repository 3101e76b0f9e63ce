import Members
import Shop
import Wire

/// `segments.list`: the segments that were put.
enum SegmentsList: Method {
  static let name = "segments.list"
  static let summary = "Lists the segments that were put, by id."
  static let parameters: [Field] = []
  static let result = Shape.object([
    .required(
      "segments",
      .list(
        .object([
          .required("id", .string), .optional("title", .string),
          .required("condition", .shared("Condition")),
        ])))
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    let reader = try call.reader()
    try reader.finish()
    reply.beginObject()
    reply.key("segments")
    reply.beginArray()
    for segment in engine.segments.all { reply.value(segment.value) }
    reply.endArray()
    reply.endObject()
  }
}

/// `segments.get`: how many are in a segment, some of them, and who came and went.
enum SegmentsGet: Method {
  static let name = "segments.get"
  static let summary =
    "Counts who is in a segment, with some of them, and who entered and left since a moment."
  static let parameters: [Field] = [
    .required(
      "segment", .either([.string, .shared("Condition")]),
      "a segment's id, or a condition over the profile"),
    .optional("sample", .integer, "ids listed of each kind, 0 to 10000; 10 where absent"),
    .optional("since", .moment, "compares with that moment; absent: nothing is compared"),
    .optional("at", .moment, "as of that moment; now where absent"),
  ]
  static let result = Shape.object([
    .required("count", .integer), .required("spend", .integer, "what they ever spent, minor units"),
    .required("sample", .list(.string), "the first by a hash of the id, the same in every call"),
    .optional("entered", SegmentsGet.change, "with since: in it now, and not then"),
    .optional("left", SegmentsGet.change, "with since: in it then, and not now"),
    .optional(
      "nps",
      .object([
        .required("score", .number, "promoters less detractors in per cent of the answers"),
        .required("answers", .integer), .required("promoters", .integer),
        .required("passives", .integer), .required("detractors", .integer),
      ]), "the last survey answer of each member; missing where nobody answered"),
  ])
  private static let change = Shape.object([
    .required("count", .integer), .required("sample", .list(.string)),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let segment = try reader.required("segment").value()
    let sample = try reader.optionalInteger("sample", in: 0...10_000) ?? 10
    let since = try reader.optionalMoment("since")
    let moment = try reader.optionalMoment("at")
    try reader.finish()
    let viewpoint = call.viewpoint(at: moment)
    if let since, since > viewpoint.now {
      throw reader.failure(at: "since", "out_of_range", "since lies after the moment asked about")
    }
    guard let condition = try engine.segmentCondition(segment) else { return }
    // The past first: the present is what the next request is likely to ask about.
    let before = try since.map { since in
      try engine.audience(nil, condition, from: Viewpoint(asOf: since))
    }
    let now = try engine.audience(nil, condition, from: viewpoint)
    let view = engine.members.view(from: viewpoint, facts: engine.facts)
    let spend = now.reduce(Int64(0)) { Money.sum($0, view.profile(of: $1).summary.spend) }
    reply.beginObject()
    reply.key("count")
    reply.integer(now.count)
    reply.key("spend")
    reply.integer(Int(spend))
    reply.key("sample")
    reply.strings(Engine.sample(of: now, count: sample, view.facts))
    let answers = now.compactMap { view.profile(of: $0).surveyAnswer }
    if !answers.isEmpty { writePromoters(PromoterScore(answers), &reply) }
    if let before {
      let (then, present) = (Set(before), Set(now))
      for (name, members): (StaticString, [Int32]) in [
        ("entered", now.filter { !then.contains($0) }),
        ("left", before.filter { !present.contains($0) }),
      ] {
        reply.key(name)
        reply.beginObject()
        reply.key("count")
        reply.integer(members.count)
        reply.key("sample")
        reply.strings(Engine.sample(of: members, count: sample, view.facts))
        reply.endObject()
      }
    }
    reply.endObject()
  }
}

extension SegmentsGet {
  private static func writePromoters(_ score: PromoterScore, _ reply: inout JSONWriter) {
    reply.key("nps")
    reply.beginObject()
    reply.key("score")
    reply.number(score.score)
    for (name, count): (StaticString, Int) in [
      ("answers", score.answers), ("promoters", score.promoters), ("passives", score.passives),
      ("detractors", score.detractors),
    ] {
      reply.key(name)
      reply.integer(count)
    }
    reply.endObject()
  }
}

/// `segments.funnel`: from the first visit to the regular customer.
enum SegmentsFunnel: Method {
  static let name = "segments.funnel"
  static let summary =
    "Counts a segment's way from visit to first and second order, with order value and retention."
  static let parameters: [Field] = [
    .optional(
      "segment", .either([.string, .shared("Condition")]),
      "a segment's id, or a condition over the profile; absent: everyone"),
    .optional("months", .integer, "cohorts listed, 1 to 120; 12 where absent"),
    .optional("at", .moment, "as of that moment; now where absent"),
  ]
  static let result = Shape.object([
    .required("customers", .integer), .required("visited", .integer, "with an event or an order"),
    .required("ordered", .integer), .required("repeated", .integer, "ordered on two days"),
    .required("visit_to_order", .nullable(.number), "ordered over visited"),
    .required("repurchase_rate", .nullable(.number), "repeated over ordered"),
    .required("median_days_to_first", .nullable(.integer), "from the first event"),
    .required("median_days_to_second", .nullable(.integer)),
    .required("orders", .integer), .required("average_order_value", .nullable(.integer)),
    .required(
      "retention",
      .list(
        .object([
          .required("month", .string, "of the first order, YYYY-MM"),
          .required("customers", .integer),
          .required("ordered", .list(.integer), "in that month, the one after, …"),
        ]))),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let segment = try reader.optionalValue("segment")
    let months = try reader.optionalInteger("months", in: 1...120) ?? 12
    let moment = try reader.optionalMoment("at")
    try reader.finish()
    let viewpoint = call.viewpoint(at: moment)
    let condition = try engine.segmentCondition(segment)
    let customers = try engine.audience(nil, condition, from: viewpoint)
    let view = engine.members.view(from: viewpoint, facts: engine.facts)
    let funnel = Funnel(of: customers, in: view, monthCount: months)
    reply.beginObject()
    let counts: [(StaticString, Int)] = [
      ("customers", funnel.customers), ("visited", funnel.visited), ("ordered", funnel.ordered),
      ("repeated", funnel.repeated),
    ]
    for (name, count) in counts {
      reply.key(name)
      reply.integer(count)
    }
    for (name, part, whole): (StaticString, Int, Int) in [
      ("visit_to_order", funnel.ordered, funnel.visited),
      ("repurchase_rate", funnel.repeated, funnel.ordered),
    ] {
      reply.key(name)
      if whole > 0 { reply.number(Double(part) / Double(whole), decimals: 4) } else { reply.null() }
    }
    let average = funnel.orders > 0 ? Int(funnel.spend / Int64(funnel.orders)) : nil
    for (name, figure): (StaticString, Int?) in [
      ("median_days_to_first", funnel.medianDaysToFirst),
      ("median_days_to_second", funnel.medianDaysToSecond), ("orders", funnel.orders),
      ("average_order_value", average),
    ] {
      reply.key(name)
      if let figure { reply.integer(figure) } else { reply.null() }
    }
    write(funnel.cohorts, &reply)
    reply.endObject()
  }

  private static func write(_ cohorts: [Funnel.Cohort], _ reply: inout JSONWriter) {
    reply.key("retention")
    reply.beginArray()
    for cohort in cohorts {
      reply.beginObject()
      reply.key("month")
      let year = String(cohort.year)
      let month = cohort.month < 10 ? "0\(cohort.month)" : "\(cohort.month)"
      reply.string(String(repeating: "0", count: max(0, 4 - year.utf8.count)) + year + "-" + month)
      reply.key("customers")
      reply.integer(cohort.customers)
      reply.key("ordered")
      reply.beginArray()
      for count in cohort.ordered { reply.integer(count) }
      reply.endArray()
      reply.endObject()
    }
    reply.endArray()
  }
}

extension Engine {
  /// Some of the customers: the first by a hash of the id, so that whom it names depends on nothing
  /// but who is there.
  static func sample(of customers: [Int32], count: Int, _ facts: ShopFacts) -> [String] {
    let names = facts.customers.names
    let marked = customers.map { customer in
      let hash = names.withBytes(of: customer) { bytes in
        bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0100_0000_01B3 }
      }
      return (hash: (hash ^ hash >> 29) &* 0xBF58_476D_1CE4_E5B9, customer: customer)
    }
    return marked.sorted { left, right in
      left.hash != right.hash
        ? left.hash < right.hash : names.precedes(left.customer, right.customer)
    }.prefix(count).map { names[$0.customer] }
  }
}
