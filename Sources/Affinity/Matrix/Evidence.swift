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
// A row of K depends on the weight of every neighbour, so any order can change it a little. It is
// computed when asked for and kept until the matrix next changes (`revision`).

/// One row of K: what an item says of each item that it shared at least two baskets with.
package struct EvidenceRow: Sendable {
  /// Ascending by item index.
  package var neighbours: [Int32] = []
  package var strengths: [Double] = []
  var revision: UInt64

  /// What the row's item says of that item; 0 where it says nothing. O(log neighbours).
  package func strength(of item: Int32) -> Double {
    let index = neighbours.firstPosition(notBelow: item)
    return index < neighbours.count && neighbours[index] == item ? strengths[index] : 0
  }
}

/// The rows of K in memory.
struct EvidenceRows: Sendable {
  /// A pair of fewer shared baskets is no evidence.
  static let minimumSharedBaskets: Int32 = 2
  /// A pair whose shared baskets carry less than one part in so many of the row's own weight is
  /// none either.
  static let weightFloorDivisor: Int64 = 16

  /// Pairs in memory beyond which all rows are dropped, to be computed again as they are asked for;
  /// 12 bytes a pair.
  static let maximumPairCount = 8_000_000

  private var rows: [EvidenceRow?] = []
  private var pairCount = 0

  /// Forgets all rows; what they held is computed again when asked for.
  mutating func removeAll() {
    rows.removeAll()
    pairCount = 0
  }

  /// The row of an item as of a revision. O(1) while nothing changes, else O(neighbours).
  mutating func row(
    of item: Int32, revision: UInt64, counts: inout CoPurchaseRows, baskets: BasketIndex
  ) -> EvidenceRow {
    if Int(item) < rows.count, let row = rows[Int(item)], row.revision == revision { return row }
    let row = EvidenceRows.compute(
      counts.row(of: item, in: baskets), of: item, baskets, revision: revision)
    if pairCount > EvidenceRows.maximumPairCount { removeAll() }
    while rows.count <= Int(item) { rows.append(nil) }
    pairCount += row.neighbours.count - (rows[Int(item)]?.neighbours.count ?? 0)
    rows[Int(item)] = row
    return row
  }

  private static func compute(
    _ row: CoPurchaseRow, of item: Int32, _ baskets: BasketIndex, revision: UInt64
  ) -> EvidenceRow {
    var evidence = EvidenceRow(revision: revision)
    evidence.neighbours.reserveCapacity(row.neighbours.count)
    evidence.strengths.reserveCapacity(row.neighbours.count)
    let own = Int(item) < baskets.itemWeights.count ? baskets.itemWeights[Int(item)] : 0
    // In fixed point, 2^60 to one: a sum of integers is the same in whatever order items got their
    // numbers, which is that of arrival, and a sum of doubles is not.
    var squares: UInt128 = 0
    for index in row.neighbours.indices where row.counts[index] >= minimumSharedBaskets {
      let shared = row.weights[index]
      let union = own + baskets.itemWeights[Int(row.neighbours[index])] - shared
      guard shared * weightFloorDivisor >= own, shared > 0, union > 0 else { continue }
      let jaccard = Double(shared) / Double(union)
      let strength = jaccard * jaccard
      squares += UInt128(strength * 0x1p60)
      evidence.neighbours.append(row.neighbours[index])
      evidence.strengths.append(strength)
    }
    guard squares > 0 else { return evidence }
    let scale = 1 / (Double(squares) * 0x1p-60).squareRoot()
    for index in evidence.strengths.indices { evidence.strengths[index] *= scale }
    return evidence
  }
}
