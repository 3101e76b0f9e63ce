/// The score of a pair by one measure.
struct PairScorer {
  /// Of BM25, as implicit's BM25Recommender has them.
  static let bm25Saturation = 1.2
  static let bm25LengthShare = 0.75

  let measure: SimilarityMeasure
  let totals: SimilarityTotals
  let baskets: BasketIndex

  /// The exact counts of a pair, undecayed.
  func counts(source: Int32, target: Int32, shared: Int32) -> PairCounts {
    PairCounts(
      shared: Int64(shared), source: totals.count(of: source, baskets),
      target: totals.count(of: target, baskets), total: Int64(totals.transactionCount))
  }

  /// The score at the landmark, higher for nearer. See `Similarity.swift`.
  ///
  /// - Parameters: - weight: of the transactions that hold both. - sizes: of the source's
  /// transactions, for `expected`.
  func score(source: Int32, target: Int32, weight: Int64, sizes: SizeHistogram?) -> Double {
    switch measure {
    case .jaccard: return masses(source, target, weight).jaccard
    case .cosine: return masses(source, target, weight).cosine
    case .lift: return masses(source, target, weight).lift
    case .logLikelihoodRatio:
      return masses(source, target, weight).logLikelihoodRatio * totals.weights.massUnit
    case .tfidf:
      let product =
        Double(totals.weight(of: source, baskets)) * Double(totals.weight(of: target, baskets))
      return product > 0 ? Double(weight) / product.squareRoot() : 0
    case .bm25:
      return saturation(source) * saturation(target) * Double(weight) * totals.weights.weightUnit
    case .expected:
      let chance = Double(totals.mass(of: target, baskets)) / Double(max(1, totals.itemMass))
      let expectation = (sizes?.expectation(chance: chance) ?? 0)
      guard expectation > 0 else { return 0 }
      return (Double(weight) - expectation) / expectation.squareRoot()
        * totals.weights.massUnit.squareRoot()
    }
  }

  /// What a score is worth at a moment after the landmark.
  func scaled(_ score: Double, by factor: Double) -> Double {
    switch measure {
    case .jaccard, .cosine, .lift, .tfidf: score
    case .logLikelihoodRatio, .bm25: score * factor
    case .expected: score * factor.squareRoot()
    }
  }

  private func masses(_ source: Int32, _ target: Int32, _ weight: Int64) -> PairCounts {
    PairCounts(
      shared: weight, source: totals.mass(of: source, baskets),
      target: totals.mass(of: target, baskets), total: totals.mass)
  }

  private func saturation(_ item: Int32) -> Double {
    let mean = Double(totals.itemMass) / Double(max(1, totals.itemCount))
    let length = mean > 0 ? Double(totals.mass(of: item, baskets)) / mean : 0
    let norm = 1 - PairScorer.bm25LengthShare + PairScorer.bm25LengthShare * length
    // implicit's entries are 1 each: x (K1 + 1) / (K1 x norm + x) with x = 1.
    return (PairScorer.bm25Saturation + 1) / (PairScorer.bm25Saturation * norm + 1)
  }
}
