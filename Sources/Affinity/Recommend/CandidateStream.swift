import Shop

/// All candidates of a question by their recall scores, read as far as they are needed.
///
/// Two rankings are read as one: what some source touched, and behind it all that sells, item by
/// item. So the first n are the same whatever is asked for. Where sales are not to speak, what
/// sells comes last and has no score.
struct CandidateStream {
  private var queue: RankedQueue
  private var candidate: Ranked?
  private var seller: (entry: Ranked, position: Int)?
  private let query: RecommendQuery
  private let sellsSpeak: Bool
  private(set) var popularity: Popularity

  init(
    _ query: RecommendQuery, _ recall: borrowing Recall, facts: borrowing ShopFacts,
    index: inout AffinityIndex
  ) {
    self.query = query
    sellsSpeak = query.hears(.trending)
    let popularity =
      sellsSpeak ? index.ranking(of: query, atLeast: max(64, query.count), facts) : Popularity()
    self.popularity = popularity
    var candidates: [Ranked] = []
    candidates.reserveCapacity(index.cells.touchedBound)
    let repeats = index.repeats
    index.cells.forEach { item, cell in
      if query.repeats == .only, cell.own == 0 { return }
      let score = recall.score(item, cell, repeats: repeats, popularity: popularity)
      if score > 0 { candidates.append(Ranked(item: item, score: score)) }
    }
    let expected = query.voices == nil ? AffinityIndex.headCount / 2 + 16 : 0
    queue = RankedQueue(candidates, expected: max(query.count, expected))
    candidate = queue.next(facts.items.names)
    if query.repeats != .only, sellsSpeak || candidate == nil {
      seller = nextSeller(0, facts, &index)
    }
  }

  /// The next best, or nil where nothing more has a score.
  mutating func next(_ facts: ShopFacts, _ index: inout AffinityIndex) -> Ranked? {
    let names = facts.items.names
    if let own = candidate, seller.map({ RankedQueue.precedes(own, $0.entry, names) }) ?? true {
      candidate = queue.next(names)
      if candidate == nil, !sellsSpeak, query.repeats != .only {
        seller = nextSeller(0, facts, &index)
      }
      return own
    }
    guard let best = seller else { return nil }
    seller = nextSeller(best.position + 1, facts, &index)
    return best.entry
  }

  /// The next item that sells and that no source touched, from a position of the order on.
  private mutating func nextSeller(
    _ start: Int, _ facts: ShopFacts, _ index: inout AffinityIndex
  ) -> (entry: Ranked, position: Int)? {
    var position = start
    while true {
      if position >= popularity.order.count {
        popularity = index.ranking(of: query, atLeast: max(64, query.count, position * 4), facts)
        if position >= popularity.order.count { return nil }
      }
      let item = popularity.order[position]
      if !index.cells.isTouched(item) {
        let score = sellsSpeak ? Recall.popularityFactor * popularity.share(of: item) : 0
        return (Ranked(item: item, score: score), position)
      }
      position += 1
    }
  }
}
