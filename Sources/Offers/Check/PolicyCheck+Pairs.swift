import Shop

extension PolicyCheck {
  /// Each policy alone, then each two of them, on the carts of both.
  mutating func checkTogether() {
    for subject in subjects {
      for cart in subject.carts {
        checkStack([subject.policy], subject.shopper, cart, at: subject.shown.moment)
      }
    }
    for (place, subject) in subjects.enumerated() {
      for other in subjects[..<place] where isComplete { checkPair(other, subject) }
    }
  }

  private mutating func checkPair(_ one: Subject, _ other: Subject) {
    let pair = [one.policy, other.policy]
    guard
      let moment = PolicyWindow.firstOpening(
        of: pair.map(\.window), from: shop.now, in: shop.zone),
      let shopper = shop.shopper(for: pair, at: moment)
    else { return }
    // All that this customer could hold then: a stack is rarely of two alone.
    let all = subjects.map(\.policy).filter { shop.fits(shopper, $0, at: moment) }
    var meeting = Meeting()
    for cart in carts(of: one, other) {
      guard let shown = show(shopper, pair, cart, at: moment) else { continue }
      meeting.add(shown, one.policy, other.policy) { policy in
        show(shopper, [policy], cart, at: moment)
      }
      checkStack(all, shopper, cart, at: moment)
    }
    report(meeting, one.policy, other.policy)
  }

  private func carts(of one: Subject, _ other: Subject) -> [Cart] {
    var carts = one.carts + other.carts
    for cart in one.firstCarts {
      for more in other.firstCarts { carts.append(cart.union(more)) }
    }
    var unique: [Cart] = []
    for cart in carts where !unique.contains(cart) { unique.append(cart) }
    return unique
  }

  /// What two policies did on the carts of both.
  private struct Meeting {
    /// Both on one cart.
    var together: PolicyFinding.Shown?
    /// A cart on which each applies alone, and not both.
    var apart: PolicyFinding.Shown?
    /// Carts on which the first, and the second, was the one that applied; and on which each
    /// applies alone at all.
    var wins = [0, 0]
    var alone = [0, 0]
    /// A cart on which the second takes more off than the first, and the other way round.
    var beaten: [PolicyFinding.Shown?] = [nil, nil]

    mutating func add(
      _ shown: PolicyFinding.Shown, _ one: Policy, _ other: Policy,
      ask: (Policy) -> PolicyFinding.Shown?
    ) {
      let applies = [shown.applies(one), shown.applies(other)]
      if applies[0], applies[1] {
        together = together ?? shown
        return
      }
      if !Stack.conflict(one, other) { return }
      let single = [ask(one), ask(other)]
      let can = [single[0]?.applies(one) ?? false, single[1]?.applies(other) ?? false]
      for place in 0...1 {
        if can[place] { alone[place] += 1 }
        if applies[place] { wins[place] += 1 }
      }
      guard can[0], can[1] else { return }
      apart = apart ?? shown
      let discounts = single.map { $0?.quote.discount ?? 0 }
      if discounts[0] < discounts[1] { beaten[0] = beaten[0] ?? shown }
      if discounts[1] < discounts[0] { beaten[1] = beaten[1] ?? shown }
    }
  }

  private mutating func report(_ meeting: Meeting, _ one: Policy, _ other: Policy) {
    let pair = [one, other]
    if one.content == other.content, let shown = meeting.together ?? meeting.apart {
      report(
        .duplicate, pair, "\(one.id) and \(other.id) are the same but for their names", shown)
      return
    }
    let states = pair.map { $0.source["stacking"] != nil }
    if let shown = meeting.together, !states[0], !states[1] {
      report(
        .overlapStacks, pair,
        "\(one.id) and \(other.id) can be used on one cart, by the same customer at the same "
          + "time, and neither says in stacking that this is meant", shown)
    }
    if let shown = meeting.apart, one.stacking.exclusive != other.stacking.exclusive,
      !states[one.stacking.exclusive ? 1 : 0]
    {
      let (alone, shut) = one.stacking.exclusive ? (one, other) : (other, one)
      report(
        .overlapExcludes, pair,
        "\(alone.id) is exclusive and shuts out \(shut.id), which says nothing of stacking", shown)
    }
    for place in 0...1 {
      let (loser, winner) = (pair[place], pair[1 - place])
      guard let shown = meeting.beaten[place], meeting.wins[place] == 0,
        meeting.alone[place] <= meeting.alone[1 - place], isInside(loser, winner)
      else { continue }
      report(
        .neverBest, [loser, winner],
        "who holds \(winner.id) never uses \(loser.id): on none of the "
          + "\(meeting.alone[place]) carts on which it applies does it take more off", shown)
    }
  }

  /// Whether whoever can use the one can use the other, then.
  private func isInside(_ one: Policy, _ other: Policy) -> Bool {
    guard one.gives.isDiscount, other.gives.isDiscount else { return false }
    if let wider = other.audience {
      if one.audience?.source != wider.source { return false }
    }
    let (own, wide) = (one.window, other.window)
    let sameDates = own.from == wide.from && own.until == wide.until
    let sameHours = own.weekdays == wide.weekdays && own.hours == wide.hours
    return (sameDates || wide.from == nil && wide.until == nil)
      && (sameHours || wide.weekdays == PolicyWindow.everyWeekday && wide.hours.isEmpty)
  }
}

extension Policy {
  /// What it says, but for how it is called and what is expected of it.
  fileprivate var content: Value {
    guard case .object(let members) = source else { return source }
    let names: Set<String> = ["id", "title", "prior", "state"]
    return Value.object(members.filter { !names.contains($0.name) }).canonical
  }
}
