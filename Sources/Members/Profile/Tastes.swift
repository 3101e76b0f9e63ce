import Shop

/// What a customer's orders say of how they buy: one pass over their lines.
struct Tastes {
  /// Lines that the even chance of trying something new counts as.
  static let noveltyPriorCount = 10.0

  /// The weight of an order is halved by every five later ones: two to the power of -1/5 for each,
  /// multiplied and not raised, so that it is the same on every machine.
  static let fade = 0.870550563296124

  private(set) var preferredItems: [Int32] = []
  /// Share of what was taken after the first order that was new to the customer, shrunken to one
  /// half; nil before there was a choice between known and new.
  private(set) var noveltyRate: Double?
  /// Items in orders after the first: what the novelty rate is of.
  private(set) var noveltyEvidence = 0
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
  private(set) var itemLines: [Int32: Int] = [:]

  init(of customer: Int32, in view: MemberView) {
    let (facts, viewpoint) = (view.facts, view.viewpoint)
    let orders = facts.orders
    var standing: [Int32] = []
    orders.forEachOrder(of: customer) { order in
      if viewpoint.sees(orders.time[Int(order)]), orders.stands(order) { standing.append(order) }
      return true
    }
    var bought: [Int32: Int] = [:]
    var laterLines = 0
    var novel = 0
    orderCount = standing.count
    let weights = Tastes.weights(standing.map { orders.time[Int($0)] })
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
      var seen: Set<Int32> = []
      for line in orders.lines(of: order) where orders.remainingQuantity(line: line) > 0 {
        let item = orders.lineItem[line]
        if let category = facts.items[item].category?.first {
          categories[category, default: 0] += 1
        }
        let brand = facts.items.marks[Int(item)].brand
        if brand >= 0 { brands[brand, default: 0] += 1 }
        itemLines[item, default: 0] += 1
        guard seen.insert(item).inserted else { continue }
        bought[item, default: 0] += 1
        let isNew = bought[item] == 1
        if rank > 0 {
          laterLines += 1
          novel += isNew ? 1 : 0
        }
      }
    }
    let names = facts.items.names
    preferredItems = bought.filter { $0.value >= 2 }.sorted { left, right in
      left.value != right.value
        ? left.value > right.value : names.precedes(left.key, right.key)
    }.map(\.key)
    let prior = Tastes.noveltyPriorCount
    noveltyEvidence = laterLines
    if laterLines > 0 { noveltyRate = (Double(novel) + prior / 2) / (Double(laterLines) + prior) }
  }

  /// `explorer` for somebody who takes new things more often than not, else `decisive`.
  var buyerStyle: String? { noveltyRate.map { $0 > 0.5 ? "explorer" : "decisive" } }

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
