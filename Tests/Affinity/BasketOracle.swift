import Affinity
import Shop
import TestSupport

/// The shop recounted from the standing orders, by brute force: every pair of every basket.
struct BasketOracle {
  var baskets: [(order: Int32, customer: Int32, items: Set<Int32>)] = []

  init(_ facts: ShopFacts, upTo horizon: Instant = .latest) {
    let orders = facts.orders
    for order in 0..<Int32(orders.count) where orders.time[Int(order)] <= horizon {
      if orders.isCancelled[Int(order)] { continue }
      let items = orders.lines(of: order).filter { orders.remainingQuantity(line: $0) > 0 }
        .map { orders.lineItem[$0] }
      if items.isEmpty { continue }
      baskets.append(
        (order: order, customer: orders.customer[Int(order)], items: Set(items)))
    }
  }

  func weight(_ items: Set<Int32>) -> Int64 { Int64(16_384 / (items.count + 10)) }

  func count(_ item: Int32) -> Int { baskets.count { $0.items.contains(item) } }

  func count(_ item: Int32, _ other: Int32) -> Int {
    baskets.count { $0.items.contains(item) && $0.items.contains(other) }
  }

  func weight(_ item: Int32) -> Int64 {
    baskets.filter { $0.items.contains(item) }.reduce(0) { $0 + weight($1.items) }
  }

  func weight(_ item: Int32, _ other: Int32) -> Int64 {
    baskets.filter { $0.items.contains(item) && $0.items.contains(other) }
      .reduce(0) { $0 + weight($1.items) }
  }

  /// K of the formula: what `item` says of `other`, over all items.
  func strength(_ item: Int32, _ other: Int32, itemCount: Int) -> Double {
    func jaccard(_ other: Int32) -> Double {
      let shared = weight(item, other)
      guard item != other, count(item, other) >= 2, shared * 16 >= weight(item) else { return 0 }
      return Double(shared) / Double(weight(item) + weight(other) - shared)
    }
    let squares = (0..<Int32(itemCount)).reduce(0.0) { $0 + jaccard($1) * jaccard($1) }
    return squares == 0 ? 0 : jaccard(other) * jaccard(other) / squares.squareRoot()
  }

  /// The customer's history: 1 / sqrt(1 + r) summed over the baskets that hold the item.
  func history(of customer: Int32, facts: ShopFacts) -> [Int32: Double] {
    let own = baskets.filter { $0.customer == customer && customer >= 0 }
      .sorted { facts.orders.isBefore($1.order, $0.order) }
    var history: [Int32: Double] = [:]
    for (rank, basket) in own.enumerated() {
      for item in basket.items { history[item, default: 0] += 1 / Double(1 + rank).squareRoot() }
    }
    return history
  }

  /// How often the item is bought again, shrunken to the shop's share with 100 baskets.
  func repeatShare(_ item: Int32) -> Double {
    let named = baskets.filter { $0.customer >= 0 }
    var lines: [Int32: Double] = [:]
    var buyers: [Int32: Set<Int32>] = [:]
    for basket in named {
      for item in basket.items {
        lines[item, default: 0] += 1
        buyers[item, default: []].insert(basket.customer)
      }
    }
    let lineSum = lines.values.reduce(0, +)
    let buyerSum = Double(buyers.values.reduce(0) { $0 + $1.count })
    let shop = lineSum == 0 ? 0 : (lineSum - buyerSum) / lineSum
    let own = lines[item] ?? 0
    return (own - Double(buyers[item]?.count ?? 0) + 100 * shop) / (own + 100)
  }
}
