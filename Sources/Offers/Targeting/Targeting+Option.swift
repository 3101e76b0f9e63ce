import Shop
import Statistics

extension Targeting {
  /// One policy as it stands in a call. A class, since it is large and is looked at for millions of
  /// pairs: what a closure captures of a struct is copied, part by part.
  final class Option: Sendable {
    let headroom: PolicyHeadroom
    /// The days over which its effect is judged.
    let days: Double
    /// What its dates say.
    let dateReason: TargetPlan.Reason?
    /// Whether no budget that is asked of it can take even one coupon.
    private let isUnaffordable: Bool
    private let measure: TargetRequest.Measure
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
    /// What the policy brings to every expected effect.
    private let terms: ResponseTerms
    /// Which of the plan's conditions it is for; nil where it is for all.
    let audience: Int?
    private let worstCase: Int64?

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
      case open(ResponseEffect)
      case closed(TargetPlan.Reason)
    }

    init(
      _ headroom: PolicyHeadroom, audience: Int?, viewpoint: Viewpoint, zone: Zone,
      request: TargetRequest, cells: CellTable
    ) {
      self.headroom = headroom
      self.audience = audience
      terms = ResponseTerms(headroom.policy, usualCost: headroom.usualCost)
      worstCase = headroom.policy.worstCase
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

    /// What stands against it for a member, the weightiest last: a reason is given only when all
    /// before it are met.
    ///
    /// - `isMeant` says whether the member meets the policy's condition.
    /// - `base` is the probability that they order anyway within the policy's days.
    func standing(
      for member: MemberSignal, _ figures: MemberFigures, cell: Int, base: Double, isMeant: Bool
    ) -> Standing {
      if let dateReason { return .closed(dateReason) }
      if !isMeant { return .closed(.notForCustomer) }
      if asksPreference, !member.hasPreference { return .closed(.notOnItems) }
      if let left = headroom.totalLeft, left <= 0 { return .closed(.limitTotal) }
      if let reason = headroom.refusal?(member.customer) {
        return .closed(TargetPlan.Reason(reason))
      }
      let effect = effect(on: member, figures, cell: cell, base: base)
      let keepsFloor = headroom.policy.keepsMarginFloor(of: member, discount: effect.discount)
      guard keepsFloor else { return .closed(.marginFloor) }
      guard effect.incrementalMargin > 0 else { return .closed(.noUplift) }
      return isUnaffordable ? .closed(.budget) : .open(effect)
    }

    /// What is believed of the policy's effect on members like this one.
    private func estimate(of member: MemberSignal, cell: Int, base: Double) -> ResponseEstimate {
      let place = min(cell, estimates.count - 1)
      guard hasLearned else { return estimates[place] }
      let uplifts = kin.map { $0.uplift(of: member, cell: place, base: base) }
      // Of one family, what is learned may be out of order: neighbours are pooled, as in cells.
      let rising =
        kin.count == 1
        ? uplifts : Isotonic.rising(uplifts, weights: kin.map { 1 / $0.estimates[place].doubt })
      var estimate = estimates[place]
      estimate.uplift = min(1, max(-1, rising[own]))
      return estimate
    }

    private func effect(
      on member: MemberSignal, _ figures: MemberFigures, cell: Int, base: Double
    ) -> ResponseEffect {
      terms.effect(
        on: figures, base: base, estimate: estimate(of: member, cell: cell, base: base)
      ) { prior in
        responses.redemption(
          of: headroom.policy, prior: prior, member: member, base: base, days: days)
      }
    }

    /// The whole of what is expected, for a pair that was chosen.
    func response(of member: MemberSignal, cell: Int) -> MemberResponse {
      let base = member.probabilityOfOrder(withinDays: days)
      return MemberResponse(
        of: headroom.policy, on: member, days: days, usualCost: headroom.usualCost,
        estimate: estimate(of: member, cell: cell, base: base), responses: responses)
    }

    /// What a coupon can cost at most, that takes so much off the usual order; that, where the
    /// policy has no worst case.
    func exposure(ofDiscount discount: Int64) -> Int64 {
      min(worstCase ?? discount, Knapsack.maximumCost)
    }

    /// What the coupon binds of the call's budget.
    func charge(of effect: ResponseEffect) -> Int64 {
      measure == .worstCase
        ? exposure(ofDiscount: effect.discount)
        : min(max(0, effect.cost), Knapsack.maximumCost)
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
