// Numbers from text. A number is first read as mantissa x 10^exponent with up to 19 significant
// digits. Where the mantissa fits 53 bits and the power of ten is exact in a double (10^22 and
// below), one multiplication or division is correctly rounded (Clinger 1990, "How to read floating
// point numbers accurately"): that is nearly every number people write. All others go through the
// standard library's conversion, which is correct and slower.

struct Decimal {
  private(set) var mantissa: UInt64 = 0
  private(set) var exponent = 0
  private(set) var isNegative = false
  /// Whether the mantissa holds every digit that is not zero.
  private(set) var isExact = true

  /// Doubles count exactly up to here; beyond, neighbouring integers fall together.
  static var maximumExactInteger: UInt64 { 1 << 53 }

  /// The powers of ten that a double holds exactly.
  static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// Reads a number in JSON's notation, which the scanner has checked. O(bytes).
  init(_ text: UnsafeBufferPointer<UInt8>) {
    var significant = 0
    var isInFraction = false
    var index = 0
    while index < text.count {
      let byte = text[index]
      index += 1
      switch byte {
      case UInt8(ascii: "-"): isNegative = true
      case UInt8(ascii: "."): isInFraction = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let digit = UInt64(byte - UInt8(ascii: "0"))
        if significant < 19 {
          mantissa = mantissa * 10 + digit
          if mantissa != 0 { significant += 1 }
          if isInFraction { exponent -= 1 }
        } else {
          if digit != 0 { isExact = false }
          if !isInFraction { exponent += 1 }
        }
      default:
        exponent += Decimal.exponent(text[index...])
        return
      }
    }
  }

  /// The written exponent, cut at 2^30: far past every double, and no sum with it can overflow.
  private static func exponent(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
    var magnitude = 0
    for byte in text where byte &- UInt8(ascii: "0") < 10 {
      magnitude = min(magnitude * 10 + Int(byte - UInt8(ascii: "0")), 1 << 30)
    }
    return text.first == UInt8(ascii: "-") ? -magnitude : magnitude
  }

  /// The nearest double, or nil where that would be infinite.
  static func double(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    let decimal = Decimal(text)
    if decimal.isExact, decimal.mantissa <= maximumExactInteger, abs(decimal.exponent) <= 22 {
      let power = powers[abs(decimal.exponent)]
      let mantissa = Double(decimal.mantissa)
      let magnitude = decimal.exponent < 0 ? mantissa / power : mantissa * power
      return decimal.isNegative ? -magnitude : magnitude
    }
    guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else {
      return nil
    }
    return value
  }

  /// The value of an integer without fraction or exponent, or nil where it does not fit 64 bits.
  @inline(__always)
  static func integer(plain text: UnsafeBufferPointer<UInt8>) -> Int64? {
    let isNegative = text.first == UInt8(ascii: "-")
    var magnitude: UInt64 = 0
    for index in (isNegative ? 1 : 0)..<text.count {
      let (product, isOverflow) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, isCarry) = product.addingReportingOverflow(
        UInt64(text[index] &- UInt8(ascii: "0")))
      guard !isOverflow, !isCarry else { return nil }
      magnitude = sum
    }
    let limit = UInt64(Int64.max) + (isNegative ? 1 : 0)
    guard magnitude <= limit else { return nil }
    let value = Int64(truncatingIfNeeded: magnitude)
    return isNegative ? 0 &- value : value
  }

  enum Integral: Equatable {
    case integer(Int64)
    case fractional
    case tooLarge
  }

  /// What a number written with fraction or exponent is as an integer: hosts that know only doubles
  /// write `1.0` or `1e2`, and may mean it as far as doubles count exactly.
  var integral: Integral {
    var mantissa = mantissa
    var exponent = exponent
    guard mantissa != 0 else { return .integer(0) }
    while exponent < 0, mantissa % 10 == 0 {
      mantissa /= 10
      exponent += 1
    }
    guard exponent >= 0 else { return .fractional }
    guard isExact, exponent < 19 else { return .tooLarge }
    for _ in 0..<exponent {
      let (product, isOverflow) = mantissa.multipliedReportingOverflow(by: 10)
      guard !isOverflow else { return .tooLarge }
      mantissa = product
    }
    guard mantissa <= Decimal.maximumExactInteger else { return .tooLarge }
    return .integer(isNegative ? -Int64(mantissa) : Int64(mantissa))
  }
}
