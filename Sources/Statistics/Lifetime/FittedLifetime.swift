/// Which story of leaving a model of repeat buying tells.
package enum LifetimeFamily: String, CaseIterable, Sendable {
  /// BG/NBD (Fader, Hardie and Lee 2005): a customer may leave after each repeat purchase.
  case plain = "bg_nbd"
  /// MBG/NBD (Batislam, Denizel and Filiztekin 2007; Wagner and Hoppe 2008): after the first, too.
  case modified = "mbg_nbd"
}

/// A model of repeat buying with parameters of its own: customers buy at rates that are
/// Gamma(r, alpha) among them, and leave after a purchase with probabilities that are Beta(a, b).
///
/// Time is in the unit of `alpha`.
package struct FittedLifetime: Equatable, Sendable {
  package let family: LifetimeFamily
  package let r: Double
  package let alpha: Double
  package let a: Double
  package let b: Double

  /// Nil unless all four are numbers above zero.
  package init?(family: LifetimeFamily, r: Double, alpha: Double, a: Double, b: Double) {
    guard [r, alpha, a, b].allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    self.family = family
    self.r = r
    self.alpha = alpha
    self.a = a
    self.b = b
  }

  /// P(alive | x, t_x, T): 1 / (1 + a / (c - 1) ((alpha + T) / (alpha + t_x))^(r + x)) with
  /// c = b + x, or b + x + 1 in the modified model; 1 for one-time buyers in the plain one.
  package func aliveProbability(repeats: Double, last: Double, age: Double) -> Double {
    let x = max(0, repeats)
    if family == .plain && x < 1 { return 1 }
    let passed = family == .plain ? b + x - 1 : b + x
    let (start, end) = (max(0, last), max(max(0, last), age))
    let growth = Elementary.logarithm((alpha + end) / (alpha + start))
    return 1 / (1 + Elementary.exponential(Elementary.logarithm(a / passed) + (r + x) * growth))
  }

  /// P(alive) for showing and for ranking: the family's own for those who came back, the modified
  /// model's with these parameters for one-time buyers, and never below that of a one-time buyer
  /// who is just as silent.
  ///
  /// So a one-time buyer never stands above somebody who came back and was seen as lately, also
  /// where the plain model, which has no way to leave before the first repeat, would say 1.
  ///
  /// - Parameter silence: time since the last purchase, T - t_x.
  package func shownAliveProbability(repeats: Double, last: Double, silence: Double) -> Double {
    let silence = max(0, silence)
    let oneTime = LifetimeModel(r: r, alpha: alpha, a: a, b: b)
      .aliveProbability(repeats: 0, lastDays: 0, ageDays: silence)
    if repeats < 1 { return oneTime }
    return max(
      oneTime, aliveProbability(repeats: repeats, last: last, age: max(0, last) + silence))
  }

  /// Purchases per unit of time while the customer was certainly there: (r + x) / (alpha + t_x).
  package func rate(repeats: Double, last: Double) -> Double {
    (r + max(0, repeats)) / (alpha + max(0, last))
  }

  /// Purchases expected in the next `span`; over everything that is not known of the customer.
  package func expectedPurchases(
    repeats: Double, last: Double, age: Double, within span: Double
  ) -> Double {
    let alive = aliveProbability(repeats: repeats, last: last, age: age)
    return alive == 0 ? 0 : alive * run(repeats: repeats, age: age, within: span).mean
  }

  /// Purchases expected in the first `span` after the first purchase, of a new customer.
  package func expectedPurchasesOfNew(within span: Double) -> Double {
    let alive = family == .plain ? 1 : b / (a + b)
    return alive * run(repeats: 0, age: 0, within: span).mean
  }

  /// Probability of at least one purchase in the next `span`.
  package func purchaseProbability(
    repeats: Double, last: Double, age: Double, within span: Double
  ) -> Double {
    aliveProbability(repeats: repeats, last: last, age: age)
      * LifetimeModel(r: r, alpha: alpha, a: a, b: b)
      .purchaseProbabilityIfAlive(
        repeats: max(0, repeats), ageDays: max(0, age), withinDays: max(0, span))
  }

  /// What is left of a customer who is alive.
  private func run(repeats: Double, age: Double, within span: Double) -> PurchaseRun {
    let x = max(0, repeats)
    return PurchaseRun(
      shape: r + x, ratio: max(0, span) / (alpha + max(0, age)), leave: a,
      stay: b + x + (family == .plain ? 0 : 1))
  }
}
