import Shop

/// The transactions of a shop, gone through one by one or by an item.
///
/// A customer's transaction is as old as the newest basket in it. Orders without a customer are in
/// no history. Held for one question: the index must not change meanwhile.
struct Transactions {
  let level: SimilarityLevel
  let baskets: BasketIndex
  let orders: OrderTable

  /// Hands every transaction's distinct items and moment to `body`; none is empty. O(lines).
  func forEach(_ scratch: inout HistoryScratch, _ body: (HistoryItems, Instant) -> Void) {
    switch level {
    case .baskets:
      for order in 0..<Int32(baskets.orderCount) {
        let items = baskets.items(of: order)
        if !items.isEmpty { body(.basket(items), orders.time[Int(order)]) }
      }
    case .customers:
      for customer in 0..<Int32(orders.newestOrder.count) {
        scratch.collect(customer, self)
        if !scratch.items.isEmpty { body(.history(scratch.items), scratch.newest) }
      }
    }
  }

  /// The same for those that hold the item. O(lines of those).
  func forEach(
    holding item: Int32, _ scratch: inout HistoryScratch,
    _ body: (HistoryItems, Instant) -> Void
  ) {
    switch level {
    case .baskets:
      baskets.forEachBasket(of: item) { order in
        body(.basket(baskets.items(of: order)), orders.time[Int(order)])
      }
    case .customers:
      var buyers: [Int32] = []
      scratch.beginCustomers(orders.newestOrder.count)
      baskets.forEachBasket(of: item) { order in
        let customer = orders.customer[Int(order)]
        if customer >= 0, scratch.isNew(customer: customer) { buyers.append(customer) }
      }
      for customer in buyers {
        scratch.collect(customer, self)
        body(.history(scratch.items), scratch.newest)
      }
    }
  }
}

/// The distinct items of a transaction.
enum HistoryItems {
  case basket(BasketItems)
  case history([Int32])

  var count: Int {
    switch self {
    case .basket(let items): items.count
    case .history(let items): items.count
    }
  }

  @inline(__always) func forEach(_ body: (Int32) -> Void) {
    switch self {
    case .basket(let items): for item in items { body(item) }
    case .history(let items): for item in items { body(item) }
    }
  }
}

/// What it takes to see a customer's distinct items: marks that a number of its own tells apart,
/// so that nothing has to be cleared.
struct HistoryScratch: Sendable {
  /// The distinct items of the customer that was collected last.
  private(set) var items: [Int32] = []
  /// The moment of their newest basket.
  private(set) var newest = Instant.earliest

  private var itemMarks: [UInt32] = []
  private var itemMark: UInt32 = 0
  private var customerMarks: [UInt32] = []
  private var customerMark: UInt32 = 0

  mutating func collect(_ customer: Int32, _ transactions: Transactions) {
    items.removeAll(keepingCapacity: true)
    newest = .earliest
    HistoryScratch.renew(&itemMarks, &itemMark, count: transactions.baskets.itemBound)
    let orders = transactions.orders
    var order = orders.newest(of: customer)
    while order >= 0 {
      let basket = transactions.baskets.items(of: order)
      if !basket.isEmpty { newest = max(newest, orders.time[Int(order)]) }
      for item in basket where itemMarks[Int(item)] != itemMark {
        itemMarks[Int(item)] = itemMark
        items.append(item)
      }
      order = orders.olderOrder[Int(order)]
    }
  }

  /// Starts a set of customers.
  mutating func beginCustomers(_ count: Int) {
    HistoryScratch.renew(&customerMarks, &customerMark, count: count)
  }

  /// Whether the customer comes for the first time in the set.
  mutating func isNew(customer: Int32) -> Bool {
    if customerMarks[Int(customer)] == customerMark { return false }
    customerMarks[Int(customer)] = customerMark
    return true
  }

  private static func renew(_ marks: inout [UInt32], _ mark: inout UInt32, count: Int) {
    if marks.count < count {
      marks.append(contentsOf: repeatElement(0, count: count - marks.count))
    }
    if mark == .max {
      for index in marks.indices { marks[index] = 0 }
      mark = 0
    }
    mark += 1
  }
}
