import Shop

/// Where a coupon stands at a moment; every coupon is in exactly one.
package enum CouponState: String, Sendable, CaseIterable {
  case live
  case reserved
  case redeemed
  case expired
  case void

  /// Whether it counts against `limits`.
  package var counts: Bool { self == .live || self == .reserved || self == .redeemed }
}

/// One customer's right under one version of a policy.
struct Coupon: Sendable {
  /// What was last done with it. Expiry is nothing that is done: it is read off the time that is
  /// asked about.
  enum Mark: Sendable {
    case live
    /// Held by its booking, until that ends.
    case reserved
    case redeemed
    case void
    /// Its customer was forgotten; nothing of it is left but its place.
    case gone
  }

  /// As it was made; compared in its normal form.
  let code: String
  /// Index of the policy's id in the ledger.
  let policy: Int32
  let version: Int64
  /// Index of the customer in the ledger.
  let customer: Int32
  let issued: Instant
  let expires: Instant?
  /// The most that it can cost as its version says; nil where only a cart can tell.
  let worstCase: Int64?
  /// The most that it may cost since it came back from an order, where that is less; see
  /// `CouponLedger+Return`.
  var ceiling: Int64?
  var mark = Mark.live
  /// The booking that reserved or redeemed it last; below zero where none did.
  var booking: Int32 = -1

  /// The most that it can still cost; nil where only a cart can tell.
  var exposure: Int64? {
    guard let worstCase else { return ceiling }
    return min(worstCase, ceiling ?? worstCase)
  }

  /// Whether its own time is over then.
  func isOver(at instant: Instant) -> Bool { expires.map { instant >= $0 } ?? false }
}

/// Coupons taken for one order: a reservation, a redemption, or first the one and then the other.
struct Booking: Sendable {
  enum Phase: Sendable {
    case reserved
    case released
    case redeemed
    /// The whole order came back.
    case returned
  }

  /// Nil where it was redeemed directly.
  let reservation: String?
  let order: String
  let customer: Int32
  /// When the use began: what `per_period` counts.
  let began: Instant
  /// When a reservation ends by itself; nil where it was redeemed directly.
  let until: Instant?
  let goods: Int64
  let shipping: Int64
  /// Units per line of the cart.
  let quantities: [Int64]
  let parts: [Part]
  var phase: Phase
  /// Units that came back, per line.
  var returned: [Int64]

  /// What one coupon took off.
  struct Part: Sendable {
    let coupon: Int32
    let discount: Quote.Applied
  }

  init(
    reservation: String?, order: String, customer: Int32, began: Instant, until: Instant?,
    goods: Int64, shipping: Int64, quantities: [Int64], parts: [Part], phase: Phase
  ) {
    self.reservation = reservation
    self.order = order
    self.customer = customer
    self.began = began
    self.until = until
    self.goods = goods
    self.shipping = shipping
    self.quantities = quantities
    self.parts = parts
    self.phase = phase
    returned = Array(repeating: 0, count: quantities.count)
  }

  var quote: Quote {
    Quote(goods: goods, shipping: shipping, applied: parts.map(\.discount))
  }

  /// Whether the reservation holds its coupons at that moment.
  func holds(at instant: Instant) -> Bool {
    guard phase == .reserved, let until else { return false }
    return instant < until
  }

  /// How much of a line's discount belongs to its first so many units.
  ///
  /// Rounded down, so that the shares of any run of returns are differences of one sequence and add
  /// up to the whole.
  func share(of line: Quote.LineDiscount, units: Int64) -> Int64 {
    Money.share(of: line.discount, part: units, whole: quantities[line.index])
  }

  /// What a part still costs after what came back; nothing once the whole order is back.
  func cost(of part: Part) -> Int64 {
    if phase == .returned { return 0 }
    let back = part.discount.lines.reduce(0) { $0 + share(of: $1, units: returned[$1.index]) }
    return part.discount.cost - back
  }
}
