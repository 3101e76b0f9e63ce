import Shop

// How the ledger works
// --------------------
// The ledger holds all policies and coupons. Each operation is two steps: `prepare…` looks, refuses
// or answers facts, and changes nothing; `apply` takes a fact and cannot fail. The engine logs in
// between, and replay is `apply` alone.
//
// Time. Expiry of coupons and reservations is never an operation: a coupon carries the mark of what
// was last done with it, and `state(of:at:)` reads the state off the mark and the moment that is
// asked about. Marks follow the order of the log; a moment only decides what is over. So an
// operation as of an earlier moment finds a coupon live that is expired for everyone else, and that
// has a consequence: what it takes may have been given to someone meanwhile.
//
// Limits. Write c(t) for what counts against a limit at t: coupons live, reserved or redeemed, or
// their exposure. Without further operations coupons only fall out of c as t grows, so c never
// rises, and to issue at t it is enough that there is room at t: there will be at all later
// moments. Let T be the latest moment of any fact. The ledger keeps: c is within the limits at T
// and for ever after. Only reserving or redeeming a coupon that is over at T, as of a moment at
// which it was not, adds to c(T); it is treated as a new issue at T (`reasonAgainstRevival`). In
// order of time this never happens.
//
// Speed. Per policy, `standings` holds c as of T; `ends` wakes the coupons that end in between.
// Asked about T or later, it is the standing plus the few coupons due by then; asked about an
// earlier moment, all coupons of the policy are looked at. Both give the same figures.
//
// Coming back. A redeemed coupon costs what it did cost, and the budget's rest is free for others.
// If its order comes back and the budget is taken by then, the coupon is live again all the same,
// but may cost at most what its order gave back and what is free: its `ceiling`. So a return never
// exceeds a budget, and never takes from the customer what they had.

/// All policies and coupons, and what happened to them.
package struct CouponLedger: Sendable {
  package internal(set) var policies = PolicyBook()
  /// The latest moment of any fact.
  package internal(set) var latest = Instant.earliest

  var policyNames = NameTable()
  var customerNames = NameTable()
  var coupons: [Coupon] = []
  var bookings: [Booking] = []
  /// Coupons by normalized code.
  var couponByCode: [String: Int32] = [:]
  var couponsByPolicy: [[Int32]] = []
  /// What `policies` has of each policy, by its index, the oldest version first.
  private var versionsByPolicy: [[SharedPolicy]] = []
  var couponsByCustomer: [[Int32]] = []
  var bookingByReservation: [String: Int32] = [:]
  /// The last redemption of an order, and the last reservation for it.
  var redemptionByOrder = RecentBookings()
  var reservationByOrder = RecentBookings()
  var bookingsByCustomer: [[Int32]] = []
  /// The latest moment of any fact, by whose it was.
  var latestByCustomer: [Instant] = []

  /// Per policy, where its coupons stand as of `latest`.
  var standings: [Standing] = []
  /// Per policy, what forgotten customers had redeemed: a part of the standing.
  var anonymous: [Standing] = []
  var forgottenCouponCount = 0
  var ends = EndQueue()

  package init() {}

  package var couponCount: Int { coupons.count - forgottenCouponCount }

  // MARK: Looking up

  func coupon(code: String) -> Int32? { couponByCode[CouponCode.normalized(code)] }
  func booking(reservation: String) -> Int32? { bookingByReservation[reservation] }
  func redemption(order: String) -> Int32? { redemptionByOrder[order] }

  /// A customer's coupons in the order of issue.
  func coupons(ofCustomer id: String) -> [Int32] {
    customerNames.index(of: id).map { couponsByCustomer[Int($0)] } ?? []
  }

  func coupons(ofPolicy index: Int32) -> [Int32] { couponsByPolicy[Int(index)] }

  /// The version that the coupon was issued under.
  func policy(of coupon: Coupon) -> Policy { shared(of: coupon).policy }

  func shared(of coupon: Coupon) -> SharedPolicy {
    let versions = versionsByPolicy[Int(coupon.policy)]
    // Most coupons are of the version in force.
    if let last = versions.last, last.policy.version == coupon.version { return last }
    let version = policies.shared(policyNames[coupon.policy], version: coupon.version)
    guard let version else { preconditionFailure("a coupon's version is kept") }
    return version
  }

  /// What is in force of a policy, by its index; nil where only coupons of it are known.
  func current(_ policy: Int32) -> SharedPolicy? { versionsByPolicy[Int(policy)].last }

  // MARK: Standing

  /// Where a coupon stands at a moment. O(1).
  func state(of coupon: Coupon, at instant: Instant) -> CouponState {
    switch coupon.mark {
    case .void, .gone: return .void
    case .redeemed: return .redeemed
    case .reserved where bookings[Int(coupon.booking)].holds(at: instant): return .reserved
    case .reserved, .live: return coupon.isOver(at: instant) ? .expired : .live
    }
  }

  /// What a redeemed coupon cost, after what came back.
  func realised(_ index: Int32) -> Int64 {
    let coupon = coupons[Int(index)]
    guard coupon.mark == .redeemed else { return 0 }
    let booking = bookings[Int(coupon.booking)]
    return booking.parts.first { $0.coupon == index }.map { booking.cost(of: $0) } ?? 0
  }

  /// Where the coupons of a policy stand at a moment.
  ///
  /// O(coupons that end between the latest fact and the moment); O(coupons of the policy) for
  /// earlier moments.
  package func standing(ofPolicy id: String, at instant: Instant) -> Standing {
    guard let policy = policyNames.index(of: id) else { return Standing() }
    if instant < latest {
      var standing = anonymous[Int(policy)]
      for index in coupons(ofPolicy: policy) { count(index, at: instant, in: &standing, sign: 1) }
      return standing
    }
    var standing = standings[Int(policy)]
    for index in ends.due(at: instant) where coupons[Int(index)].policy == policy {
      count(index, at: latest, in: &standing, sign: -1)
      count(index, at: instant, in: &standing, sign: 1)
    }
    return standing
  }

  func count(
    _ index: Int32, at instant: Instant, in standing: inout Standing, sign: Int64
  ) {
    let coupon = coupons[Int(index)]
    if coupon.mark == .gone { return }
    standing.count(
      state(of: coupon, at: instant), exposure: coupon.exposure, realised: realised(index),
      sign: sign)
  }

  // MARK: Applying

  /// Takes a fact that was prepared, or logged.
  ///
  /// A fact that does not follow from those before it is a programmer error. O(coupons of the fact
  /// x log coupons).
  package mutating func apply(_ fact: LedgerFact) {
    if let time = fact.time { settle(to: time) }
    switch fact {
    case .policy(let policy):
      add(policy)
    case .issued(let issued): issue(issued)
    case .reserved(let booked, let reservation, let until):
      book(booked, reservation: reservation, until: until)
    case .redeemed(let booked): book(booked, reservation: nil, until: nil)
    case .redeemedReservation(let reservation, _): redeem(reservation)
    case .released(let reservation, _): release(reservation)
    case .returned(let returned): takeBack(returned)
    case .voided(let code, _):
      let index = known(code)
      change(index) { ledger in ledger.coupons[Int(index)].mark = .void }
    }
    if let time = fact.time, let customer = customer(of: fact) {
      latestByCustomer[Int(customer)] = max(latestByCustomer[Int(customer)], time)
    }
  }

  /// Whose coupons a fact is about, once it was taken; nil for a policy.
  private func customer(of fact: LedgerFact) -> Int32? {
    switch fact {
    case .policy: nil
    case .issued(let issued): customerNames.index(of: issued.customer)
    case .reserved(let booked, _, _), .redeemed(let booked):
      customerNames.index(of: booked.customer)
    case .redeemedReservation(let reservation, _), .released(let reservation, _):
      booking(reservation: reservation).map { bookings[Int($0)].customer }
    case .returned(let returned):
      redemption(order: returned.order).map { bookings[Int($0)].customer }
    case .voided(let code, _): coupon(code: code).map { coupons[Int($0)].customer }
    }
  }

  /// Brings the standings up to a moment; earlier moments change nothing.
  private mutating func settle(to instant: Instant) {
    if instant <= latest { return }
    let before = latest
    for index in ends.due(at: instant) {
      let policy = Int(coupons[Int(index)].policy)
      count(index, at: before, in: &standings[policy], sign: -1)
      count(index, at: instant, in: &standings[policy], sign: 1)
    }
    while ends.popDue(at: instant) != nil {}
    latest = instant
  }

  /// Changes one coupon or its booking, and keeps the standing of its policy.
  private mutating func change(_ index: Int32, _ body: (inout CouponLedger) -> Void) {
    let policy = Int(coupons[Int(index)].policy)
    count(index, at: latest, in: &standings[policy], sign: -1)
    body(&self)
    count(index, at: latest, in: &standings[policy], sign: 1)
    let coupon = coupons[Int(index)]
    if coupon.mark == .reserved, let until = bookings[Int(coupon.booking)].until, until > latest {
      ends.add(index, at: until)
    }
  }

  private func known(_ code: String) -> Int32 {
    guard let index = coupon(code: code) else { preconditionFailure("facts name known coupons") }
    return index
  }
}

// MARK: - What each fact does

extension CouponLedger {
  /// Takes a version of a policy that was checked.
  mutating func add(_ policy: Policy) {
    policies.apply(policy)
    let index = Int(intern(policy: policy.id))
    if let shared = policies.shared(policy.id) { versionsByPolicy[index].append(shared) }
  }

  mutating func intern(policy id: String) -> Int32 {
    let index = policyNames.intern(id)
    if Int(index) == standings.count {
      standings.append(Standing())
      anonymous.append(Standing())
      couponsByPolicy.append([])
      versionsByPolicy.append([])
    }
    return index
  }

  mutating func intern(customer id: String) -> Int32 {
    let index = customerNames.intern(id)
    if Int(index) == couponsByCustomer.count { addCustomer() }
    return index
  }

  mutating func addCustomer() {
    couponsByCustomer.append([])
    bookingsByCustomer.append([])
    latestByCustomer.append(.earliest)
  }

  fileprivate mutating func issue(_ fact: LedgerFact.Issued) {
    let policy = intern(policy: fact.policy)
    let customer = intern(customer: fact.customer)
    let index = Int32(coupons.count)
    let key = CouponCode.normalized(fact.code)
    precondition(couponByCode[key] == nil, "a code is issued once")
    couponByCode[key] = index
    coupons.append(
      Coupon(
        code: fact.code, policy: policy, version: fact.version, customer: customer,
        issued: fact.time, expires: fact.expires, worstCase: fact.worstCase))
    couponsByPolicy[Int(policy)].append(index)
    couponsByCustomer[Int(customer)].append(index)
    count(index, at: latest, in: &standings[Int(policy)], sign: 1)
    if let end = fact.expires, end > latest { ends.add(index, at: end) }
  }

  fileprivate mutating func book(
    _ fact: LedgerFact.Booked, reservation: String?, until: Instant?
  ) {
    let booking = Int32(bookings.count)
    let customer = intern(customer: fact.customer)
    bookingsByCustomer[Int(customer)].append(booking)
    bookings.append(
      Booking(
        reservation: reservation, order: fact.order, customer: customer,
        began: fact.time, until: until, goods: fact.goods, shipping: fact.shipping,
        quantities: fact.quantities,
        parts: fact.applied.map { Booking.Part(coupon: known($0.code), discount: $0) },
        phase: reservation == nil ? .redeemed : .reserved))
    if let reservation {
      bookingByReservation[reservation] = booking
      reservationByOrder.add(booking, for: fact.order)
    } else {
      redemptionByOrder.add(booking, for: fact.order)
    }
    for part in bookings[Int(booking)].parts {
      change(part.coupon) { ledger in
        ledger.coupons[Int(part.coupon)].mark = reservation == nil ? .redeemed : .reserved
        ledger.coupons[Int(part.coupon)].booking = booking
      }
    }
  }

  fileprivate mutating func redeem(_ reservation: String) {
    let booking = known(reservation: reservation)
    redemptionByOrder.add(booking, for: bookings[Int(booking)].order)
    // The phase is that of the booking, the standing that of each coupon: while the marks say
    // reserved, the phase must too.
    for part in bookings[Int(booking)].parts {
      change(part.coupon) { ledger in ledger.coupons[Int(part.coupon)].mark = .redeemed }
    }
    bookings[Int(booking)].phase = .redeemed
  }

  fileprivate mutating func release(_ reservation: String) {
    let booking = known(reservation: reservation)
    for part in bookings[Int(booking)].parts where holds(booking, part.coupon) {
      change(part.coupon) { ledger in ledger.coupons[Int(part.coupon)].mark = .live }
    }
    bookings[Int(booking)].phase = .released
  }

  fileprivate mutating func takeBack(_ fact: LedgerFact.Returned) {
    guard let booking = redemption(order: fact.order) else {
      preconditionFailure("facts name known orders")
    }
    let parts = bookings[Int(booking)].parts
    for part in parts {
      let policy = Int(coupons[Int(part.coupon)].policy)
      count(part.coupon, at: latest, in: &standings[policy], sign: -1)
    }
    for line in fact.lines { bookings[Int(booking)].returned[line.index] += line.quantity }
    if bookings[Int(booking)].returned == bookings[Int(booking)].quantities {
      bookings[Int(booking)].phase = .returned
    }
    for restored in fact.restored {
      let index = Int(known(restored.code))
      coupons[index].mark = .live
      coupons[index].ceiling = restored.ceiling
    }
    for part in parts {
      let policy = Int(coupons[Int(part.coupon)].policy)
      count(part.coupon, at: latest, in: &standings[policy], sign: 1)
    }
  }

  /// Whether the coupon is still marked by that booking.
  func holds(_ booking: Int32, _ index: Int32) -> Bool {
    coupons[Int(index)].mark == .reserved && coupons[Int(index)].booking == booking
  }

  private func known(reservation: String) -> Int32 {
    guard let index = booking(reservation: reservation) else {
      preconditionFailure("facts name known reservations")
    }
    return index
  }
}
