import Affinity
import Shop
import TestSupport
import Testing

/// Why a slot is shown: the items of the basket that say most of it, of all that were asked.
@Suite struct ReasonTests {
  private static let start = Instant(milliseconds: 1_700_000_000_000)

  @Test func reasonsAreTheStrongestOfAllSources() throws {
    try forEachSeed(20) { seed, generator in
      var facts = ShopFacts()
      var index = AffinityIndex()
      let itemCount = generator.integer(in: 10...60)
      for number in 0..<250 {
        let order = facts.apply(
          OrderDraft(
            id: "o\(number)", customer: nil,
            time: ReasonTests.start.advanced(byDays: Double(number)),
            lines: (0..<generator.integer(in: 1...9)).map { _ in
              OrderDraft.Line(
                item: "i\(generator.integer(in: 0...itemCount))", quantity: 1, unitPrice: 1)
            }))
        index.added(order, orders: facts.orders)
      }
      // Up to forty sources, more than there are marks for them.
      let basket = Set(
        (0..<generator.integer(in: 1...40)).map { _ in
          Int32(generator.integer(in: 0...facts.items.count - 1))
        })
      var query = RecommendQuery(
        customer: -1, basket: Array(basket), count: 20,
        viewpoint: Viewpoint(now: ReasonTests.start.advanced(byDays: 300)))
      query.voices = [.coPurchase]
      let answer = index.recommend(query, facts: facts, ranker: Ranker()) { _ in nil }
      var reasonCount = 0
      for slot in answer.slots where slot.source == .coPurchase {
        let voices = basket.map {
          (item: $0, strength: index.evidence(of: $0).strength(of: slot.item))
        }
        .filter { $0.strength > 0 }
        .sorted {
          $0.strength != $1.strength
            ? $0.strength > $1.strength : facts.items.names.precedes($0.item, $1.item)
        }
        #expect(slot.because == voices.prefix(3).map(\.item), "\(seed)")
        reasonCount += slot.because.count
      }
      #expect(reasonCount > 0, "\(seed)")
    }
  }
}
