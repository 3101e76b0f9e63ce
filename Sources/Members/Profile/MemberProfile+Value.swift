import Shop
import Statistics

/// What a customer is worth: money so far, and what may come.
extension MemberProfile {
  /// Spend over orders, rounded half up, minor units; nil without an order.
  package var averageOrderValue: Int64? {
    let count = digest.orderCount
    if count == 0 { return nil }
    let (quotient, remainder) = digest.spend.quotientAndRemainder(dividingBy: count)
    return remainder >= count - remainder ? quotient + 1 : quotient
  }

  /// What an order of this customer is expected to come to, minor units, shrunken to the shop's mean.
  package var expectedOrderValue: Double {
    shrunken(
      sum: Double(digest.spend), count: Double(digest.orderCount),
      to: view.norms.averageOrderValue, weight: ShrinkageWeight.orderValue)
  }

  // MARK: Lifetime

  /// x, t and T of the lifetime models in days; nil without an order.
  private var history: (repeats: Double, last: Double, age: Double)? {
    guard let silenceDays else { return nil }
    let last = Double(digest.activeSeconds) / 86_400
    return (Double(digest.repeatCount), last, last + silenceDays)
  }

  /// P(alive) as the model has it, without the floor of `probabilityAlive`; nil without an order.
  package var modelProbabilityAlive: Double? {
    guard let (repeats, last, age) = history else { return nil }
    return view.norms.lifetime.probabilityAlive(repeats: repeats, last: last, age: age)
  }

  /// The probability that the customer has not left for good, 0 to 1; nil without an order.
  ///
  /// Never below that of a one-time buyer of the same silence: see the top of `MemberProfile.swift`.
  package var probabilityAlive: Double? {
    guard let silenceDays, let own = modelProbabilityAlive else { return nil }
    return max(
      own, view.norms.lifetime.probabilityAlive(repeats: 0, last: 0, age: silenceDays))
  }

  /// Orders expected in the next `days` days; nil without an order.
  package func expectedOrders(days: Double) -> Double? {
    guard let (repeats, _, age) = history, let alive = modelProbabilityAlive else { return nil }
    return alive
      * view.norms.lifetime.expectedOrdersIfAlive(repeats: repeats, age: age, horizon: days)
  }

  /// Spend expected in the next 365 days, minor units, rounded; nil without an order.
  package var value12m: Int64? {
    expectedOrders(days: 365).map { orders in
      Int64(min(orders * expectedOrderValue, 9e18).rounded())
    }
  }

  /// The probability of at least one order in the next `days` days if nothing is done, 0 to 1.
  ///
  /// Model P(alive) x (1 - (( alpha + T) / (alpha + T + days))^(r + x)), the Gamma-Poisson's closed form. Someone who has not
  /// ordered yet is taken for a one-time buyer silent since joining, or for the shop's mean gap where that is not
  /// known: a labelled prior, since those who never buy say nothing about those who will.
  package func orderProbability(days: Double) -> Double {
    precondition(days >= 0, "the horizon lies ahead")
    let lifetime = view.norms.lifetime
    let (repeats, last, age) =
      history ?? (0, 0, joinedDays.map(Double.init) ?? view.norms.meanGapDays)
    return lifetime.probabilityAlive(repeats: repeats, last: last, age: age)
      * lifetime.orderProbabilityIfAlive(repeats: repeats, age: age, horizon: days)
  }

  // MARK: Margin

  /// What is left of an average order after the items' cost, minor units, shrunken to the shop's. O(order lines).
  ///
  /// A line's margin is what was paid for it less cost x quantity, or `settings.marginPercent` of what was paid where
  /// the cost isn't known. Below zero for someone who buys below cost.
  package var marginPerOrder: Double {
    let (facts, orders) = (view.facts, view.facts.orders)
    let percent = Double(facts.settings.marginPercent) / 100
    var margin = 0.0
    forEachStandingOrder { order in
      for line in orders.lines(of: order) {
        let quantity = orders.remainingQuantity(line: line)
        if quantity == 0 { continue }
        let paid = Double(orders.net(line: line))
        if let cost = facts.items[orders.lineItem[line]].cost {
          margin += paid - Double(cost) * Double(quantity)
        } else {
          margin += paid * percent
        }
      }
    }
    return shrunken(
      sum: margin, count: Double(digest.orderCount),
      to: view.norms.averageOrderValue * percent, weight: ShrinkageWeight.orderValue)
  }

  /// Hands the orders that stand and are seen to `body`, from the newest to the oldest.
  func forEachStandingOrder(_ body: (Int32) -> Void) {
    if customer < 0 { return }
    let orders = view.facts.orders
    orders.forEachOrder(of: customer) { order in
      if view.viewpoint.sees(orders.time[Int(order)]), orders.stands(order) { body(order) }
      return true
    }
  }
}
