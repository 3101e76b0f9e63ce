import Shop

// What a coupon is expected to change
// -----------------------------------
// Before there is evidence, all there is to go by is what the operator expects of the policy
// (`prior`) and how the member buys. With
//
//     h   the days in which the coupon can be used, at most 90, and 30 where it never expires
//     b   the probability that the member orders within h anyway
//     v,m the value and margin of the member's usual order
//     u   the policy's prior uplift,  rho  its prior redemption
//
// the coupon's effect is taken to be
//
//     reach       1 where v covers min_spend, else (v / min_spend)^2: few stretch an order that far
//     lift        reach x u x s(b),   s(b) = (1 - b) x b / (b + 0.05) / 0.6417
//                 s is 1 at its peak, b = 0.18, and falls to 0 at both ends: who orders anyway
//                 cannot order much
//                 more, and who has left is not brought back by a coupon. So u is the most that
//                 anyone gains.
//     anyway      q = (rho - u) / 0.1791 held inside 0.05 ... 1: the share of orders placed anyway
//                 that the coupon is
//                 used on, such that a member at the peak redeems with probability rho. A member
//                 who buys on
//                 discount in a share s of orders uses it on q + (1 - q) s of them.
//     redemption  lift + reach x b x anyway: every order that the coupon brings uses it. Rounded to
//                 four decimals.
//     discount    what the coupon takes off an order of max(v, min_spend), whole minor units
//     cost        redemption x discount, rounded half up
//     margin      lift x m - cost, rounded down
//
// A lift below zero (the operator may expect one) is taken off the orders placed anyway. The order
// that reaches min_spend is not credited with the larger margin it has, and a policy on some items
// is charged as if the whole order were covered: where the model does not know, it errs towards
// giving less.
//
// Once there are outcomes (Response/ResponseEstimate.swift), u is what they say of members like
// this one, and redemption and discount are multiplied with how they turned out; a redemption
// takes an order, so it is not likelier than one. What the member did with earlier coupons comes
// before that, and then the lift is not greater than the redemption: an order that the coupon
// brings uses it. The interval of the margin is that of u, nine
// times in ten, all else as it is.
//
// Everything stated in an answer is computed from the rounded redemption, so that a reader can
// recompute it.

/// The expected effect of one policy on one member.
package struct MemberResponse: Equatable, Sendable {
  /// The probability of an order within the horizon, without the coupon and with it.
  package var orderWithout: Double
  package var orderWith: Double
  /// The probability that the coupon is redeemed, in ten-thousandths exactly.
  package var redemption: Double
  /// What it takes off the member's usual order, minor units.
  package var discount: Int64
  /// What it is expected to cost, minor units.
  package var cost: Int64
  /// The margin expected to be gained after that cost, minor units; may be negative.
  package var incrementalMargin: Int64
  /// Where that margin lies nine times in ten, by the doubt about the uplift.
  package var interval: ClosedRange<Int64>
  /// How far the policy's uplift reaches this member, 0 to 1.
  package var shape: Double
  /// The probability of redemption by the prior alone.
  package var priorRedemption: Double
  /// Whether `redemption` is the member's own, by earlier coupons or by what is learned.
  package var isPersonal: Bool
  /// What the prior alone expects one use to cost, minor units.
  package var priorDiscount: Int64
  package var estimate: ResponseEstimate

  /// What is assumed of a policy that states no prior: one coupon in twenty is used, one in a
  /// hundred brings an order.
  package static let conservative = Policy.Prior(redemption: 0.05, uplift: 0.01)

  /// The probability at which half of the possible lift has faded towards lost causes.
  static let fading = 0.05
  /// Where the lift peaks, `sqrt(fading^2 + fading) - fading`, and the height there.
  static let peak = 0.179_128_784_747_792
  static let height = 0.641_742_430_504_416

  /// The standard deviations within which nine of ten normal errors lie.
  static let deviations = 1.645

  /// Complexity O(1). `usualCost` is what one redemption costs where the gift does not say (a
  /// gift's item, shipping); without an estimate it is the policy's prior.
  package init(
    of policy: Policy, on member: MemberSignal, days: Double, usualCost: Int64? = nil,
    estimate: ResponseEstimate? = nil, responses: ResponseBook? = nil
  ) {
    let estimate = estimate ?? ResponseEstimate(priorOf: policy)
    let base = member.probabilityOfOrder(withinDays: days)
    let figures = MemberFigures(member)
    let effect = ResponseTerms(policy, usualCost: usualCost).effect(
      on: figures, base: base, estimate: estimate
    ) { prior in
      responses?.redemption(of: policy, prior: prior, member: member, base: base, days: days)
        ?? prior
    }
    orderWithout = base
    orderWith = base + effect.lift
    redemption = effect.redemption
    discount = effect.discount
    cost = effect.cost
    incrementalMargin = effect.incrementalMargin
    shape = effect.shape
    priorRedemption = effect.priorRedemption
    isPersonal = effect.isPersonal
    priorDiscount = effect.priorDiscount
    let error = MemberResponse.deviations * estimate.doubt.squareRoot() * shape
    let ends = [max(-base, effect.lift - error), min(1 - base, effect.lift + error)].map {
      ResponseEffect.gain(of: $0, margin: figures.margin, cost: effect.cost)
    }
    interval = min(ends[0], ends[1])...max(ends[0], ends[1])
    self.estimate = estimate
  }
}

extension Policy {
  /// Averages beyond this are taken to be this: a thousand times what one record may state, exact
  /// in a double.
  static let mostCounted = Money.maximumAmount * 1000

  /// What one redemption takes off an order of that value that is covered as a whole, minor units.
  ///
  /// Where only a cart can tell: the caller's usual cost; else the cap; else the whole order for
  /// what is a discount (so that it is never given blindly) and nothing for what lies beside the
  /// cart.
  package func discount(onOrderOf value: Int64, usualCost: Int64?) -> Int64 {
    ResponseTerms(self, usualCost: usualCost).discount(onOrderOf: value)
  }

  /// The days in which a coupon issued at that moment can be used, as the response model counts
  /// them: at most 90, and 30 where it never expires.
  package func horizonDays(ofIssueAt instant: Instant, in zone: Zone) -> Double {
    guard let expiry = expiry(ofIssueAt: instant, in: zone) else { return 30 }
    return min(90, max(0, expiry.days(since: instant)))
  }

  /// Whether the discount leaves the margin that the policy guards on the member's usual order; one
  /// that is stretched to `min_spend` keeps the usual share of margin.
  func keepsMarginFloor(of member: MemberSignal, discount: Int64) -> Bool {
    guard let floor = marginFloorPercent, discount > 0 else { return true }
    let usual = Int128(max(0, member.averageOrderValue))
    let value = max(usual, Int128(minimumSpend))
    let margin = usual > 0 ? Int128(member.averageMargin) * value / usual : 0
    return (margin - Int128(discount)) * 100 >= Int128(floor) * (value - Int128(discount))
  }
}
