import Shop

/// What a cart costs with coupons; every amount in minor units.
///
/// `subtotal` = goods + shipping; `total` = `subtotal` - `discount`, which is never negative.
package struct Quote: Equatable, Sendable {
  package var goods: Int64
  package var shipping: Int64
  /// In the order in which they were applied.
  package var applied: [Applied]
  /// In the order of their codes.
  package var notApplied: [NotApplied]
  /// No admissible stack of the coupons takes more off; above `discount` where there were too many
  /// for the search to try them all.
  package var upperBound: Int64

  package init(
    goods: Int64, shipping: Int64, applied: [Applied], notApplied: [NotApplied] = [],
    upperBound: Int64? = nil
  ) {
    self.goods = goods
    self.shipping = shipping
    self.applied = applied
    self.notApplied = notApplied
    self.upperBound = upperBound ?? applied.reduce(0) { $0 + $1.discount }
  }

  package var subtotal: Int64 { goods + shipping }
  package var discount: Int64 { applied.reduce(0) { $0 + $1.discount } }
  package var total: Int64 { subtotal - discount }

  /// A coupon that is used, and what it takes off.
  package struct Applied: Equatable, Sendable {
    package var code: String
    package var policy: String
    /// The sum of `lines` and `shipping`.
    package var discount: Int64
    /// What of it is taken off the shipping.
    package var shipping: Int64
    /// What it costs beside the discount: a gift.
    package var giftCost: Int64
    /// Lines from which something is taken off, by index into the cart.
    package var lines: [LineDiscount]

    package init(
      code: String, policy: String, discount: Int64, shipping: Int64 = 0, giftCost: Int64 = 0,
      lines: [LineDiscount]
    ) {
      self.code = code
      self.policy = policy
      self.discount = discount
      self.shipping = shipping
      self.giftCost = giftCost
      self.lines = lines
    }

    /// What the coupon costs the shop.
    package var cost: Int64 { discount + giftCost }
  }

  package struct LineDiscount: Equatable, Sendable {
    package var index: Int
    package var discount: Int64

    package init(index: Int, discount: Int64) {
      self.index = index
      self.discount = discount
    }
  }

  package struct NotApplied: Equatable, Sendable {
    package var code: String
    package var reason: OfferReason
    package var need: Need?

    package init(code: String, reason: OfferReason, need: Need? = nil) {
      self.code = code
      self.reason = reason
      self.need = need
    }
  }

  /// The least that makes the coupon apply, as far as goods go.
  package enum Need: Equatable, Sendable {
    /// Minor units more on covered items.
    case spendMore(Int64)
    /// More units of covered items.
    case unitsMore(Int64)
    /// Both: so many units more of covered items, which come to so much or more.
    case spendAndUnitsMore(spend: Int64, units: Int64)
    /// Units that a bundle lacks, by item, in the order of their ids.
    case itemsMore([MissingItem])
  }

  package struct MissingItem: Equatable, Sendable {
    package var item: String
    package var quantity: Int64

    package init(item: String, quantity: Int64) {
      self.item = item
      self.quantity = quantity
    }
  }
}
