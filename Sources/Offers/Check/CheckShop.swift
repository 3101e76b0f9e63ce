import Shop

/// The shop that policies are checked against.
package struct CheckShop {
  /// Items and settings; what customers prefer is asked for one by one.
  package var facts: PricingFacts
  package var ledger: CouponLedger
  package var now: Instant
  /// Customers that are looked at for overlaps, spread over all, in the order of their ids.
  package var sample: [String]
  package var customerCount: Int
  /// A customer's fields as of a moment.
  package var profile: (_ customer: String, _ moment: Instant) -> any FieldSource
  package var preferred: (_ customer: String, _ moment: Instant) -> PreferredItems
  /// The first of all customers, by id, who meets a condition at a moment.
  package var first: (Condition, Instant) -> String?
  /// The values of `tier` and of `level`, the most valuable first.
  package var ranks: [String: [String]]
  /// The words that a field of a profile can be.
  package var words: [String: [String]]

  package init(
    facts: PricingFacts, ledger: CouponLedger, now: Instant, sample: [String], customerCount: Int,
    profile: @escaping (String, Instant) -> any FieldSource,
    preferred: @escaping (String, Instant) -> PreferredItems,
    first: @escaping (Condition, Instant) -> String?, ranks: [String: [String]] = [:],
    words: [String: [String]] = [:]
  ) {
    self.facts = facts
    self.ledger = ledger
    self.now = now
    self.sample = sample
    self.customerCount = customerCount
    self.profile = profile
    self.preferred = preferred
    self.first = first
    self.ranks = ranks
    self.words = words
  }

  var zone: Zone { facts.settings.zone }

  func fields(of shopper: Shopper, at moment: Instant) -> any FieldSource {
    switch shopper {
    case .customer(let id): profile(id, moment)
    case .madeUp(let fields): fields
    }
  }

  func fits(_ shopper: Shopper, _ policy: Policy, at moment: Instant) -> Bool {
    guard let audience = policy.audience else { return true }
    return audience.matches(fields(of: shopper, at: moment))
  }

  /// Somebody who meets `for` of all the policies: a customer of the sample, or somebody made up.
  func shopper(for policies: [Policy], at moment: Instant) -> Shopper? {
    let audiences = policies.compactMap(\.audience)
    let preferring = policies.contains { $0.scope == .preferred }
    for id in sample {
      if preferring, preferred(id, moment) == PreferredItems() { continue }
      let fields = profile(id, moment)
      if audiences.allSatisfy({ $0.matches(fields) }) { return .customer(id) }
    }
    // What somebody made up prefers nobody knows.
    if preferring { return nil }
    var witness = ConditionWitness(domains: ConditionWitness.profileDomains(words: words))
    guard case .found(let fields) = witness.search(audiences) else { return nil }
    return .madeUp(fields)
  }

  /// What `coupons.quote` answers.
  func quote(
    _ shopper: Shopper, _ policies: [Policy], _ cart: Cart, at moment: Instant
  ) -> PolicyFinding.Shown {
    var facts = self.facts
    if let id = shopper.id, policies.contains(where: { $0.scope == .preferred }) {
      facts.preferred = preferred(id, moment)
    }
    let trial = CouponLedger.Trial(
      policies: policies, profile: fields(of: shopper, at: moment), isMadeUp: shopper.id == nil)
    let quote = ledger.quote(
      customer: shopper.id, codes: [], trial: trial, cart: cart, at: moment, facts: facts)
    return PolicyFinding.Shown(
      shopper: shopper, cart: cart, policies: policies, moment: moment, quote: quote)
  }
}

extension PolicyFinding.Shown {
  func reason(of policy: Policy) -> OfferReason? {
    let code = CouponLedger.Trial.code(of: policy.id)
    return quote.notApplied.first { $0.code == code }?.reason
  }

  func applies(_ policy: Policy) -> Bool { quote.applied.contains { $0.policy == policy.id } }

  /// What is off the goods.
  var goodsDiscount: Int64 { quote.applied.reduce(0) { $0 + $1.discount - $1.shipping } }
}
