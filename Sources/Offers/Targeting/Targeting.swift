import Shop
import Statistics

// How coupons find their customers
// --------------------------------
//   1. Each customer meets each policy. Dates are looked at once a policy; then, for each customer,
//      `for`, preferences, limits per customer, the margin floor, and what the response model
//      expects. Only a coupon that is expected to gain margin goes further, whatever the objective;
//      a sure buyer and a lost cause have `no_uplift`.
//   2. Where exploration is asked for, a share of the customers draws one of what is open to them,
//      or nothing, all with the same probability, and what they drew is set aside first.
//   3. What is left are values and costs, bounded by the call's budget, limit and quotas and by
//      what is left of each policy's budget and total: a multiple-choice knapsack
//      (Statistics/Knapsack).
//   4. Its choice becomes assignments with their figures and reasons, and its bound the
//      certificate.
//   5. The held out choose as well, at the prices at which the others did. They get nothing, but
//      what they would have got is what the others' outcomes are compared with.
//
// Budgets bound the worst case unless the call asks otherwise, since a budget that holds only on
// average is not one; policies' own budgets always do. `limit` bounds how many assignments are
// made, not how many are shown: coupons beyond it would be promises that nobody sees. Policies are
// taken in the order of their ids and customers in that of theirs, so that neither the order of the
// request nor that of arrival shows in the answer.

/// Decides which coupon goes to whom, and to whom none does; pure.
package enum Targeting {
  /// For each condition which of the customers meet it. Of many at once, and by way of a closure:
  /// what is generic here is not specialised for the rooms that call it, and asked of each pair it
  /// costs as much as all the rest.
  package typealias Audience =
    @Sendable (_ conditions: [Condition], _ customers: [Int32]) -> [[Bool]]

  /// Plans at most one coupon for each member, for the most of the objective within all bounds.
  ///
  /// - `audience` is not called unless some policy has a condition.
  /// - Under a budget on worst cases, a policy without one is withheld with reason `budget`.
  /// - `precedes` orders customers by id. A customer named twice is considered once.
  ///
  /// O(members x policies x size of conditions) plus the knapsack.
  package static func plan(
    members: [MemberSignal], policies: [PolicyHeadroom], request: TargetRequest,
    viewpoint: Viewpoint, zone: Zone,
    audience: @escaping Audience,
    precedes: (_ left: Int32, _ right: Int32) -> Bool
  ) -> TargetPlan {
    let round = TargetRound(
      members: canonical(members, precedes: precedes),
      policies: policies.sorted {
        $0.policy.id.utf8.lexicographicallyPrecedes($1.policy.id.utf8)
      }, request: request, viewpoint: viewpoint, zone: zone,
      audience: audience)
    return round.plan()
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
}

extension TargetPlan.Reason: Comparable {
  /// By how near a coupon came to being given, in the order of the cases.
  package static func < (left: TargetPlan.Reason, right: TargetPlan.Reason) -> Bool {
    left.nearness < right.nearness
  }

  private var nearness: Int8 {
    switch self {
    case .noPolicy: 0
    case .expired: 1
    case .notStarted: 2
    case .notForCustomer: 3
    case .notOnItems: 4
    case .limitTotal: 5
    case .limitPerCustomer: 6
    case .limitPerPeriod: 7
    case .marginFloor: 8
    case .noUplift: 9
    case .budget: 10
    case .quota: 11
    case .limit: 12
    case .explored: 13
    case .holdout: 14
    }
  }
}
