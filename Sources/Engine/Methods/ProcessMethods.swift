import Shop
import Wire

/// `ping`: are you there?
enum Ping: Method {
  static let name = "ping"
  static let summary = "Answers with the time as the process sees it."
  static let parameters: [Field] = []
  static let result = Shape.object([.required("pong", .boolean), .required("now", .moment)])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    let reader = try call.reader()
    try reader.finish()
    reply.beginObject()
    reply.key("pong")
    reply.bool(true)
    reply.key("now")
    reply.string(engine.facts.settings.zone.text(call.now))
    reply.endObject()
  }
}

/// `shutdown`: finish and end.
enum Shutdown: Method {
  static let name = "shutdown"
  static let summary = "Makes everything durable, answers, and ends the process with status 0."
  static let parameters: [Field] = []
  static let result = Shape.object([.required("stopping", .boolean)])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    let reader = try call.reader()
    try reader.finish()
    engine.isStopping = true
    reply.beginObject()
    reply.key("stopping")
    reply.bool(true)
    reply.endObject()
  }
}

/// `rpc.discover`: the contract, as OpenRPC.
enum Discover: Method {
  static let name = "rpc.discover"
  static let summary =
    "Gives the OpenRPC document of this process, the one in Protocol/openrpc.json."
  static let parameters: [Field] = []
  static let result = Shape.map(.any)

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    let reader = try call.reader()
    try reader.finish()
    reply.value(OpenRPC.document(version: engine.surroundings.version))
  }
}

/// `status`: what is held, where it goes, what the limits are.
enum Status: Method {
  static let name = "status"
  static let summary = "Says what the process holds, where facts go, and which limits are in force."
  static let parameters: [Field] = []
  static let result = Shape.object([
    .required("version", .string), .required("now", .moment),
    .required("shop", .map(.any), "currency and timezone"),
    .required("counts", .map(.integer)),
    .required("storage", .map(.any)),
    .required("position", .integer, "records of the log that the answers rest on"),
    .required("memory", .map(.any)), .required("limits", .map(.integer)),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    let reader = try call.reader()
    try reader.finish()
    let facts = engine.facts
    reply.beginObject()
    reply.key("version")
    reply.string(engine.surroundings.version)
    reply.key("now")
    reply.string(facts.settings.zone.text(call.now))
    reply.key("shop")
    reply.beginObject()
    reply.key("currency")
    if let currency = facts.settings.currency { reply.string(currency) } else { reply.null() }
    reply.key("timezone")
    reply.string(facts.settings.zone.name)
    reply.endObject()
    write("counts", engine.counts, &reply)
    reply.key("storage")
    reply.beginObject()
    engine.surroundings.storageStatus(&reply)
    reply.endObject()
    reply.key("position")
    reply.integer(Int(engine.position))
    reply.key("memory")
    reply.beginObject()
    reply.key("matrix_cells")
    reply.integer(engine.affinity.cachedCellCount)
    reply.key("resident_bytes")
    if let bytes = engine.surroundings.residentBytes() {
      reply.integer(bytes)
    } else {
      reply.null()
    }
    let limits = engine.surroundings.limits
    reply.key("limit_bytes")
    if let bytes = limits.maximumMemoryBytes { reply.integer(bytes) } else { reply.null() }
    reply.endObject()
    var named: [(StaticString, Int)] = [
      ("line_bytes", limits.maximumLineBytes), ("depth", limits.maximumDepth),
      ("batch_requests", limits.maximumBatchCount),
      ("request_id_bytes", limits.maximumIdentifierBytes),
      ("id_bytes", FieldLimits.identifierBytes), ("text_bytes", FieldLimits.textBytes),
      ("records_per_put", FieldLimits.recordCount),
      ("lines_per_order", OrderDraft.maximumLineCount),
      ("amount", Int(Money.maximumAmount)), ("quantity", Int(Money.maximumQuantity)),
    ]
    if let bytes = limits.maximumMemoryBytes { named.append(("memory_bytes", bytes)) }
    write("limits", named, &reply)
    reply.endObject()
  }

  private static func write(
    _ name: StaticString, _ entries: [(StaticString, Int)], _ reply: inout JSONWriter
  ) {
    reply.key(name)
    reply.beginObject()
    for (name, count) in entries {
      reply.key(name)
      reply.integer(count)
    }
    reply.endObject()
  }
}
