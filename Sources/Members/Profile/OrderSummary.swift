import Shop

/// What a customer's orders come to, seen up to a horizon: the part of a profile that the whole
/// shop's norms are made of.
///
/// Only orders that stand count (not cancelled, not returned as a whole); `returned` and `seen`
/// also count the others. No figure depends on the clock: time passing makes nothing stale.
package struct OrderSummary: Equatable, Sendable {
  package private(set) var orders = 0
  /// Net of returns and discounts, minor units.
  package private(set) var spend: Int64 = 0
  /// What the shop kept of it, minor units: below zero for someone who buys below cost.
  package private(set) var margin: Int128 = 0
  package private(set) var first: Instant?
  package private(set) var last: Instant?
  /// Distinct local days with an order: two orders on one day are one visit, and no gap of zero.
  package private(set) var visits = 0
  /// Orders with a discount on a line or a coupon.
  package private(set) var discounted = 0
  /// Orders, not cancelled, of which at least one unit came back.
  package private(set) var returned = 0
  /// All orders, cancelled ones too.
  package private(set) var seen = 0
  /// The local day of the order that was taken last.
  private var takenDay: Day?

  package init() {}

  /// Walks a customer's orders. O(their lines).
  package init(of customer: Int32, facts: ShopFacts, horizon: Instant) {
    if customer < 0 { return }
    facts.orders.forEachOrder(of: customer) { order in
      if facts.orders.time[Int(order)] <= horizon { take(order, facts: facts) }
      return true
    }
    takenDay = nil
  }

  package static func == (left: OrderSummary, right: OrderSummary) -> Bool {
    left.orders == right.orders && left.spend == right.spend && left.margin == right.margin
      && left.first == right.first && left.last == right.last && left.visits == right.visits
      && left.discounted == right.discounted && left.returned == right.returned
      && left.seen == right.seen
  }

  /// Counts one more order. All orders of a customer must come in order of time, up or down, since
  /// visits are told apart by a change of the day.
  mutating func take(_ order: Int32, facts: ShopFacts) {
    seen += 1
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
    if cameBack { returned += 1 }
    if !stands { return }
    orders += 1
    if isDiscounted { discounted += 1 }
    let time = facts.orders.time[Int(order)]
    first = min(first ?? time, time)
    last = max(last ?? time, time)
    let day = facts.settings.zone.day(of: time)
    if day != takenDay { visits += 1 }
    takenDay = day
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
