/// Sums over all transactions that were made for earlier questions, each for one state of the
/// baskets; and the scratch to count with.
struct SimilarityCache: Sendable {
  /// Ways of counting that are kept at a time; 20 bytes an item each at most.
  static let maximumCount = 4

  private struct Entry: Sendable {
    var counting: Counting
    var revision: UInt64
    var totals: SimilarityTotals
    /// By item, as far as they were asked for.
    var histograms: [Int32: SizeHistogram] = [:]
  }

  private var entries: [Entry] = []
  var counter = SimilarityCounter()
  var cuts = TargetCuts()
  var lists = SimilarLists()
  /// Rows that were put in order or cut so far, because nothing kept said what they would.
  var workCount = 0

  /// O(1) while no basket changes, else O(lines).
  mutating func totals(
    _ counting: Counting, revision: UInt64, _ transactions: Transactions
  ) -> SimilarityTotals {
    if let index = index(counting, revision) { return entries[index].totals }
    entries.removeAll { $0.revision != revision }
    if entries.count == SimilarityCache.maximumCount { entries.removeFirst() }
    let totals = SimilarityTotals(counting, transactions, &counter.history)
    entries.append(Entry(counting: counting, revision: revision, totals: totals))
    return totals
  }

  /// The sizes of an item's transactions; of totals that were just asked for. O(1), or O(lines of
  /// the item's transactions) for the first time.
  mutating func histogram(
    of item: Int32, _ counting: Counting, revision: UInt64, _ transactions: Transactions
  ) -> SizeHistogram {
    let place = index(counting, revision)
    if let place, let known = entries[place].histograms[item] { return known }
    let weights = totals(counting, revision: revision, transactions).weights
    var sizes: [(size: Int, mass: Int64)] = []
    transactions.forEach(holding: item, &counter.history) { items, time in
      sizes.append((size: items.count, mass: weights.mass(at: time)))
    }
    let histogram = SizeHistogram(sizes)
    if let place { entries[place].histograms[item] = histogram }
    return histogram
  }

  private func index(_ counting: Counting, _ revision: UInt64) -> Int? {
    entries.firstIndex { $0.counting == counting && $0.revision == revision }
  }
}

/// What a list of a target's best depends on, beside the baskets.
struct TargetSettings: Equatable, Sendable {
  var counting: Counting
  var measure: SimilarityMeasure
  var floor: SimilarityFloor
  var kept: Int

  /// Whether a score depends on the two items' own counts and on what they share, and on no other
  /// transaction.
  var isLocal: Bool {
    counting.isPlain && [.jaccard, .cosine].contains(measure)
      && floor.minimumLogLikelihoodRatio == nil
  }

  /// Whether what was kept of an item, with those that it names, is still right (`SimilarLists`).
  /// O(named).
  func stands(
    _ item: Int32, naming named: some Sequence<Int32>, since revision: UInt64,
    _ changes: ItemChanges
  ) -> Bool {
    isLocal && changes.leave(CollectionOfOne(item), since: revision)
      && changes.leave(named, since: revision)
  }
}

/// The last source that targets keep: to know whether another is kept takes one comparison then,
/// and no row.
///
/// They stand as long as lists do, and for the same reason (`SimilarLists`).
struct TargetCuts: Sendable {
  /// Settings that are known at a time, and targets of each; some 300 bytes a target.
  static let maximumCount = 4
  static let maximumTargetCount = 50_000

  struct Last: Sendable {
    /// Nil where all are kept.
    var source: Ranked?
  }

  private struct Known: Sendable {
    var last: Last
    /// The sources that are kept; empty where all are.
    var kept: [Int32]
    /// Of the baskets at which it was last found right.
    var revision: UInt64
  }

  private var entries: [(settings: TargetSettings, targets: [Int32: Known])] = []

  /// O(1) while no basket changes, else O(kept).
  mutating func last(
    of target: Int32, _ settings: TargetSettings, _ revision: UInt64, _ changes: ItemChanges
  ) -> Last? {
    guard let index = entries.firstIndex(where: { $0.settings == settings }),
      let known = entries[index].targets[target]
    else { return nil }
    if known.revision == revision { return known.last }
    guard settings.stands(target, naming: known.kept, since: known.revision, changes) else {
      return nil
    }
    entries[index].targets[target]?.revision = revision
    return known.last
  }

  mutating func keep(
    _ kept: [Ranked], isWhole: Bool, of target: Int32, _ settings: TargetSettings,
    _ revision: UInt64
  ) -> Last {
    let last = Last(source: isWhole ? nil : kept.last)
    let known = Known(last: last, kept: isWhole ? [] : kept.map(\.item), revision: revision)
    if let index = entries.firstIndex(where: { $0.settings == settings }) {
      if entries[index].targets.count >= TargetCuts.maximumTargetCount {
        entries[index].targets.removeAll(keepingCapacity: true)
      }
      entries[index].targets[target] = known
    } else {
      if entries.count == TargetCuts.maximumCount { entries.removeFirst() }
      entries.append((settings, [target: known]))
    }
    return last
  }
}
