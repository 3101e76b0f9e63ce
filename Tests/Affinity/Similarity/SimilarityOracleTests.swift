import Affinity
import Shop
import TestSupport
import Testing

/// Every answer equals the one from all pairs by brute force, after any sequence of orders, returns
/// and cancellations.
@Suite struct SimilarityOracleTests {
  static let measures = SimilarityMeasure.allCases

  private static func query(
    _ item: Int32, _ measure: SimilarityMeasure, _ generator: inout SeededGenerator
  ) -> SimilarQuery {
    let late = SimilarityWorld.start.advanced(byDays: 110)
    let past = SimilarityWorld.start.advanced(byDays: Double(generator.integer(in: 20...90)))
    var query = SimilarQuery(
      item: item, count: generator.integer(in: 1...15), measure: measure,
      level: generator.oneIn(2) ? .baskets : .customers,
      direction: generator.oneIn(2) ? .perTarget : .perSource,
      floor: SimilarityFloor(
        minimumShared: generator.integer(in: 1...3),
        minimumLogLikelihoodRatio: generator.oneIn(3) ? 0.3 : nil),
      halfLifeDays: generator.oneIn(2) ? Double(generator.integer(in: 15...200)) : nil,
      viewpoint: generator.oneIn(3) ? Viewpoint(asOf: past) : Viewpoint(now: late))
    query.keptPerTarget = generator.integer(in: 1...6)
    return query
  }

  @Test(arguments: measures) func answersEqualAllPairs(measure: SimilarityMeasure) throws {
    var longest = 0
    try forEachSeed(10) { seed, generator in
      var world = SimilarityWorld()
      let itemCount = generator.integer(in: 4...14)
      for number in 0..<70 {
        world.step(number, itemCount: itemCount, &generator)
        guard number > 8, generator.oneIn(6) else { continue }
        let item = Int32(generator.integer(in: 0...world.facts.items.count - 1))
        let query = SimilarityOracleTests.query(item, measure, &generator)
        let oracle = SimilarityOracle(world.facts, query)
        // Decayed and weighted sums are rounded to 2^-31 of the largest weight.
        let tolerance =
          query.halfLifeDays == nil && measure != .tfidf && measure != .bm25 ? 1e-10 : 1e-6
        let expected = oracle.nearest(query, tolerance: tolerance)
        let answer = world.index.similar(query, facts: world.facts) { _ in nil }
        #expect(answer.items.map(\.item) == expected.map(\.item), "\(query), \(seed)")
        for (slot, truth) in zip(answer.items, expected) {
          #expect(
            abs(slot.score - truth.score) <= tolerance * max(1, truth.score), "\(query), \(seed)")
          #expect(slot.counts.shared == Int64(oracle.raw([item, slot.item])), "\(seed)")
          #expect(slot.counts.source == Int64(oracle.raw([item])), "\(seed)")
          #expect(slot.counts.target == Int64(oracle.raw([slot.item])), "\(seed)")
          #expect(slot.counts.total == Int64(oracle.transactions.count), "\(seed)")
        }
        longest = max(longest, expected.count)
      }
    }
    #expect(longest > 3, "answers that say something were compared")
  }

  /// The same questions again and again while the shop goes on: what is kept of them is never
  /// stale, by any measure, and an order elsewhere makes none of them anew where pairs speak for
  /// themselves.
  @Test(arguments: measures) func keptListsFollowEveryChange(measure: SimilarityMeasure) throws {
    var reused = 0
    try forEachSeed(4) { seed, generator in
      var world = SimilarityWorld()
      var query = SimilarQuery(
        item: 0, count: 6, measure: measure,
        direction: seed.value % 2 == 0 ? .perTarget : .perSource,
        floor: SimilarityFloor(
          minimumShared: 1, minimumLogLikelihoodRatio: generator.oneIn(3) ? 0.2 : nil),
        viewpoint: Viewpoint(now: SimilarityWorld.start.advanced(byDays: 110)))
      query.keptPerTarget = 3
      for number in 0..<60 {
        if generator.oneIn(3) {
          world.step(number, itemCount: 30, &generator)
        } else {
          let theme = generator.integer(in: 0...5) * 5
          world.put(
            "t\(number)", "c\(generator.integer(in: 0...9))", day: 1,
            (0..<3).map { _ in "i\(theme + generator.integer(in: 0...4))" })
        }
        for _ in 0..<2 where world.facts.items.count > 0 {
          query.item = Int32(generator.integer(in: 0...world.facts.items.count - 1))
          let before = world.index.similarWorkCount
          let answer = world.index.similar(query, facts: world.facts) { _ in nil }
          reused += world.index.similarWorkCount == before && !answer.items.isEmpty ? 1 : 0
          let tolerance = measure == .tfidf || measure == .bm25 ? 1e-6 : 1e-10
          let expected = SimilarityOracle(world.facts, query).nearest(query, tolerance: tolerance)
          #expect(answer.items.map(\.item) == expected.map(\.item), "\(query), \(seed)")
          for (slot, truth) in zip(answer.items, expected) {
            #expect(
              abs(slot.score - truth.score) <= tolerance * max(1, truth.score), "\(seed)")
          }
        }
      }
    }
    if [.jaccard, .cosine].contains(measure) {
      #expect(reused > 10, "lists were kept through orders: \(reused)")
    }
  }

  /// What is stored stays as it is while time passes: a later question differs by one factor, and
  /// ratios not at all.
  @Test(arguments: measures) func timeAloneRewritesNothing(measure: SimilarityMeasure) throws {
    try forEachSeed(4) { seed, generator in
      var world = SimilarityWorld()
      for number in 0..<50 { world.step(number, itemCount: 8, &generator) }
      func ask(_ world: inout SimilarityWorld, _ day: Double) -> [(name: String, score: Double)] {
        world.nearest(
          SimilarQuery(
            item: world.item("i0"), count: 20, measure: measure, halfLifeDays: 30,
            viewpoint: Viewpoint(now: SimilarityWorld.start.advanced(byDays: day))))
      }
      let first = ask(&world, 100)
      let later = ask(&world, 160)
      #expect(first.map(\.name) == later.map(\.name), "\(seed)")
      let factor =
        switch measure {
        case .logLikelihoodRatio, .bm25: 0.25
        case .expected: 0.5
        default: 1.0
        }
      for (one, other) in zip(first, later) {
        #expect(abs(one.score * factor - other.score) < 1e-5 * max(1, one.score), "\(seed)")
      }
      // Decades later no weight has overflowed or vanished out of the ranking.
      #expect(ask(&world, 30_000).map(\.name) == first.map(\.name), "\(seed)")
    }
  }

  @Test(arguments: measures) func orderOfArrivalDoesNotShow(measure: SimilarityMeasure) throws {
    try forEachSeed(4) { seed, generator in
      var drafts = (0..<40).map { number in
        (
          id: "o\(number)", customer: "c\(generator.integer(in: 0...6))",
          day: generator.integer(in: 0...90),
          items: (0..<generator.integer(in: 1...5)).map { _ in
            "i\(generator.integer(in: 0...9))"
          }
        )
      }
      func answers() -> [String] {
        var world = SimilarityWorld()
        for draft in drafts { world.put(draft.id, draft.customer, day: draft.day, draft.items) }
        return SimilarityLevel.allCases.flatMap { level in
          var query = SimilarQuery(
            item: world.item("i3"), count: 20, measure: measure, level: level, halfLifeDays: 20,
            viewpoint: Viewpoint(now: SimilarityWorld.start.advanced(byDays: 95)))
          query.keptPerTarget = 3
          return world.nearest(query).map { "\($0.name) \($0.score)" }
        }
      }
      let inOrder = answers()
      drafts.shuffle(using: &generator)
      #expect(answers() == inOrder, "\(seed)")
    }
  }

  /// Long lists: whatever the rules take out, the answer is what they leave of the whole list, with
  /// as many counted as removed as stand before its end; asked once, and again.
  @Test func rulesLeaveTheBestOfALongList() throws {
    try forEachSeed(3) { seed, generator in
      var world = SimilarityWorld()
      for number in 0..<120 {
        let items = (0..<10).map { _ in "i\(generator.integer(in: 0...499))" }
        world.put("o\(number)", nil, items + ["hub"])
      }
      var query = SimilarQuery(
        item: world.item("hub"), count: 1_000, measure: .cosine, direction: .perSource,
        floor: SimilarityFloor(minimumShared: 1),
        viewpoint: Viewpoint(now: SimilarityWorld.start.advanced(byDays: 1)))
      let whole = world.index.similar(query, facts: world.facts) { _ in nil }.items
      #expect(whole.count > 350)
      for (percent, count) in [(0, 10), (0, 64), (0, 65), (50, 10), (80, 64), (97, 10), (100, 5)] {
        query.count = count
        let refused = Set(
          whole.map(\.item).filter { _ in generator.integer(in: 0...99) < percent })
        let left = whole.filter { !refused.contains($0.item) }
        for _ in 0..<2 {
          let answer = world.index.similar(query, facts: world.facts) {
            refused.contains($0) ? "rule" : nil
          }
          #expect(answer.items == Array(left.prefix(count)), "\(percent) \(count), \(seed)")
          let last = answer.items.count == count ? answer.items.last : whole.last
          let end = whole.firstIndex { $0.item == last?.item } ?? 0
          let before = whole[...end].count { refused.contains($0.item) }
          #expect(answer.removed.reduce(0) { $0 + $1.count } == before, "\(percent), \(seed)")
        }
      }
    }
  }

  /// The second question's sums are those that the first one left; after a write they are new.
  @Test func answersDoNotDependOnEarlierQuestions() throws {
    try forEachSeed(6) { seed, generator in
      var asked = SimilarityWorld()
      var silent = SimilarityWorld()
      var same = generator
      for number in 0..<40 {
        asked.step(number, itemCount: 8, &generator)
        silent.step(number, itemCount: 8, &same)
        guard asked.facts.items.count > 0 else { continue }
        let measure = SimilarityMeasure.allCases[number % SimilarityMeasure.allCases.count]
        var query = SimilarityOracleTests.query(0, measure, &generator)
        query.viewpoint = Viewpoint(now: SimilarityWorld.start.advanced(byDays: 120))
        same = generator
        // The one is asked for every item, and again; the other each time as if for the first.
        for item in Array(0..<Int32(asked.facts.items.count)) + [0, 1] {
          query.item = item
          let warm = asked.nearest(query).map { "\($0)" }
          var fresh = silent
          #expect(fresh.nearest(query).map { "\($0)" } == warm, "\(query), \(seed)")
        }
      }
    }
  }
}
