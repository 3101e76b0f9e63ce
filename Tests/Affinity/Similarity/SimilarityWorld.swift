import Affinity
import Shop
import TestSupport

/// A shop under random writes, with the index told of each.
struct SimilarityWorld {
  static let start = Instant(milliseconds: 1_700_000_000_000)

  var facts = ShopFacts()
  var index = AffinityIndex()

  mutating func put(
    _ id: String, _ customer: String? = nil, day: Int = 0, _ items: [String]
  ) {
    let order = facts.apply(
      OrderDraft(
        id: id, customer: customer,
        time: SimilarityWorld.start.advanced(byDays: Double(day)),
        lines: items.map { OrderDraft.Line(item: $0, quantity: 2, unitPrice: 100) }))
    index.added(order, orders: facts.orders)
  }

  /// One order, cancellation or return.
  mutating func step(_ number: Int, itemCount: Int, _ generator: inout SeededGenerator) {
    let standing = (0..<Int32(facts.orders.count)).filter { facts.orders.stands($0) }
    let order = standing.randomElement(using: &generator)
    switch generator.integer(in: 0...9) {
    case 0:
      guard let order else { return }
      facts.applyCancel(order)
      index.cancelled(order, orders: facts.orders)
    case 1, 2:
      guard let order else { return }
      let line = facts.orders.lines(of: order).filter {
        facts.orders.remainingQuantity(line: $0) > 0
      }.randomElement(using: &generator)
      guard let line else { return }
      facts.applyReturn([(line: line, quantity: facts.orders.remainingQuantity(line: line))])
      index.returned(order, orders: facts.orders)
    default:
      let size = generator.oneIn(12) ? itemCount : generator.integer(in: 1...5)
      put(
        "o\(number)", generator.oneIn(4) ? nil : "c\(generator.integer(in: 0...5))",
        day: generator.integer(in: 0...100),
        (0..<size).map { _ in "i\(generator.integer(in: 0...itemCount - 1))" })
    }
  }

  func item(_ name: String) -> Int32 { facts.items.index(of: name) ?? -1 }

  /// The names and scores of an answer.
  mutating func nearest(_ query: SimilarQuery) -> [(name: String, score: Double)] {
    index.similar(query, facts: facts) { _ in nil }.items.map {
      (name: facts.items.names[$0.item], score: $0.score)
    }
  }
}
