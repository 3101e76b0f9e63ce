/// Reads dates and clock times off ASCII, one field at a time; every field has a fixed width.
///
/// It works on plain bytes: a generic reader would stay unspecialized for callers in other modules,
/// and cost 14 µs a date.
struct DigitReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0

  /// The bytes must outlive the reader.
  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func accept(_ wanted: Unicode.Scalar) -> Bool {
    guard position < bytes.count, UInt32(bytes[position]) == wanted.value else { return false }
    position += 1
    return true
  }

  mutating func accept(_ one: Unicode.Scalar, or two: Unicode.Scalar) -> Bool {
    accept(one) || accept(two)
  }

  mutating func accept(
    _ one: Unicode.Scalar, or two: Unicode.Scalar, or three: Unicode.Scalar
  ) -> Bool { accept(one) || accept(two) || accept(three) }

  mutating func sign() -> Int64? {
    if accept("+") { return 1 }
    return accept("-") ? -1 : nil
  }

  mutating func number(digits: Int, in range: ClosedRange<Int>) -> Int? {
    var value = 0
    for _ in 0..<digits {
      guard position < bytes.count, (0x30...0x39).contains(bytes[position]) else { return nil }
      value = value * 10 + Int(bytes[position] - 0x30)
      position += 1
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

/// Hands the text's UTF-8 to `body` in one piece, copied only where it is in several.
func withContiguousUTF8<Result>(
  of text: some StringProtocol, _ body: (UnsafeBufferPointer<UInt8>) -> Result
) -> Result {
  text.utf8.withContiguousStorageIfAvailable(body) ?? Array(text.utf8).withUnsafeBufferPointer(body)
}
