import Shop

/// Baskets laid out for mining: one behind the other, only with the items that may be in a result.
///
/// Items are numbered by rank: 0 is in the most baskets, ties by id. In each basket ranks ascend.
package struct BasketTable: Sendable {
  /// By rank: the item, how many baskets hold it, and how many items those baskets have in all.
  package private(set) var items: [Int32] = []
  package private(set) var counts: [Int] = []
  package private(set) var sizeSums: [Int64] = []
  /// All baskets, and how many items they have in all, those left out included.
  package private(set) var basketCount = 0
  package private(set) var lineCount: Int64 = 0

  /// For each basket the number of its items, then the ranks of those that count.
  private(set) var entries: [Int32] = []
  /// Where the ranks of each basket start in `entries`.
  private(set) var starts: [UInt32] = []

  /// - Parameters:
  ///   - itemBound: above every item.
  ///   - minimumCount: of so many baskets, those that an item must be in.
  ///   - isIn: whether the item may be in a result; asked once for each that is frequent enough,
  ///     the most frequent first.
  ///   - forEachBasket: hands over every basket, the same ones each time.
  /// - Complexity: O(lines), plus sorting the items.
  package init(
    itemBound: Int, minimumCount: (Int) -> Int, names: NameTable, isIn: (Int32) -> Bool,
    forEachBasket: (_ body: (BasketItems) -> Void) -> Void
  ) {
    var counts = [Int32](repeating: 0, count: itemBound)
    var sizes = [Int64](repeating: 0, count: itemBound)
    var basketCount = 0
    var lineCount: Int64 = 0
    counts.withUnsafeMutableBufferPointer { counts in
      sizes.withUnsafeMutableBufferPointer { sizes in
        forEachBasket { basket in
          basketCount += 1
          lineCount += Int64(basket.count)
          for item in basket {
            counts[Int(item)] += 1
            sizes[Int(item)] += Int64(basket.count)
          }
        }
      }
    }
    self.basketCount = basketCount
    self.lineCount = lineCount
    let least = max(1, minimumCount(basketCount))
    let frequent = (0..<Int32(itemBound)).filter { counts[Int($0)] >= least }
      .sorted { left, right in
        let (leftCount, rightCount) = (counts[Int(left)], counts[Int(right)])
        return leftCount != rightCount ? leftCount > rightCount : names.precedes(left, right)
      }
    items = frequent.filter(isIn)
    self.counts = items.map { Int(counts[Int($0)]) }
    sizeSums = items.map { sizes[Int($0)] }
    var ranks = [Int32](repeating: -1, count: itemBound)
    for (rank, item) in items.enumerated() { ranks[Int(item)] = Int32(rank) }
    lay(ranks, forEachBasket)
  }

  private mutating func lay(
    _ ranks: [Int32], _ forEachBasket: (_ body: (BasketItems) -> Void) -> Void
  ) {
    var entries: [Int32] = []
    var starts: [UInt32] = []
    entries.reserveCapacity(counts.reduce(0, +) + basketCount)
    starts.reserveCapacity(basketCount)
    ranks.withUnsafeBufferPointer { ranks in
      forEachBasket { basket in
        let start = entries.count + 1
        entries.append(Int32(basket.count))
        for item in basket where ranks[Int(item)] >= 0 { entries.append(ranks[Int(item)]) }
        if entries.count == start {
          entries.removeLast()
        } else {
          starts.append(UInt32(start))
          if entries.count > start + 1 { entries[start...].sort() }
        }
      }
    }
    self.entries = entries
    self.starts = starts
  }
}
