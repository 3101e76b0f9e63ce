// How a few outcomes in many cells are read
// -----------------------------------------
// An effect was measured in several cells (a tier, a kind of buyer), in each with its own error.
// The cells differ, but not without measure: each cell's effect is taken to be drawn around the
// group's, and the group's around what was expected of it beforehand,
//
//     measured_c ~ N(effect_c, variance_c),   effect_c ~ N(group, between),
//     group ~ N(expected, doubt)
//
// With `between` known all of it is precision-weighted averaging. `between` is estimated by
// moments, over all groups together: the sum of squared deviations of cells from their group's mean
// is, on average, what the errors alone would give plus `between` times a known sum (DerSimonian
// and Laird, "Meta-analysis in clinical trials", Controlled Clinical Trials 7, 1986). A cell of few
// outcomes then says what its group says, and one of many what it measured: empirical Bayes.

/// Effects of cells, shrunken to their group's, and that to what was expected.
package struct RandomEffects: Equatable, Sendable {
  /// One effect and the variance of its error.
  package struct Estimate: Equatable, Sendable {
    package var mean: Double
    package var variance: Double

    package init(mean: Double, variance: Double) {
      self.mean = mean
      self.variance = variance
    }

    /// Whether it can be weighed at all: finite, with an error above zero.
    package var isSound: Bool { mean.isFinite && variance.isFinite && variance > 0 }
  }

  /// The group's effect after all cells were weighed.
  package let group: Estimate
  /// How far cells differ from their group, as a variance.
  package let between: Double

  /// Weighs the measurements of one group's cells against what was expected of it. O(cells).
  ///
  /// - Parameters:
  ///   - expected: the effect expected beforehand, with its doubt as the variance, above zero.
  ///   - measured: a measurement of each cell; those that are not sound are passed over.
  ///   - between: from `betweenVariance(of:)`, not below zero.
  package init(expected: Estimate, measured: [Estimate], between: Double) {
    precondition(expected.isSound && between >= 0, "an expectation has a doubt")
    var precision = 1 / expected.variance
    var sum = expected.mean * precision
    for cell in measured where cell.isSound {
      let weight = 1 / (cell.variance + between)
      precision += weight
      sum += cell.mean * weight
    }
    group = Estimate(mean: sum / precision, variance: 1 / precision)
    self.between = between
  }

  /// The effect in one cell; nil stands for one without a measurement.
  package func cell(_ measured: Estimate?) -> Estimate {
    guard let measured, measured.isSound else {
      return Estimate(mean: group.mean, variance: group.variance + between)
    }
    let own = between / (between + measured.variance)
    return Estimate(
      mean: own * measured.mean + (1 - own) * group.mean,
      variance: own * measured.variance + (1 - own) * (1 - own) * group.variance)
  }

  /// How far cells differ from their groups, estimated over all groups together. O(cells).
  ///
  /// 0 where no group has two cells, or where the errors alone explain what is seen.
  package static func betweenVariance(of groups: [[Estimate]]) -> Double {
    var excess = 0.0
    var share = 0.0
    for cells in groups {
      var (count, weights, squares, sum) = (0.0, 0.0, 0.0, 0.0)
      for cell in cells where cell.isSound {
        let weight = 1 / cell.variance
        count += 1
        weights += weight
        squares += weight * weight
        sum += weight * cell.mean
      }
      if count < 2 { continue }
      let mean = sum / weights
      for cell in cells where cell.isSound {
        excess += (cell.mean - mean) * (cell.mean - mean) / cell.variance
      }
      excess -= count - 1
      share += weights - squares / weights
    }
    let between = excess / share
    return between.isFinite ? max(0, between) : 0
  }
}
