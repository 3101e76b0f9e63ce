import Statistics
import TestSupport
import Testing

@Suite struct BoostingTests {
  /// Questions of ten rows over four features, of which the first two say alone nothing and
  /// together everything.
  private static func crossed(_ questions: Int, _ generator: inout SeededGenerator) -> BoostingRows
  {
    var rows = BoostingRows(featureCount: 4)
    for _ in 0..<questions {
      for _ in 0..<10 {
        let left = generator.oneIn(2)
        let right = generator.oneIn(2)
        let noise = (0..<2).map { _ in Float(generator.integer(in: 0...99)) }
        rows.append([left ? 1 : 0, right ? 1 : 0] + noise, label: left != right)
      }
      rows.closeGroup()
    }
    return rows
  }

  private static func boosting(_ objective: BoostingObjective, seed: UInt64 = 1) -> Boosting {
    Boosting(
      objective: objective, roundCount: 30, depth: 3, rate: 0.3, minimumHessian: 0.1,
      groupShare: 0.8, seed: seed)
  }

  @Test(arguments: [BoostingObjective.logistic, .rank])
  func whatNoSingleFeatureSaysIsLearned(objective: BoostingObjective) throws {
    try forEachSeed(3) { seed, generator in
      let trees = try BoostingTests.boosting(objective).fit(
        BoostingTests.crossed(80, &generator))
      let held = BoostingTests.crossed(20, &generator)
      for row in 0..<held.count {
        let features = Array(held.values[row * 4..<row * 4 + 4])
        var other = features
        other[0] = 1 - other[0]
        let isAbove = trees.score(features) > trees.score(other)
        #expect(isAbove == held.labels[row], "\(seed)")
      }
    }
  }

  @Test(arguments: [BoostingObjective.logistic, .rank])
  func theSameRowsAndSeedGiveTheSameTrees(objective: BoostingObjective) throws {
    try forEachSeed(2) { seed, generator in
      let rows = BoostingTests.crossed(40, &generator)
      let trees = try BoostingTests.boosting(objective).fit(rows)
      #expect(try BoostingTests.boosting(objective).fit(rows) == trees, "\(seed)")
      // Inside of a question the order of the rows says nothing.
      var turned = BoostingRows(featureCount: 4)
      for group in rows.groups {
        for row in group.reversed() {
          turned.append(Array(rows.values[row * 4..<row * 4 + 4]), label: rows.labels[row])
        }
        turned.closeGroup()
      }
      #expect(try BoostingTests.boosting(objective).fit(turned) == trees, "\(seed)")
    }
  }

  @Test func theShareOfEachLevelOfTheSameBaseIsTheLogOdds() throws {
    // One feature that tells 3 in 4 from 1 in 4: the scores approach the log odds.
    var rows = BoostingRows(featureCount: 1)
    for number in 0..<400 {
      let isHigh = number % 2 == 0
      rows.append([isHigh ? 1 : 0], label: isHigh ? number % 8 != 0 : number % 8 == 1)
    }
    let trees = try Boosting(
      objective: .logistic, roundCount: 60, depth: 1, rate: 0.5, regularisation: 0.01
    ).fit(rows)
    #expect(abs(trees.score([1]) - 1.0986) < 0.01)
    #expect(abs(trees.score([0]) + 1.0986) < 0.01)
  }

  @Test func aValidationEndsTheFitAndACallerCan() throws {
    try forEachSeed(2) { seed, generator in
      // Labels that nothing explains: what is learned does not carry over.
      func noise() -> BoostingRows {
        var rows = BoostingRows(featureCount: 2)
        for _ in 0..<60 {
          for _ in 0..<6 {
            rows.append(
              (0..<2).map { _ in Float(generator.integer(in: 0...50)) },
              label: generator.oneIn(3))
          }
          rows.closeGroup()
        }
        return rows
      }
      let boosting = Boosting(objective: .logistic, roundCount: 200, depth: 4, rate: 0.3)
      var rounds = 0
      let trees = try boosting.fit(
        noise(), validation: BoostingValidation(rows: noise(), metric: .logistic, patience: 5)
      ) { round, _ in
        rounds = round
        return true
      }
      #expect(rounds < 200 && trees.treeCount <= rounds, "\(seed)")
      #expect(throws: Boosting.Stop.cancelled) {
        try boosting.fit(noise()) { round, _ in round < 3 }
      }
    }
  }
}
