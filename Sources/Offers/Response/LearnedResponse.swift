import Statistics

// What is learned beyond cells
// ----------------------------
// A policy with a hundred outcomes in each arm is looked at member by member: does its effect
// differ with what was known of them when it was decided? What is learned (Statistics/Regression/
// UpliftRegression.swift) is added to what is believed of the member's cell, in proportion to how
// far the uplift reaches them, and only where it foretells outcomes that it was not learned from
// better than the cell alone. Here only the held out of the same policy are the other arm: they
// were chosen by the same rule.

/// How a policy's effect differs with what members are, beside their cell.
package struct LearnedResponse: Equatable, Sendable {
  private let regression: UpliftRegression

  /// Decisions that are learned from at most, the newest.
  static let mostOutcomes = 50_000

  /// Nil where there is too little, or nothing that holds. O(outcomes).
  init?(_ outcomes: [ResponseEvidence.Outcome], believed: (ResponseEvidence.Key) -> Double) {
    var rows = UpliftRegression.Rows(width: LearnedResponse.width)
    for outcome in outcomes.suffix(LearnedResponse.mostOutcomes) {
      rows.append(
        LearnedResponse.features(
          outcome.traits, base: outcome.base, record: outcome.features.record),
        isTreated: outcome.isGiven,
        outcome: outcome.hasOrdered, believed: believed(outcome.key) * outcome.shape,
        reach: outcome.shape)
    }
    guard let regression = UpliftRegression(rows) else { return nil }
    self.regression = regression
  }

  /// What is to be added to the uplift that is believed of the member's cell.
  func addition(for member: MemberSignal, base: Double) -> Double {
    regression.addition(
      LearnedResponse.features(
        Decision.Traits(member), base: base, record: member.redemptions))
  }

  private static let width = 6

  private static func features(
    _ traits: Decision.Traits, base: Double, record: RedemptionRecord?
  ) -> [Double] {
    let orders = Double(max(0, traits.orders))
    let value = Double(max(0, traits.value))
    let rhythm = traits.gapDays > 0 ? max(0, traits.silentDays) / traits.gapDays : 0
    return [
      Elementary.logarithm(1 + orders), Elementary.logarithm(1 + value), min(10, rhythm), base,
      max(0, traits.sensitivity), Elementary.logarithm(max(1e-3, record?.factor ?? 1)),
    ]
  }
}
