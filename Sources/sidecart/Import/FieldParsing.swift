// Numbers as exports write them, read off the bytes: an import of a year of orders passes here for
// each row.

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
