import Shop

/// The items that shared a transaction with one item: in how many, and with how much weight.
struct SimilarityRow: Sendable {
  /// In no stated order.
  var neighbours: [Int32] = []
  var counts: [Int32] = []
  /// In the unit of `TransactionWeights.weight`; empty where they are the counts.
  var weights: [Int64] = []

  init() {}

  init(_ row: CoPurchaseRow) {
    neighbours = row.neighbours
    counts = row.counts
  }

  func weight(at index: Int) -> Int64 {
    weights.isEmpty ? Int64(counts[index]) : weights[index]
  }
}

/// Counts rows into dense scratch that is all zero in between.
struct SimilarityCounter: Sendable {
  var history = HistoryScratch()
  private var counts: [Int32] = []
  private var sums: [Int64] = []
  private var touched: [Int32] = []

  /// O(lines of the item's transactions).
  mutating func row(
    of item: Int32, _ transactions: Transactions, _ weights: TransactionWeights
  ) -> SimilarityRow {
    let missing = transactions.baskets.itemBound - counts.count
    if missing > 0 {
      counts.append(contentsOf: repeatElement(0, count: missing))
      sums.append(contentsOf: repeatElement(0, count: missing))
    }
    var scratch = history
    history = HistoryScratch()
    transactions.forEach(holding: item, &scratch) { items, time in
      let weight = weights.weight(size: items.count, at: time)
      items.forEach { other in
        if counts[Int(other)] == 0 { touched.append(other) }
        counts[Int(other)] += 1
        sums[Int(other)] += weight
      }
    }
    history = scratch
    var row = SimilarityRow()
    row.neighbours.reserveCapacity(touched.count)
    row.counts.reserveCapacity(touched.count)
    row.weights.reserveCapacity(touched.count)
    for other in touched {
      if other != item {
        row.neighbours.append(other)
        row.counts.append(counts[Int(other)])
        row.weights.append(sums[Int(other)])
      }
      counts[Int(other)] = 0
      sums[Int(other)] = 0
    }
    touched.removeAll(keepingCapacity: true)
    return row
  }
}
