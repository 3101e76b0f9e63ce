import Shop

// How trends are kept
// -------------------
// What is trending is the share of recent baskets that held an item, each basket weighted by its
// age: half as much every `halfLifeDays`, nothing after `windowDays`. A board holds these sums for
// one reference day and one channel (or all of them). Weights are integers, so that a sum does not
// depend on the order in which orders arrived, and an order can be added to a board, or taken back
// from it, exactly. A board for another day is counted anew in one pass over the orders' times; a
// board for today lives for a day and is touched by each order that comes in.

/// Age-weighted basket counts per item, for one day and one channel.
package struct TrendBoard: Sendable {
  /// Days until a basket counts half. Two weeks follow a season without chasing a single day.
  package static let halfLifeDays = 14
  /// Days beyond which a basket does not count.
  package static let windowDays: Int64 = 84
  /// Weight of a basket of today.
  static let fullWeight = 65_536.0

  /// Weight of a basket by its age in days, fullWeight x 2^(-age / halfLife), rounded to an
  /// integer.
  static let weights: [Int64] = (0..<Int(windowDays)).map { age in
    // 2^(-1/14) to the power of the age, by repeated multiplication; the same on every machine.
    var weight = fullWeight
    for _ in 0..<age { weight *= 0.951_695_153_106_332_6 }
    return Int64(weight + 0.5)
  }

  /// Days since 1970 in UTC: trends need no local midnight.
  package let day: Int64
  /// Below zero for all channels.
  package let channel: Int32
  /// Per item, the weights of the baskets that hold it.
  package private(set) var scores: [Int64]
  /// The weights of all baskets.
  package private(set) var totalWeight: Int64 = 0

  package static func day(of instant: Instant) -> Int64 {
    instant.milliseconds.flooredDivision(by: Instant.millisecondsPerDay).quotient
  }

  /// Counts a board from all baskets. O(orders + lines inside the window).
  package init(day: Int64, channel: Int32, baskets: BasketIndex, orders: OrderTable) {
    self.day = day
    self.channel = channel
    scores = Array(repeating: 0, count: baskets.itemBound)
    // Most orders of a large shop are older than the window: their times are all that is read.
    for order in 0..<Int32(baskets.orderCount) where weight(of: order, in: orders) > 0 {
      add(baskets.items(of: order), of: order, orders: orders, sign: 1)
    }
  }

  /// The weight that the order's basket has on this board; 0 where it does not count.
  private func weight(of order: Int32, in orders: OrderTable) -> Int64 {
    if channel >= 0, orders.channel[Int(order)] != channel { return 0 }
    // An order a little ahead of the clock counts as today's.
    let age = max(0, day - TrendBoard.day(of: orders.time[Int(order)]))
    return age < TrendBoard.windowDays ? TrendBoard.weights[Int(age)] : 0
  }

  /// Adds an order's basket, or takes it back with `sign` -1.
  package mutating func add(
    _ basket: BasketItems, of order: Int32, orders: OrderTable, sign: Int64
  ) {
    let weight = sign * weight(of: order, in: orders)
    guard weight != 0, !basket.isEmpty else { return }
    totalWeight += weight
    for item in basket {
      if Int(item) >= scores.count {
        scores.append(contentsOf: repeatElement(0, count: Int(item) + 1 - scores.count))
      }
      scores[Int(item)] += weight
    }
  }

  /// The share of recent baskets that held the item, by weight: 0 to 1. Where no basket is recent,
  /// 0 for all.
  package func share(of item: Int32) -> Double {
    guard totalWeight > 0, Int(item) < scores.count else { return 0 }
    return Double(scores[Int(item)]) / Double(totalWeight)
  }
}
