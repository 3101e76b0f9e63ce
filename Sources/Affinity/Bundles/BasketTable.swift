import Shop

/// Baskets laid out for mining: one behind the other, only with the items that may be in a result.
///
/// Items are numbered by rank: 0 is in the most baskets, ties by id. In each basket ranks ascend.
package struct BasketTable: Sendable {
  /// By rank: the item, how many baskets hold it, and how many items those baskets have in all.
  package private(set) var items: [Int32] = []
  package private(set) var counts: [Int] = []
  package private(set) var sizeSums: [Int64] = []

  /// For each basket the number of all its items, then the ranks of those that count.
  private(set) var entries: [Int32] = []
  /// Where the ranks of each basket start in `entries`.
  private(set) var starts: [UInt32] = []

  /// - Parameters:
  ///   - counts: by item, the baskets that hold it, where that is known.
  ///   - minimumCount: items of fewer baskets are left out.
  ///   - isIn: whether the item may be in a result; asked once for each that is frequent enough,
  ///     the most frequent first.
  ///   - forEachBasket: hands over every basket, the same ones each time.
  /// - Complexity: O(lines), plus sorting the items.
  package init(
    itemBound: Int, counts known: [Int32]? = nil, minimumCount: Int, names: NameTable,
    isIn: (Int32) -> Bool, forEachBasket: (_ body: (BasketItems) -> Void) -> Void
  ) {
    let counts = known ?? BasketTable.count(itemBound, forEachBasket)
    let least = max(1, minimumCount)
    let frequent = (0..<Int32(itemBound)).filter { counts[Int($0)] >= least }
      .sorted { left, right in
        let (leftCount, rightCount) = (counts[Int(left)], counts[Int(right)])
        return leftCount != rightCount ? leftCount > rightCount : names.precedes(left, right)
      }
    items = frequent.filter(isIn)
    self.counts = items.map { Int(counts[Int($0)]) }
    var ranks = [Int32](repeating: -1, count: itemBound)
    for (rank, item) in items.enumerated() { ranks[Int(item)] = Int32(rank) }
    lay(ranks, forEachBasket)
  }

  private static func count(
    _ itemBound: Int, _ forEachBasket: (_ body: (BasketItems) -> Void) -> Void
  ) -> [Int32] {
    var counts = [Int32](repeating: 0, count: itemBound)
    counts.withUnsafeMutableBufferPointer { counts in
      forEachBasket { for item in $0 { counts[Int(item)] += 1 } }
    }
    return counts
  }

  private mutating func lay(
    _ ranks: [Int32], _ forEachBasket: (_ body: (BasketItems) -> Void) -> Void
  ) {
    let bound = counts.reduce(0, +)
    var starts: [UInt32] = []
    var sizes = [Int64](repeating: 0, count: items.count)
    // A basket without any such item has no entry.
    entries = [Int32](unsafeUninitializedCapacity: 2 * bound) { entries, end in
      ranks.withUnsafeBufferPointer { ranks in
        sizes.withUnsafeMutableBufferPointer { sizes in
          forEachBasket { basket in
            let start = end + 1
            var place = start
            for item in basket {
              let rank = ranks[Int(item)]
              if rank < 0 { continue }
              sizes[Int(rank)] += Int64(basket.count)
              entries.initializeElement(at: place, to: rank)
              place += 1
            }
            if place == start { return }
            entries.initializeElement(at: end, to: Int32(basket.count))
            BasketTable.sort(entries, start, place)
            starts.append(UInt32(start))
            end = place
          }
        }
      }
    }
    self.starts = starts
    sizeSums = sizes
  }

  /// Few at a time: by insertion, as long as they are few.
  private static func sort(
    _ entries: UnsafeMutableBufferPointer<Int32>, _ start: Int, _ end: Int
  ) {
    if end - start > 32 {
      var part = UnsafeMutableBufferPointer(rebasing: entries[start..<end])
      part.sort()
      return
    }
    for index in start..<end {
      let value = entries[index]
      var place = index
      while place > start, entries[place - 1] > value {
        entries[place] = entries[place - 1]
        place -= 1
      }
      entries[place] = value
    }
  }
}
