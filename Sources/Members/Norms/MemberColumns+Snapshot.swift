import Shop
import Statistics

// A snapshot keeps the summaries of all customers and the sorted values that cuts are read from, so
// that the first question about a member after a start does not read all orders. What they rest on
// (the zone, the margin, the costs) is that of the same snapshot. Taking the sorted values apart
// into chunks waits until somebody asks.

extension MemberColumns {
  func write(to sink: some ColumnSink) throws {
    try sink.put("members.summaries", summaries)
    for (name, values) in [
      ("last_days", lastDays), ("order_counts", orderCounts), ("spends", spends),
    ] {
      try sink.put("members." + name, Column(values.sorted))
    }
    try sink.put(record: "members.totals") { $0.totals(totals) }
  }
}

/// The columns of a snapshot, before anybody asked.
struct SavedMemberColumns: Sendable {
  private let zone: Zone
  private let marginPercent: Int64
  private let costs: [Int64?]
  private let itemRevision: UInt64
  private let summaries: Column<OrderSummary>
  private let lastDays: Column<Int64>
  private let orderCounts: Column<Int64>
  private let spends: Column<Int64>
  private let totals: ShopTotals

  /// - Parameter facts: those of the same snapshot, with nothing applied since.
  init(facts: ShopFacts, from source: some ColumnSource) throws(SnapshotProblem) {
    zone = facts.settings.zone
    marginPercent = facts.settings.marginPercent
    costs = facts.items.items.map(\.cost)
    itemRevision = facts.items.revision
    summaries = try source.column("members.summaries")
    lastDays = try source.column("members.last_days")
    orderCounts = try source.column("members.order_counts", count: lastDays.count)
    spends = try source.column("members.spends", count: lastDays.count)
    totals = try source.record("members.totals") { unpacker throws(SnapshotProblem) in
      try unpacker.totals()
    }
  }

  /// O(customers).
  func restored() -> MemberColumns {
    MemberColumns(
      horizon: .latest, zone: zone, marginPercent: marginPercent, costs: costs,
      itemRevision: itemRevision, summaries: summaries, totals: totals,
      lastDays: RankedValues(sorted: lastDays), orderCounts: RankedValues(sorted: orderCounts),
      spends: RankedValues(sorted: spends))
  }
}

extension MemberColumns {
  fileprivate init(
    horizon: Instant, zone: Zone, marginPercent: Int64, costs: [Int64?], itemRevision: UInt64,
    summaries: Column<OrderSummary>, totals: ShopTotals, lastDays: RankedValues,
    orderCounts: RankedValues, spends: RankedValues
  ) {
    self.horizon = horizon
    start = .earliest
    self.zone = zone
    self.marginPercent = marginPercent
    self.costs = costs
    self.itemRevision = itemRevision
    self.summaries = summaries
    self.totals = totals
    self.lastDays = lastDays
    self.orderCounts = orderCounts
    self.spends = spends
  }
}
