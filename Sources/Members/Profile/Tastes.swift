import Shop

/// What a customer's orders say of how they buy: one pass over their lines.
struct Tastes {
  /// The weight of an order is halved by every five later ones: two to the power of -1/5 for each,
  /// multiplied and not raised, so that it is the same on every machine.
  static let fade = 0.870550563296124

  private(set) var preferredItems: [Int32] = []
  private(set) var novelty = Novelty()
  /// Orders that stand, and those of them that came by a channel.
  private(set) var orderCount = 0
  private(set) var channelCount = 0
  /// Weights of orders by index of the channel, by local hour, by weekday (Monday first).
  private(set) var channels: [Int32: Double] = [:]
  private(set) var hours = [Double](repeating: 0, count: 24)
  private(set) var weekdays = [Double](repeating: 0, count: 7)
  /// Order lines by widest category, by index of the brand, by item.
  private(set) var categories: [String: Int] = [:]
  private(set) var brands: [Int32: Int] = [:]
  private(set) var itemLines: [(item: Int32, lines: Int)] = []

  init(of customer: Int32, in view: MemberView) {
    let (facts, viewpoint) = (view.facts, view.viewpoint)
    let orders = facts.orders
    var standing: [Int32] = []
    orders.forEachOrder(of: customer) { order in
      if viewpoint.sees(orders.time[Int(order)]), orders.stands(order) { standing.append(order) }
      return true
    }
    orderCount = standing.count
    let weights = Tastes.weights(standing.map { orders.time[Int($0)] })
    // A line each: its item, and in the lower half the place of its order, the oldest 0.
    var lines: [UInt64] = []
    for (rank, order) in standing.reversed().enumerated() {
      let weight = weights[standing.count - 1 - rank]
      let channel = orders.channel[Int(order)]
      if channel >= 0 {
        channels[channel, default: 0] += weight
        channelCount += 1
      }
      let local = LocalTime(orders.time[Int(order)], facts.settings.zone)
      hours[local.hour] += weight
      weekdays[local.weekday - 1] += weight
      for line in orders.lines(of: order) where orders.remainingQuantity(line: line) > 0 {
        lines.append(UInt64(UInt32(orders.lineItem[line])) << 32 | UInt64(rank))
      }
    }
    take(lines.sorted(), facts.items)
  }

  /// Takes the lines item by item, each item's by order. Sorting so few numbers costs less than
  /// hashing each, and what is asked of an item is asked once.
  private mutating func take(_ lines: [UInt64], _ items: ItemTable) {
    var loved: [(item: Int32, orders: Int)] = []
    var place = 0
    while place < lines.count {
      let start = place
      let item = Int32(lines[start] >> 32)
      var orders = 0
      while place < lines.count, lines[place] >> 32 == lines[start] >> 32 {
        if place == start || lines[place] != lines[place - 1] { orders += 1 }
        place += 1
      }
      novelty.take(orders: orders, firstRank: UInt32(truncatingIfNeeded: lines[start]))
      if orders >= 2 { loved.append((item, orders)) }
      itemLines.append((item, place - start))
      if let category = items.items[Int(item)].category?.first {
        categories[category, default: 0] += place - start
      }
      let brand = items.marks[Int(item)].brand
      if brand >= 0 { brands[brand, default: 0] += place - start }
    }
    let names = items.names
    preferredItems = loved.sorted { left, right in
      left.orders != right.orders
        ? left.orders > right.orders : names.precedes(left.item, right.item)
    }.map(\.item)
  }

  /// The weights of orders, from the last back. Orders of one moment weigh the same, so that it
  /// does not matter which of them was told first.
  private static func weights(_ times: [Instant]) -> [Double] {
    var weights: [Double] = []
    weights.reserveCapacity(times.count)
    var next = 1.0
    for (place, time) in times.enumerated() {
      weights.append(place > 0 && times[place - 1] == time ? weights[place - 1] : next)
      next *= fade
    }
    return weights
  }
}
