import Shop
import Wire

// From the wire's words to the shop's: what every method that takes records or moments reads them
// with. The same readers take facts off the log, so a fact is written in the shape in which it was
// sent.

/// The limits of what one field may hold; refused beyond, never cut.
package enum FieldLimits {
  /// Bytes of an id: of items, customers, orders, events, policies, segments, channels.
  package static let identifierBytes = 256
  /// Bytes of a text for people: a title, a name.
  package static let textBytes = 4_096
  /// Records in one put.
  package static let recordCount = 100_000
  /// Elements of a list inside a record: tags, categories, identities.
  package static let elementCount = 1_000
  /// Customers or items named in one question.
  package static let questionCount = 1_000_000
}

extension JSON {
  /// The value as the facts hold it. Recursion is bounded by the wire's depth limit.
  package func value() throws(ParameterError) -> Value {
    switch kind {
    case .null: return .null
    case .bool: return .bool(try bool())
    case .integer:
      if let integer = integerValue { return .integer(integer) }
      return .number(try number())
    case .number: return .number(try number())
    case .string: return .string(stringValue ?? "")
    case .array:
      var elements: [Value] = []
      for element in self.elements { elements.append(try element.value()) }
      return .array(elements)
    case .object:
      var members: [Value.Member] = []
      for member in self.members {
        members.append(Value.Member(name: member.name.string, value: try member.value.value()))
      }
      return .object(members)
    }
  }

  /// An object as a value; anything else is of the wrong type.
  func objectValue() throws(ParameterError) -> Value {
    _ = try object()
    return try value()
  }

  func identifier() throws(ParameterError) -> String {
    try string(maximumBytes: FieldLimits.identifierBytes)
  }

  func moment() throws(ParameterError) -> Instant {
    let text = try string(maximumBytes: 64)
    if let instant = Instant(rfc3339: text) { return instant }
    throw failure(
      "not_a_time", "expected RFC 3339 with an offset, such as 2026-03-01T10:00:00+08:00")
  }

  func day() throws(ParameterError) -> Day {
    if let day = Day(text: try string(maximumBytes: 64)) { return day }
    throw failure("not_a_day", "expected a day as YYYY-MM-DD")
  }

  /// A moment, or a day in the shop's zone: its start, or with `isEnd` the start of the next one
  /// (windows are half-open, and a date-only end means the end of that day).
  func momentOrDay(in zone: Zone, isEnd: Bool = false) throws(ParameterError) -> Instant {
    let text = try string(maximumBytes: 64)
    if let instant = Instant(rfc3339: text) { return instant }
    if let day = Day(text: text) {
      // The first and the last day that can be said begin or end outside the moments that can be
      // said, by the offset.
      let moment = zone.instant(day: isEnd ? Day(number: day.number + 1) : day)
      return max(.earliest, min(.latest, moment))
    }
    throw failure(
      "not_a_time",
      "expected RFC 3339 with an offset, such as 2026-03-01T10:00:00+08:00, or a day as YYYY-MM-DD")
  }

  func amount(
    in range: ClosedRange<Int> = 0...Int(Money.maximumAmount)
  ) throws(ParameterError) -> Int64 { Int64(try integer(in: range)) }

  func texts(maximumBytes: Int = FieldLimits.textBytes) throws(ParameterError) -> [String] {
    var texts: [String] = []
    for element in try array(maximumCount: FieldLimits.elementCount) {
      texts.append(try element.string(maximumBytes: maximumBytes))
    }
    return texts
  }

  func identifiers(maximumCount: Int) throws(ParameterError) -> [String] {
    var identifiers: [String] = []
    for element in try array(maximumCount: maximumCount) {
      identifiers.append(try element.identifier())
    }
    return identifiers
  }
}

extension JSONObjectReader {
  mutating func identifier(_ name: StaticString) throws(ParameterError) -> String {
    try required(name).identifier()
  }

  mutating func optionalIdentifier(_ name: StaticString) throws(ParameterError) -> String? {
    guard let value = member(name) else { return nil }
    return try value.identifier()
  }

  mutating func identifiers(
    _ name: StaticString, maximumCount: Int = FieldLimits.questionCount
  ) throws(ParameterError) -> [String]? {
    guard let value = member(name) else { return nil }
    return try value.identifiers(maximumCount: maximumCount)
  }

  mutating func optionalAmount(_ name: StaticString) throws(ParameterError) -> Int64? {
    guard let value = member(name) else { return nil }
    return try value.amount()
  }

  mutating func optionalMoment(_ name: StaticString) throws(ParameterError) -> Instant? {
    guard let value = member(name) else { return nil }
    return try value.moment()
  }

  mutating func optionalValue(_ name: StaticString) throws(ParameterError) -> Value? {
    guard let value = member(name) else { return nil }
    return try value.value()
  }

  /// The part of a merge patch that speaks of one field.
  mutating func patch<Wrapped: Sendable>(
    _ name: StaticString, _ decode: (JSON) throws(ParameterError) -> Wrapped
  ) throws(ParameterError) -> Patch<Wrapped> {
    guard let value = member(name) else { return .keep }
    return value.isNull ? .clear : .set(try decode(value))
  }

  mutating func textPatch(_ name: StaticString) throws(ParameterError) -> Patch<String> {
    try patch(name) { (value: JSON) throws(ParameterError) -> String in
      try value.string(maximumBytes: FieldLimits.textBytes, allowsEmpty: true)
    }
  }
}
