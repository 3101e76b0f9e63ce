import Experiments
import Members
import Offers
import Outreach
import Shop
import Statistics

/// Reads what targeting knows of members, for many at once on all cores.
struct SignalReader: Sendable {
  private let view: MemberView
  private let holdouts: [Holdout]
  private let history: RedemptionHistory?
  private let exploration: TargetRequest.Exploration?
  /// Whether a policy is on what members prefer, which takes a pass over their lines.
  private let asksPreference: Bool
  private let asksLapse: Bool
  private let asksChannel: Bool

  /// - Parameters:
  ///   - holdouts: whoever one of them holds gets nothing.
  ///   - history: of all coupons; nil where there were none.
  init(
    view: MemberView, request: TargetRequest, policies: [Policy], holdouts: [Holdout],
    history: RedemptionHistory?
  ) {
    self.view = view
    self.holdouts = holdouts
    self.history = history
    exploration = request.exploration
    asksPreference = policies.contains { $0.scope == .preferred }
    asksLapse = request.objective == .reactivations
    asksChannel = request.quotas.contains { $0.channels != nil }
  }

  /// In the order of the customers. O(customers), each with the profile's cost.
  func signals(of customers: [Int32]) -> [MemberSignal] {
    // A profile is worth some twenty offers.
    let parts = Parallel.map(count: customers.count, weight: customers.count * 20) { part in
      customers[part].map(signal)
    }
    return Array(parts.joined())
  }

  private func signal(of customer: Int32) -> MemberSignal {
    let profile = view.profile(of: customer)
    let summary = profile.summary
    var signal = MemberSignal(
      customer: customer, isHeldOut: holdouts.contains { $0.holds(profile.id) },
      orders: Int64(summary.orders),
      averageOrderValue: Int64(clamped: max(0, profile.expectedOrderValue)),
      averageMargin: Int64(clamped: max(0, profile.expectedOrderMargin)),
      ordersPerDay: summary.orders > 0 ? profile.orderRate : 0,
      activity: profile.aliveProbability ?? 0, usualGapDays: profile.usualGapDays,
      daysSilent: profile.recencyDays.map { Double($0) },
      priceSensitivity: summary.orders > 0 ? profile.priceSensitivity : nil, tier: profile.tier,
      hasPreference: !asksPreference || profile.preferredCategory != nil
        || !profile.preferredItems.isEmpty)
    signal.redemptions = history?.record(of: profile.id, before: view.viewpoint.now)
    if asksLapse { signal.isLapsing = LapsedMember(profile) != nil }
    if asksChannel { signal.channel = profile.preferredChannel }
    if let exploration { signal.draw = Engine.draw(of: profile.id, exploration) }
    return signal
  }
}
