import Shop

/// Everything that Affinity keeps of the facts, fresh with each of them.
///
/// The owner calls one method per fact, after the fact was applied to the shop's tables.
package struct AffinityIndex: Sendable {
  package private(set) var baskets = BasketIndex()
  var rows = CoPurchaseRows()
  var trends = TrendBoards()

  package init() {}

  /// An order was added. O(lines), plus its cells in the rows that are in memory.
  package mutating func added(_ order: Int32, orders: OrderTable) {
    let items = baskets.add(
      order: order, lineItems: orders.lineItem[orders.lines(of: order)])
    rows.add(basket: items)
    for item in items { trends.add(item, of: order, in: orders, sign: 1) }
  }

  /// An order was cancelled.
  package mutating func cancelled(_ order: Int32, orders: OrderTable) {
    for item in Array(baskets.items(of: order)) { remove(item, from: order, orders) }
  }

  /// Units came back: items of which nothing is left leave the order's basket.
  package mutating func returned(_ order: Int32, orders: OrderTable) {
    for item in Array(baskets.items(of: order)) {
      let isLeft = orders.lines(of: order).contains { line in
        orders.lineItem[line] == item && orders.remainingQuantity(line: line) > 0
      }
      if !isLeft { remove(item, from: order, orders) }
    }
  }

  private mutating func remove(_ item: Int32, from order: Int32, _ orders: OrderTable) {
    guard baskets.remove(item, from: order) else { return }
    rows.remove(item, from: baskets.items(of: order))
    trends.add(item, of: order, in: orders, sign: -1)
  }

  /// The exact number of baskets that hold both items.
  package mutating func count(of item: Int32, with other: Int32) -> Int {
    if item == other { return baskets.count(of: item) }
    return Int(rows.row(of: item, in: baskets).count(with: other))
  }
}
