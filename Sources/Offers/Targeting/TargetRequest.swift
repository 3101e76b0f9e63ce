/// What a plan is to reach, and within which bounds.
package struct TargetRequest: Equatable, Sendable {
  /// What is made as great as possible.
  package enum Objective: String, CaseIterable, Sendable {
    /// Expected incremental margin after the coupon's cost, minor units.
    case incrementalMargin = "incremental_margin"
    /// Expected incremental spend at usual prices, less the coupon's cost, minor units.
    case revenue
    /// Expected uses of coupons.
    case redemptions
    /// Expected orders, that would not have come otherwise, of members who are lapsing or lapsed.
    case reactivations
  }

  /// What a budget bounds.
  package enum Measure: String, CaseIterable, Sendable {
    /// The most that the coupons can cost.
    case worstCase = "worst_case"
    /// What they are expected to cost.
    case expected
  }

  /// A bound on a part of the plan: on coupons of some policies, given to some members.
  package struct Quota: Equatable, Sendable {
    /// Ids of policies; nil for all.
    package var policies: Set<String>?
    /// Nil for all.
    package var tiers: Set<String>?
    /// Channels that members prefer; nil for all.
    package var channels: Set<String>?
    /// Coupons at most.
    package var atMost: Int64?
    /// Coupons at least, as far as there are members who are worth one.
    package var atLeast: Int64?
    /// The most that the coupons may cost, minor units, in the measure of the request.
    package var budget: Int64?

    package init(
      policies: Set<String>? = nil, tiers: Set<String>? = nil, channels: Set<String>? = nil,
      atMost: Int64? = nil, atLeast: Int64? = nil, budget: Int64? = nil
    ) {
      self.policies = policies
      self.tiers = tiers
      self.channels = channels
      self.atMost = atMost
      self.atLeast = atLeast
      self.budget = budget
    }

    func covers(_ member: MemberSignal) -> Bool {
      if let tiers, !(member.tier.map { tiers.contains($0) } ?? false) { return false }
      if let channels, !(member.channel.map { channels.contains($0) } ?? false) { return false }
      return true
    }
  }

  /// Some members get a coupon by chance, so that more is learned than what is already believed.
  package struct Exploration: Equatable, Sendable {
    /// Share of the members, 0 to 1.
    package var share: Double
    /// The same seed draws the same for the same customers.
    package var seed: String

    package init(share: Double, seed: String) {
      self.share = share
      self.seed = seed
    }
  }

  /// Bounds the sum of costs in `measure`, minor units; nil is no bound.
  package var budget: Int64?
  package var measure = Measure.worstCase
  /// Assignments at most; nil is no bound.
  package var limit: Int?
  package var objective = Objective.incrementalMargin
  /// At most `maximumQuotaCount`.
  package var quotas: [Quota] = []
  package var exploration: Exploration?
  package var responses = ResponseBook()
  /// Whether the plan says of each customer without a coupon why, and not only how many there are.
  package var namesWithheld = false

  package static let maximumQuotaCount = 50

  package init(budget: Int64? = nil, limit: Int? = nil) {
    self.budget = budget
    self.limit = limit
  }
}

extension TargetRequest.Objective {
  /// What a coupon is worth to the objective, in `units`: whole, so that sums are exact.
  func value(of effect: ResponseEffect, for member: MemberFigures) -> Double {
    let lift = max(0, effect.base + effect.lift - effect.base)
    switch self {
    case .incrementalMargin: return Double(effect.incrementalMargin)
    case .revenue:
      let spend = Double(min(Policy.mostCounted, max(0, member.averageOrderValue)))
      return (lift * spend - Double(effect.cost)).rounded(.down)
    case .redemptions: return (effect.redemption * units).rounded()
    case .reactivations: return member.isLapsing ? (lift * units).rounded(.down) : 0
    }
  }

  /// How many units of the knapsack's values make one of the objective's.
  var units: Double {
    switch self {
    case .incrementalMargin, .revenue: 1
    case .redemptions, .reactivations: 1_000_000
    }
  }
}
