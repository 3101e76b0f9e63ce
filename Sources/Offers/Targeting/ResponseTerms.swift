import Shop

// What of a policy and of a member the expected effect is made of, as plain numbers: a plan looks
// at millions of pairs, and figures of a pair that is not chosen are not kept. The formulas are at
// the head of MemberResponse.swift.

/// What a policy brings to every expected effect.
struct ResponseTerms: Sendable {
  /// What one redemption takes off an order.
  private enum Taking {
    case amount(Int64)
    case share(part: Int64, whole: Int64)
    /// Whatever the order.
    case flat(Int64)
    case everything
  }

  private let prior: Policy.Prior
  /// The share of the orders placed anyway that the coupon is used on, by the prior.
  private let share: Double
  private let minimumSpend: Int64
  private let taking: Taking
  /// The most that one redemption takes off.
  private let most: Int64
  /// The most that it may turn out to cost.
  private let worst: Int64

  init(_ policy: Policy, usualCost: Int64?) {
    prior = policy.prior ?? MemberResponse.conservative
    share = min(1, max(0.05, (prior.redemption - prior.uplift) / MemberResponse.peak))
    minimumSpend = policy.minimumSpend
    most = min(policy.cap ?? .max, Policy.mostCounted)
    worst = policy.worstCase ?? Policy.mostCounted
    taking =
      switch policy.gives {
      case .amountOff(let amount): .amount(amount)
      case .percentOff(let hundredths): .share(part: hundredths, whole: 10_000)
      case .freeUnits(let buy, let get):
        usualCost.map { .flat($0) } ?? .share(part: get, whole: buy + get)
      case .fixedPrice, .bundlePrice, .freeShipping:
        (usualCost ?? policy.cap).map { .flat(max(0, $0)) } ?? .everything
      case .gift, .pointsMultiplier, .trial, .invitation:
        .flat(max(0, usualCost ?? policy.cap ?? 0))
      }
  }

  /// What one redemption takes off an order of that value that is covered as a whole, minor units.
  func discount(onOrderOf value: Int64) -> Int64 {
    switch taking {
    case .amount(let amount): min(amount, value, most)
    case .share(let part, let whole): min(Money.share(of: value, part: part, whole: whole), most)
    case .flat(let cost): min(cost, most)
    case .everything: min(max(0, value), most)
    }
  }

  /// The expected effect on one member. Complexity O(1).
  ///
  /// - Parameters:
  ///   - base: the probability that they order anyway within the days of the policy.
  ///   - used: what is known of their redemption beyond the prior, given what that says.
  func effect(
    on member: MemberFigures, base: Double, estimate: ResponseEstimate,
    used: (_ prior: Double) -> Double
  ) -> ResponseEffect {
    let value = min(Policy.mostCounted, max(0, member.averageOrderValue))
    var reach = 1.0
    if value < minimumSpend {
      let covered = Double(value) / Double(minimumSpend)
      reach = covered * covered
    }
    let height =
      reach * (1 - base) * base / (base + MemberResponse.fading) / MemberResponse.height
    let shape = min(1, max(0, height))
    var lift = min(1, max(0, base + estimate.uplift * shape)) - base
    let anyway = share + (1 - share) * member.sensitivity
    let priorLift = min(1, max(0, base + prior.uplift * shape)) - base
    let priorRedemption = min(
      1, max(0, priorLift) + reach * min(base, base + priorLift) * anyway)
    var used = used(priorRedemption)
    let isPersonal = used != priorRedemption
    if estimate.weight > 0 { used *= estimate.redemption }
    // What the coupon brings uses it: who does not use coupons is not brought by one.
    if isPersonal { lift = min(lift, used) }
    let with = base + lift
    if estimate.weight > 0 || isPersonal { used = min(with, used) }
    let redemption = Double(Int64(min(1, max(0, used)) * 10_000 + 0.5)) / 10_000
    let priorDiscount = discount(onOrderOf: max(value, minimumSpend))
    var discount = priorDiscount
    if estimate.weight > 0 {
      let turnedOut = min(Double(Policy.mostCounted), Double(discount) * estimate.cost + 0.5)
      discount = min(Int64(max(0, turnedOut)), worst)
    }
    let cost = Int64(redemption * Double(discount) + 0.5)
    return ResponseEffect(
      base: base, lift: lift, shape: shape, redemption: redemption,
      priorRedemption: priorRedemption, isPersonal: isPersonal, discount: discount,
      priorDiscount: priorDiscount, cost: cost,
      incrementalMargin: ResponseEffect.gain(of: lift, margin: member.margin, cost: cost))
  }
}

/// What of a member the expected effect is made of.
struct MemberFigures: Sendable {
  var averageOrderValue: Int64
  /// What is left of a usual order, within what is counted.
  var margin: Double
  /// The share of orders bought on discount, 0 to 1.
  var sensitivity: Double
  var isLapsing: Bool

  init(_ member: MemberSignal) {
    averageOrderValue = member.averageOrderValue
    margin = Double(min(Policy.mostCounted, max(-Policy.mostCounted, member.averageMargin)))
    sensitivity = min(1, max(0, member.priceSensitivity ?? 0))
    isLapsing = member.isLapsing
  }
}

/// The figures of `MemberResponse` that a choice looks at.
struct ResponseEffect: Sendable {
  var base: Double
  var lift: Double
  var shape: Double
  var redemption: Double
  var priorRedemption: Double
  var isPersonal: Bool
  var discount: Int64
  var priorDiscount: Int64
  var cost: Int64
  var incrementalMargin: Int64

  /// The margin gained by so many orders after the coupon's cost, rounded down.
  static func gain(of lift: Double, margin: Double, cost: Int64) -> Int64 {
    let gained = lift * margin - Double(cost)
    let cut = Int64(gained)
    return Double(cut) > gained ? cut - 1 : cut
  }
}
