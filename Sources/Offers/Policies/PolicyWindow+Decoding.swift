import Shop

extension PolicyWindow {
  /// Decodes `when`.
  static func decode(_ value: Value) throws(RecordProblem) -> PolicyWindow {
    let record = try RecordReader(
      value, path: "when", allowing: ["from", "until", "weekdays", "hours", "valid_days"])
    var window = PolicyWindow()
    window.from = try bound(record, "from")
    window.until = try bound(record, "until")
    if let from = window.from, let until = window.until, !isOrdered(from, until) {
      throw record.problem("until", "out_of_range", "the end must be after the beginning")
    }
    if let list = try record.list("weekdays", maximumCount: 7) {
      window.weekdays = 0
      for (index, value) in list.enumerated() {
        let path = record.path(of: "weekdays[\(index)]")
        window.weekdays |= 1 << UInt8(try RecordReader.integer(value, path: path, 1...7))
      }
    }
    if let list = try record.list("hours", maximumCount: 48) {
      for (index, value) in list.enumerated() {
        window.hours.append(try hours(value, path: record.path(of: "hours[\(index)]")))
      }
    }
    window.validDays = try record.integer("valid_days", 1...36_500)
    return window
  }

  private static func bound(
    _ record: RecordReader, _ name: String
  ) throws(RecordProblem) -> Bound? {
    guard let text = try record.text(name, maximumBytes: 64) else { return nil }
    if let day = Day(text: text) { return .day(day) }
    if let instant = Instant(rfc3339: text) { return .moment(instant) }
    throw record.problem(
      name, "not_a_time", "this must be RFC 3339 with an offset, or a date as YYYY-MM-DD")
  }

  /// False only where no zone could make a period of it.
  private static func isOrdered(_ from: Bound, _ until: Bound) -> Bool {
    switch (from, until) {
    case (.moment(let start), .moment(let end)): start < end
    case (.day(let start), .day(let end)): start <= end
    default: true
    }
  }

  private static func hours(_ value: Value, path: String) throws(RecordProblem) -> Hours {
    guard case .array(let ends) = value, ends.count == 2 else {
      throw RecordProblem(
        path: path, reason: "wrong_type", message: "a span is a list of two times, start and end")
    }
    let start = try minutes(ends[0], path: path + "[0]", last: 1_439)
    let end = try minutes(ends[1], path: path + "[1]", last: 1_440)
    if start == end {
      throw RecordProblem(
        path: path, reason: "empty", message: "the span is empty; a whole day is 00:00 to 24:00")
    }
    return Hours(start: start, end: end)
  }

  /// `HH:MM` as minutes since midnight.
  private static func minutes(
    _ value: Value, path: String, last: Int64
  ) throws(RecordProblem) -> Int64 {
    let bytes = Array(try RecordReader.text(value, path: path, maximumBytes: 64).utf8)
    let digits = [0, 1, 3, 4].map { $0 < bytes.count ? Int64(bytes[$0]) - 0x30 : -1 }
    let isClock =
      bytes.count == 5 && bytes[2] == 0x3A && digits.allSatisfy { (0...9).contains($0) }
    let (hour, minute) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
    guard isClock, minute < 60, hour * 60 + minute <= last else {
      throw RecordProblem(
        path: path, reason: "not_a_time", message: "a time of day is HH:MM, 00:00 to 24:00")
    }
    return hour * 60 + minute
  }
}

extension Value {
  /// This object without that member.
  func without(member name: String) -> Value {
    guard case .object(let members) = self else { return self }
    return .object(members.filter { $0.name != name })
  }

  /// The same content in one form: members sorted by name, `null` members left out, whole numbers
  /// as integers.
  ///
  /// The depth is bounded by what the wire lets in.
  var canonical: Value {
    switch self {
    case .object(let members):
      .object(
        members.filter { $0.value != .null }
          .map { Value.Member(name: $0.name, value: $0.value.canonical) }
          .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    case .array(let list): .array(list.map(\.canonical))
    case .number(let number):
      abs(number) < 9e15 && Double(Int64(number)) == number ? .integer(Int64(number)) : self
    default: self
    }
  }
}
