/// A threshold as it was written, `numerator / denominator`: 0.8 is eight tenths, which no double
/// is.
///
/// Counts are compared with it in integers. In floating point, four of the 410 rules that Groceries
/// has at support .001 and confidence .8 would be lost to rounding.
package struct Fraction: Equatable, Sendable {
  package let numerator: UInt64
  package let denominator: UInt64

  package static let zero = Fraction(0, of: 1)
  package static let one = Fraction(1, of: 1)

  /// The longest fraction, in decimals: 10^18 is the last power of ten that any count can be
  /// multiplied with.
  package static let maximumDecimals = 18

  package init(_ numerator: UInt64, of denominator: UInt64) {
    precondition(
      denominator > 0 && denominator <= 1_000_000_000_000_000_000,
      "a fraction has 18 decimals at most")
    self.numerator = numerator
    self.denominator = denominator
  }

  /// `mantissa` x 10^-`decimals`.
  package init(mantissa: UInt64, decimals: Int) {
    precondition((0...Fraction.maximumDecimals).contains(decimals), "18 decimals at most")
    var power: UInt64 = 1
    for _ in 0..<decimals { power *= 10 }
    self.init(mantissa, of: power)
  }

  /// Whether `part / whole` is at least this; of nothing, every share is.
  package func isReached(by part: Int, of whole: Int) -> Bool {
    precondition(part >= 0 && whole >= 0, "counts are not below zero")
    return UInt128(part) * UInt128(denominator) >= UInt128(numerator) * UInt128(whole)
  }

  /// Whether `part x total / (first x second)`, a lift, is at least this.
  package func isReached(byLiftOf part: Int, _ first: Int, _ second: Int, total: Int) -> Bool {
    let bound = 1 << 31
    precondition(
      [part, first, second, total].allSatisfy { (0...bound).contains($0) },
      "counts of baskets fit 31 bits")
    return UInt128(part * total) * UInt128(denominator)
      >= UInt128(numerator) * UInt128(first * second)
  }

  /// The smallest count that reaches this share of `whole`.
  package func smallestCount(of whole: Int) -> Int {
    let product = UInt128(numerator) * UInt128(whole)
    let (quotient, rest) = product.quotientAndRemainder(dividingBy: UInt128(denominator))
    return Int(clamping: rest == 0 ? quotient : quotient + 1)
  }
}
