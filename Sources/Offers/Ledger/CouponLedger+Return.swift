import Shop

extension CouponLedger {
  /// What came back of an order's discounts.
  package struct Return: Equatable, Sendable {
    /// All parts of `lines`, and with the last unit what was taken off the shipping.
    package var discount: Int64
    package var lines: [Line]
    /// Codes of the coupons that the order gives back: it is back as a whole.
    package var restored: [String]

    package struct Line: Equatable, Sendable {
      package var index: Int
      package var quantity: Int64
      package var discount: Int64
    }
  }

  /// Whether coupons were redeemed for that order and something of it has not come back yet.
  package func hasRedemption(order: String) -> Bool {
    guard let index = redemption(order: order) else { return false }
    return bookings[Int(index)].phase == .redeemed
  }

  /// Takes units of an order back; nil lines for all that is left.
  ///
  /// Each line gives back its stored share of each coupon's discount, by units, so that all parts
  /// together are exactly the whole. With the last unit the coupons are live again, or expired by
  /// their own time, and use, budget and counts are as if the order had not been: once, as an order
  /// that is back cannot come back again.
  package func prepareReturn(
    order: String, lines sent: [LedgerFact.Units]?, at instant: Instant
  ) throws(Refusal) -> (fact: LedgerFact, returned: Return) {
    guard let index = redemption(order: order) else {
      throw Refusal(
        path: "order", reason: "unknown_order", message: "no coupons were used for that order")
    }
    let booking = bookings[Int(index)]
    if booking.phase == .returned {
      throw Refusal(
        path: "order", reason: "already_returned", message: "order \(order) is back as a whole")
    }
    let back = try units(sent, of: booking)
    var after = booking.returned
    var result = Return(discount: 0, lines: [], restored: [])
    for (line, quantity) in back.enumerated() where quantity > 0 {
      after[line] += quantity
      var discount: Int64 = 0
      for part in booking.parts {
        for share in part.discount.lines where share.index == line {
          discount += booking.share(of: share, units: after[line])
          discount -= booking.share(of: share, units: booking.returned[line])
        }
      }
      result.lines.append(Return.Line(index: line, quantity: quantity, discount: discount))
      result.discount += discount
    }
    var restored: [LedgerFact.Restored] = []
    if after == booking.quantities {
      for part in booking.parts {
        result.discount += part.discount.shipping
        let code = coupons[Int(part.coupon)].code
        result.restored.append(code)
        restored.append(
          LedgerFact.Restored(code: code, ceiling: ceiling(ofReturning: part.coupon, at: instant)))
      }
    }
    let fact = LedgerFact.Returned(
      time: instant, order: order,
      lines: result.lines.map { LedgerFact.Units(index: $0.index, quantity: $0.quantity) },
      restored: restored)
    return (.returned(fact), result)
  }

  /// Units per line of the cart.
  private func units(
    _ sent: [LedgerFact.Units]?, of booking: Booking
  ) throws(Refusal) -> [Int64] {
    guard let sent else { return zip(booking.quantities, booking.returned).map { $0 - $1 } }
    if sent.isEmpty {
      throw Refusal(path: "lines", reason: "empty", message: "name lines, or leave this out")
    }
    var back = [Int64](repeating: 0, count: booking.quantities.count)
    for (place, units) in sent.enumerated() {
      guard back.indices.contains(units.index) else {
        throw Refusal(
          path: "lines[\(place)].index", reason: "out_of_range",
          message: "the cart had \(back.count) lines")
      }
      if units.quantity <= 0 {
        throw Refusal(
          path: "lines[\(place)].quantity", reason: "not_positive",
          message: "at least one unit comes back")
      }
      let left =
        booking.quantities[units.index] - booking.returned[units.index] - back[units.index]
      if units.quantity > left {
        throw Refusal(
          path: "lines[\(place)].quantity", reason: "more_than_bought",
          message: "\(left) of the line are left to return")
      }
      back[units.index] += units.quantity
    }
    return back
  }

  /// The most that a coupon may cost after it came back: what its return frees, and what is free of
  /// the budget beside; nil where that is no less than its worst case, or it is over.
  private func ceiling(ofReturning index: Int32, at instant: Instant) -> Int64? {
    let coupon = coupons[Int(index)]
    let moment = max(latest, instant)
    let id = policyNames[coupon.policy]
    guard let budget = policies[id]?.budget, !coupon.isOver(at: moment) else { return nil }
    let own = realised(index)
    let others = standing(ofPolicy: id, at: moment).exposure - own
    let free = max(own, budget - others)
    guard let worstCase = coupon.worstCase else { return free }
    return free >= worstCase ? nil : free
  }

  // MARK: Release and void

  /// Ends a reservation before its time; the fact is nil where it is over already, and nothing is
  /// released.
  package func prepareRelease(
    reservation id: String, at instant: Instant
  ) throws(Refusal) -> (fact: LedgerFact?, released: [String]) {
    guard let index = booking(reservation: id) else {
      throw Refusal(
        path: "reservation", reason: "unknown_reservation", message: "there is none of that id")
    }
    let booking = bookings[Int(index)]
    if booking.phase == .redeemed || booking.phase == .returned {
      throw Refusal(
        path: "reservation", .alreadyRedeemed, "it was redeemed for order \(booking.order)")
    }
    if !booking.holds(at: instant) { return (nil, []) }
    let released = booking.parts.filter { holds(index, $0.coupon) }
    return (
      .released(reservation: id, time: instant), released.map { coupons[Int($0.coupon)].code }
    )
  }

  /// Makes live coupons void for good.
  package func prepareVoid(
    _ codes: [String], at instant: Instant
  ) -> (facts: [LedgerFact], voided: [String], refused: [(code: String, reason: OfferReason)]) {
    var facts: [LedgerFact] = []
    var voided: [String] = []
    var refused: [(code: String, reason: OfferReason)] = []
    var seen: Set<Int32> = []
    for code in codes {
      guard let index = coupon(code: code) else {
        refused.append((code, .unknownCode))
        continue
      }
      let coupon = coupons[Int(index)]
      let reason: OfferReason? =
        switch state(of: coupon, at: instant) {
        case .live: seen.insert(index).inserted ? nil : .void
        case .reserved: .reserved
        case .redeemed: .alreadyRedeemed
        case .expired: .expired
        case .void: .void
        }
      if let reason {
        refused.append((code, reason))
      } else {
        voided.append(coupon.code)
        facts.append(.voided(code: coupon.code, time: instant))
      }
    }
    return (facts, voided, refused)
  }
}
