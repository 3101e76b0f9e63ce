import Shop

// How trends are kept
// -------------------
// What is trending is the share of recent baskets that held an item, each basket weighted by its
// age: half as much every `halfLifeDays`, nothing after `windowDays`. A board holds these sums for
// one reference day and one channel (or all of them). Weights are integers, so that a sum does not
// depend on the order in which orders arrived, and an order can be added to a board, or taken back
// from it, exactly. A board for another day is counted anew in one pass over the orders' times; a
// board for today lives for a day and is touched by each order that comes in.
//
// Beside it, the same with a half-life of days says what rises or falls right now: the ranker sets
// the one against the other.

/// Age-weighted basket counts per item, for one day and one channel.
package struct TrendBoard: Sendable {
  /// Days until a basket counts half. Two weeks follow a season without chasing a single day.
  package static let halfLifeDays = 14
  /// Days beyond which a basket does not count.
  package static let windowDays: Int64 = 84
  /// Weight of a basket of today.
  static let fullWeight = 65_536.0

  /// Days until a basket counts half in what rises right now, and days beyond which it does not.
  static let freshHalfLifeDays = 4
  static let freshWindowDays: Int64 = 28

  /// Weight of a basket by its age in days, fullWeight x 2^(-age / halfLife), rounded to an
  /// integer. The factors are 2^(-1/14) and 2^(-1/4).
  static let weights = weights(days: windowDays, factor: 0.951_695_153_106_332_6)
  static let freshWeights = weights(days: freshWindowDays, factor: 0.840_896_415_253_714_6)

  /// By repeated multiplication; the same on every machine.
  private static func weights(days: Int64, factor: Double) -> [Int64] {
    (0..<Int(days)).map { age in
      var weight = fullWeight
      for _ in 0..<age { weight *= factor }
      return Int64(weight + 0.5)
    }
  }

  /// Days since 1970 in UTC: trends need no local midnight.
  package let day: Int64
  /// Below zero for all channels.
  package let channel: Int32
  /// Per item, the weights of the baskets that hold it.
  package private(set) var scores: [Int64]
  /// The weights of all baskets.
  package private(set) var totalWeight: Int64 = 0
  /// The same of the baskets of the last days.
  package private(set) var freshScores: [Int64]
  package private(set) var freshTotalWeight: Int64 = 0

  package static func day(of instant: Instant) -> Int64 {
    instant.milliseconds.flooredDivision(by: Instant.millisecondsPerDay).quotient
  }

  /// Counts a board from all baskets. O(orders + lines inside the window).
  package init(day: Int64, channel: Int32, baskets: BasketIndex, orders: OrderTable) {
    self.day = day
    self.channel = channel
    scores = Array(repeating: 0, count: baskets.itemBound)
    freshScores = scores
    // Most orders of a large shop are older than the window: their times are all that is read.
    for order in 0..<Int32(baskets.orderCount) where weights(of: order, in: orders).all > 0 {
      add(baskets.items(of: order), of: order, orders: orders, sign: 1)
    }
  }

  /// The weights that the order's basket has on this board; 0 where it does not count.
  private func weights(of order: Int32, in orders: OrderTable) -> (all: Int64, fresh: Int64) {
    if channel >= 0, orders.channel[Int(order)] != channel { return (0, 0) }
    // An order a little ahead of the clock counts as today's.
    let age = max(0, day - TrendBoard.day(of: orders.time[Int(order)]))
    guard age < TrendBoard.windowDays else { return (0, 0) }
    let fresh = age < TrendBoard.freshWindowDays ? TrendBoard.freshWeights[Int(age)] : 0
    return (TrendBoard.weights[Int(age)], fresh)
  }

  /// Adds an order's basket, or takes it back with `sign` -1.
  package mutating func add(
    _ basket: BasketItems, of order: Int32, orders: OrderTable, sign: Int64
  ) {
    let (all, fresh) = weights(of: order, in: orders)
    guard all != 0, !basket.isEmpty else { return }
    totalWeight += sign * all
    freshTotalWeight += sign * fresh
    for item in basket {
      if Int(item) >= scores.count {
        let missing = Int(item) + 1 - scores.count
        scores.append(contentsOf: repeatElement(0, count: missing))
        freshScores.append(contentsOf: repeatElement(0, count: missing))
      }
      scores[Int(item)] += sign * all
      freshScores[Int(item)] += sign * fresh
    }
  }

  /// The share of recent baskets that held the item, by weight: 0 to 1. Where no basket is recent,
  /// 0 for all.
  package func share(of item: Int32) -> Double {
    guard totalWeight > 0, Int(item) < scores.count else { return 0 }
    return Double(scores[Int(item)]) / Double(totalWeight)
  }
}
