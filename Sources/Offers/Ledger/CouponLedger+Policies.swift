import Shop

extension CouponLedger {
  /// What putting the policy would do: the fact, or `unchanged`.
  ///
  /// Beside what `PolicyBook.check` refuses: a budget for a policy of which coupons without a worst
  /// case are out, since then nothing could be held against it (reason `no_worst_case`).
  package func preparePolicy(_ policy: Policy) throws(RecordProblem) -> PutOutcome<LedgerFact> {
    switch try policies.check(policy) {
    case .unchanged: return .unchanged
    case .accepted(let accepted):
      if accepted.budget != nil, standing(ofPolicy: policy.id, at: latest).unboundedCount > 0 {
        throw RecordProblem(
          path: "budget", reason: "no_worst_case",
          message: "coupons of earlier versions without a worst case are out; void them first")
      }
      return .accepted(.policy(accepted))
    }
  }

  /// How many coupons of a policy count against a customer's limit at a moment. O(coupons of the
  /// customer).
  package func countedCoupons(
    ofCustomer customer: String, policy id: String, at instant: Instant
  ) -> Int64 {
    guard let policy = policyNames.index(of: id) else { return 0 }
    var count: Int64 = 0
    for index in coupons(ofCustomer: customer) {
      let coupon = coupons[Int(index)]
      if coupon.policy == policy, state(of: coupon, at: instant).counts { count += 1 }
    }
    return count
  }

  /// Whether a use that begins then would be one too many in some run of the policy's `per_period`
  /// days.
  ///
  /// Uses may have been noted out of order, so every run of days that holds the moment is looked
  /// at, also those that end with a later use. O(coupons of the customer + uses near the moment
  /// squared).
  func exceedsPeriod(
    _ policy: Int32, customer: Int32, use began: Instant, at instant: Instant,
    besides booking: Int32? = nil
  ) -> Bool {
    guard let period = current(policy)?.policy.limits.perPeriod else { return false }
    let length = period.days * Instant.millisecondsPerDay
    let moment = began.milliseconds
    var uses = [moment]
    for index in couponsByCustomer[Int(customer)] {
      let coupon = coupons[Int(index)]
      if coupon.policy != policy || coupon.booking < 0 || coupon.booking == booking {
        continue
      }
      let state = state(of: coupon, at: instant)
      if state != .reserved && state != .redeemed { continue }
      let use = bookings[Int(coupon.booking)].began.milliseconds
      if abs(use - moment) < length { uses.append(use) }
    }
    return uses.contains { end in
      if end < moment { return false }
      return uses.count { end - length < $0 && $0 <= end } > period.uses
    }
  }

  /// Why a coupon that is over at the latest moment cannot be used as of an earlier one, at which
  /// it was not: its place or its money has been given to someone meanwhile. Nil where it is not
  /// over, or nothing was.
  ///
  /// - Parameter end: until when it would count again.
  func reasonAgainstRevival(of index: Int32, until end: Instant) -> OfferReason? {
    let coupon = coupons[Int(index)]
    if state(of: coupon, at: latest) != .expired || end <= latest { return nil }
    guard let policy = current(coupon.policy)?.policy else { return nil }
    let id = policy.id
    let standing = standing(ofPolicy: id, at: latest)
    if let total = policy.limits.total, standing.counted >= total { return .limitTotal }
    if let limit = policy.limits.perCustomer {
      let customer = customerNames[coupon.customer]
      if countedCoupons(ofCustomer: customer, policy: id, at: latest) >= limit {
        return .limitPerCustomer
      }
    }
    if let budget = policy.budget {
      guard let exposure = coupon.exposure, exposure <= budget - standing.exposure else {
        return .budget
      }
    }
    return nil
  }
}
