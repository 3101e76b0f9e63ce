import Members
import Shop
import Wire

/// `segments.cross`: who is where, by two fields of the profile.
enum SegmentsCross: Method {
  static let name = "segments.cross"
  static let summary = "Counts customers and their spend by two fields of the profile."
  static let parameters: [Field] = [
    .required("rows", .string, "a field of customers.get, dotted, such as tier or attributes.goal"),
    .required("columns", .string, "another, such as preferred_channel or lifecycle"),
    .optional(
      "segment", .either([.string, .shared("Condition")]),
      "a segment's id, or a condition over the profile; absent: everyone"),
    .optional("at", .moment, "as of that moment; now where absent"),
  ]
  static let result = Shape.object([
    .required("rows", .list(.any), "the values of the first field; null: not known"),
    .required("columns", .list(.any), "the values of the second"),
    .required("customers", .list(.list(.integer)), "by row, then by column"),
    .required("spend", .list(.list(.integer)), "what they ever spent, minor units"),
    .required("total", .object([.required("customers", .integer), .required("spend", .integer)])),
  ])

  /// Bytes of a field's path.
  private static let pathBytes = 512

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let row = try reader.string("rows", maximumBytes: pathBytes)
    let column = try reader.string("columns", maximumBytes: pathBytes)
    let segment = try reader.optionalValue("segment")
    let moment = try reader.optionalMoment("at")
    try reader.finish()
    let viewpoint = call.viewpoint(at: moment)
    let condition = try engine.segmentCondition(segment)
    let customers = try engine.audience(nil, condition, from: viewpoint)
    let view = engine.members.view(from: viewpoint, facts: engine.facts)
    guard let table = CrossTable(row: row, column: column, of: customers, in: view) else {
      throw reader.failure(
        at: "rows", "out_of_range",
        "a field has more than \(CrossTable.maximumValueCount) values; cross fields of few values")
    }
    reply.beginObject()
    reply.key("rows")
    reply.value(.array(table.rows))
    reply.key("columns")
    reply.value(.array(table.columns))
    reply.key("customers")
    write(table) {
      Int64($0.customers)
    } to: {
      reply.value($0)
    }
    reply.key("spend")
    write(table) {
      $0.spend
    } to: {
      reply.value($0)
    }
    reply.key("total")
    reply.beginObject()
    reply.key("customers")
    reply.integer(table.total.customers)
    reply.key("spend")
    reply.integer(Int(table.total.spend))
    reply.endObject()
    reply.endObject()
  }

  private static func write(
    _ table: CrossTable, _ figure: (CrossTable.Cell) -> Int64, to sink: (Value) -> Void
  ) {
    sink(.array(table.cells.map { row in .array(row.map { .integer(figure($0)) }) }))
  }
}
