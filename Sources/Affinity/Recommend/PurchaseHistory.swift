import Shop

/// What a customer bought, weighted by how long ago in baskets: 1 / sqrt(1 + r) for the r-th newest.
///
/// Counted in baskets and not in days, so that it fits a weekly and a yearly shopper alike.
struct PurchaseHistory {
  /// Baskets beyond which the past is not read: a customer of more is a till or a wholesaler.
  static let maximumBasketCount = 1_000

  /// Distinct items with their weights, ascending by item index.
  private(set) var items: [Ranked] = []

  init(of customer: Int32, viewpoint: Viewpoint, baskets: BasketIndex, orders: OrderTable) {
    guard customer >= 0 else { return }
    var bought: [Ranked] = []
    var rank = 0
    orders.forEachOrder(of: customer) { order in
      guard viewpoint.sees(orders.time[Int(order)]) else { return true }
      let basket = baskets.items(of: order)
      guard !basket.isEmpty else { return true }
      let weight = 1 / Double(1 + rank).squareRoot()
      for item in basket { bought.append(Ranked(item: item, score: weight)) }
      rank += 1
      return rank < PurchaseHistory.maximumBasketCount
    }
    // A stable order of summation: by item, and for one item from the newest basket to the oldest, where weights fall.
    bought.sort { $0.item != $1.item ? $0.item < $1.item : $0.score > $1.score }
    for entry in bought {
      if let last = items.last, last.item == entry.item {
        items[items.count - 1].score += entry.score
      } else {
        items.append(entry)
      }
    }
  }

  var isEmpty: Bool { items.isEmpty }

  /// The weight of an item, 0 for what was never bought. O(log items).
  func weight(of item: Int32) -> Double {
    var low = 0
    var high = items.count
    while low < high {
      let middle = (low + high) / 2
      if items[middle].item < item { low = middle + 1 } else { high = middle }
    }
    return low < items.count && items[low].item == item ? items[low].score : 0
  }

  /// The items of the largest weights, the best first, ties by id.
  func heaviest(_ count: Int, names: NameTable) -> [Ranked] {
    Array(items.sorted { RankedQueue.precedes($0, $1, names) }.prefix(count))
  }
}
