import Foundation
import Statistics
import TestSupport
import Testing

@Suite struct RankGradientTests {
  /// NDCG@20 of a group in an order of its rows.
  private static func ndcg(_ labels: [Bool]) -> Double {
    let ideal = labels.sorted { $0 && !$1 }
    func gain(_ labels: [Bool]) -> Double {
      labels.prefix(20).enumerated().reduce(0) { $0 + ($1.1 ? 1 / log2(Double($1.0 + 2)) : 0) }
    }
    return gain(labels) / gain(ideal)
  }

  /// What swapping each pair does to NDCG@20, tried out, over the distance of their scores.
  private static func weights(_ labels: [Bool], _ weights: [Double], _ scores: [Double])
    -> [(positive: Int, negative: Int, weight: Double)]
  {
    let order = labels.indices.sorted { scores[$0] > scores[$1] }
    let before = ndcg(order.map { labels[$0] })
    var pairs: [(positive: Int, negative: Int, weight: Double)] = []
    for left in order.indices where labels[order[left]] {
      for right in order.indices where !labels[order[right]] {
        var swapped = order
        swapped.swapAt(left, right)
        let change = abs(ndcg(swapped.map { labels[$0] }) - before)
        let mean = (weights[order[left]] + weights[order[right]]) / 2
        let distance = 0.01 + abs(scores[order[left]] - scores[order[right]])
        pairs.append((order[left], order[right], change * mean / distance))
      }
    }
    // The sum of all slopes is cut back to its logarithm.
    var sum = 0.0
    for pair in pairs {
      sum += 2 * pair.weight / (1 + exp(scores[pair.positive] - scores[pair.negative]))
    }
    sum /= weights.max() ?? 1
    guard sum > 0 else { return pairs }
    return pairs.map { ($0.positive, $0.negative, $0.weight * log2(1 + sum) / sum) }
  }

  @Test func gradientsAreTheSlopesOfThePairwiseLoss() throws {
    try forEachSeed(12) { seed, generator in
      let fixture = BoostingFixture.random(
        groups: 4, size: 2...25, featureCount: 2, isWeighted: true, &generator)
      let rows = fixture.rows
      let scores = (0..<rows.count).map { _ in Double(generator.uniform(-2..<2)) }
      var gradients = [BoostingGradient](repeating: BoostingGradient(), count: rows.count)
      RankGradients(rows).update(&gradients, scores: scores)
      for group in rows.groups {
        let labels = Array(rows.labels[group])
        guard labels.contains(true), labels.contains(false) else {
          #expect(group.allSatisfy { gradients[$0].first == 0 }, "\(seed)")
          continue
        }
        let own = Array(scores[group])
        let pairs = RankGradientTests.weights(labels, Array(rows.weights[group]), own)
        // The weights stay fixed while the scores move.
        func loss(_ scores: [Double]) -> Double {
          pairs.reduce(0) {
            $0 + $1.weight * log1p(exp(scores[$1.negative] - scores[$1.positive]))
          }
        }
        for (row, global) in group.enumerated() {
          let step = 1e-4
          var (above, below) = (own, own)
          above[row] += step
          below[row] -= step
          let first = (loss(above) - loss(below)) / (2 * step)
          let second = (loss(above) - 2 * loss(own) + loss(below)) / (step * step)
          #expect(abs(gradients[global].first - first) < 1e-7, "\(row), \(seed)")
          #expect(abs(gradients[global].second - second) < 1e-5, "\(row), \(seed)")
        }
      }
    }
  }

  @Test func discountsAreThoseOfTheFormula() {
    for (place, discount) in RankGradients.discounts.enumerated() {
      #expect(abs(discount - 1 / log2(Double(place + 2))) < 1e-15)
    }
    #expect(RankGradients.discounts.count == RankGradients.placeCount)
  }

  @Test func metricsAreThoseOfTheFormula() {
    var rows = BoostingRows(featureCount: 1)
    let labels = [true, false, true, false]
    for label in labels { rows.append([0], label: label) }
    rows.closeGroup()
    rows.append([0], label: false)
    rows.closeGroup()
    let scores: [Double] = [1, 3, 2, 0, 5]
    // Positives at places 2 and 3; the second group has none and is left out.
    let expected = (1 / log2(3.0) + 0.5) / (1 + 1 / log2(3.0))
    #expect(abs(BoostingMetric.ndcg.value(rows, scores) - expected) < 1e-12)
    // Equal scores: negatives first.
    let tied = (0.5 + 1 / log2(5.0)) / (1 + 1 / log2(3.0))
    #expect(abs(BoostingMetric.ndcg.value(rows, [0, 0, 0, 0, 0]) - tied) < 1e-12)
    let loss = [1, -3, 2, 0, -5].reduce(0) { $0 + log(1 + exp(-Double($1))) } / 5
    #expect(abs(BoostingMetric.logistic.value(rows, scores) + loss) < 1e-12)
  }
}
