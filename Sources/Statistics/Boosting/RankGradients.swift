#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The gradient of `BoostingObjective.rank`.
///
/// For a positive row i and a negative row j with scores s: the loss is
/// w log(1 + e^(s_j - s_i)), where w, held fixed while the slope is taken, is
///
///     |discount(i) - discount(j)| / ideal DCG / (0.01 + |s_i - s_j|) x the mean of their weights
///
/// The discount of place k (from 1) is 1 / log2(k + 1) up to place 20 and nothing behind: what lies
/// just behind the ten that count is worth moving too. Pairs far apart are settled, and weigh less.
/// A group's gradients are multiplied by log2(1 + G) / G, G being the sum of their amounts over the
/// greatest weight of its rows, so that a question with much to put right is not heard alone. Both
/// are as in LightGBM's `lambdarank_norm`; Burges 2010 is without.
///
/// Places are those of the scores; of equal scores the negative row goes first, so that a tie is
/// never a success, and then the order is one of the rows' contents. Pairs that are both behind
/// place 20 weigh nothing and are not visited: O(rows x positives).
package struct RankGradients {
  package static let placeCount = 20
  /// What is added to the distance of a pair's scores before its weight is divided by it.
  package static let nearness = 0.01
  /// 1 / log2(place + 1).
  package static let discounts: [Double] = [
    1.0, 0.6309297535714575, 0.5, 0.43067655807339306,
    0.38685280723454163, 0.3562071871080222, 0.3333333333333333, 0.31546487678572877,
    0.3010299956639812, 0.2890648263178879, 0.27894294565112987, 0.27023815442731974,
    0.26264953503719357, 0.2559580248098155, 0.25, 0.24465054211822604,
    0.23981246656813146, 0.23540891336663824, 0.23137821315975915, 0.227670248696953,
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
    pairSums = FixedPoint(maximum: heaviest / RankGradients.nearness, bits: 40)
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
      var slopes: Int64 = 0
      for positive in positives {
        let own = discount[positive]
        func add(_ negative: Int) {
          let gain = abs(own - discount[negative]) / ideal
          let lead = scores[positive] - scores[negative]
          let weight =
            gain * (rows.weights[positive] + rows.weights[negative]) / 2
            / (RankGradients.nearness + abs(lead))
          let share = 1 / (1 + exp(lead))
          let slope = pairSums.whole(weight * share)
          let curve = pairSums.whole(weight * share * (1 - share))
          first[positive] -= slope
          slopes += slope
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
      let heaviest = rows.weights[group].max() ?? 0
      let sum = heaviest > 0 ? 2 * pairSums.value(slopes) / heaviest : 0
      let factor = sum > 0 ? log2(1 + sum) / sum : 1
      for row in group {
        gradients[row].first = pairSums.value(first[row]) * factor
        gradients[row].second = pairSums.value(second[row]) * factor
      }
    }
  }

  /// The rows of the first places, the best first. O(rows of the group).
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
