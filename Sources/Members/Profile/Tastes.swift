import Shop

/// What a customer's orders say of how they buy: one pass over their lines.
struct Tastes {
  /// Lines that the even chance of trying something new counts as.
  static let noveltyPriorCount = 10.0

  private(set) var preferredChannel: String?
  private(set) var preferredCategory: String?
  private(set) var preferredItems: [Int32] = []
  private(set) var preferredHour: Int?
  /// Share of what was taken after the first order that was new to the customer, shrunken to one
  /// half; nil before there was a choice between known and new.
  private(set) var noveltyRate: Double?
  /// Items in orders after the first: what the novelty rate is of.
  private(set) var noveltyEvidence = 0
  /// Orders by channel, by local hour, by weekday (Monday first).
  private(set) var channels: [String: Int] = [:]
  private(set) var hours = [Int](repeating: 0, count: 24)
  private(set) var weekdays = [Int](repeating: 0, count: 7)
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
    for (rank, order) in standing.reversed().enumerated() {
      if let channel = facts.channelName(orders.channel[Int(order)]) {
        channels[channel, default: 0] += 1
      }
      let local = LocalTime(orders.time[Int(order)], facts.settings.zone)
      hours[local.hour] += 1
      weekdays[local.weekday - 1] += 1
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
    preferredChannel = Tastes.most(channels)
    preferredCategory = Tastes.most(categories)
    let names = facts.items.names
    preferredItems = bought.filter { $0.value >= 2 }.sorted { left, right in
      left.value != right.value
        ? left.value > right.value : names.precedes(left.key, right.key)
    }.map(\.key)
    if let most = hours.max(), most > 0 { preferredHour = hours.firstIndex(of: most) }
    let prior = Tastes.noveltyPriorCount
    noveltyEvidence = laterLines
    if laterLines > 0 { noveltyRate = (Double(novel) + prior / 2) / (Double(laterLines) + prior) }
  }

  /// `explorer` for somebody who takes new things more often than not, else `decisive`.
  var buyerStyle: String? { noveltyRate.map { $0 > 0.5 ? "explorer" : "decisive" } }

  /// The name of the highest count; of equal counts the first by name.
  private static func most(_ counts: [String: Int]) -> String? {
    counts.min { left, right in
      left.value != right.value
        ? left.value > right.value
        : left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
    }?.key
  }
}
