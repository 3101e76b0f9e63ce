import Shop

/// What a customer looked at of late and has not bought since, as one number per item.
///
/// The sum over their events of the weight of the kind (a look or a click 1, a share 2, a cart 4)
/// times 2^(-age / 7 days), from events of the last 30 days that are newer than the customer's last
/// purchase of the item. The weights are priors: no shipped data has events beside orders.
enum Browsing {
  static let windowDays = 30.0
  static let halfLifeDays = 7.0
  /// Events that one question reads at most, the newest.
  static let maximumEventCount = 500

  /// Kinds of events that say interest, with their weights.
  static let kinds: [(type: String, weight: Float)] = [
    ("view", 1), ("click", 1), ("search", 1), ("share", 2), ("cart", 4),
  ]

  /// Adds to the cells. O(events of the window).
  static func gather(
    of customer: Int32, viewpoint: Viewpoint, facts: ShopFacts, history: PurchaseHistory,
    into cells: inout ItemCells
  ) {
    let events = facts.events
    guard customer >= 0, events.newest(of: customer) >= 0 else { return }
    let types = kinds.map { (type: events.types.index(of: $0.type) ?? -1, weight: $0.weight) }
    var count = 0
    events.forEachEvent(of: customer) { event in
      let index = Int(event)
      let time = events.time[index]
      guard viewpoint.sees(time) else { return true }
      let age = viewpoint.daysSince(time)
      count += 1
      guard age < windowDays, count <= maximumEventCount else { return false }
      let item = events.item[index]
      let type = events.type[index]
      guard item >= 0, let weight = types.first(where: { $0.type == type })?.weight else {
        return true
      }
      let entry = Int(cells[item].entry)
      if entry >= 0, history.entries[entry].newest >= time { return true }
      let decayed = weight * Float(halving(age / halfLifeDays))
      cells.change(item) { $0.browsed += decayed }
      return true
    }
  }

  /// 2^-x for x in 0 ..< 30: exact halvings, and between two of them a straight line.
  private static func halving(_ exponent: Double) -> Double {
    let whole = exponent.rounded(.down)
    var value = 1 - (exponent - whole) / 2
    for _ in 0..<min(64, Int(whole)) { value /= 2 }
    return value
  }
}
