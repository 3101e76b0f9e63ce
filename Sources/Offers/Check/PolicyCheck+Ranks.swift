import Shop

extension PolicyCheck {
  /// Fields that say that a customer has been away: a better offer to them is meant so.
  private static let silenceFields: Set<String> = [
    "silence", "recency_days", "lifecycle", "p_alive",
  ]

  /// Whether somebody of a lower tier, or level, is offered more on the same cart.
  mutating func checkRanks() {
    for field in shop.ranks.keys.sorted() {
      let ranked = subjects.filter { subject in
        guard let audience = subject.policy.audience else { return false }
        return audience.fieldNames.contains(field)
          && PolicyCheck.silenceFields.isDisjoint(with: audience.fieldNames)
      }
      let open = subjects.filter { $0.policy.audience == nil }
      if ranked.isEmpty { continue }
      let ranks = shop.ranks[field] ?? []
      for low in ranks.indices {
        for high in 0..<low {
          checkRank(field, ranks[high], above: ranks[low], ranked, open.map(\.policy))
        }
      }
    }
  }

  private mutating func checkRank(
    _ field: String, _ high: String, above low: String, _ ranked: [Subject], _ open: [Policy]
  ) {
    let policies = ranked.map(\.policy) + open
    for subject in ranked where isComplete {
      let moment = subject.shown.moment
      guard let lower = member(of: low, field, for: subject.policy, at: moment) else { continue }
      // The higher one is the same person but for the rank, or whoever of the shop has it.
      guard let higher = member(of: high, field, for: nil, at: moment) else { continue }
      for cart in subject.carts {
        guard let less = show(higher, policies, cart, at: moment),
          let more = show(lower, policies, cart, at: moment),
          more.quote.discount > less.quote.discount
        else { continue }
        report(
          .tierInversion, [subject.policy],
          "on \(PolicyCheck.words(cart)), \(field) \(low) gets \(more.quote.discount) off and "
            + "\(field) \(high) gets \(less.quote.discount)", more, less)
        return
      }
    }
  }

  /// Somebody of that rank whom the policy, if any, is for.
  private func member(
    of rank: String, _ field: String, for policy: Policy?, at moment: Instant
  ) -> Shopper? {
    let audience = policy?.audience
    for id in shop.sample {
      let fields = shop.profile(id, moment)
      if fields.field(field) == .string(rank), audience?.matches(fields) ?? true {
        return .customer(id)
      }
    }
    guard
      let isOfRank = try? Condition(
        .object([Value.Member(name: field, value: .string(rank))]))
    else { return nil }
    var witness = ConditionWitness(
      domains: ConditionWitness.profileDomains(words: shop.words))
    guard case .found(let made) = witness.search([isOfRank] + (audience.map { [$0] } ?? []))
    else { return nil }
    return .madeUp(made)
  }
}
