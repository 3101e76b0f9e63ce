import Shop

// How `recommend` answers
// -----------------------
//   gather   what basket, history, similar customers and browsing say of each item  (`Recall`)
//   stream   all candidates by their recall score, behind them all that sells (`CandidateStream`)
//   head     the first 128 of the stream, put in order by the learned ranker  (`Ranker`)
//   tail     the rest of the stream, as it comes; behind it what nothing scores (`Fallback`)
//
// Rules bind all of it, the best first, until the list is full: so a list is short only when the
// rules leave nothing. A question with a condition has its head taken from what the condition lets
// through, since else the ranker would order what is then thrown away. Neither the head nor the
// order depends on how many are asked for: the first n of a list are the list of n.
//
// Scores are those of the ranker, from the least that its trees can give on, so all are above zero;
// the tail lies below the last of the head, and the fallback at zero. What the shop prefers
// (boosts, margin, the mix of a tier) multiplies the scores of the head. A question about nobody
// and nothing has no head: what sells, sells. The parts of a slot add up to its score.

extension AffinityIndex {
  /// Candidates that the ranker puts in order.
  package static let headCount = 128
  /// Sources named in `because`.
  static let maximumReasons = 3

  /// Answers a question. Ties break by id; the first n of a list are the list of n.
  ///
  /// - Parameter rule: the rule that takes an item out, or nil for an item that may be shown; asked
  /// at most once an item. - Complexity: the neighbours of the basket's and history's items, and
  /// what `SimilarCustomers` reads; O(items) where rules leave almost nothing.
  package mutating func recommend(
    _ query: RecommendQuery, facts: ShopFacts, ranker: Ranker, rule: (Int32) -> String?
  ) -> Recommendation {
    withoutActuallyEscaping(rule) { rule in
      seen(from: query.viewpoint, orders: facts.orders) { index in
        index.answer(query, facts: facts, ranker: ranker, rule: rule)
      }
    }
  }

  mutating func answer(
    _ query: RecommendQuery, facts: ShopFacts, ranker: Ranker, rule: @escaping (Int32) -> String?
  ) -> Recommendation {
    let recall = Recall(query, facts: facts, index: &self)
    defer { cells.clear() }
    var stream = CandidateStream(query, recall, facts: facts, index: &self)
    var list = SlotList(query, marks: facts.items.marks, rule: rule)
    offerIncluded(query, to: &list)
    var ceiling: Double?
    let model = ranker.model(for: query, recall)
    let isWeighed = query.preference != nil || query.mix != nil || query.diversity > 0
    if model != nil || isWeighed || !recall.browsing.items.isEmpty {
      let head = Head(query, recall, &stream, model, facts: facts, index: &self, list: &list)
      var queue = RankedQueue(head.ranked, expected: query.count)
      if query.diversity > 0 {
        offerDiverse(head, &queue, query, recall, facts, to: &list)
      } else {
        while !list.isFull, let next = queue.next(facts.items.names) {
          if !list.takes(next.item) { continue }
          list.append(head.slot(next, query, recall, index: self, names: facts.items.names))
        }
      }
      ceiling = head.floor
    }
    while !list.isFull, let next = stream.next(facts, &self) {
      if refusesRepeat(next.item, query, &list) || !list.takes(next.item) { continue }
      list.append(
        recall.slot(
          next, below: ceiling, stream.popularity, index: self, names: facts.items.names))
    }
    if list.isFull { return Recommendation(slots: list.slots, removed: list.removed) }
    if query.repeats == .only {
      offerUnscored(recall, facts.items.names, to: &list)
      if list.slots.isEmpty, list.removed.isEmpty {
        // Nothing of the customer's own was there to be refused.
        list.count("repeats", facts.items.liveCount)
      }
    } else {
      offerRest(query, recall, facts, to: &list)
    }
    return Recommendation(slots: list.slots, removed: list.removed)
  }

  /// Spreads out the head; what lies behind it comes as it is.
  private mutating func offerDiverse(
    _ head: Head, _ queue: inout RankedQueue, _ query: RecommendQuery, _ recall: Recall,
    _ facts: ShopFacts, to list: inout SlotList
  ) {
    let names = facts.items.names
    var window = DiverseWindow(diversity: query.diversity, marks: facts.items.marks)
    for slot in list.slots { window.note(slot.item, evidence(of: slot.item)) }
    while !list.isFull {
      while !window.isFull, let next = queue.next(names) {
        if !list.hasSeen(next.item), list.admits(next.item) { window.append(next) }
      }
      guard let best = window.takeBest() else { return }
      if !list.takes(best.ranked.item) { continue }
      list.append(
        head.slot(best.ranked, query, recall, index: self, names: names, penalty: best.penalty))
      window.note(best.ranked.item, evidence(of: best.ranked.item))
    }
  }

  /// What the question asks for comes first and has no score: it was not weighed.
  private func offerIncluded(_ query: RecommendQuery, to list: inout SlotList) {
    for item in query.include where !cells.isClosed(item) {
      if refusesRepeat(item, query, &list) || !list.takes(item) { continue }
      list.append(
        RecommendSlot(item: item, score: 0, source: .included, because: [], parts: ScoreParts()))
    }
  }

  /// Whether the question leaves the item out because the customer bought it.
  func refusesRepeat(_ item: Int32, _ query: RecommendQuery, _ list: inout SlotList) -> Bool {
    guard query.repeats == .none, cells[item].own > 0 else { return false }
    list.remove(item, by: "repeats")
    return true
  }

  /// What was bought once, in a shop to which nobody has come back yet, scores nothing and is the
  /// answer to `only` all the same.
  private func offerUnscored(_ recall: Recall, _ names: NameTable, to list: inout SlotList) {
    let entries = recall.history.entries
    for entry in recall.history.heaviest(entries.count, names: names, cells: cells)
    where !list.isFull && !cells.isClosed(entry.item) && list.takes(entry.item) {
      list.append(
        RecommendSlot(
          item: entry.item, score: 0, source: .repeatPurchase, because: [entry.item],
          parts: ScoreParts()))
    }
  }

  /// Fills what is open with items that nothing scores.
  private func offerRest(
    _ query: RecommendQuery, _ recall: Recall, _ facts: ShopFacts, to list: inout SlotList
  ) {
    let fallback = Fallback(
      sources: query.basket.isEmpty ? recall.history.entries.map(\.item) : query.basket,
      items: facts.items, baskets: baskets)
    let rest = fallback.ranked { item in
      cells.isClosed(item) || list.hasSeen(item)
        || query.repeats == .none && cells[item].own > 0
    }
    var queue = RankedQueue(rest, expected: query.count)
    while !list.isFull, let next = queue.next(facts.items.names) {
      if !list.takes(next.item) { continue }
      list.append(
        RecommendSlot(
          item: next.item, score: 0, source: fallback.source(of: next.item), because: [],
          parts: ScoreParts()))
    }
  }

  mutating func ranking(
    of query: RecommendQuery, atLeast count: Int, _ facts: ShopFacts
  ) -> Popularity {
    popularity.ranking(
      at: query.viewpoint.now, channel: query.channel, atLeast: count,
      baskets: baskets, orders: facts.orders, names: facts.items.names)
  }
}
