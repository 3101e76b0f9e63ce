import Shop
import Statistics

/// What a customer's orders were worth.
extension MemberProfile {
  /// The mean order value, shrunken to the shop's, minor units.
  package var expectedOrderValue: Double {
    perOrder(Double(summary.spend), to: view.norms.meanOrderValue)
  }

  /// The mean margin of an order, shrunken to the shop's, minor units: what was paid less the
  /// items' cost, or the shop's usual margin where a cost is unknown.
  package var expectedOrderMargin: Double {
    perOrder(Double(wide: summary.margin), to: view.norms.meanOrderMargin)
  }

  /// Spend over orders, rounded half up, minor units; nil before the first order.
  package var averageOrderValue: Int64? {
    let count = Int64(summary.orders)
    if count == 0 { return nil }
    let (quotient, remainder) = summary.spend.quotientAndRemainder(dividingBy: count)
    return remainder >= count - remainder ? quotient + 1 : quotient
  }
}
