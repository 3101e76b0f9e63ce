import Shop
import Statistics

extension Targeting {
  /// One policy as it stands in a call.
  struct Option {
    let headroom: PolicyHeadroom
    /// The days over which its effect is judged.
    let days: Double
    /// What its dates say.
    let dateReason: TargetPlan.Reason?
    /// Whether no budget that is asked of it can take even one coupon.
    let isUnaffordable: Bool

    /// What a policy is to a member: worth giving, or not.
    enum Standing {
      case open(PriorResponse)
      case closed(TargetPlan.Reason)
    }

    init(_ headroom: PolicyHeadroom, viewpoint: Viewpoint, zone: Zone, budget: Int64?) {
      self.headroom = headroom
      let policy = headroom.policy
      days = policy.horizonDays(ofIssueAt: viewpoint.now, in: zone)
      dateReason = policy.window.reasonAgainstDates(at: viewpoint.now, in: zone)
        .map { TargetPlan.Reason($0) }
      let left = min(headroom.budgetLeft ?? .max, budget ?? .max)
      if let worst = policy.worstCase {
        isUnaffordable = worst > max(0, left)
      } else {
        // Without a worst case no bound on it can be kept.
        isUnaffordable = budget != nil || headroom.budgetLeft != nil
      }
    }

    /// What stands against it for this member, the weightiest last: a reason is given only when all
    /// before it are met.
    func standing(for member: MemberSignal, profile: (some FieldSource)?) -> Standing {
      if let dateReason { return .closed(dateReason) }
      let policy = headroom.policy
      if let profile, let reason = policy.reasonAgainst(profile) {
        return .closed(TargetPlan.Reason(reason))
      }
      if policy.scope == .preferred, !member.hasPreference { return .closed(.notOnItems) }
      if let left = headroom.totalLeft, left <= 0 { return .closed(.limitTotal) }
      if let reason = headroom.refusal(member.customer) {
        return .closed(TargetPlan.Reason(reason))
      }
      let response = response(of: member)
      let keepsFloor = policy.keepsMarginFloor(of: member, discount: response.discount)
      guard keepsFloor else { return .closed(.marginFloor) }
      guard response.incrementalMargin > 0 else { return .closed(.noUplift) }
      return isUnaffordable ? .closed(.budget) : .open(response)
    }

    func response(of member: MemberSignal) -> PriorResponse {
      PriorResponse(of: headroom.policy, on: member, days: days, usualCost: headroom.usualCost)
    }

    /// What the coupon binds of a budget.
    func exposure(of response: PriorResponse) -> Int64 {
      min(headroom.policy.worstCase ?? response.discount, Knapsack.maximumCost)
    }
  }
}

extension TargetPlan.Reason {
  /// The same code; what pricing alone can say counts as not being for the customer.
  init(_ reason: OfferReason) {
    self = TargetPlan.Reason(rawValue: reason.rawValue) ?? .notForCustomer
  }
}
