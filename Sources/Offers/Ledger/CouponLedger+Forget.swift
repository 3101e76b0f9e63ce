import Shop

// How the ledger forgets
// ----------------------
// Everything that a customer had is overwritten where it lies; the places stay empty, so that the
// indices of all others stay as they are. What is left is money: how many of the customer's coupons
// were redeemed and what they did cost, per policy. A policy's standing starts from that tally, so
// that limits and budgets count what was spent, and nobody can tell who spent it.
//
// The latest moment of any fact decides for which coupons a use as of an earlier moment is a new
// issue. If it was the forgotten one's, it goes back to that of the others, and what was settled
// since is counted anew.

extension CouponLedger {
  /// What a forgotten customer's redeemed coupons of a policy did cost.
  package struct Spent: Equatable, Sendable {
    package var policy: String
    /// How many coupons were redeemed.
    package var redeemed: Int64
    /// Net of returns, minor units.
    package var realised: Int64

    package init(policy: String, redeemed: Int64, realised: Int64) {
      self.policy = policy
      self.redeemed = redeemed
      self.realised = realised
    }
  }

  /// What the ledger calls a customer's coupons, reservations and the orders that they were for.
  package struct Names: Equatable, Sendable {
    package var codes: [String] = []
    package var reservations: [String] = []
    package var orders: [String] = []
  }

  /// Whether any coupon was ever issued to somebody of that id.
  package func knows(customer id: String) -> Bool { customerNames.index(of: id) != nil }

  /// O(what the customer has).
  package func names(ofCustomer id: String) -> Names {
    var names = Names()
    guard let customer = customerNames.index(of: id) else { return names }
    names.codes = couponsByCustomer[Int(customer)].map { coupons[Int($0)].code }
    for index in bookingsByCustomer[Int(customer)] {
      let booking = bookings[Int(index)]
      names.orders.append(booking.order)
      if let reservation = booking.reservation { names.reservations.append(reservation) }
    }
    return names
  }

  /// The holder of a code, of a reservation, or of what was redeemed last for an order.
  package func holder(code: String) -> String? {
    coupon(code: code).map { customerNames[coupons[Int($0)].customer] }
  }

  package func holder(reservation: String) -> String? {
    booking(reservation: reservation).map { customerNames[bookings[Int($0)].customer] }
  }

  package func holder(order: String) -> String? {
    redemption(order: order).map { customerNames[bookings[Int($0)].customer] }
  }

  /// What the customer's redeemed coupons cost so far, by policy id. O(coupons of the customer).
  package func spent(byCustomer id: String) -> [Spent] {
    var spent: [Int32: Spent] = [:]
    for index in coupons(ofCustomer: id) where coupons[Int(index)].mark == .redeemed {
      let policy = coupons[Int(index)].policy
      var entry = spent[policy] ?? Spent(policy: policyNames[policy], redeemed: 0, realised: 0)
      entry.redeemed += 1
      entry.realised = Money.sum(entry.realised, realised(index))
      spent[policy] = entry
    }
    return spent.values.sorted { $0.policy.utf8.lexicographicallyPrecedes($1.policy.utf8) }
  }

  /// Adds to what forgotten customers spent.
  package mutating func add(_ spent: [Spent]) {
    for entry in spent {
      let policy = Int(intern(policy: entry.policy))
      anonymous[policy].add(redeemed: entry.redeemed, realised: entry.realised)
      standings[policy].add(redeemed: entry.redeemed, realised: entry.realised)
    }
  }

  /// Overwrites all coupons, reservations and redemptions of a customer; answers how many coupons.
  ///
  /// O(what the customer has); O(coupons + customers) where the latest fact is theirs.
  @discardableResult
  package mutating func forget(customer id: String) -> Int {
    guard let customer = customerNames.index(of: id) else { return 0 }
    let owned = couponsByCustomer[Int(customer)]
    for index in owned {
      let coupon = coupons[Int(index)]
      count(index, at: latest, in: &standings[Int(coupon.policy)], sign: -1)
      couponByCode[CouponCode.normalized(coupon.code)] = nil
      coupons[Int(index)] = Coupon.gone(of: coupon.policy)
    }
    for index in bookingsByCustomer[Int(customer)] {
      let booking = bookings[Int(index)]
      if let reservation = booking.reservation { bookingByReservation[reservation] = nil }
      redemptionByOrder.remove(index, of: booking.order)
      reservationByOrder.remove(index, of: booking.order)
      bookings[Int(index)] = Booking.gone
    }
    forgottenCouponCount += owned.count
    couponsByCustomer[Int(customer)] = []
    bookingsByCustomer[Int(customer)] = []
    customerNames.remove(customer)
    let theirs = latestByCustomer[Int(customer)]
    latestByCustomer[Int(customer)] = .earliest
    if theirs == latest { goBack() }
    return owned.count
  }

  /// Brings the ledger to the latest moment of the facts that are left.
  private mutating func goBack() {
    let before = latest
    latest = latestByCustomer.max() ?? .earliest
    if latest == before { return }
    standings = anonymous
    ends = EndQueue()
    for index in coupons.indices where coupons[index].mark != .gone { enter(Int32(index)) }
  }

  /// Counts a coupon in its policy's standing, and queues its ends.
  mutating func enter(_ index: Int32) {
    let coupon = coupons[Int(index)]
    count(index, at: latest, in: &standings[Int(coupon.policy)], sign: 1)
    if let end = coupon.expires, end > latest { ends.add(index, at: end) }
    if coupon.mark == .reserved, let until = bookings[Int(coupon.booking)].until, until > latest {
      ends.add(index, at: until)
    }
  }
}

extension Coupon {
  /// The place of a coupon of a forgotten customer.
  fileprivate static func gone(of policy: Int32) -> Coupon {
    var coupon = Coupon(
      code: "", policy: policy, version: 0, customer: -1, issued: .earliest, expires: nil,
      worstCase: nil)
    coupon.mark = .gone
    return coupon
  }
}

extension Booking {
  /// The place of a booking of a forgotten customer.
  fileprivate static var gone: Booking {
    Booking(
      reservation: nil, order: "", customer: -1, began: .earliest, until: nil, goods: 0,
      shipping: 0, quantities: [], parts: [], phase: .released)
  }
}
