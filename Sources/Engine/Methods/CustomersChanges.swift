import Members
import Shop
import Wire

/// `customers.changes`: whose tier, lifecycle stage or level is another than it was.
enum CustomersChanges: Method {
  static let name = "customers.changes"
  static let summary =
    "Lists whose tier, lifecycle stage or level differs between two moments, by time alone or not."
  static let parameters: [Field] = [
    .required("since", .moment, "compares with that moment"),
    .optional(
      "fields", .list(.choice(MemberTransition.Field.allCases.map(\.rawValue))),
      "absent: all of them"),
    .optional(
      "segment", .either([.string, .shared("Condition")]),
      "of those who are in it at the later moment; absent: everyone"),
    .optional("limit", .integer, "changes listed, 0 to 100000; 1000 where absent"),
    .optional("at", .moment, "the later moment; now where absent"),
  ]
  static let result = Shape.object([
    .required(
      "changes",
      .list(
        .object([
          .required("customer", .string),
          .required("field", .choice(MemberTransition.Field.allCases.map(\.rawValue))),
          .required("from", .nullable(.string), "null: not known, or none"),
          .required("to", .nullable(.string)),
        ])), "by customer, then as fields are listed above"),
    .required("count", .integer, "all of them, listed or not"),
    .required(
      "moves",
      .list(
        .object([
          .required("field", .string), .required("from", .nullable(.string)),
          .required("to", .nullable(.string)), .required("customers", .integer),
        ])), "the same counted, the most frequent first"),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let since = try reader.required("since").moment()
    var fields = MemberTransition.Field.allCases
    if let list = try reader.optionalArray("fields", minimumCount: 1, maximumCount: 3) {
      var named: Set<MemberTransition.Field> = []
      for element in list { named.insert(try element.choice()) }
      fields = fields.filter { named.contains($0) }
    }
    let segment = try reader.optionalValue("segment")
    let limit = try reader.optionalInteger("limit", in: 0...100_000) ?? 1_000
    let moment = try reader.optionalMoment("at")
    try reader.finish()
    let viewpoint = call.viewpoint(at: moment)
    guard since <= viewpoint.now else {
      throw reader.failure(at: "since", "out_of_range", "since lies after the moment asked about")
    }
    let condition = try engine.segmentCondition(segment)
    let customers = try engine.audience(nil, condition, from: viewpoint)
    let before = engine.members.view(from: Viewpoint(asOf: since), facts: engine.facts)
    let after = engine.members.view(from: viewpoint, facts: engine.facts)
    let transitions = MemberTransition.all(of: customers, from: before, to: after, fields: fields)
    write(transitions, limit: limit, engine.facts.customers.names, &reply)
  }

  private static func write(
    _ transitions: [MemberTransition], limit: Int, _ names: NameTable, _ reply: inout JSONWriter
  ) {
    func change(_ field: MemberTransition.Field, _ from: String?, _ to: String?) {
      reply.key("field")
      reply.string(field.rawValue)
      for (name, value): (StaticString, String?) in [("from", from), ("to", to)] {
        reply.key(name)
        if let value { reply.string(value) } else { reply.null() }
      }
    }
    reply.beginObject()
    reply.key("changes")
    reply.beginArray()
    for transition in transitions.prefix(limit) {
      reply.beginObject()
      reply.key("customer")
      reply.string(names[transition.customer])
      change(transition.field, transition.from, transition.to)
      reply.endObject()
    }
    reply.endArray()
    reply.key("count")
    reply.integer(transitions.count)
    reply.key("moves")
    reply.beginArray()
    for (move, count) in MemberTransition.moves(transitions) {
      reply.beginObject()
      change(move.field, move.from, move.to)
      reply.key("customers")
      reply.integer(count)
      reply.endObject()
    }
    reply.endArray()
    reply.endObject()
  }
}
