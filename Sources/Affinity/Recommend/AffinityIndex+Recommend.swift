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
// the history, and as many of the popular as could be needed. Then come the rules, which bind every
// source, the best first, until the list is full. If it is not, the fallback fills it: what sells
// in the categories at hand, what sells, and what the shop has and never sold. So the list is short
// only when the rules leave nothing.

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
    let history = PurchaseHistory(
      of: query.customer, viewpoint: query.viewpoint, baskets: baskets, orders: facts.orders,
      scratch: takeHistoryScratch())
    defer { historyScratch = history.release() }
    let reach = query.count + query.basket.count + history.items.count
    let ranking = ranking(of: query, atLeast: reach, facts)
    let scorer = SlotScorer(
      query: query, history: history, popularity: ranking, names: names, index: &self)

    workspace.prepare(itemCount: max(facts.items.count, baskets.itemBound))
    for source in scorer.sources { workspace.add(source.row, times: source.factor) }
    for entry in history.items {
      workspace.add(repeats.share(of: entry.item) * entry.score, to: entry.item)
    }
    workspace.addToTouched(ranking.shares, times: AffinityIndex.popularityFactor)
    for item in ranking.order.prefix(reach) where workspace.scores[Int(item)] == 0 {
      workspace.add(AffinityIndex.popularityFactor * ranking.share(of: item), to: item)
    }
    let candidates = workspace.drain(without: query.basket)

    var list = SlotList(count: query.count, rule: rule)
    var queue = RankedQueue(candidates, expected: query.count)
    while !list.isFull, let next = queue.next(names) {
      let isOwn = history.weight(of: next.item) > 0
      if query.repeats == .only, !isOwn { continue }
      if query.repeats == .none, isOwn {
        list.remove(next.item, by: "repeats")
        continue
      }
      list.offer(next.item) { scorer.slot(next.item, repeats: repeats) }
    }
    if query.repeats == .only {
      // What was bought once, in a shop to which nobody has come back yet, scores nothing and is
      // the answer all the same.
      let basket = Set(query.basket)
      for entry in history.heaviest(history.items.count, names: names)
      where !list.isFull && !basket.contains(entry.item) {
        list.offer(entry.item) {
          var slot = scorer.slot(entry.item, repeats: repeats)
          slot.source = .repeatPurchase
          slot.because = [entry.item]
          return slot
        }
      }
    } else if !list.isFull {
      let fallback = Fallback(
        query: query, history: history, ranking: self.ranking(of: query, atLeast: .max, facts),
        items: facts.items)
      fallback.fill(&list)
    }
    return Recommendation(slots: list.slots, removed: list.removed)
  }

  private mutating func ranking(
    of query: RecommendQuery, atLeast count: Int, _ facts: ShopFacts
  ) -> Popularity {
    popularity.ranking(
      at: query.viewpoint.now, channel: query.channel, atLeast: count, revision: revision,
      baskets: baskets, orders: facts.orders, names: facts.items.names)
  }
}
