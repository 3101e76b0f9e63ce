// Typed reads for those who answer requests. Each says what it takes, and throws an error that
// holds the path, a reason code and a sentence. A null is a value like any other and of the wrong
// type for all of these: who gives it a meaning (a merge, say) asks `isNull` first.

extension JSON {
  /// An error about this value, with its path, for checks that only the caller can make.
  package func failure(_ reason: ErrorReason, _ message: String) -> ParameterError {
    ParameterError(path: path, reason: reason, message: message)
  }

  private func wrongType(_ expected: String) -> ParameterError {
    failure(.wrongType, "expected \(expected), found \(kind.phrase)")
  }

  /// A reader over the members of this object.
  package func object() throws(ParameterError) -> JSONObjectReader {
    guard entry.tag == .object else { throw wrongType("an object") }
    return JSONObjectReader(self)
  }

  /// The elements of this array, if there are as many as allowed.
  package func array(
    minimumCount: Int = 0, maximumCount: Int
  ) throws(ParameterError) -> JSONArray {
    guard entry.tag == .array else { throw wrongType("an array") }
    guard count <= maximumCount else {
      throw failure(.tooMany, "\(count) elements are more than \(maximumCount)")
    }
    guard count >= minimumCount else {
      throw failure(.tooFew, "at least \(minimumCount) must be given, found \(count)")
    }
    return JSONArray(node: self)
  }

  /// The content of this string, at most `maximumBytes` of UTF-8, without making a `String`.
  package func text(
    maximumBytes: Int, allowsEmpty: Bool = false
  ) throws(ParameterError) -> JSONText {
    guard let text = textValue else { throw wrongType("a string") }
    // Escape sequences only shrink when decoded, so most strings need no second look.
    guard text.bytes.count <= maximumBytes || text.byteCount <= maximumBytes else {
      throw failure(.tooLong, "the string is longer than \(maximumBytes) bytes")
    }
    guard allowsEmpty || !text.isEmpty else { throw failure(.empty, "the string is empty") }
    return text
  }

  package func string(
    maximumBytes: Int, allowsEmpty: Bool = false
  ) throws(ParameterError) -> String {
    try text(maximumBytes: maximumBytes, allowsEmpty: allowsEmpty).string
  }

  /// This integer, exact. `1.0` and `1e2` are integers within 2^53.
  package func integer(
    in range: ClosedRange<Int> = Int.min...Int.max
  ) throws(ParameterError) -> Int {
    guard let value = integerValue else { throw noInteger(in: range) }
    guard range.contains(Int(value)) else {
      throw failure(.outOfRange, "\(value) is not within \(range.phrase)")
    }
    return Int(value)
  }

  private func noInteger(in range: ClosedRange<Int>) -> ParameterError {
    let entry = entry
    guard entry.tag == .number else { return wrongType("an integer") }
    guard Decimal(text(of: entry)).integral == .fractional else {
      return failure(.outOfRange, "the number is not within \(range.phrase)")
    }
    return failure(.wrongType, "expected an integer, found a number with a fraction")
  }

  /// This number as a double; one that no finite double is near is out of range.
  package func number(
    in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
  ) throws(ParameterError) -> Double {
    guard kind == .integer || kind == .number else { throw wrongType("a number") }
    guard let value = doubleValue else {
      throw failure(.outOfRange, "the number is too large for 64 bits")
    }
    guard range.contains(value) else {
      throw failure(
        .outOfRange, "\(value) is not within \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  package func bool() throws(ParameterError) -> Bool {
    guard let value = boolValue else { throw wrongType("true or false") }
    return value
  }

  /// One of the strings that stand for the cases of `Choice`.
  package func choice<Choice: RawRepresentable<String> & CaseIterable>(
    of type: Choice.Type = Choice.self
  ) throws(ParameterError) -> Choice {
    guard let text = textValue else { throw wrongType("a string") }
    for choice in Choice.allCases where text == choice.rawValue { return choice }
    let names = Choice.allCases.map(\.rawValue)
    throw failure(
      .notOneOf,
      "expected one of \(names.joined(separator: ", "))\(Spelling.hint(text.string, among: names))")
  }
}

extension JSON.Kind {
  /// The kind with its article.
  var phrase: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer, .array, .object: "an \(rawValue)"
    case .number, .string: "a \(rawValue)"
    }
  }
}

extension ClosedRange<Int> {
  fileprivate var phrase: String {
    self == Int.min...Int.max ? "64 bits" : "\(lowerBound) to \(upperBound)"
  }
}
