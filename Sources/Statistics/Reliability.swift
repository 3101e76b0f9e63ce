#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How well forecast probabilities hold: what was said beside what came.
///
/// The reliability diagram of Murphy and Winkler ("Reliability of Subjective Probability Forecasts
/// of Precipitation and Temperature", Applied Statistics 26, 1977), in bins of as many forecasts
/// each; the Brier score (1950) and the mean log loss in nats.
package struct Reliability: Equatable, Sendable {
  /// Forecasts that are next to each other in size.
  package struct Bin: Equatable, Sendable {
    package let count: Int
    /// The mean forecast.
    package let forecast: Double
    /// The share of which it came true.
    package let observed: Double
  }

  /// Rising by forecast. Equal forecasts are never in two bins.
  package let bins: [Bin]
  package let brier: Double
  package let logLoss: Double
  /// The mean distance of a bin's forecast from what was observed, bins weighted by their counts.
  package let calibrationError: Double

  /// Nil without forecasts. O(n log n).
  ///
  /// - Parameters:
  ///   - forecasts: probabilities, each with an outcome.
  ///   - binCount: bins, at most.
  package init?(forecasts: [Double], outcomes: [Bool], binCount: Int = 10) {
    precondition(forecasts.count == outcomes.count && binCount > 0, "each forecast has an outcome")
    let count = forecasts.count
    if count == 0 { return nil }
    let order = forecasts.indices.sorted { forecasts[$0] < forecasts[$1] }
    var bins: [Bin] = []
    var start = 0
    while start < count {
      // The end that leaves bins of one size, moved on to where forecasts differ.
      var end = max(start + 1, (bins.count + 1) * count / binCount)
      if bins.count == binCount - 1 { end = count }
      while end < count, forecasts[order[end]] == forecasts[order[end - 1]] { end += 1 }
      let members = order[start..<end]
      let size = Double(members.count)
      bins.append(
        Bin(
          count: members.count, forecast: members.reduce(0) { $0 + forecasts[$1] } / size,
          observed: Double(members.count { outcomes[$0] }) / size))
      start = end
    }
    self.bins = bins
    var (squares, losses) = (0.0, 0.0)
    for (forecast, outcome) in zip(forecasts, outcomes) {
      let error = forecast - (outcome ? 1 : 0)
      squares += error * error
      losses += Reliability.logLoss(of: forecast, outcome)
    }
    brier = squares / Double(count)
    logLoss = losses / Double(count)
    calibrationError =
      bins.reduce(0) { $0 + Double($1.count) * abs($1.forecast - $1.observed) } / Double(count)
  }

  /// -log of the probability that was given to what came; forecasts are held a millionth off 0
  /// and 1, so that a single one never outweighs a million.
  package static func logLoss(of forecast: Double, _ outcome: Bool) -> Double {
    let held = min(1 - 1e-6, max(1e-6, forecast))
    return -log(outcome ? held : 1 - held)
  }
}
