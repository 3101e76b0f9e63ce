// One line each: a member that must be there, or one that may be. `optional…` is nil for a member
// that is absent; an explicit null is a value of the wrong type.

extension JSONObjectReader {
  package mutating func object(_ name: StaticString) throws(ParameterError) -> JSONObjectReader {
    try required(name).object()
  }

  package mutating func optionalObject(
    _ name: StaticString
  ) throws(ParameterError) -> JSONObjectReader? {
    guard let value = member(name) else { return nil }
    return try value.object()
  }

  package mutating func array(
    _ name: StaticString, minimumCount: Int = 0, maximumCount: Int
  ) throws(ParameterError) -> JSONArray {
    try required(name).array(minimumCount: minimumCount, maximumCount: maximumCount)
  }

  package mutating func optionalArray(
    _ name: StaticString, minimumCount: Int = 0, maximumCount: Int
  ) throws(ParameterError) -> JSONArray? {
    guard let value = member(name) else { return nil }
    return try value.array(minimumCount: minimumCount, maximumCount: maximumCount)
  }

  package mutating func text(
    _ name: StaticString, maximumBytes: Int, allowsEmpty: Bool = false
  ) throws(ParameterError) -> JSONText {
    try required(name).text(maximumBytes: maximumBytes, allowsEmpty: allowsEmpty)
  }

  package mutating func optionalText(
    _ name: StaticString, maximumBytes: Int, allowsEmpty: Bool = false
  ) throws(ParameterError) -> JSONText? {
    guard let value = member(name) else { return nil }
    return try value.text(maximumBytes: maximumBytes, allowsEmpty: allowsEmpty)
  }

  package mutating func string(
    _ name: StaticString, maximumBytes: Int, allowsEmpty: Bool = false
  ) throws(ParameterError) -> String {
    try required(name).string(maximumBytes: maximumBytes, allowsEmpty: allowsEmpty)
  }

  package mutating func optionalString(
    _ name: StaticString, maximumBytes: Int, allowsEmpty: Bool = false
  ) throws(ParameterError) -> String? {
    guard let value = member(name) else { return nil }
    return try value.string(maximumBytes: maximumBytes, allowsEmpty: allowsEmpty)
  }

  package mutating func integer(
    _ name: StaticString, in range: ClosedRange<Int> = Int.min...Int.max
  ) throws(ParameterError) -> Int {
    try required(name).integer(in: range)
  }

  package mutating func optionalInteger(
    _ name: StaticString, in range: ClosedRange<Int> = Int.min...Int.max
  ) throws(ParameterError) -> Int? {
    guard let value = member(name) else { return nil }
    return try value.integer(in: range)
  }

  package mutating func number(
    _ name: StaticString,
    in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
  ) throws(ParameterError) -> Double {
    try required(name).number(in: range)
  }

  package mutating func optionalNumber(
    _ name: StaticString,
    in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
  ) throws(ParameterError) -> Double? {
    guard let value = member(name) else { return nil }
    return try value.number(in: range)
  }

  package mutating func bool(_ name: StaticString) throws(ParameterError) -> Bool {
    try required(name).bool()
  }

  package mutating func optionalBool(_ name: StaticString) throws(ParameterError) -> Bool? {
    guard let value = member(name) else { return nil }
    return try value.bool()
  }

  package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: StaticString, of type: Choice.Type = Choice.self
  ) throws(ParameterError) -> Choice {
    try required(name).choice(of: type)
  }

  package mutating func optionalChoice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: StaticString, of type: Choice.Type = Choice.self
  ) throws(ParameterError) -> Choice? {
    guard let value = member(name) else { return nil }
    return try value.choice(of: type)
  }
}
