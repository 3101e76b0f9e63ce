import Affinity
import Shop
import TestSupport
import Testing

/// Counts, rows and answers after any sequence of orders, cancellations and returns equal a recount
/// by brute force; late and out-of-order arrival gives the same.
@Suite struct RecommendOracleTests {
  private static let start = Instant(milliseconds: 1_700_000_000_000)

  /// A shop under random writes, with the index told of each.
  private struct World {
    var facts = ShopFacts()
    var index = AffinityIndex()

    mutating func put(_ draft: OrderDraft) {
      let order = facts.apply(draft)
      index.added(order, orders: facts.orders)
    }

    mutating func step(_ number: Int, _ generator: inout SeededGenerator) throws {
      let standing = (0..<Int32(facts.orders.count)).filter { facts.orders.stands($0) }
      switch generator.integer(in: 0...9) {
      case 0 where !standing.isEmpty:
        let order = standing[generator.integer(in: 0...standing.count - 1)]
        facts.applyCancel(order)
        index.cancelled(order, orders: facts.orders)
      case 1,
        2 where !standing.isEmpty:
        guard let order = standing.randomElement(using: &generator) else { return }
        let line = facts.orders.lines(of: order).filter {
          facts.orders.remainingQuantity(line: $0) > 0
        }.randomElement(using: &generator)
        guard let line else { return }
        facts.applyReturn([
          (line: line, quantity: facts.orders.remainingQuantity(line: line))
        ])
        index.returned(order, orders: facts.orders)
      case 3:
        // Rows asked for now are kept up by addition; the others are built when they are asked for.
        guard facts.items.count > 0 else { return }
        let item = Int32(generator.integer(in: 0...facts.items.count - 1))
        _ = index.row(of: item)
        _ = index.evidence(of: item)
      default: put(RecommendOracleTests.draft(number, &generator))
      }
    }
  }

  private static func draft(_ number: Int, _ generator: inout SeededGenerator) -> OrderDraft {
    let size = generator.oneIn(40) ? 70 : generator.integer(in: 1...6)
    let bound = size > 6 ? 80 : 9
    return OrderDraft(
      id: "o\(number)",
      customer: generator.oneIn(4) ? nil : "c\(generator.integer(in: 0...3))",
      time: start.advanced(byMilliseconds: Int64(generator.integer(in: 0...100)) * 86_400_000),
      channel: generator.oneIn(2) ? "store" : nil,
      lines: (0..<size).map { _ in
        OrderDraft.Line(
          item: "i\(generator.integer(in: 0...bound))", quantity: 2, unitPrice: 100)
      })
  }

  @Test func countsAndEvidenceEqualARecount() throws {
    try forEachSeed(12) { seed, generator in
      var world = World()
      for number in 0..<90 {
        try world.step(number, &generator)
        // Rows that lie by while orders come and go are mended, not counted anew.
        for _ in 0..<3 {
          let item = generator.integer(in: 0...max(0, world.facts.items.count - 1))
          if world.facts.items.count > 0 { _ = world.index.evidence(of: Int32(item)) }
        }
        guard number % 15 == 14 else { continue }
        let oracle = BasketOracle(world.facts)
        let items = Int32(min(12, world.facts.items.count))
        #expect(world.index.baskets.basketCount == oracle.baskets.count, "\(seed)")
        for item in 0..<items {
          #expect(world.index.baskets.count(of: item) == oracle.count(item), "\(seed)")
          let row = world.index.row(of: item)
          let evidence = world.index.evidence(of: item)
          for other in 0..<items where other != item {
            #expect(Int(row.count(with: other)) == oracle.count(item, other), "\(seed)")
            if let place = row.neighbours.firstIndex(of: other) {
              #expect(row.weights[place] == oracle.weight(item, other), "\(seed)")
            }
            let strength = oracle.strength(item, other, itemCount: world.facts.items.count)
            #expect(abs(evidence.strength(of: other) - strength) < 1e-12, "\(seed)")
          }
        }
      }
    }
  }

  @Test func answersEqualTheFormula() throws {
    try forEachSeed(10) { seed, generator in
      var world = World()
      for number in 0..<60 { try world.step(number, &generator) }
      let oracle = BasketOracle(world.facts)
      let customer = world.facts.customers.index(of: "c\(generator.integer(in: 0...3))") ?? -1
      let count = world.facts.items.count
      let basket = Array(Set((0..<2).map { _ in Int32(generator.integer(in: 0...count - 1)) }))
      let query = RecommendQuery(
        customer: customer, basket: basket, count: count,
        viewpoint: Viewpoint(now: RecommendOracleTests.start.advanced(byDays: 900)))
      let answer = world.index.recommend(query, facts: world.facts, ranker: Ranker()) { _ in nil }
      let scores = expected(oracle, customer: customer, basket: basket, facts: world.facts)
      // No basket is recent 900 days on, so popularity is the share of all baskets.
      for slot in answer.slots {
        #expect(abs(slot.score - (scores[slot.item] ?? 0)) < 1e-9, "\(seed)")
        #expect(abs(slot.parts.sum - slot.score) < 1e-9, "\(seed)")
      }
      let shown = Set(answer.slots.map(\.item))
      for (item, score) in scores where score > 0 { #expect(shown.contains(item), "\(seed)") }
      for (left, right) in zip(answer.slots, answer.slots.dropFirst()) {
        let isTie = abs(left.score - right.score) < 1e-12
        #expect(left.score >= right.score || isTie, "\(seed)")
      }
      var few = query
      few.count = 3
      let prefix = world.index.recommend(few, facts: world.facts, ranker: Ranker()) { _ in nil }
      #expect(prefix.slots.map(\.item) == answer.slots.prefix(3).map(\.item), "\(seed)")
    }
  }

  private func expected(
    _ oracle: BasketOracle, customer: Int32, basket: [Int32], facts: ShopFacts
  ) -> [Int32: Double] {
    let count = facts.items.count
    let known = basket.filter { oracle.count($0) > 0 }
    let history = oracle.history(of: customer, facts: facts)
    let names = facts.items.names
    let heaviest = history.sorted { left, right in
      left.value != right.value
        ? left.value > right.value : names.precedes(left.key, right.key)
    }.prefix(64).filter { !basket.contains($0.key) }
    var sources = Dictionary(uniqueKeysWithValues: known.map { ($0, 1.0) })
    for (source, weight) in heaviest { sources[source] = weight }
    let similar = oracle.similar(to: sources, but: customer, facts: facts)
    var scores: [Int32: Double] = [:]
    for item in 0..<Int32(count) where !basket.contains(item) {
      var score = 0.0
      for source in known {
        score +=
          50 / Double(known.count).squareRoot()
          * oracle.strength(source, item, itemCount: count)
      }
      for (source, weight) in heaviest.prefix(20) {
        score += 0.05 * weight * oracle.strength(source, item, itemCount: count)
      }
      score += oracle.repeatShare(item) * (history[item] ?? 0)
      score += 0.5 * (similar[item] ?? 0)
      score += 2 * Double(oracle.count(item)) / Double(max(1, oracle.baskets.count))
      scores[item] = score
    }
    return scores
  }

  @Test func orderOfArrivalDoesNotShow() throws {
    try forEachSeed(8) { seed, generator in
      var drafts = (0..<40).map { RecommendOracleTests.draft($0, &generator) }
      func answers(_ drafts: [OrderDraft]) -> [[String]] {
        var world = World()
        for draft in drafts { world.put(draft) }
        return ["i0", "i3", "i7"].map { name in
          let basket = world.facts.items.index(of: name).map { [$0] } ?? []
          let query = RecommendQuery(
            customer: world.facts.customers.index(of: "c1") ?? -1, basket: basket, count: 20,
            viewpoint: Viewpoint(now: RecommendOracleTests.start.advanced(byDays: 100)))
          return world.index.recommend(query, facts: world.facts, ranker: Ranker()) { _ in nil }
            .slots.map {
              "\(world.facts.items.names[$0.item]) \($0.score) \($0.source)"
            }
        }
      }
      let inOrder = answers(drafts)
      drafts.shuffle(using: &generator)
      #expect(answers(drafts) == inOrder, "\(seed)")
    }
  }

  @Test func asOfAMomentIsAShopThatEndsThere() throws {
    try forEachSeed(8) { seed, generator in
      let drafts = (0..<50).map { RecommendOracleTests.draft($0, &generator) }
      let moment = RecommendOracleTests.start.advanced(byDays: 50)
      var whole = World()
      var past = World()
      // The same ids in the same order, so that the numbers behind the names agree.
      for draft in drafts where draft.time <= moment { past.put(draft) }
      for draft in drafts where draft.time <= moment { whole.put(draft) }
      for draft in drafts where draft.time > moment { whole.put(draft) }
      let basket = Array(0..<Int32(min(2, past.facts.items.count)))
      let query = RecommendQuery(
        customer: past.facts.customers.index(of: "c2") ?? -1, basket: basket, count: 5,
        viewpoint: Viewpoint(asOf: moment))
      func text(_ world: inout World) -> [String] {
        world.index.recommend(query, facts: world.facts, ranker: Ranker()) { _ in nil }.slots.map {
          "\(world.facts.items.names[$0.item]) \($0.score)"
        }
      }
      let seen = text(&whole)
      #expect(seen == text(&past), "\(seed)")
    }
  }
}
