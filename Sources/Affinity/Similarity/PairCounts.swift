import Statistics

/// In how many transactions two items are, each and together: what the measures of a pair follow
/// from.
///
/// Exact integers: counts of baskets or customers, or fixed-point sums of their weights
/// (`TransactionWeights`). 0 <= shared <= source, target; source + target - shared <= total < 2^62.
package struct PairCounts: Equatable, Sendable {
  package var shared: Int64
  package var source: Int64
  package var target: Int64
  package var total: Int64

  package init(shared: Int64, source: Int64, target: Int64, total: Int64) {
    precondition(
      shared >= 0 && shared <= source && shared <= target && source <= total - target + shared,
      "counts of one set of transactions")
    self.shared = shared
    self.source = source
    self.target = target
    self.total = total
  }

  /// Share of the transactions that hold both.
  package var support: Double { ratio(shared, total) }

  /// Of the transactions that hold the source, the share that holds the target too.
  package var confidence: Double { ratio(shared, source) }

  /// How many times as often together as by chance: shared x total / (source x target).
  package var lift: Double {
    let (together, apart) = (Double(shared) * Double(total), Double(source) * Double(target))
    if apart == 0 { return 0 }
    // While both products are exact, equal fractions give equal doubles. Of larger ones at least
    // those do whose source is never without the target: a tie is not left to rounding.
    if together < 0x1p53, apart < 0x1p53 { return together / apart }
    return confidence * ratio(total, target)
  }

  /// Share of transactions beyond chance (Piatetsky-Shapiro 1991): support - P(source) P(target).
  package var leverage: Double {
    let excess = Int128(shared) * Int128(total) - Int128(source) * Int128(target)
    return total > 0 ? Double(excess) / (Double(total) * Double(total)) : 0
  }

  /// P(source) P(not target) / P(source and not target) (Brin et al. 1997); infinite for a rule
  /// that no transaction breaks.
  package var conviction: Double {
    if source == 0 || total == 0 { return 0 }
    if shared == source { return .infinity }
    return Double(source) * Double(total - target) / (Double(source - shared) * Double(total))
  }

  /// Cosine of the two columns: shared / sqrt(source x target).
  ///
  /// As the root of the square, whose fraction is rounded once: equal cosines are equal numbers.
  package var cosine: Double {
    let product = Double(source) * Double(target)
    return product > 0 ? (Double(shared) * Double(shared) / product).squareRoot() : 0
  }

  /// shared / (source + target - shared).
  package var jaccard: Double { ratio(shared, source + target - shared) }

  /// The log-likelihood ratio, below zero where the pair is rarer than by chance.
  ///
  /// In units of the counts: of fixed-point sums it is as many times as large as their unit.
  package var logLikelihoodRatio: Double {
    Contingency(
      both: shared, first: source - shared, second: target - shared,
      neither: total - source - target + shared
    ).signedLogLikelihoodRatio
  }

  private func ratio(_ part: Int64, _ whole: Int64) -> Double {
    whole > 0 ? Double(part) / Double(whole) : 0
  }
}
