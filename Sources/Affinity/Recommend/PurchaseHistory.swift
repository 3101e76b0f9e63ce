import Shop

/// What a customer bought, weighted by how long ago in baskets: 1 / sqrt(1 + r) for the r-th
/// newest.
///
/// Counted in baskets and not in days, so that it fits a weekly and a yearly shopper alike. The
/// weights lie in the workspace (`Workspace.bought`) until it is cleared.
struct PurchaseHistory {
  /// Baskets beyond which the past is not read: a customer of more is a till or a wholesaler.
  static let maximumBasketCount = 1_000

  /// Distinct items with their weights, from the newest basket to the oldest.
  private(set) var items: [Ranked] = []

  init(
    of customer: Int32, viewpoint: Viewpoint, baskets: BasketIndex, orders: OrderTable,
    workspace: inout Workspace
  ) {
    guard customer >= 0 else { return }
    var rank = 0
    var order = orders.newest(of: customer)
    while order >= 0, rank < PurchaseHistory.maximumBasketCount {
      if viewpoint.sees(orders.time[Int(order)]) {
        let basket = baskets.items(of: order)
        if !basket.isEmpty {
          // For one item the sum always runs from the newest basket to the oldest.
          let weight = 1 / Double(1 + rank).squareRoot()
          for item in basket {
            if workspace.bought[Int(item)] == 0 { items.append(Ranked(item: item, score: 0)) }
            workspace.bought[Int(item)] += weight
          }
          rank += 1
        }
      }
      order = orders.olderOrder[Int(order)]
    }
    for index in items.indices {
      items[index].score = workspace.bought[Int(items[index].item)]
    }
  }

  var isEmpty: Bool { items.isEmpty }

  /// The items of the largest weights, the best first, ties by id. O(items).
  func heaviest(_ count: Int, names: NameTable) -> [Ranked] {
    var queue = RankedQueue(items, expected: count)
    var heaviest: [Ranked] = []
    heaviest.reserveCapacity(count)
    while heaviest.count < count, let next = queue.next(names) { heaviest.append(next) }
    return heaviest
  }
}
