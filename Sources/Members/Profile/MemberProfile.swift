import Shop
import Statistics

/// Everything that is said of one customer from one viewpoint, each figure worked out when it is first asked for.
///
/// The fields are those of `customers.get`; conditions see the same under the same names.
package final class MemberProfile: FieldSource {
  /// Own gaps that the shop's mean gap counts as.
  static let gapPriorCount = 2.0
  /// Own orders that the shop's mean order value, and its share of discounts, count as.
  static let orderPriorCount = 3.0
  /// Days that `value_12m` looks ahead.
  package static let horizonDays = 365.0

  package let customer: Int32
  package let viewpoint: Viewpoint
  package let facts: ShopFacts
  package let norms: ShopNorms
  let rules: MemberRules

  package let summary: OrderSummary
  private(set) lazy var tastes = Tastes(of: customer, from: viewpoint, facts: facts)
  private lazy var today = facts.settings.zone.day(of: viewpoint.now)

  init(
    of customer: Int32, from viewpoint: Viewpoint, facts: ShopFacts, summary: OrderSummary,
    norms: ShopNorms, rules: MemberRules
  ) {
    self.customer = customer
    self.viewpoint = viewpoint
    self.facts = facts
    self.summary = summary
    self.norms = norms
    self.rules = rules
  }

  package var id: String { facts.customers.names[customer] }
  package var record: Customer { facts.customers[customer] }

  /// Local days since the last order, nil before the first.
  package var recencyDays: Int? {
    summary.last.map { max(0, Int(today.number - facts.settings.zone.day(of: $0).number)) }
  }

  package private(set) lazy var rfm: RFMScores? = summary.last.map { last in
    norms.cuts.scores(
      today: today, lastDay: facts.settings.zone.day(of: last), orders: summary.orders,
      spend: summary.spend)
  }

  /// The usual days between visits: the mean own gap, shrunken to the shop's, which counts as two own gaps.
  package var usualGapDays: Double? {
    guard summary.orders > 0 else { return nil }
    let gaps = Double(summary.visits - 1)
    let prior = MemberProfile.gapPriorCount
    return (summary.spanDays + prior * norms.meanGapDays) / (gaps + prior)
  }

  /// Days since the last order in usual gaps: 1 is just when the next order is due.
  package var silence: Double? {
    guard let last = summary.last, let gap = usualGapDays else { return nil }
    return viewpoint.daysSince(last) / max(gap, 1)
  }

  /// Probability of still being a customer, by the lifetime model with the shop's norms.
  package var aliveProbability: Double? {
    guard let first = summary.first else { return nil }
    return norms.lifetime.aliveProbability(
      repeats: Double(summary.visits - 1), lastDays: summary.spanDays,
      ageDays: viewpoint.daysSince(first))
  }

  /// Orders a day while alive.
  package var orderRate: Double {
    norms.lifetime.rate(repeats: Double(max(0, summary.visits - 1)), lastDays: summary.spanDays)
  }

  /// Probability of at least one order within so many days: alive, and a Poisson process of the own rate.
  package func orderProbability(withinDays days: Double) -> Double {
    guard let alive = aliveProbability else { return 0 }
    return alive * Waiting.probability(rate: orderRate, span: days)
  }

  /// The mean order value, shrunken to the shop's, minor units.
  package var expectedOrderValue: Double {
    let prior = MemberProfile.orderPriorCount
    return (Double(summary.spend) + prior * norms.meanOrderValue)
      / (Double(summary.orders) + prior)
  }

  /// The mean margin of an order, shrunken to the shop's, minor units.
  package var expectedOrderMargin: Double {
    let prior = MemberProfile.orderPriorCount
    return (Double(summary.margin) + prior * norms.meanOrderMargin)
      / (Double(summary.orders) + prior)
  }

  /// What the customer is expected to spend in the next 365 days, minor units: P(alive) x rate x days x order value.
  package var yearValue: Double {
    (aliveProbability ?? 0) * orderRate * MemberProfile.horizonDays * expectedOrderValue
  }

  /// Share of orders at a discount, shrunken to the shop's, 0 to 1.
  package var priceSensitivity: Double {
    let prior = MemberProfile.orderPriorCount
    return (Double(summary.discounted) + prior * norms.discountShare)
      / (Double(summary.orders) + prior)
  }

  package private(set) lazy var tier: String = rules.tier(of: self)
  package private(set) lazy var lifecycle: String = rules.lifecycle(of: self)
  package var level: String? {
    rules.levels.isEmpty ? nil : rules.level(spendOfYear: spendOfYear)
  }

  /// Net spend of the last 365 days, minor units. O(orders).
  private var spendOfYear: Int64 {
    let yearAgo = viewpoint.now.advanced(byDays: -365)
    let orders = facts.orders
    var spend: Int64 = 0
    orders.forEachOrder(of: customer) { order in
      let time = orders.time[Int(order)]
      if viewpoint.sees(time), time > yearAgo {
        spend = Money.sum(spend, orders.net(order: order))
      }
      return time > yearAgo
    }
    return spend
  }

  package var preferredChannel: String? { tastes.preferredChannel }
  package var preferredCategory: String? { tastes.preferredCategory }
  /// What the customer bought in at least two orders, the most often bought first, ties by id.
  package var preferredItems: [Int32] { tastes.preferredItems }
  /// The local hour of the day, 0 to 23, at which the customer orders most; nil without an order.
  package var preferredHour: Int? { tastes.preferredHour }
}
