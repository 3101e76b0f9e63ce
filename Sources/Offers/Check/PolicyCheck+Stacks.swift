import Shop

extension PolicyCheck {
  /// What the best stack of the policies leaves of a cart: nothing, less than it cost, or less than
  /// a floor.
  mutating func checkStack(
    _ policies: [Policy], _ shopper: Shopper, _ cart: Cart, at moment: Instant
  ) {
    guard let shown = show(shopper, policies, cart, at: moment), shown.goodsDiscount > 0 else {
      return
    }
    let used = shown.quote.applied.compactMap { applied in
      policies.first { $0.id == applied.policy }
    }
    if shown.quote.goods > 0, shown.goodsDiscount == shown.quote.goods {
      let (least, shown) = smallest(used, shown) { $0.goodsDiscount == $0.quote.goods }
      reportStack(
        least, .freeCart, .stackFree,
        "\(PolicyCheck.words(cart)) for \(shown.quote.goods) costs nothing with "
          + PolicyCheck.names(least), shown)
      return
    }
    guard let cost = cost(of: cart) else { return }
    func isBelow(_ shown: PolicyFinding.Shown) -> Bool {
      Int128(shown.quote.goods - shown.goodsDiscount) < cost
    }
    if cost <= Int128(shown.quote.goods), isBelow(shown) {
      let (least, shown) = smallest(used, shown, isBelow)
      reportStack(
        least, .belowCost, .stackBelowCost,
        "\(PolicyCheck.words(cart)) costs the shop \(cost) and is sold for "
          + "\(shown.quote.goods - shown.goodsDiscount) with \(PolicyCheck.names(least))", shown)
    }
    checkFloors(policies, used, shown, cost)
  }

  /// Policies whose floor the stack passes by leaving them out.
  private mutating func checkFloors(
    _ policies: [Policy], _ used: [Policy], _ shown: PolicyFinding.Shown, _ cost: Int128
  ) {
    let left = Int128(shown.quote.goods - shown.goodsDiscount)
    for policy in policies where !used.contains(where: { $0.id == policy.id }) {
      guard let floor = policy.marginFloorPercent, left * Int128(100 - floor) < 100 * cost,
        let alone = show(shown.shopper, [policy], shown.cart, at: shown.moment),
        alone.applies(policy),
        let both = show(shown.shopper, used + [policy], shown.cart, at: shown.moment),
        !both.applies(policy)
      else { continue }
      report(
        .floorBypassed, [policy] + used,
        "\(policy.id) keeps a margin of \(floor) %, and \(PolicyCheck.names(used)) leave less on "
          + "the same cart", both)
    }
  }

  /// As few of the policies as still do it.
  private mutating func smallest(
    _ policies: [Policy], _ shown: PolicyFinding.Shown, _ holds: (PolicyFinding.Shown) -> Bool
  ) -> ([Policy], PolicyFinding.Shown) {
    var least = policies
    var best = shown
    for policy in policies where least.count > 1 {
      let fewer = least.filter { $0.id != policy.id }
      guard let shown = show(shown.shopper, fewer, shown.cart, at: shown.moment), holds(shown)
      else { continue }
      least = fewer
      best = shown
    }
    if best.policies.count != least.count,
      let own = show(shown.shopper, least, shown.cart, at: shown.moment)
    {
      best = own
    }
    return (least.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }, best)
  }

  /// Reports a stack of which no part was reported.
  private mutating func reportStack(
    _ policies: [Policy], _ one: PolicyFinding.Kind, _ many: PolicyFinding.Kind,
    _ message: String, _ shown: PolicyFinding.Shown
  ) {
    let ids = Set(policies.map(\.id))
    // Nothing left is also less than the cost.
    let kinds: Set<PolicyFinding.Kind> = [one, many, .freeCart, .stackFree]
    let isKnown = findings.contains { kinds.contains($0.kind) && ids.isSuperset(of: $0.policies) }
    if isKnown { return }
    report(policies.count == 1 ? one : many, policies, message, shown)
  }

  static func names(_ policies: [Policy]) -> String {
    policies.map(\.id).joined(separator: " and ")
  }
}
