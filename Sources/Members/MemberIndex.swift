import Shop

// Who keeps what
// --------------
// The engine owns one `MemberIndex` and asks it for a `MemberView` per request. The index keeps columns and norms for
// the present (horizon: everything known) and for one past horizon, the last that was asked for. What is kept follows
// the facts in one of three ways:
//
//   nothing changed about orders       kept as it is: the clock, events and items make nothing stale
//   orders were added                  their customers are read anew
//   orders were cancelled or returned  the same where the engine said which (`noteChange`), else all is built anew
//
// How many revisions of the orders are accounted for tells the cases apart, so that forgetting to say so costs time
// but never a wrong figure.

/// Owns what is derived from the facts about customers, and brings it up to date when asked.
package struct MemberIndex: Sendable {
  package var rules: MemberRules
  private var present: Kept?
  private var past: Kept?

  package init(rules: MemberRules = MemberRules()) { self.rules = rules }

  /// Everything that can be said of the customers from there.
  ///
  /// The view shares the facts' storage: let go of it before the facts change, or they are copied. O(1) where nothing
  /// changed, O(orders of those customers) where orders were added, else O(customers x log + order lines).
  package mutating func view(of facts: ShopFacts, at viewpoint: Viewpoint) -> MemberView {
    let kept: Kept
    if viewpoint.horizon >= facts.orders.latest {
      Self.update(&present, facts: facts, horizon: .latest)
      kept = present!
    } else {
      if past?.columns.horizon != viewpoint.horizon { past = nil }
      Self.update(&past, facts: facts, horizon: viewpoint.horizon)
      kept = past!
    }
    return MemberView(
      facts: facts, viewpoint: viewpoint, rules: rules, columns: kept.columns, norms: kept.norms,
      noveltyShare: kept.novelty.share)
  }

  /// Says that an order was cancelled or returned, after it was; `revision` is that of the orders before.
  package mutating func noteChange(of order: Int32, since revision: UInt64, in facts: ShopFacts) {
    Self.note(&present, order: order, since: revision, facts: facts)
    Self.note(&past, order: order, since: revision, facts: facts)
  }

  /// Forgets everything that is kept: for facts that were replaced as a whole.
  package mutating func reset() {
    present = nil
    past = nil
  }

  private struct Kept: Sendable {
    var columns: MemberColumns
    var norms: ShopNorms
    var novelty: NoveltySample
    var revision: UInt64
    var orderCount: Int

    /// Whether all that happened to the orders up to `revision` is that some were added.
    func isBehindByAdditions(_ orders: OrderTable, at revision: UInt64) -> Bool {
      orderCount <= orders.count
        && self.revision &+ UInt64(orders.count - orderCount) == revision
    }

    func fits(_ facts: ShopFacts) -> Bool {
      columns.zone == facts.settings.zone
        && novelty.density == NoveltySample.density(customers: facts.customers.count)
    }
  }

  private static func update(_ kept: inout Kept?, facts: ShopFacts, horizon: Instant) {
    let orders = facts.orders
    let canFollow =
      kept?.isBehindByAdditions(orders, at: orders.revision) == true && kept?.fits(facts) == true
    let added = orders.count - (kept?.orderCount ?? 0)
    if canFollow && added == 0 { return }
    // Reading single customers anew is the slower way once it is about most of them.
    if canFollow && added < 1000 + orders.count / 16 {
      follow(&kept!, facts: facts, changed: nil)
      return
    }
    let columns = MemberColumns(facts: facts, horizon: horizon)
    kept = Kept(
      columns: columns, norms: columns.norms,
      novelty: NoveltySample(facts: facts, horizon: horizon), revision: orders.revision,
      orderCount: orders.count)
  }

  private static func note(
    _ kept: inout Kept?, order: Int32, since revision: UInt64, facts: ShopFacts
  ) {
    if kept == nil { return }
    if kept!.isBehindByAdditions(facts.orders, at: revision) {
      follow(&kept!, facts: facts, changed: order)
    } else {
      kept = nil
    }
  }

  /// Reads the customers of the added orders, and of the changed one, anew.
  private static func follow(_ kept: inout Kept, facts: ShopFacts, changed: Int32?) {
    let orders = facts.orders
    var touched = Set(orders.customer[kept.orderCount...])
    if let changed { touched.insert(orders.customer[Int(changed)]) }
    let horizon = kept.columns.horizon
    for customer in touched where customer >= 0 {
      kept.columns.refresh(customer: customer, orders: orders)
      kept.novelty.refresh(customer: customer, facts: facts, horizon: horizon)
    }
    kept.norms = kept.columns.norms
    kept.revision = orders.revision
    kept.orderCount = orders.count
  }
}
