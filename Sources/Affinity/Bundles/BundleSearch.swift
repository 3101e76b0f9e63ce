import Shop
import Statistics

// How bundles are found
// ---------------------
// From the items that enough baskets hold, and that the rules let through, all pairs and threes
// that enough baskets hold (`ItemsetMiner`); with an item given, only from its own baskets. Every
// threshold is held in integers. What is bought together more than by chance is ranked by the
// signed log-likelihood ratio, that of threes being the least over the three ways to take one item
// from the other two.
//
// One set in twenty passes 3.84 by chance, so of a million some 50,000 would. `floor` is what the
// best of all sets that there could be has to pass (`Significance`); below it a set is listed and
// its relation is `unclear`. A complement must also be more than baskets of those sizes would hold
// by chance (`BundleCandidate.expected`): large baskets hold everything, and make any two of their
// items look related. That is a second look at what was found, not another search, so it is asked
// of a single test.
//
// A substitute is looked at in the same visit as the other, more than by chance, and bought with it
// less than baskets of those sizes would be expected to; both past the floor. Where too few are
// expected, no count is low enough to pass it, and nothing is claimed.

extension AffinityIndex {
  /// The bundles that meet the question, the best first: what is certain, by what the customers
  /// prefer where some are named, by log-likelihood ratio, by ids.
  ///
  /// - Parameter rule: the rule that takes an item out, or nil; asked at most once an item.
  /// - Complexity: O(lines + the sets' own baskets), at most `query.work` entries; with an item
  /// O(lines of its baskets).
  package func bundles(
    _ query: BundleQuery, facts: ShopFacts, rule: (Int32) -> String?
  ) -> BundleReport {
    var search = BundleSearch(query, baskets: baskets, facts: facts)
    if query.item == BundleQuery.unknownItem { return search.report }
    if query.relation == .substitute {
      search.findSubstitutes(rule)
    } else if let item = query.item {
      search.findBundles(with: item, rule)
    } else {
      search.findBundles(rule)
    }
    search.choose()
    return search.report
  }
}

struct BundleSearch {
  let query: BundleQuery
  let facts: ShopFacts
  let seen: SeenBaskets
  let preference: BundlePreference?
  var counts: SetCounts
  var candidates: [BundleCandidate] = []
  var report = BundleReport()

  init(_ query: BundleQuery, baskets: BasketIndex, facts: ShopFacts) {
    self.query = query
    self.facts = facts
    let seen = SeenBaskets(
      baskets: baskets, orders: facts.orders, horizon: query.viewpoint.horizon)
    self.seen = seen
    preference = query.audience.map { BundlePreference(of: $0, seen: seen, items: facts.items) }
    counts = SetCounts(seen, work: query.work)
    report.baskets = counts.basketCount
  }

  /// The fewest baskets of a bundle; one is no evidence.
  var minimumCount: Int {
    let standard = query.item == nil ? BundleQuery.standardSupport : .zero
    return max(2, (query.minimumSupport ?? standard).smallestCount(of: counts.basketCount))
  }

  /// Whether the rules let an item through.
  mutating func allows(_ item: Int32, _ rule: (Int32) -> String?) -> Bool {
    guard let rule = rule(item) else { return true }
    report.removed.count(rule)
    return false
  }

  mutating func table(
    itemBound: Int, minimumCount: Int, besides anchor: Int32?, _ rule: (Int32) -> String?,
    _ forEachBasket: (_ body: (BasketItems) -> Void) -> Void
  ) -> BasketTable {
    var removed = report.removed
    let table = BasketTable(
      itemBound: itemBound, minimumCount: { _ in minimumCount }, names: facts.items.names,
      isIn: { item in
        if item == anchor { return false }
        guard let rule = rule(item) else { return true }
        removed.count(rule)
        return false
      }, forEachBasket: forEachBasket)
    report.removed = removed
    return table
  }

  mutating func findBundles(_ rule: (Int32) -> String?) {
    let least = minimumCount
    let seen = self.seen
    let table = table(
      itemBound: seen.baskets.itemBound, minimumCount: least, besides: nil, rule
    ) { seen.forEach($0) }
    let miner = ItemsetMiner(
      table, minimumCount: least, maximumSize: query.sizes.upperBound, work: query.work)
    report.isTruncated = miner.isTruncated
    report.floor = Significance.floor(ofTests: tests(Double(table.items.count), query.sizes))
    for (rank, item) in table.items.enumerated() { counts.note(table.sizeSums[rank], of: item) }
    for set in miner.found where set.ranks.count == 2 {
      counts.note(
        SetCounts.Entry(count: set.count, sizeSum: set.sizeSum),
        of: table.items[Int(set.ranks[0])], table.items[Int(set.ranks[1])])
    }
    for set in miner.found where query.sizes.contains(set.ranks.count) {
      offer(set.ranks.map { table.items[Int($0)] }, together: set.count)
    }
  }

  mutating func findBundles(with anchor: Int32, _ rule: (Int32) -> String?) {
    guard allows(anchor, rule), counts.count(of: anchor) > 0 else { return }
    let least = minimumCount
    let seen = self.seen
    let table = table(
      itemBound: seen.baskets.itemBound, minimumCount: least, besides: anchor, rule
    ) { seen.forEach(of: anchor, $0) }
    let miner = ItemsetMiner(
      table, minimumCount: least, maximumSize: query.sizes.upperBound - 1, work: query.work)
    report.isTruncated = miner.isTruncated
    // Every item of the shop could have been beside it.
    let others = Double(max(0, seen.baskets.itemBound - 1))
    report.floor = Significance.floor(
      ofTests: (query.sizes.contains(2) ? others : 0)
        + (query.sizes.contains(3) ? others * (others - 1) / 2 : 0))
    for (rank, item) in table.items.enumerated() {
      counts.note(
        SetCounts.Entry(count: table.counts[rank], sizeSum: table.sizeSums[rank]), of: anchor, item)
    }
    if query.sizes.contains(2) {
      for (rank, item) in table.items.enumerated() {
        offer([anchor, item], together: table.counts[rank])
      }
    }
    guard query.sizes.contains(3) else { return }
    // What the two others share is not in the item's own baskets.
    let sets = miner.found.sorted { left, right in
      left.count != right.count
        ? left.count > right.count : left.ranks.lexicographicallyPrecedes(right.ranks)
    }
    let items = sets.map { $0.ranks.map { table.items[Int($0)] } }
    countPairs(items.map { ($0[0], $0[1]) })
    for (set, pair) in zip(sets, items) {
      guard counts.entry(of: pair[0], pair[1]) != nil else {
        report.isTruncated = true
        break
      }
      offer([anchor] + pair, together: set.count)
    }
  }

  /// Counts pairs, the first ones first, as far as the work goes: each from the baskets of the rarer
  /// item, for all its pairs at once.
  mutating func countPairs(_ pairs: [(Int32, Int32)]) {
    func isRarer(_ left: Int32, _ right: Int32) -> Bool {
      let (leftCount, rightCount) = (counts.count(of: left), counts.count(of: right))
      return leftCount != rightCount
        ? leftCount < rightCount : facts.items.names.precedes(left, right)
    }
    var order: [Int32] = []
    var partners: [Int32: [Int32]] = [:]
    for (left, right) in pairs where counts.entry(of: left, right) == nil {
      let (rare, other) = isRarer(left, right) ? (left, right) : (right, left)
      if partners[rare] == nil { order.append(rare) }
      partners[rare, default: []].append(other)
    }
    for item in order { counts.count(item, with: partners[item] ?? []) }
  }

  private func tests(_ items: Double, _ sizes: ClosedRange<Int>) -> Double {
    let pairs = items * (items - 1) / 2
    return (sizes.contains(2) ? pairs : 0) + (sizes.contains(3) ? pairs * (items - 2) / 3 : 0)
  }

  /// Takes a set that met the support, if it meets everything else.
  private mutating func offer(_ items: [Int32], together: Int) {
    report.considered += 1
    let own = items.map { counts.count(of: $0) }
    var others = [own[1], own[0]]
    if items.count == 3 {
      others = items.indices.map { place in
        let rest = items.indices.filter { $0 != place }.map { items[$0] }
        return counts.entry(of: rest[0], rest[1])?.count ?? 0
      }
    }
    var candidate = BundleCandidate(
      items: items, together: together, own: own, others: others, total: counts.basketCount)
    guard candidate.isMoreThanChance, candidate.reaches(lift: query.minimumLift),
      !candidate.consequents(confidence: query.minimumConfidence).isEmpty
    else { return }
    if let preference, preference.isKnown {
      candidate.preference = preference.share(of: items)
      if candidate.preference == 0 { return }
    }
    candidate.logLikelihoodRatio = candidate.leastLogLikelihoodRatio
    candidates.append(candidate)
  }
}
