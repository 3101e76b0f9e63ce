import Foundation
import Affinity
import Shop
import TestSupport
import Testing

@Suite struct RankingTests {
  @Test func queueEqualsAFullSort() throws {
    try forEachSeed(30) { seed, generator in
      var names = NameTable()
      let candidates = (0..<generator.integer(in: 0...400)).map { number in
        Ranked(
          item: names.intern("i\(generator.integer(in: 0...9))-\(number)"),
          score: Double(generator.integer(in: 0...6)))
      }
      let sorted = candidates.sorted {
        $0.score != $1.score ? $0.score > $1.score : names.precedes($0.item, $1.item)
      }
      var queue = RankedQueue(candidates, expected: generator.integer(in: 1...30))
      var taken: [Ranked] = []
      while let next = queue.next(names) { taken.append(next) }
      #expect(taken == sorted, "\(seed)")
    }
  }

  @Test func rulesBindEverySourceAndTheListIsFilled() {
    var facts = ShopFacts()
    var index = AffinityIndex()
    for number in 0..<6 {
      let order = facts.apply(
        OrderDraft(
          id: "o\(number)", customer: "c", time: Instant(milliseconds: Int64(number) * 1_000),
          lines: ["a", "b", number % 2 == 0 ? "x" : "y"].map {
            OrderDraft.Line(item: $0, quantity: 1, unitPrice: 1)
          }))
      index.added(order, orders: facts.orders)
    }
    for name in ["n1", "n2", "n3"] { facts.items.apply(ItemPatch(id: name)) }
    let a = facts.items.index(of: "a") ?? -1
    let b = facts.items.index(of: "b") ?? -1
    let query = RecommendQuery(
      customer: -1, basket: [a], count: 5, viewpoint: Viewpoint(now: Instant(milliseconds: 9_000)))
    let all = index.recommend(query, facts: facts, ranker: Ranker()) { _ in nil }
    #expect(all.slots.map { facts.items.names[$0.item] } == ["b", "y", "x", "n1", "n2"])
    #expect(
      all.slots.map(\.source) == [.coPurchase, .coPurchase, .coPurchase, .catalogue, .catalogue])
    #expect(all.slots[0].because == [a])
    let without = index.recommend(query, facts: facts, ranker: Ranker()) {
      $0 == b ? "exclude" : nil
    }
    #expect(!without.slots.contains { $0.item == b })
    #expect(without.removed.map(\.rule) == ["exclude"])
    #expect(without.slots.count == 5)
    let none = index.recommend(query, facts: facts, ranker: Ranker()) { _ in "stock" }
    #expect(none.slots.isEmpty)
    #expect(none.removed.map(\.count) == [6 + 0])
  }

  @Test(.enabled(if: SharedData.isPresent)) func groceriesPairsEqualTheGoldenFile() throws {
    var facts = ShopFacts()
    var index = AffinityIndex()
    for (number, line) in try SharedData.lines(of: "groceries/baskets.ndjson.gz").enumerated() {
      guard let list = line.range(of: "\"items\":[\""), !line.isEmpty else { continue }
      let names = line[list.upperBound...].dropLast(3).components(separatedBy: "\",\"")
      let order = facts.apply(
        OrderDraft(
          id: "b\(number)", customer: nil, time: Instant(milliseconds: Int64(number)),
          lines: names.map { OrderDraft.Line(item: $0, quantity: 1, unitPrice: 1) }))
      index.added(order, orders: facts.orders)
    }
    #expect(index.baskets.basketCount == 9_835)
    let golden = try SharedData.table(of: "groceries/pair_rules.csv.gz")
    #expect(golden.records.count == 19_272)
    var wrong = 0
    for row in golden.records {
      let item = try #require(facts.items.index(of: row[0]))
      let other = try #require(facts.items.index(of: row[1]))
      if index.count(of: item, with: other) != Int(row[2]) { wrong += 1 }
    }
    #expect(wrong == 0)
  }
}
