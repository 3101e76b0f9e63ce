import Statistics

/// How well ranked lists met what was bought then, averaged over questions.
///
/// With t the items bought and hits(k) those among the first k: recall(k) = hits(k) / t; hit(k) = 1
/// where hits(k) > 0; NDCG(k) = sum over hits of 1 / log2(1 + rank), over the same sum with all t
/// items on top and t not cut at k; reciprocal(k) = 1 / rank of the first hit within k. Repeat and
/// explore recall count the items that the customer had bought before, and had not, each over those
/// questions that have such items.
package struct RankMeasures: Equatable, Sendable {
  /// A mean over questions.
  package struct Mean: Equatable, Sendable {
    package private(set) var sum = 0.0
    package private(set) var count = 0

    mutating func take(_ value: Double) {
      sum += value
      count += 1
    }

    package var value: Double { count == 0 ? 0 : sum / Double(count) }
  }

  package static let depths = [10, 20]

  package private(set) var questionCount = 0
  /// By depth, in the order of `depths`.
  package private(set) var recall = [Mean(), Mean()]
  package private(set) var hit = [Mean(), Mean()]
  package private(set) var gain = [Mean(), Mean()]
  package private(set) var reciprocal = [Mean(), Mean()]
  package private(set) var repeatRecall = [Mean(), Mean()]
  package private(set) var exploreRecall = [Mean(), Mean()]
  /// Distinct items among the first ten of all lists.
  private var shown: Set<Int32> = []
  /// Mean of log2(1 / share of all baskets) of the first ten: how far from the best sellers.
  package private(set) var novelty = Mean()
  /// Share of the first ten that no source knew for this customer or basket.
  package private(set) var fallback = Mean()

  package init() {}

  package var shownCount: Int { shown.count }

  /// Takes one list in.
  ///
  /// - Parameters:
  ///   - list: the first items of the ranking, at least 20 if there are as many.
  ///   - isOwn: whether the customer had bought an item before.
  ///   - share: an item's share of all baskets then, above zero.
  ///   - isFallback: whether the list's item of that place is one.
  mutating func take(
    _ list: [Int32], truth: Set<Int32>, isOwn: (Int32) -> Bool, share: (Int32) -> Double,
    isFallback: (Int) -> Bool
  ) {
    questionCount += 1
    let own = truth.filter(isOwn)
    var ideal = 0.0
    for rank in 1...max(1, truth.count) { ideal += RankMeasures.discount(rank) }
    for (index, depth) in RankMeasures.depths.enumerated() {
      var hits = 0
      var ownHits = 0
      var first = 0
      var gained = 0.0
      for (place, item) in list.prefix(depth).enumerated() where truth.contains(item) {
        hits += 1
        if own.contains(item) { ownHits += 1 }
        if first == 0 { first = place + 1 }
        gained += RankMeasures.discount(place + 1)
      }
      recall[index].take(Double(hits) / Double(truth.count))
      hit[index].take(hits > 0 ? 1 : 0)
      gain[index].take(gained / ideal)
      reciprocal[index].take(first > 0 ? 1 / Double(first) : 0)
      if !own.isEmpty { repeatRecall[index].take(Double(ownHits) / Double(own.count)) }
      if own.count < truth.count {
        exploreRecall[index].take(Double(hits - ownHits) / Double(truth.count - own.count))
      }
    }
    for (place, item) in list.prefix(10).enumerated() {
      shown.insert(item)
      novelty.take(binaryLogarithm(1 / max(share(item), 1e-9)))
      fallback.take(isFallback(place) ? 1 : 0)
    }
  }

  /// What a hit at that rank, counted from 1, is worth to NDCG.
  static func discount(_ rank: Int) -> Double {
    rank < discounts.count ? discounts[rank] : 1 / binaryLogarithm(1 + Double(rank))
  }

  private static let discounts: [Double] =
    [0] + (1...256).map { 1 / binaryLogarithm(1 + Double($0)) }
}
