import Offers
import Shop

// How a customer is forgotten
// ---------------------------
// One fact says so; applying it takes out, room by room, what follows from the customer's own facts
// (the co-purchase matrix, the norms) and then overwrites the facts themselves. It costs what the
// customer has, with these exceptions: a pass over the orders' times where the first or the last
// order of the shop was theirs, one over the coupons where the latest fact of the ledger was, and
// one over the stored replies of the last 30 days, any of which may name them.
//
// What stays is what others said: a segment's condition that names the id, or another customer's
// attributes, are theirs and not the forgotten one's.

extension Engine {
  /// The fact that forgets a customer; nil where nobody of that id is known.
  mutating func forgetting(_ id: String) -> Forgotten? {
    let customer = facts.customers.index(of: id)
    if customer == nil && !ledger.knows(customer: id) { return nil }
    let booked = ledger.names(ofCustomer: id)
    var names = booked.reservations
    var identities: [Customer.Identity] = []
    var elsewhere: [String] = []
    if let customer {
      identities = (facts.customers[customer].identities ?? []).filter {
        facts.owner(of: $0) == customer
      }
      elsewhere = facts.channelsElsewhere(of: customer)
      // What a channel called them speaks of them in stored replies, unless it is somebody's id.
      names += identities.map(\.id).filter { facts.customers.index(of: $0) == nil }
      names += facts.orders.orders(of: customer).map { facts.orders.names[$0] }
      names += facts.events.ids(of: customer)
      // Unless the order is somebody else's.
      names += members.points.orders(of: customer).filter { facts.orders.index(of: $0) == nil }
    }
    // An order that somebody else is known to have placed is not this customer's, even where their
    // coupons paid for a part of it.
    names += booked.orders.filter { facts.orders.index(of: $0) == nil }
    var seen: Set<String> = []
    var room = Forgotten.maximumNameBytes
    func fits(_ name: String) -> Bool {
      room -= name.utf8.count + 3
      return room >= 0
    }
    let codes = booked.codes.filter(fits)
    return Forgotten(
      customer: id, names: names.filter { seen.insert($0).inserted && fits($0) }, codes: codes,
      identities: identities, elsewhere: elsewhere, spent: ledger.spent(byCustomer: id))
  }

  mutating func forget(_ forgotten: Forgotten) {
    defer { ledger.add(forgotten.spent) }
    guard let id = forgotten.customer else { return }
    if let customer = facts.customers.index(of: id) {
      affinity.forget(customer: customer, orders: facts.orders)
      let before = facts.orders.revision
      facts.forget(customer: customer)
      decisions.forget(customer: customer)
      members.points.forget(customer: customer)
      members.marks.forget(customer: customer)
      members.noteForgotten(customer, since: before, facts: facts)
    }
    forgetCitations(of: forgotten.codes)
    let booked = ledger.names(ofCustomer: id).orders
    ledger.forget(customer: id)
    for order in booked {
      members.points.setFactor(ledger.pointFactor(ofOrder: order), ofOrder: order)
    }
    replies.forget(customer: id, Mentions(of: forgotten))
  }

  /// Takes codes out of orders of others that say that they used them.
  private mutating func forgetCitations(of codes: [String]) {
    if codes.isEmpty { return }
    for (order, cited) in citations.take(codes, from: facts.orders) {
      let before = facts.orders.revision
      facts.forget(codes: cited, inOrder: order)
      members.noteChange(of: order, since: before, facts: facts)
    }
  }
}

/// Which orders say that they used which code; counted up to the orders that there were when it was
/// last asked.
struct CodeCitations: Sendable {
  private var ordersByCode: [String: [Int32]] = [:]
  private var orderCount = 0

  /// The orders that cite any of the codes, with the codes as they cite them; forgets the codes.
  /// O(orders since the last call) beside what is found.
  mutating func take(_ codes: [String], from orders: OrderTable) -> [(Int32, Set<String>)] {
    if orderCount == 0 {
      for (order, cited) in orders.coupons { note(order, cited) }
    } else {
      for order in Int32(orderCount)..<Int32(orders.count) {
        if let cited = orders.coupons[order] { note(order, cited) }
      }
    }
    orderCount = orders.count
    let normalized = Set(codes.map(CouponCode.normalized))
    var found: Set<Int32> = []
    for code in normalized { found.formUnion(ordersByCode.removeValue(forKey: code) ?? []) }
    return found.sorted().map { order in
      let cited = orders.coupons[order] ?? []
      return (order, Set(cited.filter { normalized.contains(CouponCode.normalized($0)) }))
    }
  }

  private mutating func note(_ order: Int32, _ cited: [String]) {
    for code in cited { ordersByCode[CouponCode.normalized(code), default: []].append(order) }
  }
}

// MARK: - Whom a record is about

extension Engine {
  /// The customers whom all facts of a record are about; empty where one is about the shop or about
  /// nobody known.
  func subjects(of record: [Fact]) -> [String] {
    var subjects: Set<String> = []
    for fact in record {
      if case .replied = fact { continue }
      guard let subject = subject(of: fact) else { return [] }
      subjects.insert(subject)
    }
    return subjects.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private func subject(of fact: Fact) -> String? {
    switch fact {
    case .shop, .item, .segment, .ranker, .lifetime, .clusters, .intent, .marked, .forgotten,
      .replied:
      nil
    case .customer(let patch): patch.id
    case .order(let draft): customer(ofOrder: draft.id) ?? draft.customer
    case .cancelled(let id, _), .returned(let id, _, _): customer(ofOrder: id)
    case .event(let draft): draft.customer
    case .coupon(let fact): holder(of: fact)
    case .decided(let decision): decision.customer
    case .passed(let decision): decision.customer
    case .points(let movement): movement.customer
    }
  }

  private func customer(ofOrder id: String) -> String? {
    guard let order = facts.orders.index(of: id) else { return nil }
    let customer = facts.orders.customer[Int(order)]
    return customer < 0 ? nil : facts.customers.names[customer]
  }

  private func holder(of fact: LedgerFact) -> String? {
    switch fact {
    case .policy: nil
    case .issued(let issued): issued.customer
    case .reserved(let booked, _, _), .redeemed(let booked): booked.customer
    case .redeemedReservation(let id, _), .released(let id, _): ledger.holder(reservation: id)
    case .returned(let returned): ledger.holder(order: returned.order)
    case .voided(let code, _): ledger.holder(code: code)
    }
  }
}
