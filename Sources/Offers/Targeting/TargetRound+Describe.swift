import Shop
import Statistics

extension TargetRound {
  /// Turns the knapsack's choice, and what was drawn, into the plan.
  func describe(
    _ floored: Knapsack.FlooredSolution, of knapsack: Knapsack,
    held: [(member: Int, policy: Int)]
  ) -> TargetPlan {
    let solution = floored.solution
    var plan = TargetPlan()
    plan.considered = members.count
    var setAside = 0.0
    let full = FullCounts(solution, of: knapsack, bounds)
    for (index, member) in members.enumerated() {
      let choice = Int(solution.choices[index])
      if choice >= 0 {
        plan.add(
          assignment(
            of: bounds.policy(ofOption: choice), to: index, propensity: propensity(of: index)))
      } else if let drawn = drawn[index], drawn.policy >= 0 {
        let assignment = assignment(
          of: drawn.policy, to: index, propensity: propensity(of: index), isExplored: true)
        setAside += drawn.value
        plan.add(assignment)
      } else {
        let reason = reason(of: index, full, in: knapsack)
        plan.withhold(reason)
        if request.namesWithheld { plan.reasons[member.customer] = reason }
        let propensity = propensity(of: index)
        // Who would have got something is among the held.
        if !member.isHeldOut, propensity < 1, (drawn[index]?.otherwise ?? -1) < 0 {
          plan.passed.append(.init(customer: member.customer, propensity: propensity))
        }
      }
    }
    // Swift's sort is stable: members of equal margin stay in the order of their ids.
    plan.assignments.sort { $0.incrementalMargin > $1.incrementalMargin }
    plan.held = held.map { entry in
      assignment(
        of: entry.policy, to: entry.member,
        propensity: drawn[entry.member] == nil ? 1 : propensity(of: entry.member))
    }
    let units = request.objective.units
    plan.value = (solution.value + setAside) / units
    let bound = solution.upperBound + setAside
    // Whole units add up exactly; a quotient may be rounded either way.
    let isProven = solution.upperBound == solution.value
    plan.upperBound =
      isProven ? plan.value : max(plan.value, units == 1 ? bound : (bound / units).nextUp)
    plan.gap =
      plan.upperBound > plan.value ? (plan.upperBound - plan.value) / plan.upperBound : 0
    for (quota, missing) in zip(bounds.quotaOfFloor, floored.missing) where missing > 0 {
      plan.shortfalls.append(.init(quota: quota, missing: missing))
    }
    return plan
  }

  private func reason(
    of index: Int, _ full: FullCounts, in knapsack: Knapsack
  ) -> TargetPlan.Reason {
    if let drawn = drawn[index] { return drawn.openCount > 0 ? .explored : .budget }
    let reason = reasons[index]
    return reason == .budget ? full.reason(of: index, in: knapsack) : reason
  }

  /// Which bounds the choice has used up.
  private struct FullCounts {
    var isCallFull = false
    var isOptionFull: [Bool]
    var isQuotaFull: [Bool]

    init(_ solution: Knapsack.Solution, of knapsack: Knapsack, _ bounds: TargetBounds) {
      isOptionFull = Array(repeating: false, count: knapsack.optionCount)
      isQuotaFull = isOptionFull
      for (index, bound) in knapsack.bounds.enumerated()
      where bound.measure == .count && solution.used[index] >= bound.limit {
        let options = bound.options ?? Array(0..<knapsack.optionCount)
        switch bounds.origins[index] {
        case .limit: isCallFull = true
        case .policyTotal: for option in options { isOptionFull[option] = true }
        case .quota: for option in options { isQuotaFull[option] = true }
        case .budget, .policyBudget: break
        }
      }
    }

    /// What ran out for a customer who was worth a coupon: the call's limit, else the totals or the
    /// quotas of all policies that were open to them, else money.
    func reason(of customer: Int, in knapsack: Knapsack) -> TargetPlan.Reason {
      if isCallFull { return .limit }
      let options = knapsack.options(of: customer)
      if options.isEmpty { return .budget }
      if options.allSatisfy({ isOptionFull[Int($0)] }) { return .limitTotal }
      let isShut = options.allSatisfy { isOptionFull[Int($0)] || isQuotaFull[Int($0)] }
      return isShut ? .quota : .budget
    }
  }

  private func assignment(
    of policy: Int, to index: Int, propensity: Double, isExplored: Bool = false
  ) -> TargetPlan.Assignment {
    let member = members[index]
    let option = options[policy]
    let response = option.response(of: member, cell: cells[index])
    return TargetPlan.Assignment(
      customer: member.customer, policy: option.headroom.policy.id,
      version: option.headroom.policy.version, days: option.days, response: response,
      exposure: option.exposure(ofDiscount: response.discount), propensity: propensity,
      isExplored: isExplored,
      tier: member.tier, traits: Decision.Traits(member), redemptions: member.redemptions,
      because: member.because(response, days: option.days))
  }
}

extension TargetPlan {
  fileprivate mutating func add(_ assignment: Assignment) {
    spentExposure = Money.sum(spentExposure, assignment.exposure)
    spentExpected = Money.sum(spentExpected, assignment.cost)
    assignments.append(assignment)
  }

  fileprivate mutating func withhold(_ reason: Reason) {
    if reason == .holdout { holdout += 1 } else { none += 1 }
    withheld[reason, default: 0] += 1
  }
}
