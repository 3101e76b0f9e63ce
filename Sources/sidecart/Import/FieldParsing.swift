import Shop

// Numbers and times as exports write them, read off the bytes: an import of a year of orders passes
// here for each row.

/// Digits with an optional sign and an optional fraction.
private struct PlainDecimal {
  /// The absolute value, in units of the last digit that was asked for.
  var magnitude: Int64
  var isNegative: Bool
  /// The first digit behind those that were asked for is 5 or more.
  var roundsUp: Bool
  /// Some digit behind those that were asked for is not 0.
  var hasRest: Bool

  /// Nil for anything else, and for what does not fit.
  init?(_ bytes: UnsafeBufferPointer<UInt8>, decimals: Int) {
    var index = 0
    isNegative = bytes.first == 0x2D
    if isNegative || bytes.first == 0x2B { index = 1 }
    magnitude = 0
    roundsUp = false
    hasRest = false
    // How many digits of the fraction were read; below zero in front of the point.
    var fraction = -1
    var hasDigit = false
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == 0x2E, fraction < 0 {
        fraction = 0
        continue
      }
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      hasDigit = true
      if fraction >= decimals {
        if fraction == decimals { roundsUp = byte >= 0x35 }
        if byte != 0x30 { hasRest = true }
      } else {
        guard add(digit: Int64(byte - 0x30)) else { return nil }
      }
      if fraction >= 0 { fraction += 1 }
    }
    guard hasDigit else { return nil }
    for _ in min(max(0, fraction), decimals)..<decimals {
      guard add(digit: 0) else { return nil }
    }
  }

  private mutating func add(digit: Int64) -> Bool {
    let (product, isTooLarge) = magnitude.multipliedReportingOverflow(by: 10)
    let (sum, carries) = product.addingReportingOverflow(digit)
    magnitude = sum
    return !isTooLarge && !carries
  }
}

/// Reads an amount such as `12.50` or `-3` as minor units, without passing through floating point.
///
/// Digits beyond `decimals` round half away from zero. Nil for anything else, and for what does not
/// fit.
func minorUnits(_ bytes: UnsafeBufferPointer<UInt8>, decimals: Int) -> Int64? {
  guard let decimal = PlainDecimal(bytes, decimals: decimals) else { return nil }
  let (sum, carries) = decimal.magnitude.addingReportingOverflow(decimal.roundsUp ? 1 : 0)
  if carries { return nil }
  return decimal.isNegative ? -sum : sum
}

/// Reads a whole number, written `6`, `-6` or `6.00`; nil for anything else, and for what does not
/// fit.
func wholeNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
  guard let decimal = PlainDecimal(bytes, decimals: 0), !decimal.hasRest else { return nil }
  return decimal.isNegative ? -decimal.magnitude : decimal.magnitude
}

/// In which order a date with slashes names its parts.
enum DateOrder: String, CaseIterable {
  case monthFirst = "mdy"
  case dayFirst = "dmy"
}

/// Reads a moment as exports write it: RFC 3339, the same with the offset as a database prints it
/// (`2010-12-01 08:26:00+00`), or a local date with or without a clock time in the shop's zone,
/// `2010-12-01T08:26:00`, `2010-12-01 08:26`, `2010-12-01`, `12/1/2010 8:26`.
func importedInstant(_ text: String, zone: Zone, dateOrder: DateOrder) -> Instant? {
  if let instant = Instant(rfc3339: text) { return instant }
  if let instant = databaseInstant(text) { return instant }
  let parts = text.split(whereSeparator: { $0 == "T" || $0 == " " })
  guard (1...2).contains(parts.count), let day = importedDay(parts[0], dateOrder) else {
    return nil
  }
  guard parts.count == 2 else { return zone.instant(day: day) }
  guard let milliseconds = importedClock(parts[1]) else { return nil }
  return zone.instant(day: day, clock: milliseconds)
}

/// An offset of whole hours, or without its colon.
private func databaseInstant(_ text: String) -> Instant? {
  let bytes = Array(text.utf8)
  guard let sign = bytes.lastIndex(where: { $0 == 0x2B || $0 == 0x2D }), sign >= 16 else {
    return nil
  }
  switch bytes.count - sign {
  case 3: return Instant(rfc3339: text + ":00")
  case 5: return Instant(rfc3339: "\(text.dropLast(2)):\(text.suffix(2))")
  default: return nil
  }
}

private func importedDay(_ text: Substring, _ dateOrder: DateOrder) -> Day? {
  if let day = Day(text: text) { return day }
  let separator: Character = text.contains("/") ? "/" : "."
  let numbers = text.split(separator: separator, omittingEmptySubsequences: false).map {
    Int($0)
  }
  guard numbers.count == 3, let first = numbers[0], let second = numbers[1],
    let year = numbers[2], (0...9999).contains(year)
  else { return nil }
  return Day(
    year: year < 100 ? year + 2000 : year,
    month: dateOrder == .monthFirst ? first : second,
    day: dateOrder == .monthFirst ? second : first)
}

private func importedClock(_ text: Substring) -> Int64? {
  let parts = text.split(separator: ":", omittingEmptySubsequences: false)
  guard (2...3).contains(parts.count), let hour = Int(parts[0]), let minute = Int(parts[1]),
    (0...23).contains(hour), (0...59).contains(minute)
  else { return nil }
  var milliseconds = Int64(hour * 3600 + minute * 60) * 1000
  guard parts.count == 3 else { return milliseconds }
  let seconds = parts[2].split(separator: ".", omittingEmptySubsequences: false)
  guard seconds.count <= 2, let second = Int(seconds[0]), (0...59).contains(second) else {
    return nil
  }
  milliseconds += Int64(second) * 1000
  if seconds.count == 2 {
    guard !seconds[1].isEmpty, seconds[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      return nil
    }
    var scale: Int64 = 100
    for digit in seconds[1].utf8.prefix(3) {
      milliseconds += Int64(digit - 0x30) * scale
      scale /= 10
    }
  }
  return milliseconds
}
