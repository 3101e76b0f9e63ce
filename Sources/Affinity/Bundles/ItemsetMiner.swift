// How frequent sets of items are found
// ------------------------------------
// Depth first, each set once: from its least frequent item to its most frequent one. A set is
// extended by reading on in the baskets that hold it, from where its last item stands towards the
// front, where the more frequent items lie, and counting what is met. The places at which each of
// these stands are delivered to it as the places of the longer set (occurrence deliver of LCM: Uno,
// Asai, Uchida, Arimura 2003, "LCM: An Efficient Algorithm for Enumerating Frequent Closed Item
// Sets"). No pair of items is looked at that shares no basket, and nothing is stored for a pair
// below the threshold; the work is the sum over frequent sets of what stands in front of them.
//
// Items are taken as first ones from the most frequent on. So where the work that is allowed ends,
// what was found is complete for the items up to there: every frequent set of the most frequent
// items, and no part of any other. Work is counted in entries read, never in time: the same facts
// give the same answer on every machine.

/// A set of items with the baskets that hold all of them.
package struct Itemset: Equatable, Sendable {
  /// Ascending: the most frequent item first.
  package var ranks: [Int32]
  package var count: Int
  /// How many items those baskets have in all; not counted for sets of the largest size, 0.
  package var sizeSum: Int64
}

/// Finds every set of items that enough baskets hold. Exact.
package struct ItemsetMiner {
  /// Entries of baskets that may be read: half a second's worth where they lie
  /// scattered over a million baskets.
  package static let standardWork = 40_000_000
  /// Sets that may be found.
  package static let standardCount = 100_000

  private let table: BasketTable
  private let minimumCount: Int
  private let maximumSize: Int
  private let maximumFound: Int
  private var workLeft: Int
  private var levels: [Level]

  /// Sets of two items and more.
  package private(set) var found: [Itemset] = []
  /// So many items, the most frequent ones, are those over which `found` is complete.
  package private(set) var completeItemCount = 0

  /// Whether some items were left aside, since the work would have been too much.
  package var isTruncated: Bool { completeItemCount < table.items.count }

  /// Finds all sets of 2 to `maximumSize` items that at least `minimumCount` baskets hold.
  package init(
    _ table: BasketTable, minimumCount: Int, maximumSize: Int,
    work: Int = ItemsetMiner.standardWork, maximumFound: Int = ItemsetMiner.standardCount
  ) {
    self.table = table
    self.minimumCount = max(1, minimumCount)
    self.maximumSize = maximumSize
    self.maximumFound = maximumFound
    workLeft = work
    levels = (0..<max(1, maximumSize)).map { _ in Level(rankCount: table.items.count) }
    if maximumSize > 1 { mine() } else { completeItemCount = table.items.count }
  }

  private mutating func mine() {
    let (places, offsets) = firstPlaces()
    for rank in 0..<table.items.count {
      let before = found.count
      let isDone = extend(
        [Int32(rank)], places[offsets[rank]..<offsets[rank + 1]], level: 0)
      guard isDone, found.count <= maximumFound else {
        found.removeSubrange(before...)
        return
      }
      completeItemCount = rank + 1
    }
  }

  /// For each rank, one behind the other, the places at which it stands.
  private func firstPlaces() -> (places: [Place], offsets: [Int]) {
    var offsets = [0]
    for count in table.counts { offsets.append(offsets[offsets.count - 1] + count) }
    var next = offsets
    var places = [Place](
      repeating: Place(start: 0, end: 0), count: offsets[offsets.count - 1])
    ItemsetMiner.fill(&places, &next, table)
    return (places, offsets)
  }

  private static func fill(_ places: inout [Place], _ next: inout [Int], _ table: BasketTable) {
    places.withUnsafeMutableBufferPointer { places in
      next.withUnsafeMutableBufferPointer { next in
        table.entries.withUnsafeBufferPointer { entries in
          for (basket, start) in table.starts.enumerated() {
            let following = basket + 1
            let end =
              following < table.starts.count ? Int(table.starts[following]) - 1 : entries.count
            for place in Int(start)..<end {
              let rank = Int(entries[place])
              places[next[rank]] = Place(start: start, end: UInt32(place))
              next[rank] += 1
            }
          }
        }
      }
    }
  }

  /// Finds what extends a set that stands at those places; false where the work ran out.
  private mutating func extend(
    _ ranks: [Int32], _ places: ArraySlice<Place>, level depth: Int
  ) -> Bool {
    workLeft -= places.reduce(places.count) { $0 + Int($1.end - $1.start) }
    if workLeft < 0 { return false }
    // Taken out and put back: a level that is held in the array is copied by its first write.
    var level = Level(rankCount: 0)
    swap(&level, &levels[depth])
    defer {
      level.clear()
      swap(&level, &levels[depth])
    }
    level.count(table.entries, places)
    let frequent = level.touched.filter { level.counts[Int($0)] >= minimumCount }.sorted()
    let isLast = ranks.count + 1 >= maximumSize
    if !isLast, !frequent.isEmpty {
      level.addSizes(table.entries, places)
      level.deliver(table.entries, places, to: frequent)
    }
    var start = 0
    for rank in frequent {
      let count = Int(level.counts[Int(rank)])
      let longer = [rank] + ranks
      found.append(Itemset(ranks: longer, count: count, sizeSum: level.sizes[Int(rank)]))
      if found.count > maximumFound { return false }
      if isLast { continue }
      // What is least frequent stands first in none but its own set.
      if !extend(longer, level.places[start..<start + count], level: depth + 1) { return false }
      start += count
    }
    return true
  }
}

/// Where a set stands in a basket: its last item is at `end`, the basket starts at `start`.
private struct Place: Sendable {
  var start: UInt32
  var end: UInt32
}

/// Dense counters over ranks for sets of one size, all zero in between.
private struct Level: Sendable {
  var counts: [Int32]
  /// All zero where sizes are not counted.
  var sizes: [Int64]
  var touched: [Int32] = []
  var places: [Place] = []
  /// Where the next place of each rank goes; below zero for a rank that is not frequent.
  private var next: [Int]

  init(rankCount: Int) {
    counts = Array(repeating: 0, count: rankCount)
    sizes = Array(repeating: 0, count: rankCount)
    next = Array(repeating: -1, count: rankCount)
  }

  mutating func count(_ entries: [Int32], _ places: ArraySlice<Place>) {
    Level.count(entries, places, &counts, &touched)
  }

  /// After `count`: the sizes of the baskets of each rank.
  mutating func addSizes(_ entries: [Int32], _ places: ArraySlice<Place>) {
    Level.addSizes(entries, places, &sizes)
  }

  private static func count(
    _ entries: [Int32], _ places: ArraySlice<Place>, _ counts: inout [Int32],
    _ touched: inout [Int32]
  ) {
    entries.withUnsafeBufferPointer { entries in
      counts.withUnsafeMutableBufferPointer { counts in
        for place in places {
          for index in Int(place.start)..<Int(place.end) {
            let rank = Int(entries[index])
            if counts[rank] == 0 { touched.append(Int32(rank)) }
            counts[rank] += 1
          }
        }
      }
    }
  }

  private static func addSizes(
    _ entries: [Int32], _ places: ArraySlice<Place>, _ sizes: inout [Int64]
  ) {
    entries.withUnsafeBufferPointer { entries in
      sizes.withUnsafeMutableBufferPointer { sizes in
        for place in places where place.end > place.start {
          let size = Int64(entries[Int(place.start) - 1])
          for index in Int(place.start)..<Int(place.end) { sizes[Int(entries[index])] += size }
        }
      }
    }
  }

  mutating func deliver(_ entries: [Int32], _ given: ArraySlice<Place>, to ranks: [Int32]) {
    var total = 0
    for rank in ranks {
      next[Int(rank)] = total
      total += Int(counts[Int(rank)])
    }
    places.removeAll(keepingCapacity: true)
    places.append(contentsOf: repeatElement(Place(start: 0, end: 0), count: total))
    Level.deliver(entries, given, &next, &places)
    for rank in ranks { next[Int(rank)] = -1 }
  }

  private static func deliver(
    _ entries: [Int32], _ given: ArraySlice<Place>, _ next: inout [Int], _ places: inout [Place]
  ) {
    entries.withUnsafeBufferPointer { entries in
      next.withUnsafeMutableBufferPointer { next in
        places.withUnsafeMutableBufferPointer { places in
          for place in given {
            for index in Int(place.start)..<Int(place.end) {
              let rank = Int(entries[index])
              let target = next[rank]
              if target < 0 { continue }
              places[target] = Place(start: place.start, end: UInt32(index))
              next[rank] = target + 1
            }
          }
        }
      }
    }
  }

  mutating func clear() {
    for rank in touched {
      counts[Int(rank)] = 0
      sizes[Int(rank)] = 0
    }
    touched.removeAll(keepingCapacity: true)
  }
}
