import Shop

/// How many baskets hold one item, or two, and how many items those baskets have: from what a
/// search has counted already, or else from the baskets of the rarer item.
struct SetCounts {
  struct Entry {
    var count: Int
    /// How many items the baskets have in all.
    var sizeSum: Int64
  }

  /// What finding a basket takes, in items read of one that is found: they lie scattered.
  private static let basketWork = 8

  let seen: SeenBaskets
  /// Baskets, and distinct items of all of them.
  private(set) var basketCount = 0
  private(set) var lineCount: Int64 = 0
  /// By item, baskets.
  private(set) var counts: [Int32]
  private var singles: [Int32: Int64] = [:]
  private var pairs: [UInt64: Entry] = [:]
  /// Items of baskets that may still be read.
  private(set) var workLeft: Int

  /// O(items); as of an earlier moment O(lines).
  init(_ seen: SeenBaskets, work: Int) {
    self.seen = seen
    workLeft = work
    if seen.horizon >= seen.orders.latest {
      basketCount = seen.baskets.basketCount
      counts = (0..<Int32(seen.baskets.itemBound)).map { Int32(seen.baskets.count(of: $0)) }
      lineCount = counts.reduce(0) { $0 + Int64($1) }
      return
    }
    var counts = [Int32](repeating: 0, count: seen.baskets.itemBound)
    var total = (baskets: 0, lines: Int64(0))
    seen.forEach { basket in
      total.baskets += 1
      total.lines += Int64(basket.count)
      for item in basket { counts[Int(item)] += 1 }
    }
    (basketCount, lineCount) = total
    self.counts = counts
  }

  func count(of item: Int32) -> Int {
    Int(item) < counts.count ? Int(counts[Int(item)]) : 0
  }

  mutating func note(_ sizeSum: Int64, of item: Int32) { singles[item] = sizeSum }

  mutating func note(_ entry: Entry, of item: Int32, _ other: Int32) {
    pairs[SetCounts.key(item, other)] = entry
  }

  /// Nil where the work ran out. O(lines of the item's baskets) the first time.
  mutating func entry(of item: Int32) -> Entry? {
    if let sum = singles[item] { return Entry(count: count(of: item), sizeSum: sum) }
    guard workLeft > 0 else { return nil }
    var sum: Int64 = 0
    seen.forEach(of: item) { sum += Int64($0.count) }
    workLeft -= count(of: item) * SetCounts.basketWork
    singles[item] = sum
    return Entry(count: count(of: item), sizeSum: sum)
  }

  /// The pair, if it is counted already.
  func counted(_ item: Int32, _ other: Int32) -> Entry? { pairs[SetCounts.key(item, other)] }

  /// Nil where the work ran out. O(lines of the rarer item's baskets) the first time.
  mutating func entry(of item: Int32, _ other: Int32) -> Entry? {
    if let entry = counted(item, other) { return entry }
    guard workLeft > 0 else { return nil }
    let isRarer = count(of: item) <= count(of: other)
    let (rare, common) = isRarer ? (item, other) : (other, item)
    var entry = Entry(count: 0, sizeSum: 0)
    var read = 0
    seen.forEach(of: rare) { basket in
      read += basket.count + SetCounts.basketWork
      for item in basket where item == common {
        entry.count += 1
        entry.sizeSum += Int64(basket.count)
      }
    }
    workLeft -= read
    note(entry, of: item, other)
    return entry
  }

  private static func key(_ item: Int32, _ other: Int32) -> UInt64 {
    let (low, high) = (UInt32(min(item, other)), UInt32(max(item, other)))
    return UInt64(low) << 32 | UInt64(high)
  }
}
