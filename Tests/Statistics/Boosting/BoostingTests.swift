import Statistics
import TestSupport
import Testing

@Suite struct BoostingTests {
  /// No weighted sum of the features orders these rows.
  @Test func anInteractionIsFound() throws {
    try forEachSeed(3) { seed, generator in
      var fixture = BoostingFixture(featureCount: 3, groups: [])
      for _ in 0..<40 {
        fixture.groups.append(
          (0..<10).map { _ in
            let features = (0..<3).map { _ in generator.uniform(-1..<1) }
            return .init(features: features, label: (features[0] > 0) != (features[1] > 0))
          })
      }
      let rows = fixture.rows
      let trees = try Boosting(objective: .logistic, roundCount: 40, depth: 4).fit(rows)
      let right = zip(trees.batch(rows), rows.labels).count { ($0 > 0) == $1 }
      #expect(right >= 390, "\(right), \(seed)")
      let ranking = try Boosting(
        objective: .rank, roundCount: 40, depth: 4, minimumHessian: 0.1
      ).fit(rows)
      let value = BoostingMetric.ndcg.value(rows, ranking.batch(rows))
      #expect(value > 0.98, "\(value), \(seed)")
    }
  }

  /// Two values, each seen often: the log odds are known.
  @Test func logOddsAreFound() throws {
    var fixture = BoostingFixture(featureCount: 1, groups: [[]])
    for number in 0..<1000 {
      fixture.groups[0].append(.init(features: [0], label: number % 5 == 0))
      fixture.groups[0].append(.init(features: [1], label: number % 5 != 0, weight: 2))
    }
    let trees = try Boosting(
      objective: .logistic, roundCount: 100, depth: 1, rate: 0.3, regularisation: 1e-6
    ).fit(fixture.rows)
    #expect(abs(trees.score([0]) + 1.386_294_361) < 1e-5)
    #expect(abs(trees.score([1]) - 1.386_294_361) < 1e-5)
    #expect(trees.cuts == [[0.5]])
  }

  @Test func separableRowsAreSeparated() throws {
    var fixture = BoostingFixture(featureCount: 2, groups: [[]])
    for number in 0..<200 {
      fixture.groups[0].append(
        .init(features: [Float(number), Float(number * 7 % 11)], label: number >= 120))
    }
    let rows = fixture.rows
    for objective in [BoostingObjective.logistic, .rank] {
      let trees = try Boosting(objective: objective, minimumHessian: 1e-4).fit(rows)
      let scores = trees.batch(rows)
      if case .rank = objective {
        #expect(BoostingMetric.ndcg.value(rows, scores) == 1)
      } else {
        #expect(scores[..<120].max()! < 0 && scores[120...].min()! > 0)
        #expect(BoostingMetric.logistic.value(rows, scores) > -0.02)
      }
    }
  }

  @Test func rankingBeatsNothingAndItsOwnBeginning() throws {
    try forEachSeed(3) { seed, generator in
      let fixture = BoostingFixture.random(
        groups: 120, size: 20...40, featureCount: 6, &generator)
      let other = BoostingFixture.random(groups: 120, size: 20...40, featureCount: 6, &generator)
      let boosting = Boosting(objective: .rank, roundCount: 40, depth: 3, minimumHessian: 0.01)
      let trees = try boosting.fit(fixture.rows)
      let rows = other.rows
      let none = BoostingMetric.ndcg.value(rows, Array(repeating: 0, count: rows.count))
      let fitted = BoostingMetric.ndcg.value(rows, trees.batch(rows))
      #expect(fitted > none + 0.15, "\(none) \(fitted), \(seed)")
    }
  }

  @Test func theSameRowsGiveTheSameTreesInWhateverOrder() throws {
    try forEachSeed(6) { seed, generator in
      let fixture = BoostingFixture.random(
        groups: 30, size: 1...30, featureCount: 5, isWeighted: true, &generator)
      for objective in [BoostingObjective.logistic, .rank] {
        let boosting = Boosting(
          objective: objective, roundCount: 12, depth: 4, minimumHessian: 0.05, groupShare: 0.7,
          seed: generator.next())
        let trees = try boosting.fit(fixture.rows)
        #expect(trees.treeCount > 3, "\(seed)")
        #expect(try boosting.fit(fixture.rows) == trees, "\(seed)")
        var shuffled = fixture
        for group in shuffled.groups.indices { shuffled.groups[group].shuffle(using: &generator) }
        #expect(try boosting.fit(shuffled.rows) == trees, "\(seed)")
        var other = boosting
        other.seed += 1
        #expect(try other.fit(fixture.rows) != trees, "the seed draws the groups, \(seed)")
      }
    }
  }

  @Test func nothingToLearnGivesTheBaseAlone() throws {
    let boosting = Boosting(objective: .logistic)
    #expect(try boosting.fit(BoostingRows(featureCount: 2)).score([1, 2]) == 0)
    var rows = BoostingRows(featureCount: 1)
    for number in 0..<50 { rows.append([Float(number)], label: false) }
    let trees = try boosting.fit(rows)
    #expect(trees.treeCount == 0 && trees.base == -10)
    #expect(try Boosting(objective: .rank).fit(rows).treeCount == 0)
    var unweighted = BoostingRows(featureCount: 1)
    for number in 0..<50 {
      unweighted.append([Float(number)], label: number > 25, weight: 0)
    }
    #expect(try boosting.fit(unweighted).treeCount == 0)
    #expect(try Boosting(objective: .rank).fit(unweighted).treeCount == 0)
  }

  @Test func manyValuesFallIntoFewBins() throws {
    var rows = BoostingRows(featureCount: 2)
    for number in 0..<5000 {
      // A value that most rows have, and neighbours with nothing between them.
      let close = Float(bitPattern: Float(1).bitPattern + UInt32(number % 2))
      rows.append([number < 4000 ? 3 : Float(number), close], label: number % 2 == 1)
    }
    let trees = try Boosting(objective: .logistic, roundCount: 5, depth: 1).fit(rows)
    #expect(trees.cuts == [[], [1]])
    #expect(trees.score([0, 1]) < 0 && trees.score([0, Float(1).nextUp]) > 0)
  }

  @Test func cutsLieCloseWhereTheFewPositiveRowsAre() throws {
    // 40 of 20,000 rows, inside what would be one of 64 bins of equally many rows.
    var rows = BoostingRows(featureCount: 1)
    for number in 0..<20_000 {
      rows.append([Float(number)], label: (19_800..<19_840).contains(number))
    }
    let trees = try Boosting(objective: .logistic, roundCount: 20, depth: 2).fit(rows)
    #expect(trees.score([19_820]) > trees.score([19_760]) + 1)
    #expect(trees.score([19_820]) > trees.score([19_900]) + 1)
  }

  @Test func theFitCanBeCancelledAndTellsHowFarItIs() throws {
    var generator = SeededGenerator(seed: 4)
    let rows = BoostingFixture.random(groups: 10, size: 20...20, featureCount: 4, &generator).rows
    var seen: [Int] = []
    #expect(throws: Boosting.Stop.cancelled) {
      try Boosting(objective: .logistic, roundCount: 9).fit(rows) { round, count in
        seen.append(round)
        return count == 9 && round < 3
      }
    }
    #expect(seen == [1, 2, 3])
  }

  @Test func earlyStoppingKeepsTheBestRound() throws {
    try forEachSeed(4) { seed, generator in
      let rows = BoostingFixture.random(groups: 20, size: 10...20, featureCount: 6, &generator).rows
      let other = BoostingFixture.random(groups: 20, size: 10...20, featureCount: 6, &generator)
        .rows
      let boosting = Boosting(
        objective: .logistic, roundCount: 300, depth: 6, rate: 0.3, minimumHessian: 0.1)
      var values: [Double] = []
      let metric = BoostingMetric { rows, scores in
        values.append(BoostingMetric.logistic.value(rows, scores))
        return values[values.count - 1]
      }
      let trees = try boosting.fit(
        rows, validation: BoostingValidation(rows: other, metric: metric, patience: 7))
      let best = values.firstIndex(of: values.max()!)!
      #expect(trees.treeCount == best, "\(seed)")
      #expect(values.count == best + 1 + 7, "the base is a round, too, \(seed)")
      #expect(BoostingMetric.logistic.value(other, trees.batch(other)) == values[best], "\(seed)")
    }
  }
}
