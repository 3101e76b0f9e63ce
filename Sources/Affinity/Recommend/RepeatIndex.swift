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
//
// The rhythm of an item is the mean time between two purchases of it by the same customer. Per
// customer these times add up to the newest purchase less the oldest, so a sum per item of that
// span is all that is kept, and L - D is the number of gaps that it is made of.

/// How often each item is bought again by the same customer.
struct RepeatIndex: Sendable {
  /// Baskets' worth of the shop's own share that each item starts with.
  static let priorBaskets = 100.0
  /// Gaps' worth of the shop's own rhythm that each item starts with.
  static let priorGaps = 10.0
  /// Orders beyond which a customer does not count.
  static let maximumOrderCount: Int32 = 1_000

  private var basketsOfItem = Column<Int64>()
  private var customersOfItem = Column<Int64>()
  /// Sum over customers of the time from their oldest purchase of it to the newest, milliseconds.
  private var spanOfItem = Column<Int64>()
  private var ordersOfCustomer = Column<Int32>()
  /// Distinct items of the customer's baskets, summed over the baskets.
  private var linesOfCustomer = Column<Int32>()
  /// Per item, its place in the basket at hand plus one; zero for every item between two calls.
  private var places: [Int32] = []
  private var spanTotal: Int64 = 0
  private var basketTotal: Int64 = 0
  private var customerTotal: Int64 = 0

  init() {}

  /// An order of a customer was added to the baskets. O(items of the customer's baskets).
  mutating func added(
    _ order: Int32, of customer: Int32, baskets: BasketIndex, orders: OrderTable
  ) {
    ordersOfCustomer.extend(to: Int(customer) + 1, with: 0)
    linesOfCustomer.extend(to: Int(customer) + 1, with: 0)
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

  /// What the customer's other baskets say of an item of the basket at hand.
  private struct Others {
    var newest: Instant?
    var oldest: Instant?
  }

  /// Counts items that an order's basket gained or lost. Notes their places in a dense array while
  /// the customer's other baskets are walked, from the newest on, and stops when no older one can
  /// change what is known of any of them: at once for an order that is the newest.
  private mutating func take(
    _ order: Int32, _ items: BasketItems, sign: Int64, _ customer: Int32, _ baskets: BasketIndex,
    _ orders: OrderTable
  ) {
    if places.count < baskets.itemBound {
      places.append(contentsOf: repeatElement(0, count: baskets.itemBound - places.count))
    }
    let time = orders.time[Int(order)]
    var others = [Others](repeating: Others(), count: items.count)
    for (place, item) in items.enumerated() { places[Int(item)] = Int32(place) + 1 }
    var open = items.count
    var other = orders.newest(of: customer)
    while other >= 0, open > 0 {
      // An order that the baskets do not have yet is one that will look for this one.
      if other != order, other < baskets.orderCount {
        let seen = orders.time[Int(other)]
        for item in baskets.items(of: other) where places[Int(item)] > 0 {
          let place = Int(places[Int(item)]) - 1
          if others[place].newest == nil {
            others[place].newest = seen
            if seen <= time { open -= 1 }
          }
          others[place].oldest = seen
        }
      }
      other = orders.olderOrder[Int(other)]
    }
    for (place, item) in items.enumerated() {
      places[Int(item)] = 0
      var span: Int64 = 0
      if let newest = others[place].newest, let oldest = others[place].oldest {
        let ahead = max(0, time.milliseconds - newest.milliseconds)
        span = ahead > 0 ? ahead : max(0, oldest.milliseconds - time.milliseconds)
      }
      count(item, sign: sign, isFirst: others[place].newest == nil, span: sign * span)
    }
    linesOfCustomer[Int(customer)] += Int32(sign) * Int32(items.count)
  }

  /// Takes all orders of a customer out, before they go from the baskets. O(their items).
  mutating func forget(_ customer: Int32, baskets: BasketIndex, orders: OrderTable) {
    guard Int(customer) < ordersOfCustomer.count else { return }
    if ordersOfCustomer[Int(customer)] <= RepeatIndex.maximumOrderCount {
      leaveOut(customer, but: nil, baskets, orders)
    }
    ordersOfCustomer[Int(customer)] = 0
    linesOfCustomer[Int(customer)] = 0
  }

  /// Counts all orders of a customer of whom nothing is counted. O(their items).
  mutating func learn(_ customer: Int32, baskets: BasketIndex, orders: OrderTable) {
    ordersOfCustomer.extend(to: Int(customer) + 1, with: 0)
    linesOfCustomer.extend(to: Int(customer) + 1, with: 0)
    orders.forEachOrder(of: customer) { order in
      if order < baskets.orderCount { ordersOfCustomer[Int(customer)] += 1 }
      return true
    }
    if ordersOfCustomer[Int(customer)] > RepeatIndex.maximumOrderCount { return }
    count(allOf: customer, sign: 1, but: nil, baskets, orders)
  }

  private mutating func leaveOut(
    _ customer: Int32, but order: Int32?, _ baskets: BasketIndex, _ orders: OrderTable
  ) {
    count(allOf: customer, sign: -1, but: order, baskets, orders)
    linesOfCustomer[Int(customer)] = 0
  }

  private mutating func count(
    allOf customer: Int32, sign: Int64, but order: Int32?, _ baskets: BasketIndex,
    _ orders: OrderTable
  ) {
    var lines: Int32 = 0
    var counted: [Int32: (count: Int64, newest: Instant, oldest: Instant)] = [:]
    orders.forEachOrder(of: customer) { other in
      guard other != order, other < baskets.orderCount else { return true }
      let time = orders.time[Int(other)]
      for item in baskets.items(of: other) {
        lines += 1
        counted[item, default: (0, time, time)].count += 1
        counted[item]?.oldest = time
      }
      return true
    }
    for (item, own) in counted {
      let span = own.newest.milliseconds - own.oldest.milliseconds
      for basket in 1...own.count {
        let isLast = basket == own.count
        count(item, sign: sign, isFirst: isLast, span: isLast ? sign * span : 0)
      }
    }
    linesOfCustomer[Int(customer)] += Int32(sign) * lines
  }

  private mutating func count(_ item: Int32, sign: Int64, isFirst: Bool, span: Int64) {
    basketsOfItem.extend(to: Int(item) + 1, with: 0)
    customersOfItem.extend(to: Int(item) + 1, with: 0)
    spanOfItem.extend(to: Int(item) + 1, with: 0)
    basketsOfItem[Int(item)] += sign
    basketTotal += sign
    if isFirst {
      customersOfItem[Int(item)] += sign
      customerTotal += sign
    }
    // Overflow would take ten thousands of millions of years of gaps.
    spanOfItem[Int(item)] &+= span
    spanTotal &+= span
  }

  /// How many customers ever bought the item, without those who do not count.
  func customerCount(of item: Int32) -> Int {
    Int(item) < customersOfItem.count ? Int(customersOfItem[Int(item)]) : 0
  }

  /// How many customers have bought anything, without those who do not count. O(customers).
  var buyerCount: Int {
    linesOfCustomer.withUnsafeBufferPointer { lines in lines.count { $0 > 0 } }
  }

  /// Whether the customer has been left out for longer than the order that made it so.
  func isTill(_ customer: Int32) -> Bool {
    Int(customer) < ordersOfCustomer.count
      && ordersOfCustomer[Int(customer)] > RepeatIndex.maximumOrderCount + 1
  }

  /// Appends the likeness of each customer that was met, as `SimilarCustomers` says; without the
  /// one who asks and whoever does not count. O(places).
  ///
  /// - Parameters:
  ///   - places: of `sums`, one behind the customer each; 0 stands for nobody.
  ///   - sums: what each shares with the question.
  func rank(
    _ places: [Int32], by sums: [Int64], but customer: Int32, into ranked: inout [Ranked]
  ) {
    ranked.reserveCapacity(ranked.count + places.count)
    linesOfCustomer.withUnsafeBufferPointer { lines in
      sums.withUnsafeBufferPointer { sums in
        for place in places {
          let other = Int(place) - 1
          // Who was met has lines, but for a till.
          guard place > 0, other != Int(customer), other < lines.count, lines[other] > 0 else {
            continue
          }
          let score = Double(sums[Int(place)]) / Double(lines[other] + 1).squareRoot()
          ranked.append(Ranked(item: Int32(truncatingIfNeeded: other), score: score))
        }
      }
    }
  }

  /// Distinct items of the customer's baskets, summed over them; nil for whoever does not count.
  func lineCount(of customer: Int32) -> Int32? {
    guard Int(customer) < ordersOfCustomer.count,
      ordersOfCustomer[Int(customer)] <= RepeatIndex.maximumOrderCount
    else { return nil }
    return linesOfCustomer[Int(customer)]
  }

  /// Mean days between two purchases of the item by the same customer, shrunken to the shop's with
  /// ten gaps; 0 where nobody ever came back.
  func usualGapDays(of item: Int32) -> Double {
    let shopGaps = Double(basketTotal - customerTotal)
    guard shopGaps > 0 else { return 0 }
    let day = Double(Instant.millisecondsPerDay)
    let shopGap = Double(spanTotal) / shopGaps / day
    let known = Int(item) < basketsOfItem.count
    let gaps = known ? Double(basketsOfItem[Int(item)] - customersOfItem[Int(item)]) : 0
    let span = known ? Double(spanOfItem[Int(item)]) / day : 0
    return (span + RepeatIndex.priorGaps * shopGap) / (gaps + RepeatIndex.priorGaps)
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
    try sink.put("repeats.spans", spanOfItem)
    try sink.put("repeats.orders", ordersOfCustomer)
    try sink.put("repeats.lines", linesOfCustomer)
    try sink.put("repeats.totals", Column([basketTotal, customerTotal, spanTotal]))
  }

  init(from source: some ColumnSource) throws(SnapshotProblem) {
    basketsOfItem = try source.column("repeats.baskets")
    customersOfItem = try source.column("repeats.customers", count: basketsOfItem.count)
    spanOfItem = try source.column("repeats.spans", count: basketsOfItem.count)
    ordersOfCustomer = try source.column("repeats.orders")
    linesOfCustomer = try source.column("repeats.lines", count: ordersOfCustomer.count)
    let totals: Column<Int64> = try source.column("repeats.totals", count: 3)
    basketTotal = totals[0]
    customerTotal = totals[1]
    spanTotal = totals[2]
  }
}
