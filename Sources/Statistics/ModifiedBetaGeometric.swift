#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// The modified BG/NBD model
// -------------------------
// Batislam, Denizel and Filiztekin (2007), "Empirical validation and comparison of models for customer base
// analysis"; the same model as Hoppe and Wagner's CBG/NBD (2007). While alive a customer orders at rate lambda,
// which is Gamma(shape r, rate alpha) over customers; after every order, the first included, the customer leaves
// with probability p, which is Beta(a, b). (BG/NBD lets nobody leave before a second order, and so holds each
// one-time buyer to be alive for ever.)
//
// For x repeat orders, the last of them at t after the first order, seen until T:
//   alive:  p not drawn x + 1 times, no order in T - t    E[(1-p)^(x+1)]  E[lambda^x exp(-lambda T)]
//   gone:   not drawn x times, then drawn                 E[p (1-p)^x]    E[lambda^x exp(-lambda t)]
//   odds of gone = a / (b + x)  x  ((alpha + T) / (alpha + t))^(r + x)

/// Order rate and dropout of a population of customers; times in any one unit, here days.
package struct ModifiedBetaGeometric: Equatable, Sendable {
  /// Shape of the order rates.
  package var r: Double
  /// Rate parameter of the order rates, in units of time.
  package var alpha: Double
  package var a: Double
  package var b: Double

  package init(r: Double, alpha: Double, a: Double, b: Double) {
    precondition(r > 0 && alpha > 0 && a > 0 && b > 0, "all four parameters are above zero")
    self.r = r
    self.alpha = alpha
    self.a = a
    self.b = b
  }

  /// P(alive at `age`) after `repeats` orders beyond the first, the last of them at `last`. In 0 ... 1.
  package func probabilityAlive(repeats: Double, last: Double, age: Double) -> Double {
    precondition(repeats >= 0 && last >= 0 && age >= last, "history lies before now")
    let silence = (r + repeats) * log((alpha + age) / (alpha + last))
    return 1 / (1 + a / (b + repeats) * exp(silence))
  }

  /// Expected rate while alive, orders per unit of time: the mean of the posterior Gamma.
  package func rate(repeats: Double, age: Double) -> Double { (r + repeats) / (alpha + age) }

  /// Expected probability of leaving after the next order: the mean of the posterior Beta.
  package func dropout(repeats: Double) -> Double { a / (a + b + repeats + 1) }

  /// Expected orders in the next `horizon` of a customer known to be alive now.
  ///
  /// With rate m and dropout q held at their posterior means: orders come at rate m and each ends the run with
  /// probability q, so that (1 - exp(-m q horizon)) / q are expected. At most m x horizon.
  package func expectedOrdersIfAlive(repeats: Double, age: Double, horizon: Double) -> Double {
    let dropout = dropout(repeats: repeats)
    return -expm1(-rate(repeats: repeats, age: age) * dropout * horizon) / dropout
  }

  /// Probability of at least one order in the next `horizon` of a customer known to be alive now:
  /// 1 - E[exp(-lambda horizon)] under the posterior Gamma.
  package func orderProbabilityIfAlive(repeats: Double, age: Double, horizon: Double) -> Double {
    -expm1((r + repeats) * log((alpha + age) / (alpha + age + horizon)))
  }
}
