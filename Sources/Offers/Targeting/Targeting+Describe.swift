import Shop
import Statistics

extension Targeting {
  /// Turns the knapsack's choice into the plan.
  static func describe(
    _ solution: Knapsack.Solution, of knapsack: Knapsack, members: [MemberSignal],
    options: [Option], reasons: [TargetPlan.Reason]
  ) -> TargetPlan {
    var plan = TargetPlan()
    plan.considered = members.count
    plan.value = solution.value
    plan.upperBound = solution.upperBound
    plan.gap = solution.gap
    let full = FullCounts(solution, of: knapsack)
    for (index, member) in members.enumerated() {
      let choice = Int(solution.choices[index])
      guard choice >= 0 else {
        let reason = reasons[index]
        if reason == .holdout { plan.holdout += 1 } else { plan.none += 1 }
        let final = reason == .budget ? full.reason(of: index, in: knapsack) : reason
        plan.withheld[final, default: 0] += 1
        continue
      }
      let assignment = assignment(of: options[choice], to: member)
      plan.spentExposure = Money.sum(plan.spentExposure, assignment.exposure)
      plan.spentExpected = Money.sum(plan.spentExpected, assignment.cost)
      plan.assignments.append(assignment)
    }
    // Swift's sort is stable: members of equal margin stay in the order of their ids.
    plan.assignments.sort { $0.incrementalMargin > $1.incrementalMargin }
    return plan
  }

  /// Which counts the choice has used up.
  private struct FullCounts {
    var isCallFull = false
    var isOptionFull: [Bool]

    init(_ solution: Knapsack.Solution, of knapsack: Knapsack) {
      isOptionFull = Array(repeating: false, count: knapsack.optionCount)
      for (bound, used) in zip(knapsack.bounds, solution.used)
      where bound.measure == .count && used >= bound.limit {
        if let options = bound.options {
          for option in options { isOptionFull[option] = true }
        } else {
          isCallFull = true
        }
      }
    }

    /// What ran out for a customer who was worth a coupon: the call's limit, else the totals of all
    /// policies that were open to them, else money.
    func reason(of customer: Int, in knapsack: Knapsack) -> TargetPlan.Reason {
      if isCallFull { return .limit }
      let options = knapsack.options(of: customer)
      return !options.isEmpty && options.allSatisfy { isOptionFull[Int($0)] }
        ? .limitTotal : .budget
    }
  }

  private static func assignment(
    of option: Option, to member: MemberSignal
  ) -> TargetPlan.Assignment {
    let response = option.response(of: member)
    return TargetPlan.Assignment(
      customer: member.customer, policy: option.headroom.policy.id,
      version: option.headroom.policy.version, redemption: response.redemption,
      incrementalMargin: response.incrementalMargin, cost: response.cost,
      exposure: option.exposure(of: response), basis: .prior,
      because: member.because(response, days: option.days))
  }
}
