import Shop
import Statistics

/// How often a customer who came back tried something new.
package struct NoveltyCounts: Equatable, Sendable {
  /// Pairs of an order after the first and a distinct item in it.
  package private(set) var chanceCount: Int64 = 0
  /// Those of them whose item was in no earlier order.
  package private(set) var newCount: Int64 = 0

  package init() {}

  /// O(lines x log lines) of the customer's orders.
  package init(customer: Int32, orders: OrderTable, horizon: Instant) {
    var bought: [Int32] = []
    var firstCount = 0
    orders.forEachOrder(of: customer) { order in
      if orders.time[Int(order)] > horizon || !orders.stands(order) { return true }
      let lines = orders.lines(of: order)
      let items = Set(
        lines.lazy.filter { orders.remainingQuantity(line: $0) > 0 }.map { orders.lineItem[$0] })
      bought.append(contentsOf: items)
      firstCount = items.count
      return true
    }
    chanceCount = Int64(bought.count - firstCount)
    newCount = Int64(Set(bought).count - firstCount)
  }

  mutating func add(_ other: NoveltyCounts) {
    chanceCount += other.chanceCount
    newCount += other.newCount
  }

  mutating func remove(_ other: NoveltyCounts) {
    chanceCount -= other.chanceCount
    newCount -= other.newCount
  }
}

// How often the shop's customers try something new is a mean that needs every order's items. It is read from a
// sample of up to `size` customers, taken by a hash of their ids: the same customers on each machine, in any order of
// arrival, and the same after every restart. The sample halves its density when the shop outgrows it.

/// Novelty over a sample of the shop's customers.
struct NoveltySample: Equatable, Sendable {
  static let size = 8192
  /// What the shop's share is taken to be before there is evidence, and with what weight; a labelled prior.
  static let prior = (share: 0.5, weight: 20.0)

  let density: UInt32
  private var members: [Int32: NoveltyCounts] = [:]
  private var totals = NoveltyCounts()

  init(facts: ShopFacts, horizon: Instant) {
    density = Self.density(customers: facts.customers.count)
    for customer in 0..<Int32(facts.customers.count) {
      refresh(customer: customer, facts: facts, horizon: horizon)
    }
  }

  /// One customer in how many is in the sample: a power of two.
  static func density(customers: Int) -> UInt32 {
    var density: UInt32 = 1
    while customers / Int(density) > size { density *= 2 }
    return density
  }

  /// Share of new items among chances to repeat, over the shop.
  var share: Double {
    shrunken(
      sum: Double(totals.newCount), count: Double(totals.chanceCount), to: Self.prior.share,
      weight: Self.prior.weight)
  }

  mutating func refresh(customer: Int32, facts: ShopFacts, horizon: Instant) {
    let isMember = facts.customers.names.withBytes(of: customer) { stableHash($0) % density == 0 }
    if !isMember { return }
    let counts = NoveltyCounts(customer: customer, orders: facts.orders, horizon: horizon)
    if let old = members[customer] { totals.remove(old) }
    members[customer] = counts
    totals.add(counts)
  }
}
