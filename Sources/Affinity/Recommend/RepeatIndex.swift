import Shop

// How likely an item is bought again
// ----------------------------------
// For each item, over the baskets of known customers: L, the number of baskets that hold it, and D,
// the number of customers who ever bought it. L - D baskets were repeats, whatever the order in
// which they arrived, and (L - D) / L is the share of its sales that are. Coffee has a high one, a
// teapot a low one. The share is shrunken to the shop's own with 100 baskets, since for an item
// sold twice it says nothing.
//
// D needs to know whether a customer has the item in another basket. A count per (customer, item)
// in a hash table answers in one step and takes 30 bytes for each pair, the better part of the
// shop's memory; walking the customer's other baskets takes none and is as fast for the tens of
// baskets that customers have. Whoever has more than a thousand orders, whatever became of them, is
// a till or a wholesaler and left out: with the order that goes beyond, all of theirs are taken out
// again.

/// How often each item is bought again by the same customer.
struct RepeatIndex: Sendable {
  /// Baskets' worth of the shop's own share that each item starts with.
  static let priorBaskets = 100.0
  /// Orders beyond which a customer does not count.
  static let maximumOrderCount: Int32 = 1_000

  private var basketsOfItem = Column<Int64>()
  private var customersOfItem = Column<Int64>()
  private var ordersOfCustomer = Column<Int32>()
  /// False for every item between two calls.
  private var marks = FlagColumn()
  private var basketTotal: Int64 = 0
  private var customerTotal: Int64 = 0

  init() {}

  /// An order of a customer was added to the baskets. O(items of the customer's baskets).
  mutating func added(
    _ order: Int32, of customer: Int32, baskets: BasketIndex, orders: OrderTable
  ) {
    ordersOfCustomer.extend(to: Int(customer) + 1, with: 0)
    ordersOfCustomer[Int(customer)] += 1
    let count = ordersOfCustomer[Int(customer)]
    if count <= RepeatIndex.maximumOrderCount {
      take(order, baskets.items(of: order), sign: 1, customer, baskets, orders)
    } else if count == RepeatIndex.maximumOrderCount + 1 {
      leaveOut(customer, but: order, baskets, orders)
    }
  }

  /// Items left the basket of an order, which no longer holds them.
  mutating func removed(
    _ items: [Int32], from order: Int32, of customer: Int32, baskets: BasketIndex,
    orders: OrderTable
  ) {
    guard ordersOfCustomer[Int(customer)] <= RepeatIndex.maximumOrderCount else { return }
    let gone = Column(items)
    take(order, gone.run(0..<gone.count), sign: -1, customer, baskets, orders)
  }

  /// Counts items that an order's basket gained or lost. Marks them in a dense column while the
  /// customer's other baskets are walked, and takes each mark off that is met.
  private mutating func take(
    _ order: Int32, _ items: BasketItems, sign: Int64, _ customer: Int32, _ baskets: BasketIndex,
    _ orders: OrderTable
  ) {
    marks.extend(to: baskets.itemBound, with: false)
    for item in items { marks[Int(item)] = true }
    var missing = items.count
    var other = orders.newest(of: customer)
    while other >= 0, missing > 0 {
      // An order that the baskets do not have yet is one that will look for this one.
      if other != order, other < baskets.orderCount {
        for item in baskets.items(of: other) where marks[Int(item)] {
          marks[Int(item)] = false
          missing -= 1
        }
      }
      other = orders.olderOrder[Int(other)]
    }
    for item in items {
      count(item, sign: sign, isFirst: marks[Int(item)])
      marks[Int(item)] = false
    }
  }

  /// Takes all orders of a customer out, before they go from the baskets. O(their items).
  mutating func forget(_ customer: Int32, baskets: BasketIndex, orders: OrderTable) {
    guard Int(customer) < ordersOfCustomer.count else { return }
    if ordersOfCustomer[Int(customer)] <= RepeatIndex.maximumOrderCount {
      leaveOut(customer, but: nil, baskets, orders)
    }
    ordersOfCustomer[Int(customer)] = 0
  }

  private mutating func leaveOut(
    _ customer: Int32, but order: Int32?, _ baskets: BasketIndex, _ orders: OrderTable
  ) {
    var counted: [Int32: Int64] = [:]
    orders.forEachOrder(of: customer) { other in
      guard other != order, other < baskets.orderCount else { return true }
      for item in baskets.items(of: other) { counted[item, default: 0] += 1 }
      return true
    }
    for (item, baskets) in counted {
      for basket in 1...baskets { count(item, sign: -1, isFirst: basket == baskets) }
    }
  }

  private mutating func count(_ item: Int32, sign: Int64, isFirst: Bool) {
    basketsOfItem.extend(to: Int(item) + 1, with: 0)
    customersOfItem.extend(to: Int(item) + 1, with: 0)
    basketsOfItem[Int(item)] += sign
    basketTotal += sign
    if isFirst {
      customersOfItem[Int(item)] += sign
      customerTotal += sign
    }
  }

  /// The share of the shop's sales to known customers that are repeats, 0 to 1.
  var shopShare: Double {
    basketTotal == 0 ? 0 : Double(basketTotal - customerTotal) / Double(basketTotal)
  }

  /// The item's share of repeats, shrunken to the shop's, 0 to 1.
  func share(of item: Int32) -> Double {
    let known = Int(item) < basketsOfItem.count
    let baskets = known ? Double(basketsOfItem[Int(item)]) : 0
    let repeats =
      known ? Double(basketsOfItem[Int(item)] - customersOfItem[Int(item)]) : 0
    return (repeats + RepeatIndex.priorBaskets * shopShare) / (baskets + RepeatIndex.priorBaskets)
  }
}

// MARK: - Snapshot

extension RepeatIndex {
  func write(to sink: some ColumnSink) throws {
    try sink.put("repeats.baskets", basketsOfItem)
    try sink.put("repeats.customers", customersOfItem)
    try sink.put("repeats.orders", ordersOfCustomer)
    try sink.put("repeats.totals", Column([basketTotal, customerTotal]))
  }

  init(from source: some ColumnSource) throws(SnapshotProblem) {
    basketsOfItem = try source.column("repeats.baskets")
    customersOfItem = try source.column("repeats.customers", count: basketsOfItem.count)
    ordersOfCustomer = try source.column("repeats.orders")
    let totals: Column<Int64> = try source.column("repeats.totals", count: 2)
    basketTotal = totals[0]
    customerTotal = totals[1]
  }
}
