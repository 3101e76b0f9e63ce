import Shop

/// How much of what some customers bought is of each item and of its narrowest category.
///
/// Of a bundle it is the mean over its items of (b + c) / 2: b the share of their baskets that hold
/// the item, c the share of the lines of those that are of its category.
struct BundlePreference {
  /// (b + c) / 2 by item.
  private var shares: [Double] = []
  /// Whether the customers bought anything: without, nothing can be ranked by it.
  private(set) var isKnown = false

  /// O(customers + their lines + items).
  init(of audience: [Bool], seen: SeenBaskets, items: ItemTable) {
    var ofItem = [Int](repeating: 0, count: items.count)
    var basketCount = 0
    var lineCount = 0
    for (customer, isIn) in audience.enumerated() where isIn {
      seen.orders.forEachOrder(of: Int32(customer)) { order in
        guard seen.orders.time[Int(order)] <= seen.horizon else { return true }
        let basket = seen.baskets.items(of: order)
        if basket.isEmpty { return true }
        basketCount += 1
        lineCount += basket.count
        for item in basket { ofItem[Int(item)] += 1 }
        return true
      }
    }
    if basketCount == 0 { return }
    isKnown = true
    var ofCategory: [String: Int] = [:]
    for (item, count) in ofItem.enumerated() where count > 0 {
      guard let category = items.items[item].category?.last else { continue }
      ofCategory[category, default: 0] += count
    }
    shares = ofItem.indices.map { item in
      let own = Double(ofItem[item]) / Double(basketCount)
      let category = items.items[item].category?.last.flatMap { ofCategory[$0] } ?? 0
      return (own + Double(category) / Double(lineCount)) / 2
    }
  }

  func share(of bundle: [Int32]) -> Double {
    guard isKnown else { return 0 }
    return bundle.reduce(0) { $0 + shares[Int($1)] } / Double(bundle.count)
  }
}

/// The baskets that stand, as far as a viewpoint sees them.
struct SeenBaskets {
  let baskets: BasketIndex
  let orders: OrderTable
  let horizon: Instant

  /// Hands over every basket that is seen and holds something. O(orders).
  func forEach(_ body: (BasketItems) -> Void) {
    for order in 0..<Int32(baskets.orderCount) where orders.time[Int(order)] <= horizon {
      let basket = baskets.items(of: order)
      if !basket.isEmpty { body(basket) }
    }
  }

  /// Hands over every basket that is seen and holds the item. O(baskets of the item).
  func forEach(of item: Int32, _ body: (BasketItems) -> Void) {
    baskets.forEachBasket(of: item) { order in
      if orders.time[Int(order)] <= horizon { body(baskets.items(of: order)) }
    }
  }
}
