// JavaScript's coercions, as ECMAScript defines them for the values that JSON can hold.

extension Value {
  /// What `String(value)` gives, or nil for null, whose text "null" nobody means. Integers beyond
  /// 2^53 keep their digits, where JavaScript would have rounded them on arrival.
  var scriptText: String? {
    switch self {
    case .null: nil
    case .bool(let bool): bool ? "true" : "false"
    case .integer(let integer): String(integer)
    case .number(let number): NumberText.text(of: number)
    case .string(let string): string
    case .array(let elements): Value.joined(elements)
    case .object: "[object Object]"
    }
  }

  /// What `Number(value)` gives; NaN where there is no number.
  var scriptNumber: Double {
    switch self {
    case .null: 0
    case .bool(let bool): bool ? 1 : 0
    case .integer(let integer): Double(integer)
    case .number(let number): number
    case .string(let string): NumberText.number(from: string)
    case .array(let elements): NumberText.number(from: Value.joined(elements))
    case .object: .nan
    }
  }

  /// What `Boolean(value)` gives.
  var isTruthy: Bool {
    switch self {
    case .null: false
    case .bool(let bool): bool
    case .integer(let integer): integer != 0
    case .number(let number): !(number == 0 || number.isNaN)
    case .string(let string): !string.isEmpty
    case .array, .object: true
    }
  }

  /// What `Array.join` gives. Nested lists join by the same commas, so one walk writes all leaves;
  /// it keeps its own stack, since how deep lists nest is the document's choice.
  private static func joined(_ elements: [Value]) -> String {
    var text = ""
    var stack: [(rest: ArraySlice<Value>, isStarted: Bool)] = [(elements[...], false)]
    while var top = stack.popLast() {
      guard let element = top.rest.popFirst() else { continue }
      if top.isStarted { text += "," }
      stack.append((top.rest, true))
      if case .array(let inner) = element {
        stack.append((inner[...], false))
      } else {
        text += element.scriptText ?? ""
      }
    }
    return text
  }
}
