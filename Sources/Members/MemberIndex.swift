import Shop

// Who keeps what
// --------------
// The engine owns one `MemberIndex` and asks it for a `MemberView` per request. The index keeps
// columns and norms for the present (horizon: everything known) and for one past horizon, the last
// that was asked for. What is kept follows the facts in one of three ways:
//
//   nothing changed about orders      kept as it is: clock, events and stock make nothing stale
//   orders were added                 their customers are read anew
//   orders were cancelled, returned   the same where the engine said which (`noteChange`); else,
//                                     and when costs or the zone changed, all is built anew
//
// How many revisions of the orders are accounted for tells the cases apart, so that not saying so
// costs time but never makes a figure wrong.

/// Profiles of members, over norms that follow the facts.
package struct MemberIndex: Sendable {
  package var rules = MemberRules.standard
  /// What was fitted for this shop; it holds for every viewpoint from when it was.
  package var fitted = FittedMembers()
  /// Points that were granted and spent.
  package var points = PointBook()
  /// Where everybody stood at positions of the log that were marked.
  package var marks = MemberMarks()
  private var present: Kept?
  private var past: Kept?
  /// The same of what RFM counts, where that is a window.
  private var presentWindow: Kept?
  private var pastWindow: Kept?
  /// What a snapshot held of the present, until somebody asks.
  private var saved: (columns: SavedMemberColumns, revision: UInt64, orderCount: Int)?

  package init() {}

  /// Everything that can be said of the customers from there.
  ///
  /// The view shares the facts' storage: let go of it before the facts change, or they are copied.
  /// O(1) where nothing changed about orders, O(orders of those customers) where some were added,
  /// else O(customers log customers + order lines).
  package mutating func view(from viewpoint: Viewpoint, facts: ShopFacts) -> MemberView {
    bringUpToDate(viewpoint, facts: facts)
    let kept = isPresent(viewpoint, facts) ? present! : past!
    return MemberView(
      facts: facts, viewpoint: viewpoint, rules: rules, columns: kept.columns, norms: kept.norms,
      fitted: fitted, points: points, shelf: kept.shelf,
      window: window(from: viewpoint, facts: facts))
  }

  /// The norms as seen from a viewpoint; costs what `view` costs.
  package mutating func norms(from viewpoint: Viewpoint, facts: ShopFacts) -> ShopNorms {
    bringUpToDate(viewpoint, facts: facts)
    return isPresent(viewpoint, facts) ? present!.norms : past!.norms
  }

  /// One customer's profile; for many, `view` once is cheaper.
  package mutating func profile(
    of customer: Int32, from viewpoint: Viewpoint, facts: ShopFacts
  ) -> MemberProfile {
    view(from: viewpoint, facts: facts).profile(of: customer)
  }

  /// One customer's profile over norms that the caller has fetched for the same viewpoint.
  package func profile(
    of customer: Int32, from viewpoint: Viewpoint, facts: ShopFacts, norms: ShopNorms
  ) -> MemberProfile {
    MemberView(
      facts: facts, viewpoint: viewpoint, rules: rules, columns: nil, norms: norms, fitted: fitted,
      points: points,
      window: windowStart(from: viewpoint, facts).map {
        MemberColumns(facts: facts, horizon: viewpoint.horizon, start: $0)
      }
    ).profile(of: customer)
  }

  /// The customers whose profile matches, in the order of their ids: see `MemberView.matches`.
  package mutating func matches(
    _ condition: Condition, among candidates: [Int32]?, from viewpoint: Viewpoint, facts: ShopFacts
  ) -> [Int32] {
    view(from: viewpoint, facts: facts).matches(condition, among: candidates)
  }

  /// Says that an order was cancelled or returned, after it was; `revision` is that of the orders
  /// before. O(orders of the customer).
  package mutating func noteChange(of order: Int32, since revision: UInt64, facts: ShopFacts) {
    restore()
    note(facts.orders.customer[Int(order)], since: revision, facts: facts)
  }

  /// Says that a customer and all their orders were forgotten, after they were; `revision` is that
  /// of the orders before. O(1) beside what sums and ranks cost.
  package mutating func noteForgotten(_ customer: Int32, since revision: UInt64, facts: ShopFacts) {
    restore()
    note(customer, since: revision, facts: facts)
  }

  /// Says that orders went from one customer to another, after they did; `revision` is that of the
  /// orders before. O(orders of both).
  package mutating func noteMove(
    _ source: Int32, _ target: Int32, since revision: UInt64, facts: ShopFacts
  ) {
    restore()
    note(source, since: revision, facts: facts)
    note(target, since: facts.orders.revision, facts: facts)
    for shelf in [present?.shelf, past?.shelf] {
      shelf?.noteMove(source, target, facts: facts)
    }
  }

  // MARK: Keeping

  private struct Kept: Sendable {
    var columns: MemberColumns
    var norms: ShopNorms
    var revision: UInt64
    var orderCount: Int
    /// Keeps what styles are shrunken to, from when somebody asks.
    var shelf = StyleShelf()

    /// Whether all that happened to the orders up to `revision` is that some were added.
    func isBehindByAdditions(_ orders: OrderTable, at revision: UInt64) -> Bool {
      orderCount <= orders.count
        && self.revision &+ UInt64(orders.count - orderCount) == revision
    }
  }

  /// All horizons from the last order on see the same.
  private func isPresent(_ viewpoint: Viewpoint, _ facts: ShopFacts) -> Bool {
    viewpoint.horizon >= facts.orders.latest
  }

  private mutating func bringUpToDate(_ viewpoint: Viewpoint, facts: ShopFacts) {
    restore()
    if isPresent(viewpoint, facts) {
      Self.update(&present, facts: facts, horizon: .latest)
    } else {
      if past?.columns.horizon != viewpoint.horizon { past = nil }
      Self.update(&past, facts: facts, horizon: viewpoint.horizon)
    }
  }

  /// The first moment that RFM counts; nil where it counts all orders.
  private func windowStart(from viewpoint: Viewpoint, _ facts: ShopFacts) -> Instant? {
    rules.rfm.windowDays.map { days in
      let zone = facts.settings.zone
      let today = zone.day(of: viewpoint.now)
      return zone.instant(day: Day(number: today.number &- Int32(clamping: days) &+ 1))
    }
  }

  /// What the window holds: made anew with each local day and else kept as everything is.
  private mutating func window(from viewpoint: Viewpoint, facts: ShopFacts) -> MemberColumns? {
    guard let start = windowStart(from: viewpoint, facts) else {
      (presentWindow, pastWindow) = (nil, nil)
      return nil
    }
    if isPresent(viewpoint, facts) {
      if presentWindow?.columns.start != start { presentWindow = nil }
      Self.update(&presentWindow, facts: facts, horizon: .latest, start: start)
      return presentWindow?.columns
    }
    let horizon = viewpoint.horizon
    if pastWindow?.columns.start != start || pastWindow?.columns.horizon != horizon {
      pastWindow = nil
    }
    Self.update(&pastWindow, facts: facts, horizon: horizon, start: start)
    return pastWindow?.columns
  }

  private static func update(
    _ kept: inout Kept?, facts: ShopFacts, horizon: Instant, start: Instant = .earliest
  ) {
    let orders = facts.orders
    let canFollow =
      kept?.isBehindByAdditions(orders, at: orders.revision) == true
      && kept?.columns.fits(facts) == true
    let added = orders.count - (kept?.orderCount ?? 0)
    if canFollow && added == 0 { return }
    // Reading single customers anew is the slower way once it is about most of them.
    if canFollow && added < 1000 + orders.count / 16 {
      follow(&kept!, facts: facts, changed: nil)
      return
    }
    kept = nil
    let columns = MemberColumns(facts: facts, horizon: horizon, start: start)
    kept = Kept(
      columns: columns, norms: columns.norms, revision: orders.revision, orderCount: orders.count)
  }

  private mutating func note(_ customer: Int32, since revision: UInt64, facts: ShopFacts) {
    Self.note(&present, customer: customer, since: revision, facts: facts)
    Self.note(&past, customer: customer, since: revision, facts: facts)
    Self.note(&presentWindow, customer: customer, since: revision, facts: facts)
    Self.note(&pastWindow, customer: customer, since: revision, facts: facts)
  }

  private static func note(
    _ kept: inout Kept?, customer: Int32, since revision: UInt64, facts: ShopFacts
  ) {
    if kept == nil { return }
    let canFollow =
      kept!.isBehindByAdditions(facts.orders, at: revision) && kept!.columns.fits(facts)
    if canFollow { follow(&kept!, facts: facts, changed: customer) } else { kept = nil }
  }

  /// Takes in the added orders, and reads the customer of the changed order anew.
  private static func follow(_ kept: inout Kept, facts: ShopFacts, changed: Int32?) {
    let orders = facts.orders
    // Who was read anew has all of their orders.
    var fresh: Set<Int32> = []
    if let changed, changed >= 0 {
      kept.columns.refresh(customer: changed, facts: facts)
      fresh.insert(changed)
    }
    for order in kept.orderCount..<orders.count {
      let customer = orders.customer[order]
      if customer < 0 || !fresh.isEmpty && fresh.contains(customer) { continue }
      if !kept.columns.takesIn(Int32(order), facts: facts) {
        kept.columns.refresh(customer: customer, facts: facts)
        fresh.insert(customer)
      }
    }
    kept.norms = kept.columns.norms
    kept.revision = orders.revision
    kept.orderCount = orders.count
  }
}

// MARK: - Snapshot

extension MemberIndex {
  /// Writes the columns of the present; the rules follow from the settings.
  package mutating func write(facts: ShopFacts, to sink: some ColumnSink) throws {
    bringUpToDate(Viewpoint(now: .latest), facts: facts)
    guard let present else { return }
    try present.columns.write(to: sink)
  }

  /// Takes over the columns of a snapshot; `facts` are those of the same one, with nothing applied
  /// since.
  package mutating func load(
    facts: ShopFacts, from source: some ColumnSource
  ) throws(SnapshotProblem) {
    saved = (
      try SavedMemberColumns(facts: facts, from: source), facts.orders.revision, facts.orders.count
    )
  }

  private mutating func restore() {
    guard let saved else { return }
    self.saved = nil
    let columns = saved.columns.restored()
    present = Kept(
      columns: columns, norms: columns.norms, revision: saved.revision,
      orderCount: saved.orderCount)
  }
}
