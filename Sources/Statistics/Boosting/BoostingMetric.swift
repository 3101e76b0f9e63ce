#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How good scores are on rows that the trees were not fitted to; greater is better.
package struct BoostingMetric {
  package let value: (_ rows: BoostingRows, _ scores: [Double]) -> Double

  package init(_ value: @escaping (_ rows: BoostingRows, _ scores: [Double]) -> Double) {
    self.value = value
  }

  /// Minus the weighted mean logistic loss, of scores that are log odds.
  package static var logistic: BoostingMetric {
    BoostingMetric { rows, scores in
      var (sum, total) = (0.0, 0.0)
      for row in 0..<rows.count {
        let margin = rows.labels[row] ? scores[row] : -scores[row]
        // log(1 + e^-m), without overflow for a margin far below zero.
        let loss = margin > 0 ? log1p(exp(-margin)) : log1p(exp(margin)) - margin
        sum += rows.weights[row] * loss
        total += rows.weights[row]
      }
      return total > 0 ? -sum / total : 0
    }
  }

  /// Places that `ndcg` looks at.
  private static let placeCount = 10

  /// The mean NDCG@10 of the groups that hold a positive row. Of equal scores the negative row goes
  /// first. Weights play no part.
  package static var ndcg: BoostingMetric {
    BoostingMetric { rows, scores in
      var (sum, count) = (0.0, 0)
      for group in rows.groups {
        let order = group.sorted { left, right in
          scores[left] != scores[right]
            ? scores[left] > scores[right] : !rows.labels[left] && rows.labels[right]
        }
        let positives = group.count { rows.labels[$0] }
        guard positives > 0 else { continue }
        var (gained, ideal) = (0.0, 0.0)
        for (place, discount) in RankGradients.discounts.prefix(placeCount).enumerated() {
          if place < order.count, rows.labels[order[place]] { gained += discount }
          if place < positives { ideal += discount }
        }
        sum += gained / ideal
        count += 1
      }
      return count > 0 ? sum / Double(count) : 0
    }
  }
}

/// Rows that say when to stop.
package struct BoostingValidation {
  package var rows: BoostingRows
  package var metric: BoostingMetric
  /// Ends after so many rounds without a new best; the trees up to the best round are the result.
  package var patience: Int

  package init(rows: BoostingRows, metric: BoostingMetric, patience: Int = 20) {
    self.rows = rows
    self.metric = metric
    self.patience = patience
  }
}
