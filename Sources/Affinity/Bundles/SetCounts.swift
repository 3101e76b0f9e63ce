import Shop

/// How many baskets hold one item, or two, and how many items those baskets have: from what a
/// search has counted already, or else from the baskets of the rarer item.
struct SetCounts {
  struct Entry {
    var count: Int
    /// How many items the baskets have in all.
    var sizeSum: Int64
  }

  let seen: SeenBaskets
  /// Baskets, and distinct items of all of them.
  private(set) var basketCount = 0
  private(set) var lineCount: Int64 = 0
  /// By item; empty where everything is seen and the index knows.
  private var counts: [Int32] = []
  private let isWhole: Bool
  private var singles: [Int32: Int64] = [:]
  private var pairs: [UInt64: Entry] = [:]
  /// Items of baskets that may still be read.
  private(set) var workLeft: Int

  /// O(items); as of an earlier moment O(lines).
  init(_ seen: SeenBaskets, work: Int) {
    self.seen = seen
    workLeft = work
    isWhole = seen.horizon >= seen.orders.latest
    if isWhole {
      basketCount = seen.baskets.basketCount
      for item in 0..<Int32(seen.baskets.itemBound) {
        lineCount += Int64(seen.baskets.count(of: item))
      }
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
    if isWhole { return seen.baskets.count(of: item) }
    return Int(item) < counts.count ? Int(counts[Int(item)]) : 0
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
    workLeft -= count(of: item)
    singles[item] = sum
    return Entry(count: count(of: item), sizeSum: sum)
  }

  /// Nil where the work ran out, or where the pair was not asked to be counted.
  func entry(of item: Int32, _ other: Int32) -> Entry? { pairs[SetCounts.key(item, other)] }

  /// Counts an item with each of some others, or nothing where the work ran out. O(lines of the
  /// item's baskets).
  mutating func count(_ item: Int32, with others: [Int32]) {
    guard workLeft > 0 else { return }
    var entries: [Int32: Entry] = [:]
    for other in others { entries[other] = Entry(count: 0, sizeSum: 0) }
    var read = 0
    seen.forEach(of: item) { basket in
      read += basket.count
      for other in basket {
        guard let place = entries.index(forKey: other) else { continue }
        entries.values[place].count += 1
        entries.values[place].sizeSum += Int64(basket.count)
      }
    }
    // A look into the table for each item takes several times as long as reading it.
    workLeft -= read * 4
    for (other, entry) in entries { pairs[SetCounts.key(item, other)] = entry }
  }

  private static func key(_ item: Int32, _ other: Int32) -> UInt64 {
    let (low, high) = (UInt32(min(item, other)), UInt32(max(item, other)))
    return UInt64(low) << 32 | UInt64(high)
  }
}
