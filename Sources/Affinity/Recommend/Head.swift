import Shop

/// The best candidates of a question, in the order of the learned ranker.
struct Head {
  /// By recall score, with the ranker's.
  private(set) var ranked: [Ranked] = []
  /// The least of the scores.
  private(set) var floor: Double?
  private var candidates: [Ranked] = []
  private var features: RankFeatures
  private let model: Ranker.Model?
  private let popularity: Popularity
  private let guests: Guests
  /// What each candidate's score is before the mix and what the shop prefers.
  private var plain: [Double]
  /// How much of it is owed to browsing, where the model does not know of it.
  private var risen: [Double] = []
  /// What the customer's mix multiplies each candidate's score by; empty without one.
  private let mixed: [Double]
  /// Guests whose scores are owed to what they stand on.
  private var lifted: Set<Int32> = []

  init(
    _ query: RecommendQuery, _ recall: borrowing Recall, _ stream: inout CandidateStream,
    _ model: Ranker.Model?, facts: borrowing ShopFacts, index: inout AffinityIndex,
    list: inout SlotList
  ) {
    self.model = model
    var missing: [Int32] = []
    var count = 0
    while count < AffinityIndex.headCount, let next = stream.next(facts, &index) {
      if list.hasSeen(next.item) || index.refusesRepeat(next.item, query, &list) { continue }
      let isMissing =
        facts.items.marks[Int(next.item)].isRestricted
        && !facts.items.items[Int(next.item)].isAvailable(at: query.viewpoint.now)
      if isMissing, missing.count < Guests.maximumMissingCount { missing.append(next.item) }
      if query.isNarrowed, !list.admits(next.item) {
        // What cannot be had is not shown, but its substitutes ask for its score.
        if missing.last == next.item { candidates.append(next) }
        continue
      }
      candidates.append(next)
      count += 1
    }
    popularity = stream.popularity
    guests = Guests(query, recall, missing: missing, facts: facts, index: &index, list: &list)
    for item in guests.items where !candidates.contains(where: { $0.item == item }) {
      let score = recall.score(
        item, index.cells[item], repeats: index.repeats, popularity: popularity)
      candidates.append(Ranked(item: item, score: score))
    }
    features = RankFeatures(
      of: candidates, recall, query: query, popularity: stream.popularity, facts: facts,
      index: &index)
    plain = model?.scores(features.values, count: candidates.count) ?? candidates.map(\.score)
    ranked.reserveCapacity(candidates.count)
    mixed =
      query.mix?.factors(
        of: candidates, recall, query, popularity, guests: guests, facts: facts, index: index)
      ?? []
    if model?.knowsBrowsing != true, !recall.browsing.items.isEmpty { rise(index.cells) }
    letIn()
    for (place, candidate) in candidates.enumerated() {
      var weighed = plain[place] * (mixed.isEmpty ? 1 : mixed[place])
      if let preference = query.preference?(candidate.item) {
        weighed *= preference.boost * preference.margin
      }
      ranked.append(Ranked(item: candidate.item, score: weighed))
    }
    floor = ranked.lazy.map(\.score).min()
  }

  /// Raises what the customer looks at, as `Browsing` says.
  private mutating func rise(_ cells: ItemCells) {
    guard let greatest = plain.max(), let least = plain.min() else { return }
    risen = candidates.map {
      Browsing.rise(cells[$0.item].browsed, spread: greatest - least)
    }
    for place in plain.indices { plain[place] += risen[place] }
  }

  /// Gives the guests that stand on something else than their own features the scores of that.
  private mutating func letIn() {
    if guests.items.isEmpty { return }
    let own = plain
    let lifts = Guests.lifts(plain)
    for (place, candidate) in candidates.enumerated() {
      switch guests.origins[candidate.item] {
      case .substitute(let missing, let likeness):
        guard let other = candidates.firstIndex(where: { $0.item == missing }) else { continue }
        plain[place] = max(own[place], likeness * own[other])
      case .newItem(let rank):
        plain[place] = max(own[place], rank < lifts.count ? lifts[rank] : 0)
      case .accessory, .upgrade, nil: continue
      }
      if plain[place] > own[place] { lifted.insert(candidate.item) }
    }
  }

  /// The slot of one of the candidates: the shares of its features in the score, summed up by the
  /// source that they are of, and the greatest of those as the slot's source.
  ///
  /// - Parameter penalty: what resembling an earlier slot takes off.
  func slot(
    _ entry: Ranked, _ query: RecommendQuery, _ recall: Recall, index: AffinityIndex,
    names: NameTable, penalty: Double = 0
  ) -> RecommendSlot {
    let cell = index.cells[entry.item]
    let place = candidates.firstIndex { $0.item == entry.item }
    let mix = mixed.isEmpty ? 1 : place.map { mixed[$0] } ?? 1
    let preference = query.preference?(entry.item)
    let plain = entry.score / (mix * (preference.map { $0.boost * $0.margin } ?? 1))
    let origin = guests.origins[entry.item]
    var parts = ScoreParts()
    var source: RecommendSource?
    var because: [Int32] = []
    switch origin {
    case .substitute(let missing, _) where lifted.contains(entry.item):
      parts[.substitute] = plain
      (source, because) = (.substitute, [missing])
    case .newItem where lifted.contains(entry.item):
      parts[.newItem] = plain
      source = .newItem
    default:
      if let model, let place {
        addShares(of: place, model, to: &parts)
        if !risen.isEmpty { parts[.browsing] += risen[place] }
        // What all trees start from, and the rounding of the sums.
        parts[.base] += plain - parts.sum
      } else {
        parts = recall.parts(entry.item, cell, repeats: index.repeats, popularity: popularity)
        if let place, !risen.isEmpty { parts[.browsing] += risen[place] }
      }
      switch origin {
      case .upgrade(let owned): (source, because) = (.upgrade, [owned])
      case .accessory(let owned): (source, because) = (.accessory, [owned])
      case .newItem: source = .newItem
      case .substitute(let missing, _)
      where !index.cells.isTouched(entry.item) && popularity.share(of: entry.item) == 0:
        (source, because) = (.substitute, [missing])
      default: break
      }
    }
    let found = source ?? Head.source(parts, cell, isRecent: popularity.isRecent)
    if source == nil { because = recall.because(found, entry.item, names, index.cells) }
    if !mixed.isEmpty { parts[.mix] = plain * (mix - 1) }
    if let preference {
      parts[.boost] = plain * mix * (preference.boost - 1)
      parts[.margin] = entry.score - plain * mix * preference.boost
    }
    parts[.diversity] = -penalty
    return RecommendSlot(
      item: entry.item, score: entry.score - penalty, source: found, because: because,
      parts: parts, similarCustomerCount: cell.similarCount)
  }

  /// Adds what each feature of a candidate contributes to its source's part.
  private func addShares(of place: Int, _ model: Ranker.Model, to parts: inout ScoreParts) {
    features.values.withUnsafeBufferPointer { values in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: RankFeature.count) { shares in
        let start = place * RankFeature.count
        let row = UnsafeBufferPointer(rebasing: values[start..<start + RankFeature.count])
        model.trees.contributions(row, into: shares)
        for feature in RankFeature.allCases { parts[feature.part] += shares[feature.rawValue] }
      }
    }
  }

  /// The source whose part is the greatest, of those that know the item at all.
  private static func source(
    _ parts: ScoreParts, _ cell: ItemCell, isRecent: Bool
  ) -> RecommendSource {
    var best = (
      source: isRecent ? RecommendSource.trending : .popular, amount: parts[.popularity]
    )
    func offer(_ source: RecommendSource, _ amount: Double, _ isKnown: Bool) {
      if isKnown, amount >= best.amount { best = (source, amount) }
    }
    offer(.similarCustomers, parts[.similar], cell.similar > 0)
    offer(
      .coPurchase, parts[.basket] + parts[.history], cell.basket > 0 || cell.history > 0)
    offer(.browsing, parts[.browsing], cell.browsed > 0)
    offer(.repeatPurchase, parts[.ownRepeat], cell.own > 0)
    return best.source
  }
}

extension Recall {
  /// The items that a slot of that source names.
  func because(
    _ source: RecommendSource, _ item: Int32, _ names: NameTable, _ cells: ItemCells
  ) -> [Int32] {
    switch source {
    case .repeatPurchase: [item]
    case .browsing: browsing.because(of: item, names)
    case .coPurchase:
      because(of: item, names: names, maximum: AffinityIndex.maximumReasons, cells: cells)
    case .included, .similarCustomers, .category, .trending, .popular, .catalogue: []
    case .substitute, .upgrade, .accessory, .newItem: []
    }
  }

  /// A slot of the stream that no ranker has seen.
  ///
  /// - Parameter ceiling: what the score has to stay below, where there was a head.
  func slot(
    _ entry: Ranked, below ceiling: Double?, _ popularity: Popularity, index: AffinityIndex,
    names: NameTable
  ) -> RecommendSlot {
    let cell = index.cells[entry.item]
    var parts = parts(entry.item, cell, repeats: index.repeats, popularity: popularity)
    let source = Recall.source(parts, cell, isRecent: popularity.isRecent)
    var score = entry.score
    if let ceiling {
      // Below the head and above zero, in the order that they have.
      score = ceiling * entry.score / (1 + entry.score)
      parts = ScoreParts()
      parts[.recall] = score
    }
    return RecommendSlot(
      item: entry.item, score: score, source: source,
      because: because(source, entry.item, names, index.cells), parts: parts,
      similarCustomerCount: cell.similarCount)
  }

  private static func source(
    _ parts: ScoreParts, _ cell: ItemCell, isRecent: Bool
  ) -> RecommendSource {
    let together = parts[.basket] + parts[.history]
    var best = (
      source: isRecent ? RecommendSource.trending : .popular, amount: parts[.popularity]
    )
    func offer(_ source: RecommendSource, _ amount: Double) {
      if amount > 0, amount >= best.amount { best = (source, amount) }
    }
    offer(.similarCustomers, parts[.similar])
    offer(.coPurchase, together)
    offer(.browsing, parts[.browsing])
    offer(.repeatPurchase, parts[.ownRepeat])
    return best.source
  }
}
