extension BoostedTrees {
  /// Trees as plain numbers, for files and logs.
  package struct Plain: Sendable, Equatable {
    package struct Tree: Sendable, Equatable {
      /// By level, the feature and which of its cuts.
      package var features: [Int]
      package var cutIndices: [Int]
      /// 2^levels.
      package var leaves: [Double]

      package init(features: [Int], cutIndices: [Int], leaves: [Double]) {
        self.features = features
        self.cutIndices = cutIndices
        self.leaves = leaves
      }
    }

    package var base: Double
    /// By feature, ascending.
    package var cuts: [[Double]]
    package var trees: [Tree]

    package init(base: Double, cuts: [[Double]], trees: [Tree]) {
      self.base = base
      self.cuts = cuts
      self.trees = trees
    }
  }

  /// `init(plain:)` gives equal trees.
  package var plain: Plain {
    Plain(
      base: base, cuts: cuts.map { $0.map(Double.init) },
      trees: trees.map { tree in
        let own = splits[tree.firstSplit..<tree.firstSplit + tree.depth]
        return Plain.Tree(
          features: own.map { Int($0.feature) }, cutIndices: own.map { Int($0.cutIndex) },
          leaves: Array(leaves[tree.firstLeaf..<tree.firstLeaf + 1 << tree.depth]))
      })
  }

  /// What is wrong with plain trees.
  package enum PlainProblem: Error, Equatable {
    /// Of features (1...64), of trees (at most 512), of a feature's cuts (at most 64), of a tree's
    /// levels (1...6, as many cuts as features), of a tree's leaves (2^levels).
    case count(String)
    /// A number is not finite or, of leaves and the base, beyond +-10^12.
    case number(String)
    /// Cuts do not ascend as 32-bit numbers.
    case order(feature: Int)
    /// A tree names a feature or a cut that there is not.
    case index(tree: Int)
  }

  /// Reads plain trees that come from outside; all of them are checked.
  package init(plain: Plain) throws(PlainProblem) {
    guard (1...BoostingRows.maximumFeatureCount).contains(plain.cuts.count) else {
      throw .count("features")
    }
    guard plain.trees.count <= BoostedTrees.maximumTreeCount else { throw .count("trees") }
    guard abs(plain.base) <= BoostedTrees.greatest else { throw .number("base") }
    var cuts: [[Float]] = []
    for (feature, wide) in plain.cuts.enumerated() {
      guard wide.count <= BoostedTrees.maximumCutCount else { throw .count("cuts") }
      let own = wide.map { Float($0) }
      guard own.allSatisfy(\.isFinite) else { throw .number("cuts") }
      guard zip(own, own.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw .order(feature: feature)
      }
      cuts.append(own)
    }
    self.init(base: plain.base, cuts: cuts)
    for (number, tree) in plain.trees.enumerated() {
      let depth = tree.features.count
      guard (1...BoostedTrees.maximumDepth).contains(depth), tree.cutIndices.count == depth else {
        throw .count("levels")
      }
      guard tree.leaves.count == 1 << depth else { throw .count("leaves") }
      // NaN compares false.
      guard tree.leaves.allSatisfy({ abs($0) <= BoostedTrees.greatest }) else {
        throw .number("leaves")
      }
      let questions = zip(tree.features, tree.cutIndices).map { (feature: $0, cutIndex: $1) }
      guard
        questions.allSatisfy({
          cuts.indices.contains($0.feature) && cuts[$0.feature].indices.contains($0.cutIndex)
        })
      else { throw .index(tree: number) }
      append(questions: questions, leaves: tree.leaves)
    }
  }

  private static let greatest = 1e12
}
