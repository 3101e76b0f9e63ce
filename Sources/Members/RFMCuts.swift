import Shop
import Statistics

// How RFM scores are made
// -----------------------
// The convention of R's package `rfm` ("rfm_table_order"): for recency in days, number of orders and amount, the
// type-7 quantiles at 20, 40, 60 and 80 % of all customers with an order, plus 1, are four cuts. A value's bin is
// the number of cuts that it reaches (half-open: a value on a cut belongs above it). Frequency and monetary
// score 1 + bin; recency, where less is better, 5 - bin. The tie rule follows: equal values always score the same,
// and up to one unit above a quantile counts as on it, so that bins may differ in size.
//
// Recency is held as the local day of the last order, d, and not as days until today. With r = today - d and since
// type 7 is symmetric, q_p(r) = today - q_(1-p)(d); so `r >= q_p(r) + 1` is `d <= q_(1-p)(d) - 1`, and
//   recency score = 1 + number of k with d > q_(k/5)(d) - 1
// in which today has cancelled out: time passing changes nobody's score, only orders do. All comparisons are exact.

/// The cuts between RFM scores, as of a horizon; nil scores come from a shop without orders.
package struct RFMCuts: Equatable, Sendable {
  /// Of the local day of the last order, at 20, 40, 60, 80 %.
  package let lastDay: [Quantile]
  package let orderCount: [Quantile]
  /// Minor units.
  package let spend: [Quantile]

  /// Each multiset has one value for every customer with at least one order.
  package init(lastDays: RankedValues, orderCounts: RankedValues, spends: RankedValues) {
    lastDay = Self.quintiles(of: lastDays)
    orderCount = Self.quintiles(of: orderCounts)
    spend = Self.quintiles(of: spends)
  }

  private static func quintiles(of values: RankedValues) -> [Quantile] {
    if values.count == 0 { return [] }
    return (1...4).map { part in
      Quantile(part: part, of: 5, count: values.count) { values[$0] }
    }
  }

  /// The scores of a customer with at least one order.
  package func scores(lastDay day: Day, orderCount count: Int64, spend amount: Int64) -> RFMScores {
    RFMScores(
      recency: 1 + lastDay.count { $0.isBelow(Int64(day.number), shiftedBy: -1) },
      frequency: 1 + orderCount.count { $0.isAtMost(count, shiftedBy: 1) },
      monetary: 1 + spend.count { $0.isAtMost(amount, shiftedBy: 1) })
  }
}
