import Affinity
import Shop
import Statistics
import TestSupport
import Testing

/// A shop in which customers come back for what is theirs, and sometimes for what others like them
/// buy.
@Suite struct LearningTests {
  private static func shop(
    _ generator: inout SeededGenerator, orders: Int, shuffled: Bool = false
  ) -> (facts: ShopFacts, index: AffinityIndex) {
    var drafts: [OrderDraft] = []
    for number in 0..<orders {
      let customer = generator.integer(in: 0...24)
      let own = (0..<3).map { "own\(customer)-\($0)" }
      let group = (0..<6).map { "group\(customer % 5)-\($0)" }
      var items: Set<String> = [own.randomElement(using: &generator) ?? ""]
      items.insert(group.randomElement(using: &generator) ?? "")
      if generator.oneIn(2) { items.insert("any\(generator.integer(in: 0...30))") }
      drafts.append(
        OrderDraft(
          id: "o\(number)", customer: "c\(customer)",
          time: Instant(milliseconds: 1_700_000_000_000 + Int64(number) * 3_600_000),
          lines: items.sorted().map { OrderDraft.Line(item: $0, quantity: 1, unitPrice: 1) }))
    }
    if shuffled { drafts.shuffle(using: &generator) }
    var facts = ShopFacts()
    var index = AffinityIndex()
    for draft in drafts {
      let order = facts.apply(draft)
      index.added(order, orders: facts.orders)
    }
    return (facts, index)
  }

  private static func options() -> RankerTraining.Options {
    var options = RankerTraining.Options()
    options.minimumQuestionCount = 60
    options.maximumTreeCount = 20
    return options
  }

  private static func fit(
    _ shop: (facts: ShopFacts, index: AffinityIndex)
  ) throws -> (ranker: Ranker, fits: [Ranker.Kind: RankerFit]) {
    var training = RankerTraining(options())
    try training.add(shop.facts, baskets: shop.index.baskets) { _ in true }
    return try training.fit(over: Ranker()) { _ in true }
  }

  @Test func theSameOrdersGiveTheSameTreesHoweverTheyArrived() throws {
    var generator = SeededGenerator(seed: 5)
    let first = try LearningTests.fit(LearningTests.shop(&generator, orders: 500))
    var again = SeededGenerator(seed: 5)
    let second = try LearningTests.fit(LearningTests.shop(&again, orders: 500))
    #expect(first.ranker == second.ranker)
    #expect(first.fits == second.fits)
    #expect((first.fits[.next]?.learned ?? 0) > 100)
    #expect(!first.ranker.models.isEmpty || first.fits.values.allSatisfy { $0.outcome != .better })
    var late = SeededGenerator(seed: 5)
    let shuffled = LearningTests.shop(&late, orders: 500, shuffled: true)
    #expect(try LearningTests.fit(shuffled).fits == first.fits)
  }

  @Test func aRankerReadsBackAsItWasWritten() throws {
    var generator = SeededGenerator(seed: 6)
    let ranker = try LearningTests.fit(LearningTests.shop(&generator, orders: 600)).ranker
    #expect(try Ranker(ranker.value) == ranker)
    #expect(throws: RankerProblem.self) { try Ranker(.object([])) }
    let strange = Value.object([
      .init(name: "features", value: .array([.string("no_such_feature")])),
      .init(name: "kinds", value: .object([])),
    ])
    #expect(throws: RankerProblem.self) { try Ranker(strange) }
  }

  @Test func tooFewOrdersKeepWhatIsThere() throws {
    var generator = SeededGenerator(seed: 7)
    let (ranker, fits) = try LearningTests.fit(LearningTests.shop(&generator, orders: 40))
    #expect(ranker == Ranker())
    for kind in Ranker.Kind.allCases { #expect(fits[kind]?.outcome == .tooFewQuestions) }
  }

  @Test func nothingIsJudgedByWhatItLearned() throws {
    var generator = SeededGenerator(seed: 6)
    let shop = LearningTests.shop(&generator, orders: 600)
    let first = try LearningTests.fit(shop).ranker
    #expect(!first.models.isEmpty)
    #expect(first.learnedThrough == shop.facts.orders.latest)
    func again(seen: Instant?) throws -> (ranker: Ranker, fits: [Ranker.Kind: RankerFit]) {
      var training = RankerTraining(LearningTests.options())
      try training.add(shop.facts, baskets: shop.index.baskets, seen: seen) { _ in true }
      return try training.fit(over: first) { _ in true }
    }
    // Nothing came since: there is nothing to compare by, and nothing changes.
    let idle = try again(seen: first.learnedThrough)
    #expect(idle.ranker == first)
    #expect(idle.fits.values.allSatisfy { $0.outcome == .tooFewQuestions && $0.heldOut == 0 })
    // With a part of the orders new, these alone are held out.
    let times = shop.facts.orders.time.sorted()
    let part = try again(seen: times[times.count * 95 / 100])
    let whole = try again(seen: nil)
    for kind in Ranker.Kind.allCases {
      let (fewer, more) = (part.fits[kind]?.heldOut ?? 0, whole.fits[kind]?.heldOut ?? 0)
      #expect(fewer > 0 && fewer < more)
    }
  }

  @Test func scoresAreAboveZeroAndInTheOrderOfTheTrees() throws {
    // Three trees, one for each cut of a feature, of leaves -2 and 1; a floor in the middle.
    let cuts = [Double](arrayLiteral: 1, 2, 3)
    var plain = BoostedTrees.Plain(
      base: 0, cuts: RankFeature.allCases.map { _ in cuts }, trees: [])
    for cut in cuts.indices {
      plain.trees.append(.init(features: [0], cutIndices: [cut], leaves: [-2, 1]))
    }
    let trees = try BoostedTrees(plain: plain)
    func scores(floor: Double?) -> [Double] {
      let rows = (0...3).flatMap { step in
        (0..<RankFeature.count).map { $0 == 0 ? Float(step) + 0.5 : 0 }
      }
      return Ranker.Model(trees, floor: floor).scores(rows, count: 4)
    }
    // What the trees give is -6, -3, 0 and 3.
    #expect(scores(floor: -10) == [4, 7, 10, 13])
    let bent = scores(floor: -3.25)
    #expect(bent[2...] == [3.25, 6.25])
    #expect(bent[0] > 0 && bent[0] < bent[1] && bent[1] < 0.5)
    #expect(scores(floor: nil) == scores(floor: -6))
  }

  @Test func nothingOfTheFutureIsKnown() throws {
    // What comes after an order must not change what was answered before it: the evaluation of
    // the first orders is the same whether or not the rest exists.
    var generator = SeededGenerator(seed: 8)
    let whole = LearningTests.shop(&generator, orders: 300)
    var again = SeededGenerator(seed: 8)
    let early = LearningTests.shop(&again, orders: 200)
    var all = RankEvaluation.Options()
    all.share = 1
    // The last 100 orders of the whole shop come after those of the early one, so an evaluation of
    // the early shop alone asks the same first questions.
    let seen = try RankEvaluation(
      facts: early.facts, baskets: early.index.baskets, ranker: Ranker(), options: all
    ) { _ in true }
    var asked = 0
    let cut = try RankEvaluation(
      facts: whole.facts, baskets: whole.index.baskets, ranker: Ranker(), options: all,
      until: early.facts.orders.latest
    ) { _ in
      asked += 1
      return true
    }
    #expect(asked > 0)
    #expect(seen.measures == cut.measures)
  }

  @Test func measuresAreThoseOfTheSamePerfectAndEmptyLists() throws {
    var generator = SeededGenerator(seed: 9)
    let (facts, index) = LearningTests.shop(&generator, orders: 400)
    let evaluation = try RankEvaluation(
      facts: facts, baskets: index.baskets, ranker: Ranker()
    ) { _ in true }
    let next = try #require(evaluation.measures[.next])
    let mix = try #require(next[.mix])
    // Customers buy one of three own items each time: the repeat source finds them.
    #expect(mix.repeatRecall[0].value > 0.8)
    #expect(mix.recall[0].value > (next[.topSellers]?.recall[0].value ?? 1))
    for measures in next.values {
      #expect(measures.recall[0].value <= measures.recall[1].value)
      #expect(measures.hit[0].value >= measures.recall[0].value)
      #expect((0...1).contains(measures.gain[0].value))
    }
    #expect(throws: LearningStopped.self) {
      try RankEvaluation(facts: facts, baskets: index.baskets, ranker: Ranker()) { _ in false }
    }
  }
}
