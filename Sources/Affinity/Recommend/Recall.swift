import Shop

// Which items come into question, and how they are weighed before anything was learned
// ------------------------------------------------------------------------------------
//   recall(j) =  50 / sqrt(|B|) x sum over i in B of K(i, j)   B: the basket
//             +  beta x sum over i in H of h(i) x K(i, j)      H: the 20 heaviest of the history
//             +  rho(j) x h(j)                                 bought before
//             +  gamma x similar(j)                            bought by similar customers
//             +  delta x browsed(j)                            looked at and not bought since
//             +  2 x p(j)                                      sells now
//
// K is the evidence of `Evidence.swift`, h the customer's history (`PurchaseHistory`), rho how
// often the item is bought again (`RepeatIndex`), similar and browsed as their files say, p its
// share of recent baskets (`Popularity`). beta and gamma differ between questions that may show
// repeats and those that may not. The constants are one set for all shops: the first three terms
// and p were chosen on half of Ta-Feng's customers and held against the other half, against Online
// Retail's baskets of two months, and against Groceries.

/// Everything that one question gathered, and the score by which it chooses candidates.
struct Recall {
  static let basketFactor = 50.0
  static let historyFactorWithRepeats = 0.05
  static let historyFactorWithoutRepeats = 1.0
  static let similarFactor = 0.5
  static let browsedFactor = 0.1
  static let popularityFactor = 2.0
  static let maximumHistorySources = 20
  /// Basket items whose evidence is read; of a larger basket those of the least weight, which say
  /// most.
  static let maximumBasketSources = 100
  /// Items of the history from which similar customers are looked for, the heaviest.
  static let maximumSimilarSources = 64

  /// One item that speaks for others.
  struct Source {
    var item: Int32
    var row: EvidenceRow
    /// The factor of its strengths in the recall score.
    var factor: Double
  }

  /// Basket items ascending by id, then history items, the heaviest first: the fixed order of
  /// summation.
  private(set) var sources: [Source] = []
  private(set) var history = PurchaseHistory()
  /// Known distinct items of the basket.
  private(set) var basketSize = 0
  /// What `similar` of the cells is divided by; 0 where nobody is similar.
  private(set) var similarTotal = 0.0
  private(set) var similarCount = 0
  private(set) var browsing = Browsing()
  let historyFactor: Double
  private let hearsRepeats: Bool
  /// 0 where sales do not speak.
  private let popularityFactor: Double

  /// Gathers into the index's cells, which are cleared by `AffinityIndex.clear`.
  init(_ query: RecommendQuery, facts: borrowing ShopFacts, index: inout AffinityIndex) {
    historyFactor =
      query.repeats == .none
      ? Recall.historyFactorWithoutRepeats : Recall.historyFactorWithRepeats
    hearsRepeats = query.hears(.repeatPurchase)
    popularityFactor = query.hears(.trending) ? Recall.popularityFactor : 0
    index.cells.prepare(itemCount: max(facts.items.count, index.baskets.itemBound))
    history = PurchaseHistory(
      of: query.customer, viewpoint: query.viewpoint, baskets: index.baskets,
      orders: facts.orders, cells: &index.cells)
    let names = facts.items.names
    let basket = Recall.sources(of: query.basket, index.baskets, names)
    basketSize = basket.count
    let basketWeight = 1 / Double(max(1, basket.count)).squareRoot()
    let speaks = query.hears(.coPurchase)
    for item in basket where speaks {
      let row = index.evidence(of: item)
      index.cells.add(basket: row, times: basketWeight, number: sources.count)
      sources.append(
        Source(
          item: item, row: row, factor: Recall.basketFactor * basketWeight))
    }
    let isForMany = query.hears(.similarCustomers)
    var past = history.heaviest(
      isForMany ? Recall.maximumSimilarSources : Recall.maximumHistorySources + basket.count,
      names: names, cells: index.cells)
    if !query.basket.isEmpty { past.removeAll { query.basket.contains($0.item) } }
    sources.reserveCapacity(basket.count + Recall.maximumHistorySources)
    if speaks {
      index.cells.reserve(
        index.evidence.pairCount(past.prefix(Recall.maximumHistorySources).map(\.item)))
    }
    for entry in past.prefix(Recall.maximumHistorySources) where speaks {
      let row = index.evidence(of: entry.item)
      index.cells.add(
        history: row, times: entry.weight, isNewest: entry.newestRank == 0, number: sources.count)
      sources.append(
        Source(
          item: entry.item, row: row, factor: historyFactor * entry.weight))
    }
    if isForMany {
      var alike = basket.map { SimilarCustomers.Source(item: $0, weight: 1) }
      alike += past.map { SimilarCustomers.Source(item: $0.item, weight: $0.weight) }
      (similarTotal, similarCount) = index.similar.gather(
        alike, but: query.customer, baskets: index.baskets, repeats: index.repeats, facts: facts,
        into: &index.cells)
    }
    if query.hears(.browsing) {
      browsing = Browsing(
        of: query.customer, viewpoint: query.viewpoint, facts: facts, history: history,
        index: &index)
    }
    for item in query.basket { index.cells.close(item) }
  }

  /// The known items of the basket, ascending by id; of too many those of the least weight.
  private static func sources(
    of basket: [Int32], _ baskets: BasketIndex, _ names: NameTable
  ) -> [Int32] {
    var known = basket.filter { baskets.count(of: $0) > 0 }
    if known.count > maximumBasketSources {
      let lightest = known.map { item in
        Ranked(item: item, score: -Double(baskets.itemWeights[Int(item)]))
      }
      known = RankedQueue.sorted(lightest, names)
        .prefix(maximumBasketSources).map(\.item)
    }
    return known.sorted { names.precedes($0, $1) }
  }

  /// What similar customers bought of it: about how many of each one's baskets hold it.
  func similar(_ cell: ItemCell) -> Double {
    similarTotal > 0 ? Double(cell.similar) / similarTotal : 0
  }

  /// The recall score of a touched item.
  func score(
    _ item: Int32, _ cell: ItemCell, repeats: RepeatIndex, popularity: Popularity
  ) -> Double {
    var score = Recall.basketFactor * cell.basket + historyFactor * cell.history
    if cell.own > 0, hearsRepeats { score += repeats.share(of: item) * cell.own }
    score += Recall.similarFactor * similar(cell) + Recall.browsedFactor * Double(cell.browsed)
    return score + popularityFactor * popularity.share(of: item)
  }

  /// The parts of that score.
  func parts(
    _ item: Int32, _ cell: ItemCell, repeats: RepeatIndex, popularity: Popularity
  ) -> ScoreParts {
    var parts = ScoreParts()
    parts[.basket] = Recall.basketFactor * cell.basket
    parts[.history] = historyFactor * cell.history
    parts[.ownRepeat] = cell.own > 0 && hearsRepeats ? repeats.share(of: item) * cell.own : 0
    parts[.similar] = Recall.similarFactor * similar(cell)
    parts[.browsing] = Recall.browsedFactor * Double(cell.browsed)
    parts[.popularity] = popularityFactor * popularity.share(of: item)
    return parts
  }

  /// The items that speak for it most, best first.
  func because(
    of item: Int32, names: NameTable, maximum: Int, cells: ItemCells
  ) -> [Int32] {
    var best: [Ranked] = []
    best.reserveCapacity(maximum)
    for number in sources.indices where cells.mayHear(number, of: item) {
      let voice = Ranked(
        item: sources[number].item,
        score: sources[number].row.strength(of: item) * sources[number].factor)
      if voice.score <= 0 { continue }
      var place = best.count
      while place > 0, RankedQueue.precedes(voice, best[place - 1], names) { place -= 1 }
      if place == maximum { continue }
      if best.count == maximum { best.removeLast() }
      best.insert(voice, at: place)
    }
    return best.map(\.item)
  }
}
