import Shop

// From counts to evidence
// -----------------------
// What item i says of item j, both in baskets that stand, with w the weight of a basket by its
// size:
//
//   J(i, j) = w(i, j) / (w(i) + w(j) - w(i, j))            Jaccard over weighted baskets
//   K(i, j) = J(i, j)^2 / sqrt(sum over j of J(i, j)^2)    J times the row of J brought to unit
//                                                          length
//
// A pair is evidence only if it shares at least two baskets, since one is none, and if those carry
// at least a sixteenth of w(i): both are integer tests. The square does what keeping only the best
// fifty neighbours per item does for other systems, but smoothly and for every pair, so that
// nothing has to be kept sorted and a new order cannot leave a stale list behind. Tests/Benchmarks
// says how far this gets on real baskets, beside cosine and Jaccard with the best fifty kept.
//
// A row of K depends on its own pairs and on the weight of every neighbour, so any order can change
// it a little. It is kept with the shared weights that it stands on and with the revision that it
// was last right at, beside the revision at which each item last was in a basket that changed:
//
//   nothing of the row changed     it is right as it is: one look at each neighbour's revision
//   only neighbours changed        the strengths are worked out again from the kept weights
//   the item itself changed        the pairs are counted again
//
// Pairs of an item of few baskets are counted from these when they are asked for; those of an item
// of many are kept exact by every order (`CoPurchaseRows`).

/// One row of K: what an item says of each item that it shared at least two baskets with.
///
/// Two columns, since who looks for an item reads no strength but one.
package struct EvidenceRow: Sendable {
  /// Ascending.
  package fileprivate(set) var items: [Int32] = []
  package fileprivate(set) var strengths: [Double] = []

  /// What the row's item says of that item; 0 where it says nothing. O(log neighbours).
  package func strength(of item: Int32) -> Double {
    let place = items.withUnsafeBufferPointer { items in
      var low = 0
      var high = items.count
      while low < high {
        let middle = (low + high) / 2
        if items[middle] < item { low = middle + 1 } else { high = middle }
      }
      return low < items.count && items[low] == item ? low : -1
    }
    return place < 0 ? 0 : strengths[place]
  }
}

/// The rows of K in memory.
struct EvidenceRows: Sendable {
  /// A pair of fewer shared baskets is no evidence.
  static let minimumSharedBaskets: Int32 = 2
  /// A pair whose shared baskets carry less than one part in so many of the row's own weight is
  /// none either.
  static let weightFloorDivisor: Int64 = 16

  /// Pairs in memory beyond which rows give way, to be computed again as they are asked for; 20
  /// bytes a pair.
  static let maximumPairCount = 6_000_000
  /// Items of more baskets have their pairs kept; those of fewer are counted anew.
  static let maximumCountedBaskets = 256

  fileprivate struct Kept: Sendable {
    var row = EvidenceRow()
    /// The weights that the pairs share.
    var shared: [Int64] = []
    /// Of the baskets at which it was last right.
    var revision: UInt64
  }

  private var rows: [Kept?] = []
  private var pairCount = 0
  /// Where the search for rows that give way goes on.
  private var hand = 0

  /// Forgets all rows; what they held is computed again when asked for.
  mutating func removeAll() {
    rows.removeAll()
    pairCount = 0
  }

  /// The row of an item as of a revision. O(neighbours) while the item's own baskets stay as they
  /// are, else O(its pairs).
  mutating func row(
    of item: Int32, revision: UInt64, changes: ItemChanges, counts: inout CoPurchaseRows,
    baskets: BasketIndex
  ) -> EvidenceRow {
    if Int(item) >= rows.count {
      rows.append(contentsOf: repeatElement(nil, count: Int(item) + 1 - rows.count))
    }
    if let kept = rows[Int(item)], kept.revision == revision { return kept.row }
    if var kept = rows[Int(item)], changes.revision(of: item) <= kept.revision {
      rows[Int(item)] = nil
      if changes.haveAny(of: kept.row.items, since: kept.revision) {
        kept.weigh(weight: EvidenceRows.weight(of: item, baskets), baskets.itemWeights)
      }
      kept.revision = revision
      rows[Int(item)] = kept
      return kept.row
    }
    var kept = Kept(revision: revision)
    let own = EvidenceRows.weight(of: item, baskets)
    func take(_ neighbour: Int32, _ count: Int32, _ shared: Int64) {
      guard count >= EvidenceRows.minimumSharedBaskets, shared > 0,
        shared * EvidenceRows.weightFloorDivisor >= own
      else { return }
      kept.row.items.append(neighbour)
      kept.shared.append(shared)
    }
    if baskets.count(of: item) > EvidenceRows.maximumCountedBaskets {
      let pairs = counts.row(of: item, in: baskets)
      for place in pairs.neighbours.indices {
        take(pairs.neighbours[place], pairs.counts[place], pairs.weights[place])
      }
    } else {
      counts.forEachPair(of: item, in: baskets, atLeast: EvidenceRows.minimumSharedBaskets, take)
    }
    kept.weigh(weight: own, baskets.itemWeights)
    pairCount += kept.shared.count - (rows[Int(item)]?.shared.count ?? 0)
    rows[Int(item)] = kept
    if pairCount > EvidenceRows.maximumPairCount { evict() }
    return kept.row
  }

  /// The pairs of the rows of these items that are in memory.
  ///
  /// Looks at the head of each row and does nothing else, so that the waits for memory of whoever
  /// reads the rows next overlap.
  func pairCount(_ items: [Int32]) -> Int {
    rows.withUnsafeBufferPointer { rows in
      var count = 0
      for item in items where Int(item) < rows.count {
        guard let kept = rows[Int(item)] else { continue }
        count += max(kept.row.items.count, kept.row.strengths.count)
      }
      return count
    }
  }

  private static func weight(of item: Int32, _ baskets: BasketIndex) -> Int64 {
    Int(item) < baskets.itemWeights.count ? baskets.itemWeights[Int(item)] : 0
  }

  /// Drops rows, one after the other, until an eighth of the room is free.
  private mutating func evict() {
    while pairCount > EvidenceRows.maximumPairCount / 8 * 7 {
      hand = hand + 1 < rows.count ? hand + 1 : 0
      pairCount -= rows[hand]?.shared.count ?? 0
      rows[hand] = nil
    }
  }
}

extension EvidenceRows.Kept {
  /// Works out the strengths from the shared weights. O(neighbours).
  fileprivate mutating func weigh(weight own: Int64, _ weights: Column<Int64>) {
    // In fixed point, 2^60 to one: a sum of integers is the same in whatever order items got their
    // numbers, which is that of arrival, and a sum of doubles is not.
    var squares: UInt128 = 0
    var strengths: [Double] = []
    strengths.reserveCapacity(shared.count)
    for (item, shared) in zip(row.items, shared) {
      let union = own + weights[Int(item)] - shared
      let jaccard = union > 0 ? Double(shared) / Double(union) : 0
      let strength = jaccard * jaccard
      squares += UInt128(strength * 0x1p60)
      strengths.append(strength)
    }
    if squares > 0 {
      let scale = 1 / (Double(squares) * 0x1p-60).squareRoot()
      for place in strengths.indices { strengths[place] *= scale }
    }
    row.strengths = strengths
  }
}
