#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The probability of a yes, log-linear in features of one scale.
///
/// Fitted by penalised likelihood: Newton's method on the sum of log losses plus `ridge` / 2 times
/// the squares of all weights but the first (le Cessie and van Houwelingen, "Ridge Estimators in
/// Logistic Regression", Applied Statistics 41, 1992). The penalty keeps weights finite where
/// features tell the outcomes apart without fail.
package struct LogisticRegression: Equatable, Sendable {
  private var scale: FeatureScale
  /// The constant first, then a weight for each feature.
  package private(set) var weights: [Double]

  /// Fits some rows. O(iterations x rows x features^2), at most 30 iterations.
  ///
  /// - Parameters:
  ///   - outcomes: a yes or no for each row of `features`.
  ///   - rows: which of them count; nil for all. Without any, the probability is one half.
  ///   - ridge: above zero.
  ///   - offsets: for each row, log odds that are known beforehand: what is fitted is what is to be
  ///     added to them; nil for none.
  package init(
    _ features: FeatureRows, outcomes: [Bool], rows: [Int]? = nil, ridge: Double = 1,
    offsets: [Double]? = nil
  ) {
    precondition(outcomes.count == features.count && ridge > 0, "an outcome for each row")
    precondition(offsets.map { $0.count == features.count } ?? true, "an offset for each row")
    let rows = rows ?? Array(0..<features.count)
    scale = features.scale(over: rows)
    let width = features.width + 1
    weights = Array(repeating: 0, count: width)
    if rows.isEmpty { return }
    // From the shop's rate on, few steps are needed.
    let yes = Double(rows.count { outcomes[$0] })
    weights[0] = log((yes + 0.5) / (Double(rows.count) - yes + 0.5))
    if let offsets {
      weights[0] -= rows.reduce(0) { $0 + offsets[$1] } / Double(rows.count)
    }
    var row = [Double](repeating: 0, count: width)
    for _ in 0..<30 {
      var gradient = [Double](repeating: 0, count: width)
      var hessian = [[Double]](
        repeating: Array(repeating: 0, count: width), count: width)
      for index in rows {
        scale.standardized(features.row(index), into: &row)
        let probability = LogisticRegression.probability(row, weights, offsets?[index] ?? 0)
        let error = (outcomes[index] ? 1 : 0) - probability
        let weight = max(1e-9, probability * (1 - probability))
        for first in 0..<width {
          gradient[first] += error * row[first]
          let scaled = weight * row[first]
          for second in 0...first { hessian[first][second] += scaled * row[second] }
        }
      }
      hessian[0][0] += 1e-9
      for feature in 1..<width {
        gradient[feature] -= ridge * weights[feature]
        hessian[feature][feature] += ridge
      }
      guard let step = Cholesky(hessian)?.solve(gradient) else { return }
      // Far steps are cut: Newton's method may overshoot where all outcomes are alike.
      let longest = step.reduce(0) { max($0, abs($1)) }
      let share = longest > 3 ? 3 / longest : 1
      for index in weights.indices { weights[index] += share * step[index] }
      if longest < 1e-9 { return }
    }
  }

  /// What was fitted elsewhere, or read back; nil where the numbers are no regression.
  ///
  /// - Parameters:
  ///   - means: of each feature; `deviations` likewise, above zero.
  ///   - weights: the constant, then one for each feature.
  package init?(means: [Double], deviations: [Double], weights: [Double]) {
    let all = means + deviations + weights
    guard !means.isEmpty, deviations.count == means.count, weights.count == means.count + 1,
      all.allSatisfy(\.isFinite), deviations.allSatisfy({ $0 > 0 })
    else { return nil }
    scale = FeatureScale(means: means, deviations: deviations)
    self.weights = weights
  }

  package var means: [Double] { scale.means }
  package var deviations: [Double] { scale.deviations }

  /// The probability of a yes for a row of features. O(features).
  package func probability(
    _ features: some Collection<Double>, offset: Double = 0
  ) -> Double {
    var row = [Double](repeating: 0, count: weights.count)
    scale.standardized(features, into: &row)
    return LogisticRegression.probability(row, weights, offset)
  }

  private static func probability(
    _ row: [Double], _ weights: [Double], _ offset: Double
  ) -> Double {
    var sum = offset
    for index in row.indices { sum += row[index] * weights[index] }
    return 1 / (1 + exp(-min(30, max(-30, sum))))
  }
}
