import Shop

/// What a customer's orders add up to, seen up to a horizon: the part of a profile that the whole shop's norms
/// are made of.
///
/// Only orders that stand count (not cancelled, not returned as a whole); `seenCount` and `returnedCount` also count
/// the others. No figure depends on the clock, so that time passing makes nothing stale.
package struct MemberDigest: Equatable, Sendable {
  /// Orders that stand.
  package private(set) var orderCount: Int64 = 0
  /// Paid for what was kept, minor units.
  package private(set) var spend: Int64 = 0
  /// The first and the last order that stands; meaningless without any.
  package private(set) var first = Instant.latest
  package private(set) var last = Instant.earliest
  /// Orders that stand in which something was cheaper: a line's discount, or a coupon.
  package private(set) var discountedCount: Int64 = 0
  /// Orders that were not cancelled of which at least one unit came back.
  package private(set) var returnedCount: Int64 = 0
  /// All orders, cancelled ones too.
  package private(set) var seenCount: Int64 = 0

  package init() {}

  /// Walks the customer's orders. O(their lines).
  package init(customer: Int32, orders: OrderTable, horizon: Instant) {
    orders.forEachOrder(of: customer) { order in
      if orders.time[Int(order)] <= horizon { take(order, of: orders) }
      return true
    }
  }

  /// Counts one more order, in any order of orders.
  mutating func take(_ order: Int32, of orders: OrderTable) {
    seenCount += 1
    if orders.isCancelled[Int(order)] { return }
    var stands = false
    var cameBack = false
    var isDiscounted = orders.coupons[order] != nil
    var net: Int64 = 0
    for line in orders.lines(of: order) {
      if orders.lineReturned[line] > 0 { cameBack = true }
      if orders.remainingQuantity(line: line) == 0 { continue }
      stands = true
      net = Money.sum(net, orders.net(line: line))
      if orders.lineDiscount[line] > 0 { isDiscounted = true }
    }
    if cameBack { returnedCount += 1 }
    if !stands { return }
    orderCount += 1
    spend = Money.sum(spend, net)
    if isDiscounted { discountedCount += 1 }
    let time = orders.time[Int(order)]
    first = min(first, time)
    last = max(last, time)
  }

  /// Orders after the first.
  package var repeatCount: Int64 { max(0, orderCount - 1) }

  /// From the first to the last order, whole seconds; 0 with fewer than two.
  package var activeSeconds: Int64 {
    orderCount < 2 ? 0 : (last.milliseconds - first.milliseconds) / 1000
  }
}
