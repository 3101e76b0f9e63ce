import Shop

// What coupons multiply
// ---------------------
// A coupon of kind `points_multiplier` takes nothing off; used for an order, it multiplies the
// points that the order earns. The ledger knows which coupons an order used and whether they came
// back; who counts points asks it for the factor of an order, or of all.

extension CouponLedger {
  /// What the coupons of an order multiply its points by, in hundredths: their product, each
  /// rounded to hundredths and at least one of them, at most 100,000,000; nil where the order used
  /// no such coupon, or is back as a whole. O(coupons of the order).
  package func pointFactor(ofOrder id: String) -> Int64? {
    guard let index = redemption(order: id) else { return nil }
    let booking = bookings[Int(index)]
    guard booking.phase == .redeemed else { return nil }
    var product: Int64?
    for part in booking.parts {
      guard case .pointsMultiplier(let stated) = policy(of: coupons[Int(part.coupon)]).gives else {
        continue
      }
      let factor = max(1, Int64((stated * 100).rounded(.toNearestOrAwayFromZero)))
      // Both are at most 10^8, so that the product fits.
      product = min(100_000_000, max(1, (product ?? 100) * factor / 100))
    }
    return product
  }

  /// The factor of each order that used such a coupon. O(uses).
  package var pointFactors: [String: Int64] {
    var factors: [String: Int64] = [:]
    for booking in bookings where booking.phase == .redeemed {
      if let factor = pointFactor(ofOrder: booking.order) { factors[booking.order] = factor }
    }
    return factors
  }

  /// The order whose factor may be another after that fact; nil where none's is.
  package func orderUsing(_ fact: LedgerFact) -> String? {
    switch fact {
    case .redeemed(let booked): booked.order
    case .redeemedReservation(let id, _): booking(reservation: id).map { bookings[Int($0)].order }
    case .returned(let returned): returned.order
    case .policy, .issued, .reserved, .released, .voided: nil
    }
  }
}
