import Shop

// The ledger in a snapshot
// ------------------------
// Policies are written as the facts that they were, coupons and bookings as records, in the order
// of their indices. Where a policy's coupons stand, and which coupons change by themselves and
// when, follows from them and is counted anew: O(coupons) at a start. Of a forgotten customer, and
// of what was theirs, only the empty places are written.

extension CouponLedger {
  package func write(to sink: some ColumnSink) throws {
    try sink.put(record: "ledger.policies") { packer in
      packer.list(0..<Int32(policyNames.count)) {
        $0.text(policyNames[$1])
        $0.integer(anonymous[Int($1)].redeemed)
        $0.integer(anonymous[Int($1)].realised)
      }
      packer.list(policies.ids) {
        $0.list(policies.versions(of: $1)) { $0.value(LedgerFact.policy($1).value) }
      }
    }
    try sink.put(record: "ledger.customers") { packer in
      var isLive = Array(repeating: false, count: customerNames.count)
      for index in customerNames.live { isLive[Int(index)] = true }
      packer.list(0..<Int32(customerNames.count)) { packer, index in
        packer.optional(isLive[Int(index)] ? index : nil) { $0.text(customerNames[$1]) }
        packer.instant(latestByCustomer[Int(index)])
      }
    }
    try sink.put(record: "ledger.coupons") { packer in
      packer.instant(latest)
      packer.list(coupons) { $0.coupon($1) }
    }
    try sink.put(record: "ledger.bookings") { packer in
      packer.list(bookings) { $0.booking($1) }
      for recent in [redemptionByOrder, reservationByOrder] {
        packer.list(recent.chains.joined()) { $0.integer(Int64($1)) }
      }
    }
  }

  package init(
    settings: ShopSettings, from source: some ColumnSource
  ) throws(SnapshotProblem) {
    try readPolicies(settings: settings, from: source)
    let customers = try source.record("ledger.customers") { unpacker throws(SnapshotProblem) in
      try unpacker.list { unpacker throws(SnapshotProblem) in
        (name: try unpacker.optionalText(), latest: try unpacker.instant())
      }
    }
    for customer in customers {
      if let name = customer.name {
        _ = intern(customer: name)
        latestByCustomer[latestByCustomer.count - 1] = customer.latest
      } else {
        customerNames.appendRemoved()
        addCustomer()
      }
    }
    let read = try source.record("ledger.coupons") { unpacker throws(SnapshotProblem) in
      (
        latest: try unpacker.instant(),
        coupons: try unpacker.list { unpacker throws(SnapshotProblem) in try unpacker.coupon() }
      )
    }
    latest = read.latest
    coupons = read.coupons
    try readBookings(from: source)
    couponByCode.reserveCapacity(coupons.count)
    for index in coupons.indices { try place(Int32(index)) }
  }

  private mutating func readPolicies(
    settings: ShopSettings, from source: some ColumnSource
  ) throws(SnapshotProblem) {
    let read = try source.record("ledger.policies") { unpacker throws(SnapshotProblem) in
      (
        names: try unpacker.list { unpacker throws(SnapshotProblem) in
          (try unpacker.text(), try unpacker.integer(), try unpacker.integer())
        },
        versions: try unpacker.list { unpacker throws(SnapshotProblem) in
          try unpacker.list { unpacker throws(SnapshotProblem) in try unpacker.value() }
        }
      )
    }
    for (name, redeemed, realised) in read.names {
      let policy = Int(intern(policy: name))
      anonymous[policy].add(redeemed: redeemed, realised: realised)
      standings[policy] = anonymous[policy]
    }
    for value in read.versions.joined() {
      guard case .policy(let policy)? = try? LedgerFact(value, settings: settings) else {
        throw SnapshotProblem("ledger.policies", "a policy that does not read")
      }
      add(policy)
    }
  }

  private mutating func readBookings(
    from source: some ColumnSource
  ) throws(SnapshotProblem) {
    let couponCount = coupons.count
    let read = try source.record("ledger.bookings") { unpacker throws(SnapshotProblem) in
      (
        bookings: try unpacker.list { unpacker throws(SnapshotProblem) in
          try unpacker.booking()
        },
        redemptions: try unpacker.list { unpacker throws(SnapshotProblem) in
          try unpacker.index()
        },
        reservations: try unpacker.list { unpacker throws(SnapshotProblem) in
          try unpacker.index()
        }
      )
    }
    bookings = read.bookings
    for (index, booking) in bookings.enumerated() {
      if let reservation = booking.reservation {
        bookingByReservation[reservation] = Int32(index)
      }
      guard booking.parts.allSatisfy({ Int($0.coupon) < couponCount && $0.coupon >= 0 }),
        booking.returned.count == booking.quantities.count
      else { throw SnapshotProblem("ledger.bookings", "a booking of nothing") }
      if booking.customer < 0 { continue }
      guard Int(booking.customer) < bookingsByCustomer.count else {
        throw SnapshotProblem("ledger.bookings", "a booking of nobody")
      }
      bookingsByCustomer[Int(booking.customer)].append(Int32(index))
    }
    for index in read.redemptions + read.reservations {
      guard index >= 0, Int(index) < bookings.count else {
        throw SnapshotProblem("ledger.bookings", "an order without its booking")
      }
    }
    for index in read.redemptions {
      redemptionByOrder.add(index, for: bookings[Int(index)].order)
    }
    for index in read.reservations {
      reservationByOrder.add(index, for: bookings[Int(index)].order)
    }
  }

  /// Enters a coupon that was read wherever it is looked up or counted.
  private mutating func place(_ index: Int32) throws(SnapshotProblem) {
    let coupon = coupons[Int(index)]
    guard coupon.policy >= 0, Int(coupon.policy) < policyNames.count else {
      throw SnapshotProblem("ledger.coupons", "a coupon of no policy")
    }
    couponsByPolicy[Int(coupon.policy)].append(index)
    if coupon.mark == .gone {
      forgottenCouponCount += 1
      return
    }
    guard coupon.customer >= 0,
      Int(coupon.customer) < customerNames.count, Int(coupon.booking) < bookings.count,
      coupon.booking >= 0 || coupon.mark == .live || coupon.mark == .void
    else { throw SnapshotProblem("ledger.coupons", "a coupon of nobody") }
    couponByCode[CouponCode.normalized(coupon.code)] = index
    couponsByCustomer[Int(coupon.customer)].append(index)
    enter(index)
  }
}

extension RecordPacker {
  fileprivate mutating func coupon(_ coupon: Coupon) {
    text(coupon.code)
    integer(Int64(coupon.policy))
    integer(coupon.version)
    integer(Int64(coupon.customer))
    instant(coupon.issued)
    optional(coupon.expires) { $0.instant($1) }
    optional(coupon.worstCase) { $0.integer($1) }
    optional(coupon.ceiling) { $0.integer($1) }
    count(Coupon.Mark.all.firstIndex(of: coupon.mark) ?? 0)
    integer(Int64(coupon.booking))
  }

  fileprivate mutating func booking(_ booking: Booking) {
    optional(booking.reservation) { $0.text($1) }
    text(booking.order)
    integer(Int64(booking.customer))
    instant(booking.began)
    optional(booking.until) { $0.instant($1) }
    integer(booking.goods)
    integer(booking.shipping)
    list(booking.quantities) { $0.integer($1) }
    list(booking.parts) { packer, part in
      packer.integer(Int64(part.coupon))
      packer.text(part.discount.code)
      packer.text(part.discount.policy)
      packer.integer(part.discount.discount)
      packer.integer(part.discount.shipping)
      packer.integer(part.discount.giftCost)
      packer.list(part.discount.lines) {
        $0.count($1.index)
        $0.integer($1.discount)
      }
    }
    count(Booking.Phase.all.firstIndex(of: booking.phase) ?? 0)
    list(booking.returned) { $0.integer($1) }
  }
}

extension RecordUnpacker {
  fileprivate mutating func coupon() throws(SnapshotProblem) -> Coupon {
    var coupon = Coupon(
      code: try text(), policy: try index(), version: try integer(), customer: try index(),
      issued: try instant(), expires: try optionalInstant(), worstCase: try optionalInteger())
    coupon.ceiling = try optionalInteger()
    coupon.mark = try choice(Coupon.Mark.all)
    coupon.booking = try index()
    return coupon
  }

  fileprivate mutating func booking() throws(SnapshotProblem) -> Booking {
    let reservation = try optionalText()
    let order = try text()
    let customer = try index()
    let began = try instant()
    let until = try optionalInstant()
    let goods = try integer()
    let shipping = try integer()
    let quantities = try list { unpacker throws(SnapshotProblem) in try unpacker.integer() }
    let parts = try list { unpacker throws(SnapshotProblem) in try unpacker.part() }
    var booking = Booking(
      reservation: reservation, order: order, customer: customer, began: began, until: until,
      goods: goods, shipping: shipping, quantities: quantities, parts: parts,
      phase: try choice(Booking.Phase.all))
    booking.returned = try list { unpacker throws(SnapshotProblem) in try unpacker.integer() }
    return booking
  }

  private mutating func part() throws(SnapshotProblem) -> Booking.Part {
    Booking.Part(
      coupon: try index(),
      discount: Quote.Applied(
        code: try text(), policy: try text(), discount: try integer(), shipping: try integer(),
        giftCost: try integer(),
        lines: try list { unpacker throws(SnapshotProblem) in
          Quote.LineDiscount(index: try unpacker.count(), discount: try unpacker.integer())
        }))
  }

  private mutating func choice<Choice>(_ all: [Choice]) throws(SnapshotProblem) -> Choice {
    let place = try count()
    guard place < all.count else { throw SnapshotProblem("ledger", "an unknown state") }
    return all[place]
  }
}

extension Coupon.Mark {
  /// In the order of their numbers in a snapshot.
  fileprivate static let all: [Coupon.Mark] = [.live, .reserved, .redeemed, .void, .gone]
}

extension Booking.Phase {
  /// In the order of their numbers in a snapshot.
  fileprivate static let all: [Booking.Phase] = [.reserved, .released, .redeemed, .returned]
}
