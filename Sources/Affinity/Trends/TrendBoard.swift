import Shop

// How trends are kept
// -------------------
// What is trending is the number of baskets that held an item, each weighted by its age: half as much every
// `halfLifeDays`, nothing after `windowDays`. A board holds these sums for one reference day and one channel (or all of
// them). Weights are integers, so that a sum does not depend on the order in which orders arrived, and an order can
// be added to a board, or taken back from it, exactly. A board for another day is counted anew in one pass over the
// orders' times; a board for today lives for a day and is touched by each order that comes in.

/// Age-weighted basket counts per item, for one day and one channel.
package struct TrendBoard: Sendable {
  /// Days until a basket counts half. Two weeks follow a season without chasing a single day.
  package static let halfLifeDays = 14
  /// Days beyond which a basket does not count.
  package static let windowDays: Int64 = 84

  /// Weight of a basket by its age in days: 2^(16 - age / halfLife), rounded to an integer.
  static let weights: [Int64] = (0..<Int(windowDays)).map { age in
    // 2^(-1/14) to the power of the age, by repeated multiplication; the same on every machine.
    var weight = 65_536.0
    for _ in 0..<age { weight *= 0.951_695_153_106_332_6 }
    return Int64(weight + 0.5)
  }

  /// Days since 1970 in UTC: trends need no local midnight.
  package let day: Int64
  /// Below zero for all channels.
  package let channel: Int32
  package let horizon: Instant
  package private(set) var scores: [Int64] = []

  package static func day(of instant: Instant) -> Int64 {
    instant.milliseconds.flooredDivision(by: Instant.millisecondsPerDay).quotient
  }

  /// Counts a board from all baskets. O(orders + lines inside the window).
  package init(
    viewpoint: Viewpoint, channel: Int32, baskets: BasketIndex, orders: OrderTable, itemCount: Int
  ) {
    day = TrendBoard.day(of: viewpoint.now)
    self.channel = channel
    horizon = viewpoint.horizon
    scores = Array(repeating: 0, count: itemCount)
    for order in 0..<Int32(orders.count) {
      let weight = weight(of: order, in: orders)
      guard weight > 0 else { continue }
      for item in baskets.items(of: order) { scores[Int(item)] += weight }
    }
  }

  /// The weight that the order's basket has on this board; 0 where it does not count.
  func weight(of order: Int32, in orders: OrderTable) -> Int64 {
    let time = orders.time[Int(order)]
    if time > horizon { return 0 }
    if channel >= 0, orders.channel[Int(order)] != channel { return 0 }
    // An order a little ahead of the clock counts as today's.
    let age = max(0, day - TrendBoard.day(of: time))
    return age < TrendBoard.windowDays ? TrendBoard.weights[Int(age)] : 0
  }

  /// Adds an item of an order's basket, or takes it back with `sign` -1.
  package mutating func add(_ item: Int32, of order: Int32, in orders: OrderTable, sign: Int64) {
    let weight = weight(of: order, in: orders)
    guard weight > 0 else { return }
    if Int(item) >= scores.count {
      scores.append(contentsOf: repeatElement(0, count: Int(item) + 1 - scores.count))
    }
    scores[Int(item)] += sign * weight
  }
}

/// The boards that were asked for lately, each kept fresh.
package struct TrendBoards: Sendable {
  /// Boards kept at a time: one per channel of a shop with many, and a few days of as-of questions.
  static let maximumBoardCount = 16

  private var boards: [TrendBoard] = []

  package init() {}

  /// The board for a viewpoint and a channel, counted now or kept from before.
  package mutating func board(
    viewpoint: Viewpoint, channel: Int32, baskets: BasketIndex, orders: OrderTable, itemCount: Int
  ) -> TrendBoard {
    let day = TrendBoard.day(of: viewpoint.now)
    if let index = boards.firstIndex(where: {
      $0.day == day && $0.channel == channel && $0.horizon == viewpoint.horizon
    }) {
      return boards[index]
    }
    let board = TrendBoard(
      viewpoint: viewpoint, channel: channel, baskets: baskets, orders: orders,
      itemCount: itemCount)
    if boards.count == TrendBoards.maximumBoardCount { boards.removeFirst() }
    boards.append(board)
    return board
  }

  package mutating func add(_ item: Int32, of order: Int32, in orders: OrderTable, sign: Int64) {
    for index in boards.indices { boards[index].add(item, of: order, in: orders, sign: sign) }
  }
}
