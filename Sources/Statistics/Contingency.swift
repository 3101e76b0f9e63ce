#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Two yes-or-no properties of the same things, or one property in two groups, counted: a two by
/// two table.
package struct Contingency: Equatable, Sendable {
  /// Both properties.
  package let both: Int64
  /// The first only, the second only, and neither.
  package let first: Int64
  package let second: Int64
  package let neither: Int64

  package init(both: Int64, first: Int64, second: Int64, neither: Int64) {
    precondition(
      both >= 0 && first >= 0 && second >= 0 && neither >= 0, "counts are not below zero")
    self.both = both
    self.first = first
    self.second = second
    self.neither = neither
  }

  /// From how many have both, how many have each, and how many there are.
  package init(both: Int, first: Int, second: Int, total: Int) {
    self.init(
      both: Int64(both), first: Int64(first - both), second: Int64(second - both),
      neither: Int64(total - first - second + both))
  }

  /// From hits among the trials of two groups.
  package init(hits: Int, of trials: Int, against otherHits: Int, of otherTrials: Int) {
    self.init(
      both: Int64(hits), first: Int64(trials - hits), second: Int64(otherHits),
      neither: Int64(otherTrials - otherHits))
  }

  /// Above, at or below what independence expects: the sign of `both` x `neither` less `first` x
  /// `second`, in integers.
  package var direction: Int {
    let product = Int128(both) * Int128(neither)
    let other = Int128(first) * Int128(second)
    return product == other ? 0 : product > other ? 1 : -1
  }

  /// The log-likelihood ratio G = 2 x sum of O ln(O / E), below zero where both go together more
  /// rarely than by chance (Dunning 1993, "Accurate Methods for the Statistics of Surprise and
  /// Coincidence"). Of unrelated properties G follows chi-squared with one degree of freedom: 3.84
  /// is passed once in twenty.
  package var signedLogLikelihoodRatio: Double {
    if direction == 0 { return 0 }
    let total = Double(both) + Double(first) + Double(second) + Double(neither)
    let rows = (Double(both) + Double(first), Double(second) + Double(neither))
    let columns = (Double(both) + Double(second), Double(first) + Double(neither))
    func term(_ count: Int64, _ row: Double, _ column: Double) -> Double {
      count == 0 ? 0 : Double(count) * log(Double(count) / row * (total / column))
    }
    let sum =
      term(both, rows.0, columns.0) + term(first, rows.0, columns.1)
      + term(second, rows.1, columns.0) + term(neither, rows.1, columns.1)
    return Double(direction) * max(0, 2 * sum)
  }

  /// Its root with the sign: roughly a standard normal value where the properties are independent.
  package var rootLogLikelihoodRatio: Double {
    let ratio = signedLogLikelihoodRatio
    return ratio < 0 ? -(-ratio).squareRoot() : ratio.squareRoot()
  }

  /// The lower end of the 95 % interval of the rate of hits in the first group over that in the
  /// second, by the logarithm of the ratio with half a hit and half a trial added to each group
  /// (Katz et al. 1978; Walter 1976): finite whatever is zero.
  package var lowerRateRatio: Double {
    let hits = Double(both) + 0.5
    let trials = Double(both) + Double(first) + 0.5
    let otherHits = Double(second) + 0.5
    let otherTrials = Double(second) + Double(neither) + 0.5
    let variance = max(0, 1 / hits - 1 / trials + 1 / otherHits - 1 / otherTrials)
    return (hits / trials) / (otherHits / otherTrials) * exp(-1.96 * variance.squareRoot())
  }
}

/// Bounds that say when a figure is more than chance.
package enum Significance {
  /// Chi-squared with one degree of freedom passes this once in twenty.
  package static let single = 3.84

  /// The bound for the best of many tests: not one of `tests` unrelated pairs passes it in nineteen
  /// of twenty shops. 2 ln(tests / 0.05), and never below that of a single test: the tail of
  /// chi-squared with one degree of freedom lies below e^(-x/2), so Bonferroni's correction (1936)
  /// asks for no more than this.
  package static func floor(ofTests tests: Double) -> Double {
    max(single, 2 * log(max(1, tests) / 0.05))
  }

  /// How surprising a count is where so many were expected, below zero for too few: the signed
  /// deviance of a Poisson count, 2 (O ln(O / E) - (O - E)).
  package static func signedPoissonDeviance(_ count: Int, expected: Double) -> Double {
    guard expected > 0 else { return 0 }
    let observed = Double(count)
    let ratio = observed == 0 ? 0 : observed * log(observed / expected)
    let deviance = max(0, 2 * (ratio - (observed - expected)))
    return observed < expected ? -deviance : deviance
  }
}
