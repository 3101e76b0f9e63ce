import Statistics

/// What targeting needs to know of one customer; the caller reads it off the member's profile.
package struct MemberSignal: Equatable, Sendable {
  package var customer: Int32
  /// In the holdout: considered, and never given anything.
  package var isHeldOut: Bool
  package var orders: Int64
  /// What the member usually spends on an order, minor units; the shop's figure, shrunken to, where
  /// there is little.
  package var averageOrderValue: Int64
  /// What is usually left of an order after the cost of goods, minor units.
  package var averageMargin: Int64
  /// Orders per day while the member is still a customer.
  package var ordersPerDay: Double
  /// The probability that the member still is one, 0 to 1.
  package var activity: Double
  package var usualGapDays: Double?
  package var daysSilent: Double?
  /// The share of orders that are bought on discount, 0 to 1.
  package var priceSensitivity: Double?
  /// What the member did with earlier coupons; nil where there were none.
  package var redemptions: RedemptionRecord?
  package var tier: String?
  /// The channel that the member prefers.
  package var channel: String?
  /// Whether the member is slipping away or gone.
  package var isLapsing: Bool
  /// For a member who is to explore: what they draw with.
  package var draw: UInt64?
  /// Whether a policy on `"preferred"` would cover anything for this member.
  package var hasPreference: Bool

  package init(
    customer: Int32, isHeldOut: Bool = false, orders: Int64, averageOrderValue: Int64,
    averageMargin: Int64, ordersPerDay: Double, activity: Double = 1, usualGapDays: Double? = nil,
    daysSilent: Double? = nil, priceSensitivity: Double? = nil, tier: String? = nil,
    channel: String? = nil, isLapsing: Bool = false, draw: UInt64? = nil,
    hasPreference: Bool = true
  ) {
    self.customer = customer
    self.isHeldOut = isHeldOut
    self.orders = orders
    self.averageOrderValue = averageOrderValue
    self.averageMargin = averageMargin
    self.ordersPerDay = ordersPerDay
    self.activity = activity
    self.usualGapDays = usualGapDays
    self.daysSilent = daysSilent
    self.priceSensitivity = priceSensitivity
    self.tier = tier
    self.channel = channel
    self.isLapsing = isLapsing
    self.draw = draw
    self.hasPreference = hasPreference
  }

  /// The probability of at least one order within so many days if nothing is sent: of a member who
  /// orders as a Poisson process while active, `activity (1 - exp(-rate x days))`. 0 for what is
  /// not a number.
  package func probabilityOfOrder(withinDays days: Double) -> Double {
    let expected = ordersPerDay * days
    guard expected > 0, activity > 0 else { return 0 }
    return min(1, activity) * Waiting.probability(rate: ordersPerDay, span: days)
  }
}
