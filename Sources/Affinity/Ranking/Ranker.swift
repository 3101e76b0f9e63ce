import Shop
import Statistics

// What a ranker is
// ----------------
// Boosted trees over the features of `RankFeature`, a set for each kind of question, since what
// speaks for an item differs: a basket that is being filled, the next basket of a known customer,
// and that customer's next new item. Which trees are in use is an input of every answer: those that
// ship (`Ranker.standard`, fitted on several shops), or those that were fitted on the shop's own
// log (`RankerTraining`).

/// The learned order of candidates, per kind of question.
package struct Ranker: Equatable, Sendable {
  /// What a question is about.
  package enum Kind: String, CaseIterable, Sendable {
    /// What goes with the basket.
    case basket
    /// What the customer buys next.
    case next
    /// What the customer buys next that they never bought.
    case explore
  }

  /// The trees of one kind.
  package struct Model: Equatable, Sendable {
    package let trees: BoostedTrees
    /// What scores count from: boosts and margins multiply them, so that they need a zero.
    package let floor: Double
    /// Whether the trees learned anything of browsing, which a shop without events cannot teach.
    let knowsBrowsing: Bool

    /// Where scores bend, so that what lies below the floor is small, above zero and in order.
    static let bend = 0.5

    /// - Parameters:
    ///   - trees: over the features of `RankFeature`, in their order.
    ///   - floor: about the least that they give; the least that they could without one.
    package init(_ trees: BoostedTrees, floor: Double? = nil) {
      precondition(trees.featureCount == RankFeature.count, "trees over the known features")
      self.trees = trees
      self.floor = floor ?? trees.lowest
      let browsed = RankFeature.browsed.rawValue
      knowsBrowsing = trees.plain.trees.contains { $0.features.contains(browsed) }
    }

    /// Scores of rows that lie one behind the other, above zero: what the trees give beyond the
    /// floor, x, and where that is below the bend b, b e^(x / b - 1). O(rows x trees).
    package func scores(_ rows: [Float], count: Int) -> [Double] {
      [Double](unsafeUninitializedCapacity: count) { scores, filled in
        rows.withUnsafeBufferPointer { rows in
          scores.initialize(repeating: 0)
          trees.score(rows: rows, count: count, into: scores)
        }
        for index in 0..<count {
          let score = scores[index] - floor
          scores[index] =
            score >= Model.bend
            ? score : Model.bend * Elementary.exponential(score / Model.bend - 1)
        }
        filled = count
      }
    }
  }

  /// A kind without trees is answered in the order of recall scores.
  package var models: [Kind: Model] = [:]

  /// The newest order of this shop that they learned from, so that nothing is ever judged by what
  /// it has learned; nil for trees of other shops.
  package var learnedThrough: Instant?

  package init() {}

  /// The kind of a question, or nil for one that is about nobody and nothing.
  static func kind(of query: RecommendQuery, _ recall: Recall) -> Kind? {
    if recall.basketSize > 0 { return .basket }
    if recall.history.isEmpty { return nil }
    return query.repeats == .none ? .explore : .next
  }

  /// The least that trees give for any of the rows, in whole units of a leaf.
  static func least(_ trees: BoostedTrees, _ rows: BoostingRows) -> Double {
    let floor = trees.lowest - Model.bend
    let least = Model(trees, floor: floor).scores(rows.values, count: rows.count).min()
    return ((floor + (least ?? Model.bend)) / leafUnit).rounded() * leafUnit
  }

  /// What trees give for rows. O(rows x trees).
  static func scores(_ trees: BoostedTrees, _ rows: BoostingRows) -> [Double] {
    Model(trees).scores(rows.values, count: rows.count)
  }

  /// Nil where the recall scores stand as they are.
  func model(for query: RecommendQuery, _ recall: Recall) -> Model? {
    query.voices == nil ? Ranker.kind(of: query, recall).flatMap { models[$0] } : nil
  }
}
