/// A quantile of integers as an exact fraction, `numerator / denominator`.
///
/// Type 7 of Hyndman and Fan (1996), "Sample Quantiles in Statistical Packages", the default of R
/// and NumPy: position (n - 1) x p among the sorted values, with linear interpolation between
/// neighbours. Kept as a fraction since a value that lies on the cut has to fall on the same side
/// everywhere.
package struct Quantile: Equatable, Sendable {
  package let numerator: Int128
  package let denominator: Int128

  package init(numerator: Int128, denominator: Int128) {
    precondition(denominator > 0, "a fraction has a denominator above zero")
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The quantile `part / whole` of `count` values, of which `valueAt` gives the one of a rank,
  /// ascending from 0. Calls it at most twice.
  package init(part: Int, of whole: Int, count: Int, valueAt: (Int) -> Int64) {
    precondition(count > 0 && whole > 0 && (0...whole).contains(part), "a quantile is of values")
    let (rank, rest) = ((count - 1) * part).quotientAndRemainder(dividingBy: whole)
    let low = Int128(valueAt(rank))
    let high = rest == 0 ? low : Int128(valueAt(rank + 1))
    self.init(
      numerator: low * Int128(whole) + (high - low) * Int128(rest), denominator: Int128(whole))
  }

  /// Whether `value >= quantile + shift`, exactly.
  package func isAtMost(_ value: Int64, shiftedBy shift: Int64 = 0) -> Bool {
    Int128(value) * denominator >= numerator + Int128(shift) * denominator
  }

  /// Whether `value > quantile + shift`, exactly.
  package func isBelow(_ value: Int64, shiftedBy shift: Int64 = 0) -> Bool {
    Int128(value) * denominator > numerator + Int128(shift) * denominator
  }

  /// The nearest double, for people.
  package var double: Double { Double(wide: numerator) / Double(wide: denominator) }
}
