#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How many of a number of cases have one trait, another, both or neither.
///
/// Counts are not below zero, and their sum is below 2^62.
package struct ContingencyTable: Equatable, Sendable {
  package var both: Int64
  package var onlyFirst: Int64
  package var onlySecond: Int64
  package var neither: Int64

  package init(both: Int64, onlyFirst: Int64, onlySecond: Int64, neither: Int64) {
    precondition(
      both >= 0 && onlyFirst >= 0 && onlySecond >= 0 && neither >= 0, "counts are not below zero")
    self.both = both
    self.onlyFirst = onlyFirst
    self.onlySecond = onlySecond
    self.neither = neither
  }

  /// The log-likelihood ratio G^2 = 2 (H(rows) + H(columns) - H(cells)) with H(k) = N log N - sum
  /// of k log k, not below zero; 0 where the traits are independent.
  ///
  /// Dunning (1993), "Accurate Methods for the Statistics of Surprise and Coincidence", in the form
  /// of Mahout's `LogLikelihood`. Summed as 2 sum of k log(k N / (row x column)), which is the same
  /// and does not cancel the large entropies against each other.
  package var logLikelihoodRatio: Double {
    let total = Double(both + onlyFirst + onlySecond + neither)
    let firsts = Double(both + onlyFirst)
    let others = Double(onlySecond + neither)
    let seconds = Double(both + onlySecond)
    let rest = Double(onlyFirst + neither)
    let sum =
      ContingencyTable.term(both, total, firsts, seconds)
      + ContingencyTable.term(onlyFirst, total, firsts, rest)
      + ContingencyTable.term(onlySecond, total, others, seconds)
      + ContingencyTable.term(neither, total, others, rest)
    return max(0, 2 * sum)
  }

  /// `logLikelihoodRatio`, below zero where both traits come together more rarely than by chance.
  package var signedLogLikelihoodRatio: Double {
    isRarerThanChance ? -logLikelihoodRatio : logLikelihoodRatio
  }

  /// Its root with the sign: roughly a standard normal value where the traits are independent.
  package var rootLogLikelihoodRatio: Double {
    let root = logLikelihoodRatio.squareRoot()
    return isRarerThanChance ? -root : root
  }

  /// Whether both x neither < only first x only second, exactly.
  package var isRarerThanChance: Bool {
    Int128(both) * Int128(neither) < Int128(onlyFirst) * Int128(onlySecond)
  }

  private static func term(
    _ count: Int64, _ total: Double, _ row: Double, _ column: Double
  ) -> Double {
    if count == 0 { return 0 }
    return Double(count) * log(Double(count) * total / (row * column))
  }
}

/// Functions of the C library that rooms without it need.
package enum Elementary {
  /// The natural logarithm.
  package static func logarithm(_ value: Double) -> Double { log(value) }

  /// 2 to the power of `exponent`.
  package static func powerOfTwo(_ exponent: Double) -> Double { exp2(exponent) }
}
