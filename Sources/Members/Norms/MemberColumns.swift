import Shop
import Statistics

// How norms stay fresh
// --------------------
// `MemberColumns` holds, as of one horizon, every customer's summary, the exact sums over them, and
// the three ranked multisets that the RFM cuts are read from. Built once over all orders, then
// kept: an order changes one customer's summary, whose old part is taken out of sums and ranks and
// whose new part is put in. Everything is integers, so that this equals building anew, exactly
// (held by a property test).
//
// Building reads the orders as they lie, in order of arrival, which is the order of time but for
// late ones; customers with a late order are read again along their own list.

/// The summaries of all customers as of a horizon, and what they add up to.
struct MemberColumns: Sendable {
  let horizon: Instant
  /// Orders before it do not count: the earliest moment, but for RFM over a window.
  let start: Instant
  let zone: Zone
  let marginPercent: Int64
  /// What items cost when margins were counted, by item; costs of items named later are nil here.
  var costs: [Int64?]
  /// Grows with each change of any item: while it stands still, so do the costs.
  var itemRevision: UInt64
  /// By customer; one beyond the end has no orders.
  var summaries: Column<OrderSummary>
  var totals = ShopTotals()
  var lastDays: RankedValues
  var orderCounts: RankedValues
  var spends: RankedValues

  /// O(customers log customers + order lines).
  init(facts: ShopFacts, horizon: Instant, start: Instant = .earliest) {
    self.horizon = horizon
    self.start = start
    let zone = facts.settings.zone
    self.zone = zone
    marginPercent = facts.settings.marginPercent
    costs = facts.items.items.map(\.cost)
    itemRevision = facts.items.revision
    let customers = facts.orders.customer
    let times = facts.orders.time
    var summaries = Array(repeating: OrderSummary(), count: facts.customers.count)
    var newest = Array(repeating: Instant.earliest, count: facts.customers.count)
    var late: Set<Int32> = []
    for order in customers.indices
    where customers[order] >= 0 && times[order] <= horizon && times[order] >= start {
      let customer = Int(customers[order])
      if times[order] < newest[customer] { late.insert(customers[order]) }
      newest[customer] = times[order]
      summaries[customer].take(Int32(order), facts: facts)
    }
    for customer in late {
      summaries[Int(customer)] = OrderSummary(
        of: customer, facts: facts, horizon: horizon, start: start)
    }
    for summary in summaries { totals.add(summary) }
    let buyers = summaries.filter { $0.orders > 0 }
    lastDays = RankedValues(buyers.map { Int64(zone.day(of: $0.last!).number) })
    orderCounts = RankedValues(buyers.map { Int64($0.orders) })
    spends = RankedValues(buyers.map(\.spend))
    self.summaries = Column(summaries)
  }

  var norms: ShopNorms {
    ShopNorms(totals: totals, cuts: cuts)
  }

  var cuts: RFMCuts { RFMCuts(lastDays: lastDays, orderCounts: orderCounts, spends: spends) }

  func summary(of customer: Int32) -> OrderSummary {
    customer >= 0 && Int(customer) < summaries.count ? summaries[Int(customer)] : OrderSummary()
  }

  /// Whether days and margins are still counted by the shop's present zone, margin and costs.
  /// O(items) after an item changed, else O(1).
  mutating func fits(_ facts: ShopFacts) -> Bool {
    if zone != facts.settings.zone || marginPercent != facts.settings.marginPercent { return false }
    if itemRevision == facts.items.revision { return true }
    let items = facts.items.items
    if items.count < costs.count { return false }
    for item in costs.indices where items[item].cost != costs[item] { return false }
    for item in costs.count..<items.count { costs.append(items[item].cost) }
    itemRevision = facts.items.revision
    return true
  }

  /// Reads one customer's orders anew. O(orders of the customer + log customers).
  mutating func refresh(customer: Int32, facts: ShopFacts) {
    summaries.extend(to: Int(customer) + 1, with: OrderSummary())
    replace(
      customer, with: OrderSummary(of: customer, facts: facts, horizon: horizon, start: start))
  }

  /// Takes in an added order of somebody; false, and nothing done, where it is earlier than one
  /// that counts already, so that their orders have to be read anew. O(lines + log customers).
  mutating func takesIn(_ order: Int32, facts: ShopFacts) -> Bool {
    let time = facts.orders.time[Int(order)]
    if time > horizon || time < start { return true }
    let customer = facts.orders.customer[Int(order)]
    summaries.extend(to: Int(customer) + 1, with: OrderSummary())
    var summary = summaries[Int(customer)]
    if let last = summary.last, time < last { return false }
    summary.take(order, facts: facts)
    replace(customer, with: summary)
    return true
  }

  private mutating func replace(_ customer: Int32, with new: OrderSummary) {
    let old = summaries[Int(customer)]
    if old == new { return }
    summaries[Int(customer)] = new
    totals.remove(old)
    totals.add(new)
    func day(_ last: Instant) -> Int64 { Int64(zone.day(of: last).number) }
    Self.replace(old.last.map(day), new.last.map(day), in: &lastDays)
    let (was, stands) = (old.last != nil, new.last != nil)
    Self.replace(was ? Int64(old.orders) : nil, stands ? Int64(new.orders) : nil, in: &orderCounts)
    Self.replace(was ? old.spend : nil, stands ? new.spend : nil, in: &spends)
  }

  private static func replace(_ old: Int64?, _ new: Int64?, in values: inout RankedValues) {
    if old == new { return }
    if let old { values.remove(old) }
    if let new { values.insert(new) }
  }
}
