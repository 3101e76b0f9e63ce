import Shop

// Pages of items ask for the same lists again and again, and a list is a pass over hundreds of
// neighbours. So the beginning of each list that was asked for is kept for as long as no basket
// changes; rules, which items' stock and prices move, are asked each time.

/// The nearest of one item by the measure alone, best first, ties by id.
struct SimilarList: Sendable {
  struct Entry: Sendable {
    var ranked: Ranked
    /// Transactions that hold both.
    var shared: Int32
  }

  var best: [Entry] = []
  /// Items that are in no list, by why.
  var removed: [(rule: String, count: Int)] = []
  /// Whether `best` is all there are.
  var isWhole = true
}

/// All of an item's list, put in order as far as it is read.
struct SimilarRanking {
  let removed: [(rule: String, count: Int)]
  private let row: SimilarityRow
  private let count: Int
  private var queue: RankedQueue
  /// Where items stand in the row, once more than a few were asked for.
  private var places: [Int32: Int] = [:]
  private var taken = 0

  init(
    _ candidates: [Ranked], _ row: SimilarityRow, removed: [(rule: String, count: Int)],
    expected: Int
  ) {
    self.removed = removed
    self.row = row
    count = candidates.count
    queue = RankedQueue(candidates, expected: min(expected, candidates.count))
  }

  /// The next best, or nil.
  mutating func next(_ names: NameTable) -> SimilarList.Entry? {
    guard let next = queue.next(names) else { return nil }
    taken += 1
    // For a few a search through the row is less than a table of all of it.
    if taken > SimilarLists.keptCount, places.isEmpty {
      places = Dictionary(uniqueKeysWithValues: zip(row.neighbours, row.neighbours.indices))
    }
    let place = places[next.item] ?? row.neighbours.firstIndex(of: next.item)
    return .init(ranked: next, shared: place.map { row.counts[$0] } ?? 0)
  }

  /// The beginning, of so many at most.
  mutating func list(of most: Int, _ names: NameTable) -> SimilarList {
    var list = SimilarList(removed: removed, isWhole: count <= most)
    list.best.reserveCapacity(min(most, count))
    while list.best.count < most, let entry = next(names) { list.best.append(entry) }
    return list
  }
}

/// Lists that were asked for, for one state of the baskets.
struct SimilarLists: Sendable {
  /// Of each list; what asks for more is worked out anew.
  static let keptCount = 64
  /// Lists that are kept at a time: some 6 MB.
  static let maximumCount = 4_096

  private var revision: UInt64 = 0
  private var settings: TargetSettings?
  private var lists: [Int32: SimilarList] = [:]

  func list(of item: Int32, _ settings: TargetSettings, _ revision: UInt64) -> SimilarList? {
    guard self.revision == revision, self.settings == settings else { return nil }
    return lists[item]
  }

  mutating func keep(
    _ list: SimilarList, of item: Int32, _ settings: TargetSettings, _ revision: UInt64
  ) {
    if self.revision != revision || self.settings != settings || lists.count >= Self.maximumCount {
      lists.removeAll(keepingCapacity: true)
      (self.revision, self.settings) = (revision, settings)
    }
    lists[item] = list
  }
}
