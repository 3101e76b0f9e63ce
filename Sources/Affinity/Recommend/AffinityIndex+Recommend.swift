import Shop

// How `recommend` ranks
// ---------------------
//   score(j) =  50 / sqrt(|B|) x sum over i in B of K(i, j)    B: the basket      -> co_purchase
//            +  beta x sum over i in H of h(i) x K(i, j)       H: the 20 heaviest of the history
//            +  rho(j) x h(j)                                  bought before      -> repeat
//            +  2 x p(j)                                       sells now          -> trending
//
// K is the evidence of `Evidence.swift`, h the customer's history (`PurchaseHistory`), rho how
// often the item is bought again (`RepeatIndex`), p its share of recent baskets (`Popularity`).
// beta is 0.05 where repeats may be shown and 1 where they may not. The constants are one set for
// all shops, chosen on half of Ta-Feng's customers and held against the other half, against Online
// Retail's baskets of two months, and against Groceries.
//
// The terms are absolute, so the parts of a slot add up to its score, and what a basket says is not
// diluted by what else is known. Candidates are all that any term touches: the rows of evidence,
// the history, and everything that sells, which is read only as far as it is needed. Then come the
// rules, which bind every source, the best first, until the list is full. If it is not, the
// fallback fills it with what scores nothing (`Fallback`). So the list is short only when the rules
// leave nothing.

extension AffinityIndex {
  static let basketFactor = 50.0
  static let historyFactorWithRepeats = 0.05
  static let historyFactorWithoutRepeats = 1.0
  static let popularityFactor = 2.0
  static let maximumHistorySources = 20
  /// Basket items whose evidence is read; of a larger basket those of the least weight, which say
  /// most.
  static let maximumBasketSources = 100
  /// Sources named in `because`.
  static let maximumReasons = 3

  /// Answers a question. Ties break by id; the first n of a list are the list of n.
  ///
  /// - Parameter rule: the rule that takes an item out, or nil for an item that may be shown; asked
  /// at most once an item. - Complexity: the neighbours of the basket's and history's items;
  /// O(items) where rules leave almost nothing.
  package mutating func recommend(
    _ query: RecommendQuery, facts: ShopFacts, rule: (Int32) -> String?
  ) -> Recommendation {
    withoutActuallyEscaping(rule) { rule in
      seen(from: query.viewpoint, orders: facts.orders) { index in
        index.answer(query, facts: facts, rule: rule)
      }
    }
  }

  private mutating func answer(
    _ query: RecommendQuery, facts: ShopFacts, rule: @escaping (Int32) -> String?
  ) -> Recommendation {
    let names = facts.items.names
    workspace.prepare(itemCount: max(facts.items.count, baskets.itemBound))
    let history = PurchaseHistory(
      of: query.customer, viewpoint: query.viewpoint, baskets: baskets, orders: facts.orders,
      workspace: &workspace)
    defer { workspace.clear(history) }
    let reach = query.count + query.basket.count + history.items.count
    var ranking = ranking(of: query, atLeast: reach, facts)
    let scorer = SlotScorer(
      query: query, history: history, popularity: ranking, names: names, index: &self)

    for source in scorer.sources { workspace.add(source.row, times: source.factor) }
    for entry in history.items {
      workspace.add(repeats.share(of: entry.item) * entry.score, to: entry.item)
    }
    workspace.addToTouched(ranking.shares, times: AffinityIndex.popularityFactor)
    for item in query.basket { workspace.close(item) }

    // Two rankings are read as one: what some term touched, and behind it all that sells, item by
    // item, as far as the rules and the count ask for it. So the list is the same prefix of one
    // order whatever is asked for.
    var queue = RankedQueue(workspace.candidates(), expected: query.count)
    var candidate = queue.next(names)
    var seller = query.repeats == .only ? nil : nextSeller(0, query, &ranking, facts)
    var list = SlotList(count: query.count, rule: rule)
    while !list.isFull {
      let next: Ranked
      if let own = candidate, seller.map({ RankedQueue.precedes(own, $0.entry, names) }) ?? true {
        next = own
        candidate = queue.next(names)
      } else if let best = seller {
        next = best.entry
        seller = nextSeller(best.position + 1, query, &ranking, facts)
      } else {
        break
      }
      let bought = workspace.bought[Int(next.item)]
      if query.repeats == .only, bought == 0 { continue }
      if query.repeats == .none, bought > 0 {
        list.remove(next.item, by: "repeats")
        continue
      }
      list.offer(next.item) { scorer.slot(next.item, bought: bought, repeats: repeats) }
    }
    if list.isFull { return Recommendation(slots: list.slots, removed: list.removed) }
    if query.repeats == .only {
      offerUnscored(history, scorer, names, to: &list)
      if list.slots.isEmpty, list.removed.isEmpty {
        // Nothing of the customer's own was there to be refused.
        list.count("repeats", facts.items.liveCount)
      }
    } else {
      offerRest(query, history, scorer, facts, to: &list)
    }
    return Recommendation(slots: list.slots, removed: list.removed)
  }

  /// The next item that sells and that no other term touched, from a position of the ranking on.
  private mutating func nextSeller(
    _ start: Int, _ query: RecommendQuery, _ ranking: inout Popularity, _ facts: ShopFacts
  ) -> (entry: Ranked, position: Int)? {
    var position = start
    while true {
      if position >= ranking.order.count {
        ranking = self.ranking(of: query, atLeast: max(64, position * 4), facts)
        if position >= ranking.order.count { return nil }
      }
      let item = ranking.order[position]
      if workspace.scores[Int(item)] == 0 {
        let score = AffinityIndex.popularityFactor * ranking.share(of: item)
        return (Ranked(item: item, score: score), position)
      }
      position += 1
    }
  }

  /// What was bought once, in a shop to which nobody has come back yet, scores nothing and is the
  /// answer to `only` all the same.
  private func offerUnscored(
    _ history: PurchaseHistory, _ scorer: SlotScorer, _ names: NameTable, to list: inout SlotList
  ) {
    for entry in history.heaviest(history.items.count, names: names)
    where !list.isFull && workspace.scores[Int(entry.item)] == 0 {
      list.offer(entry.item) {
        var slot = scorer.slot(entry.item, bought: entry.score, repeats: repeats)
        slot.source = .repeatPurchase
        slot.because = [entry.item]
        return slot
      }
    }
  }

  /// Fills what is open with items that nothing scores.
  private func offerRest(
    _ query: RecommendQuery, _ history: PurchaseHistory, _ scorer: SlotScorer, _ facts: ShopFacts,
    to list: inout SlotList
  ) {
    let fallback = Fallback(
      sources: query.basket.isEmpty ? history.items.map(\.item) : query.basket,
      items: facts.items, baskets: baskets)
    let rest = fallback.ranked { item in
      workspace.scores[Int(item)] != 0 || list.hasSeen(item)
        || query.repeats == .none && workspace.bought[Int(item)] > 0
    }
    var queue = RankedQueue(rest, expected: query.count)
    while !list.isFull, let next = queue.next(facts.items.names) {
      list.offer(next.item) {
        var slot = scorer.slot(
          next.item, bought: workspace.bought[Int(next.item)], repeats: repeats)
        slot.source = fallback.source(of: next.item)
        slot.because = []
        return slot
      }
    }
  }

  private mutating func ranking(
    of query: RecommendQuery, atLeast count: Int, _ facts: ShopFacts
  ) -> Popularity {
    popularity.ranking(
      at: query.viewpoint.now, channel: query.channel, atLeast: count, revision: revision,
      baskets: baskets, orders: facts.orders, names: facts.items.names)
  }
}
