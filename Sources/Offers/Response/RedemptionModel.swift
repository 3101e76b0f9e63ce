import Statistics

// How likely a member is to use a coupon, beyond what its policy's prior says
// ---------------------------------------------------------------------------
// With a few hundred coupons given, redemption is learned over what was known when they were: what
// the customer did with earlier ones (RedemptionHistory.swift), how much they spend, how long they
// are silent, how much they buy on discount, and how many items the policy is on. All policies are
// learned from together, so that it tells of one that is new.
//
// It is a logistic regression around the prior: the log odds of what was expected by the prior
// alone are an offset, and so much is added. A coupon that is out still, with a quarter of its days
// over or more, counts with so much less expected. It is used where it foretells coupons that it
// was not learned from better (log loss; every fifth is held back, in turn) than the customer's
// factor times the prior, which is what it is otherwise; both are brought to the shop's mean. With
// fewer coupons it is the factor times the prior as it stands.

/// How likely a member redeems, as learned from the coupons of all policies.
package struct RedemptionModel: Equatable, Sendable {
  /// What a coupon's use is foretold from.
  struct Features: Equatable, Sendable {
    var record: RedemptionRecord?
    var traits: Decision.Traits
    /// The probability of an order without the coupon in so many days.
    var base: Double
    var days: Double
    /// How many items the policy is on; 0 where that is not known.
    var breadth: Double

    static let width = 6

    var values: [Double] {
      let rate = days > 0 ? -Elementary.logarithm(max(1e-6, 1 - base)) / days : 0
      let spend = Double(max(0, traits.value)) * rate * 30
      let rhythm = traits.gapDays > 0 ? max(0, traits.silentDays) / traits.gapDays : 0
      return [
        Elementary.logarithm(max(1e-3, record?.factor ?? 1)),
        Elementary.logarithm(onePlus: Double(record?.given ?? 0)),
        Elementary.logarithm(onePlus: spend), min(10, rhythm), max(0, traits.sensitivity),
        Elementary.logarithm(onePlus: max(0, breadth)),
      ]
    }
  }

  /// One coupon whose days are over, or a part of them.
  struct Use: Equatable, Sendable {
    var features: Features
    /// The probability by the policy's prior alone, of a use in the days that are over.
    var prior: Double
    var isRedeemed: Bool
  }

  private let regression: LogisticRegression
  /// Whether the regression is over the features; else it is a constant beside the factor.
  package let isOverFeatures: Bool

  /// Coupons that are learned from at most, the newest.
  static let mostUses = 50_000
  /// Coupons that there must be, and of those redeemed and not.
  static let fewestUses = 200
  static let fewestOfEach = 20
  private static let foldCount = 5
  private static let ridge = 10.0

  /// Nil where there is too little. O(coupons x features^2) times about
  /// fifty.
  init?(_ all: [Use]) {
    let uses = Array(all.suffix(RedemptionModel.mostUses))
    let redeemed = uses.count { $0.isRedeemed }
    guard uses.count >= RedemptionModel.fewestUses,
      min(redeemed, uses.count - redeemed) >= RedemptionModel.fewestOfEach
    else { return nil }
    var rows = FeatureRows(width: Features.width)
    for use in uses { rows.append(use.features.values) }
    let outcomes = uses.map(\.isRedeemed)
    let offsets = uses.map { RedemptionModel.logOdds($0.prior) }
    let plain = uses.map { RedemptionModel.logOdds($0.prior * ($0.features.record?.factor ?? 1)) }
    let constant = FeatureRows(constantCount: uses.count)
    var gain = 0.0
    for fold in 0..<RedemptionModel.foldCount {
      let others = uses.indices.filter { $0 % RedemptionModel.foldCount != fold }
      let learned = LogisticRegression(
        rows, outcomes: outcomes, rows: others, ridge: RedemptionModel.ridge, offsets: offsets)
      let believed = LogisticRegression(
        constant, outcomes: outcomes, rows: others, ridge: RedemptionModel.ridge, offsets: plain)
      for row in stride(from: fold, to: uses.count, by: RedemptionModel.foldCount) {
        let own = learned.probability(rows.row(row), offset: offsets[row])
        let other = believed.probability(constant.row(row), offset: plain[row])
        gain += RedemptionModel.loss(other, outcomes[row])
        gain -= RedemptionModel.loss(own, outcomes[row])
      }
    }
    isOverFeatures = gain > 0
    regression = LogisticRegression(
      isOverFeatures ? rows : constant, outcomes: outcomes, ridge: RedemptionModel.ridge,
      offsets: isOverFeatures ? offsets : plain)
  }

  /// The probability that a member redeems for whom the prior alone says `prior`.
  func probability(_ features: Features, prior: Double) -> Double {
    if isOverFeatures {
      return regression.probability(features.values, offset: RedemptionModel.logOdds(prior))
    }
    let factor = features.record?.factor ?? 1
    return regression.probability(
      CollectionOfOne(0), offset: RedemptionModel.logOdds(prior * factor))
  }

  private static func logOdds(_ probability: Double) -> Double {
    let held = min(0.999, max(0.001, probability))
    return Elementary.logarithm(held / (1 - held))
  }

  private static func loss(_ probability: Double, _ outcome: Bool) -> Double {
    -Elementary.logarithm(max(1e-12, outcome ? probability : 1 - probability))
  }
}

extension FeatureRows {
  /// Rows that tell nothing of each other.
  fileprivate init(constantCount: Int) {
    self.init(width: 1)
    for _ in 0..<constantCount { append(CollectionOfOne(0)) }
  }
}
