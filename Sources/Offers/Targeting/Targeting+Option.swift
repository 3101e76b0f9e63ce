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
    let measure: TargetRequest.Measure
    /// What is believed of its effect on members of each cell of the plan; one for all where there
    /// are no outcomes.
    private var estimates: [ResponseEstimate]
    private let learned: LearnedResponse?

    /// What a policy is to a member: worth giving, or not.
    enum Standing {
      case open(MemberResponse)
      case closed(TargetPlan.Reason)
    }

    init(
      _ headroom: PolicyHeadroom, viewpoint: Viewpoint, zone: Zone, request: TargetRequest,
      cells: CellTable
    ) {
      self.headroom = headroom
      let policy = headroom.policy
      measure = request.measure
      days = policy.horizonDays(ofIssueAt: viewpoint.now, in: zone)
      dateReason = policy.window.reasonAgainstDates(at: viewpoint.now, in: zone)
        .map { TargetPlan.Reason($0) }
      estimates = cells.keys.map { request.responses.estimate(of: policy, key: $0) }
      if estimates.isEmpty { estimates = [ResponseEstimate(priorOf: policy)] }
      learned = request.responses.learned(of: policy)
      let callBudget = measure == .worstCase ? request.budget : nil
      let left = min(headroom.budgetLeft ?? .max, callBudget ?? .max)
      if let worst = policy.worstCase {
        isUnaffordable = worst > max(0, left)
      } else {
        // Without a worst case no bound on it can be kept.
        isUnaffordable = callBudget != nil || headroom.budgetLeft != nil
      }
    }

    /// What stands against it for this member, the weightiest last: a reason is given only when all
    /// before it are met.
    func standing(
      for member: MemberSignal, cell: Int, profile: (some FieldSource)?
    ) -> Standing {
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
      let response = response(of: member, cell: cell)
      let keepsFloor = policy.keepsMarginFloor(of: member, discount: response.discount)
      guard keepsFloor else { return .closed(.marginFloor) }
      guard response.incrementalMargin > 0 else { return .closed(.noUplift) }
      return isUnaffordable ? .closed(.budget) : .open(response)
    }

    func response(of member: MemberSignal, cell: Int) -> MemberResponse {
      var estimate = estimates[min(cell, estimates.count - 1)]
      if let learned {
        let base = member.probabilityOfOrder(withinDays: days)
        let uplift = estimate.uplift + learned.addition(for: member, base: base)
        estimate.uplift = min(1, max(-1, uplift))
      }
      return MemberResponse(
        of: headroom.policy, on: member, days: days, usualCost: headroom.usualCost,
        estimate: estimate)
    }

    /// What the coupon can cost at most; what it takes off the usual order where that is unknown.
    func exposure(of response: MemberResponse) -> Int64 {
      min(headroom.policy.worstCase ?? response.discount, Knapsack.maximumCost)
    }

    /// What the coupon binds of the call's budget.
    func charge(of response: MemberResponse) -> Int64 {
      measure == .worstCase
        ? exposure(of: response) : min(max(0, response.cost), Knapsack.maximumCost)
    }
  }

  /// The cells that members of a plan fall into, numbered; empty where no policy has outcomes.
  struct CellTable {
    private(set) var keys: [ResponseEvidence.Key] = []
    /// The cell of each member, in their order.
    private(set) var cells: [Int] = []

    init(_ members: [MemberSignal], isNeeded: Bool) {
      guard isNeeded else {
        cells = Array(repeating: 0, count: members.count)
        return
      }
      var numbers: [ResponseEvidence.Key: Int] = [:]
      cells.reserveCapacity(members.count)
      for member in members {
        let key = ResponseEvidence.Key(tier: member.tier, sensitivity: member.priceSensitivity)
        let number = numbers[key, default: keys.count]
        if number == keys.count {
          numbers[key] = number
          keys.append(key)
        }
        cells.append(number)
      }
    }
  }
}

extension TargetPlan.Reason {
  /// The same code; what pricing alone can say counts as not being for the customer.
  init(_ reason: OfferReason) {
    self = TargetPlan.Reason(rawValue: reason.rawValue) ?? .notForCustomer
  }
}
