import Statistics
import TestSupport
import Testing

@Suite struct BoostedTreesTests {
  @Test func batchesAreScoredAsRowsAre() throws {
    try forEachSeed(60) { seed, generator in
      let plain = BoostedTrees.randomPlain(&generator)
      let trees = try BoostedTrees(plain: plain)
      var rows = BoostingRows(featureCount: plain.cuts.count)
      let values = plain.cuts.joined().map { Float($0) }
      for _ in 0..<generator.integer(in: 0...70) {
        let row = (0..<plain.cuts.count).map { _ in
          // Now and then the cut itself, which is not above it.
          generator.oneIn(4)
            ? values[generator.integer(in: 0...values.count - 1)] : generator.uniform(-3..<3)
        }
        rows.append(row, label: false)
      }
      let scores = trees.batch(rows)
      for number in 0..<rows.count {
        let start = number * rows.featureCount
        let row = Array(rows.values[start..<start + rows.featureCount])
        #expect(scores[number] == BoostedTrees.bruteForce(plain, row), "\(number), \(seed)")
        #expect(scores[number] == trees.score(row), "\(number), \(seed)")
        #expect(scores[number] >= trees.lowest, "\(number), \(seed)")
        let sum = trees.contributions(row).reduce(trees.neutral, +)
        #expect(abs(sum - scores[number]) < 1e-9, "\(number), \(seed)")
      }
    }
  }

  @Test func whatIsNotANumberIsAboveNoCut() throws {
    let plain = BoostedTrees.Plain(
      base: 1, cuts: [[0, 5]], trees: [.init(features: [0], cutIndices: [1], leaves: [2, 3])])
    let trees = try BoostedTrees(plain: plain)
    #expect(trees.score([.nan]) == 3 && trees.score([.infinity]) == 4)
    var scores = [0.0, 0, 9]
    let rows: [Float] = [.nan, .infinity]
    rows.withUnsafeBufferPointer { rows in
      scores.withUnsafeMutableBufferPointer { trees.score(rows: rows, count: 2, into: $0) }
    }
    #expect(scores == [3, 4, 9])
  }

  @Test func contributionsFollowTheQuestions() throws {
    let plain = BoostedTrees.Plain(
      base: 10, cuts: [[0], [0], [0]],
      trees: [.init(features: [2, 0], cutIndices: [0, 0], leaves: [1, 2, 4, 9])])
    let trees = try BoostedTrees(plain: plain)
    #expect(trees.neutral == 14)
    #expect(trees.lowest == 11)
    #expect(trees.rounded(to: 4).plain.trees[0].leaves == [0, 4, 4, 8])
    // Feature 2 above: leaves 2 and 9, mean 5.5; then feature 0 above: 9.
    #expect(trees.contributions([1, 1, 1]) == [3.5, 0, 1.5])
    #expect(trees.score([1, 1, 1]) == 19)
  }

  @Test func plainTreesComeBack() throws {
    try forEachSeed(20) { seed, generator in
      let plain = BoostedTrees.randomPlain(&generator)
      let trees = try BoostedTrees(plain: plain)
      #expect(trees.plain == plain, "\(seed)")
    }
    var generator = SeededGenerator(seed: 9)
    let rows = BoostingFixture.random(groups: 10, size: 30...30, featureCount: 5, &generator).rows
    let trees = try Boosting(objective: .logistic, roundCount: 10).fit(rows)
    #expect(trees.treeCount == 10)
    #expect(try BoostedTrees(plain: trees.plain) == trees)
    let leaves = trees.plain.trees.flatMap(\.leaves)
    #expect(leaves.allSatisfy { "\($0)".count <= 12 }, "leaves print short")
    let used = Set(
      trees.plain.trees.flatMap { zip($0.features, $0.cutIndices).map { [$0, $1] } })
    #expect(used.count == trees.cuts.joined().count, "cuts that nobody asks about are gone")
  }

  @Test(arguments: badPlains)
  func badPlainTreesAreRefused(plain: BoostedTrees.Plain, problem: BoostedTrees.PlainProblem) {
    #expect(throws: problem) { try BoostedTrees(plain: plain) }
  }

  static let good = BoostedTrees.Plain(
    base: 0, cuts: [[1, 2], []],
    trees: [.init(features: [0, 0], cutIndices: [0, 1], leaves: [1, 2, 3, 4])])

  static func changed(_ change: (inout BoostedTrees.Plain) -> Void) -> BoostedTrees.Plain {
    var plain = good
    change(&plain)
    return plain
  }

  static let badPlains: [(BoostedTrees.Plain, BoostedTrees.PlainProblem)] = [
    (changed { $0.cuts = [] }, .count("features")),
    (changed { $0.cuts += Array(repeating: [], count: 63) }, .count("features")),
    (changed { $0.trees = Array(repeating: $0.trees[0], count: 513) }, .count("trees")),
    (changed { $0.cuts[1] = (0...64).map(Double.init) }, .count("cuts")),
    (changed { $0.cuts[0][1] = .nan }, .number("cuts")),
    (changed { $0.cuts[0][1] = 1e39 }, .number("cuts")),
    (changed { $0.cuts[0][1] = 1 }, .order(feature: 0)),
    (changed { $0.cuts[0][1] = 1.000_000_001 }, .order(feature: 0)),
    (changed { $0.cuts[0][0] = 3 }, .order(feature: 0)),
    (changed { $0.base = .infinity }, .number("base")),
    (changed { $0.base = .nan }, .number("base")),
    (changed { $0.trees[0].leaves[2] = .nan }, .number("leaves")),
    (changed { $0.trees[0].leaves[2] = -1e13 }, .number("leaves")),
    (changed { $0.trees[0].leaves.append(1) }, .count("leaves")),
    (changed { $0.trees[0].leaves = [] }, .count("leaves")),
    (changed { $0.trees[0] = .init(features: [], cutIndices: [], leaves: [1]) }, .count("levels")),
    (
      changed {
        $0.trees[0] = .init(
          features: Array(repeating: 0, count: 7), cutIndices: Array(repeating: 0, count: 7),
          leaves: Array(repeating: 0, count: 128))
      }, .count("levels")
    ),
    (changed { $0.trees[0].cutIndices = [0] }, .count("levels")),
    (changed { $0.trees[0].cutIndices[1] = 2 }, .index(tree: 0)),
    (changed { $0.trees[0].cutIndices[1] = -1 }, .index(tree: 0)),
    (changed { $0.trees[0].features[1] = 1 }, .index(tree: 0)),
    (changed { $0.trees[0].features[1] = 2 }, .index(tree: 0)),
    (changed { $0.trees[0].features[1] = .min }, .index(tree: 0)),
  ]

  @Test func theGoodOnesAreGood() throws {
    #expect(try BoostedTrees(plain: BoostedTreesTests.good).score([2.5, 0]) == 4)
    let full = BoostedTreesTests.changed {
      $0.trees = Array(repeating: $0.trees[0], count: 512)
      $0.cuts[1] = (0..<64).map(Double.init)
      $0.cuts += Array(repeating: [], count: 62)
    }
    #expect(try BoostedTrees(plain: full).treeCount == 512)
  }
}
