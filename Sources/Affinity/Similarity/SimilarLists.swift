import Shop

// Pages of items ask for the same lists again and again, and a list is a pass over hundreds of
// neighbours. So the beginning of each list that was asked for is kept; rules, which items' stock
// and prices move, are asked each time.
//
// An order makes few lists stale where the measure looks at a pair and its two items and at nothing
// else (`TargetSettings.isLocal`): those of its own items, and those that name one of them, which
// became more frequent and so less near. An item that no list names can only have become less near
// too. So a list stands as long as neither its item nor one of those that it names was in a basket
// since, and nothing was taken out of any. Of other measures, and after a cancellation or a return,
// all lists are made anew.

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

/// Lists that were asked for.
struct SimilarLists: Sendable {
  /// Of each list; what asks for more is worked out anew.
  static let keptCount = 64
  /// Lists that are kept at a time: some 6 MB.
  static let maximumCount = 4_096

  private struct Kept: Sendable {
    var list: SimilarList
    /// Of the baskets at which it was last found right.
    var revision: UInt64
  }

  private var settings: TargetSettings?
  private var lists: [Int32: Kept] = [:]

  /// O(1) while no basket changes, else O(list).
  mutating func list(
    of item: Int32, _ settings: TargetSettings, _ revision: UInt64, _ changes: ItemChanges
  ) -> SimilarList? {
    guard self.settings == settings, let kept = lists[item] else { return nil }
    if kept.revision == revision { return kept.list }
    let named = kept.list.best.lazy.map(\.ranked.item)
    guard settings.stands(item, naming: named, since: kept.revision, changes) else { return nil }
    lists[item]?.revision = revision
    return kept.list
  }

  mutating func keep(
    _ list: SimilarList, of item: Int32, _ settings: TargetSettings, _ revision: UInt64
  ) {
    if self.settings != settings || lists.count >= Self.maximumCount {
      lists.removeAll(keepingCapacity: true)
      self.settings = settings
    }
    lists[item] = Kept(list: list, revision: revision)
  }
}
