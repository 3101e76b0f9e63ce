import Shop

/// Named conditions over profiles: `segments.put`.
package struct SegmentBook: Sendable {
  private var segments: [String: Condition] = [:]
  /// Grows with each change.
  package private(set) var revision: UInt64 = 0

  package init() {}

  package var count: Int { segments.count }

  /// All ids, in order of their bytes.
  package var ids: [String] {
    segments.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The condition of that segment; nil for a segment that nobody put.
  package subscript(id: String) -> Condition? { segments[id] }

  /// Puts a segment in or another in its place; false where the same is there.
  @discardableResult
  package mutating func put(_ condition: Condition, id: String) -> Bool {
    if segments[id] == condition { return false }
    segments[id] = condition
    revision &+= 1
    return true
  }

  /// Whether putting that would change anything.
  package func changes(_ condition: Condition, id: String) -> Bool { segments[id] != condition }
}
