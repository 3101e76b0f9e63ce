import Statistics
import TestSupport
import Testing

@Suite struct BoostedTreesTests {
  private static func plain(_ generator: inout SeededGenerator) -> BoostedTrees.Plain {
    let featureCount = generator.integer(in: 1...9)
    let cuts = (0..<featureCount).map { _ in
      Array(
        Set(
          (0...generator.integer(in: 0...6)).map { _ in
            Double(generator.integer(in: -20...20)) / 4
          })
      ).sorted()
    }
    let trees = (0..<generator.integer(in: 1...20)).map { _ in
      let depth = generator.integer(in: 1...6)
      let features = (0..<depth).map { _ in generator.integer(in: 0...featureCount - 1) }
      return BoostedTrees.Plain.Tree(
        features: features,
        cutIndices: features.map { generator.integer(in: 0...cuts[$0].count - 1) },
        leaves: (0..<1 << depth).map { _ in Double(generator.integer(in: -5_000...5_000)) / 1e4 })
    }
    return BoostedTrees.Plain(base: 0.25, cuts: cuts, trees: trees)
  }

  /// The leaf by the definition: answers as bits, the first question's the lowest.
  private static func score(_ row: [Float], _ plain: BoostedTrees.Plain) -> Double {
    plain.trees.reduce(plain.base) { sum, tree in
      var leaf = 0
      for (level, feature) in tree.features.enumerated()
      where Double(row[feature]) > plain.cuts[feature][tree.cutIndices[level]] {
        leaf += 1 << level
      }
      return sum + tree.leaves[leaf]
    }
  }

  @Test func manyRowsScoreAsEachAlone() throws {
    try forEachSeed(30) { seed, generator in
      let plain = BoostedTreesTests.plain(&generator)
      let trees = try BoostedTrees(plain: plain)
      #expect(trees.plain == plain, "\(seed)")
      let count = generator.integer(in: 1...50)
      let width = plain.cuts.count
      let rows = (0..<count * width).map { _ in Float(generator.integer(in: -24...24)) / 4 }
      var scores = [Double](repeating: .nan, count: count)
      rows.withUnsafeBufferPointer { rows in
        scores.withUnsafeMutableBufferPointer { trees.score(rows: rows, count: count, into: $0) }
      }
      for index in 0..<count {
        let row = Array(rows[index * width..<(index + 1) * width])
        let expected = BoostedTreesTests.score(row, plain)
        #expect(abs(scores[index] - expected) < 1e-12, "\(seed)")
        #expect(trees.score(row) == scores[index], "\(seed)")
        #expect(scores[index] >= trees.lowest, "\(seed)")
        let shares = trees.contributions(row)
        #expect(abs(trees.neutral + shares.reduce(0, +) - expected) < 1e-9, "\(seed)")
      }
    }
  }

  @Test func whatIsNoTreeIsRefused() throws {
    let good = BoostedTrees.Plain(
      base: 0, cuts: [[1, 2], [0.5]],
      trees: [
        BoostedTrees.Plain.Tree(features: [0, 1], cutIndices: [1, 0], leaves: [1, 2, 3, 4])
      ])
    #expect(try BoostedTrees(plain: good).score([3, 1]) == 4)
    let changes: [(inout BoostedTrees.Plain) -> Void] = [
      { $0.base = .nan }, { $0.cuts[0] = [2, 1] }, { $0.cuts[0][1] = .infinity },
      { $0.trees[0].features[0] = 2 }, { $0.trees[0].features[0] = -1 },
      { $0.trees[0].cutIndices[0] = 2 }, { $0.trees[0].cutIndices[1] = -1 },
      { $0.trees[0].leaves.removeLast() }, { $0.trees[0].leaves[2] = .nan },
      { $0.trees[0].cutIndices.removeLast() },
      { $0.trees = Array(repeating: $0.trees[0], count: 513) },
    ]
    for (number, change) in changes.enumerated() {
      var bad = good
      change(&bad)
      #expect(throws: BoostedTrees.PlainProblem.self, "\(number)") { try BoostedTrees(plain: bad) }
    }
  }
}
