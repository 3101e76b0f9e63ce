import Shop

/// What a customer's standing orders come to, up to a moment: one pass over their list.
///
/// Follows from the facts alone: the clock does not move it.
package struct OrderSummary: Equatable, Sendable {
  package private(set) var orders = 0
  /// Net of returns and discounts, minor units.
  package private(set) var spend: Int64 = 0
  package private(set) var first: Instant?
  package private(set) var last: Instant?
  /// Distinct days (UTC) with an order: two orders on one day are one visit, and no gap of zero.
  package private(set) var visits = 0
  /// Orders with a discount on a line or a coupon.
  package private(set) var discounted = 0
  package private(set) var margin: Int64 = 0

  package init(of customer: Int32, upTo horizon: Instant, facts: ShopFacts) {
    let orders = facts.orders
    var lastVisit: Int64?
    orders.forEachOrder(of: customer) { order in
      let time = orders.time[Int(order)]
      guard time <= horizon, orders.stands(order) else { return true }
      self.orders += 1
      if last == nil { last = time }
      first = time
      let net = orders.net(order: order)
      spend = Money.sum(spend, net)
      let visit = time.milliseconds.flooredDivision(by: Instant.millisecondsPerDay).quotient
      if visit != lastVisit { visits += 1 }
      lastVisit = visit
      let lines = orders.lines(of: order)
      let isDiscounted =
        orders.coupons[order] != nil || lines.contains { orders.lineDiscount[$0] > 0 }
      if isDiscounted { discounted += 1 }
      for line in lines { margin = Money.sum(margin, OrderSummary.margin(line, facts)) }
      return true
    }
  }

  /// What the shop keeps of a line: net less cost, or less the price without the shop's usual margin where the cost is
  /// unknown.
  private static func margin(_ line: Int, _ facts: ShopFacts) -> Int64 {
    let orders = facts.orders
    let quantity = orders.remainingQuantity(line: line)
    if quantity == 0 { return 0 }
    let price = orders.lineUnitPrice[line]
    let cost =
      facts.items[orders.lineItem[line]].cost
      ?? price - Money.share(of: price, part: facts.settings.marginPercent, whole: 100)
    let (total, overflow) = cost.multipliedReportingOverflow(by: quantity)
    return overflow ? 0 : orders.net(line: line) - total
  }

  /// Milliseconds from the first order to the last; 0 for orders of one day.
  package var spanMilliseconds: Int64 {
    guard let first, let last, visits > 1 else { return 0 }
    return last.milliseconds - first.milliseconds
  }

  /// Days from the first order to the last; 0 for orders of one day.
  package var spanDays: Double {
    Double(spanMilliseconds) / Double(Instant.millisecondsPerDay)
  }
}
