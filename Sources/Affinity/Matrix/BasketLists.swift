import Shop

// Where the baskets of an item are found
// --------------------------------------
// A list of orders per item that orders are added to and, when one is cancelled, taken from. What a
// snapshot held lies in one column, a run per item; what came since lies in an array per item. In a
// run only the first `runCounts[item]` entries count: one that is taken out is overwritten with the
// last. The order inside of a list means nothing.

/// The orders that hold each item.
struct BasketLists: Sendable {
  private var runs = Column<Int32>()
  /// Where each item's run starts.
  private var runStarts = Column<Int64>()
  private var runCounts = Column<Int32>()
  private var tails: [[Int32]] = []

  init() {}

  /// How many orders hold the item. O(1).
  func count(of item: Int32) -> Int {
    let item = Int(item)
    return (item < runCounts.count ? Int(runCounts[item]) : 0)
      + (item < tails.count ? tails[item].count : 0)
  }

  /// Hands each order that holds the item to `body`, in no stated order. O(orders of the item).
  @inline(__always)
  func forEach(of item: Int32, _ body: (Int32) -> Void) {
    let item = Int(item)
    if item < runCounts.count {
      let start = Int(runStarts[item])
      let end = start + Int(runCounts[item])
      runs.withUnsafeBufferPointer { runs in for place in start..<end { body(runs[place]) } }
    }
    if item < tails.count { for order in tails[item] { body(order) } }
  }

  /// Copies the orders that hold the item, in no stated order.
  func append(of item: Int32, to list: inout [Int32]) {
    let item = Int(item)
    if item < runCounts.count {
      let start = Int(runStarts[item])
      let end = start + Int(runCounts[item])
      runs.withUnsafeBufferPointer { list.append(contentsOf: $0[start..<end]) }
    }
    if item < tails.count { list.append(contentsOf: tails[item]) }
  }

  mutating func append(_ order: Int32, to item: Int32) {
    while tails.count <= Int(item) { tails.append([]) }
    tails[Int(item)].append(order)
  }

  /// Takes an order out of an item's list. O(orders of the item), few for a late one.
  mutating func remove(_ order: Int32, from item: Int32) {
    let item = Int(item)
    if item < tails.count, let place = tails[item].lastIndex(of: order) {
      tails[item].swapAt(place, tails[item].count - 1)
      tails[item].removeLast()
      return
    }
    guard item < runCounts.count else { return }
    let start = Int(runStarts[item])
    let last = start + Int(runCounts[item]) - 1
    var place = last
    while place >= start, runs[place] != order { place -= 1 }
    guard place >= start else { return }
    runs[place] = runs[last]
    runCounts[item] -= 1
  }
}

extension BasketLists {
  /// - Parameter itemCount: how many items there are.
  func write(itemCount: Int, to sink: some ColumnSink) throws {
    var all = Column<Int32>()
    var starts = Column<Int64>()
    var counts = Column<Int32>()
    for item in 0..<Int32(itemCount) {
      starts.append(Int64(all.count))
      counts.append(Int32(count(of: item)))
      forEach(of: item) { all.append($0) }
    }
    try sink.put("baskets.of_item", all)
    try sink.put("baskets.of_item.starts", starts)
    try sink.put("baskets.of_item.counts", counts)
  }

  init(from source: some ColumnSource) throws(SnapshotProblem) {
    runs = try source.column("baskets.of_item")
    runStarts = try source.column("baskets.of_item.starts")
    runCounts = try source.column("baskets.of_item.counts", count: runStarts.count)
    let end = runStarts.last.map { Int($0) + Int(runCounts[runCounts.count - 1]) } ?? 0
    guard end == runs.count else { throw SnapshotProblem("baskets.of_item", "runs do not fit") }
  }
}
