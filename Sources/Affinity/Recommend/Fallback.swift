import Shop

/// Fills what the candidates left open: by category, by what sells, and from the catalogue.
struct Fallback {
  private let query: RecommendQuery
  private let history: PurchaseHistory
  private let ranking: Popularity
  private let items: ItemTable

  init(query: RecommendQuery, history: PurchaseHistory, ranking: Popularity, items: ItemTable) {
    self.query = query
    self.history = history
    self.ranking = ranking
    self.items = items
  }

  /// Offers items until the list is full or there are none left. O(items).
  func fill(_ list: inout SlotList) {
    let isOutOfQuestion = { (item: Int32) -> Bool in
      query.basket.contains(item) || query.repeats == .none && history.weight(of: item) > 0
    }
    let categories = categoriesAtHand
    if !categories.isEmpty {
      let matching = ranking.order.filter { category(of: $0).map(categories.contains) ?? false }
      for item in matching where !isOutOfQuestion(item) && !list.isFull {
        offer(item, .category, to: &list)
      }
    }
    let selling: RecommendSource = ranking.isRecent ? .trending : .popular
    for item in ranking.order where !isOutOfQuestion(item) && !list.isFull {
      offer(item, selling, to: &list)
    }
    if list.isFull { return }
    for item in catalogue(categories) where !isOutOfQuestion(item) && !list.isFull {
      offer(item, .catalogue, to: &list)
    }
  }

  private func offer(_ item: Int32, _ source: RecommendSource, to list: inout SlotList) {
    let popularity = AffinityIndex.popularityFactor * ranking.share(of: item)
    list.offer(item) {
      RecommendSlot(
        item: item, score: popularity, source: source, because: [],
        parts: ScoreParts(popularity: popularity))
    }
  }

  /// The narrowest categories of the basket, or else of what the customer bought.
  private var categoriesAtHand: Set<String> {
    let sources = query.basket.isEmpty ? history.items.map(\.item) : query.basket
    return Set(sources.compactMap { category(of: $0) })
  }

  private func category(of item: Int32) -> String? { items[item].category?.last }

  /// What has not sold: of the categories at hand first, the newest first, then by id.
  private func catalogue(_ categories: Set<String>) -> [Int32] {
    let unsold = (0..<Int32(items.count)).filter { ranking.share(of: $0) == 0 }
    func key(_ item: Int32) -> (Int, Int32) {
      let isAtHand = category(of: item).map(categories.contains) ?? false
      return (isAtHand ? 0 : 1, -(items[item].introduced?.number ?? Int32.min / 2))
    }
    return unsold.sorted { left, right in
      let (leftKey, rightKey) = (key(left), key(right))
      return leftKey != rightKey ? leftKey < rightKey : items.names.precedes(left, right)
    }
  }
}
