import Shop
import Statistics

// What holds for the shop as a whole
// ----------------------------------
// A figure about one customer rests on few observations, so it is shrunken towards the shop's mean:
// n own observations count n, the shop's mean counts a stated number of them. The shop's own mean
// gap and share of discounts are shrunken in the same way to labelled priors, so that a shop of its
// first day says nothing wild. The norms follow from the facts alone; the clock does not move them.
//
// The lifetime model's rates are Gamma(r, alpha) by moments of the customers who came back, with x
// visits after the first in t days: mean rate m = 1 / mean gap; the variance of rates is what is
// left of sum (x - m t)^2 after the Poisson part sum x, over sum t^2; r = m^2 / variance, held in
// 0.3 ... 5 and shrunken to the prior 1 with the weight of 50 customers; alpha = r x mean gap. The
// dropout's Beta(a, b) cannot be read from moments (who is gone looks like who is silent): a
// labelled prior.

/// Means and cuts over all customers who ordered, as of a horizon.
package struct ShopNorms: Equatable, Sendable {
  /// What is assumed before a shop has evidence, and how many observations that counts as.
  package enum Prior {
    package static let gapDays = 30.0
    package static let gapCount = 5.0
    package static let discountShare = 0.3
    package static let discountCount = 20.0
    package static let rateShape = 1.0
    package static let rateShapeCount = 50.0
    package static let rateShapeRange = 0.3...5.0
    /// What maximum likelihood finds for the modified model on the CDNOW sample: .891 and 1.614.
    package static let dropout = (a: 0.9, b: 1.6)
  }

  package let totals: ShopTotals
  package let cuts: RFMCuts
  /// Mean days between two visits of one customer.
  package let meanGapDays: Double
  /// Parameters of the lifetime model in days; a and b are priors until they are fitted.
  package let lifetime: LifetimeModel

  init(totals: ShopTotals, cuts: RFMCuts) {
    self.totals = totals
    self.cuts = cuts
    meanGapDays =
      (Double(wide: totals.seconds) / 86_400 + Prior.gapCount * Prior.gapDays)
      / (Double(wide: totals.repeats) + Prior.gapCount)
    let shape = Self.rateShape(totals, rate: 1 / meanGapDays)
    lifetime = LifetimeModel(
      r: shape, alpha: shape * meanGapDays, a: Prior.dropout.a, b: Prior.dropout.b)
  }

  /// Customers with at least one order.
  package var customers: Int { totals.customers }

  /// Minor units; 0 in a shop without orders.
  package var meanOrderValue: Double { perOrder(totals.spend) }

  /// Minor units; 0 in a shop without orders.
  package var meanOrderMargin: Double { perOrder(totals.margin) }

  private func perOrder(_ sum: Int128) -> Double {
    totals.orders == 0 ? 0 : Double(wide: sum) / Double(totals.orders)
  }

  /// Share of orders with a discount.
  package var discountShare: Double {
    (Double(totals.discounted) + Prior.discountCount * Prior.discountShare)
      / (Double(totals.orders) + Prior.discountCount)
  }

  private static func rateShape(_ totals: ShopTotals, rate: Double) -> Double {
    let day = 86_400.0
    let daysSquared = Double(wide: totals.secondsSquared) / (day * day)
    let repeats = Double(wide: totals.repeats)
    let deviation =
      Double(wide: totals.repeatsSquared)
      - 2 * rate * Double(wide: totals.repeatsTimesSeconds) / day
      + rate * rate * daysSquared
    let variance = daysSquared == 0 ? 0 : (deviation - repeats) / daysSquared
    let range = Prior.rateShapeRange
    let own =
      variance <= 0
      ? range.upperBound : min(max(rate * rate / variance, range.lowerBound), range.upperBound)
    let customers = Double(totals.repeatCustomers)
    return (customers * own + Prior.rateShapeCount * Prior.rateShape)
      / (customers + Prior.rateShapeCount)
  }
}
