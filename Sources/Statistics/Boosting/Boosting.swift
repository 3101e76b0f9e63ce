/// Fits boosted oblivious trees (Friedman 2001; second order as in Chen and Guestrin 2016).
///
/// Deterministic: the same rows and settings give equal trees. The order of the rows inside a group
/// plays no part, since all sums over rows are formed in whole numbers (`FixedPoint`).
package struct Boosting: Sendable {
  package var objective: BoostingObjective
  /// Trees at most, 1...512.
  package var roundCount: Int
  /// Levels of a tree at most, 1...6.
  package var depth: Int
  /// Shrinkage: the part of a Newton step that is taken, above 0 and at most 1.
  package var rate: Double
  /// L2 on leaves, above zero.
  package var regularisation: Double
  /// A leaf is split only where both halves have so much of the loss's second derivative; above
  /// zero. A row has at most its weight / 4 of it, under `.rank` far less.
  package var minimumHessian: Double
  /// The part of the groups that a tree is grown on, above 0 and at most 1, chosen by `seed`.
  package var groupShare: Double
  package var seed: UInt64

  package init(
    objective: BoostingObjective, roundCount: Int = 64, depth: Int = 6, rate: Double = 0.1,
    regularisation: Double = 1, minimumHessian: Double = 1, groupShare: Double = 1, seed: UInt64 = 1
  ) {
    precondition((1...BoostedTrees.maximumTreeCount).contains(roundCount))
    precondition((1...BoostedTrees.maximumDepth).contains(depth))
    precondition(rate > 0 && rate <= 1 && groupShare > 0 && groupShare <= 1)
    precondition(regularisation > 0 && minimumHessian > 0)
    self.objective = objective
    self.roundCount = roundCount
    self.depth = depth
    self.rate = rate
    self.regularisation = regularisation
    self.minimumHessian = minimumHessian
    self.groupShare = groupShare
    self.seed = seed
  }

  package enum Stop: Error, Equatable {
    /// `proceed` said so.
    case cancelled
  }

  /// Fits trees. Ends early when no question gains anything any more, or by the validation.
  ///
  /// - Parameters:
  ///   - validation: rows of the same features that say when to stop.
  ///   - proceed: asked after each round with the number of rounds done and to do; false ends the
  ///     fit with `.cancelled`.
  /// - Complexity: O(rounds x rows x features x depth).
  package func fit(
    _ rows: BoostingRows, validation: BoostingValidation? = nil,
    proceed: (_ round: Int, _ roundCount: Int) -> Bool = { _, _ in true }
  ) throws(Stop) -> BoostedTrees {
    let bins = BoostingBins(rows)
    let base: Double
    let ranking: RankGradients?
    switch objective {
    case .logistic: (base, ranking) = (Boosting.rounded(LogisticGradients.base(rows)), nil)
    case .rank: (base, ranking) = (0, RankGradients(rows))
    }
    var scores = [Double](repeating: base, count: rows.count)
    var check = validation.map { EarlyStop($0, base: base, cuts: bins.cuts) }
    var gradients = [BoostingGradient](repeating: BoostingGradient(), count: rows.count)
    var grower = TreeGrower(bins, settings: self)
    let groups = rows.groups
    var grown: [GrownTree] = []
    for round in 0..<roundCount {
      if let ranking {
        ranking.update(&gradients, scores: scores)
      } else {
        LogisticGradients.update(&gradients, rows, scores)
      }
      let sample = sample(of: groups, round: round)
      guard let tree = grower.grow(on: sample, gradients) else { break }
      tree.add(to: &scores, bins)
      grown.append(tree)
      guard proceed(round + 1, roundCount) else { throw .cancelled }
      if check?.isOver(after: tree) == true { break }
    }
    return Boosting.pruned(
      grown.prefix(check?.bestCount ?? grown.count), base: base, cuts: bins.cuts)
  }

  /// The rows of the groups that are drawn for a round, ascending.
  private func sample(of groups: [Range<Int>], round: Int) -> [Int32] {
    var generator = SplitMix(seed: seed ^ UInt64(round) &* 0xD129_0D3B_7F0A_9C4D)
    let limit = groupShare * 0x1p53
    var rows: [Int32] = []
    rows.reserveCapacity(groups.last?.upperBound ?? 0)
    for group in groups where groupShare == 1 || Double(generator.next() >> 11) < limit {
      for row in group { rows.append(Int32(row)) }
    }
    return rows
  }

  /// Keeps the cuts that some tree asks about.
  private static func pruned(
    _ grown: ArraySlice<GrownTree>, base: Double, cuts: [[Float]]
  ) -> BoostedTrees {
    var used = cuts.map { [Bool](repeating: false, count: $0.count) }
    for (feature, cutIndex) in grown.flatMap(\.questions) { used[feature][cutIndex] = true }
    var kept: [[Float]] = []
    var newIndex: [[Int]] = []
    for (cuts, used) in zip(cuts, used) {
      var (own, indices) = ([Float](), [Int]())
      for (cut, isUsed) in zip(cuts, used) {
        indices.append(own.count)
        if isUsed { own.append(cut) }
      }
      kept.append(own)
      newIndex.append(indices)
    }
    var trees = BoostedTrees(base: base, cuts: kept)
    for tree in grown {
      trees.append(
        questions: tree.questions.map { ($0.feature, newIndex[$0.feature][$0.cutIndex]) },
        leaves: tree.leaves)
    }
    return trees
  }

  /// To seven decimals, kept within +-10^6.
  static func rounded(_ value: Double) -> Double {
    (max(-1e6, min(1e6, value)) * 1e7).rounded() / 1e7
  }
}

/// Follows the validation's metric.
private struct EarlyStop {
  private let validation: BoostingValidation
  private let bins: BoostingBins
  private var scores: [Double]
  private var best: Double
  private var count = 0
  private(set) var bestCount = 0

  init(_ validation: BoostingValidation, base: Double, cuts: [[Float]]) {
    precondition(validation.rows.featureCount == cuts.count, "the same features")
    self.validation = validation
    bins = BoostingBins(validation.rows, cuts: cuts)
    scores = Array(repeating: base, count: validation.rows.count)
    best = validation.metric.value(validation.rows, scores)
  }

  mutating func isOver(after tree: GrownTree) -> Bool {
    tree.add(to: &scores, bins)
    count += 1
    let value = validation.metric.value(validation.rows, scores)
    if value > best { (best, bestCount) = (value, count) }
    return count - bestCount >= max(1, validation.patience)
  }
}
