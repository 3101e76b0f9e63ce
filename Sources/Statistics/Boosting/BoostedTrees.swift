// Boosted oblivious trees
// -----------------------
// A score is a base plus one leaf of each tree. A tree asks the same question of every row on one
// level: "is feature f above cut c?" (oblivious or symmetric trees; Kohavi 1994; Prokhorenkova et
// al. 2018, CatBoost). So a tree of depth d is d questions and 2^d leaves, the leaf's number is the
// d answers as bits (level 0 the lowest), and a row is scored without a branch.
//
// What a feature has to do with a score (Saabas 2014): before the first question of a tree its
// value is the mean of all its leaves, after each question the mean of the leaves that are still
// open, and the change is that feature's. The changes add up to the leaf, whatever the means are;
// plain means are taken, so that everything follows from the leaves.
//
// `Boosting` fits them. Fitted leaves are rounded to seven decimals, which is what they print as.

/// Gradient boosted oblivious trees, fitted.
package struct BoostedTrees: Sendable, Equatable {
  package static let maximumTreeCount = 512
  package static let maximumDepth = 6
  package static let maximumCutCount = 64

  /// One question: above the cut is a one.
  struct Split: Sendable, Equatable {
    var feature: Int32
    var cutIndex: Int32
    var cut: Float
  }

  /// Where a tree lies in `splits` and `leaves`.
  struct Tree: Sendable, Equatable {
    var firstSplit: Int
    var depth: Int
    var firstLeaf: Int
  }

  package let base: Double
  /// By feature, ascending.
  package let cuts: [[Float]]
  private(set) var trees: [Tree] = []
  private(set) var splits: [Split] = []
  private(set) var leaves: [Double] = []
  /// For each tree twice its leaves: the mean of the leaves that are open after the first `level`
  /// answers `p` is at `1 << level + p`.
  private var nodes: [Double] = []

  init(base: Double, cuts: [[Float]]) {
    self.base = base
    self.cuts = cuts
  }

  /// Checked by who calls it.
  mutating func append(questions: [(feature: Int, cutIndex: Int)], leaves own: [Double]) {
    trees.append(
      Tree(firstSplit: splits.count, depth: questions.count, firstLeaf: leaves.count))
    for (feature, cutIndex) in questions {
      splits.append(
        Split(
          feature: Int32(feature), cutIndex: Int32(cutIndex), cut: cuts[feature][cutIndex]))
    }
    leaves += own
    if let tree = trees.last { appendNodes(of: tree) }
  }

  private mutating func appendNodes(of tree: Tree) {
    nodes.append(0)
    for level in 0...tree.depth {
      for answers in 0..<1 << level { nodes.append(mean(of: tree, level: level, leaf: answers)) }
    }
  }

  package var featureCount: Int { cuts.count }
  package var treeCount: Int { trees.count }

  /// - Parameter row: `featureCount` numbers; NaN is above no cut.
  package func score(_ row: [Float]) -> Double {
    precondition(row.count == featureCount, "one number for each feature")
    return trees.reduce(base) { sum, tree in
      sum + leaves[tree.firstLeaf + leaf(of: row, in: tree)]
    }
  }

  private func leaf(of row: [Float], in tree: Tree) -> Int {
    var leaf = 0
    for level in 0..<tree.depth {
      let split = splits[tree.firstSplit + level]
      if row[Int(split.feature)] > split.cut { leaf |= 1 << level }
    }
    return leaf
  }

  /// The score of a row of which nothing is known: the base and the mean leaf of each tree.
  package var neutral: Double {
    trees.reduce(base) { sum, tree in sum + mean(of: tree, level: 0, leaf: 0) }
  }

  /// The least score that a row can have, or less. O(leaves).
  package var lowest: Double {
    trees.reduce(base) { sum, tree in
      sum + (leaves[tree.firstLeaf..<tree.firstLeaf + 1 << tree.depth].min() ?? 0)
    }
  }

  /// The same trees with base and leaves rounded to whole multiples of `unit`.
  package func rounded(to unit: Double) -> BoostedTrees {
    var rounded = BoostedTrees(base: (base / unit).rounded() * unit, cuts: cuts)
    rounded.trees = trees
    rounded.splits = splits
    rounded.leaves = leaves.map { ($0 / unit).rounded() * unit }
    for tree in trees { rounded.appendNodes(of: tree) }
    return rounded
  }

  /// Each feature's share of a row's score: `neutral` and the shares add up to the score.
  ///
  /// - Parameter row: as for `score`. - Complexity: O(trees x depth).
  package func contributions(_ row: [Float]) -> [Double] {
    [Double](unsafeUninitializedCapacity: featureCount) { shares, filled in
      row.withUnsafeBufferPointer { contributions($0, into: shares) }
      filled = featureCount
    }
  }

  /// The same, into the first `featureCount` places.
  package func contributions(
    _ row: UnsafeBufferPointer<Float>, into shares: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(
      row.count == featureCount && shares.count >= featureCount, "one number for each feature")
    shares.initialize(repeating: 0)
    var first = 0
    splits.withUnsafeBufferPointer { splits in
      nodes.withUnsafeBufferPointer { nodes in
        trees.withUnsafeBufferPointer { trees in
          for tree in trees {
            var answers = 0
            var value = nodes[first &+ 1]
            var width = 2
            for split in tree.firstSplit..<tree.firstSplit &+ tree.depth {
              let feature = Int(splits[split].feature)
              answers |= row[feature] > splits[split].cut ? width &>> 1 : 0
              let next = nodes[first &+ width &+ answers]
              shares[feature] += next - value
              value = next
              width &<<= 1
            }
            first &+= width
          }
        }
      }
    }
  }

  /// The mean of the leaves that give the first `level` questions the answers that `leaf` gives.
  private func mean(of tree: Tree, level: Int, leaf: Int) -> Double {
    let step = 1 << level
    var sum = 0.0
    for other in stride(from: leaf & (step - 1), to: 1 << tree.depth, by: step) {
      sum += leaves[tree.firstLeaf + other]
    }
    return sum / Double(1 << (tree.depth - level))
  }
}
