import Shop

/// An item with the score that it is ranked by.
package struct Ranked: Equatable, Sendable {
  package var item: Int32
  package var score: Double

  @inlinable package init(item: Int32, score: Double) {
    self.item = item
    self.score = score
  }
}

/// The best of many, a chunk at a time: the reader takes as many as the rules let through, and only
/// those are sorted.
///
/// Order: higher score first, then the smaller id by bytes. Two items never tie, so the first n are
/// always a prefix of the first m.
package struct RankedQueue {
  private var candidates: [Ranked]
  private var sortedEnd = 0
  private var position = 0
  private var chunk: Int

  /// - Parameter expected: about how many will be taken.
  package init(_ candidates: [Ranked], expected: Int) {
    self.candidates = candidates
    chunk = max(16, expected * 2)
  }

  /// The next best, or nil. O(candidates) for each chunk, O(log) for each item taken.
  ///
  /// The names are handed in and not kept: a table of names that is held in two places is copied by
  /// the next new name.
  package mutating func next(_ names: NameTable) -> Ranked? {
    if position == sortedEnd {
      guard sortedEnd < candidates.count else { return nil }
      let end = min(candidates.count, sortedEnd + chunk)
      RankedQueue.select(&candidates, from: sortedEnd, best: end - sortedEnd, names)
      RankedQueue.sort(&candidates, in: sortedEnd..<end, names)
      sortedEnd = end
      chunk *= 4
    }
    defer { position += 1 }
    return candidates[position]
  }

  /// Sorts a part, the best first. O(n log n).
  ///
  /// Names are looked at where scores are equal and nowhere else; that is common, since half of a
  /// history came in one basket.
  static func sort(_ candidates: inout [Ranked], in range: Range<Int>, _ names: NameTable) {
    candidates[range].sort { $0.score > $1.score }
    var start = range.lowerBound
    while start < range.upperBound {
      var end = start + 1
      while end < range.upperBound, candidates[end].score == candidates[start].score { end += 1 }
      if end - start > 1 { sortEqual(&candidates, in: start..<end, names) }
      start = end
    }
  }

  /// Sorts items of one score by name; the first bytes of each are looked up once, and not for each
  /// comparison.
  private static func sortEqual(
    _ candidates: inout [Ranked], in range: Range<Int>, _ names: NameTable
  ) {
    withUnsafeTemporaryAllocation(
      of: (prefix: UInt64, item: Int32).self, capacity: range.count
    ) { memory in
      var keyed = memory
      for place in range {
        let item = candidates[place].item
        keyed.initializeElement(
          at: place - range.lowerBound, to: (prefix: names.prefix(of: item), item: item))
      }
      keyed.sort { left, right in
        left.prefix != right.prefix
          ? left.prefix < right.prefix : names.precedes(left.item, right.item)
      }
      for place in range { candidates[place].item = keyed[place - range.lowerBound].item }
    }
  }

  static func sorted(_ candidates: [Ranked], _ names: NameTable) -> [Ranked] {
    var candidates = candidates
    sort(&candidates, in: 0..<candidates.count, names)
    return candidates
  }

  static func precedes(_ left: Ranked, _ right: Ranked, _ names: NameTable) -> Bool {
    left.score != right.score
      ? left.score > right.score : names.precedes(left.item, right.item)
  }

  /// Brings the best `count` of `candidates[start...]` to the front of that part, in any order
  /// (quickselect).
  static func select(
    _ candidates: inout [Ranked], from start: Int, best count: Int, _ names: NameTable
  ) {
    let target = start + count
    var (low, high) = narrow(&candidates, from: start, to: target)
    while high - low > 1, target < high, target > low {
      let pivot = median(candidates[low], candidates[(low + high) / 2], candidates[high - 1], names)
      var left = low
      var right = high - 1
      while left <= right {
        while precedes(candidates[left], pivot, names) { left += 1 }
        while precedes(pivot, candidates[right], names) { right -= 1 }
        if left <= right {
          candidates.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if target <= right + 1 {
        high = right + 1
      } else if target >= left {
        low = left
      } else {
        return
      }
    }
  }

  /// Brings what surely is among the best to the front, and behind it what may be; answers where
  /// the latter lies.
  ///
  /// The leading bits of a positive number order it: sixteen bins an octave, counted in one pass,
  /// say in which bin the cut is. Two passes without a comparison of names, for what quickselect
  /// takes several for.
  private static func narrow(
    _ candidates: inout [Ranked], from start: Int, to target: Int
  ) -> (low: Int, high: Int) {
    let end = candidates.count
    guard target > start, end - start > 256, target - start < (end - start) / 2 else {
      return (start, end)
    }
    return candidates.withUnsafeMutableBufferPointer { candidates in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: binCount) { bins in
        bins.initialize(repeating: 0)
        var greatest: UInt64 = 0
        for place in start..<end {
          let score = candidates[place].score
          if score > 0 { greatest = max(greatest, score.bitPattern >> 48) }
        }
        for place in start..<end { bins[bin(of: candidates[place].score, greatest)] += 1 }
        var cut = 0
        var above = 0
        while above + Int(bins[cut]) < target - start {
          above += Int(bins[cut])
          cut += 1
        }
        // Three parts: above the cut's bin, in it, below.
        var low = start
        var high = end
        var place = start
        while place < high {
          let own = bin(of: candidates[place].score, greatest)
          if own < cut {
            candidates.swapAt(place, low)
            low += 1
            place += 1
          } else if own > cut {
            high -= 1
            candidates.swapAt(place, high)
          } else {
            place += 1
          }
        }
        return (low, high)
      }
    }
  }

  private static let binCount = 512

  @inline(__always)
  private static func bin(of score: Double, _ greatest: UInt64) -> Int {
    guard score > 0 else { return binCount - 1 }
    return min(binCount - 1, Int(truncatingIfNeeded: greatest &- score.bitPattern >> 48))
  }

  private static func median(
    _ one: Ranked, _ two: Ranked, _ three: Ranked, _ names: NameTable
  ) -> Ranked {
    if precedes(one, two, names) {
      if precedes(two, three, names) { return two }
      return precedes(one, three, names) ? three : one
    }
    if precedes(one, three, names) { return one }
    return precedes(two, three, names) ? three : two
  }
}
