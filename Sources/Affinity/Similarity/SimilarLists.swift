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
