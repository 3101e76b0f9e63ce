import Shop

// How exploring is told from decisive
// -----------------------------------
// Of the items in a customer's orders after the first one, each counted once per order, the share
// that this customer had not taken before. It is shrunken to the shop's own share, which counts as
// ten takes; the shop's in turn to one half. Above one half somebody takes new things more often
// than not and is an `explorer`, else `decisive`. Who ordered once had no choice yet between known
// and new, and is neither.

/// How often somebody, or everybody, took what was new to them where they could have taken what
/// they knew.
struct Novelty: Equatable, Sendable {
  /// Takes that the mean of all counts as.
  static let priorCount = 10.0

  /// Items in orders after the first, each once per order.
  private(set) var takes = 0
  /// Those of them that the customer had not taken before.
  private(set) var novel = 0

  init() {}

  /// Over all orders that a customer placed, those that were cancelled or returned too.
  /// O(lines log lines).
  init(of customer: Int32, until horizon: Instant, _ orders: OrderTable) {
    var placed: [Int32] = []
    orders.forEachOrder(of: customer) { order in
      if orders.time[Int(order)] <= horizon { placed.append(order) }
      return true
    }
    if placed.count < 2 { return }
    var lines: [UInt64] = []
    for (rank, order) in placed.reversed().enumerated() {
      for line in orders.lines(of: order) {
        lines.append(UInt64(UInt32(orders.lineItem[line])) << 32 | UInt64(rank))
      }
    }
    lines.sort()
    var place = 0
    while place < lines.count {
      let start = place
      var count = 0
      while place < lines.count, lines[place] >> 32 == lines[start] >> 32 {
        if place == start || lines[place] != lines[place - 1] { count += 1 }
        place += 1
      }
      take(orders: count, firstRank: UInt32(truncatingIfNeeded: lines[start]))
    }
  }

  /// Counts an item that was taken in so many orders, first in that one, the oldest being 0.
  mutating func take(orders: Int, firstRank: UInt32) {
    // Whoever has an item in the first order found it when all was new.
    let isNovel = firstRank > 0
    takes += isNovel ? orders : orders - 1
    novel += isNovel ? 1 : 0
  }

  mutating func add(_ other: Novelty) {
    takes += other.takes
    novel += other.novel
  }

  mutating func subtract(_ other: Novelty) {
    takes -= other.takes
    novel -= other.novel
  }

  /// The share of what is new, shrunken to a mean, 0 to 1.
  func rate(mean: Double) -> Double {
    MemberProfile.shrunken(Double(novel), Double(takes), to: mean, Self.priorCount)
  }
}

extension MemberProfile {
  /// The share of what is new to the customer; nil before there was a choice.
  var noveltyRate: Double? {
    if tastes.novelty.takes == 0 { return nil }
    return tastes.novelty.rate(mean: view.styleNorms.counts.novelty.rate(mean: 0.5))
  }

  /// `explorer` or `decisive`; nil before there was a choice.
  var buyerStyle: String? { noveltyRate.map { $0 > 0.5 ? "explorer" : "decisive" } }
}
