import Shop
import Statistics

// How members are scored
// ----------------------
// Recency (days since the last order), frequency (orders) and monetary value (spend) each become a score of 1 to 5 by where
// the customer stands among all who ever ordered. The four cuts are the type-7 quantiles at 20, 40, 60 and 80 % plus
// one unit (a day, an order, a minor unit); a value's score counts the cuts that are not above it, so values that tie always
// get the same score: a fifth can then hold more or fewer than a fifth of the customers. Recency is reversed, since few
// days are good. This is the convention of the R package rfm, whose published table the tests reproduce.
//
// Days silent grow by one for everybody at midnight, and their quantiles with them. So what is kept is the quantiles of the
// day of the last order; the clock alone never asks for a recount.

/// The scores of one customer, each 1 to 5, 5 the best.
package struct RFMScores: Equatable, Sendable {
  package var recency: Int
  package var frequency: Int
  package var monetary: Int

  package init(recency: Int, frequency: Int, monetary: Int) {
    self.recency = recency
    self.frequency = frequency
    self.monetary = monetary
  }
}

/// The cuts that a shop's customers are scored by.
package struct RFMCuts: Equatable, Sendable {
  static let probabilities = [0.2, 0.4, 0.6, 0.8]

  /// Quantiles of the local day of the last order, ascending; the days silent follow from today.
  private var lastDays: [Double]
  package private(set) var frequency: [Double]
  package private(set) var monetary: [Double]

  /// From every customer who ordered: the day of the last order, the number of orders, and the spend in minor units.
  package init(lastDays: [Double], orders: [Double], spend: [Double]) {
    func quantiles(_ values: [Double], _ probabilities: [Double]) -> [Double] {
      let ascending = values.sorted()
      return probabilities.compactMap { Quantile.type7(ascending, $0) }
    }
    // The quantile of "today - last" at p is today minus the quantile of "last" at 1 - p.
    self.lastDays = quantiles(lastDays, RFMCuts.probabilities.map { 1 - $0 })
    frequency = quantiles(orders, RFMCuts.probabilities).map { $0 + 1 }
    monetary = quantiles(spend, RFMCuts.probabilities).map { $0 + 1 }
  }

  /// The recency cuts in days silent, as of a day.
  package func recency(today: Day) -> [Double] { lastDays.map { Double(today.number) - $0 + 1 } }

  /// Scores a customer; nobody without an order is scored.
  package func scores(today: Day, lastDay: Day, orders: Int, spend: Int64) -> RFMScores {
    let silent = Double(today.number - lastDay.number)
    let passed = recency(today: today).filter { silent >= $0 }.count
    return RFMScores(
      recency: 5 - passed, frequency: 1 + frequency.filter { Double(orders) >= $0 }.count,
      monetary: 1 + monetary.filter { Double(spend) >= $0 }.count)
  }
}

/// The named classes of scores. Every score is in exactly one: the first whose ranges hold it, or `others`.
package enum RFMClass: String, CaseIterable, Sendable {
  case champions
  case loyalCustomers = "loyal_customers"
  case potentialLoyalist = "potential_loyalist"
  case newCustomers = "new_customers"
  case promising
  case needAttention = "need_attention"
  case aboutToSleep = "about_to_sleep"
  case atRisk = "at_risk"
  case cantLoseThem = "cant_lose_them"
  case lost
  case others

  private typealias Ranges = (
    recency: ClosedRange<Int>, frequency: ClosedRange<Int>, monetary: ClosedRange<Int>
  )

  private var ranges: Ranges {
    switch self {
    case .champions: (4...5, 4...5, 4...5)
    case .loyalCustomers: (2...5, 3...5, 3...5)
    case .potentialLoyalist: (3...5, 1...3, 1...3)
    case .newCustomers: (4...5, 1...1, 1...1)
    case .promising: (3...4, 1...1, 1...1)
    case .needAttention: (2...3, 2...3, 2...3)
    case .aboutToSleep: (2...3, 1...2, 1...2)
    case .atRisk: (1...2, 2...5, 2...5)
    case .cantLoseThem: (1...1, 4...5, 4...5)
    case .lost: (1...2, 1...2, 1...2)
    case .others: (1...5, 1...5, 1...5)
    }
  }

  package init(_ scores: RFMScores) {
    self =
      RFMClass.allCases.first { candidate in
        let ranges = candidate.ranges
        return ranges.recency.contains(scores.recency)
          && ranges.frequency.contains(scores.frequency)
          && ranges.monetary.contains(scores.monetary)
      } ?? .others
  }
}
