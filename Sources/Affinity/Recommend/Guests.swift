import Shop

// Who joins the head
// ------------------
// Sources that the learned ranker knows nothing of bring a few candidates each to those that it
// puts in order:
//
//   substitutes   of the first eight of the stream that cannot be had, three each (`Substitutes`)
//   new items     introduced in the last 60 days and in fewer than five baskets: three at most, of
//                 the categories and brands that the basket or the history is about; one is let
//                 in behind ten others, the next behind ten more: that is the price of ever
//                 learning what they are worth, and no more than that
//   followers     what is bought after what the customer owns (`SequenceRow`), of the ten heaviest
//                 of the history: an upgrade is of the same category and a tenth dearer or more, an
//                 accessory of another category or cheaper; only for a customer whose mix weighs
//                 accessories or upgrades, since what follows has no score but the ranker's
//
// All look at the question, the stream and the rules, never at how many are wanted.

/// Candidates of the sources that the ranker does not know, and what they stand on.
struct Guests {
  /// Why an item joined.
  enum Origin: Equatable {
    case substitute(of: Int32, likeness: Double)
    /// The n-th best new item, counted from 0.
    case newItem(rank: Int)
    case accessory(of: Int32)
    case upgrade(of: Int32)
  }

  static let maximumMissingCount = 8
  static let substitutesOfOne = 3
  static let maximumNewCount = 3
  static let placesOfOneNew = 10
  /// Baskets from which on an item has evidence of its own.
  static let knownBasketCount = 5
  /// New items that are looked at, the newest.
  static let maximumShelfCount = 512
  static let maximumOwnedCount = 10
  static let maximumFollowerCount = 16
  /// An upgrade costs at least so many tenths of what is owned.
  static let upgradeTenths: Int64 = 11

  private(set) var origins: [Int32: Origin] = [:]
  /// In the order in which they were found.
  private(set) var items: [Int32] = []

  /// - Parameter missing: candidates that cannot be had, in the order of the stream.
  init(
    _ query: RecommendQuery, _ recall: borrowing Recall, missing: [Int32],
    facts: borrowing ShopFacts,
    index: inout AffinityIndex, list: inout SlotList
  ) {
    if query.repeats == .only { return }
    for item in missing.prefix(Guests.maximumMissingCount) {
      var taken = 0
      for one in index.substitutes(of: item, now: query.viewpoint.now, facts) {
        if taken == Guests.substitutesOfOne { break }
        if list.hasSeen(one.item) || !list.admits(one.item) { continue }
        taken += 1
        if origins[one.item] == nil {
          add(one.item, .substitute(of: item, likeness: one.score))
        }
      }
    }
    addNewItems(query, recall, facts, &index, &list)
    if let mix = query.mix, mix.weights[.accessory] != nil || mix.weights[.upgrade] != nil {
      addFollowers(recall, facts, &index, &list)
    }
  }

  /// The scores at which new items are let in: each below at least so many others' as there are
  /// places for one, and strictly between two scores, so that ties let nobody pass.
  static func lifts(_ scores: [Double]) -> [Double] {
    let descending = scores.sorted(by: >)
    var lifts: [Double] = []
    var place = placesOfOneNew - 1
    while lifts.count < maximumNewCount, place < descending.count {
      let score = descending[place]
      var next = place + 1
      while next < descending.count, descending[next] == score { next += 1 }
      lifts.append(next < descending.count ? (score + descending[next]) / 2 : score * 0.999)
      place = next + placesOfOneNew - 1
    }
    if lifts.isEmpty, let least = descending.last { lifts.append(least * 0.999) }
    return lifts
  }

  private mutating func add(_ item: Int32, _ origin: Origin) {
    origins[item] = origin
    items.append(item)
  }

  private mutating func addNewItems(
    _ query: RecommendQuery, _ recall: Recall, _ facts: ShopFacts, _ index: inout AffinityIndex,
    _ list: inout SlotList
  ) {
    index.shelf.refresh(facts.items)
    if index.shelf.introduced.isEmpty { return }
    let today = facts.settings.zone.day(of: query.viewpoint.now).number
    let taste = Taste(query, recall, facts.items)
    if taste.isEmpty { return }
    var found: [Ranked] = []
    var looked = 0
    for (day, item) in index.shelf.introduced where day <= today {
      looked += 1
      if Int(today) - Int(day) > CandidateMix.newDays || looked > Guests.maximumShelfCount { break }
      let cell = index.cells[item]
      if index.cells.isClosed(item) || cell.own > 0 || list.hasSeen(item) { continue }
      guard index.baskets.count(of: item) < Guests.knownBasketCount else { continue }
      let affinity = taste.affinity(to: item, facts.items)
      if affinity >= Taste.floor { found.append(Ranked(item: item, score: affinity)) }
    }
    let names = facts.items.names
    var rank = 0
    for new in RankedQueue.sorted(found, names) {
      if rank == Guests.maximumNewCount { break }
      if origins[new.item] != nil || !list.admits(new.item) { continue }
      add(new.item, .newItem(rank: rank))
      rank += 1
    }
  }

  private mutating func addFollowers(
    _ recall: Recall, _ facts: ShopFacts, _ index: inout AffinityIndex, _ list: inout SlotList
  ) {
    let names = facts.items.names
    var best: [Int32: (share: Double, origin: Origin)] = [:]
    let owned = recall.history.heaviest(
      Guests.maximumOwnedCount, names: names, cells: index.cells)
    for entry in owned {
      let row = index.sequence(of: entry.item, orders: facts.orders)
      for other in row.entries where other.follows {
        let cell = index.cells[other.item]
        if index.cells.isClosed(other.item) || cell.own > 0 || list.hasSeen(other.item) { continue }
        guard let origin = Guests.origin(of: other.item, after: entry.item, facts.items) else {
          continue
        }
        let share = Double(other.after) / Double(row.customerCount)
        if share > best[other.item]?.share ?? 0 { best[other.item] = (share, origin) }
      }
    }
    let ranked = RankedQueue.sorted(
      best.map { Ranked(item: $0.key, score: $0.value.share) }, names)
    var taken = 0
    for follower in ranked {
      if taken == Guests.maximumFollowerCount { break }
      guard origins[follower.item] == nil, let origin = best[follower.item]?.origin,
        list.admits(follower.item)
      else { continue }
      add(follower.item, origin)
      taken += 1
    }
  }

  /// What a follower is to the item that it follows; nil for more of the same kind.
  private static func origin(of item: Int32, after owned: Int32, _ items: ItemTable) -> Origin? {
    let (category, other) = (items.marks[Int(owned)].category, items.marks[Int(item)].category)
    if category < 0 || other < 0 || category != other { return .accessory(of: owned) }
    guard let price = items.items[Int(owned)].price, let asked = items.items[Int(item)].price
    else { return nil }
    let isDearer = Int128(asked) * 10 >= Int128(price) * Int128(upgradeTenths)
    return isDearer ? .upgrade(of: owned) : asked < price ? .accessory(of: owned) : nil
  }
}

/// Which categories, brands and prices a question is about.
struct Taste {
  /// Less affinity than this is none.
  static let floor = 0.1

  private var categories: [Int32: Double] = [:]
  private var brands: [Int32: Double] = [:]
  private var total = 0.0
  private var prices: [Int64] = []

  /// Of the basket, or else of the history. O(its items).
  init(_ query: RecommendQuery, _ recall: Recall, _ items: ItemTable) {
    if query.basket.isEmpty {
      for entry in recall.history.entries { add(entry.item, entry.weight, items) }
    } else {
      for item in query.basket { add(item, 1, items) }
    }
    prices.sort()
  }

  private mutating func add(_ item: Int32, _ weight: Double, _ items: ItemTable) {
    let mark = items.marks[Int(item)]
    if mark.category >= 0 { categories[mark.category, default: 0] += weight }
    if mark.brand >= 0 { brands[mark.brand, default: 0] += weight }
    if let price = items.items[Int(item)].price { prices.append(price) }
    total += weight
  }

  var isEmpty: Bool { categories.isEmpty && brands.isEmpty }

  /// The share of the taste in the item's category, and half of that in its brand; a quarter less
  /// where it costs more than all but a tenth of what was bought. 0 to 1.5.
  func affinity(to item: Int32, _ items: ItemTable) -> Double {
    if total == 0 { return 0 }
    let mark = items.marks[Int(item)]
    var sum = (categories[mark.category] ?? 0) / total + (brands[mark.brand] ?? 0) / total / 2
    if let price = items.items[Int(item)].price, !prices.isEmpty {
      if price > prices[prices.count * 9 / 10] { sum *= 0.75 }
    }
    return sum
  }
}
