/// A JSON value as the facts hold it: what an attribute, a condition or a stored field is made of.
///
/// Objects keep their members in the order in which they came and hold each name once (the wire
/// refuses duplicates before a value gets here). Numbers that were written without fraction or
/// exponent and fit 64 bits are `integer`; all others are `number`.
package indirect enum Value: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([Value])
  case object([Member])

  package struct Member: Equatable, Sendable {
    package var name: String
    package var value: Value

    package init(name: String, value: Value) {
      self.name = name
      self.value = value
    }
  }
}

extension Value {
  /// The member of that name, or nil where there is none or this is no object. O(members).
  package subscript(name: String) -> Value? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The number behind an integer or a number; nil for every other kind.
  package var double: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }
}
