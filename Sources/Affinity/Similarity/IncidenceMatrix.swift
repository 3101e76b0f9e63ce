import Shop

/// Which items are in which transactions, one behind the other: 4 bytes a line.
package struct IncidenceMatrix: Sendable {
  package let itemCount: Int
  /// Where each transaction's items start, and where the last one's end.
  let starts: [Int32]
  /// Distinct inside of a transaction.
  fileprivate(set) var items: [Int32]

  package var transactionCount: Int { starts.count - 1 }
  package var lineCount: Int { items.count }

  /// - Parameters: - starts: where each transaction starts in `items`, and their count at the end.
  /// - items: below `itemCount`, none twice in a transaction.
  package init(itemCount: Int, starts: [Int32], items: [Int32]) {
    precondition(starts.first == 0 && starts.last == Int32(exactly: items.count), "runs of items")
    precondition(zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 }, "runs do not overlap")
    precondition(items.allSatisfy { $0 >= 0 && $0 < itemCount }, "items of the matrix")
    self.itemCount = itemCount
    self.starts = starts
    self.items = items
  }

  /// The baskets that stand, or the histories of the customers. O(lines).
  package init(_ level: SimilarityLevel, baskets: BasketIndex, orders: OrderTable) {
    var starts: [Int32] = [0]
    var items: [Int32] = []
    var scratch = HistoryScratch()
    Transactions(level: level, baskets: baskets, orders: orders).forEach(&scratch) { own, _ in
      own.forEach { items.append($0) }
      starts.append(Int32(items.count))
    }
    itemCount = baskets.itemBound
    self.starts = starts
    self.items = items
  }
}

/// The matrix in both directions, with items numbered by how often they are there: rank 0 is in
/// the most transactions.
///
/// What is counted most often then lies together in the cache, and in one transaction the ranks
/// ascend.
struct RankedIncidence<Rank: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable>:
  Sendable
{
  /// By rank.
  let itemAt: [Int32]
  /// By rank: in how many transactions.
  let counts: [Int32]
  /// By rank: the lines of those transactions together.
  let lineCounts: [Int]
  /// By transaction.
  let starts: [Int32]
  let ranks: [Rank]
  /// By rank.
  let transactionStarts: [Int32]
  let transactions: [Int32]
  let transactionCount: Int

  init(_ matrix: consuming IncidenceMatrix) {
    let itemCount = matrix.itemCount
    let lineCount = matrix.lineCount
    transactionCount = matrix.transactionCount
    var itemCounts = [Int32](repeating: 0, count: itemCount)
    for item in matrix.items { itemCounts[Int(item)] += 1 }
    let itemAt = (0..<Int32(itemCount)).sorted {
      let (left, right) = (itemCounts[Int($0)], itemCounts[Int($1)])
      return left != right ? left > right : $0 < $1
    }
    var rankOf = [Rank](repeating: 0, count: itemCount)
    for (rank, item) in itemAt.enumerated() { rankOf[Int(item)] = Rank(rank) }
    var places = [Int32](repeating: 0, count: itemCount + 1)
    for rank in 0..<itemCount { places[rank + 1] = places[rank] + itemCounts[Int(itemAt[rank])] }
    let transactionStarts = places

    var transactions = [Int32](repeating: 0, count: lineCount)
    var lineCounts = [Int](repeating: 0, count: itemCount)
    for transaction in 0..<matrix.transactionCount {
      let run = Int(matrix.starts[transaction])..<Int(matrix.starts[transaction + 1])
      for line in run {
        let rank = Int(rankOf[Int(matrix.items[line])])
        lineCounts[rank] += run.count
        transactions[Int(places[rank])] = Int32(transaction)
        places[rank] += 1
      }
    }
    // The other direction is made from this one, and the one that came is let go of before.
    matrix.items = []
    var ends = matrix.starts
    // Ranks ascend in a transaction without sorting: they come in their order.
    ranks = Array(unsafeUninitializedCapacity: lineCount) { buffer, count in
      for rank in 0..<itemCount {
        for place in Int(transactionStarts[rank])..<Int(transactionStarts[rank + 1]) {
          let transaction = Int(transactions[place])
          buffer[Int(ends[transaction])] = Rank(rank)
          ends[transaction] += 1
        }
      }
      count = lineCount
    }
    counts = itemAt.map { itemCounts[Int($0)] }
    starts = matrix.starts
    self.itemAt = itemAt
    self.lineCounts = lineCounts
    self.transactions = transactions
    self.transactionStarts = transactionStarts
  }
}
