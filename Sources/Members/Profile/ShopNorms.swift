import Shop
import Statistics

// What holds for the shop as a whole
// ----------------------------------
// A figure about one customer rests on few observations, so it is shrunken towards the shop's mean: n own observations count
// n, the shop's mean counts a stated number of them. The norms are those means, and the cuts of RFM. They follow from the
// facts alone (the clock does not move them) in one pass over all customers, and are kept until a fact changes.

/// Means and cuts over all customers who ordered, as seen from a viewpoint.
package struct ShopNorms: Sendable {
  /// The mean gap in a shop where nobody has come back yet.
  static let fallbackGapDays = 30.0
  /// Shape of the rates of buying: 1, so that rates differ as much as their mean.
  static let rateShape = 1.0
  /// Parameters of leaving after a purchase: priors, near what the CDNOW customers show (0.79 and 2.43).
  static let dropoutPrior = (a: 0.8, b: 2.5)

  package private(set) var customers = 0
  package private(set) var meanGapDays = ShopNorms.fallbackGapDays
  /// Minor units.
  package private(set) var meanOrderValue = 0.0
  package private(set) var meanOrderMargin = 0.0
  /// Share of orders with a discount.
  package private(set) var discountShare = 0.0
  package private(set) var cuts = RFMCuts(lastDays: [], orders: [], spend: [])

  /// From the summaries of all customers. O(customers log customers).
  ///
  /// All sums are of integers, so that they do not depend on which customer came first.
  package init(_ summaries: some Sequence<OrderSummary>, zone: Zone) {
    var lastDays: [Double] = []
    var orders: [Double] = []
    var spend: [Double] = []
    var spanMilliseconds: Int64 = 0
    var gaps = 0
    var orderCount = 0
    var spendTotal: Int64 = 0
    var marginTotal: Int64 = 0
    var discounted = 0
    for summary in summaries {
      guard let last = summary.last else { continue }
      lastDays.append(Double(zone.day(of: last).number))
      orders.append(Double(summary.orders))
      spend.append(Double(summary.spend))
      spanMilliseconds = Money.sum(spanMilliseconds, summary.spanMilliseconds)
      gaps += summary.visits - 1
      orderCount += summary.orders
      spendTotal = Money.sum(spendTotal, summary.spend)
      marginTotal = Money.sum(marginTotal, summary.margin)
      discounted += summary.discounted
    }
    customers = lastDays.count
    if gaps > 0, spanMilliseconds > 0 {
      meanGapDays =
        Double(spanMilliseconds) / Double(Instant.millisecondsPerDay) / Double(gaps)
    }
    if orderCount > 0 {
      meanOrderValue = Double(spendTotal) / Double(orderCount)
      meanOrderMargin = Double(marginTotal) / Double(orderCount)
      discountShare = Double(discounted) / Double(orderCount)
    }
    cuts = RFMCuts(lastDays: lastDays, orders: orders, spend: spend)
  }

  /// The lifetime model with the shop's mean gap; its parameters are priors until they are fitted.
  package var lifetime: LifetimeModel {
    LifetimeModel(
      r: ShopNorms.rateShape, alpha: ShopNorms.rateShape * meanGapDays,
      a: ShopNorms.dropoutPrior.a, b: ShopNorms.dropoutPrior.b)
  }
}

extension CustomerTable {
  /// All customers in the order of their ids. O(customers log customers).
  package var indicesByID: [Int32] {
    let names = self.names
    return (0..<Int32(count)).sorted { names.precedes($0, $1) }
  }
}
