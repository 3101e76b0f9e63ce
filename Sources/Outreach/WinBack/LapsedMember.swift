import Members
import Shop

// Who is slipping away
// --------------------
// A customer lapses against their own rhythm: silent for one and a half of their own usual gaps
// (which are shrunken to the shop's, so that one long gap of a newcomer is no rhythm), and for two
// weeks at least.
//
// They are ranked by the value at risk that a message can still win back, and not by P(alive),
// which is highest for those who need no message and says nothing of worth:
//
//   value at risk = expected spend of a year, were they active again x P(gone) x reach
//
// Reach halves with every half year of silence: a prior, until outcomes of messages say better.

/// A customer who is slipping away, and what that puts at risk.
package struct LapsedMember {
  /// Usual gaps of silence from which a customer counts as lapsing.
  package static let minimumSilence = 1.5
  package static let minimumDays = 14
  /// Days of silence in which the reach of a message halves.
  static let reachHalfLifeDays = 182.0

  package let profile: MemberProfile
  package let daysSilent: Int
  package let usualGapDays: Double
  package let aliveProbability: Double
  /// Minor units.
  package let valueAtRisk: Int64

  /// Nil for a customer who never ordered or is not late by their own rhythm.
  package init?(_ profile: MemberProfile) {
    guard let days = profile.recencyDays, let gap = profile.usualGapDays,
      let silence = profile.silence, let alive = profile.aliveProbability,
      days >= LapsedMember.minimumDays, silence >= LapsedMember.minimumSilence
    else { return nil }
    self.profile = profile
    daysSilent = days
    usualGapDays = gap
    aliveProbability = alive
    valueAtRisk = LapsedMember.valueAtRisk(of: profile) ?? 0
  }

  /// The value at risk of any customer, late or not, minor units; nil before the first order.
  package static func valueAtRisk(of profile: MemberProfile) -> Int64? {
    guard let days = profile.recencyDays, let alive = profile.aliveProbability else { return nil }
    let yearly = profile.orderRate * MemberProfile.horizonDays * profile.expectedOrderValue
    return Int64(clamped: yearly * (1 - alive) * reach(daysSilent: Double(days)))
  }

  /// 2^(-days / half-life), by squaring: the same on every machine.
  package static func reach(daysSilent: Double) -> Double {
    let halvings = min(60, daysSilent / reachHalfLifeDays)
    var reach = 1.0
    for _ in 0..<Int(halvings) { reach /= 2 }
    // 2^-f for the rest, f in [0, 1): the bits of f choose square roots of one half.
    var rest = halvings - Double(Int(halvings))
    var root = 0.5
    for _ in 0..<24 {
      root = root.squareRoot()
      rest *= 2
      if rest >= 1 {
        reach *= root
        rest -= 1
      }
    }
    return reach
  }

  /// Why, in words of the shop's facts.
  package var because: [String] {
    let orders = profile.summary.orders
    var reasons = [
      orders == 1
        ? "ordered once, \(daysSilent) days ago"
        : "ordered \(orders) times, usually every \(Int64(clamped: usualGapDays)) days, "
          + "last \(daysSilent) days ago"
    ]
    let gaps = (profile.silence ?? 0).rounded(decimals: 1)
    reasons.append("silent for \(gaps) of the usual gaps")
    return reasons
  }
}
