// Three ways to be equal. None coerces a string into a number.

extension Value {
  /// JavaScript's `===` between values of separate origin: `$eq`, `$ne`. Lists and objects are
  /// never the same one, hence never equal.
  func isStrictlyEqual(to other: Value) -> Bool {
    switch (self, other) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.string(let left), .string(let right)): left.isIdentical(toText: right)
    case (.array, _), (.object, _): false
    default: isSameNumber(as: other)
    }
  }

  /// Whether both are numbers of the same size. An integer and a fraction part by exact size, so
  /// that being equal carries over.
  func isSameNumber(as other: Value) -> Bool {
    switch (self, other) {
    case (.integer(let left), .integer(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.integer(let integer), .number(let number)), (.number(let number), .integer(let integer)):
      number.exactInteger == integer
    default: false
    }
  }

  /// Equal as `JSON.stringify` would write them: a plain list or object in a condition.
  ///
  /// The order of members counts, after JavaScript's own reordering (array indices first, by size);
  /// what is not finite is written as null. Recurses no deeper than the shallower of both.
  func isWrittenLike(_ other: Value) -> Bool {
    switch (self, other) {
    case (.array(let left), .array(let right)):
      return left.count == right.count
        && zip(left, right).allSatisfy { $0.isWrittenLike($1) }
    case (.object(let left), .object(let right)):
      guard left.count == right.count else { return false }
      return zip(Value.scriptOrder(left), Value.scriptOrder(right)).allSatisfy {
        $0.name.isIdentical(toText: $1.name) && $0.value.isWrittenLike($1.value)
      }
    default:
      if isWrittenNull || other.isWrittenNull { return isWrittenNull && other.isWrittenNull }
      return isStrictlyEqual(to: other)
    }
  }

  private var isWrittenNull: Bool {
    switch self {
    case .null: true
    case .number(let number): !number.isFinite
    default: false
    }
  }

  /// Members in the order in which JavaScript would list them.
  private static func scriptOrder(_ members: [Member]) -> [Member] {
    guard members.contains(where: { $0.name.arrayIndex != nil }) else { return members }
    let indexed = members.compactMap { member in
      member.name.arrayIndex.map { (index: $0, member: member) }
    }
    return indexed.sorted { $0.index < $1.index }.map(\.member)
      + members.filter { $0.name.arrayIndex == nil }
  }
}

extension Double {
  /// The integer of the same size, where 64 bits hold it. `Int64(exactly:)` would do, but pulls the
  /// C math library in.
  var exactInteger: Int64? {
    guard self >= -0x1p63, self < 0x1p63 else { return nil }
    let integer = Int64(self)
    return Double(integer) == self ? integer : nil
  }
}
