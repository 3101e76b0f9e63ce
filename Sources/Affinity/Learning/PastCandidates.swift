import Shop
import Statistics

/// The candidates of a question of the past, and which of them were bought.
struct PastCandidates: Sendable {
  /// Negatives that are kept of one question; it has up to 128 candidates.
  static let maximumNegativeCount = 32

  /// Row by row, as `RankFeatures` has them.
  var features: [Float]
  var bought: [Bool]
  /// Items bought that the question asks for, found or not.
  var truthCount: Int
  var shop = 0
  /// What the question counts beside others of its shop.
  var weight = 1.0

  var count: Int { bought.count }

  /// NDCG at 10 of the candidates in a model's order, without one in their own; the ideal is all
  /// that was bought, not cut at ten.
  func gain(_ model: Ranker.Model?) -> Double {
    let scores = model?.scores(features, count: count)
    let order = bought.indices.sorted { left, right in
      guard let scores, scores[left] != scores[right] else { return left < right }
      return scores[left] > scores[right]
    }
    var gained = 0.0
    for (place, candidate) in order.prefix(10).enumerated() where bought[candidate] {
      gained += RankMeasures.discount(place + 1)
    }
    var ideal = 0.0
    for rank in 1...max(1, truthCount) { ideal += RankMeasures.discount(rank) }
    return gained / ideal
  }

  /// What there is to learn from: all that was bought, and some of what was not, by chance; nil
  /// where none or all was bought.
  func thinned(_ chance: inout SplitMix) -> PastCandidates? {
    var kept = bought.indices.filter { !bought[$0] }
    let positives = bought.indices.filter { bought[$0] }
    if positives.isEmpty || kept.isEmpty { return nil }
    // A seeded shuffle of as many places as are kept.
    let wanted = min(kept.count, PastCandidates.maximumNegativeCount)
    for place in 0..<wanted {
      kept.swapAt(place, place + chance.next(below: kept.count - place))
    }
    var thinned = PastCandidates(
      features: [], bought: [], truthCount: truthCount, shop: shop, weight: weight)
    let rows = (positives + kept.prefix(wanted)).sorted()
    thinned.features.reserveCapacity(rows.count * RankFeature.count)
    thinned.bought.reserveCapacity(rows.count)
    for row in rows {
      let start = row * RankFeature.count
      thinned.features += features[start..<start + RankFeature.count]
      thinned.bought.append(bought[row])
    }
    return thinned
  }
}

extension BoostingRows {
  /// The rows of questions, those of each shop weighing the same in all.
  init(_ questions: [PastCandidates]) {
    self.init(featureCount: RankFeature.count)
    var sums: [Int: Double] = [:]
    for past in questions { sums[past.shop, default: 0] += past.weight }
    for past in questions {
      let own = (sums[past.shop] ?? 1) * Double(sums.count)
      let weight = Double(questions.count) * past.weight / own
      past.features.withUnsafeBufferPointer { features in
        for row in 0..<past.count {
          let start = row * RankFeature.count
          append(
            UnsafeBufferPointer(rebasing: features[start..<start + RankFeature.count]),
            label: past.bought[row], weight: weight)
        }
      }
      closeGroup()
    }
  }
}

extension AffinityIndex {
  /// Nil where the question is of another kind, for a customer who had bought nothing, or no right
  /// answer is left.
  mutating func candidates(of question: PastQuestion, _ facts: ShopFacts) -> PastCandidates? {
    let query = question.query
    let recall = Recall(query, facts: facts, index: &self)
    defer { cells.clear() }
    guard Ranker.kind(of: query, recall) == question.kind else { return nil }
    var truth = question.truth
    if query.repeats == .none {
      for entry in recall.history.entries { truth.remove(entry.item) }
    }
    if truth.isEmpty { return nil }
    var stream = CandidateStream(query, recall, facts: facts, index: &self)
    var candidates: [Ranked] = []
    while candidates.count < AffinityIndex.headCount, let next = stream.next(facts, &self) {
      if query.repeats == .none, cells[next.item].own > 0 { continue }
      candidates.append(next)
    }
    let table = RankFeatures(
      of: candidates, recall, query: query, popularity: stream.popularity, facts: facts,
      index: &self)
    return PastCandidates(
      features: table.values, bought: candidates.map { truth.contains($0.item) },
      truthCount: truth.count)
  }
}
