import Offers
import Shop
import TestSupport

/// A shop whose customers do what is known, so that it can be said how good a plan really is.
///
/// Members order with a probability of their own, off from what the model believes by a constant
/// factor. A coupon adds, at most, what is true of its policy in the member's tier; the operator
/// believes the same of all tiers.
struct SimulatedShop {
  typealias Fixture = TargetingFixture

  static let tiers = ["high", "potential", "ordinary", "lapsed"]
  /// What each policy truly adds at most, by tier.
  static let truth: [String: [Double]] = [
    "five": [0.00, 0.06, 0.03, 0.01],
    "ten": [0.01, 0.16, 0.05, 0.02],
    "twenty": [0.01, 0.18, 0.14, 0.03],
  ]
  static let days = 30.0

  var members: [MemberSignal] = []
  var policies: [Policy] = []
  var decisions = DecisionTable()
  var now = Fixture.now
  /// Whether a customer ordered after a decision: by customer and its moment.
  private var orders: [Int32: [Instant]] = [:]
  /// What the use of a code cost.
  private(set) var uses: [String: Int64] = [:]
  private var numbers: SeededGenerator
  private var codeCount = 0
  /// By how much the truth differs with a member's silence, which no cell knows of: from that much
  /// less to that much more.
  private let silenceMatters: Double

  init(memberCount: Int32, seed: UInt64, silenceMatters: Double = 0) throws {
    self.silenceMatters = silenceMatters
    numbers = SeededGenerator(seed: seed)
    for customer in 0..<memberCount {
      let tier = Int.random(in: 0..<4, using: &numbers)
      var member = Fixture.member(
        customer, probability: Double.random(in: 0.02...0.7, using: &numbers),
        value: Int64.random(in: 10_000...40_000, using: &numbers), margin: 0,
        isHeldOut: Int.random(in: 0..<20, using: &numbers) == 0)
      member.daysSilent = Double.random(in: 0...22, using: &numbers)
      member.usualGapDays = 11
      member.averageMargin = member.averageOrderValue / 2
      member.tier = SimulatedShop.tiers[tier]
      member.priceSensitivity = 0.1
      members.append(member)
    }
    for (id, percent) in [("five", 5), ("ten", 10), ("twenty", 20)] {
      policies.append(
        try Fixture.policy(
          id, gives: Fixture.percent(Int64(percent), cap: Int64(percent) * 400),
          more: [
            Fixture.prior(0.15, 0.08),
            .init(name: "when", value: .object([.init(name: "valid_days", value: .integer(30))])),
          ]))
    }
  }

  /// The probability of an order, in truth.
  func probability(_ member: MemberSignal, _ policy: String?) -> Double {
    let base = 0.85 * member.probabilityOfOrder(withinDays: SimulatedShop.days)
    guard let policy, let response = response(member, policy) else { return base }
    let tier = SimulatedShop.tiers.firstIndex(of: member.tier!)!
    let silence = silenceMatters * ((member.daysSilent ?? 11) / 11 - 1)
    let uplift = SimulatedShop.truth[policy]![tier] + silence
    return min(1, max(0, base + uplift * response.shape))
  }

  private func response(_ member: MemberSignal, _ policy: String) -> MemberResponse? {
    policies.first { $0.id == policy }.map {
      MemberResponse(of: $0, on: member, days: SimulatedShop.days)
    }
  }

  /// The margin that a coupon truly gains, on average: every order with it uses it half the time,
  /// every order that it brought always.
  func gain(_ member: MemberSignal, _ policy: String) -> Double {
    guard let response = response(member, policy) else { return 0 }
    let lift = probability(member, policy) - probability(member, nil)
    let used = lift + 0.5 * probability(member, nil)
    return lift * Double(member.averageMargin) - used * Double(response.discount)
  }

  var responses: ResponseBook {
    let evidence = decisions.evidence(
      from: Viewpoint(asOf: now), policies: policies, realised: { uses[$0] }
    ) { customer, after, until in
      orders[customer]?.contains { $0 > after && $0 <= until } ?? false
    }
    return ResponseBook(evidence, policies: policies)
  }

  func plan(budget: Int64, explore: Double = 0) -> TargetPlan {
    var drawing = self.numbers
    var members = self.members
    if explore > 0 {
      for index in members.indices where Double.random(in: 0..<1, using: &drawing) < explore {
        members[index].draw = drawing.next()
      }
    }
    return Fixture.plan(
      members, policies.map { PolicyHeadroom(policy: $0) }, budget: budget
    ) { request in
      request.responses = responses
      if explore > 0 { request.exploration = .init(share: explore, seed: "") }
    }
  }

  /// Gives what is planned, lets a month pass and takes note of who ordered.
  mutating func live(_ plan: TargetPlan) {
    for assignment in plan.assignments { decide(assignment, .given) }
    for assignment in plan.held { decide(assignment, .held) }
    now = now.advanced(byDays: SimulatedShop.days + 1)
  }

  private mutating func decide(_ assignment: TargetPlan.Assignment, _ arm: Decision.Arm) {
    let member = members[Int(assignment.customer)]
    codeCount += 1
    let code = arm == .given ? "code-\(codeCount)" : nil
    decisions.add(
      Decision(
        customer: "\(assignment.customer)", policy: assignment.policy,
        version: assignment.version, arm: arm, code: code, time: now, days: SimulatedShop.days,
        base: assignment.response.orderWithout, shape: assignment.response.shape,
        redemption: assignment.response.priorRedemption,
        discount: assignment.response.priorDiscount, tier: member.tier,
        traits: Decision.Traits(member)), customer: assignment.customer)
    let plain = probability(member, nil)
    let chance = arm == .given ? probability(member, assignment.policy) : plain
    let roll = Double.random(in: 0..<1, using: &numbers)
    guard roll < chance else { return }
    orders[assignment.customer, default: []].append(now.advanced(byDays: 3))
    if let code, roll >= plain || Bool.random(using: &numbers) {
      uses[code] = assignment.response.priorDiscount
    }
  }

  /// What a choice gains in truth, minor units.
  func worth(_ choice: [(customer: Int32, policy: String)]) -> Double {
    choice.reduce(0) { $0 + gain(members[Int($1.customer)], $1.policy) }
  }
}
