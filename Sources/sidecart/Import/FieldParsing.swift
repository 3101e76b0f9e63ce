import Shop

/// Reads an amount such as `12.50` or `-3` as minor units, without passing through floating point.
///
/// Digits beyond `decimals` round half away from zero. Nil for anything else, and for what does not fit.
func minorUnits(_ bytes: UnsafeBufferPointer<UInt8>, decimals: Int) -> Int64? {
  var digits = bytes[...]
  while let first = digits.first, first == 0x20 { digits = digits.dropFirst() }
  while let last = digits.last, last == 0x20 || last == 0x0D { digits = digits.dropLast() }
  let isNegative = digits.first == 0x2D
  if isNegative || digits.first == 0x2B { digits = digits.dropFirst() }
  var value: Int64 = 0
  var fraction = -1
  var hasDigit = false
  var roundsUp = false
  for byte in digits {
    if byte == 0x2E, fraction < 0 {
      fraction = 0
      continue
    }
    guard byte >= 0x30, byte <= 0x39 else { return nil }
    hasDigit = true
    if fraction >= decimals {
      if fraction == decimals { roundsUp = byte >= 0x35 }
      fraction += 1
      continue
    }
    let (product, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carry) = product.addingReportingOverflow(Int64(byte - 0x30))
    if overflow || carry { return nil }
    value = sum
    if fraction >= 0 { fraction += 1 }
  }
  guard hasDigit else { return nil }
  for _ in max(0, min(fraction, decimals))..<decimals {
    let (product, overflow) = value.multipliedReportingOverflow(by: 10)
    if overflow { return nil }
    value = product
  }
  if roundsUp {
    let (sum, carry) = value.addingReportingOverflow(1)
    if carry { return nil }
    value = sum
  }
  return isNegative ? -value : value
}

/// In which order a date with slashes names its parts.
enum DateOrder: String, CaseIterable {
  case monthFirst = "mdy"
  case dayFirst = "dmy"
}

/// Reads a moment as exports write it: RFC 3339, or a local date with or without a clock time in the shop's zone,
/// `2010-12-01T08:26:00`, `2010-12-01 08:26`, `2010-12-01`, `12/1/2010 8:26`.
func importedInstant(_ text: String, zone: Zone, dateOrder: DateOrder) -> Instant? {
  if let instant = Instant(rfc3339: text) { return instant }
  let parts = text.split(whereSeparator: { $0 == "T" || $0 == " " })
  guard (1...2).contains(parts.count) else { return nil }
  let day: Day
  if let iso = Day(text: parts[0]) {
    day = iso
  } else {
    let numbers = parts[0].split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 3, let first = numbers[0], let second = numbers[1],
      let year = numbers[2],
      let date = Day(
        year: year < 100 ? year + 2000 : year,
        month: dateOrder == .monthFirst ? first : second,
        day: dateOrder == .monthFirst ? second : first)
    else { return nil }
    day = date
  }
  guard parts.count == 2 else { return zone.instant(day: day) }
  let clock = parts[1].split(separator: ":", omittingEmptySubsequences: false)
  guard (2...3).contains(clock.count), let hour = Int(clock[0]), let minute = Int(clock[1]),
    (0...23).contains(hour), (0...59).contains(minute)
  else { return nil }
  var milliseconds = Int64(hour * 3600 + minute * 60) * 1000
  if clock.count == 3 {
    let seconds = clock[2].split(separator: ".", omittingEmptySubsequences: false)
    guard let second = Int(seconds[0]), (0...59).contains(second), seconds.count <= 2 else {
      return nil
    }
    milliseconds += Int64(second) * 1000
  }
  return zone.instant(day: day, clock: milliseconds)
}
