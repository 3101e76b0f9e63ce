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
}

/// The last source that targets keep, for one state of the baskets: to know whether another is kept
/// takes one comparison then, and no row.
struct TargetCuts: Sendable {
  /// Settings that are known at a time; 50 bytes an item each at most.
  static let maximumCount = 4

  struct Last: Sendable {
    /// Nil where all are kept.
    var source: Ranked?
  }

  private var entries: [(settings: TargetSettings, revision: UInt64, lasts: [Int32: Last])] = []

  func last(of target: Int32, _ settings: TargetSettings, _ revision: UInt64) -> Last? {
    index(settings, revision).flatMap { entries[$0].lasts[target] }
  }

  mutating func keep(
    _ source: Ranked?, of target: Int32, _ settings: TargetSettings, _ revision: UInt64
  ) {
    if let index = index(settings, revision) {
      entries[index].lasts[target] = Last(source: source)
      return
    }
    entries.removeAll { $0.revision != revision }
    if entries.count == TargetCuts.maximumCount { entries.removeFirst() }
    entries.append((settings, revision, [target: Last(source: source)]))
  }

  private func index(_ settings: TargetSettings, _ revision: UInt64) -> Int? {
    entries.firstIndex { $0.revision == revision && $0.settings == settings }
  }
}
