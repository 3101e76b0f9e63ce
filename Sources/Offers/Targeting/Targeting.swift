import Shop
import Statistics

// How coupons find their customers
// --------------------------------
//   1. Each customer meets each policy. Dates are looked at once a policy; then, for each customer,
//      `for`, preferences, limits per customer, the margin floor, and what the response model
//      expects. Only a coupon that is expected to gain margin goes further; a sure buyer and a lost
//      cause have `no_uplift`.
//   2. What is left are values and worst-case costs, bounded by the call's budget and limit and by
//      what is left of each policy's budget and total: a multiple-choice knapsack
//      (Statistics/Knapsack).
//   3. Its choice becomes assignments with their figures and reasons, and its bound the
//      certificate.
//
// Budgets bound the worst case and not the expected cost, since a budget that holds only on average
// is not one. `limit` bounds how many assignments are made, not how many are shown: coupons beyond
// it would be promises that nobody sees. Policies are taken in the order of their ids and customers
// in that of theirs, so that neither the order of the request nor that of arrival shows in the
// answer.

/// Decides which coupon goes to whom, and to whom none does; pure.
package enum Targeting {
  /// Plans at most one coupon for each member, for the greatest expected incremental margin within
  /// all bounds.
  ///
  /// - `profile` gives what a policy's `for` asks of a customer; it is not called unless some
  /// policy asks. - `budget` bounds the sum of worst cases in minor units, `limit` the number of
  /// assignments; nil is no bound.
  ///   Under a budget, a policy without a worst case is withheld with reason `budget`.
  /// - `precedes` orders customers by id. A customer named twice is considered once.
  ///
  /// O(members x policies x size of conditions) plus the knapsack.
  package static func plan<Profile: FieldSource>(
    members: [MemberSignal], policies: [PolicyHeadroom], budget: Int64?, limit: Int?,
    viewpoint: Viewpoint, zone: Zone, profile: (_ customer: Int32) -> Profile,
    precedes: (_ left: Int32, _ right: Int32) -> Bool
  ) -> TargetPlan {
    let members = canonical(members, precedes: precedes)
    let options = policies.sorted {
      $0.policy.id.utf8.lexicographicallyPrecedes($1.policy.id.utf8)
    }
    .map { Option($0, viewpoint: viewpoint, zone: zone, budget: budget) }
    var knapsack = Knapsack(
      optionCount: options.count, bounds: bounds(of: options, budget: budget, limit: limit))
    let asks = options.contains { $0.dateReason == nil && $0.headroom.policy.audience != nil }
    var reasons: [TargetPlan.Reason] = []
    reasons.reserveCapacity(members.count)
    for member in members {
      reasons.append(
        offer(options, to: member, profile: asks ? profile(member.customer) : nil, in: &knapsack))
      knapsack.closeCustomer()
    }
    let solution = knapsack.solve()
    return describe(solution, of: knapsack, members: members, options: options, reasons: reasons)
  }

  /// Members in the order of their ids, each once. O(n) where they come in order.
  private static func canonical(
    _ members: [MemberSignal], precedes: (Int32, Int32) -> Bool
  ) -> [MemberSignal] {
    let isOrdered = zip(members, members.dropFirst()).allSatisfy {
      precedes($0.customer, $1.customer)
    }
    if isOrdered { return members }
    var unique: [MemberSignal] = []
    for member in members.sorted(by: { precedes($0.customer, $1.customer) })
    where member.customer != unique.last?.customer {
      unique.append(member)
    }
    return unique
  }

  /// Puts what the member may get into the knapsack; the reason is what stands against all of it,
  /// or, where something was put, that money or number ran out.
  private static func offer(
    _ options: [Option], to member: MemberSignal, profile: (some FieldSource)?,
    in knapsack: inout Knapsack
  ) -> TargetPlan.Reason {
    if member.isHeldOut { return .holdout }
    var nearest = TargetPlan.Reason.noPolicy
    for (index, option) in options.enumerated() {
      switch option.standing(for: member, profile: profile) {
      case .closed(let reason): nearest = max(nearest, reason)
      case .open(let response):
        nearest = max(nearest, .budget)
        knapsack.append(
          option: index, value: Double(response.incrementalMargin),
          cost: option.exposure(of: response))
      }
    }
    return nearest
  }

  /// The call's bounds first, then those of each policy.
  private static func bounds(
    of options: [Option], budget: Int64?, limit: Int?
  ) -> [Knapsack.Bound] {
    var bounds: [Knapsack.Bound] = []
    if let budget { bounds.append(.init(measure: .cost, limit: budget)) }
    if let limit { bounds.append(.init(measure: .count, limit: Int64(limit))) }
    for (index, option) in options.enumerated() {
      if let left = option.headroom.budgetLeft {
        bounds.append(.init(options: [index], measure: .cost, limit: left))
      }
      if let left = option.headroom.totalLeft {
        bounds.append(.init(options: [index], measure: .count, limit: left))
      }
    }
    return bounds
  }
}

extension TargetPlan.Reason: Comparable {
  /// By how near a coupon came to being given, in the order of the cases.
  package static func < (left: TargetPlan.Reason, right: TargetPlan.Reason) -> Bool {
    left.nearness < right.nearness
  }

  private var nearness: Int { TargetPlan.Reason.allCases.firstIndex(of: self)! }
}
