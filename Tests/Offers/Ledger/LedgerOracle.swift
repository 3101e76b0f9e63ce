import Offers
import Shop

/// A coupon ledger that keeps nothing but what happened, and answers every question by looking at
/// all of it.
///
/// A limit is held by trying: the coupon is taken on a copy, and refused if any later moment shows
/// more than allowed.
struct LedgerOracle {
  enum Mark: Equatable {
    case live
    case reserved(until: Instant)
    case redeemed
    case void
  }

  struct Coupon {
    var code: String
    var policy: String
    var version: Int64
    var customer: String
    var expires: Instant?
    var worstCase: Int64?
    var ceiling: Int64?
    var mark = Mark.live
    /// The reservation or order that took it last.
    var holder = ""
    var began = Instant.earliest
    var cost: Int64 = 0

    var exposure: Int64 { min(worstCase ?? .max, ceiling ?? .max) }
  }

  struct Booking {
    var order: String
    var customer: String
    var quote: Quote
    var quantities: [Int64]
    var began: Instant
    var until: Instant?
    var isReleased = false
    var isRedeemed = false
    var isReturned = false
    var returned: [Int64]
  }

  var policies: [String: [Policy]] = [:]
  var coupons: [Coupon] = []
  var reservations: [String: Booking] = [:]
  var orders: [String: Booking] = [:]
  var latest = Instant.earliest

  func state(_ coupon: Coupon, _ time: Instant) -> CouponState {
    switch coupon.mark {
    case .void: return .void
    case .redeemed: return .redeemed
    case .reserved(let until) where time < until: return .reserved
    default:
      guard let expires = coupon.expires else { return .live }
      return time < expires ? .live : .expired
    }
  }

  func count(_ policy: String, _ state: CouponState, _ time: Instant) -> Int64 {
    Int64(coupons.count { $0.policy == policy && self.state($0, time) == state })
  }

  func counted(_ policy: String, _ customer: String?, _ time: Instant) -> Int64 {
    Int64(
      coupons.count {
        $0.policy == policy && (customer == nil || $0.customer == customer)
          && [.live, .reserved, .redeemed].contains(state($0, time))
      })
  }

  func realised(_ policy: String, _ time: Instant) -> Int64 {
    coupons.filter { $0.policy == policy && state($0, time) == .redeemed }.reduce(0) {
      $0 + $1.cost
    }
  }

  func exposure(_ policy: String, _ time: Instant) -> Int64 {
    coupons.filter { $0.policy == policy }.reduce(realised(policy, time)) { sum, coupon in
      let state = state(coupon, time)
      return sum + (state == .live || state == .reserved ? coupon.exposure : 0)
    }
  }

  /// Every moment at which something may change, from there on.
  func moments(from start: Instant) -> [Instant] {
    var moments: Set<Instant> = [start]
    for coupon in coupons {
      if let end = coupon.expires, end > start { moments.insert(end) }
      if case .reserved(let until) = coupon.mark, until > start { moments.insert(until) }
    }
    return moments.sorted()
  }

  /// The first limit that does not hold at some moment from there on.
  func brokenLimit(_ id: String, _ customer: String, from start: Instant) -> OfferReason? {
    guard let policy = policies[id]?.last else { return nil }
    let moments = moments(from: start)
    if let limit = policy.limits.perCustomer,
      moments.contains(where: { counted(id, customer, $0) > limit })
    {
      return .limitPerCustomer
    }
    if let limit = policy.limits.total, moments.contains(where: { counted(id, nil, $0) > limit }) {
      return .limitTotal
    }
    if let budget = policy.budget, moments.contains(where: { exposure(id, $0) > budget }) {
      return .budget
    }
    return nil
  }

  /// Uses of the customer that stand at that moment, one more included, in any run of days that
  /// holds it.
  func isTooOften(
    _ id: String, _ customer: String, use: Instant, at time: Instant, besides holder: String?
  ) -> Bool {
    guard let period = policies[id]?.last?.limits.perPeriod else { return false }
    var uses = [use]
    for coupon in coupons where coupon.policy == id && coupon.customer == customer {
      if let holder, coupon.holder == holder { continue }
      if [.reserved, .redeemed].contains(state(coupon, time)) { uses.append(coupon.began) }
    }
    let length = period.days * Instant.millisecondsPerDay
    for hours in 0...(period.days * 24) {
      let end = use.milliseconds + hours * 3_600_000
      if end - length >= use.milliseconds { break }
      if uses.count(where: { end - length < $0.milliseconds && $0.milliseconds <= end })
        > period.uses
      {
        return true
      }
    }
    return false
  }
}

extension LedgerOracle {
  mutating func issue(_ id: String, to customer: String, code: String, at time: Instant)
    -> OfferReason?
  {
    guard let policy = policies[id]?.last else { return .unknownPolicy }
    if case .moment(let end)? = policy.window.until, time >= end { return .expired }
    var expires: Instant?
    if case .moment(let end)? = policy.window.until { expires = end }
    if let days = policy.window.validDays {
      let own = time.advanced(byMilliseconds: days * Instant.millisecondsPerDay)
      expires = min(own, expires ?? own)
    }
    var next = self
    next.coupons.append(
      Coupon(
        code: code, policy: id, version: policy.version, customer: customer, expires: expires,
        worstCase: policy.worstCase))
    if let reason = next.brokenLimit(id, customer, from: time) { return reason }
    self = next
    latest = max(latest, time)
    return nil
  }

  /// Why one coupon cannot be taken then, whatever the cart.
  func reasonAgainstUse(
    _ code: String, _ customer: String, at time: Instant, until: Instant?
  ) -> OfferReason? {
    guard let place = coupons.firstIndex(where: { $0.code == code }) else { return .unknownCode }
    let coupon = coupons[place]
    if coupon.customer != customer { return .notHolder }
    switch state(coupon, time) {
    case .void: return .void
    case .redeemed: return .alreadyRedeemed
    case .reserved: return .reserved
    case .expired: return .expired
    case .live: break
    }
    if isTooOften(coupon.policy, customer, use: time, at: time, besides: nil) {
      return .limitPerPeriod
    }
    var next = self
    next.coupons[place].mark = until.map { .reserved(until: $0) } ?? .redeemed
    next.coupons[place].cost = coupon.exposure
    let reason = next.brokenLimit(coupon.policy, customer, from: max(latest, time))
    // Total before customer, as a new issue does not check them in this order.
    if reason == .limitPerCustomer, let policy = policies[coupon.policy]?.last,
      let total = policy.limits.total, next.counted(coupon.policy, nil, max(latest, time)) > total
    {
      return .limitTotal
    }
    return reason
  }

  func usable(_ code: String) -> UsableCoupon? {
    guard let coupon = coupons.first(where: { $0.code == code }) else { return nil }
    guard let policy = policies[coupon.policy]?.first(where: { $0.version == coupon.version })
    else { return nil }
    return UsableCoupon(
      code: code, policy: policy, expires: coupon.expires, ceiling: coupon.ceiling)
  }

  /// The path and reason of the refusal, or nil where the coupons were taken.
  mutating func take(
    _ use: CouponLedger.Use, at time: Instant, reservation: String?, until: Instant?,
    facts: PricingFacts
  ) -> (path: String, reason: String)? {
    if orders[use.order].map({ $0.isRedeemed && !$0.isReturned }) ?? false {
      return ("order", "conflict")
    }
    if reservations.values.contains(where: { $0.order == use.order && holds($0, time) }) {
      return ("order", "conflict")
    }
    for (place, code) in use.codes.enumerated() {
      if use.codes[..<place].contains(code) { return ("codes[\(place)]", "exclusive") }
      if let reason = reasonAgainstUse(code, use.customer, at: time, until: until) {
        return ("codes[\(place)]", reason.rawValue)
      }
    }
    let quote: Quote
    do throws(Pricer.Refusal) {
      quote = try Pricer.wholeStack(
        of: use.codes.compactMap(usable), on: use.cart, facts: facts)
    } catch { return ("codes[\(error.index)]", error.reason.rawValue) }
    let quantities = use.cart.lines.map(\.quantity)
    var booking = Booking(
      order: use.order, customer: use.customer, quote: quote, quantities: quantities, began: time,
      until: until, returned: quantities.map { _ in 0 })
    for applied in quote.applied {
      let place = coupons.firstIndex { $0.code == applied.code }!
      coupons[place].mark = until.map { .reserved(until: $0) } ?? .redeemed
      coupons[place].holder = reservation ?? use.order + "@" + String(time.milliseconds)
      coupons[place].began = time
      coupons[place].cost = applied.cost
    }
    if let reservation {
      reservations[reservation] = booking
    } else {
      booking.isRedeemed = true
      orders[use.order] = booking
    }
    latest = max(latest, time)
    return nil
  }

  func holds(_ booking: Booking, _ time: Instant) -> Bool {
    !booking.isReleased && !booking.isRedeemed && time < booking.until!
  }

  mutating func redeem(reservation: String, at time: Instant) -> String? {
    guard var booking = reservations[reservation] else { return "unknown_reservation" }
    if booking.isRedeemed { return "already_redeemed" }
    if booking.isReleased { return "released" }
    if !holds(booking, time) { return "expired" }
    if orders[booking.order].map({ $0.isRedeemed && !$0.isReturned }) ?? false { return "conflict" }
    if reservations.contains(where: {
      $0.key != reservation && $0.value.order == booking.order && holds($0.value, time)
    }) {
      return "conflict"
    }
    var next = self
    for applied in booking.quote.applied {
      let place = coupons.firstIndex { $0.code == applied.code }!
      let coupon = coupons[place]
      if coupon.holder != reservation || coupon.mark != .reserved(until: booking.until!) {
        let state = state(coupon, time)
        return state == .void || state == .expired
          ? "void" : state == .redeemed ? "already_redeemed" : "reserved"
      }
      if latest >= booking.until!,
        isTooOften(
          coupon.policy, coupon.customer, use: booking.began, at: time, besides: reservation)
      {
        return "limit_per_period"
      }
      next.coupons[place].mark = .redeemed
      var tried = self
      tried.coupons[place].mark = .redeemed
      tried.coupons[place].cost = coupon.exposure
      // While it is held it counts with its worst case already: only a lapsed one can be one too
      // many.
      if latest >= booking.until!,
        let reason = tried.brokenLimit(coupon.policy, coupon.customer, from: max(latest, time))
      {
        return reason.rawValue
      }
    }
    booking.isRedeemed = true
    next.reservations[reservation] = booking
    next.orders[booking.order] = booking
    self = next
    latest = max(latest, time)
    return nil
  }

  mutating func release(reservation: String, at time: Instant) -> [String]? {
    guard let booking = reservations[reservation], !booking.isRedeemed else { return nil }
    if !holds(booking, time) { return [] }
    var released: [String] = []
    for applied in booking.quote.applied {
      let place = coupons.firstIndex { $0.code == applied.code }!
      guard coupons[place].holder == reservation,
        coupons[place].mark == .reserved(until: booking.until!)
      else { continue }
      coupons[place].mark = .live
      released.append(applied.code)
    }
    reservations[reservation]?.isReleased = true
    latest = max(latest, time)
    return released
  }

  /// What is given back; nil where it is refused.
  mutating func takeBack(
    order: String, _ lines: [LedgerFact.Units]?, at time: Instant
  ) -> Int64? {
    guard var booking = orders[order], booking.isRedeemed, !booking.isReturned else { return nil }
    var after = booking.returned
    if let lines {
      for line in lines {
        after[line.index] += line.quantity
        if line.quantity <= 0 || after[line.index] > booking.quantities[line.index] { return nil }
      }
    } else {
      after = booking.quantities
    }
    latest = max(latest, time)
    let isWhole = after == booking.quantities
    var sum: Int64 = 0
    for applied in booking.quote.applied {
      let place = coupons.firstIndex { $0.code == applied.code }!
      var back: Int64 = 0
      for line in applied.lines {
        let whole = booking.quantities[line.index]
        back += line.discount * after[line.index] / whole
        back -= line.discount * booking.returned[line.index] / whole
      }
      if isWhole { back += applied.shipping }
      sum += back
      if isWhole {
        let own = coupons[place].cost
        let policy = coupons[place].policy
        coupons[place].cost = 0
        coupons[place].mark = .live
        coupons[place].ceiling = nil
        if let budget = policies[policy]!.last!.budget, state(coupons[place], latest) == .live {
          // As large as keeps every later moment inside the budget, and never less than what is
          // freed.
          coupons[place].ceiling = 0
          let others = moments(from: latest).map { exposure(policy, $0) }.max()!
          let free = max(own, budget - others)
          let worst = coupons[place].worstCase ?? .max
          coupons[place].ceiling = free < worst ? free : nil
        }
      } else {
        coupons[place].cost -= back
      }
    }
    booking.returned = after
    booking.isReturned = isWhole
    orders[order] = booking
    for (id, reservation) in reservations where reservation.order == order && reservation.isRedeemed
    {
      reservations[id]?.isReturned = isWhole
    }
    return sum
  }
}
