import Shop

extension AffinityIndex {
  /// How often `similar` had to go through a row so far.
  package var similarWorkCount: Int { similarities.workCount }

  /// The items nearest to one, best first. Ties break by id; the first n of a list are the list of
  /// n.
  ///
  /// - Parameter rule: the rule that takes an item out, or nil for an item that may be shown.
  /// - Complexity: the item's row, and with `perTarget` that of each item looked at, once for each
  /// state of the baskets; O(lines) for the first question after a change where the measure, level
  /// or decay needs more than plain counts of baskets.
  package mutating func similar(
    _ query: SimilarQuery, facts: ShopFacts, rule: (Int32) -> String?
  ) -> SimilarAnswer {
    seen(from: query.viewpoint, orders: facts.orders) { index in
      index.nearest(query, facts: facts, rule: rule)
    }
  }

  private mutating func nearest(
    _ query: SimilarQuery, facts: ShopFacts, rule: (Int32) -> String?
  ) -> SimilarAnswer {
    guard query.item >= 0, Int(query.item) < baskets.itemBound else { return SimilarAnswer() }
    let transactions = Transactions(level: query.level, baskets: baskets, orders: facts.orders)
    let totals =
      query.counting.isPlain && query.measure != .expected
      ? SimilarityTotals(baskets)
      : similarities.totals(query.counting, revision: revision, transactions)
    let scorer = PairScorer(measure: query.measure, totals: totals, baskets: baskets)
    let names = facts.items.names
    if query.count <= SimilarLists.keptCount {
      let list = keptList(query, scorer, transactions, names)
      var entries = list.best.makeIterator()
      let answer = take(query, list.removed, scorer, transactions, names, rule) { entries.next() }
      if list.isWhole || answer.items.count == query.count { return answer }
    }
    // More is asked for than is kept, or the rules took out so many that it was not enough.
    var ranking = ranking(query, scorer, transactions)
    return take(query, ranking.removed, scorer, transactions, names, rule) { ranking.next(names) }
  }

  /// The first that the rules let through.
  private mutating func take(
    _ query: SimilarQuery, _ removed: [(rule: String, count: Int)], _ scorer: PairScorer,
    _ transactions: Transactions, _ names: NameTable, _ rule: (Int32) -> String?,
    next: () -> SimilarList.Entry?
  ) -> SimilarAnswer {
    let factor = scorer.totals.weights.factor(at: query.viewpoint.now)
    var answer = SimilarAnswer()
    answer.removed = removed
    while answer.items.count < query.count, let entry = next() {
      let item = entry.ranked.item
      if let refused = rule(item) {
        answer.remove(by: refused)
      } else if query.direction == .perTarget,
        !keeps(entry.ranked, query, scorer, transactions, names)
      {
        answer.remove(by: SimilarityReason.perTarget)
      } else {
        answer.items.append(
          SimilarItem(
            item: item, score: scorer.scaled(entry.ranked.score, by: factor),
            counts: scorer.counts(source: query.item, target: item, shared: entry.shared)))
      }
    }
    return answer
  }

  /// The beginning of the item's list, kept as `SimilarLists` says.
  private mutating func keptList(
    _ query: SimilarQuery, _ scorer: PairScorer, _ transactions: Transactions, _ names: NameTable
  ) -> SimilarList {
    if let known = similarities.lists.list(
      of: query.item, query.listSettings, revision, changes)
    {
      return known
    }
    var ranking = ranking(query, scorer, transactions)
    let list = ranking.list(of: SimilarLists.keptCount, names)
    similarities.lists.keep(list, of: query.item, query.listSettings, revision)
    return list
  }

  /// The items that share a transaction with the query's, by the measure alone.
  private mutating func ranking(
    _ query: SimilarQuery, _ scorer: PairScorer, _ transactions: Transactions
  ) -> SimilarRanking {
    similarities.workCount += 1
    var answer = SimilarAnswer()
    let row = similarityRow(of: query.item, query, transactions, scorer.totals)
    let sizes = histogram(of: query.item, query, transactions)
    var candidates: [Ranked] = []
    candidates.reserveCapacity(row.neighbours.count)
    for index in row.neighbours.indices {
      let target = row.neighbours[index]
      let counts = scorer.counts(source: query.item, target: target, shared: row.counts[index])
      if let reason = query.floor.refusing(counts) {
        answer.remove(by: reason)
        continue
      }
      let score = scorer.score(
        source: query.item, target: target, weight: row.weight(at: index), sizes: sizes)
      if score > 0 {
        candidates.append(Ranked(item: target, score: score))
      } else {
        answer.remove(by: SimilarityReason.chance)
      }
    }
    return SimilarRanking(
      candidates, row, removed: answer.removed,
      expected: max(query.count, SimilarLists.keptCount / 2))
  }

  /// Whether the query's item is among the best of a target, by the score of each source with it.
  private mutating func keeps(
    _ target: Ranked, _ query: SimilarQuery, _ scorer: PairScorer, _ transactions: Transactions,
    _ names: NameTable
  ) -> Bool {
    let settings = query.targetSettings
    let known = similarities.cuts.last(of: target.item, settings, revision, changes)
    guard
      let last =
        (known ?? learnCut(of: target.item, query, scorer, transactions, names)).source
    else { return true }
    return !RankedQueue.precedes(last, Ranked(item: query.item, score: target.score), names)
  }

  /// The last source that a target keeps.
  private mutating func learnCut(
    of target: Int32, _ query: SimilarQuery, _ scorer: PairScorer, _ transactions: Transactions,
    _ names: NameTable
  ) -> TargetCuts.Last {
    similarities.workCount += 1
    let row = similarityRow(of: target, query, transactions, scorer.totals)
    var sources: [Ranked] = []
    for index in row.neighbours.indices {
      let source = row.neighbours[index]
      let counts = scorer.counts(source: source, target: target, shared: row.counts[index])
      if query.floor.refusing(counts) != nil { continue }
      let sizes = histogram(of: source, query, transactions)
      let score = scorer.score(
        source: source, target: target, weight: row.weight(at: index), sizes: sizes)
      if score > 0 { sources.append(Ranked(item: source, score: score)) }
    }
    let isWhole = sources.count <= query.keptPerTarget
    var kept: [Ranked] = []
    if !isWhole {
      var queue = RankedQueue(sources, expected: query.keptPerTarget)
      while kept.count < query.keptPerTarget, let next = queue.next(names) { kept.append(next) }
    }
    return similarities.cuts.keep(
      kept, isWhole: isWhole, of: target, query.targetSettings, revision)
  }

  private mutating func similarityRow(
    of item: Int32, _ query: SimilarQuery, _ transactions: Transactions,
    _ totals: SimilarityTotals
  ) -> SimilarityRow {
    query.counting.isPlain
      ? SimilarityRow(row(of: item))
      : similarities.counter.row(of: item, transactions, totals.weights)
  }

  /// Nil where the measure needs none.
  private mutating func histogram(
    of item: Int32, _ query: SimilarQuery, _ transactions: Transactions
  ) -> SizeHistogram? {
    guard query.measure == .expected else { return nil }
    return similarities.histogram(
      of: item, query.counting, revision: revision, transactions)
  }
}
