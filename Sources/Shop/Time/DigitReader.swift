/// Reads dates and clock times off ASCII, one field at a time; every field has a fixed width.
struct DigitReader<Bytes: Collection<UInt8>> {
  private var rest: Bytes.SubSequence

  init(_ bytes: Bytes) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func accept(_ wanted: Unicode.Scalar...) -> Bool {
    guard let byte = rest.first, wanted.contains(where: { $0.value == UInt32(byte) }) else {
      return false
    }
    rest = rest.dropFirst()
    return true
  }

  mutating func accept(_ one: Unicode.Scalar, or two: Unicode.Scalar) -> Bool { accept(one, two) }

  mutating func accept(
    _ one: Unicode.Scalar, or two: Unicode.Scalar, or three: Unicode.Scalar
  ) -> Bool { accept(one, two, three) }

  mutating func sign() -> Int64? {
    if accept("+") { return 1 }
    return accept("-") ? -1 : nil
  }

  mutating func number(digits: Int, in range: ClosedRange<Int>) -> Int? {
    var value = 0
    for _ in 0..<digits {
      guard let byte = rest.first, byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + Int(byte - 0x30)
      rest = rest.dropFirst()
    }
    return range.contains(value) ? value : nil
  }

  /// `YYYY-MM-DD`, checked against the calendar.
  mutating func date() -> Day? {
    guard let year = number(digits: 4, in: 1...9999), accept("-"),
      let month = number(digits: 2, in: 1...12), accept("-"),
      let day = number(digits: 2, in: 1...31)
    else { return nil }
    return Day(year: year, month: month, day: day)
  }

  /// `HH:MM:SS[.fraction]` as milliseconds of the day.
  mutating func clock() -> Int64? {
    guard let hour = number(digits: 2, in: 0...23), accept(":"),
      let minute = number(digits: 2, in: 0...59), accept(":"),
      let second = number(digits: 2, in: 0...60)
    else { return nil }
    var milliseconds = Int64(hour * 3600 + minute * 60 + second) * 1000
    if accept(".") {
      var scale: Int64 = 100
      guard let first = number(digits: 1, in: 0...9) else { return nil }
      milliseconds += Int64(first) * scale
      while let digit = number(digits: 1, in: 0...9) {
        scale /= 10
        milliseconds += Int64(digit) * scale
      }
    }
    return milliseconds
  }
}
