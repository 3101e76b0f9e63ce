#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The modified BG/NBD model of repeat buying (Batislam, Denizel, Filiztekin 2007; Wagner and Hoppe
/// 2008).
///
/// While alive a customer buys with a rate drawn from a gamma distribution (r, alpha); after the
/// first and every later purchase they leave with a probability drawn from a beta distribution (a,
/// b). Unlike the plain BG/NBD, somebody who bought once can have left, too: the plain model calls
/// every one-time buyer alive for ever.
package struct LifetimeModel: Equatable, Sendable {
  package var r: Double
  /// In days.
  package var alpha: Double
  package var a: Double
  package var b: Double

  package init(r: Double, alpha: Double, a: Double, b: Double) {
    precondition(r > 0 && alpha > 0 && a > 0 && b > 0, "all four are above zero")
    self.r = r
    self.alpha = alpha
    self.a = a
    self.b = b
  }

  /// P(alive | x, t_x, T) = 1 / (1 + a / (b + x) x ((alpha + T) / (alpha + t_x))^(r + x)).
  ///
  /// - Parameters:
  ///   - repeats: x, purchases after the first.
  ///   - lastDays: t_x, days from the first purchase to the last.
  ///   - ageDays: T, days from the first purchase to now; not below `lastDays`.
  package func aliveProbability(repeats: Double, lastDays: Double, ageDays: Double) -> Double {
    let growth = log((alpha + max(ageDays, lastDays)) / (alpha + lastDays))
    let odds = exp(log(a / (b + repeats)) + (r + repeats) * growth)
    return 1 / (1 + odds)
  }

  /// Purchases a day while alive, the posterior mean: (r + x) / (alpha + t_x), over the time in
  /// which the customer was certainly there.
  package func rate(repeats: Double, lastDays: Double) -> Double {
    (r + repeats) / (alpha + lastDays)
  }

  /// Probability of leaving after the next purchase, the posterior mean.
  package func dropout(repeats: Double) -> Double { a / (a + b + repeats + 1) }

  /// Purchases expected in so many days of somebody who is alive at that age.
  ///
  /// Rate m = (r + x) / (alpha + T), the posterior mean of who is alive and silent since; dropout q
  /// at its posterior mean: purchases come at rate m and each ends the run with probability q, so
  /// that (1 - e^(-m q days)) / q are expected, at most m x days.
  package func expectedIfAlive(
    repeats: Double, ageDays: Double, withinDays days: Double
  ) -> Double {
    let dropout = dropout(repeats: repeats)
    let rate = (r + repeats) / (alpha + ageDays)
    return -expm1(-rate * dropout * max(0, days)) / dropout
  }

  /// Probability of at least one purchase in so many days of somebody who is alive at that age:
  /// 1 - ((alpha + T) / (alpha + T + days))^(r + x), over the posterior of the rate.
  package func purchaseProbabilityIfAlive(
    repeats: Double, ageDays: Double, withinDays days: Double
  ) -> Double {
    -expm1((r + repeats) * log((alpha + ageDays) / (alpha + ageDays + max(0, days))))
  }
}

/// Probabilities of an event in a span of time.
package enum Waiting {
  /// 1 - e^(-rate x span): at least one event of a Poisson process.
  package static func probability(rate: Double, span: Double) -> Double {
    -expm1(-max(0, rate * span))
  }
}
