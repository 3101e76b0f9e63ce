import Shop
import Statistics

/// What may come of a customer: from the shop's fitted model where there is one, else from the
/// prior that `ShopNorms` makes of the shop's sums.
extension MemberProfile {
  private var fitted: FittedLifetime? { view.fitted.lifetime?.purchases }

  private var repeats: Double { Double(summary.repeats) }

  /// Days since the last visit.
  var silentDays: Double? { summary.last.map { view.viewpoint.daysSince($0) } }

  /// Days from the first visit to now.
  var ageDays: Double? { silentDays.map { summary.spanDays + $0 } }

  /// P(alive) as the lifetime model has it; nil before the first order.
  package var modelAliveProbability: Double? {
    guard let ageDays else { return nil }
    return fitted?.aliveProbability(repeats: repeats, last: summary.spanDays, age: ageDays)
      ?? view.norms.lifetime.aliveProbability(
        repeats: repeats, lastDays: summary.spanDays, ageDays: ageDays)
  }

  /// Probability of still being a customer, 0 to 1; nil before the first order.
  ///
  /// Never below that of a one-time buyer of the same silence: see the top of
  /// `MemberProfile.swift`.
  package var aliveProbability: Double? {
    guard let own = modelAliveProbability, let silentDays else { return nil }
    if let fitted {
      return fitted.shownAliveProbability(
        repeats: repeats, last: summary.spanDays, silence: silentDays)
    }
    let oneTime = view.norms.lifetime.aliveProbability(
      repeats: 0, lastDays: 0, ageDays: silentDays)
    return max(own, oneTime)
  }

  /// Orders a day while the customer was certainly there.
  package var orderRate: Double {
    fitted?.rate(repeats: repeats, last: summary.spanDays)
      ?? view.norms.lifetime.rate(repeats: repeats, lastDays: summary.spanDays)
  }

  /// Orders expected in so many days if nothing is done, those of one local day counting once; 0
  /// before the first order.
  package func expectedOrders(withinDays days: Double) -> Double {
    guard let ageDays, let alive = modelAliveProbability else { return 0 }
    return fitted?.expectedPurchases(
      repeats: repeats, last: summary.spanDays, age: ageDays, within: days)
      ?? alive
      * view.norms.lifetime.expectedIfAlive(repeats: repeats, ageDays: ageDays, withinDays: days)
  }

  /// Probability of at least one order in so many days if nothing is done: the model's P(alive)
  /// times that of a purchase if alive; 0 before the first order.
  package func orderProbability(withinDays days: Double) -> Double {
    guard let ageDays, let alive = modelAliveProbability else { return 0 }
    return fitted?.purchaseProbability(
      repeats: repeats, last: summary.spanDays, age: ageDays, within: days)
      ?? alive
      * view.norms.lifetime.purchaseProbabilityIfAlive(
        repeats: repeats, ageDays: ageDays, withinDays: days)
  }

  /// What a visit is expected to be worth, minor units: by the fitted Gamma-Gamma model, else the
  /// mean order, shrunken to the shop's.
  package var expectedVisitValue: Double {
    guard let spend = view.fitted.lifetime?.spend, summary.visits > 0 else {
      return expectedOrderValue
    }
    let visits = Double(summary.visits)
    return spend.expectedMean(count: visits, mean: Double(summary.spend) / visits)
  }

  /// What the customer is expected to spend in the next 365 days, minor units.
  package var yearValue: Double {
    expectedOrders(withinDays: MemberProfile.horizonDays) * expectedVisitValue
  }

  /// The fields that follow from the lifetime model.
  func lifetimeFigure(_ field: Field) -> Value? {
    if summary.orders == 0 { return nil }
    return switch field {
    case .pAlive: aliveProbability.map { .number($0.rounded(decimals: 4)) }
    case .expectedOrders12m:
      .number(expectedOrders(withinDays: MemberProfile.horizonDays).rounded(decimals: 4))
    case .value12m: .integer(Int64(clamped: yearValue))
    case .lifetimeBasis: .string(view.fitted.basis)
    default: nil
    }
  }
}
