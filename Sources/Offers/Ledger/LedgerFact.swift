import Shop

/// What happened to policies and coupons; the only thing that changes a `CouponLedger`.
///
/// As values (`value`, `init(_:settings:)`) facts are compact objects whose `fact` names the case;
/// times are RFC 3339 in UTC, money in minor units, members that say nothing are left out:
///
///     {"fact":"policy","policy":POLICY}
///     {"fact":"issued","time":T,"code":"…","policy":"p","version":1,"customer":"c","expires":T,
///              "worst_case":1000}
///     {"fact":"reserved","time":T,"reservation":"…","until":T, + BOOKING}
///     {"fact":"redeemed","time":T,"reservation":"…"}            of a reservation
///     {"fact":"redeemed","time":T, + BOOKING}                   directly
///     {"fact":"released","time":T,"reservation":"…"}
///     {"fact":"returned","time":T,"order":"o","lines":[[0,1]],"restored":[["CODE",500]]}
///     {"fact":"voided","time":T,"code":"…"}
///
///     BOOKING  "order":"o","customer":"c","goods":9000,"shipping":800,"quantities":[2,1],
///              "applied":[{"code":"…","policy":"p","discount":900,"shipping":0,"gift_cost":0,
///              "lines":[[0,900]]}]
///
/// `returned.lines` are pairs of line index and units; `returned.restored` are the coupons that
/// came back with the last unit, each with the most that it may cost from now on where that is less
/// than its worst case, else `null`.
package enum LedgerFact: Equatable, Sendable {
  case policy(Policy)
  case issued(Issued)
  case reserved(Booked, reservation: String, until: Instant)
  case redeemed(Booked)
  case redeemedReservation(String, time: Instant)
  case released(reservation: String, time: Instant)
  case returned(Returned)
  case voided(code: String, time: Instant)

  package struct Issued: Equatable, Sendable {
    package var time: Instant
    package var code: String
    package var policy: String
    package var version: Int64
    package var customer: String
    package var expires: Instant?
    package var worstCase: Int64?
  }

  /// Coupons taken for an order.
  package struct Booked: Equatable, Sendable {
    package var time: Instant
    package var order: String
    package var customer: String
    package var goods: Int64
    package var shipping: Int64
    package var quantities: [Int64]
    package var applied: [Quote.Applied]
  }

  package struct Returned: Equatable, Sendable {
    package var time: Instant
    package var order: String
    package var lines: [Units]
    package var restored: [Restored]
  }

  /// So many units of a line of the cart.
  package struct Units: Equatable, Sendable {
    package var index: Int
    package var quantity: Int64

    package init(index: Int, quantity: Int64) {
      self.index = index
      self.quantity = quantity
    }
  }

  package struct Restored: Equatable, Sendable {
    package var code: String
    package var ceiling: Int64?
  }

  /// When it happened; nil for a policy, which has no time.
  package var time: Instant? {
    switch self {
    case .policy: nil
    case .issued(let issued): issued.time
    case .reserved(let booked, _, _), .redeemed(let booked): booked.time
    case .redeemedReservation(_, let time), .released(_, let time), .voided(_, let time): time
    case .returned(let returned): returned.time
    }
  }
}
