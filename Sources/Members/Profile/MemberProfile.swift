import Shop
import Statistics

// What a profile says
// -------------------
// A profile is a customer's index and digest next to the view that it belongs to; each figure is worked out when it
// is asked for, so that a condition on `tier` never looks at an item. Formulas, with n standing orders, x = n - 1:
//
//   usual gap          (t + 2 g) / (x + 2)                  t days from first to last order, g the shop's mean gap:
//                                                           someone of one order has the shop's gap
//   silence ratio      days since the last order / max(1, usual gap)
//   order value        (spend + 2 v) / (n + 2)              v the shop's average order value; shrunken, for forecasts
//   P(alive)           modified BG/NBD, see there; at least that of a one-time buyer just as silent, so that none of
//                      those ranks above someone who came back (the model alone doubts a daily customer after a week
//                      more than a one-time buyer after a month)
//   value in 12 months model P(alive) x expected orders in 365 days if alive x shrunken order value
//   price sensitivity  (discounted orders + 3 s) / (n + 3)  s the shop's share of discounted orders
//   novelty            (new + 5 u) / (chances + 5)          u the shop's share of new items in repeat orders
//   margin per order   (margin + 2 v m) / (n + 2)           m the shop's stated margin

/// Weights of the shop's mean in a customer's figures, in orders (or chances to repeat).
package enum ShrinkageWeight {
  package static let gap = 2.0
  package static let orderValue = 2.0
  package static let discount = 3.0
  package static let novelty = 5.0
}

/// Everything that is said of one customer as of a viewpoint.
package struct MemberProfile: Sendable {
  package let view: MemberView
  /// Below zero for someone the shop never named.
  package let customer: Int32
  package let digest: MemberDigest
  private let unknownID: String?

  init(view: MemberView, customer: Int32, unknownID: String?) {
    self.view = view
    self.customer = customer
    self.unknownID = unknownID
    digest = view.columns.digest(of: customer)
  }

  package var id: String { unknownID ?? view.facts.customers.names[customer] }

  /// What the shop says of the customer; empty where it says nothing.
  package var record: Customer {
    customer < 0 ? Customer() : view.facts.customers[customer]
  }

  /// Whether anything is known: put by the shop, or named by an order or event that is seen from here.
  package var isKnown: Bool {
    if customer < 0 { return false }
    if view.facts.customers.isDeclared[Int(customer)] || digest.seenCount > 0 { return true }
    var isSeen = false
    view.facts.events.forEachEvent(of: customer) { event in
      isSeen = view.viewpoint.sees(view.facts.events.time[Int(event)])
      return !isSeen
    }
    return isSeen
  }

  /// Orders that stand.
  package var orderCount: Int64 { digest.orderCount }
  /// Minor units.
  package var spend: Int64 { digest.spend }

  // MARK: Rhythm

  /// Days of 24 hours since the last order; nil without one.
  package var silenceDays: Double? {
    digest.orderCount == 0 ? nil : view.viewpoint.daysSince(digest.last)
  }

  /// Local days since the last order; nil without one.
  package var recencyDays: Int? { days(since: digest.orderCount == 0 ? nil : digest.last) }
  /// Local days since the first order; nil without one.
  package var firstOrderDays: Int? { days(since: digest.orderCount == 0 ? nil : digest.first) }
  /// Local days since the customer joined, as the shop says; nil where it doesn't.
  package var joinedDays: Int? { days(since: record.joined) }

  private func days(since moment: Instant?) -> Int? {
    guard let moment else { return nil }
    return max(0, Int(view.today.number) - Int(view.facts.settings.zone.day(of: moment).number))
  }

  /// Days that usually lie between two orders, shrunken to the shop's; nil without an order.
  package var usualGapDays: Double? {
    if digest.orderCount == 0 { return nil }
    return shrunken(
      sum: Double(digest.activeSeconds) / 86_400, count: Double(digest.repeatCount),
      to: view.norms.meanGapDays, weight: ShrinkageWeight.gap)
  }

  /// How many usual gaps the customer has been silent; nil without an order.
  package var silenceRatio: Double? {
    guard let silenceDays, let usualGapDays else { return nil }
    return silenceDays / max(1, usualGapDays)
  }

  // MARK: Groups

  /// Nil without an order.
  package var rfm: RFMScores? {
    if digest.orderCount == 0 { return nil }
    return view.norms.cuts.scores(
      lastDay: view.facts.settings.zone.day(of: digest.last), orderCount: digest.orderCount,
      spend: digest.spend)
  }

  package var lifecycle: Lifecycle {
    let rule = view.rules.lifecycle.first { rule in
      rule.bounds.allSatisfy { $0.holds(measure($0.measure)) }
    }
    guard let rule else { preconditionFailure("the last rule takes everyone") }
    return rule.name
  }

  package var tier: ValueTier {
    var stage: Lifecycle?
    let rule = view.rules.tiers.first { rule in
      if let stages = rule.lifecycle {
        if stage == nil { stage = lifecycle }
        if !stages.contains(stage!) { return false }
      }
      return rule.bounds.allSatisfy { $0.holds(measure($0.measure)) }
    }
    guard let rule else { preconditionFailure("the last rule takes everyone") }
    return rule.name
  }

  /// The highest level that the spend of twelve months reaches; nil where none is configured or reached.
  package var level: String? {
    if view.rules.levels.isEmpty { return nil }
    let spent = spend12m
    return view.rules.levels.last { $0.spendFrom <= spent }?.name
  }

  /// Paid in the 365 days before now, minor units. O(lines of those orders).
  package var spend12m: Int64 {
    let orders = view.facts.orders
    let start = view.viewpoint.now.advanced(byDays: -365)
    var sum: Int64 = 0
    if customer < 0 { return 0 }
    orders.forEachOrder(of: customer) { order in
      let time = orders.time[Int(order)]
      if time <= start { return false }
      if view.viewpoint.sees(time) { sum = Money.sum(sum, orders.net(order: order)) }
      return true
    }
    return sum
  }

  /// The figure that a rule asks about; nil where the customer has none.
  package func measure(_ measure: Measure) -> Double? {
    switch measure {
    case .orders: Double(digest.orderCount)
    case .spend: Double(digest.spend)
    case .averageOrderValue: averageOrderValue.map(Double.init)
    case .spend12m: Double(spend12m)
    case .recencyDays: recencyDays.map(Double.init)
    case .firstOrderDays: firstOrderDays.map(Double.init)
    case .usualGapDays: usualGapDays
    case .silenceRatio: silenceRatio
    case .recencyScore: rfm.map { Double($0.recency) }
    case .frequencyScore: rfm.map { Double($0.frequency) }
    case .monetaryScore: rfm.map { Double($0.monetary) }
    case .probabilityAlive: probabilityAlive
    case .value12m: value12m.map(Double.init)
    }
  }
}
