import Shop

// What the customer is looking for
// --------------------------------
// The sum over a customer's events of the weight of the kind (a look or a click 1, a share 2, a
// cart 4), from events of the last 30 days that are newer than their last purchase of the item:
//
//   browsed(j)  =  sum of  weight x (2^(-age / 7 days) + 3 x 2^(-age / 1 hour))
//               +  0.25 x sum over session items i of  browsed(i) x K(i, j)
//
// So what is looked at just now weighs four times what it will tomorrow, and what goes with it
// comes along: session items are the five newest of the last two hours.
//
// The trees that ship saw shops without events and know nothing of browsing, as does a shop's own
// ranker until it has some. Then the head's scores are raised by
//
//   (greatest - least of the head's scores) x browsed / (1 + browsed)
//
// which lifts an item in the cart above nearly everything, and a single look of last week by a
// third of the way. All of these weights are priors.

/// What a customer looked at of late and has not bought since.
struct Browsing {
  static let windowDays = 30.0
  static let halfLifeDays = 7.0
  static let sessionFactor = 3.0
  static let sessionHalfLifeDays = 1 / 24.0
  static let sessionDays = 2 / 24.0
  static let maximumSessionCount = 5
  /// The share of an item's own weight that what goes with it gets.
  static let complementFactor = 0.25
  /// Events that one question reads at most, the newest.
  static let maximumEventCount = 500

  /// Kinds of events that say interest, with their weights.
  static let kinds: [(type: String, weight: Double)] = [
    ("view", 1), ("click", 1), ("search", 1), ("share", 2), ("cart", 4),
  ]

  /// The items of the events, the newest first, without what was bought since.
  private(set) var items: [Int32] = []
  /// What speaks for others: the newest items of the session.
  private(set) var session: [Recall.Source] = []

  init() {}

  /// Adds to the cells. O(events of the window + neighbours of the session's items).
  init(
    of customer: Int32, viewpoint: Viewpoint, facts: borrowing ShopFacts,
    history: borrowing PurchaseHistory,
    index: inout AffinityIndex
  ) {
    let events = facts.events
    guard customer >= 0, events.newest(of: customer) >= 0 else { return }
    let types = Browsing.kinds.map {
      (type: events.types.index(of: $0.type) ?? -1, weight: $0.weight)
    }
    var recent: [Int32] = []
    var count = 0
    events.forEachEvent(of: customer) { event in
      let place = Int(event)
      let time = events.time[place]
      guard viewpoint.sees(time) else { return true }
      let age = viewpoint.daysSince(time)
      count += 1
      guard age < Browsing.windowDays, count <= Browsing.maximumEventCount else { return false }
      let item = events.item[place]
      let type = events.type[place]
      guard item >= 0, let weight = types.first(where: { $0.type == type })?.weight else {
        return true
      }
      let entry = Int(index.cells[item].entry)
      if entry >= 0, history.entries[entry].newest >= time { return true }
      if index.cells[item].browsed == 0 { items.append(item) }
      if age <= Browsing.sessionDays, recent.count < Browsing.maximumSessionCount,
        !recent.contains(item)
      {
        recent.append(item)
      }
      let decay =
        Browsing.halving(age / Browsing.halfLifeDays)
        + Browsing.sessionFactor * Browsing.halving(age / Browsing.sessionHalfLifeDays)
      index.cells.change(item) { $0.browsed += Float(weight * decay) }
      return true
    }
    let names = facts.items.names
    for item in recent.sorted(by: { names.precedes($0, $1) }) {
      let weight = Browsing.complementFactor * Double(index.cells[item].browsed)
      session.append(Recall.Source(item: item, row: index.evidence(of: item), factor: weight))
    }
    for source in session {
      for (item, strength) in zip(source.row.items, source.row.strengths) {
        index.cells.change(item) { $0.browsed += Float(source.factor * strength) }
      }
    }
  }

  /// The items that a slot of this source names: itself if it was looked at, or else what it goes
  /// with.
  func because(of item: Int32, _ names: NameTable) -> [Int32] {
    if items.contains(item) { return [item] }
    let voices = session.map {
      Ranked(item: $0.item, score: $0.row.strength(of: item) * $0.factor)
    }
    return RankedQueue.sorted(voices.filter { $0.score > 0 }, names)
      .prefix(AffinityIndex.maximumReasons).map(\.item)
  }

  /// What the head's scores are raised by, for a ranker that knows nothing of browsing.
  static func rise(_ browsed: Float, spread: Double) -> Double {
    browsed > 0 ? spread * Double(browsed) / (1 + Double(browsed)) : 0
  }

  /// 2^-x for x from 0 on: exact halvings, and between two of them a straight line.
  private static func halving(_ exponent: Double) -> Double {
    if exponent >= 64 { return 0 }
    let whole = exponent.rounded(.down)
    var value = 1 - (exponent - whole) / 2
    for _ in 0..<Int(whole) { value /= 2 }
    return value
  }
}
