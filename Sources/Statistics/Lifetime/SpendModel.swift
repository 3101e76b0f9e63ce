#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

// What a purchase is worth
// ------------------------
// Gamma-Gamma (Fader and Hardie 2013, "The Gamma-Gamma Model of Monetary Value"): what a customer
// spends at a purchase is Gamma(p, u), and u is Gamma(q, v) among customers. Of x purchases with
// mean z, the log-likelihood is
//
//   lnG(px + q) - lnG(px) - lnG(q) + q ln v + (p x - 1) ln z + p x ln x - (p x + q) ln(x z + v)
//
// and the mean that is expected of the customer p (v + x z) / (p x + q - 1): the own mean and the
// shop's p v / (q - 1), weighted with p x and q - 1.

/// The Gamma-Gamma model of what customers spend at a purchase.
package struct SpendModel: Equatable, Sendable {
  package let p: Double
  package let q: Double
  /// In the unit of money that was fitted.
  package let v: Double

  /// Nil unless all are numbers above zero, and q above 1, below which there is no mean.
  package init?(p: Double, q: Double, v: Double) {
    guard [p, q, v].allSatisfy({ $0 > 0 && $0.isFinite }), q > 1 else { return nil }
    self.p = p
    self.q = q
    self.v = v
  }

  /// The mean over all customers, p v / (q - 1).
  package var meanOfAll: Double { p * v / (q - 1) }

  /// The mean that is expected of a customer who spent `mean` at each of `count` purchases.
  package func expectedMean(count: Double, mean: Double) -> Double {
    let x = max(0, count)
    return p * (v + x * max(0, mean)) / (p * x + q - 1)
  }
}

/// What a fit of the Gamma-Gamma model came to, by maximum likelihood as `LifetimeFit`.
package struct SpendFit: Equatable, Sendable {
  package enum Problem: String, Equatable, Sendable {
    /// Fewer than two customers who paid anything.
    case noSpend = "no_spend"
    /// q is at most 1, so that the shop's mean is infinite.
    case noMean = "no_mean"
    /// Customers, or the purchases of one, differ too little to tell.
    case spendUnclear = "spend_unclear"
    case notConverged = "not_converged"
  }

  package let model: SpendModel?
  /// Of p, q and v.
  package let errors: [Double]?
  package let logLikelihood: Double
  package let customers: Int
  package let problem: Problem?

  /// - Parameter spends: purchases of a customer, and their mean; those without either are left
  ///   out.
  package init(_ spends: [(count: Int, mean: Double)], penalty: Double = 0) {
    let rows = spends.filter { $0.count > 0 && $0.mean > 0 && $0.mean.isFinite }
      .sorted { $0.count != $1.count ? $0.count < $1.count : $0.mean < $1.mean }
    customers = rows.count
    let unit = rows.reduce(0) { $0 + $1.mean / Double(rows.count) }
    guard rows.count > 1, unit > 0, unit.isFinite else {
      model = nil
      errors = nil
      logLikelihood = 0
      problem = .noSpend
      return
    }
    let likelihood = SpendLikelihood(rows.map { (Double($0.count), $0.mean / unit) })
    let weight = 1 / Double(rows.count)
    let search = QuasiNewton(from: [1, 1, 1]) { place in
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
    model = SpendModel(p: found[0], q: found[1], v: found[2] * unit)
    logLikelihood = likelihood.evaluate(search.place).value - Double(rows.count) * log(unit)
    errors = Cholesky(search.hessian)?.inverseDiagonal.enumerated().map { index, variance in
      found[index] * (index == 2 ? unit : 1) * (variance * weight).squareRoot()
    }
    let range = 1e-3...1e4
    problem =
      found.contains { !$0.isFinite }
      ? .notConverged
      : found[1] <= 1
        ? .noMean
        : found.contains { !range.contains($0) }
          ? .spendUnclear
          : search.isConverged && !search.isAtBound ? nil : .notConverged
  }
}

/// The log-likelihood of means, and its gradient by the logarithms of p, q and v.
package struct SpendLikelihood {
  private let rows: [(count: Double, mean: Double, logMean: Double, logCount: Double)]

  /// - Parameter rows: in ascending order of the count, so that equal counts lie together.
  package init(_ rows: [(count: Double, mean: Double)]) {
    self.rows = rows.map { ($0.count, $0.mean, log($0.mean), log($0.count)) }
  }

  package func evaluate(_ place: [Double]) -> (value: Double, gradient: [Double]) {
    let (p, q, v) = (exp(place[0]), exp(place[1]), exp(place[2]))
    let logV = place[2]
    let atQ = GammaFunctions(at: q)
    var value = 0.0
    var (byP, byQ, byV) = (0.0, 0.0, 0.0)
    var before = -1.0
    var (atSum, atPart) = (atQ, atQ)
    for row in rows {
      let x = row.count
      if x != before {
        before = x
        atSum = GammaFunctions(at: p * x + q)
        atPart = GammaFunctions(at: p * x)
      }
      let total = x * row.mean + v
      let logTotal = log(total)
      let shape = p * x + q
      value +=
        atSum.logarithm - atPart.logarithm - atQ.logarithm + q * logV
        + (p * x - 1) * row.logMean + p * x * row.logCount - shape * logTotal
      byP +=
        x * (atSum.digamma - atPart.digamma + row.logMean + row.logCount - logTotal)
      byQ += atSum.digamma - atQ.digamma + logV - logTotal
      byV += q / v - shape / total
    }
    return (value, [byP * p, byQ * q, byV * v])
  }
}
