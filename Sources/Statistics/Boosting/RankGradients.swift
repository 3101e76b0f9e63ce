#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The gradient of `BoostingObjective.rank`.
///
/// For a positive row i and a negative row j with scores s: the loss is
/// w log(1 + e^(s_j - s_i)), w = |discount(i) - discount(j)| / ideal DCG, the discount of place k
/// (from 1) being 1 / log2(k + 1) up to place 10 and nothing behind. Places are those of the
/// scores; of equal scores the negative row goes first, so that a tie is never a success, and then
/// the order is one of the rows' contents. Pairs that are both behind place 10 weigh nothing and
/// are not visited: O(rows x positives).
package struct RankGradients {
  package static let placeCount = 10
  /// 1 / log2(place + 1).
  package static let discounts: [Double] = [
    1, 0.630_929_753_571_457_5, 0.5, 0.430_676_558_073_393_06, 0.386_852_807_234_541_63,
    0.356_207_187_108_022_2, 0.333_333_333_333_333_3, 0.315_464_876_785_728_77,
    0.301_029_995_663_981_2, 0.289_064_826_317_887_9,
  ]

  private let rows: BoostingRows
  private let groups: [Range<Int>]
  /// By row: what decides between rows of equal score and label.
  private let keys: [UInt64]
  private let pairSums: FixedPoint

  package init(_ rows: BoostingRows) {
    self.rows = rows
    groups = rows.groups.filter { group in
      let positives = rows.labels[group].count { $0 }
      return positives > 0 && positives < group.count
    }
    keys = (0..<rows.count).map { row in
      let start = row * rows.featureCount
      var mixed = SplitMix(seed: rows.weights[row].bitPattern)
      for value in rows.values[start..<start + rows.featureCount] {
        mixed = SplitMix(seed: mixed.next() ^ UInt64(value.bitPattern))
      }
      return mixed.next()
    }
    let heaviest = rows.weights.max() ?? 0
    pairSums = FixedPoint(maximum: heaviest * heaviest, bits: 40)
  }

  /// Sums over pairs are formed in whole numbers: the order of the rows in a group plays no part.
  package func update(_ gradients: inout [BoostingGradient], scores: [Double]) {
    guard !pairSums.isZero else { return }
    var first = [Int64](repeating: 0, count: rows.count)
    var second = first
    var discount = [Double](repeating: 0, count: rows.count)
    for group in groups {
      let top = top(of: group, scores)
      let positives = group.filter { rows.labels[$0] }
      var ideal = 0.0
      for place in 0..<min(positives.count, RankGradients.placeCount) {
        ideal += RankGradients.discounts[place]
      }
      for (place, row) in top.enumerated() { discount[row] = RankGradients.discounts[place] }
      for positive in positives {
        let own = discount[positive]
        func add(_ negative: Int) {
          let gain = abs(own - discount[negative]) / ideal
          let weight = gain * rows.weights[positive] * rows.weights[negative]
          let share = 1 / (1 + exp(scores[positive] - scores[negative]))
          let slope = pairSums.whole(weight * share)
          let curve = pairSums.whole(weight * share * (1 - share))
          first[positive] -= slope
          first[negative] += slope
          second[positive] += curve
          second[negative] += curve
        }
        if own > 0 {
          for row in group where !rows.labels[row] { add(row) }
        } else {
          for row in top where !rows.labels[row] { add(row) }
        }
      }
      for row in top { discount[row] = 0 }
    }
    for row in 0..<rows.count {
      gradients[row].first = pairSums.value(first[row])
      gradients[row].second = pairSums.value(second[row])
    }
  }

  /// The rows of the first ten places, the best first. O(rows of the group).
  private func top(of group: Range<Int>, _ scores: [Double]) -> [Int] {
    var top: [Int] = []
    top.reserveCapacity(RankGradients.placeCount + 1)
    for row in group {
      if top.count == RankGradients.placeCount {
        guard precedes(row, top[top.count - 1], scores) else { continue }
        top.removeLast()
      }
      var place = top.count
      while place > 0, precedes(row, top[place - 1], scores) { place -= 1 }
      top.insert(row, at: place)
    }
    return top
  }

  private func precedes(_ left: Int, _ right: Int, _ scores: [Double]) -> Bool {
    if scores[left] != scores[right] { return scores[left] > scores[right] }
    if rows.labels[left] != rows.labels[right] { return rows.labels[right] }
    return keys[left] < keys[right]
  }
}
