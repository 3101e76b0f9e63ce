import Shop

extension CouponLedger {
  /// Why a call on the ledger cannot be done; nothing of it was.
  package struct Refusal: Error, Equatable, Sendable {
    /// The member of the request: `codes[1]`, `reservation`, `order`, …
    package var path: String
    package var reason: String
    package var message: String
    package var need: Quote.Need?

    init(path: String, reason: String, message: String, need: Quote.Need? = nil) {
      self.path = path
      self.reason = reason
      self.message = message
      self.need = need
    }

    init(path: String, _ reason: OfferReason, _ message: String, need: Quote.Need? = nil) {
      self.init(path: path, reason: reason.rawValue, message: message, need: need)
    }
  }

  /// Who wants to use which coupons on which cart for which order.
  package struct Use: Sendable {
    package var customer: String
    package var order: String
    package var cart: Cart
    package var codes: [String]

    package init(customer: String, order: String, cart: Cart, codes: [String]) {
      self.customer = customer
      self.order = order
      self.cart = cart
      self.codes = codes
    }
  }

  /// The most codes that one call may name.
  package static let maximumCodeCount = 1_000
  /// The seconds for which a reservation holds: default and limits.
  package static let defaultTimeToLiveSeconds: Int64 = 900
  package static let timeToLiveSeconds: ClosedRange<Int64> = 1...2_592_000

  // MARK: Quote

  /// The best that the coupons can do for a cart, as of a moment.
  ///
  /// - Parameters:
  ///   - customer: nil for a guest, who holds none.
  ///   - codes: nil for everything that the customer holds and that is live or not begun.
  ///   - cart: checked.
  package func quote(
    customer: String?, codes: [String]?, cart: Cart, at instant: Instant, facts: PricingFacts
  ) -> Quote {
    let (usable, refused) = held(
      customer: customer, codes: codes, at: instant, zone: facts.settings.zone)
    var quote = Pricer.bestStack(of: usable, on: cart, facts: facts)
    if refused.isEmpty { return quote }
    quote.notApplied = (quote.notApplied + refused).sorted { bytesPrecede($0.code, $1.code) }
    return quote
  }

  /// The coupons that a quote is about: those that can be used then, and why the others cannot.
  func held(
    customer: String?, codes: [String]?, at instant: Instant, zone: Zone
  ) -> (usable: [UsableCoupon], refused: [Quote.NotApplied]) {
    var usable: [UsableCoupon] = []
    var refused: [Quote.NotApplied] = []
    let holder = customer.flatMap { customerNames.index(of: $0) }
    guard let codes else {
      guard let holder else { return (usable, refused) }
      let own = couponsByCustomer[Int(holder)]
      usable.reserveCapacity(own.count)
      // The same order in which the codes would be named: that of issue.
      for index in own {
        let state = state(of: coupons[Int(index)], at: instant)
        guard state == .live || state == .reserved else { continue }
        sort(index, by: holder, at: instant, zone: zone, &usable, &refused)
      }
      return (usable, refused)
    }
    var seen: Set<String> = []
    for code in codes {
      if !seen.insert(CouponCode.normalized(code)).inserted { continue }
      guard let index = coupon(code: code) else {
        refused.append(Quote.NotApplied(code: code, reason: .unknownCode))
        continue
      }
      sort(index, by: holder, at: instant, zone: zone, &usable, &refused)
    }
    return (usable, refused)
  }

  private func sort(
    _ index: Int32, by holder: Int32?, at instant: Instant, zone: Zone,
    _ usable: inout [UsableCoupon], _ refused: inout [Quote.NotApplied]
  ) {
    let reason = reasonAgainstUse(
      of: index, by: holder, at: instant, until: .latest, zone: zone)
    if let reason {
      refused.append(Quote.NotApplied(code: coupons[Int(index)].code, reason: reason))
    } else {
      usable.append(usableCoupon(index))
    }
  }

  private func usableCoupon(_ index: Int32) -> UsableCoupon {
    let coupon = coupons[Int(index)]
    return UsableCoupon(
      code: coupon.code, shared: shared(of: coupon), expires: coupon.expires,
      ceiling: coupon.ceiling)
  }

  /// Why the coupon cannot be used then, whatever the cart; nil where it can.
  ///
  /// - Parameter end: until when the use would hold: the end of a reservation, `latest` for a
  /// redemption.
  func reasonAgainstUse(
    of index: Int32, by holder: Int32?, at instant: Instant, until end: Instant, zone: Zone
  ) -> OfferReason? {
    let coupon = coupons[Int(index)]
    guard let holder, holder == coupon.customer else { return .notHolder }
    switch state(of: coupon, at: instant) {
    case .void: return .void
    case .redeemed: return .alreadyRedeemed
    case .reserved: return .reserved
    case .expired: return .expired
    case .live: break
    }
    let version = shared(of: coupon)
    if current(coupon.policy)?.policy.state == .paused { return .paused }
    if let from = version.policy.window.from, instant < from.start(in: zone) {
      return .notStarted
    }
    if !version.policy.window.isOpen(at: instant, in: zone) { return .notInHours }
    if exceedsPeriod(coupon.policy, customer: coupon.customer, use: instant, at: instant) {
      return .limitPerPeriod
    }
    return reasonAgainstRevival(of: index, until: end)
  }

  // MARK: Reserve and redeem

  /// Holds coupons for an order until a moment, at the discounts of now.
  package func prepareReserve(
    _ use: Use, at instant: Instant, timeToLiveSeconds: Int64 = defaultTimeToLiveSeconds,
    facts: PricingFacts, makeReservation: () -> String
  ) throws(Refusal) -> (fact: LedgerFact, reservation: String, expires: Instant, quote: Quote) {
    guard CouponLedger.timeToLiveSeconds.contains(timeToLiveSeconds) else {
      throw Refusal(
        path: "ttl_seconds", reason: timeToLiveSeconds <= 0 ? "not_positive" : "out_of_range",
        message: "a reservation holds for 1 to \(CouponLedger.timeToLiveSeconds.upperBound) s")
    }
    let until = instant.advanced(byMilliseconds: timeToLiveSeconds * 1_000)
    let (booked, quote) = try prepareBooking(use, at: instant, until: until, facts: facts)
    var reservation = makeReservation()
    while booking(reservation: reservation) != nil { reservation = makeReservation() }
    return (
      .reserved(booked, reservation: reservation, until: until), reservation, until, quote
    )
  }

  /// Uses coupons for an order at once.
  package func prepareRedeem(
    _ use: Use, at instant: Instant, facts: PricingFacts
  ) throws(Refusal) -> (fact: LedgerFact, quote: Quote) {
    let (booked, quote) = try prepareBooking(use, at: instant, until: .latest, facts: facts)
    return (.redeemed(booked), quote)
  }

  /// Uses what a reservation holds, at the discounts that it was given.
  package func prepareRedeem(
    reservation id: String, at instant: Instant
  ) throws(Refusal) -> (fact: LedgerFact, quote: Quote) {
    let path = "reservation"
    guard let index = booking(reservation: id) else {
      throw Refusal(path: path, reason: "unknown_reservation", message: "there is none of that id")
    }
    let booking = bookings[Int(index)]
    switch booking.phase {
    case .redeemed, .returned:
      throw Refusal(path: path, .alreadyRedeemed, "it was redeemed for order \(booking.order)")
    case .released:
      throw Refusal(path: path, reason: "released", message: "it was released; reserve again")
    case .reserved: break
    }
    if !booking.holds(at: instant) {
      throw Refusal(path: path, .expired, "its time is over; reserve again")
    }
    try checkOrder(booking.order, at: instant, besides: index)
    for part in booking.parts {
      try checkReserved(part.coupon, index, booking, at: instant)
    }
    return (.redeemedReservation(id, time: instant), booking.quote)
  }

  /// What a reservation holds may have gone elsewhere if its end has passed for operations of later
  /// moments.
  private func checkReserved(
    _ coupon: Int32, _ index: Int32, _ booking: Booking, at instant: Instant
  ) throws(Refusal) {
    let code = coupons[Int(coupon)].code
    var reason: OfferReason?
    if !holds(index, coupon) {
      reason =
        switch state(of: coupons[Int(coupon)], at: instant) {
        case .void: .void
        case .redeemed: .alreadyRedeemed
        default: .reserved
        }
    } else if !booking.holds(at: latest) {
      reason = reasonAgainstRevival(of: coupon, until: .latest)
      if exceedsPeriod(
        coupons[Int(coupon)].policy, customer: booking.customer, use: booking.began, at: instant,
        besides: index)
      {
        reason = .limitPerPeriod
      }
    }
    if let reason {
      throw Refusal(path: "reservation", reason, "coupon \(code) was taken after its time")
    }
  }

  private func prepareBooking(
    _ use: Use, at instant: Instant, until end: Instant, facts: PricingFacts
  ) throws(Refusal) -> (LedgerFact.Booked, Quote) {
    do throws(RecordProblem) { try use.cart.check() } catch {
      throw Refusal(path: "cart." + error.path, reason: error.reason, message: error.message)
    }
    if use.codes.isEmpty {
      throw Refusal(path: "codes", reason: "empty", message: "name at least one code")
    }
    if use.codes.count > CouponLedger.maximumCodeCount {
      throw Refusal(path: "codes", reason: "too_many", message: "name fewer codes")
    }
    try checkOrder(use.order, at: instant, besides: nil)
    let usable = try usableCoupons(use, at: instant, until: end, zone: facts.settings.zone)
    do throws(Pricer.Refusal) {
      let quote = try Pricer.wholeStack(of: usable, on: use.cart, facts: facts)
      let booked = LedgerFact.Booked(
        time: instant, order: use.order, customer: use.customer, goods: quote.goods,
        shipping: quote.shipping, quantities: use.cart.lines.map(\.quantity),
        applied: quote.applied)
      return (booked, quote)
    } catch {
      throw Refusal(
        path: "codes[\(error.index)]", error.reason,
        "it does not apply to this cart together with the codes before it", need: error.need)
    }
  }

  private func usableCoupons(
    _ use: Use, at instant: Instant, until end: Instant, zone: Zone
  ) throws(Refusal) -> [UsableCoupon] {
    var usable: [UsableCoupon] = []
    var seen: Set<Int32> = []
    let holder = customerNames.index(of: use.customer)
    for (place, code) in use.codes.enumerated() {
      let path = "codes[\(place)]"
      guard let index = coupon(code: code) else {
        throw Refusal(path: path, .unknownCode, "no coupon has the code \(code)")
      }
      if !seen.insert(index).inserted {
        throw Refusal(path: path, .exclusive, "the code is named twice")
      }
      let reason = reasonAgainstUse(
        of: index, by: holder, at: instant, until: end, zone: zone)
      if let reason { throw Refusal(path: path, reason, "the coupon cannot be used now") }
      usable.append(usableCoupon(index))
    }
    return usable
  }

  /// An order has at most one standing redemption and one open reservation.
  private func checkOrder(
    _ order: String, at instant: Instant, besides own: Int32?
  ) throws(Refusal) {
    if let index = redemption(order: order), bookings[Int(index)].phase == .redeemed {
      throw Refusal(
        path: "order", reason: "conflict", message: "order \(order) has used coupons already")
    }
    // Not only the last: as of an earlier moment, one that has ended since holds as well.
    let isHeld = reservationByOrder.contains(order) { index in
      index != own && bookings[Int(index)].holds(at: instant)
    }
    if isHeld {
      throw Refusal(
        path: "order", reason: "conflict",
        message: "order \(order) has a reservation; redeem or release it")
    }
  }
}
