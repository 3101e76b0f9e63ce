import Shop

extension CouponLedger {
  /// Coupons that nobody holds: what a cart would cost if the customer were given one coupon of
  /// each of these policies at that moment.
  ///
  /// A policy may be one that was never put. Whether it is a draft or paused is no matter: a trial
  /// is how it is tried before it is given.
  package struct Trial {
    package var policies: [Policy]
    /// What `for` asks of the customer; nil where nothing is known.
    package var profile: (any FieldSource)?
    /// Whether the profile is a made-up customer's, who holds nothing and used nothing.
    package var isMadeUp: Bool

    package init(policies: [Policy], profile: (any FieldSource)?, isMadeUp: Bool = false) {
      self.policies = policies
      self.profile = profile
      self.isMadeUp = isMadeUp
    }

    /// The code under which a quote names the trial coupon of a policy.
    package static func code(of policy: String) -> String { "policy:" + policy }
  }

  /// Why a coupon of the policy could not be given and used at that moment; nil where it could.
  /// O(coupons of the customer).
  package func reasonAgainstTrial(
    of policy: Policy, _ trial: Trial, customer: String?, at instant: Instant, zone: Zone
  ) -> OfferReason? {
    if let reason = policy.window.reasonAgainstDates(at: instant, in: zone) { return reason }
    if policy.audience != nil {
      guard let profile = trial.profile else { return .notForCustomer }
      if let reason = policy.reasonAgainst(profile) { return reason }
    }
    if !policy.window.isOpen(at: instant, in: zone) { return .notInHours }
    if let customer {
      if let limit = policy.limits.perCustomer,
        countedCoupons(ofCustomer: customer, policy: policy.id, at: instant) >= limit
      {
        return .limitPerCustomer
      }
      if let index = customerNames.index(of: customer),
        let own = policyNames.index(of: policy.id),
        exceedsPeriod(own, customer: index, use: instant, at: instant)
      {
        return .limitPerPeriod
      }
    } else if !trial.isMadeUp,
      policy.limits.perCustomer != nil || policy.limits.perPeriod != nil
    {
      // Nobody can count what a guest had.
      return .notForCustomer
    }
    return Room(policy, standing(ofPolicy: policy.id, at: instant)).reasonAgainstOneMore
  }

  /// What a cart would cost, with held coupons and with those of a trial; see `quote`.
  package func quote(
    customer: String?, codes: [String]?, trial: Trial, cart: Cart, at instant: Instant,
    facts: PricingFacts
  ) -> Quote {
    let zone = facts.settings.zone
    var (usable, refused) = held(customer: customer, codes: codes, at: instant, zone: zone)
    for policy in trial.policies {
      let code = Trial.code(of: policy.id)
      let reason = reasonAgainstTrial(
        of: policy, trial, customer: customer, at: instant, zone: zone)
      if let reason {
        refused.append(Quote.NotApplied(code: code, reason: reason))
      } else {
        usable.append(
          UsableCoupon(
            code: code, policy: policy, expires: policy.expiry(ofIssueAt: instant, in: zone)))
      }
    }
    var quote = Pricer.bestStack(of: usable, on: cart, facts: facts)
    quote.notApplied = (quote.notApplied + refused).sorted { bytesPrecede($0.code, $1.code) }
    return quote
  }
}
