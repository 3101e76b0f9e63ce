import Shop

/// Named conditions over profiles.
package struct SegmentBook: Sendable {
  package struct Segment: Equatable, Sendable {
    package var id: String
    package var title: String?
    /// As it was said: it may name other segments (`SegmentReferences`).
    package var stated: Value
  }

  private var segments: [String: Segment] = [:]
  private var conditions: [String: Condition] = [:]

  package init() {}

  package var count: Int { segments.count }

  /// A segment's condition, with what it names put in its place; nil where there is none of that
  /// id.
  package func condition(of id: String) -> Condition? { conditions[id] }

  /// All of them, by id.
  package var all: [Segment] {
    segments.values.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
  }

  /// Whether taking the segment would change anything.
  ///
  /// - Throws: where its condition, or that of one that names it, does not compile with it.
  package func changes(_ segment: Segment) throws(RecordProblem) -> Bool {
    if segments[segment.id] == segment { return false }
    var book = self
    try book.put(segment)
    return true
  }

  /// Takes a segment that was checked.
  package mutating func apply(_ segment: Segment) {
    // A segment of an older log that does not resolve is one that nobody can ask about.
    do throws(RecordProblem) { try put(segment) } catch { return }
  }

  private mutating func put(_ segment: Segment) throws(RecordProblem) {
    segments[segment.id] = segment
    let stated = segments.mapValues(\.stated)
    for (id, other) in segments.sorted(by: { $0.key < $1.key }) {
      guard id == segment.id || SegmentReferences.isIn(other.stated) else { continue }
      do throws(ConditionProblem) {
        var references = SegmentReferences(stated, of: id)
        conditions[id] = try Condition(try references.resolved(other.stated))
      } catch {
        let path = id == segment.id && !error.path.isEmpty ? "." + error.path : ""
        let of = id == segment.id ? "" : "segment \(id), which names it: "
        throw RecordProblem(
          path: "condition" + path, reason: error.reason.rawValue, message: of + error.message)
      }
    }
  }

  /// A condition that may name segments.
  package func condition(_ stated: Value) throws(ConditionProblem) -> Condition {
    guard SegmentReferences.isIn(stated) else { return try Condition(stated) }
    var references = SegmentReferences(segments.mapValues(\.stated))
    return try Condition(try references.resolved(stated))
  }
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
    self.stated = stated
    // What it names is looked up when it is taken; all else is checked here.
    do throws(ConditionProblem) {
      _ = try Condition(stated)
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
    members.append(.init(name: "condition", value: stated))
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
      segments[segment.id] = segment
    }
    // All at once: one may name another that comes after it.
    let stated = segments.mapValues(\.stated)
    for (id, segment) in segments {
      do throws(ConditionProblem) {
        var references = SegmentReferences(stated, of: id)
        conditions[id] = try Condition(try references.resolved(segment.stated))
      } catch {
        throw SnapshotProblem("segments", "segment \(id) does not resolve: \(error.message)")
      }
    }
  }
}
