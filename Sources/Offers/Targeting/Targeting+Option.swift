import Shop
import Statistics

extension Targeting {
  /// One policy as it stands in a call. Large: look at many members with one copy of it.
  struct Option: Sendable {
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
    private let estimates: [ResponseEstimate]
    /// The policies that differ from this one in face value alone, rising by it, and this one.
    private let kin: [Kin]
    /// Which of them this one is.
    private let own: Int
    private let hasLearned: Bool
    /// Whether it is on what members prefer.
    private let asksPreference: Bool
    private let responses: ResponseBook

    /// What is believed of one policy of a family.
    private struct Kin: Sendable {
      let estimates: [ResponseEstimate]
      let learned: LearnedResponse?

      func uplift(of member: MemberSignal, cell: Int, base: Double) -> Double {
        estimates[cell].uplift + (learned?.addition(for: member, base: base) ?? 0)
      }
    }

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
      asksPreference = policy.scope == .preferred
      days = policy.horizonDays(ofIssueAt: viewpoint.now, in: zone)
      dateReason = policy.window.reasonAgainstDates(at: viewpoint.now, in: zone)
        .map { TargetPlan.Reason($0) }
      let known = cells.keys.map { request.responses.estimate(of: policy, key: $0) }
      estimates = known.isEmpty ? [ResponseEstimate(priorOf: policy)] : known
      let family = request.responses.family(of: policy)
      kin = family.map { kin in
        let estimates = cells.keys.map { request.responses.estimate(of: kin, key: $0) }
        return Kin(
          estimates: estimates.isEmpty ? [ResponseEstimate(priorOf: kin)] : estimates,
          learned: request.responses.learned(of: kin))
      }
      own = family.firstIndex { $0.id == policy.id } ?? 0
      hasLearned = kin.contains { $0.learned != nil }
      responses = request.responses
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
      for member: MemberSignal, cell: Int, matches: Matcher?
    ) -> Standing {
      if let dateReason { return .closed(dateReason) }
      if let audience = headroom.policy.audience, let matches, !matches(audience) {
        return .closed(.notForCustomer)
      }
      if asksPreference, !member.hasPreference { return .closed(.notOnItems) }
      if let left = headroom.totalLeft, left <= 0 { return .closed(.limitTotal) }
      if let reason = headroom.refusal(member.customer) {
        return .closed(TargetPlan.Reason(reason))
      }
      let response = response(of: member, cell: cell)
      let keepsFloor = headroom.policy.keepsMarginFloor(of: member, discount: response.discount)
      guard keepsFloor else { return .closed(.marginFloor) }
      guard response.incrementalMargin > 0 else { return .closed(.noUplift) }
      return isUnaffordable ? .closed(.budget) : .open(response)
    }

    func response(of member: MemberSignal, cell: Int) -> MemberResponse {
      let place = min(cell, estimates.count - 1)
      var estimate = estimates[place]
      if hasLearned {
        let base = member.probabilityOfOrder(withinDays: days)
        let uplifts = kin.map { $0.uplift(of: member, cell: place, base: base) }
        // Of one family, what is learned may be out of order: neighbours are pooled, as in cells.
        let rising =
          kin.count == 1
          ? uplifts : Isotonic.rising(uplifts, weights: kin.map { 1 / $0.estimates[place].doubt })
        estimate.uplift = min(1, max(-1, rising[own]))
      }
      return MemberResponse(
        of: headroom.policy, on: member, days: days, usualCost: headroom.usualCost,
        estimate: estimate, responses: responses)
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
    self =
      switch reason {
      case .expired: .expired
      case .notStarted: .notStarted
      case .limitTotal: .limitTotal
      case .limitPerCustomer: .limitPerCustomer
      case .limitPerPeriod: .limitPerPeriod
      case .marginFloor: .marginFloor
      default: .notForCustomer
      }
  }
}
