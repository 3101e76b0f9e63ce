/// An ordering operator, for `$gt` and its like and for their version forms.
enum Comparison: Sendable {
  case less, lessOrEqual, greater, greaterOrEqual

  /// Holds by JavaScript's rule: two texts by UTF-16 units, everything else by number, where NaN on
  /// either side is false. Two integers are compared exactly.
  func holds(_ left: Value, _ right: Value) -> Bool {
    if case .integer(let left) = left, case .integer(let right) = right {
      return holds(left, right)
    }
    if let left = left.orderText, let right = right.orderText { return holds(left, right) }
    return holds(left.scriptNumber, right.scriptNumber)
  }

  func holds(_ left: String, _ right: String) -> Bool {
    switch self {
    case .less: left.precedesInCodeUnits(right)
    case .lessOrEqual: !right.precedesInCodeUnits(left)
    case .greater: right.precedesInCodeUnits(left)
    case .greaterOrEqual: !left.precedesInCodeUnits(right)
    }
  }

  func holds<Number: Comparable>(_ left: Number, _ right: Number) -> Bool {
    switch self {
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }
}

extension Value {
  /// The text by which the value is ordered, where it is ordered by text: strings, and lists and
  /// objects, which JavaScript turns into text first.
  fileprivate var orderText: String? {
    switch self {
    case .string(let string): string
    case .array, .object: scriptText
    case .null, .bool, .integer, .number: nil
    }
  }
}
