import Shop

/// What a customer's orders come to, seen up to a horizon: the part of a profile that the whole
/// shop's norms are made of.
///
/// Only orders that stand count (not cancelled, not returned as a whole); `returned` and `seen`
/// also count the others. No figure depends on the clock: time passing makes nothing stale.
package struct OrderSummary: BitwiseCopyable, Equatable, Sendable {
  /// What the shop kept of it, minor units: below zero for someone who buys below cost.
  package private(set) var margin: Int128 = 0
  /// Net of returns and discounts, minor units.
  package private(set) var spend: Int64 = 0
  // Whole numbers without gaps between them, so that a column of summaries can lie in a snapshot.
  private var firstTime = Instant.latest
  private var lastTime = Instant.earliest
  private var orderCount: Int32 = 0
  private var visitCount: Int32 = 0
  private var discountedCount: Int32 = 0
  private var returnedCount: Int32 = 0
  private var seenCount: Int32 = 0
  private var unused: Int32 = 0

  package init() {}

  package var orders: Int { Int(orderCount) }
  package var first: Instant? { orderCount > 0 ? firstTime : nil }
  package var last: Instant? { orderCount > 0 ? lastTime : nil }
  /// Distinct local days with an order: two orders on one day are one visit, and no gap of zero.
  package var visits: Int { Int(visitCount) }
  /// Orders with a discount on a line or a coupon.
  package var discounted: Int { Int(discountedCount) }
  /// Orders, not cancelled, of which at least one unit came back.
  package var returned: Int { Int(returnedCount) }
  /// All orders, cancelled ones too.
  package var seen: Int { Int(seenCount) }

  /// Walks a customer's orders. O(their lines).
  ///
  /// - Parameter start: orders before it do not count.
  package init(
    of customer: Int32, facts: ShopFacts, horizon: Instant, start: Instant = .earliest
  ) {
    if customer < 0 { return }
    facts.orders.forEachOrder(of: customer) { order in
      let time = facts.orders.time[Int(order)]
      if time < start { return false }
      if time <= horizon { take(order, facts: facts) }
      return true
    }
  }

  /// Counts one more order. All orders of a customer must come in order of time, up or down, since
  /// visits are told apart by a change of the day.
  mutating func take(_ order: Int32, facts: ShopFacts) {
    seenCount += 1
    if facts.orders.isCancelled[Int(order)] { return }
    var stands = false
    var cameBack = false
    var isDiscounted = facts.orders.coupons[order] != nil
    for line in facts.orders.lines(of: order) {
      if facts.orders.lineReturned[line] > 0 { cameBack = true }
      let quantity = facts.orders.remainingQuantity(line: line)
      if quantity == 0 { continue }
      stands = true
      if facts.orders.lineDiscount[line] > 0 { isDiscounted = true }
      let net = facts.orders.net(line: line)
      spend = Money.sum(spend, net)
      margin += Int128(net) - Int128(Self.unitCost(of: line, facts: facts)) * Int128(quantity)
    }
    if cameBack { returnedCount += 1 }
    if !stands { return }
    if isDiscounted { discountedCount += 1 }
    let time = facts.orders.time[Int(order)]
    // In order of time, up or down, the one before is the last so far or the first.
    let zone = facts.settings.zone
    let day = zone.day(of: time)
    if orderCount == 0 || day != zone.day(of: lastTime) && day != zone.day(of: firstTime) {
      visitCount += 1
    }
    orderCount += 1
    firstTime = min(firstTime, time)
    lastTime = max(lastTime, time)
  }

  /// What a unit cost the shop: the item's cost, or where that is unknown the price less the shop's
  /// usual margin.
  private static func unitCost(of line: Int, facts: ShopFacts) -> Int64 {
    if let cost = facts.items.items[Int(facts.orders.lineItem[line])].cost { return cost }
    let price = facts.orders.lineUnitPrice[line]
    return price - Money.share(of: price, part: facts.settings.marginPercent, whole: 100)
  }

  /// Visits after the first.
  package var repeats: Int { max(0, visits - 1) }

  /// From the first visit to the last, whole seconds; 0 with fewer than two.
  package var spanSeconds: Int64 {
    guard let first, let last, visits > 1 else { return 0 }
    return (last.milliseconds - first.milliseconds) / 1000
  }

  /// Days from the first visit to the last.
  package var spanDays: Double { Double(spanSeconds) / 86_400 }
}
