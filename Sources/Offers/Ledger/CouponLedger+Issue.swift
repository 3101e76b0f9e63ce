import Shop

extension CouponLedger {
  /// That a customer is to get a coupon of a policy.
  package struct Grant: Hashable, Sendable {
    package var customer: String
    package var policy: String

    package init(customer: String, policy: String) {
      self.customer = customer
      self.policy = policy
    }
  }

  /// What issuing did, per grant in the order of the grants.
  package struct Issue: Sendable {
    package var facts: [LedgerFact] = []
    package var issued: [(grant: Grant, code: String)] = []
    package var refused: [(grant: Grant, reason: OfferReason)] = []
  }

  /// Codes that may be asked for in a row before the source of codes counts as broken.
  private static let maximumAttempts = 1_000

  /// Why a coupon may not be issued, as far as the policy's end, limits and budget go; nil where it
  /// may.
  ///
  /// A policy that has not begun is no reason: coupons may be handed out before their time, and
  /// then do not apply yet. O(coupons of the customer), and what `standing(ofPolicy:at:)` costs.
  package func reasonAgainstIssue(
    of policy: Policy, to customer: String, at instant: Instant, zone: Zone
  ) -> OfferReason? {
    if let reason = policy.state.reasonAgainstIssue { return reason }
    if policy.window.reasonAgainstDates(at: instant, in: zone) == .expired { return .expired }
    if let reason = reasonAgainstHolding(policy, customer, more: 0, at: instant) { return reason }
    if policy.limits.total == nil, policy.budget == nil { return nil }
    return Room(policy, standing(ofPolicy: policy.id, at: instant)).reasonAgainstOneMore
  }

  /// Issues coupons as far as policies, limits and budgets allow; each grant sees those before it.
  ///
  /// - Parameters:
  ///   - profile: the customer's fields, asked where a policy has `for`; nil where the customer has
  ///     none, which a
  ///     policy with `for` refuses.
  ///   - makeCode: gives a new code with each call. A code that is taken is asked for anew.
  /// - Complexity: O(grants x coupons of the customer).
  package func prepareIssue<Profile: FieldSource>(
    _ grants: [Grant], at instant: Instant, zone: Zone, profile: (String) -> Profile?,
    makeCode: () -> String
  ) -> Issue {
    var result = Issue()
    var rooms: [String: Room] = [:]
    var granted: [Grant: Int64] = [:]
    var taken: Set<String> = []
    for grant in grants {
      guard let policy = policies[grant.policy] else {
        result.refused.append((grant, .unknownPolicy))
        continue
      }
      var room = rooms[policy.id] ?? Room(policy, standing(ofPolicy: policy.id, at: instant))
      defer { rooms[policy.id] = room }
      let reason =
        reasonAgainstGiving(policy, grant.customer, profile, at: instant, zone: zone)
        ?? reasonAgainstHolding(
          policy, grant.customer, more: granted[grant] ?? 0, at: instant)
        ?? room.reasonAgainstOneMore
      if let reason {
        result.refused.append((grant, reason))
        continue
      }
      room.takeOne()
      granted[grant, default: 0] += 1
      let code = newCode(makeCode, besides: &taken)
      result.issued.append((grant, code))
      result.facts.append(
        .issued(
          LedgerFact.Issued(
            time: instant, code: code, policy: policy.id, version: policy.version,
            customer: grant.customer, expires: policy.expiry(ofIssueAt: instant, in: zone),
            worstCase: policy.worstCase)))
    }
    return result
  }

  private func newCode(_ makeCode: () -> String, besides taken: inout Set<String>) -> String {
    for _ in 0..<CouponLedger.maximumAttempts {
      let code = makeCode()
      if coupon(code: code) == nil, taken.insert(CouponCode.normalized(code)).inserted {
        return code
      }
    }
    preconditionFailure("the source of codes repeats itself")
  }

  /// The policy's end and `for`.
  private func reasonAgainstGiving<Profile: FieldSource>(
    _ policy: Policy, _ customer: String, _ profile: (String) -> Profile?, at instant: Instant,
    zone: Zone
  ) -> OfferReason? {
    if let reason = policy.state.reasonAgainstIssue { return reason }
    if policy.window.reasonAgainstDates(at: instant, in: zone) == .expired { return .expired }
    if policy.audience == nil { return nil }
    guard let profile = profile(customer) else { return .notForCustomer }
    return policy.reasonAgainst(profile)
  }

  /// The limit per customer, when `more` were granted in the same breath; guests hold nothing.
  private func reasonAgainstHolding(
    _ policy: Policy, _ customer: String, more: Int64, at instant: Instant
  ) -> OfferReason? {
    if customer.isEmpty { return .notForCustomer }
    guard let limit = policy.limits.perCustomer else { return nil }
    let counted = countedCoupons(ofCustomer: customer, policy: policy.id, at: instant)
    return counted + more >= limit ? .limitPerCustomer : nil
  }

  /// What is left of a policy's total and budget.
  struct Room {
    private var count: Int64
    private var money: Int128
    private let worstCase: Int64

    init(_ policy: Policy, _ standing: Standing) {
      count = policy.limits.total.map { $0 - standing.counted } ?? .max
      money = policy.budget.map { Int128($0) - Int128(standing.exposure) } ?? .max
      worstCase = policy.worstCase ?? 0
    }

    var reasonAgainstOneMore: OfferReason? {
      if count <= 0 { return .limitTotal }
      return money < Int128(worstCase) ? .budget : nil
    }

    mutating func takeOne() {
      count -= 1
      money -= Int128(worstCase)
    }
  }
}

extension Policy.State {
  /// Why coupons are not given in this state.
  package var reasonAgainstIssue: OfferReason? {
    switch self {
    case .active: nil
    case .draft: .draft
    case .paused: .paused
    }
  }
}
