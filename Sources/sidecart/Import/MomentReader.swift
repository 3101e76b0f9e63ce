import Shop

// How a time is read
// ------------------
// Exports write times in many ways, and mostly without saying where they hold: then they are the
// shop's own. One pass over the bytes takes
//
//   2026-03-01T10:00:00.250+08:00   RFC 3339, also with Z
//   2026-03-01 02:00:00.25+00       what databases print: offsets such as +00, +0530, +05:30
//   2026-03-01 10:00                local, with or without seconds
//   2026-03-01                      the start of the local day
//   3/1/2026 10:00   1.3.26         slashes or points, in the stated order; 26 is 2026

/// In which order a date with slashes or points names its parts.
enum DateOrder: String, CaseIterable {
  case monthFirst = "mdy"
  case dayFirst = "dmy"
}

/// Reads a moment off bytes.
struct MomentReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0

  /// The moment, in the zone where the text names no offset; nil for any other text.
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, zone: Zone, dateOrder: DateOrder
  ) -> Instant? {
    var reader = MomentReader(bytes)
    guard let day = reader.day(dateOrder) else { return nil }
    if reader.isAtEnd { return zone.instant(day: day) }
    guard reader.accept("T") || reader.accept(" ") || reader.accept("t"),
      let clock = reader.clockMilliseconds()
    else { return nil }
    if reader.isAtEnd { return zone.instant(day: day, clock: clock) }
    guard let offset = reader.offsetMilliseconds(), reader.isAtEnd else { return nil }
    let local = Int64(day.number) * Instant.millisecondsPerDay + clock
    let instant = Instant(milliseconds: local - offset)
    return instant >= .earliest && instant <= .latest ? instant : nil
  }

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private var isAtEnd: Bool { position == bytes.count }

  private mutating func accept(_ wanted: Unicode.Scalar) -> Bool {
    guard position < bytes.count, UInt32(bytes[position]) == wanted.value else { return false }
    position += 1
    return true
  }

  /// The next digits, as many as allowed.
  private mutating func number(
    digits: ClosedRange<Int>, in range: ClosedRange<Int> = 0...9999
  ) -> Int? {
    let start = position
    var value = 0
    while position < bytes.count, position - start < digits.upperBound,
      (0x30...0x39).contains(bytes[position])
    {
      value = value * 10 + Int(bytes[position] - 0x30)
      position += 1
    }
    return position - start >= digits.lowerBound && range.contains(value) ? value : nil
  }

  private mutating func day(_ order: DateOrder) -> Day? {
    guard let first = number(digits: 1...4) else { return nil }
    let firstDigits = position
    if accept("-") {
      guard firstDigits == 4, let month = number(digits: 2...2), accept("-"),
        let day = number(digits: 2...2)
      else { return nil }
      return Day(year: first, month: month, day: day)
    }
    guard firstDigits <= 2 else { return nil }
    let separator: Unicode.Scalar = accept("/") ? "/" : "."
    if separator == ".", !accept(".") { return nil }
    guard let second = number(digits: 1...2), accept(separator) else { return nil }
    let start = position
    guard var year = number(digits: 2...4), position - start != 3 else { return nil }
    if position - start == 2 { year += 2000 }
    return order == .monthFirst
      ? Day(year: year, month: first, day: second) : Day(year: year, month: second, day: first)
  }

  /// `h:mm`, `hh:mm:ss`, `hh:mm:ss.fraction`; a leap second is the one behind it.
  private mutating func clockMilliseconds() -> Int64? {
    guard let hour = number(digits: 1...2, in: 0...23), accept(":"),
      let minute = number(digits: 2...2, in: 0...59)
    else { return nil }
    var milliseconds = Int64(hour * 3600 + minute * 60) * 1000
    guard accept(":") else { return milliseconds }
    guard let second = number(digits: 2...2, in: 0...60) else { return nil }
    milliseconds += Int64(second) * 1000
    guard accept(".") else { return milliseconds }
    guard let tenth = number(digits: 1...1) else { return nil }
    var scale: Int64 = 100
    milliseconds += Int64(tenth) * scale
    while let digit = number(digits: 1...1) {
      scale /= 10
      milliseconds += Int64(digit) * scale
    }
    return milliseconds
  }

  /// `Z`, `+hh`, `+hhmm`, `+hh:mm`.
  private mutating func offsetMilliseconds() -> Int64? {
    if accept("Z") || accept("z") { return 0 }
    let isEast = accept("+")
    guard isEast || accept("-"), let hours = number(digits: 2...2, in: 0...23) else { return nil }
    var minutes = 0
    let hasColon = accept(":")
    if hasColon || !isAtEnd {
      guard let stated = number(digits: 2...2, in: 0...59) else { return nil }
      minutes = stated
    }
    let milliseconds = Int64(hours * 60 + minutes) * 60_000
    return isEast ? milliseconds : -milliseconds
  }
}
