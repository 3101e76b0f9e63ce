#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

// How a model is fitted
// ---------------------
// Maximum likelihood on the logarithms of r, alpha, a and b, with time in units of the mean age, by
// `QuasiNewton`. A penalty of so much times the sum of the squared logarithms, per customer, draws
// all four towards 1: fits of short or seasonal logs otherwise end at the edge, where nobody ever
// leaves (a -> 0) or all buy alike (r, alpha -> infinity). On the CDNOW sample and on Online Retail
// .01 ranks the holdout better than none does, although the likelihood is lower.
//
// Standard errors are those of the penalised function: square roots of the inverse Hessian's
// diagonal over the customers, times the parameter (delta method).

/// What a fit of a model of repeat buying came to.
package struct LifetimeFit: Equatable, Sendable {
  /// Why a fit is of no use.
  package enum Problem: String, Equatable, Sendable {
    /// Nobody came back, so that no rate can be told.
    case noRepeats = "no_repeats"
    /// Everybody is as old as their first purchase: no time has passed.
    case noTime = "no_time"
    /// The probability of leaving runs to 0: the log has nobody who has left.
    case nobodyLeaves = "nobody_leaves"
    /// The probability of leaving is the same for all, or each leaves or stays for ever.
    case leavingUnclear = "leaving_unclear"
    /// The rates run together: the log cannot tell how they differ.
    case ratesUnclear = "rates_unclear"
    /// The search found no minimum that curves up in all directions.
    case notConverged = "not_converged"
  }

  /// Standard errors of the four.
  package struct Errors: Equatable, Sendable {
    package var r: Double
    package var alpha: Double
    package var a: Double
    package var b: Double
  }

  package let family: LifetimeFamily
  package let penalty: Double
  /// Nil where nothing could be searched.
  package let model: FittedLifetime?
  /// Nil where the Hessian has no inverse.
  package let errors: Errors?
  /// Of the histories as given, without the penalty.
  package let logLikelihood: Double
  package let customers: Int
  package let repeatCustomers: Int
  /// Different histories.
  package let rows: Int
  package let evaluationCount: Int
  /// Nil where the fit is sound.
  package let problem: Problem?

  package var isSound: Bool { problem == nil }

  /// The penalty of the modified model where the plain one is of no use.
  package static let usualPenalty = 0.01
  /// Outside of it a parameter has run to an edge; alpha in units of the mean age.
  private static let range = 1e-3...1e3

  /// O(evaluations x rows), some 30 evaluations.
  package init(
    _ family: LifetimeFamily, to histories: LifetimeHistories, penalty: Double = 0
  ) {
    self.family = family
    self.penalty = penalty
    customers = histories.customers
    repeatCustomers = histories.repeatCustomers
    rows = histories.rows
    let unit = histories.meanAge
    guard histories.repeatCustomers > 0, unit > 0, unit.isFinite else {
      model = nil
      errors = nil
      logLikelihood = 0
      evaluationCount = 0
      problem = histories.repeatCustomers > 0 ? .noTime : .noRepeats
      return
    }
    let likelihood = LifetimeLikelihood(family: family, histories: histories.scaled(by: unit))
    let weight = 1 / Double(histories.customers)
    let search = QuasiNewton(from: [0, 0, 0, 0]) { place in
      let (value, gradient) = likelihood.evaluate(place)
      var sum = -value * weight
      var slopes = gradient.map { -$0 * weight }
      for index in place.indices {
        sum += penalty * place[index] * place[index]
        slopes[index] += 2 * penalty * place[index]
      }
      return (sum, slopes)
    }
    let found = search.place.map { exp($0) }
    model = FittedLifetime(
      family: family, r: found[0], alpha: found[1] * unit, a: found[2], b: found[3])
    logLikelihood = likelihood.evaluate(search.place).value - histories.repeats * log(unit)
    evaluationCount = search.evaluationCount
    let deviations = Cholesky(search.hessian)?.inverseDiagonal.map { ($0 * weight).squareRoot() }
    errors = deviations.map { deviations in
      Errors(
        r: found[0] * deviations[0], alpha: found[1] * unit * deviations[1],
        a: found[2] * deviations[2], b: found[3] * deviations[3])
    }
    problem = LifetimeFit.problem(found, search)
  }

  private static func problem(_ found: [Double], _ search: QuasiNewton) -> Problem? {
    if found.contains(where: { !$0.isFinite }) || !search.value.isFinite { return .notConverged }
    let (r, alpha, a, b) = (found[0], found[1], found[2], found[3])
    if a / (a + b) < 1e-3 || a < range.lowerBound { return .nobodyLeaves }
    if !range.contains(a) || !range.contains(b) { return .leavingUnclear }
    if !range.contains(r) || !range.contains(alpha) { return .ratesUnclear }
    return search.isConverged && !search.isAtBound ? nil : .notConverged
  }
}

/// What became of fitting a shop's histories by the stated chain: the plain model by maximum
/// likelihood where that is sound, else the modified one with the penalty, else none.
package struct LifetimeChain: Sendable {
  package let plain: LifetimeFit
  /// Nil where the plain one was sound and the modified one not asked for.
  package let modified: LifetimeFit?

  /// - Parameter both: fits the modified model also where the plain one is sound, to compare.
  package init(
    _ histories: LifetimeHistories, penalty: Double = LifetimeFit.usualPenalty, both: Bool = false
  ) {
    plain = LifetimeFit(.plain, to: histories)
    modified =
      plain.isSound && !both
      ? nil : LifetimeFit(.modified, to: histories, penalty: penalty)
  }

  /// The first sound fit of the chain, or nil: what is assumed without a fit stays in use.
  package var chosen: LifetimeFit? {
    if plain.isSound { return plain }
    return modified?.isSound == true ? modified : nil
  }
}
