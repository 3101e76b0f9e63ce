import Shop

// How items are compared
// ----------------------
// Transactions are baskets, which say what goes together, or customers' histories (the distinct
// items that a customer ever bought), which say what the same people like. With N transactions, of
// which n(i) hold item i and n(i, j) both:
//
//   jaccard    n(i, j) / (n(i) + n(j) - n(i, j))
//   cosine     n(i, j) / sqrt(n(i) n(j))
//   lift       n(i, j) N / (n(i) n(j))
//   llr        2 (H(rows) + H(columns) - H(cells)), below zero where rarer than chance
//   tfidf      cosine with each transaction t weighted by idf(t)^2, idf(t) = ln M - ln(1 + s(t)),
//              where s(t) is its number of items and M that of all items
//   bm25       f(i) f(j) x sum of idf(t)^2 over the transactions of both,
//              f(i) = (K1 + 1) / (K1 (1 - B + B n(i) / mean of n) + 1)
//   expected   (n(i, j) - E) / sqrt(E), E = sum over the transactions t of i of
//              1 - (1 - p(j))^(s(t) - 1), p(j) = n(j) / sum of all n
//
// tfidf and bm25 are those of implicit's TFIDFRecommender and BM25Recommender over the matrix of
// transactions by items. `expected` takes out what heavy buyers do to all others: who buys much
// buys anything, so a pair is held against what baskets of that size would hold by chance (Smith
// and Linden 2017, "Two Decades of Recommender Systems at Amazon.com"; s(t) - 1 are the purchases
// beside i). It alone is directed: E of (i, j) is not E of (j, i).
//
// Direction. "Per source" lists the best of an item's own row. "Per target" lists of those only
// the targets that count the item among their own best fifty: what sells with everything is held
// back, since few things are close to it. On real baskets that moved hit rates more than the choice
// of measure (Online Retail, one item out, HR@10: cosine .196 per source, .250 per target; Jaccard
// per target .257), so Jaccard over baskets per target is what is answered unless asked otherwise.
//
// Decay. With a half-life h each transaction counts 2^((t - L) / h), where t is its moment and L
// the landmark (forward decay: Cormode, Shkapenyuk, Srivastava, Xu 2009). Time that passes
// multiplies every weight by the same factor, so nothing that is stored is ever rewritten. Here
// even less is stored: rows are counted from the baskets when they are asked for, and a weight
// follows from the order's time on the way. The landmark is the newest transaction that is seen,
// so no weight is above one and none can overflow, however long the shop has been open; it depends
// on facts alone, so sums made for one question serve the next until an order comes. In
// ratios it cancels; what grows with the counts (llr, bm25, expected) is brought to the question's
// moment by one factor at the end. Weights are fixed-point integers: a sum is the same in whatever
// order orders arrived, and 31 half-lives count nothing.

/// What makes two items alike; `Similarity.swift` has the formulas.
package enum SimilarityMeasure: String, CaseIterable, Sendable {
  case jaccard
  case cosine
  case lift
  case logLikelihoodRatio = "llr"
  case tfidf
  case bm25
  case expected

  /// Whether transactions weigh by how few items they have.
  var weighsTransactions: Bool { self == .tfidf || self == .bm25 }
}

/// What a transaction is.
package enum SimilarityLevel: String, CaseIterable, Sendable {
  case baskets
  case customers
}

/// Whose best are kept.
package enum SimilarityDirection: String, CaseIterable, Sendable {
  case perTarget = "per_target"
  case perSource = "per_source"
}

/// From when on a pair is evidence: one shared basket is none.
package struct SimilarityFloor: Equatable, Sendable {
  /// Transactions that hold both, at least.
  package var minimumShared: Int
  /// Signed log-likelihood ratio of the undecayed counts, at least.
  package var minimumLogLikelihoodRatio: Double?

  package init(minimumShared: Int = 2, minimumLogLikelihoodRatio: Double? = nil) {
    self.minimumShared = minimumShared
    self.minimumLogLikelihoodRatio = minimumLogLikelihoodRatio
  }

  /// Why a pair of those exact counts is no evidence, or nil.
  func refusing(_ counts: PairCounts) -> SimilarityReason? {
    if counts.shared < Int64(minimumShared) { return .minimumShared }
    guard let minimum = minimumLogLikelihoodRatio else { return nil }
    return counts.logLikelihoodRatio < minimum ? .minimumLogLikelihoodRatio : nil
  }
}

/// Why an item that shared a transaction is not near, whatever the rules say.
package enum SimilarityReason: String, Sendable {
  case minimumShared = "minimum_shared"
  case minimumLogLikelihoodRatio = "minimum_llr"
  /// Its score is not above zero.
  case chance
  /// The target has fifty that are nearer.
  case perTarget = "per_target"
}

/// What is asked of `similar`.
package struct SimilarQuery {
  package var item: Int32
  package var count: Int
  package var measure: SimilarityMeasure
  package var level: SimilarityLevel
  package var direction: SimilarityDirection
  package var floor: SimilarityFloor
  /// Days in which a transaction comes to count half, above zero; nil: all count the same.
  package var halfLifeDays: Double?
  package var viewpoint: Viewpoint
  /// How many sources a target keeps, with `perTarget`.
  package var keptPerTarget = 50

  package init(
    item: Int32, count: Int, measure: SimilarityMeasure = .jaccard,
    level: SimilarityLevel = .baskets, direction: SimilarityDirection = .perTarget,
    floor: SimilarityFloor = SimilarityFloor(), halfLifeDays: Double? = nil, viewpoint: Viewpoint
  ) {
    self.item = item
    self.count = count
    self.measure = measure
    self.level = level
    self.direction = direction
    self.floor = floor
    self.halfLifeDays = halfLifeDays
    self.viewpoint = viewpoint
  }

  var counting: Counting {
    Counting(
      level: level, halfLifeDays: halfLifeDays, weighsTransactions: measure.weighsTransactions)
  }

  /// What the list of an item's nearest depends on, whatever is kept of it.
  var listSettings: TargetSettings {
    TargetSettings(counting: counting, measure: measure, floor: floor, kept: 0)
  }

  var targetSettings: TargetSettings {
    TargetSettings(counting: counting, measure: measure, floor: floor, kept: keptPerTarget)
  }
}

/// One similar item.
package struct SimilarItem: Equatable, Sendable {
  package var item: Int32
  package var score: Double
  /// The exact counts behind it, undecayed.
  package var counts: PairCounts
}

/// An answer to `similar`.
package struct SimilarAnswer: Sendable {
  /// The best first, ties by id.
  package var items: [SimilarItem] = []
  /// Items that shared a transaction and were left out before the list was full, by why.
  package var removed: [(rule: String, count: Int)] = []

  mutating func remove(by reason: SimilarityReason) { remove(by: reason.rawValue) }

  mutating func remove(by rule: String) {
    if let index = removed.firstIndex(where: { $0.rule == rule }) {
      removed[index].count += 1
    } else {
      removed.append((rule: rule, count: 1))
    }
  }
}
