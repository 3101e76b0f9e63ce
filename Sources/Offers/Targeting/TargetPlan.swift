/// What is left of one policy, so that targeting needs no ledger.
package struct PolicyHeadroom {
  package var policy: Policy
  /// Coupons that may still be given to all customers; nil where there is no limit.
  package var totalLeft: Int64?
  /// Budget less exposure, minor units; nil where there is no budget.
  package var budgetLeft: Int64?
  /// What one redemption usually costs where the gift does not say; minor units.
  package var usualCost: Int64?
  /// Why that customer may not get one more (`limit_per_customer`, `limit_per_period`), or nil
  /// where they may. Without it everybody may.
  package var refusal: (@Sendable (_ customer: Int32) -> OfferReason?)?

  package init(
    policy: Policy, totalLeft: Int64? = nil, budgetLeft: Int64? = nil, usualCost: Int64? = nil,
    refusal: (@Sendable (_ customer: Int32) -> OfferReason?)? = nil
  ) {
    self.policy = policy
    self.totalLeft = totalLeft
    self.budgetLeft = budgetLeft
    self.usualCost = usualCost
    self.refusal = refusal
  }
}

/// Who gets which coupon, who gets none and why, and how good the choice provably is.
package struct TargetPlan: Equatable, Sendable {
  /// Where the expected figures come from.
  package enum Basis: String, Sendable {
    /// The policy's stated expectation, or the documented default, for more than one half.
    case prior
    /// The shop's own outcomes, for one half at least.
    case observed
  }

  /// One coupon for one customer.
  package struct Assignment: Equatable, Sendable {
    package var customer: Int32
    /// The policy's id.
    package var policy: String
    package var version: Int64
    /// The days in which the coupon's effect is counted.
    package var days: Double
    package var response: MemberResponse
    /// The most that the coupon can cost, minor units; what it takes off the usual order where the
    /// policy has no worst case.
    package var exposure: Int64
    /// The probability with which this was chosen; 1 where chance played no part.
    package var propensity: Double
    /// Whether it was drawn.
    package var isExplored: Bool
    package var tier: String?
    package var traits: Decision.Traits
    /// What the customer did with earlier coupons; nil where there were none.
    package var redemptions: RedemptionRecord?
    package var because: [String]

    /// The probability that the coupon is redeemed.
    package var redemption: Double { response.redemption }
    /// Minor units, after `cost`; always above zero.
    package var incrementalMargin: Int64 { response.incrementalMargin }
    /// The expected discount, minor units.
    package var cost: Int64 { response.cost }
    package var basis: Basis { response.estimate.isObserved ? .observed : .prior }
  }

  /// Nothing for one customer, who could have drawn something.
  package struct Passed: Equatable, Sendable {
    package var customer: Int32
    /// The probability of getting nothing.
    package var propensity: Double

    package init(customer: Int32, propensity: Double) {
      self.customer = customer
      self.propensity = propensity
    }
  }

  /// A minimum that could not be met.
  package struct Shortfall: Equatable, Sendable {
    /// Which of the request's quotas.
    package var quota: Int
    package var missing: Int64
  }

  /// Why a customer gets nothing; the raw values are the wire's codes.
  package enum Reason: String, CaseIterable, Sendable {
    // From the least to the most that a policy came to be given: a customer is counted under the
    // last that applies.
    case noPolicy = "no_policy"
    case expired
    case notStarted = "not_started"
    case notForCustomer = "not_for_customer"
    case notOnItems = "not_on_items"
    case limitTotal = "limit_total"
    case limitPerCustomer = "limit_per_customer"
    case limitPerPeriod = "limit_per_period"
    case marginFloor = "margin_floor"
    case noUplift = "no_uplift"
    case budget
    /// The call's own quotas.
    case quota
    /// The call's own `limit`.
    case limit
    /// Drew nothing.
    case explored
    case holdout
  }

  /// The dearest first, by expected incremental margin, then by customer.
  package var assignments: [Assignment] = []
  /// What the held out would have got, and those who drew nothing: by customer.
  package var held: [Assignment] = []
  /// Who got nothing, and would have but for the draw neither, where chance could have given them
  /// something: by customer.
  package var passed: [Passed] = []
  /// The minimums that are not met.
  package var shortfalls: [Shortfall] = []
  /// Customers looked at: assigned + none + holdout.
  package var considered = 0
  package var none = 0
  package var holdout = 0
  /// Every customer without a coupon under exactly one reason; the counts sum to none + holdout.
  package var withheld: [Reason: Int] = [:]
  /// The same by customer, where the request asks.
  package var reasons: [Int32: Reason] = [:]
  /// Sums over the assignments, minor units.
  package var spentExposure: Int64 = 0
  package var spentExpected: Int64 = 0
  /// What the assignments are worth to the objective, and what no choice within the bounds
  /// exceeds, what was drawn being as it is.
  package var value = 0.0
  package var upperBound = 0.0
  /// How much may at most be missing, as a share of the upper bound.
  package var gap = 0.0

  /// The counts of `withheld` in the order of the codes' bytes: the order of the answer.
  package var withheldByCode: [(code: String, count: Int)] {
    withheld.filter { $0.value > 0 }.map { ($0.key.rawValue, $0.value) }
      .sorted { $0.code.utf8.lexicographicallyPrecedes($1.code.utf8) }
  }
}
