import Shop

// How a tier's mix weighs
// -----------------------
// What suits a member of high value (what goes with and tops what they own, and what is new) is not
// what suits one who lapsed (what they loved). A mix says so in weights, 1 for "as it is":
//
//   factor(j) =  sum over sources s of weight(s) x part(s, j) / sum of the parts
//             x  the weights of the traits that j has
//
// with the parts of the recall score (`Recall`). The score of the ranker is multiplied by it, so a
// mix shifts the order and takes nothing out. One that weighs accessories or upgrades adds what is
// bought after what the customer owns (`Guests`).

/// The weights of sources and traits for one kind of member.
package struct CandidateMix: Equatable, Sendable {
  /// What a weight can be about.
  package enum Weight: String, CaseIterable, Sendable {
    case coPurchase = "co_purchase"
    case repeatPurchase = "repeat"
    case similarCustomers = "similar_customers"
    case browsing
    case trending
    /// Brought out in the last 60 days.
    case newItem = "new_item"
    /// Not dearer than the middle one of the candidates' prices.
    case affordable
    /// Of a category that the customer bought from, and dearer than what they bought there; or
    /// bought after something of theirs that costs less.
    case upgrade
    /// Bought after what the customer owns, and no upgrade of it.
    case accessory
  }

  /// Days since `introduced` for which an item counts as new.
  static let newDays = 60

  package var id: String
  /// 1 for what is not named. Above zero.
  package var weights: [Weight: Double]

  package init(id: String, weights: [Weight: Double]) {
    self.id = id
    self.weights = weights
  }

  subscript(weight: Weight) -> Double { weights[weight] ?? 1 }

  /// What the candidates' scores are multiplied by. O(candidates log candidates + history).
  func factors(
    of candidates: [Ranked], _ recall: Recall, _ query: RecommendQuery, _ popularity: Popularity,
    guests: Guests, facts: ShopFacts, index: AffinityIndex
  ) -> [Double] {
    let items = facts.items
    let prices = candidates.compactMap { items[$0.item].price }.sorted()
    let middle = prices.isEmpty ? nil : prices[(prices.count - 1) / 2]
    let dearest = weights[.upgrade] == nil ? [:] : CandidateMix.dearest(of: recall, items)
    let today = facts.settings.zone.day(of: query.viewpoint.now)
    return candidates.map { candidate in
      let item = candidate.item
      let cell = index.cells[item]
      let parts = recall.parts(item, cell, repeats: index.repeats, popularity: popularity)
      var factor = blend(parts)
      if let introduced = items[item].introduced,
        (0...CandidateMix.newDays).contains(Int(today.number) - Int(introduced.number))
      {
        factor *= self[.newItem]
      }
      if let price = items[item].price {
        if let middle, price <= middle { factor *= self[.affordable] }
        if case .upgrade = guests.origins[item] {
          factor *= self[.upgrade]
        } else if cell.own == 0, let own = dearest[items.marks[Int(item)].category], price > own {
          factor *= self[.upgrade]
        }
      }
      if case .accessory = guests.origins[item] { factor *= self[.accessory] }
      return factor
    }
  }

  private func blend(_ parts: ScoreParts) -> Double {
    let shares: [(Weight, Double)] = [
      (.coPurchase, parts[.basket] + parts[.history]), (.repeatPurchase, parts[.ownRepeat]),
      (.similarCustomers, parts[.similar]), (.browsing, parts[.browsing]),
      (.trending, parts[.popularity]),
    ]
    let total = shares.reduce(0) { $0 + $1.1 }
    guard total > 0 else { return 1 }
    return shares.reduce(0) { $0 + self[$1.0] * $1.1 } / total
  }

  /// The dearest price that the customer's items of each category have.
  private static func dearest(of recall: Recall, _ items: ItemTable) -> [Int32: Int64] {
    var dearest: [Int32: Int64] = [:]
    for entry in recall.history.entries {
      let category = items.marks[Int(entry.item)].category
      if category >= 0, let price = items[entry.item].price {
        dearest[category] = max(dearest[category] ?? 0, price)
      }
    }
    return dearest
  }
}
