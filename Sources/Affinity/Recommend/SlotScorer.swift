import Shop

/// Knows the sources of one question, and what each says of an item.
struct SlotScorer {
  struct Source {
    var item: Int32
    var row: EvidenceRow
    var factor: Double
    var isBasket: Bool
  }

  /// Basket items ascending by id, then history items ascending by id: the fixed order of
  /// summation.
  private(set) var sources: [Source] = []
  private let popularity: Popularity
  private let names: NameTable

  init(
    query: RecommendQuery, history: PurchaseHistory, popularity: Popularity, names: NameTable,
    index: inout AffinityIndex
  ) {
    self.popularity = popularity
    self.names = names
    var basket = query.basket.filter { index.baskets.count(of: $0) > 0 }
    if basket.count > AffinityIndex.maximumBasketSources {
      let lightest = basket.map { item in
        Ranked(item: item, score: -Double(index.baskets.itemWeights[Int(item)]))
      }
      basket = lightest.sorted { RankedQueue.precedes($0, $1, names) }
        .prefix(AffinityIndex.maximumBasketSources).map(\.item)
    }
    basket.sort { names.precedes($0, $1) }
    let basketFactor = AffinityIndex.basketFactor / Double(max(1, basket.count)).squareRoot()
    for item in basket {
      sources.append(
        Source(
          item: item, row: index.evidence(of: item), factor: basketFactor, isBasket: true))
    }
    let beta =
      query.repeats == .none
      ? AffinityIndex.historyFactorWithoutRepeats : AffinityIndex.historyFactorWithRepeats
    let past = history.heaviest(AffinityIndex.maximumHistorySources, names: names)
      .filter { !query.basket.contains($0.item) }
      .sorted { names.precedes($0.item, $1.item) }
    for entry in past {
      sources.append(
        Source(
          item: entry.item, row: index.evidence(of: entry.item), factor: beta * entry.score,
          isBasket: false))
    }
  }

  /// The slot of an item, taken apart: its parts, the largest of them as the source, and what
  /// speaks for it.
  func slot(_ item: Int32, bought: Double, repeats: RepeatIndex) -> RecommendSlot {
    var parts = ScoreParts()
    var voices: [Ranked] = []
    for source in sources {
      let amount = source.row.strength(of: item) * source.factor
      if amount == 0 { continue }
      voices.append(Ranked(item: source.item, score: amount))
      if source.isBasket { parts.basket += amount } else { parts.history += amount }
    }
    parts.ownRepeat = repeats.share(of: item) * bought
    parts.popularity = AffinityIndex.popularityFactor * popularity.share(of: item)
    let together = parts.basket + parts.history
    var slot = RecommendSlot(
      item: item, score: parts.sum, source: .coPurchase, because: [], parts: parts)
    if parts.ownRepeat >= together, parts.ownRepeat >= parts.popularity, parts.ownRepeat > 0 {
      slot.source = .repeatPurchase
      slot.because = [item]
    } else if together >= parts.popularity, together > 0 {
      let names = self.names
      slot.because = voices.sorted { RankedQueue.precedes($0, $1, names) }
        .prefix(AffinityIndex.maximumReasons).map(\.item)
    } else {
      slot.source = popularity.isRecent ? .trending : .popular
    }
    return slot
  }
}

/// The list as it fills: what was taken, what a rule took out.
struct SlotList {
  private(set) var slots: [RecommendSlot] = []
  private(set) var removed: [(rule: String, count: Int)] = []
  private var seen: Set<Int32> = []
  private let count: Int
  private let rule: (Int32) -> String?

  init(count: Int, rule: @escaping (Int32) -> String?) {
    self.count = count
    self.rule = rule
  }

  var isFull: Bool { slots.count >= count }

  /// Takes an item unless it was seen before or a rule is against it.
  mutating func offer(_ item: Int32, _ slot: () -> RecommendSlot) {
    guard !isFull, seen.insert(item).inserted else { return }
    if let rule = rule(item) {
      count(rule)
    } else {
      slots.append(slot())
    }
  }

  /// Takes note that the question itself leaves the item out.
  mutating func remove(_ item: Int32, by rule: String) {
    if seen.insert(item).inserted { count(rule) }
  }

  /// Whether an item was taken or refused.
  func hasSeen(_ item: Int32) -> Bool { seen.contains(item) }

  /// Takes note that a rule was against so many items.
  mutating func count(_ rule: String, _ amount: Int = 1) {
    if let index = removed.firstIndex(where: { $0.rule == rule }) {
      removed[index].count += amount
    } else {
      removed.append((rule: rule, count: amount))
    }
  }
}
