import Shop

// How a segment names another
// ---------------------------
// `{"$segment":"vip"}` holds where the segment's condition does. It stands where a condition may:
// at the top, or inside of $and, $or, $nor and $not. Before a condition is compiled, each such
// member is replaced by what it names, so that nothing else has to know of it. Segments keep what
// was said and are resolved anew when any of them changes: a change reaches all that name it. A
// segment that would come back to itself, and one that nobody has put, are refused.

/// Conditions with what their `$segment` members name put in their place.
struct SegmentReferences {
  /// Conditions as they were said, by segment.
  let stated: [String: Value]
  /// Values that all that is put in may add up to.
  private var room = ConditionLimits().nodes
  /// Segments that are being put in, one inside of the other.
  private var open: [String]

  static let name = "$segment"

  /// - Parameter id: the segment whose condition it is, if any.
  init(_ stated: [String: Value], of id: String? = nil) {
    self.stated = stated
    open = id.map { [$0] } ?? []
  }

  static func isIn(_ condition: Value) -> Bool {
    switch condition {
    case .object(let members): members.contains { $0.name == name || isIn($0.value) }
    case .array(let elements): elements.contains(where: isIn)
    default: false
    }
  }

  /// The condition without references. O(what comes of it), at most the limits of a condition.
  mutating func resolved(
    _ condition: Value, at path: String = ""
  ) throws(ConditionProblem) -> Value {
    guard case .object(let members) = condition else { return condition }
    var rest: [Value.Member] = []
    var named: [Value] = []
    for member in members {
      let place = path.isEmpty ? member.name : "\(path).\(member.name)"
      switch member.name {
      case Self.name: named.append(try self.condition(named: member.value, at: place))
      case "$not":
        rest.append(.init(name: member.name, value: try resolved(member.value, at: place)))
      case "$and", "$or", "$nor":
        guard case .array(let elements) = member.value else {
          rest.append(member)
          continue
        }
        var list: [Value] = []
        for (index, element) in elements.enumerated() {
          list.append(try resolved(element, at: "\(place)[\(index)]"))
        }
        rest.append(.init(name: member.name, value: .array(list)))
      default: rest.append(member)
      }
    }
    room -= members.count
    if room < 0 {
      throw ConditionProblem(
        path: path, reason: .tooLarge, message: "with the segments that it names it is too large")
    }
    if named.isEmpty { return .object(rest) }
    let parts = (rest.isEmpty ? [] : [Value.object(rest)]) + named
    return .object([.init(name: "$and", value: .array(parts))])
  }

  private mutating func condition(
    named value: Value, at path: String
  ) throws(ConditionProblem) -> Value {
    guard case .string(let id) = value else {
      throw ConditionProblem(
        path: path, reason: .badReference, message: "$segment is the id of a segment")
    }
    guard let condition = stated[id] else {
      throw ConditionProblem(
        path: path, reason: .unknownSegment,
        message: "no segment \(id) is known; segments.put adds one")
    }
    if open.contains(id) {
      throw ConditionProblem(
        path: path, reason: .circular,
        message: "segment \(id) would ask about itself: \((open + [id]).joined(separator: " > "))")
    }
    open.append(id)
    defer { open.removeLast() }
    do throws(ConditionProblem) {
      return try resolved(condition)
    } catch {
      throw ConditionProblem(path: path, reason: error.reason, message: error.message)
    }
  }
}
