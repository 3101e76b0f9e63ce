import Affinity
import Shop
import Statistics
import TestSupport
import Testing

/// What a list promises under rules: the first n are the list of n, in the order of the scores it
/// prints, and it is as long as the rules allow.
@Suite struct PrefixTests {
  private static let start = Instant(milliseconds: 1_700_000_000_000)

  /// A shop of dated orders, categories on half of the items, some of them never sold.
  private static func shop(
    _ generator: inout SeededGenerator
  ) -> (facts: ShopFacts, index: AffinityIndex) {
    var facts = ShopFacts()
    var index = AffinityIndex()
    let zone = facts.settings.zone
    for number in 0..<30 where number % 2 == 0 {
      var patch = ItemPatch(id: "i\(number)")
      patch.category = .set(["all", "c\(number % 3)"])
      if number % 3 == 0 { patch.stock = .set(Int64(generator.integer(in: 0...1))) }
      if generator.oneIn(2) { patch.price = .set(Int64(generator.integer(in: 90...130))) }
      if number > 20 { patch.introduced = .set(zone.day(of: start.advanced(byDays: 100))) }
      facts.items.apply(patch)
    }
    for number in 0..<60 {
      let order = facts.apply(
        OrderDraft(
          id: "o\(number)", customer: generator.oneIn(2) ? "c\(number % 4)" : nil,
          time: start.advanced(byDays: Double(generator.integer(in: 0...150))),
          channel: generator.oneIn(2) ? "store" : nil,
          lines: (0..<generator.integer(in: 1...4)).map { _ in
            OrderDraft.Line(
              item: "i\(generator.integer(in: 0...24))", quantity: 1, unitPrice: 1)
          }))
      index.added(order, orders: facts.orders)
    }
    return (facts, index)
  }

  /// Trees that ask anything at all: whatever is learned, the promises hold.
  private static func ranker(_ generator: inout SeededGenerator) -> Ranker {
    var ranker = Ranker()
    for kind in Ranker.Kind.allCases where !generator.oneIn(4) {
      var plain = BoostedTrees.Plain(
        base: 0, cuts: RankFeature.allCases.map { _ in [0, 0.1, 0.5, 2] }, trees: [])
      for _ in 0..<5 {
        plain.trees.append(
          BoostedTrees.Plain.Tree(
            features: (0..<3).map { _ in generator.integer(in: 0...RankFeature.count - 1) },
            cutIndices: (0..<3).map { _ in generator.integer(in: 0...3) },
            leaves: (0..<8).map { _ in Double(generator.integer(in: -900...900)) / 1_000 }))
      }
      if let trees = try? BoostedTrees(plain: plain) { ranker.models[kind] = Ranker.Model(trees) }
    }
    return ranker
  }

  @Test func firstOfAListAreTheShorterList() throws {
    try forEachSeed(25) { seed, generator in
      var (facts, index) = PrefixTests.shop(&generator)
      let count = facts.items.count
      for repeats in RecommendQuery.Repeats.allCases {
        var refused = Set((0..<12).map { _ in Int32(generator.integer(in: 0...count - 1)) })
        if generator.oneIn(2) { refused = [] }
        for item in 0..<Int32(count) where facts.items[item].stock == 0 { refused.insert(item) }
        let now = PrefixTests.start.advanced(byDays: Double(generator.integer(in: 60...400)))
        var query = RecommendQuery(
          customer: facts.customers.index(of: "c\(generator.integer(in: 0...4))") ?? -1,
          basket: generator.oneIn(3) ? [] : [Int32(generator.integer(in: 0...count - 1))],
          count: count, channel: Int32(generator.integer(in: -1...0)),
          viewpoint: generator.oneIn(2) ? Viewpoint(now: now) : Viewpoint(asOf: now),
          repeats: repeats)
        var asked: [Int32: Int] = [:]
        let ranker = generator.oneIn(2) ? Ranker() : PrefixTests.ranker(&generator)
        query.isNarrowed = generator.oneIn(2)
        let hasCaps = generator.oneIn(3)
        if hasCaps { query.maximumPerCategory = generator.integer(in: 1...3) }
        if generator.oneIn(3) {
          query.include = [2, 9, 4].filter { _ in generator.oneIn(2) }
        }
        if generator.oneIn(3) {
          query.preference = {
            RecommendQuery.Preference(boost: Double($0 % 5 + 1) / 2, margin: $0 % 2 == 0 ? 1.3 : 1)
          }
        }
        if generator.oneIn(2) {
          query.mix = CandidateMix(id: "m", weights: [.accessory: 1.5, .upgrade: 2, .newItem: 1.2])
        }
        let all = index.recommend(query, facts: facts, ranker: ranker) {
          asked[$0, default: 0] += 1
          return refused.contains($0) ? "exclude" : nil
        }
        #expect(asked.values.allSatisfy { $0 == 1 }, "a rule is asked once an item, \(seed)")
        #expect(Set(all.slots.map(\.item)).count == all.slots.count, "\(seed)")
        #expect(!all.slots.contains { refused.contains($0.item) }, "\(seed)")
        let weighed = all.slots.filter { $0.source != .included }
        for (left, right) in zip(weighed, weighed.dropFirst()) {
          #expect(left.score >= right.score - 1e-12, "\(seed)")
        }
        for slot in all.slots {
          #expect(abs(slot.parts.sum - slot.score) < 1e-9, "the parts add up, \(seed)")
        }
        if let maximum = query.maximumPerCategory {
          let categories = all.slots.map { facts.items.marks[Int($0.item)].category }
          for category in Set(categories) where category >= 0 {
            #expect(categories.count { $0 == category } <= maximum, "\(seed)")
          }
        }
        if repeats == .mix, !hasCaps, query.viewpoint.horizon >= facts.orders.latest {
          let open = (0..<Int32(count)).filter {
            !refused.contains($0) && !query.basket.contains($0)
              && (facts.items.isDeclared[Int($0)] || index.baskets.count(of: $0) > 0)
          }
          #expect(Set(all.slots.map(\.item)) == Set(open), "as many as the rules allow, \(seed)")
        }
        #expect(!all.slots.isEmpty || !all.removed.isEmpty, "\(seed)")
        for size in [1, 2, 3, 7, 15] {
          query.count = size
          let few = index.recommend(query, facts: facts, ranker: ranker) {
            refused.contains($0) ? "exclude" : nil
          }
          #expect(few.slots == Array(all.slots.prefix(size)), "\(size), \(seed)")
        }
      }
    }
  }
}
