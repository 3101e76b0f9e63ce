import Shop

// What a policy is
// ----------------
// A policy is the rule that coupons are issued under; a coupon is one customer's right to it.
// `policies.put` brings it as a value, `Policy(_:settings:)` checks every member and number of it
// once, and from then on it is plain data that targeting, pricing and the ledger read.
//
// Who looks at what, and when:
//   admissible to give  `for`, `when.until`, `limits`, `budget`            at issue
//   admissible to use   `when`, the coupon's own expiry, `per_period`      at quote, reserve and
//                       redeem
//   worth on a cart     `gives`, `on`, `min_spend`, `guard`, `stacking`    at quote, reserve and
//                       redeem
// `for` is not asked again at use: a coupon for members who were silent for sixty days would else
// be refused on the very order that ends the silence.
//
// The worst case is the most that one coupon can cost, known before any cart: it is what a budget
// is held against while the coupon is out.

/// A coupon policy, decoded and checked.
package struct Policy: Equatable, Sendable {
  package var id: String
  package var title: String?
  package var gives: Benefit
  /// The most that one coupon may cost, minor units, where the policy states it.
  package var cap: Int64?
  package var scope: Scope
  /// What the covered lines must come to before any discount, minor units.
  package var minimumSpend: Int64
  /// Whom it may be given to; nil for everybody.
  package var audience: Condition?
  package var window: PolicyWindow
  package var limits: Limits
  /// The most that all its coupons may cost together, minor units.
  package var budget: Int64?
  package var stacking: Stacking
  /// The margin that the goods must keep after all discounts, percent of what is paid for them.
  package var marginFloorPercent: Int64?
  package var prior: Prior?
  /// 1 for the first content of this id, and one more with each change.
  package var version: Int64
  /// Whether `version` was stated, or is the default for a new id.
  package var statesVersion: Bool
  package var currency: String?
  package var state: State
  /// What was put, without `version`.
  package var source: Value

  /// Whether coupons of it are given, and may be used.
  package enum State: String, CaseIterable, Sendable {
    case active
    /// Not given to anybody yet. Coupons that are out, of an earlier version, may be used.
    case draft
    /// Neither given nor used, until it is active again. A reservation is kept.
    case paused
  }

  /// What lines of a cart it is about.
  package enum Scope: Equatable, Sendable {
    case everything
    case items(Condition)
    /// The items and categories that the customer prefers; the caller of pricing knows which.
    case preferred
  }

  /// How often it may be used; nil where there is no limit.
  package struct Limits: Equatable, Sendable {
    /// Live, reserved and redeemed coupons of all customers.
    package var total: Int64?
    /// Live, reserved and redeemed coupons of one customer.
    package var perCustomer: Int64?
    /// Reserved and redeemed uses of one customer in the trailing days.
    package var perPeriod: Period?

    package init(total: Int64? = nil, perCustomer: Int64? = nil, perPeriod: Period? = nil) {
      self.total = total
      self.perCustomer = perCustomer
      self.perPeriod = perPeriod
    }
  }

  /// So many uses in any so many days of 24 hours.
  package struct Period: Equatable, Sendable {
    package var days: Int64
    package var uses: Int64

    package init(days: Int64, uses: Int64) {
      self.days = days
      self.uses = uses
    }
  }

  /// What else may be used on the same order.
  package struct Stacking: Equatable, Sendable {
    /// At most one policy of a group per order.
    package var group: String?
    /// Alone on its order.
    package var exclusive: Bool
    /// Higher is applied first.
    package var priority: Int64

    package init(group: String? = nil, exclusive: Bool = false, priority: Int64 = 0) {
      self.group = group
      self.exclusive = exclusive
      self.priority = priority
    }
  }

  /// What the operator expects before there is evidence; always labelled a prior.
  package struct Prior: Equatable, Sendable {
    /// Share of the coupons that will be redeemed, 0 to 1.
    package var redemption: Double
    /// How much likelier an order becomes through the coupon, as a difference of probabilities, -1
    /// to 1.
    package var uplift: Double

    package init(redemption: Double, uplift: Double) {
      self.redemption = redemption
      self.uplift = uplift
    }
  }

  /// The most that one coupon can cost, minor units: the amount or the cap, whichever is less; nil
  /// where only a cart can tell.
  package var worstCase: Int64? {
    guard case .amountOff(let amount) = gives else { return cap }
    return min(amount, cap ?? amount)
  }
}

extension Policy {
  /// Why this may not be given to a customer of that profile at that moment, or nil where it may.
  ///
  /// Looks at the policy's dates and at `for`; limits and budget are the ledger's to know. Weekdays
  /// and hours are about use, and no reason against giving. O(size of the condition).
  package func admissibility(
    of profile: some FieldSource, at viewpoint: Viewpoint, in zone: Zone
  ) -> OfferReason? {
    if let reason = window.reasonAgainstDates(at: viewpoint.now, in: zone) { return reason }
    return reasonAgainst(profile)
  }

  /// `notForCustomer` where the profile does not meet `for`.
  package func reasonAgainst(_ profile: some FieldSource) -> OfferReason? {
    guard let audience, !audience.matches(profile) else { return nil }
    return .notForCustomer
  }

  /// When a coupon issued at that moment expires: after `valid_days`, or with the policy, whichever
  /// is first; nil where it never does.
  package func expiry(ofIssueAt instant: Instant, in zone: Zone) -> Instant? {
    let end = window.until?.end(in: zone)
    guard let days = window.validDays else { return end }
    let day = zone.day(of: instant)
    guard let last = Int32(exactly: Int64(day.number) + days), last < PolicyWindow.lastDay.number
    else { return end ?? .latest }
    let own = zone.instant(day: Day(number: last), clock: zone.clock(at: instant))
    return min(own, end ?? own)
  }
}
