import Experiments
import Members
import Offers
import Outreach
import Shop
import Statistics
import Wire

// Where targeting meets the shop's facts: what became of earlier decisions, who is held out of
// what, who draws, and what a committed plan leaves in the log.

/// A plan's own holdout.
struct Campaign {
  var id: String
  /// Share of the customers, 0 to 1.
  var holdout: Double

  /// Sticky, and independent of the shop's holdout and of other campaigns.
  var held: Holdout { Holdout(share: holdout, seed: "sidecart-campaign:" + id) }
}

extension Engine {
  /// What is known of the policies' effects: what became of decisions whose days are over.
  ///
  /// O(decisions), each with a look at the customer's orders.
  mutating func responses(of policies: [Policy], from viewpoint: Viewpoint) -> ResponseBook {
    if decisions.count == 0 { return ResponseBook() }
    let (facts, orders, ledger) = (self.facts, self.facts.orders, self.ledger)
    let names = facts.customers.names
    let history = RedemptionHistory(ledger, at: viewpoint.now)
    let evidence = decisions.evidence(
      from: viewpoint, policies: policies,
      isSameOffer: { policy, version in
        ledger.policies[policy.id, version: version].map { $0.isSameOffer(as: policy) } ?? false
      },
      breadth: { id in
        let policy = ledger.policies[id]
        return policy?.breadth(among: facts.items, zone: facts.settings.zone) ?? 0
      },
      record: { history.record(of: names[$0], before: $1) },
      realised: { ledger.realisedCost(code: $0, at: viewpoint.now) }
    ) { customer, after, until in
      var isFound = false
      orders.forEachOrder(of: customer) { order in
        let time = orders.time[Int(order)]
        if time <= after { return false }
        isFound = time <= until && orders.stands(order)
        return !isFound
      }
      return isFound
    }
    return ResponseBook(evidence, policies: policies)
  }

  /// Plans coupons for customers.
  mutating func plan(
    _ policies: [Policy], for customers: [Int32], _ request: TargetRequest,
    _ campaign: Campaign?, from viewpoint: Viewpoint, issuedAt moment: Instant
  ) -> TargetPlan {
    let facts = self.facts
    let view = members.view(from: viewpoint, facts: facts)
    let names = facts.customers.names
    let signals = SignalReader(
      view: view, request: request, policies: policies,
      holdouts: [holdout] + [campaign?.held].compactMap(\.self),
      history: ledger.couponCount > 0 ? RedemptionHistory(ledger, at: viewpoint.now) : nil
    ).signals(of: customers)
    return Targeting.plan(
      members: signals, policies: headroom(of: policies, at: moment), request: request,
      viewpoint: viewpoint, zone: facts.settings.zone,
      audience: { conditions, customers in
        ConditionSheet(conditions).masks(count: customers.count) {
          view.profile(of: customers[$0])
        }
      },
      precedes: { names.precedes($0, $1) })
  }

  /// What a customer who is to explore draws with; nil for all others. The same for the same seed.
  static func draw(of id: String, _ exploration: TargetRequest.Exploration) -> UInt64? {
    let high = UInt64(Bucket.fnv1a(exploration.seed + id))
    let low = UInt64(Bucket.fnv1a(id + exploration.seed))
    var random = SplitMix(seed: high << 32 | low)
    return random.unit() < exploration.share ? random.next() : nil
  }

  /// Issues a plan's coupons, and takes note of what was decided about whom; the codes, in the
  /// order of the assignments. Of what the held out would have got, it is `limit` at most; who
  /// drew nothing beyond that, or got nothing where they could have drawn something, is noted in
  /// short.
  mutating func issue(
    _ plan: TargetPlan, limit: Int, campaign: String? = nil, from viewpoint: Viewpoint,
    of call: Call
  ) throws -> [String] {
    let names = facts.customers.names
    let codes = try issue(
      plan.assignments.map {
        CouponLedger.Grant(customer: names[$0.customer], policy: $0.policy)
      }, from: viewpoint, of: call)
    let moment = call.issueMoment(from: viewpoint)
    for (assignment, code) in zip(plan.assignments, codes) {
      let decision = Decision(
        assignment, customer: names[assignment.customer], arm: .given, code: code,
        campaign: campaign, time: moment)
      commit(.decided(decision), now: call.now)
    }
    for assignment in plan.held.prefix(limit) {
      let decision = Decision(
        assignment, customer: names[assignment.customer], arm: .held, code: nil,
        campaign: campaign, time: moment)
      commit(.decided(decision), now: call.now)
    }
    let beyond = plan.held.dropFirst(limit).filter { $0.propensity < 1 }.map {
      TargetPlan.Passed(customer: $0.customer, propensity: $0.propensity)
    }
    notePassed(plan.passed + beyond, campaign: campaign, time: moment, now: call.now)
    return codes
  }

  /// O(those), and log of them where there are too many for all.
  private mutating func notePassed(
    _ passed: [TargetPlan.Passed], campaign: String?, time: Instant, now: Instant
  ) {
    let most = PassedDecision.maximumCount
    var chosen = passed
    if passed.count > most {
      // By a hash of the customer, which has nothing to do with what they drew.
      func place(_ customer: Int32) -> UInt64 {
        var random = SplitMix(seed: UInt64(UInt32(bitPattern: customer)))
        return random.next()
      }
      chosen = passed.map { (place($0.customer), $0) }.sorted { $0.0 < $1.0 }.prefix(most)
        .map(\.1)
    }
    let share = Double(chosen.count) / Double(max(1, passed.count))
    for entry in chosen {
      let decision = PassedDecision(
        customer: facts.customers.names[entry.customer], campaign: campaign, time: time,
        propensity: entry.propensity, share: share)
      commit(.passed(decision), now: now)
    }
  }
}

extension Decision {
  init(
    _ assignment: TargetPlan.Assignment, customer: String, arm: Arm, code: String?,
    campaign: String?, time: Instant
  ) {
    self.init(
      customer: customer, policy: assignment.policy, version: assignment.version, arm: arm,
      code: code, campaign: campaign, time: time, days: assignment.days,
      base: assignment.response.orderWithout, shape: assignment.response.shape,
      redemption: assignment.response.priorRedemption,
      discount: assignment.response.priorDiscount, propensity: assignment.propensity,
      tier: assignment.tier, traits: assignment.traits)
  }
}
