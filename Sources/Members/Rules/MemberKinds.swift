/// How much a customer matters to the shop; each has exactly one.
package enum ValueTier: String, CaseIterable, Sendable {
  case high, potential, ordinary, lapsed
}

/// Where a customer is on the way with the shop; each is at exactly one place.
package enum Lifecycle: String, CaseIterable, Sendable {
  case prospect, new, growing, mature, lapsing, lapsed
}

/// A figure of one customer that rules may ask about; the names are those of rules on the wire.
package enum Measure: String, CaseIterable, Sendable {
  case orders
  case spend
  case averageOrderValue = "average_order_value"
  /// Paid in the 365 days before now.
  case spend12m = "spend_12m"
  /// Local days since the last order.
  case recencyDays = "recency_days"
  /// Local days since the first order.
  case firstOrderDays = "first_order_days"
  case usualGapDays = "usual_gap_days"
  /// Days since the last order over the usual gap, which counts as at least one day.
  case silenceRatio = "silence_ratio"
  case recencyScore = "recency_score"
  case frequencyScore = "frequency_score"
  case monetaryScore = "monetary_score"
  case probabilityAlive = "p_alive"
  case value12m = "value_12m"
}
