import Shop

/// What is wrong with policies, or may be; with a customer and a cart on which it shows.
package struct PolicyFinding {
  package var kind: Kind
  /// The policies at fault, by id.
  package var policies: [String]
  package var message: String
  /// Each is what `coupons.quote` answers to the same question; a second one is to be compared
  /// with the first.
  package var shown: [Shown]

  package enum Severity: String, CaseIterable, Sendable {
    /// The policy cannot do what it says, or gives the goods away.
    case error
    /// It hardly does what was meant.
    case warning
  }

  package enum Kind: String, CaseIterable, Sendable {
    // MARK: Nobody can ever use it
    case windowOver = "window_over"
    case neverOpen = "never_open"
    /// Its coupons are over before they can be used.
    case expiresUnused = "expires_unused"
    case forContradiction = "for_contradiction"
    case forNobody = "for_nobody"
    case onContradiction = "on_contradiction"
    case onNothing = "on_nothing"
    case suspiciousCondition = "suspicious_condition"
    case minimumSpendUnreachable = "min_spend_unreachable"
    case unitsUnreachable = "units_unreachable"
    case bundleUnreachable = "bundle_unreachable"
    case neverDiscounts = "never_discounts"
    case marginFloorAlways = "margin_floor_always"
    case giftUnknown = "gift_unknown"
    case usedUp = "used_up"
    // MARK: Limits
    case budgetBelowOne = "budget_below_one"
    case totalAboveBudget = "total_above_budget"
    case perCustomerAboveTotal = "per_customer_above_total"
    case perPeriodNeverBinds = "per_period_never_binds"
    case unlimited
    case uncapped
    // MARK: Together
    case duplicate
    case overlapStacks = "overlap_stacks"
    case overlapExcludes = "overlap_excludes"
    case neverBest = "never_best"
    // MARK: Too much
    case freeCart = "free_cart"
    case stackFree = "stack_free"
    case belowCost = "below_cost"
    case stackBelowCost = "stack_below_cost"
    case floorBypassed = "floor_bypassed"
    case tierInversion = "tier_inversion"

    package var severity: Severity {
      switch self {
      case .windowOver, .neverOpen, .forContradiction, .onContradiction, .minimumSpendUnreachable,
        .unitsUnreachable, .bundleUnreachable, .neverDiscounts, .marginFloorAlways,
        .budgetBelowOne, .freeCart, .stackFree:
        .error
      default: .warning
      }
    }
  }

  /// One question to `coupons.quote` and its answer.
  package struct Shown {
    package var shopper: Shopper
    package var cart: Cart
    package var policies: [Policy]
    package var moment: Instant
    package var quote: Quote
  }
}

/// A customer of the shop, or one who was made up.
package enum Shopper: Equatable {
  case customer(String)
  /// The fields that conditions ask for.
  case madeUp(Value)

  package var id: String? {
    if case .customer(let id) = self { id } else { nil }
  }
}

/// The most that a policy can cost.
package struct PolicyExposure {
  package var policy: String
  /// Of one coupon; nil where only a cart can tell.
  package var perCoupon: Int64?
  package var total: Int64?
  package var budget: Int64?
  /// Of all coupons; nil where there is no bound.
  package var worstCase: Int64?

  package init(_ policy: Policy) {
    self.policy = policy.id
    perCoupon = policy.worstCase
    total = policy.limits.total
    budget = policy.budget
    if let each = policy.worstCase, let total = policy.limits.total {
      let (product, overflow) = each.multipliedReportingOverflow(by: total)
      worstCase = overflow ? nil : product
    }
    if let budget { worstCase = min(worstCase ?? budget, budget) }
  }
}
