import Shop

// What a bundle may cost
// ----------------------
//   separate  S = sum of the prices          cost  C = sum of the costs          margin  M = S - C
//   discount  D = (M / 2) x s, rounded down  suggested = S - D            margin of it = M - D
//   break-even uplift = D / (M - D)
//
// s, the price sensitivity of the items, is the share of their lines that were sold at a discount,
// shrunken to the shop's share with 20 lines: who buys at the full price needs no discount. Half of
// the margin is kept in any case, so that a bundle never costs less than what the shop pays. All of
// it is whole minor units; s is in ten-thousandths.
//
// Today q baskets hold all items and bring q x M. As a bundle each brings M - D, so q x (1 + u) of
// them are needed, with u = D / (M - D): by that share sales of the bundle must exceed today's
// joint sales for the discount to pay for itself. It is at most 1. Sales of one item alone that the
// bundle turns into sales of all are not taken into account: they make it pay sooner.

/// A price for items together; minor units.
package struct BundlePrice: Equatable, Sendable {
  package let separate: Int64
  package let suggested: Int64
  package let discount: Int64
  /// Of the suggested price over cost.
  package let margin: Int64
  /// A share of today's joint sales, 0 to 1.
  package let breakEvenUplift: Double

  /// One part in so many of the margin may be given away.
  static let givenShare: Int64 = 2
  /// The price sensitivity is counted in parts of this.
  package static let sensitivityUnit: Int64 = 10_000

  /// Nil where a price or a cost is unknown, a sum does not fit, or the items cost the shop more
  /// than they bring.
  ///
  /// - Parameter sensitivity: 0 to `sensitivityUnit`.
  package init?(_ items: [Item], sensitivity: Int64) {
    precondition((0...BundlePrice.sensitivityUnit).contains(sensitivity), "a share is 0 to 1")
    var separate: Int64 = 0
    var cost: Int64 = 0
    for item in items {
      guard let price = item.price, let own = item.cost, price >= 0, own >= 0 else { return nil }
      let (prices, isTooMuch) = separate.addingReportingOverflow(price)
      let (costs, isTooDear) = cost.addingReportingOverflow(own)
      if isTooMuch || isTooDear { return nil }
      (separate, cost) = (prices, costs)
    }
    guard separate >= cost else { return nil }
    let whole = separate - cost
    discount = Money.share(
      of: whole / BundlePrice.givenShare, part: sensitivity, whole: BundlePrice.sensitivityUnit)
    self.separate = separate
    suggested = separate - discount
    margin = whole - discount
    breakEvenUplift = margin > 0 ? Double(discount) / Double(margin) : 0
  }
}

/// How often each item's lines were sold at a discount.
struct PriceSensitivity {
  /// Lines' worth of the shop's own share that each bundle starts with.
  static let priorLines: Int64 = 20

  private var lines: [Int32: (all: Int64, discounted: Int64)] = [:]
  private var shop: (all: Int64, discounted: Int64) = (0, 0)

  /// Counts the standing lines that are seen. O(lines of the shop).
  init(of items: Set<Int32>, orders: OrderTable, viewpoint: Viewpoint) {
    var flags = [Bool](repeating: false, count: Int(items.max() ?? -1) + 1)
    for item in items { flags[Int(item)] = true }
    for order in 0..<Int32(orders.count) where !orders.isCancelled[Int(order)] {
      guard viewpoint.sees(orders.time[Int(order)]) else { continue }
      for line in orders.lines(of: order) where orders.remainingQuantity(line: line) > 0 {
        let discounted: Int64 = orders.lineDiscount[line] > 0 ? 1 : 0
        shop.all += 1
        shop.discounted += discounted
        let item = orders.lineItem[line]
        guard Int(item) < flags.count, flags[Int(item)] else { continue }
        lines[item, default: (0, 0)].all += 1
        lines[item, default: (0, 0)].discounted += discounted
      }
    }
  }

  /// (d + 20 x D / L) / (l + 20) in ten-thousandths, rounded down: d of the items' l lines, D of
  /// the shop's L.
  func share(of items: [Int32]) -> Int64 {
    guard shop.all > 0 else { return 0 }
    let own = items.reduce(into: (all: Int64(0), discounted: Int64(0))) { sum, item in
      let counts = lines[item] ?? (0, 0)
      sum.all += counts.all
      sum.discounted += counts.discounted
    }
    let prior = Int128(PriceSensitivity.priorLines)
    let part =
      Int128(own.discounted) * Int128(shop.all) + prior * Int128(shop.discounted)
    let whole = (Int128(own.all) + prior) * Int128(shop.all)
    return Int64(part * Int128(BundlePrice.sensitivityUnit) / whole)
  }
}
