// Reading an object with a closed set of members. The reader remembers which members were asked for
// and which of them it found; `finish` refuses the rest. The set of known names is thus what the
// method actually reads, and cannot drift from it.
//
// Hosts send members in some fixed order, often the one in which they are read. So each search
// begins after the member found last and wraps around: in the good case it is one comparison. Names
// asked for are kept as pointers in a fixed array inside the reader; nothing is allocated unless
// there is an error to tell.

/// Reads the members of one object, each at most once, and refuses those nobody asked for.
package struct JSONObjectReader {
  /// The object itself, for errors about it as a whole.
  package let node: JSON
  private let count: Int
  private var nextName: Int
  private var nextOrdinal = 0
  /// One bit for each of the first 64 members that was found.
  private var found: UInt64 = 0
  private var asked = InlineArray<48, UnsafePointer<UInt8>?>(repeating: nil)
  private var askedCount = 0

  /// How many names one reader can be asked for.
  package static var maximumNames: Int { 48 }

  init(_ node: JSON) {
    self.node = node
    count = node.count
    nextName = Int(node.index) + 1
  }

  /// The member's value, or nil where it is absent. Marks the name as known. O(members).
  package mutating func member(_ name: StaticString) -> JSON? {
    precondition(askedCount < JSONObjectReader.maximumNames, "too many members for one reader")
    // Literals end with a zero byte, so a pointer is enough to find the name again.
    asked[askedCount] = name.utf8Start
    askedCount += 1
    let document = node.document
    for _ in 0..<count {
      if nextOrdinal == count {
        nextOrdinal = 0
        nextName = Int(node.index) + 1
      }
      let entry = document.pointee.entries[nextName]
      let text = JSONText(bytes: node.text(of: entry), isEscaped: entry.tag == .escapedString)
      let value = nextName + 1
      let ordinal = nextOrdinal
      nextName = Int(document.pointee.entries[value].next)
      nextOrdinal += 1
      if text == name {
        if ordinal < 64 { found |= 1 << UInt64(ordinal) }
        return JSON(document: document, index: value)
      }
    }
    return nil
  }

  /// The member's value; throws `missing` where it is absent.
  package mutating func required(_ name: StaticString) throws(ParameterError) -> JSON {
    guard let value = member(name) else { throw missing(name) }
    return value
  }

  private func missing(_ name: StaticString) -> ParameterError {
    // A misspelt name is both missing and unknown. Say so at once, but don't search for ever.
    let unread = node.members.prefix(64).lazy.map(\.name.string).filter { isUnasked($0) }
    let near = unread.first { Spelling.nearest(to: $0, among: ["\(name)"]) != nil }
    let hint = near.map { "; \"\($0)\" is not known" } ?? ""
    return ParameterError(
      path: node.path(ofMember: "\(name)"), reason: .missing, message: "\(name) is missing\(hint)")
  }

  /// Refuses the first member that was never asked for.
  package func finish() throws(ParameterError) {
    guard found.nonzeroBitCount != count else { return }
    for member in node.members {
      let name = member.name.string
      guard isUnasked(name) else { continue }
      let known = askedNames
      let list = known.isEmpty ? "nothing" : known.joined(separator: ", ")
      throw ParameterError(
        path: node.path(to: member.nameIndex), reason: .unknownParameter,
        message:
          "\"\(Excerpt.of(name))\" is not known here; allowed: \(list)"
          + Spelling.hint(name, among: known))
    }
  }

  /// An error about a member of this object, whether or not it is there.
  package func failure(
    at name: StaticString, _ reason: ErrorReason, _ message: String
  ) -> ParameterError {
    ParameterError(path: node.path(ofMember: "\(name)"), reason: reason, message: message)
  }

  private func isUnasked(_ name: String) -> Bool {
    !askedNames.contains { $0.utf8.elementsEqual(name.utf8) }
  }

  private var askedNames: [String] {
    var names: [String] = []
    for index in 0..<askedCount {
      if let start = asked[index] { names.append(String(cString: start)) }
    }
    return names
  }
}
