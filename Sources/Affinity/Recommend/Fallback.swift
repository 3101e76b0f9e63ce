import Shop

/// Fills what no score reaches: what the shop has and nobody bought of late.
///
/// First the categories at hand, the newest items first; then what ever sold, the most baskets
/// first; then what never did, the newest first. Ties by id. All of it scores nothing, so it
/// follows whatever has a score, and the list stays in the order of the scores it prints.
struct Fallback {
  private let items: ItemTable
  private let baskets: BasketIndex
  private let categories: Set<String>

  /// - Parameter sources: the items whose narrowest categories are at hand.
  init(sources: [Int32], items: ItemTable, baskets: BasketIndex) {
    self.items = items
    self.baskets = baskets
    categories = Set(sources.compactMap { items.items[Int($0)].category?.last })
  }

  /// Everything that is not left out, ranked. An item that nobody declared is there as far as it
  /// sold: what only a later order names, or a cancelled one, is not seen. O(items).
  func ranked(without isOut: (Int32) -> Bool) -> [Ranked] {
    var ranked: [Ranked] = []
    for item in 0..<Int32(items.count) where !isOut(item) {
      guard items.isDeclared[Int(item)] || baskets.count(of: item) > 0 else { continue }
      ranked.append(Ranked(item: item, score: key(of: item)))
    }
    return ranked
  }

  /// The tier, and inside of it the date or the count: whole numbers far below 2^53.
  private func key(of item: Int32) -> Double {
    let tier = 0x1p40
    switch source(of: item) {
    case .category: return 2 * tier + date(of: item)
    case .popular: return tier + Double(baskets.count(of: item))
    default: return date(of: item)
    }
  }

  func source(of item: Int32) -> RecommendSource {
    if let category = items.items[Int(item)].category?.last, categories.contains(category) {
      return .category
    }
    return baskets.count(of: item) > 0 ? .popular : .catalogue
  }

  private func date(of item: Int32) -> Double {
    Double(items.items[Int(item)].introduced?.number ?? Int32.min / 2)
  }
}
