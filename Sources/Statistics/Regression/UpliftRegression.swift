// How an effect is learned that nobody ever sees
// ----------------------------------------------
// Nobody is seen both with and without treatment, so no row has an effect to learn from. But with
//
//     m(x)   the probability of a yes, whoever is treated (fitted over both arms)
//     e      the share of the treated
//     w      1 for the treated, else 0
//
// the residual y - m(x) is, on average, (w - e) x effect(x): whatever moves both arms alike is
// taken out, and a linear effect is found by least squares of the one on the other (the R-learner:
// Nie and Wager, "Quasi-oracle estimation of heterogeneous treatment effects", Biometrika 108,
// 2021; after Robinson 1988). What is believed of the effect already goes in as an offset, and what
// is learned is how it differs with the features, drawn to nothing by a ridge.
//
// m is fitted on other rows than it is used on (five folds), so that a row does not explain itself.
// How strong the ridge is, and whether any of it is to be believed, is asked of held back rows: the
// squared error of residuals must be smaller than the offset's alone leaves it, by a paired
// comparison with one-sided 95 %.

/// How an effect differs between rows, linear in their features.
package struct UpliftRegression: Equatable, Sendable {
  /// What it is learned from: randomised rows.
  package struct Rows: Sendable {
    package var features: FeatureRows
    package var treated: [Bool] = []
    package var outcomes: [Bool] = []
    /// The effect that is believed of each row.
    package var believed: [Double] = []
    /// How far an effect reaches the row at all: what is learned is multiplied with it.
    package var reach: [Double] = []

    package init(width: Int) { features = FeatureRows(width: width) }

    package var count: Int { outcomes.count }

    package mutating func append(
      _ row: some Sequence<Double>, isTreated: Bool, outcome: Bool, believed effect: Double = 0,
      reach: Double = 1
    ) {
      features.append(row)
      treated.append(isTreated)
      outcomes.append(outcome)
      believed.append(effect.isFinite ? effect : 0)
      self.reach.append(reach.isFinite ? reach : 0)
    }
  }

  private var scale: FeatureScale
  /// A constant, then one weight for each feature.
  package private(set) var weights: [Double]
  /// By how many standard errors it is better than what was believed, on rows held back.
  package private(set) var evidence: Double

  static let foldCount = 5
  static let ridges: [Double] = [1_000, 100, 10, 1]
  /// One-sided 95 %.
  static let evidenceNeeded = 1.645
  /// Treated and untreated rows that there must be, each.
  package static let fewestRows = 100

  /// Learns from rows; nil where there are too few of either arm, or where what is learned does
  /// not hold on rows held back.
  ///
  /// Deterministic: folds go by the rows' order. O(rows x features^2) times about fifty.
  package init?(_ rows: Rows) {
    let treated = rows.treated.count { $0 }
    guard min(treated, rows.count - treated) >= UpliftRegression.fewestRows else { return nil }
    let share = Double(treated) / Double(rows.count)
    let residuals = UpliftRegression.residuals(rows, share: share)
    var best: (ridge: Double, evidence: Double)?
    for ridge in UpliftRegression.ridges {
      let evidence = UpliftRegression.evidence(
        rows, residuals: residuals, share: share, ridge: ridge)
      if evidence > best?.evidence ?? 0 { best = (ridge, evidence) }
    }
    guard let best, best.evidence >= UpliftRegression.evidenceNeeded,
      let fitted = UpliftRegression.fit(
        rows, Array(0..<rows.count), residuals: residuals, share: share, ridge: best.ridge)
    else { return nil }
    (scale, weights) = fitted
    evidence = best.evidence
  }

  /// What is to be added to the believed effect of a row that is reached wholly. O(features).
  package func addition(_ features: some Collection<Double>) -> Double {
    var row = [Double](repeating: 0, count: weights.count)
    scale.standardized(features, into: &row)
    return UpliftRegression.product(row, weights)
  }

  private static func product(_ row: [Double], _ weights: [Double]) -> Double {
    var sum = 0.0
    for index in row.indices { sum += row[index] * weights[index] }
    return sum
  }

  private static func isIn(_ fold: Int, _ row: Int) -> Bool { row % foldCount == fold }

  /// Outcomes less what both arms have in common, and less what is believed of the effect.
  private static func residuals(_ rows: Rows, share: Double) -> [Double] {
    var residuals = [Double](repeating: 0, count: rows.count)
    for fold in 0..<foldCount {
      let others = (0..<rows.count).filter { !isIn(fold, $0) }
      let common = LogisticRegression(
        rows.features, outcomes: rows.outcomes, rows: others, ridge: 10)
      for row in stride(from: fold, to: rows.count, by: foldCount) {
        let contrast = (rows.treated[row] ? 1 : 0) - share
        residuals[row] =
          (rows.outcomes[row] ? 1 : 0) - common.probability(rows.features.row(row))
          - contrast * rows.believed[row]
      }
    }
    return residuals
  }

  /// Least squares over some rows.
  private static func fit(
    _ rows: Rows, _ members: [Int], residuals: [Double], share: Double, ridge: Double
  ) -> (FeatureScale, [Double])? {
    let scale = rows.features.scale(over: members)
    let width = rows.features.width + 1
    var matrix = [[Double]](repeating: Array(repeating: 0, count: width), count: width)
    var right = [Double](repeating: 0, count: width)
    var row = right
    for index in members {
      scale.standardized(rows.features.row(index), into: &row)
      let contrast = ((rows.treated[index] ? 1 : 0) - share) * rows.reach[index]
      for first in 0..<width {
        let entry = contrast * row[first]
        right[first] += entry * residuals[index]
        for second in 0...first {
          matrix[first][second] += entry * contrast * row[second]
        }
      }
    }
    for index in 0..<width { matrix[index][index] += ridge * share * (1 - share) }
    return Cholesky(matrix).map { (scale, $0.solve(right)) }
  }

  /// By how many standard errors the squared residuals of held back rows fall.
  private static func evidence(
    _ rows: Rows, residuals: [Double], share: Double, ridge: Double
  ) -> Double {
    var (sum, squares) = (0.0, 0.0)
    for fold in 0..<foldCount {
      let others = (0..<rows.count).filter { !isIn(fold, $0) }
      guard
        let (scale, weights) = fit(
          rows, others, residuals: residuals, share: share, ridge: ridge)
      else { return 0 }
      var row = [Double](repeating: 0, count: weights.count)
      for index in stride(from: fold, to: rows.count, by: foldCount) {
        scale.standardized(rows.features.row(index), into: &row)
        let contrast = ((rows.treated[index] ? 1 : 0) - share) * rows.reach[index]
        let left = residuals[index] - contrast * product(row, weights)
        let gain = residuals[index] * residuals[index] - left * left
        sum += gain
        squares += gain * gain
      }
    }
    let count = Double(rows.count)
    let variance = (squares - sum * sum / count) * count / max(1, count - 1)
    return variance > 0 ? sum / variance.squareRoot() : 0
  }
}
