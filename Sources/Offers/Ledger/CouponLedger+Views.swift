import Shop

extension CouponLedger {
  /// A coupon as `coupons.list` shows it.
  package struct Listed: Equatable, Sendable {
    package var code: String
    package var policy: String
    package var state: CouponState
    package var issued: Instant
    package var expires: Instant?
  }

  /// A customer's coupons as of a moment, by issue and code. O(coupons of the customer).
  package func list(customer: String, at instant: Instant) -> [Listed] {
    coupons(ofCustomer: customer).map { index in
      let coupon = coupons[Int(index)]
      return Listed(
        code: coupon.code, policy: policyNames[coupon.policy],
        state: state(of: coupon, at: instant), issued: coupon.issued, expires: coupon.expires)
    }.sorted { left, right in
      if left.issued != right.issued { return left.issued < right.issued }
      return left.code.utf8.lexicographicallyPrecedes(right.code.utf8)
    }
  }

  /// Whether one of the coupons is of a policy on what the customer prefers: of the named ones, or
  /// of all that the customer holds. O(coupons).
  package func asksPreference(customer: String?, codes: [String]?) -> Bool {
    if !policies.asksPreference { return false }
    let indices =
      codes.map { $0.compactMap { coupon(code: $0) } }
      ?? customer.map { coupons(ofCustomer: $0) } ?? []
    return indices.contains { policy(of: coupons[Int($0)]).scope == .preferred }
  }

  /// What `coupons.totals` shows; money in minor units.
  package struct Totals: Equatable, Sendable {
    package var standing: Standing
    /// The sum of the budgets; nil where a policy has none.
    package var budgetLimit: Int64?
    /// What is likely to be spent: what was, and of what is out the share that the policy's prior
    /// expects to be redeemed; all of it where there is no prior.
    package var expected: Int64
  }

  /// The totals of one policy; nil for an unknown one.
  package func totals(ofPolicy id: String, at instant: Instant) -> Totals? {
    guard let policy = policies[id] else { return nil }
    let standing = standing(ofPolicy: id, at: instant)
    return Totals(
      standing: standing, budgetLimit: policy.budget,
      expected: CouponLedger.expected(standing, policy.prior))
  }

  /// The totals of all policies together.
  package func totals(at instant: Instant) -> Totals {
    var sum = Totals(standing: Standing(), budgetLimit: 0, expected: 0)
    for id in policies.ids {
      guard let totals = totals(ofPolicy: id, at: instant) else { continue }
      sum.standing = sum.standing + totals.standing
      sum.expected = Money.sum(sum.expected, totals.expected)
      sum.budgetLimit =
        if let limit = sum.budgetLimit, let more = totals.budgetLimit {
          Money.sum(limit, more)
        } else { nil }
    }
    if policies.ids.isEmpty { sum.budgetLimit = nil }
    return sum
  }

  /// What of a coupon it can be counted under.
  package struct Held {
    package var customer: String
    package var issued: Instant
    /// The order that it is used on, and when its use began; nil where it is not redeemed.
    package var use: (order: String, began: Instant)?
  }

  private struct Place: Hashable {
    var key: String?
    var policy: Int32
  }

  /// The totals, of one policy or of all, by what the key says of each coupon: every coupon is in
  /// exactly one row. What forgotten customers had redeemed is under nil. Budgets have no limit
  /// here, and what is expected is rounded by row and policy. O(coupons).
  package func totals(
    at instant: Instant, ofPolicy id: String?, by key: (Held) -> String?
  ) -> [(key: String?, totals: Totals)] {
    var standings: [Place: Standing] = [:]
    let only = id.map { policyNames.index(of: $0) ?? -1 }
    for (policy, standing) in anonymous.enumerated()
    where standing != Standing() && only ?? Int32(policy) == Int32(policy) {
      standings[Place(key: nil, policy: Int32(policy))] = standing
    }
    for index in coupons.indices where coupons[index].mark != .gone {
      let coupon = coupons[index]
      if let only, coupon.policy != only { continue }
      let booking = coupon.mark == .redeemed ? bookings[Int(coupon.booking)] : nil
      let held = Held(
        customer: customerNames[coupon.customer], issued: coupon.issued,
        use: booking.map { ($0.order, $0.began) })
      let place = Place(key: key(held), policy: coupon.policy)
      count(Int32(index), at: instant, in: &standings[place, default: Standing()], sign: 1)
    }
    var rows: [String?: Totals] = [:]
    for (place, standing) in standings {
      var row =
        rows[place.key] ?? Totals(standing: Standing(), budgetLimit: nil, expected: 0)
      row.standing = row.standing + standing
      let prior = policies[policyNames[place.policy]]?.prior
      row.expected = Money.sum(row.expected, CouponLedger.expected(standing, prior))
      rows[place.key] = row
    }
    return rows.map { (key: $0.key, totals: $0.value) }
  }

  /// What was spent, and of what is out the share that the prior expects to be redeemed; all of it
  /// where there is no prior.
  private static func expected(_ standing: Standing, _ prior: Policy.Prior?) -> Int64 {
    guard let prior else { return standing.exposure }
    // In parts per million, so that the share is the same integer on every machine.
    let millionths = Int64(prior.redemption * 1_000_000 + 0.5)
    let out = Money.share(of: standing.outstanding, part: millionths, whole: 1_000_000)
    return Money.sum(standing.realised, out)
  }

  /// The policy of a code, and when it was issued, for reports; nil for an unknown code.
  package func listed(code: String, at instant: Instant) -> Listed? {
    coupon(code: code).map { index in
      let coupon = coupons[Int(index)]
      return Listed(
        code: coupon.code, policy: policyNames[coupon.policy],
        state: state(of: coupon, at: instant), issued: coupon.issued, expires: coupon.expires)
    }
  }
}
