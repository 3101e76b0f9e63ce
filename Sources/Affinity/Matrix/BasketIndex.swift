import Shop

// How the co-purchase matrix is kept
// ----------------------------------
// A cell of the matrix is c(i, j): the number of baskets that hold both items, an exact integer
// over the baskets that stand; beside it w(i, j), the same sum with each basket weighted by its
// size. All pairs of all baskets would be the square of the shop: 25 million increments for 430,000
// order lines, almost all of them for rows that nobody will ask for. So what is kept are the two
// lists from which any row follows, and rows only once they were asked for:
//
//   basket -> its distinct items        (`basketItems`, a run per order)
//   item   -> its baskets               (`basketsOfItem`)
//   row i  =  count the items of all baskets of i   (`CoPurchaseRows`)
//
// An order is folded in by appending to those lists, plus one addition per cell of the rows that
// are in memory: a row is built once (some ten microseconds) and then kept exact by every order,
// return and cancellation, so that the next answer sees the last write and equals a recount.
//
// Three ways were weighed: all pairs in a hash table (13 bytes per directed pair and 5-6 us per
// order, whether or not anyone asks), rows rebuilt at each question (no memory, up to milliseconds
// for the hottest item), and this one, which has the cheap write of the second and the fast read of
// the first.

/// The distinct items of one basket.
package typealias BasketItems = ColumnRun<Int32>

/// Which items are together in which baskets, exact and fresh.
package struct BasketIndex: Sendable {
  /// Of each order.
  private var runs = Column<BasketRun>()
  private var basketItems = Column<Int32>()
  private var basketsOfItem = BasketLists()
  /// Sum of the weights of the baskets that hold each item.
  package private(set) var itemWeights = Column<Int64>()
  /// How many baskets hold at least one item.
  package private(set) var basketCount = 0

  package init() {}

  /// The weight of a basket of so many distinct items: a large basket says less of each of its
  /// pairs.
  ///
  /// 16384 / (size + 10), rounded down: an integer, so that sums do not depend on the order of
  /// arrival. With 10, a basket of one and one of ten differ by a factor of two, and a wholesaler's
  /// thousand lines count 1/64.
  @inlinable package static func weight(size: Int) -> Int64 { Int64(16_384 / (size + 10)) }

  /// The number of baskets that hold the item.
  package func count(of item: Int32) -> Int { basketsOfItem.count(of: item) }

  /// Hands the baskets (order indices) that hold the item to `body`, in no stated order.
  package func forEachBasket(of item: Int32, _ body: (Int32) -> Void) {
    basketsOfItem.forEach(of: item, body)
  }

  /// Adds the baskets that hold the item, in no stated order.
  func appendBaskets(of item: Int32, to list: inout [Int32]) {
    basketsOfItem.append(of: item, to: &list)
  }

  /// How many orders have been added, whatever is left of them.
  package var orderCount: Int { runs.count }

  /// How many items have stood in a basket, at most: the bound of every item index in here.
  package var itemBound: Int { itemWeights.count }

  /// The distinct items of an order that stand, in the order of the lines.
  package func items(of order: Int32) -> BasketItems {
    basketItems.run(runs[Int(order)].places)
  }

  /// The distinct items of some orders that stand, one order after the other, and where each ends.
  func items(of orders: [Int32]) -> (items: [Int32], ends: [Int]) {
    withRuns { baskets in
      var ends: [Int] = []
      ends.reserveCapacity(orders.count)
      var count = 0
      for order in orders {
        count += Int(baskets.runs[Int(order)].count)
        ends.append(count)
      }
      let items = [Int32](unsafeUninitializedCapacity: count) { items, filled in
        for order in orders {
          for place in baskets.runs[Int(order)].places {
            items.initializeElement(at: filled, to: baskets.items[place])
            filled += 1
          }
        }
      }
      return (items, ends)
    }
  }

  /// How many distinct items of an order stand.
  func itemCount(of order: Int32) -> Int { Int(runs[Int(order)].count) }

  /// Lends the baskets as plain memory, for loops over very many of them.
  func withRuns<Result>(_ body: (BasketRuns) throws -> Result) rethrows -> Result {
    try runs.withUnsafeBufferPointer { runs in
      try basketItems.withUnsafeBufferPointer { items in
        try body(BasketRuns(runs: runs, items: items))
      }
    }
  }

  /// Adds the next order; orders are numbered without gaps. Answers the distinct items.
  @discardableResult
  package mutating func add(order: Int32, lineItems: BasketItems) -> BasketItems {
    precondition(Int(order) == runs.count, "orders are added in the order of their index")
    let start = basketItems.count
    if lineItems.count <= 32 {
      for item in lineItems where !holds(item, from: start) { basketItems.append(item) }
    } else {
      var seen = Set<Int32>(minimumCapacity: lineItems.count)
      for item in lineItems where seen.insert(item).inserted { basketItems.append(item) }
    }
    runs.append(BasketRun(first: Int32(start), count: Int32(basketItems.count - start)))
    let weight = BasketIndex.weight(size: basketItems.count - start)
    for index in start..<basketItems.count {
      let item = Int(basketItems[index])
      itemWeights.extend(to: item + 1, with: 0)
      basketsOfItem.append(order, to: Int32(item))
      itemWeights[item] += weight
    }
    basketCount += basketItems.count > start ? 1 : 0
    return basketItems.run(start..<basketItems.count)
  }

  private func holds(_ item: Int32, from start: Int) -> Bool {
    for place in start..<basketItems.count where basketItems[place] == item { return true }
    return false
  }

  /// Takes items out of an order's basket, all of which it holds. O(baskets of those items).
  package mutating func remove(_ items: [Int32], from order: Int32) {
    let start = Int(runs[Int(order)].first)
    let size = Int(runs[Int(order)].count)
    let before = BasketIndex.weight(size: size)
    let after = BasketIndex.weight(size: size - items.count)
    let gone = Set(items)
    var kept = start
    for index in start..<start + size {
      let item = basketItems[index]
      if gone.contains(item) {
        itemWeights[Int(item)] -= before
        basketsOfItem.remove(order, from: item)
      } else {
        itemWeights[Int(item)] += after - before
        basketItems[kept] = item
        kept += 1
      }
    }
    precondition(kept == start + size - items.count, "only items of the basket are taken out")
    runs[Int(order)].count = Int32(kept - start)
    if kept == start, size > 0 { basketCount -= 1 }
  }

  /// Takes an order's basket out and overwrites what it ever held. O(baskets of its items).
  package mutating func forget(_ order: Int32) {
    let standing = items(of: order)
    if !standing.isEmpty { remove(Array(standing), from: order) }
    let next = Int(order) + 1
    let end = next < runs.count ? Int(runs[next].first) : basketItems.count
    for place in Int(runs[Int(order)].first)..<end { basketItems[place] = 0 }
  }
}

/// Where the items of an order's basket lie; side by side, since whoever asks for one half needs
/// the other.
struct BasketRun: BitwiseCopyable, Sendable {
  /// Index into all baskets' items.
  var first: Int32
  /// How many distinct items of the order still stand; 0 for a cancelled or returned one.
  var count: Int32

  var places: Range<Int> { Int(first)..<Int(first) + Int(count) }
}

/// The baskets as they lie in memory: order -> the run of its items.
struct BasketRuns {
  let runs: UnsafeBufferPointer<BasketRun>
  let items: UnsafeBufferPointer<Int32>
}

// MARK: - Snapshot

extension BasketIndex {
  package func write(to sink: some ColumnSink) throws {
    try sink.put("baskets.runs", runs)
    try sink.put("baskets.items", basketItems)
    try sink.put("baskets.item_weights", itemWeights)
    try basketsOfItem.write(itemCount: itemBound, to: sink)
    try sink.put("baskets.count", Column([Int64(basketCount), Int64(runs.count)]))
  }

  package init(from source: some ColumnSource) throws(SnapshotProblem) {
    let counts: Column<Int64> = try source.column("baskets.count", count: 2)
    basketCount = Int(counts[0])
    runs = try source.column("baskets.runs", count: Int(counts[1]))
    basketItems = try source.column("baskets.items")
    itemWeights = try source.column("baskets.item_weights")
    basketsOfItem = try BasketLists(from: source)
  }
}
