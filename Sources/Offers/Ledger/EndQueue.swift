import Shop

/// Coupons by the moment at which they may change by themselves; a binary heap, the earliest at the
/// root.
///
/// Entries are never taken back: one that no longer means anything is looked at once and dropped.
struct EndQueue: Sendable {
  private var entries: [(end: Instant, coupon: Int32)] = []

  var count: Int { entries.count }

  /// O(log n).
  mutating func add(_ coupon: Int32, at end: Instant) {
    var index = entries.count
    entries.append((end, coupon))
    while index > 0 {
      let parent = (index - 1) / 2
      if entries[parent].end <= entries[index].end { break }
      entries.swapAt(parent, index)
      index = parent
    }
  }

  /// Takes out a coupon whose entry ends at or before the moment; nil where there is none. O(log
  /// n).
  mutating func popDue(at instant: Instant) -> Int32? {
    guard let first = entries.first, first.end <= instant else { return nil }
    let last = entries.removeLast()
    if entries.isEmpty { return first.coupon }
    entries[0] = last
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2] where child < entries.count {
        if entries[child].end < entries[least].end { least = child }
      }
      if least == index { return first.coupon }
      entries.swapAt(least, index)
      index = least
    }
  }

  /// The coupons with an entry that ends at or before the moment, each once. O(due log due).
  func due(at instant: Instant) -> [Int32] {
    var found: [Int32] = []
    var open = [0]
    while let index = open.popLast() {
      guard index < entries.count, entries[index].end <= instant else { continue }
      found.append(entries[index].coupon)
      open.append(2 * index + 1)
      open.append(2 * index + 2)
    }
    if found.count < 2 { return found }
    found.sort()
    var distinct = [found[0]]
    for coupon in found where coupon != distinct[distinct.count - 1] { distinct.append(coupon) }
    return distinct
  }
}
