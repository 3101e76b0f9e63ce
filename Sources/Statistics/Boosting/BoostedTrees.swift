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
  /// For each tree twice its leaves: what the answer to the question of a level changes the mean of
  /// the open leaves by, once the answers so far are `p`, is at `2 << level + p`.
  private var changes: [Double] = []
  /// The questions about each feature, in the order of the trees.
  private var questions: [[Question]]

  /// Where the changes by a question lie: at `first` and on by the low bits of the tree's leaf.
  private struct Question: Sendable, Equatable {
    var tree: Int32
    var first: Int32
    var mask: Int32
  }

  init(base: Double, cuts: [[Float]]) {
    self.base = base
    self.cuts = cuts
    questions = Array(repeating: [], count: cuts.count)
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
    appendChanges(of: trees.count - 1)
  }

  private mutating func appendChanges(of index: Int) {
    let tree = trees[index]
    let first = changes.count
    changes += [0, 0]
    for level in 0..<tree.depth {
      let question = Question(
        tree: Int32(index), first: Int32(first + 2 << level), mask: Int32(2 << level - 1))
      questions[Int(splits[tree.firstSplit + level].feature)].append(question)
      for answers in 0..<2 << level {
        changes.append(
          mean(of: tree, level: level + 1, leaf: answers)
            - mean(of: tree, level: level, leaf: answers))
      }
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
    for index in trees.indices { rounded.appendChanges(of: index) }
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
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: trees.count) { reached in
      splits.withUnsafeBufferPointer { splits in
        for (index, tree) in trees.enumerated() {
          var leaf: Int32 = 0
          for level in 0..<tree.depth {
            // A shift, not a choice: nobody can guess the answers.
            let split = splits[tree.firstSplit &+ level]
            let isAbove: Int32 = row[Int(split.feature)] > split.cut ? 1 : 0
            leaf |= isAbove &<< Int32(truncatingIfNeeded: level)
          }
          reached[index] = leaf
        }
      }
      // Feature by feature: the sum stays in a register, and no addition waits for the memory of
      // another.
      changes.withUnsafeBufferPointer { changes in
        for feature in 0..<featureCount {
          var share = 0.0
          questions[feature].withUnsafeBufferPointer { questions in
            for question in questions {
              let answers = reached[Int(question.tree)] & question.mask
              share += changes[Int(question.first &+ answers)]
            }
          }
          shares[feature] = share
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
