import Experiments
import Members
import Offers
import Shop
import Wire

// Where the rooms meet: a member's profile becomes the fields of a condition, the signal that
// targeting reads, and the preferences that pricing asks for.

extension Engine {
  /// The profile of a customer as seen from a viewpoint.
  mutating func profile(of customer: Int32, from viewpoint: Viewpoint) -> MemberProfile {
    members.profile(of: customer, from: viewpoint, facts: facts)
  }

  /// Rules out of params, with the path of what is wrong with them.
  func memberRules(_ value: Value, at path: String, now: Instant) throws -> MemberRules {
    do throws(RecordProblem) {
      return try MemberRules(value, over: members.rules, now: now)
    } catch {
      var error = error
      if error.reason == "gap" || error.reason == "overlap",
        let found = customer(in: RFMTable.Fault.all(in: value), of: value, now: now)
      {
        error = found.fault.problem(customer: found.customer)
      }
      throw ParameterError(
        path: error.path.isEmpty ? path : path + "." + error.path,
        reason: ErrorReason(error.reason), message: error.message)
    }
  }

  /// The first customer by id whose RFM scores a refused table has a fault at, by the thresholds
  /// and the window that came with it; nil where there is none. One pass over the customers.
  private func customer(
    in faults: [RFMTable.Fault], of value: Value, now: Instant
  ) -> (customer: String, fault: RFMTable.Fault)? {
    guard case .object(var rules) = value,
      let place = rules.firstIndex(where: { $0.name == "rfm" }),
      case .object(let table) = rules[place].value
    else { return nil }
    rules[place].value = .object(table.filter { $0.name != "classes" })
    var members = self.members
    if let scored = try? MemberRules(.object(rules), over: members.rules, now: now) {
      members.rules = scored
    }
    let view = members.view(from: Viewpoint(now: lastLogged), facts: facts)
    for customer in facts.customers.indicesByID {
      guard let scores = view.profile(of: customer).rfm,
        let fault = faults.first(where: { $0.scores == scores })
      else { continue }
      return (facts.customers.names[customer], fault)
    }
    return nil
  }

  /// What `on: "preferred"` stands for, for one customer.
  mutating func preferred(of customer: String?, from viewpoint: Viewpoint) -> PreferredItems {
    guard let customer, let index = facts.customers.index(of: customer) else {
      return PreferredItems()
    }
    let profile = profile(of: index, from: viewpoint)
    return PreferredItems(
      items: Set(profile.preferredItems.map { facts.items.names[$0] }),
      categories: Set(profile.preferredCategory.map { [$0] } ?? []))
  }

  /// What pricing has to know beside a cart.
  ///
  /// - Parameter asksPreference: whether a coupon is on what the customer prefers, which takes a
  /// pass over their lines.
  mutating func pricing(
    of customer: String?, from viewpoint: Viewpoint, asksPreference: Bool
  ) -> PricingFacts {
    PricingFacts(
      items: facts.items, settings: facts.settings,
      preferred: asksPreference ? preferred(of: customer, from: viewpoint) : PreferredItems())
  }

  /// What is left of the policies at a moment.
  func headroom(of policies: [Policy], at moment: Instant) -> [PolicyHeadroom] {
    let ledger = self.ledger
    let names = facts.customers.names
    return policies.map { policy in
      let standing = ledger.standing(ofPolicy: policy.id, at: moment)
      var usualCost: Int64?
      if case .gift(let item) = policy.gives, let index = facts.items.index(of: item) {
        usualCost = facts.items[index].cost ?? facts.items[index].price
      }
      // Dates, total and budget are headroom of the policy as a whole and are not asked again for
      // each customer.
      var refusal: (@Sendable (Int32) -> OfferReason?)?
      if let limit = policy.limits.perCustomer {
        refusal = { customer in
          let held = ledger.countedCoupons(
            ofCustomer: names[customer], policy: policy.id, at: moment)
          return held >= limit ? .limitPerCustomer : nil
        }
      }
      return PolicyHeadroom(
        policy: policy, totalLeft: policy.limits.total.map { max(0, $0 - standing.counted) },
        budgetLeft: policy.budget.map { max(0, $0 - standing.exposure) }, usualCost: usualCost,
        refusal: refusal)
    }
  }

  /// The active policies that params name, or all of them.
  func policies(named ids: [String]?) throws -> [Policy] {
    guard let ids else {
      return ledger.policies.ids.compactMap { ledger.policies[$0] }.filter { $0.state == .active }
    }
    var policies: [Policy] = []
    var named: Set<String> = []
    for (index, id) in ids.enumerated() {
      guard let policy = ledger.policies[id] else {
        throw RPCError(
          code: RPCError.Code.notFound, reason: "unknown_policy",
          message: "no policy \(id) is known; policies.put adds one", path: "policies[\(index)]")
      }
      // Coupons of drafts and of paused policies are given to nobody.
      if named.insert(id).inserted, policy.state == .active { policies.append(policy) }
    }
    return policies
  }

  /// Of the policies that params name, those of which nobody can get a coupon whoever they are, and
  /// why; by id.
  func policiesAside(
    named ids: [String]?, at moment: Instant
  ) -> [(policy: String, reason: OfferReason)] {
    let zone = facts.settings.zone
    let named = Set(ids ?? []).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return named.compactMap { id in
      guard let policy = ledger.policies[id] else { return nil }
      let reason: OfferReason? =
        switch policy.state {
        case .draft: .draft
        case .paused: .paused
        case .active: policy.window.reasonAgainstDates(at: moment, in: zone)
        }
      return reason.map { (id, $0) }
    }
  }

  /// What issuing the grants would do, in facts; every grant sees those before it.
  ///
  /// - Parameter moment: when they are issued; what a policy's `for` asks is seen from the
  /// viewpoint.
  mutating func prepareIssue(
    _ grants: [CouponLedger.Grant], from viewpoint: Viewpoint, at moment: Instant
  ) -> CouponLedger.Issue {
    let facts = self.facts
    let view = members.view(from: viewpoint, facts: facts)
    let random = surroundings.randomBits
    return ledger.prepareIssue(
      grants, at: moment, zone: facts.settings.zone,
      profile: { id in
        facts.customers.index(of: id).map { view.profile(of: $0) }
      }, makeCode: { CouponCode.make { Engine.bytes($0, random) } })
  }

  /// Issues what was planned. Targeting has kept every limit and budget, so nothing is refused;
  /// were it otherwise, the call would fail whole.
  mutating func issue(
    _ grants: [CouponLedger.Grant], from viewpoint: Viewpoint, of call: Call
  ) throws -> [String] {
    let issue = prepareIssue(grants, from: viewpoint, at: call.issueMoment(from: viewpoint))
    if let refused = issue.refused.first {
      throw RPCError(
        code: RPCError.Code.refused, reason: ErrorReason(refused.reason.rawValue),
        message: "nothing was issued: \(refused.grant.policy) is refused to one of the customers")
    }
    for fact in issue.facts { commit(.coupon(fact), now: call.now) }
    return issue.issued.map(\.code)
  }

  static func bytes(_ count: Int, _ random: () -> UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let word = random()
      for shift in stride(from: 0, to: 64, by: 8) where bytes.count < count {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    return bytes
  }

  /// Gives the coupons of a cancelled order back; the codes that can be used again.
  mutating func returnCoupons(of order: String, now: Instant) throws -> [String] {
    guard ledger.hasRedemption(order: order) else { return [] }
    do throws(CouponLedger.Refusal) {
      let (fact, returned) = try ledger.prepareReturn(order: order, lines: nil, at: now)
      commit(.coupon(fact), now: now)
      return returned.restored
    } catch {
      throw RPCError(error)
    }
  }
}

extension RPCError {
  /// A refusal of the ledger.
  init(_ refusal: CouponLedger.Refusal) {
    let error = RPCError(
      code: RPCError.code(ofRefusal: refusal.reason), reason: ErrorReason(refusal.reason),
      message: refusal.message, path: refusal.path)
    guard let need = refusal.need else {
      self = error
      return
    }
    self = error.detailed { writer in
      writer.key("need")
      writer.need(need)
    }
  }
}

extension JSONWriter {
  mutating func need(_ need: Quote.Need) {
    beginObject()
    switch need {
    case .spendMore(let amount): pairs(("spend_more", amount))
    case .unitsMore(let units): pairs(("units_more", units))
    case .spendAndUnitsMore(let spend, let units):
      pairs(("spend_more", spend), ("units_more", units))
    case .itemsMore(let items):
      key("items_more")
      beginArray()
      for entry in items {
        beginObject()
        key("item")
        string(entry.item)
        pairs(("quantity", entry.quantity))
        endObject()
      }
      endArray()
    }
    endObject()
  }

  private mutating func pairs(_ pairs: (StaticString, Int64)...) {
    for (name, number) in pairs {
      key(name)
      integer(Int(number))
    }
  }
}
