/// What a coupon gives: `gives` of a policy.
package enum Benefit: Equatable, Sendable {
  /// So much off the covered lines together, minor units.
  case amountOff(Int64)
  /// So many hundredths of a percent off what is left of the covered lines, rounded down.
  case percentOff(hundredths: Int64)
  /// Every covered unit costs that, minor units; units that cost less stay as they are.
  case fixedPrice(Int64)
  /// Of every `buy` + `get` covered units, `get` are free: the cheapest of all covered units.
  case freeUnits(buy: Int64, get: Int64)
  /// The cart's shipping.
  case freeShipping
  /// An item for free, beside the cart.
  case gift(item: String)
  /// Each complete set of these items costs that together, minor units.
  case bundlePrice(items: [String], price: Int64)
  /// That many times the points of the order.
  case pointsMultiplier(Double)
  case trial(title: String?)
  case invitation(title: String?)

  /// Whether it takes something off the cart; the others apply with a discount of zero.
  package var isDiscount: Bool {
    switch self {
    case .amountOff, .percentOff, .fixedPrice, .freeUnits, .freeShipping, .bundlePrice: true
    case .gift, .pointsMultiplier, .trial, .invitation: false
    }
  }

  /// The name on the wire.
  package var kind: String {
    switch self {
    case .amountOff: "amount_off"
    case .percentOff: "percent_off"
    case .fixedPrice: "fixed_price"
    case .freeUnits: "free_units"
    case .freeShipping: "free_shipping"
    case .gift: "gift"
    case .bundlePrice: "bundle_price"
    case .pointsMultiplier: "points_multiplier"
    case .trial: "trial"
    case .invitation: "invitation"
    }
  }

  /// Where the kind stands among coupons of one priority: prices of units first, then percentages,
  /// then amounts, then shipping, then what is beside the cart.
  package var rank: Int {
    switch self {
    case .fixedPrice: 0
    case .bundlePrice: 1
    case .freeUnits: 2
    case .percentOff: 3
    case .amountOff: 4
    case .freeShipping: 5
    case .gift: 6
    case .pointsMultiplier: 7
    case .trial: 8
    case .invitation: 9
    }
  }
}
