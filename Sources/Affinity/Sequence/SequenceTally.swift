import Shop

/// Counts one row of `SequenceRows`; its scratch is all zero between two rows.
struct SequenceTally: Sendable {
  /// What one customer bought of one item.
  private struct Own {
    var count: Int32 = 0
    /// Of the oldest basket with it: its rank, and its time.
    var oldestRank: Int32 = 0
    var oldest = Instant.earliest
  }

  private var own: [Own] = []
  private var touched: [Int32] = []
  private var totals: [SequenceRow.Entry] = []
  private var totalled: [Int32] = []

  mutating func row(
    of item: Int32, _ baskets: BasketIndex, _ repeats: RepeatIndex, _ orders: OrderTable
  ) -> SequenceRow {
    let missing = baskets.itemBound - own.count
    if missing > 0 {
      own.append(contentsOf: repeatElement(Own(), count: missing))
      totals.append(contentsOf: repeatElement(SequenceRow.Entry(item: -1), count: missing))
    }
    var row = SequenceRow()
    var budget = SequenceRows.lineBudget
    for customer in customers(of: item, baskets, repeats, orders) {
      if budget <= 0 { break }
      budget -= read(customer, baskets, orders)
      count(item)
      row.customerCount += 1
    }
    for other in totalled {
      let entry = totals[Int(other)]
      if entry.apart >= SequenceRow.minimumCustomerCount { row.entries.append(entry) }
      totals[Int(other)] = SequenceRow.Entry(item: -1)
    }
    totalled.removeAll(keepingCapacity: true)
    return row
  }

  /// Whose histories are read: the customers of the newest baskets, the newest first.
  private func customers(
    of item: Int32, _ baskets: BasketIndex, _ repeats: RepeatIndex, _ orders: OrderTable
  ) -> [Int32] {
    var newest: [Int32] = []
    newest.reserveCapacity(baskets.count(of: item))
    // Whoever is a till (`RepeatIndex`) takes no place among the newest either.
    baskets.forEachBasket(of: item) {
      let customer = orders.customer[Int($0)]
      if customer >= 0, repeats.lineCount(of: customer) != nil { newest.append($0) }
    }
    // Before the orders are sorted by time and name, all but the newest go by their times alone.
    if newest.count > 2 * SequenceRows.maximumBasketCount {
      let times = newest.map { orders.time[Int($0)].milliseconds }.sorted(by: >)
      let cut = times[SequenceRows.maximumBasketCount - 1]
      newest.removeAll { orders.time[Int($0)].milliseconds < cut }
    }
    newest.sort { orders.isBefore($1, $0) }
    var seen: Set<Int32> = []
    var customers: [Int32] = []
    for order in newest.prefix(SequenceRows.maximumBasketCount) {
      let customer = orders.customer[Int(order)]
      if seen.insert(customer).inserted { customers.append(customer) }
    }
    return customers
  }

  /// Reads a customer's baskets from the newest on; answers how many lines.
  private mutating func read(
    _ customer: Int32, _ baskets: BasketIndex, _ orders: OrderTable
  ) -> Int {
    var lines = 0
    var rank: Int32 = 0
    orders.forEachOrder(of: customer) { order in
      guard order < baskets.orderCount, baskets.itemCount(of: order) > 0 else { return true }
      let time = orders.time[Int(order)]
      for item in baskets.items(of: order) {
        if own[Int(item)].count == 0 { touched.append(item) }
        own[Int(item)].count += 1
        own[Int(item)].oldestRank = rank
        own[Int(item)].oldest = time
        lines += 1
      }
      rank += 1
      return rank < SequenceRows.maximumOrderCount
    }
    return lines
  }

  /// Adds what the customer that was read says, and forgets them.
  private mutating func count(_ item: Int32) {
    let source = own[Int(item)]
    for other in touched {
      let target = own[Int(other)]
      own[Int(other)] = Own()
      // The item itself, or one bought among baskets too old to be read.
      if other == item || source.count == 0 { continue }
      if totals[Int(other)].item < 0 {
        totals[Int(other)].item = other
        totalled.append(other)
      }
      if target.oldestRank == source.oldestRank {
        totals[Int(other)].together += 1
        continue
      }
      let days = abs(target.oldest.days(since: source.oldest))
      if days > SequenceRows.maximumDays { continue }
      if target.oldestRank < source.oldestRank {
        totals[Int(other)].after += 1
      } else {
        totals[Int(other)].before += 1
      }
      // In whole parts, so that a sum does not depend on who came first.
      let unit = Int64(SequenceRow.unit)
      let share = unit * Int64(source.count) / Int64(source.count + target.count)
      totals[Int(other)].expected += share
      totals[Int(other)].variance += share * (unit - share) / unit
    }
    touched.removeAll(keepingCapacity: true)
  }
}
