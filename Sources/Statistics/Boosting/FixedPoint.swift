/// Sums that do not depend on the order of the terms: each is a whole number of a power of two.
struct FixedPoint {
  let greatest: Double
  private let scale: Double
  private let unit: Double

  /// - Parameters:
  ///   - maximum: no term is greater in amount; finite, not below zero.
  ///   - bits: a term takes so many, so that 2^(63 - bits) of them can be added up.
  init(maximum: Double, bits: Int) {
    greatest = maximum
    // Below the smallest of what counts all is zero; a power of two keeps the scaling exact.
    let isZero = maximum < 0x1p-900
    let exponent = bits - 1 - Int(isZero ? 0 : maximum.exponent)
    scale = isZero ? 0 : Double(sign: .plus, exponent: exponent, significand: 1)
    unit = isZero ? 0 : Double(sign: .plus, exponent: -exponent, significand: 1)
  }

  var isZero: Bool { scale == 0 }

  @inline(__always) func whole(_ value: Double) -> Int64 { Int64(value * scale) }
  @inline(__always) func value(_ whole: Int64) -> Double { Double(whole) * unit }
}
