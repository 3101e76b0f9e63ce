import Shop

/// Named conditions over profiles.
package struct SegmentBook: Sendable {
  package struct Segment: Equatable, Sendable {
    package var id: String
    package var title: String?
    package var condition: Condition
  }

  private var segments: [String: Segment] = [:]

  package init() {}

  package var count: Int { segments.count }

  package subscript(id: String) -> Segment? { segments[id] }

  /// All of them, by id.
  package var all: [Segment] {
    segments.values.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
  }

  /// Whether taking the segment would change anything.
  package func changes(_ segment: Segment) -> Bool { segments[segment.id] != segment }

  package mutating func apply(_ segment: Segment) { segments[segment.id] = segment }
}

extension SegmentBook.Segment {
  /// Reads `{"id":"…","title":"…","condition":{…}}`.
  package init(_ value: Value) throws(RecordProblem) {
    guard case .object(let members) = value else {
      throw RecordProblem(path: "", reason: "wrong_type", message: "expected an object")
    }
    for member in members where !["id", "title", "condition"].contains(member.name) {
      throw RecordProblem(
        path: member.name, reason: "unknown_parameter",
        message: "\(member.name) is not known here; allowed: id, title, condition")
    }
    guard case .string(let id)? = value["id"], !id.isEmpty, id.utf8.count <= 256 else {
      throw RecordProblem(path: "id", reason: "missing", message: "an id of 1 to 256 bytes")
    }
    self.id = id
    switch value["title"] {
    case .string(let title)?: self.title = title
    case nil: title = nil
    default: throw RecordProblem(path: "title", reason: "wrong_type", message: "expected a string")
    }
    guard let stated = value["condition"] else {
      throw RecordProblem(path: "condition", reason: "missing", message: "condition is missing")
    }
    do throws(ConditionProblem) {
      condition = try Condition(stated)
    } catch {
      throw RecordProblem(
        path: "condition" + (error.path.isEmpty ? "" : "." + error.path),
        reason: error.reason.rawValue, message: error.message)
    }
  }

  /// The segment as it is logged.
  package var value: Value {
    var members = [Value.Member(name: "id", value: .string(id))]
    if let title { members.append(.init(name: "title", value: .string(title))) }
    members.append(.init(name: "condition", value: condition.source))
    return .object(members)
  }
}

// MARK: - Snapshot

extension SegmentBook {
  package func write(to sink: some ColumnSink) throws {
    try sink.put(record: "segments") { packer in
      packer.list(segments.keys.sorted()) { $0.value(segments[$1]?.value ?? .null) }
    }
  }

  package init(from source: some ColumnSource) throws(SnapshotProblem) {
    let values = try source.record("segments") { unpacker throws(SnapshotProblem) in
      try unpacker.list { unpacker throws(SnapshotProblem) in try unpacker.value() }
    }
    for value in values {
      guard let segment = try? Segment(value) else {
        throw SnapshotProblem("segments", "a segment that does not read")
      }
      apply(segment)
    }
  }
}
