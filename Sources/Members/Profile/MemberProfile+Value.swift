import Shop
import Statistics

/// What a customer is worth: money so far, and what may come.
extension MemberProfile {
  /// The mean order value, shrunken to the shop's, minor units.
  package var expectedOrderValue: Double {
    perOrder(Double(summary.spend), to: view.norms.meanOrderValue)
  }

  /// The mean margin of an order, shrunken to the shop's, minor units: what was paid less the
  /// items' cost, or the shop's usual margin where a cost is unknown.
  package var expectedOrderMargin: Double {
    perOrder(Double(summary.margin), to: view.norms.meanOrderMargin)
  }

  /// Spend over orders, rounded half up, minor units; nil before the first order.
  package var averageOrderValue: Int64? {
    let count = Int64(summary.orders)
    if count == 0 { return nil }
    let (quotient, remainder) = summary.spend.quotientAndRemainder(dividingBy: count)
    return remainder >= count - remainder ? quotient + 1 : quotient
  }

  private var repeats: Double { Double(summary.repeats) }

  /// Days from the first visit to now.
  private var ageDays: Double? {
    summary.last.map { summary.spanDays + view.viewpoint.daysSince($0) }
  }

  /// P(alive) as the lifetime model has it; nil before the first order.
  package var modelAliveProbability: Double? {
    guard let ageDays else { return nil }
    return view.norms.lifetime.aliveProbability(
      repeats: repeats, lastDays: summary.spanDays, ageDays: ageDays)
  }

  /// Probability of still being a customer, 0 to 1; nil before the first order.
  ///
  /// Never below that of a one-time buyer of the same silence: see the top of
  /// `MemberProfile.swift`.
  package var aliveProbability: Double? {
    guard let own = modelAliveProbability, let last = summary.last else { return nil }
    let oneTime = view.norms.lifetime.aliveProbability(
      repeats: 0, lastDays: 0, ageDays: view.viewpoint.daysSince(last))
    return max(own, oneTime)
  }

  /// Orders a day while the customer was certainly there.
  package var orderRate: Double {
    view.norms.lifetime.rate(repeats: repeats, lastDays: summary.spanDays)
  }

  /// Orders expected in so many days if nothing is done; 0 before the first order.
  package func expectedOrders(withinDays days: Double) -> Double {
    guard let alive = modelAliveProbability, let ageDays else { return 0 }
    return alive
      * view.norms.lifetime.expectedIfAlive(repeats: repeats, ageDays: ageDays, withinDays: days)
  }

  /// Probability of at least one order in so many days if nothing is done: the model's P(alive)
  /// times that of a purchase if alive; 0 before the first order.
  package func orderProbability(withinDays days: Double) -> Double {
    guard let alive = modelAliveProbability, let ageDays else { return 0 }
    return alive
      * view.norms.lifetime.purchaseProbabilityIfAlive(
        repeats: repeats, ageDays: ageDays, withinDays: days)
  }

  /// What the customer is expected to spend in the next 365 days, minor units.
  package var yearValue: Double {
    expectedOrders(withinDays: MemberProfile.horizonDays) * expectedOrderValue
  }
}
