import Shop
import Statistics

// What the shop's mean says, and how much
// ---------------------------------------
// A figure of one customer rests on few orders. Each is shrunken to the shop's mean: (own sum + weight x mean) /
// (own count + weight), as if the customer had had `weight` more orders like the shop's. The shop's own means are
// shrunken in the same way to labelled priors, so that a shop of its first day divides by nothing and says nothing
// wild. No norm depends on the clock.
//
// The order rates' Gamma(r, alpha) comes from moments of the customers who came back, with x orders after the
// first in t days: mean rate m = sum x / sum t (shrunken: 1 / mean gap); the variance of rates is what is left of
// sum (x - m t)^2 after the Poisson part sum x, over sum t^2; r = m^2 / variance, held in 0.3 ... 5 and shrunken to
// the prior 1 with the weight of 50 customers; alpha = r x mean gap. The dropout's Beta(a, b) can't be read from
// moments (who is gone looks like who is silent) and is a labelled prior.

/// What is said of the shop as a whole, as of a horizon.
package struct ShopNorms: Equatable, Sendable {
  package let cuts: RFMCuts
  package let totals: ShopTotals
  /// Mean days between two orders of one customer.
  package let meanGapDays: Double
  /// Mean of what an order came to, minor units; 0 in a shop without orders.
  package let averageOrderValue: Double
  /// Share of orders with a discount or coupon.
  package let discountShare: Double
  /// Share of orders of which something came back.
  package let returnShare: Double
  /// Rates and dropout of orders, in days.
  package let lifetime: ModifiedBetaGeometric

  /// Labelled priors: what is assumed before a shop has evidence, and what weight that has.
  package enum Prior {
    package static let gapDays = 30.0
    package static let gapWeight = 5.0
    package static let discountShare = 0.3
    package static let discountWeight = 20.0
    package static let rateShape = 1.0
    package static let rateShapeWeight = 50.0
    package static let rateShapeRange = 0.3...5.0
    package static let dropout = (a: 1.0, b: 0.75)
  }

  init(totals: ShopTotals, cuts: RFMCuts) {
    self.totals = totals
    self.cuts = cuts
    let days = Double(totals.seconds) / 86_400
    let repeats = Double(totals.repeats)
    meanGapDays =
      (days + Prior.gapWeight * Prior.gapDays) / (repeats + Prior.gapWeight)
    averageOrderValue =
      totals.orderCount == 0 ? 0 : Double(totals.spend) / Double(totals.orderCount)
    discountShare =
      (Double(totals.discountedCount) + Prior.discountWeight * Prior.discountShare)
      / (Double(totals.orderCount) + Prior.discountWeight)
    let orders = max(totals.orderCount, totals.returnedCount)
    returnShare = orders == 0 ? 0 : Double(totals.returnedCount) / Double(orders)
    let shape = Self.rateShape(totals: totals, rate: 1 / meanGapDays)
    lifetime = ModifiedBetaGeometric(
      r: shape, alpha: shape * meanGapDays, a: Prior.dropout.a, b: Prior.dropout.b)
  }

  private static func rateShape(totals: ShopTotals, rate: Double) -> Double {
    let day = 86_400.0
    let secondsSquared = Double(totals.secondsSquared) / (day * day)
    let repeats = Double(totals.repeats)
    let deviation =
      Double(totals.repeatsSquared)
      - 2 * rate * Double(totals.repeatsTimesSeconds) / day + rate * rate * secondsSquared
    let variance = secondsSquared == 0 ? 0 : (deviation - repeats) / secondsSquared
    let range = Prior.rateShapeRange
    let own =
      variance <= 0
      ? range.upperBound : min(max(rate * rate / variance, range.lowerBound), range.upperBound)
    let customers = Double(totals.repeatBuyerCount)
    return (customers * own + Prior.rateShapeWeight * Prior.rateShape)
      / (customers + Prior.rateShapeWeight)
  }
}

/// `(sum + weight x mean) / (count + weight)`: a customer's own mean, shrunken to the shop's.
func shrunken(sum: Double, count: Double, to mean: Double, weight: Double) -> Double {
  (sum + weight * mean) / (count + weight)
}

/// Rounded to so many decimals, half away from zero: what is reported, so that the last bits of a logarithm on
/// another machine change no reply.
func rounded(_ value: Double, decimals: Int) -> Double {
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  return (value * scale).rounded() / scale
}
