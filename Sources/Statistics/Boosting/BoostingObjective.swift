#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the trees are to make small.
package enum BoostingObjective: Sendable {
  /// The weighted logistic loss: scores are log odds.
  case logistic
  /// The logistic loss over pairs of a positive and a negative row of one group, each weighted by
  /// what their change of places would do to NDCG@10 (LambdaRank; Burges 2010, MSR-TR-2010-82):
  /// scores order the rows of a group and have no scale of their own. A pair's weight is that
  /// times the weights of its two rows.
  case rank
}

/// First and second derivative of the loss by a row's score.
package struct BoostingGradient: Sendable {
  package var first = 0.0
  package var second = 0.0

  package init() {}
}

enum LogisticGradients {
  /// The log odds of the weighted share of positives, kept within +-10.
  static func base(_ rows: BoostingRows) -> Double {
    let sums = FixedPoint(maximum: rows.weights.max() ?? 0, bits: 30)
    guard !sums.isZero else { return 0 }
    var (positive, negative) = (Int64(0), Int64(0))
    for row in 0..<rows.count {
      let weight = sums.whole(rows.weights[row])
      if rows.labels[row] { positive += weight } else { negative += weight }
    }
    guard positive > 0 else { return -10 }
    guard negative > 0 else { return 10 }
    return max(-10, min(10, log(Double(positive) / Double(negative))))
  }

  static func update(
    _ gradients: inout [BoostingGradient], _ rows: BoostingRows, _ scores: [Double]
  ) {
    let (labels, weights, scores) = (rows.labels.span, rows.weights.span, scores.span)
    var gradients = gradients.mutableSpan
    for row in 0..<scores.count {
      let probability = 1 / (1 + exp(-scores[row]))
      gradients[row].first = weights[row] * (probability - (labels[row] ? 1 : 0))
      gradients[row].second = weights[row] * probability * (1 - probability)
    }
  }
}
