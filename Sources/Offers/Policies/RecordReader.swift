import Shop

/// Reads the members of one object; every problem names the member's path.
///
/// Members that are `null` count as not there.
struct RecordReader {
  private let path: String
  private let members: [Value.Member]

  /// Refuses what is no object, and members that the shape does not have.
  init(_ value: Value, path: String, allowing names: [String]) throws(RecordProblem) {
    guard case .object(let members) = value else {
      throw RecordProblem(path: path, reason: "wrong_type", message: "this must be an object")
    }
    self.path = path
    self.members = members
    for member in members where !names.contains(member.name) {
      throw problem(
        member.name, "unknown_parameter",
        "\(member.name) is not known here; allowed: \(names.joined(separator: ", "))")
    }
  }

  func path(of name: String) -> String { path.isEmpty ? name : path + "." + name }

  func problem(_ name: String, _ reason: String, _ message: String) -> RecordProblem {
    RecordProblem(path: path(of: name), reason: reason, message: message)
  }

  func value(_ name: String) -> Value? {
    let value = members.first { $0.name == name }?.value
    return value == .null ? nil : value
  }

  func required<Result>(_ name: String, _ value: Result?) throws(RecordProblem) -> Result {
    guard let value else { throw problem(name, "missing", "this must be stated") }
    return value
  }

  func text(_ name: String, maximumBytes: Int = 1_024) throws(RecordProblem) -> String? {
    guard let value = value(name) else { return nil }
    return try RecordReader.text(value, path: path(of: name), maximumBytes: maximumBytes)
  }

  func flag(_ name: String) throws(RecordProblem) -> Bool? {
    guard let value = value(name) else { return nil }
    guard case .bool(let flag) = value else {
      throw problem(name, "wrong_type", "this must be true or false")
    }
    return flag
  }

  func integer(_ name: String, _ range: ClosedRange<Int64>) throws(RecordProblem) -> Int64? {
    guard let value = value(name) else { return nil }
    return try RecordReader.integer(value, path: path(of: name), range)
  }

  func number(_ name: String, _ range: ClosedRange<Double>) throws(RecordProblem) -> Double? {
    guard let value = value(name) else { return nil }
    guard let number = value.double else {
      throw problem(name, "wrong_type", "this must be a number")
    }
    guard range.contains(number) else {
      throw problem(
        name, "out_of_range", "this must be \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func list(_ name: String, maximumCount: Int) throws(RecordProblem) -> [Value]? {
    guard let value = value(name) else { return nil }
    guard case .array(let list) = value else {
      throw problem(name, "wrong_type", "this must be a list")
    }
    if list.isEmpty { throw problem(name, "empty", "leave it out, or state at least one") }
    if list.count > maximumCount {
      throw problem(name, "too_many", "at most \(maximumCount) are taken")
    }
    return list
  }

  func condition(_ name: String) throws(RecordProblem) -> Condition? {
    guard let value = value(name) else { return nil }
    do throws(ConditionProblem) {
      return try Condition(value)
    } catch {
      let inner = error.path.isEmpty ? path(of: name) : path(of: name) + "." + error.path
      throw RecordProblem(path: inner, reason: error.reason.rawValue, message: error.message)
    }
  }

  static func text(
    _ value: Value, path: String, maximumBytes: Int = 1_024
  ) throws(RecordProblem) -> String {
    guard case .string(let text) = value else {
      throw RecordProblem(path: path, reason: "wrong_type", message: "this must be a string")
    }
    if text.isEmpty {
      throw RecordProblem(path: path, reason: "empty", message: "this must not be empty")
    }
    if text.utf8.count > maximumBytes {
      throw RecordProblem(
        path: path, reason: "too_long", message: "at most \(maximumBytes) bytes are taken")
    }
    return text
  }

  static func integer(
    _ value: Value, path: String, _ range: ClosedRange<Int64>
  ) throws(RecordProblem) -> Int64 {
    guard case .integer(let integer) = value else {
      let message = "this must be an integer, written without fraction or exponent"
      throw RecordProblem(path: path, reason: "wrong_type", message: message)
    }
    if range.contains(integer) { return integer }
    throw RecordProblem(
      path: path, reason: integer <= 0 && range.lowerBound == 1 ? "not_positive" : "out_of_range",
      message: "this must be \(range.lowerBound) to \(range.upperBound)")
  }
}
