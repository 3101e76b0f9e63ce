/// Why a coupon is not given or does not apply; the codes of the closed list in `Protocol/`.
package enum OfferReason: String, Sendable, CaseIterable {
  case notStarted = "not_started"
  case expired
  case notInHours = "not_in_hours"
  case notForCustomer = "not_for_customer"
  /// No line of the cart is covered, or not enough units of them.
  case notOnItems = "not_on_items"
  case minimumSpend = "min_spend"
  case limitTotal = "limit_total"
  case limitPerCustomer = "limit_per_customer"
  case limitPerPeriod = "limit_per_period"
  case budget
  /// Another coupon of this order does not stand beside it.
  case exclusive
  case marginFloor = "margin_floor"
  /// It would take nothing off: what it covers is free or cheap enough already.
  case noDiscount = "no_discount"
  /// The order is cheaper without it.
  case notBest = "not_best"
  case unknownCode = "unknown_code"
  case unknownPolicy = "unknown_policy"
  case notHolder = "not_holder"
  case alreadyRedeemed = "already_redeemed"
  case reserved
  case void
  /// The policy is a draft: nobody is given its coupons yet.
  case draft
  /// The policy is paused: its coupons are neither given nor used.
  case paused
}
