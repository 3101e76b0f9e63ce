import Shop

extension PolicyCheck {
  /// Whether anybody can ever use the policy: its window, then its `for`, then its carts.
  mutating func checkAlone(_ policy: Policy) {
    guard let moment = checkWindow(policy) else { return }
    checkWarnings(policy, shop.shopper(for: [policy], at: moment) ?? anybody, at: moment)
    guard let shopper = checkAudience(policy, at: moment) else { return }
    let preferred = shopper.id.map { shop.preferred($0, moment) } ?? PreferredItems()
    let family = CartFamily(policy, items: items, shop: shop, preferred: preferred)
    guard checkScope(policy, family, shopper, at: moment) else { return }
    checkCarts(policy, family, shopper, at: moment)
  }

  // MARK: When

  /// The first moment at which the policy can be used.
  private mutating func checkWindow(_ policy: Policy) -> Instant? {
    let window = policy.window
    if let moment = PolicyWindow.firstOpening(of: [window], from: shop.now, in: shop.zone) {
      return moment
    }
    let shopper = shop.shopper(for: [policy], at: shop.now) ?? anybody
    if window.reasonAgainstDates(at: shop.now, in: shop.zone) == .expired {
      report(
        .windowOver, [policy], "the window of \(policy.id) is over: no coupon of it can be used",
        show(shopper, [policy], anyCart, at: shop.now))
    } else {
      let start = max(shop.now, window.from?.start(in: shop.zone) ?? shop.now)
      report(
        .neverOpen, [policy],
        "no moment between when.from and when.until of \(policy.id) is inside its weekdays and "
          + "hours", show(shopper, [policy], anyCart, at: start))
    }
    return nil
  }

  /// Coupons that end before they can be used: `valid_days` against weekdays and hours.
  mutating func checkValidity(of subject: Subject) {
    let policy = subject.policy
    if policy.window.validDays == nil { return }
    for day in 0..<7 {
      let issue = subject.shown.moment.advanced(byDays: Double(day))
      guard policy.window.reasonAgainstDates(at: issue, in: shop.zone) == nil,
        let end = policy.expiry(ofIssueAt: issue, in: shop.zone), end > issue
      else { continue }
      let opening = PolicyWindow.firstOpening(
        of: [policy.window], from: issue, before: end, in: shop.zone)
      if opening != nil { continue }
      let last = end.advanced(byMilliseconds: -1)
      report(
        .expiresUnused, [policy],
        "a coupon of \(policy.id) that is issued at \(shop.zone.text(issue)) ends at "
          + "\(shop.zone.text(end)), before the policy is open again",
        show(subject.shopper, [policy], subject.shown.cart, at: last))
      return
    }
  }

  // MARK: To whom

  private mutating func checkAudience(_ policy: Policy, at moment: Instant) -> Shopper? {
    if let shopper = shop.shopper(for: [policy], at: moment), shopper.id != nil { return shopper }
    guard let audience = policy.audience else {
      if policy.scope != .preferred { return anybody }
      report(
        .onNothing, [policy],
        "\(policy.id) is on what customers prefer, and no history supports a preference",
        show(anybody, [policy], anyCart, at: moment))
      return nil
    }
    if let id = shop.first(audience, moment), policy.scope != .preferred { return .customer(id) }
    var witness = ConditionWitness(
      domains: ConditionWitness.profileDomains(words: shop.words))
    let result = witness.search([audience])
    let shown = show(anybody, [policy], anyCart, at: moment)
    if case .impossible(let field) = result {
      let fault = field.map { ": nothing fits what it asks of \($0)" } ?? ""
      report(
        .forContradiction, [policy],
        "for of \(policy.id) contradicts itself, nobody can meet it" + fault, shown)
      return nil
    }
    if policy.scope == .preferred {
      report(
        .onNothing, [policy],
        "\(policy.id) is on what customers prefer, and nobody who meets for has a preference",
        shown)
      return nil
    }
    if shop.customerCount > 0 {
      report(
        .forNobody, [policy],
        "none of the shop's \(shop.customerCount) customers meets for of \(policy.id)", shown)
    }
    if case .found(let fields) = result { return .madeUp(fields) }
    return nil
  }

  /// What a condition says that is hardly meant so.
  private mutating func checkWarnings(
    _ policy: Policy, _ shopper: Shopper, at moment: Instant
  ) {
    var warnings = policy.audience?.warnings.map { ("for", $0) } ?? []
    if case .items(let condition) = policy.scope {
      warnings += condition.warnings.map { ("on", $0) }
    }
    guard let (member, warning) = warnings.first else { return }
    let path = warning.path.isEmpty ? member : member + "." + warning.path
    report(
      .suspiciousCondition, [policy], "\(path) of \(policy.id): \(warning.message)",
      show(shopper, [policy], anyCart, at: moment))
  }

  // MARK: On what

  /// False where nothing is covered.
  private mutating func checkScope(
    _ policy: Policy, _ family: CartFamily, _ shopper: Shopper, at moment: Instant
  ) -> Bool {
    if case .bundlePrice(let ids, _) = policy.gives {
      let missing = ids.first { id in !family.covered.contains { $0.id == id } }
      guard let missing, !family.coversMore else { return true }
      let isItem = items.contains { $0.id == missing }
      let others = family.covered.filter { ids.contains($0.id) && $0.id != missing }
      report(
        .bundleUnreachable, [policy],
        isItem
          ? "\(missing) is part of the bundle of \(policy.id), and not one of the items of its on"
          : "\(missing) is part of the bundle of \(policy.id), and cannot be bought",
        show(
          shopper, [policy], others.first.map { cart(of: $0, 1) } ?? otherCart(than: ids),
          at: moment))
      return false
    }
    if !family.covered.isEmpty { return true }
    let shown = show(shopper, [policy], anyCart, at: moment)
    if case .items(let condition) = policy.scope {
      var witness = ConditionWitness(domains: ConditionWitness.itemDomains)
      if case .impossible(let field) = witness.search([condition]) {
        let fault = field.map { ": nothing fits what it asks of \($0)" } ?? ""
        report(
          .onContradiction, [policy],
          "on of \(policy.id) contradicts itself, no item can meet it" + fault, shown)
        return false
      }
    }
    if !items.isEmpty {
      report(
        .onNothing, [policy], "none of the items that can be bought is covered by \(policy.id)",
        shown)
    }
    return false
  }

  private func otherCart(than ids: [String]) -> Cart {
    cart(of: items.first { !ids.contains($0.id) } ?? CartFamily.madeUpItem, 1)
  }

  // MARK: On which carts

  private mutating func checkCarts(
    _ policy: Policy, _ family: CartFamily, _ shopper: Shopper, at moment: Instant
  ) {
    var carts = family.carts
    if let whole = family.wholeStock { carts.append(whole) }
    var refused: [(reason: OfferReason, shown: PolicyFinding.Shown)] = []
    for cart in carts {
      guard let shown = show(shopper, [policy], cart, at: moment) else { continue }
      if shown.applies(policy) { return add(policy, carts, shown, family) }
      if let reason = shown.reason(of: policy) { refused.append((reason, shown)) }
    }
    if refused.contains(where: { $0.reason == .marginFloor }) {
      for cart in family.otherCarts + diluted(carts) {
        guard let shown = show(shopper, [policy], cart, at: moment) else { continue }
        if shown.applies(policy) { return add(policy, carts + [cart], shown, family) }
      }
    }
    guard let last = refused.last else { return }
    func shown(_ reason: OfferReason) -> PolicyFinding.Shown? {
      refused.last { $0.reason == reason }?.shown
    }
    if let shown = shown(.limitTotal) ?? shown(.budget), isUsedUp(policy, at: moment) {
      report(
        .usedUp, [policy],
        "limits.total or the budget of \(policy.id) is used up: nobody gets another coupon", shown
      )
    } else if let shown = shown(.budget) {
      report(
        .budgetBelowOne, [policy],
        "the budget of \(policy.id) is \(policy.budget ?? 0), and one coupon may cost "
          + "\(policy.worstCase ?? 0): none can be given", shown)
    } else if let shown = shown(.marginFloor) {
      report(
        .marginFloorAlways, [policy],
        "the margin floor of \(policy.id), \(policy.marginFloorPercent ?? 0) %, refuses it on each "
          + "of the \(refused.count) carts that were tried, and beside up to 10000 units of the "
          + "item with the most margin", shown)
    } else if let shown = shown(.noDiscount) {
      report(
        .neverDiscounts, [policy],
        "\(policy.id) takes nothing off any item that it covers: at the shop's prices they are "
          + "cheap enough already", shown)
    } else if let shown = shown(.minimumSpend) {
      report(
        .minimumSpendUnreachable, [policy],
        "all that is in stock of what \(policy.id) covers comes to less than min_spend", shown)
    } else if last.reason == .notOnItems {
      report(
        .unitsUnreachable, [policy],
        "there are fewer units in stock than \(policy.id) asks for", last.shown)
    }
  }

  private func isUsedUp(_ policy: Policy, at moment: Instant) -> Bool {
    shop.ledger.standing(ofPolicy: policy.id, at: moment).counted > 0
  }

  /// The carts beside many units of what keeps the most margin: if a floor holds anywhere, there.
  private func diluted(_ carts: [Cart]) -> [Cart] {
    guard var best = items.first(where: { $0.cost != nil }) else { return [] }
    for item in items where item.keepsMore(than: best) { best = item }
    var result: [Cart] = []
    for cart in carts {
      for units: Int64 in [1, 10, 100, 1_000, 10_000] {
        let more = self.cart(of: best, min(units, best.stock ?? .max))
        result.append(cart.union(Cart(lines: more.lines)))
      }
    }
    return result
  }

  private mutating func add(
    _ policy: Policy, _ carts: [Cart], _ shown: PolicyFinding.Shown, _ family: CartFamily
  ) {
    var firsts: [Cart] = []
    for cart in carts
    where !firsts.contains(where: { $0.lines.map(\.item) == cart.lines.map(\.item) }) {
      firsts.append(cart)
    }
    let subject = Subject(
      policy: policy, carts: carts, firstCarts: Array(firsts.prefix(5)), shown: shown)
    subjects.append(subject)
    checkValidity(of: subject)
    checkGift(of: subject)
  }

  private mutating func checkGift(of subject: Subject) {
    guard case .gift(let id) = subject.policy.gives else { return }
    let table = shop.facts.items
    let item = table.index(of: id).map { table[$0] }
    if let item, item.isAvailable(at: shop.now) { return }
    report(
      .giftUnknown, [subject.policy],
      item == nil
        ? "\(subject.policy.id) gives \(id), which is none of the shop's items"
        : "\(subject.policy.id) gives \(id), which cannot be had now", subject.shown)
  }
}
