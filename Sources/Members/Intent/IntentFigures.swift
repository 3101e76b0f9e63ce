import Shop
import Statistics

// What tells whether somebody buys soon
// -------------------------------------
// Twenty-odd figures of one customer from one viewpoint, counts and days as log(1 + figure) so that
// the step from one to two weighs more than that from twenty to twenty-one. They are of six kinds:
//
//   cadence    visits, mean gap, days since the first, visits of the last 30, 90 and 365 days, and
//              of the same days a year ago
//   recency    days since the last order, the same in usual gaps
//   forecast   what the lifetime model of `ShopNorms`, which needs no fit, says of these days
//   browsing   views and searches of the last 7 and 30 days, carts of the last 7, other events of
//              the last 30, days since the last event, complaints and dislikes of the last 90
//   money      share of orders at a discount, orders with a coupon, mean order beside the shop's,
//              share of orders of which something came back
//   channel    how many there were, and whether the last one is one of the shop's most used
//
// Everything is as of the viewpoint, so that the same function serves learning from the past and
// answering now. One exception is stated: an order counts as it stands today, also where it came
// back after the viewpoint.

/// The figures from which intent is learned.
struct IntentFigures {
  /// Channels that have a figure of their own, at most.
  static let maximumChannelCount = 4
  /// Events further back than so many days say nothing.
  static let eventDays = 90.0

  /// The figures' names, in their order, without those of the channels.
  static let names = [
    "has_ordered", "visits", "recency_days", "first_order_days", "usual_gap_days", "silence",
    "lifetime", "visits_30d", "visits_90d", "visits_365d", "visits_year_ago", "price_sensitivity",
    "coupon_orders", "order_value", "returned_share", "channels", "browsing_7d", "browsing_30d",
    "carts_7d", "touches_30d", "event_days", "complaints_90d",
  ]

  static func width(channels: [String]) -> Int { names.count + channels.count }

  /// The figures; nil for somebody of whom neither an order nor an event of late is known.
  ///
  /// O(orders of the customer + events of the last 90 days).
  ///
  /// - Parameters:
  ///   - days: how far ahead is asked.
  ///   - channels: the names of the most used channels.
  static func values(
    of profile: MemberProfile, within days: Double, channels: [String]
  ) -> [Double]? {
    let summary = profile.summary
    let events = EventCounts(of: profile)
    if summary.orders == 0 && events.lastDays == nil { return nil }
    let history = OrderCounts(of: profile, within: days)
    let orders = Double(summary.orders)
    let meanValue = profile.view.norms.meanOrderValue
    let value = orders > 0 ? Double(summary.spend) / orders : 0
    func log(_ figure: Double?) -> Double {
      Elementary.logarithm(onePlus: max(0, figure ?? 0))
    }
    var values = [
      orders > 0 ? 1 : 0, log(Double(summary.visits)), log(profile.silentDays),
      log(profile.ageDays), log(profile.usualGapDays), log(profile.silence),
      lifetime(profile, within: days), log(history.visits30), log(history.visits90),
      log(history.visits365), log(history.visitsYearAgo),
      orders > 0 ? profile.priceSensitivity : 0, log(history.couponOrders),
      meanValue > 0 ? log(value / meanValue) : 0,
      orders > 0 ? Double(summary.returned) / orders : 0, log(Double(history.channels.count)),
      log(events.browsing7), log(events.browsing30), log(events.carts7), log(events.touches30),
      log(events.lastDays ?? eventDays), log(events.complaints),
    ]
    let last = profile.view.facts.channelName(history.lastChannel)
    for channel in channels { values.append(channel == last ? 1 : 0) }
    return values
  }

  /// log(-log(1 - P)) of an order in those days as the unfitted model has it, held in -9 ... 3.
  private static func lifetime(_ profile: MemberProfile, within days: Double) -> Double {
    guard let silent = profile.silentDays else { return 0 }
    let (summary, model) = (profile.summary, profile.view.norms.lifetime)
    let (repeats, age) = (Double(summary.repeats), summary.spanDays + silent)
    let probability =
      model.aliveProbability(repeats: repeats, lastDays: summary.spanDays, ageDays: age)
      * model.purchaseProbabilityIfAlive(repeats: repeats, ageDays: age, withinDays: days)
    return min(3, max(-9, Intent.complementary(probability)))
  }

  /// The channels that most orders up to the viewpoint name, the most used first, ties by name.
  /// O(orders).
  static func channels(of facts: ShopFacts, upTo moment: Instant) -> [String] {
    var counts: [Int32: Int] = [:]
    for order in 0..<facts.orders.count where facts.orders.time[order] <= moment {
      let channel = facts.orders.channel[order]
      if channel >= 0 { counts[channel, default: 0] += 1 }
    }
    let named = counts.compactMap { entry in
      facts.channelName(entry.key).map { (name: $0, count: entry.value) }
    }
    let sorted = named.sorted { left, right in
      left.count != right.count
        ? left.count > right.count
        : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
    // With one channel there is nothing to tell apart.
    return sorted.count < 2 ? [] : sorted.prefix(maximumChannelCount).map(\.name)
  }
}

/// What one pass over somebody's orders counts.
private struct OrderCounts {
  var visits30 = 0.0
  var visits90 = 0.0
  var visits365 = 0.0
  /// In the days, a year ago, that correspond to those asked about.
  var visitsYearAgo = 0.0
  var couponOrders = 0.0
  var channels: Set<Int32> = []
  var lastChannel: Int32 = -1

  init(of profile: MemberProfile, within days: Double) {
    let (orders, viewpoint) = (profile.view.facts.orders, profile.view.viewpoint)
    let zone = profile.view.facts.settings.zone
    var lastDay: Day?
    var isFirst = true
    orders.forEachOrder(of: profile.customer) { order in
      let time = orders.time[Int(order)]
      guard viewpoint.sees(time), orders.stands(order) else { return true }
      if isFirst { lastChannel = orders.channel[Int(order)] }
      isFirst = false
      channels.insert(orders.channel[Int(order)])
      if orders.coupons[order] != nil { couponOrders += 1 }
      let day = zone.day(of: time)
      if day == lastDay { return true }
      lastDay = day
      let ago = viewpoint.daysSince(time)
      if ago <= 30 { visits30 += 1 }
      if ago <= 90 { visits90 += 1 }
      if ago <= 365 { visits365 += 1 }
      if ago < 365, ago >= 365 - days { visitsYearAgo += 1 }
      return true
    }
    channels.remove(-1)
  }
}

/// What one pass over somebody's events of the last 90 days counts.
private struct EventCounts {
  var browsing7 = 0.0
  var browsing30 = 0.0
  var carts7 = 0.0
  var touches30 = 0.0
  var complaints = 0.0
  /// Days since the last event, whatever it was; nil where there was none.
  var lastDays: Double?

  init(of profile: MemberProfile) {
    let (events, viewpoint) = (profile.view.facts.events, profile.view.viewpoint)
    events.forEachEvent(of: profile.customer) { event in
      let time = events.time[Int(event)]
      guard viewpoint.sees(time) else { return true }
      let ago = viewpoint.daysSince(time)
      if ago > IntentFigures.eventDays { return false }
      if lastDays == nil { lastDays = ago }
      switch events.types[events.type[Int(event)]] {
      case "view", "search":
        if ago <= 7 { browsing7 += 1 }
        if ago <= 30 { browsing30 += 1 }
      case "cart": if ago <= 7 { carts7 += 1 }
      case "complaint", "dislike": complaints += 1
      default: if ago <= 30 { touches30 += 1 }
      }
      return true
    }
  }
}
