import Shop
import Statistics

// How norms stay fresh
// --------------------
// `MemberColumns` holds, as of one horizon, every customer's digest, the exact sums over them, and the three ranked
// multisets that the RFM cuts are read from. Built once in a pass over the orders, then kept: an order changes one
// customer's digest, whose old part is taken out of sums and ranks and whose new part is put in. Everything is
// integers, so that this equals building anew, exactly (held by a property test).

/// The digests of all customers as of a horizon, and what they add up to.
package struct MemberColumns: Equatable, Sendable {
  package let horizon: Instant
  package let zone: Zone
  /// By customer index; a customer beyond the end has no orders.
  package private(set) var digests: [MemberDigest]
  package private(set) var totals = ShopTotals()
  private(set) var lastDays = RankedValues()
  private(set) var orderCounts = RankedValues()
  private(set) var spends = RankedValues()

  /// One pass over all orders. O(customers log customers + order lines).
  package init(facts: ShopFacts, horizon: Instant) {
    self.horizon = horizon
    zone = facts.settings.zone
    let orders = facts.orders
    let (customers, times) = (orders.customer, orders.time)
    digests = Array(repeating: MemberDigest(), count: facts.customers.count)
    for order in 0..<orders.count {
      let customer = Int(customers[order])
      if customer >= 0 && times[order] <= horizon {
        digests[customer].take(Int32(order), of: orders)
      }
    }
    let buyers = digests.filter { $0.orderCount > 0 }
    for digest in digests { totals.add(digest) }
    let zone = zone
    lastDays = RankedValues(buyers.lazy.map { Int64(zone.day(of: $0.last).number) })
    orderCounts = RankedValues(buyers.lazy.map(\.orderCount))
    spends = RankedValues(buyers.lazy.map(\.spend))
  }

  package var norms: ShopNorms {
    ShopNorms(
      totals: totals,
      cuts: RFMCuts(lastDays: lastDays, orderCounts: orderCounts, spends: spends))
  }

  package func digest(of customer: Int32) -> MemberDigest {
    customer >= 0 && Int(customer) < digests.count ? digests[Int(customer)] : MemberDigest()
  }

  /// Reads one customer's orders anew. O(orders of the customer + square root of the customers).
  mutating func refresh(customer: Int32, orders: OrderTable) {
    while digests.count <= Int(customer) { digests.append(MemberDigest()) }
    let old = digests[Int(customer)]
    let new = MemberDigest(customer: customer, orders: orders, horizon: horizon)
    if old == new { return }
    digests[Int(customer)] = new
    totals.remove(old)
    totals.add(new)
    if old.orderCount > 0 {
      lastDays.remove(Int64(zone.day(of: old.last).number))
      orderCounts.remove(old.orderCount)
      spends.remove(old.spend)
    }
    if new.orderCount > 0 {
      lastDays.insert(Int64(zone.day(of: new.last).number))
      orderCounts.insert(new.orderCount)
      spends.insert(new.spend)
    }
  }
}
