import Shop
import Statistics

// How RFM scores are made
// -----------------------
// The convention of R's package `rfm`, whose published table the tests reproduce: for recency in
// days, number of orders and spend, the type-7 quantiles at 20, 40, 60 and 80 % of all customers
// with an order, plus 1 (a day, an order, a minor unit), are four cuts. A value's bin is the number
// of cuts that it reaches (half-open: a value on a cut belongs above it). Frequency and monetary
// score 1 + bin; recency, where less is better, 5 - bin. The tie rule follows: equal values always
// score the same, so that a fifth can hold more or fewer than a fifth of the customers. Comparisons
// are exact.
//
// Recency is held as the local day of the last order, d, and not as days until today. Days silent
// are r = today - d, and type 7 is symmetric: q_p(r) = today - q_(1-p)(d). So `r >= q_p(r) + 1` is
// `d <= q_(1-p)(d) - 1`, and
//   recency score = 1 + number of k in 1 ... 4 with d > q_(k/5)(d) - 1
// from which today has gone: time passing changes nobody's score, only orders do.

/// The cuts between RFM scores, as of a horizon.
package struct RFMCuts: Equatable, Sendable {
  /// Quintiles of the local day of the last order, ascending; empty where nobody has ordered.
  package let lastDay: [Quantile]
  package let orders: [Quantile]
  /// Of minor units.
  package let spend: [Quantile]

  /// Each multiset has one value for every customer with at least one order.
  package init(lastDays: RankedValues, orderCounts: RankedValues, spends: RankedValues) {
    lastDay = Self.quintiles(of: lastDays)
    orders = Self.quintiles(of: orderCounts)
    spend = Self.quintiles(of: spends)
  }

  private static func quintiles(of values: RankedValues) -> [Quantile] {
    if values.count == 0 { return [] }
    return (1...4).map { part in
      Quantile(part: part, of: 5, count: values.count) { values[$0] }
    }
  }

  /// The scores of a customer with at least one order.
  package func scores(lastDay day: Day, orders count: Int, spend amount: Int64) -> RFMScores {
    RFMScores(
      recency: 1 + lastDay.count { $0.isBelow(Int64(day.number), shiftedBy: -1) },
      frequency: 1 + orders.count { $0.isAtMost(Int64(count), shiftedBy: 1) },
      monetary: 1 + spend.count { $0.isAtMost(amount, shiftedBy: 1) })
  }

  /// The cuts as numbers, ascending, for people: recency in days silent as of a day.
  package func cuts(today: Day) -> (recency: [Double], frequency: [Double], monetary: [Double]) {
    (
      lastDay.reversed().map { Double(today.number) - $0.double + 1 },
      orders.map { $0.double + 1 }, spend.map { $0.double + 1 }
    )
  }
}
