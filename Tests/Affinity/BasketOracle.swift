import Affinity
import Foundation
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

  /// What similar customers bought, by `SimilarCustomers`' formula, over all customers.
  func similar(
    to sources: [Int32: Double], but customer: Int32, facts: ShopFacts
  ) -> [Int32: Double] {
    let others = Set(baskets.map(\.customer)).subtracting([-1, customer])
    var likeness: [Int32: Double] = [:]
    for other in others {
      let own = baskets.filter { $0.customer == other }
      var sum: Int64 = 0
      for basket in own {
        for (source, weight) in sources where basket.items.contains(source) {
          let idf = log2(1 + Double(baskets.count) / Double(count(source)))
          sum += Int64((weight * idf * 1_024).rounded(.down))
        }
      }
      let lines = own.reduce(0) { $0 + $1.items.count }
      if sum > 0 { likeness[other] = Double(sum) / Double(lines + 1).squareRoot() }
    }
    guard let best = likeness.values.max() else { return [:] }
    var amounts: [Int32: Double] = [:]
    var total = 0.0
    for (other, value) in likeness {
      let amount = (value / best * 1_024).rounded(.down)
      total += amount
      let own = baskets.filter { $0.customer == other }
        .sorted { facts.orders.isBefore($1.order, $0.order) }
      for (rank, basket) in own.prefix(10).enumerated() {
        let recency = (1_024 / Double(1 + rank).squareRoot() + 0.5).rounded(.down)
        for item in basket.items { amounts[item, default: 0] += amount * recency }
      }
    }
    return amounts.mapValues { $0 / total / 1_024 }
  }
}
