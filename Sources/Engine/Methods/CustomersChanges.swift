import Members
import Shop
import Wire

// Since a moment, both ends are worked out from what is known now. Since a position of the log, the
// earlier end is what was known there (`MemberMarks`), so that whatever caused a change shows: time
// that passed, an order that came late, a return, a link, other rules, others' orders. A host that
// asks "what changed since I last asked" sends `mark` with each call and the `position` of the last
// reply as `since_position` with the next.

/// `customers.changes`: whose tier, lifecycle stage or level is another than it was.
enum CustomersChanges: Method {
  static let name = "customers.changes"
  static let summary =
    "Lists whose tier, lifecycle stage or level differs from a moment or a marked position on."
  static let writes = true
  static let parameters: [Field] = [
    .optional("since", .moment, "compares with that moment, as is known of it now"),
    .optional(
      "since_position", .integer,
      "compares with what was known at that position of the log, which was marked"),
    .optional(
      "mark", .boolean, "true: this call's position is kept, to be asked about; it is logged"),
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
    .required("position", .integer, "of the log that this answer rests on"),
    .optional(
      "since_position", .integer,
      "what was compared with: the last mark at the position asked about or before it"),
    .required("count", .integer, "all of them, listed or not"),
    .required(
      "moves",
      .list(
        .object([
          .required("field", .string), .required("from", .nullable(.string)),
          .required("to", .nullable(.string)), .required("customers", .integer),
        ])), "the same counted, the most frequent first"),
  ])

  static func writes(_ parameters: JSON) -> Bool { parameters["mark"]?.boolValue == true }

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let since = try reader.optionalMoment("since")
    let position = try reader.optionalInteger("since_position", in: 0...Int.max)
    let marks = try reader.optionalBool("mark") ?? false
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
    guard since == nil || position == nil else {
      throw reader.failure(at: "since_position", "not_one_of", "either since or since_position")
    }
    guard since != nil || position != nil || marks else {
      throw reader.failure(at: "since", "missing", "since, since_position, or mark alone")
    }
    let viewpoint = call.viewpoint(at: moment)
    if let since, since > viewpoint.now {
      throw reader.failure(at: "since", "out_of_range", "since lies after the moment asked about")
    }
    var mark: MemberMarks.Mark?
    if let position {
      let known = try engine.mark(upTo: position)
      guard known.time <= viewpoint.now else {
        throw reader.failure(at: "at", "out_of_range", "at lies before the position was marked")
      }
      mark = known
    }
    let transitions = try engine.transitions(
      since: since, mark, fields, condition: engine.segmentCondition(segment), viewpoint)
    // The record that this call is going to be.
    let reached = engine.position + (marks ? 1 : 0)
    if marks { engine.commit(.marked(position: reached, time: call.now), now: call.now) }
    reply.beginObject()
    write(transitions, limit: limit, engine.facts.customers.names, &reply)
    reply.key("position")
    reply.integer(Int(reached))
    if let mark {
      reply.key("since_position")
      reply.integer(Int(mark.position))
    }
    reply.endObject()
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
  }
}

extension Engine {
  /// The mark that a position is answered from.
  fileprivate func mark(upTo position: Int) throws -> MemberMarks.Mark {
    guard position <= self.position else {
      throw ParameterError(
        path: "since_position", reason: "out_of_range",
        message: "the log holds \(self.position) records")
    }
    guard let mark = members.marks.last(upTo: Int64(position)) else {
      throw RPCError(
        code: RPCError.Code.notFound, reason: "position_not_kept",
        message: "no mark at that position or before it is kept; begin anew with mark: true",
        path: "since_position")
    }
    return mark
  }

  /// What differs at the viewpoint from a moment, or from a mark; nothing where neither is given.
  fileprivate mutating func transitions(
    since: Instant?, _ mark: MemberMarks.Mark?, _ fields: [MemberTransition.Field],
    condition: Condition?, _ viewpoint: Viewpoint
  ) throws -> [MemberTransition] {
    guard since != nil || mark != nil else { return [] }
    let customers = try audience(nil, condition, from: viewpoint)
    let before = since.map { members.view(from: Viewpoint(asOf: $0), facts: facts) }
    let after = members.view(from: viewpoint, facts: facts)
    if let mark {
      return MemberTransition.all(of: customers, since: mark, to: after, fields: fields)
    }
    guard let before else { return [] }
    return MemberTransition.all(of: customers, from: before, to: after, fields: fields)
  }
}
