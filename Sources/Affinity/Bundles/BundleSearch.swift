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
// What the other two of a three share is not in the baskets of an item that is given. Until it is
// counted, the least over the other two ways is a bound that the three stays below, and holds its
// place by; so only those are counted that come to the front.
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
    if let stated = query.minimumSupport {
      return max(2, stated.smallestCount(of: counts.basketCount))
    }
    if query.item != nil { return 2 }
    let share = BundleQuery.standardSupport.smallestCount(of: counts.basketCount)
    return max(2, min(share, BundleQuery.standardCount))
  }

  /// Whether the rules let an item through.
  mutating func allows(_ item: Int32, _ rule: (Int32) -> String?) -> Bool {
    guard let rule = rule(item) else { return true }
    report.removed.count(rule)
    return false
  }

  mutating func table(
    itemBound: Int, counts: [Int32]? = nil, minimumCount: Int, besides anchor: Int32?,
    _ rule: (Int32) -> String?, _ forEachBasket: (_ body: (BasketItems) -> Void) -> Void
  ) -> BasketTable {
    var removed = report.removed
    let table = BasketTable(
      itemBound: itemBound, counts: counts, minimumCount: minimumCount,
      names: facts.items.names,
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
      itemBound: seen.baskets.itemBound, counts: counts.counts, minimumCount: least,
      besides: nil, rule
    ) { seen.forEach($0) }
    let miner = ItemsetMiner(
      table, minimumCount: least, maximumSize: query.sizes.upperBound, work: query.work)
    report.isTruncated = miner.isTruncated
    report.floor = Significance.floor(ofTests: tests(Double(table.items.count), query.sizes))
    for (rank, item) in table.items.enumerated() { counts.note(table.sizeSums[rank], of: item) }
    // Of threes the pairs are what is left without one item; of pairs the single items are.
    for set in miner.found where set.ranks.count == 2 && query.sizes.contains(3) {
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
    for set in miner.found {
      offer([anchor] + set.ranks.map { table.items[Int($0)] }, together: set.count)
    }
  }

  private func tests(_ items: Double, _ sizes: ClosedRange<Int>) -> Double {
    let pairs = items * (items - 1) / 2
    return (sizes.contains(2) ? pairs : 0) + (sizes.contains(3) ? pairs * (items - 2) / 3 : 0)
  }

  /// Takes a set that met the support, unless what is counted so far rules it out.
  private mutating func offer(_ items: [Int32], together: Int) {
    report.considered += 1
    let names = facts.items.names
    let sorted = items.sorted { names.precedes($0, $1) }
    let candidate: BundleCandidate
    if sorted.count == 2 {
      let own = UpToThree(counts.count(of: sorted[0]), counts.count(of: sorted[1]))
      candidate = BundleCandidate(
        items: UpToThree(sorted[0], sorted[1]), together: together, own: own,
        others: UpToThree(own[1], own[0]), total: counts.basketCount)
    } else {
      let three = UpToThree(sorted[0], sorted[1], sorted[2])
      let others = UpToThree(0, 1, 2).map { place in
        let rest = three.others(place)
        return counts.counted(rest.0, rest.1)?.count ?? -1
      }
      candidate = BundleCandidate(
        items: three, together: together, own: three.map { counts.count(of: $0) }, others: others,
        total: counts.basketCount)
    }
    if let candidate = admitted(candidate) { candidates.append(candidate) }
  }

  /// The candidate with what ranks it, or nil where a threshold is not met; exact as far as it is
  /// counted.
  func admitted(_ candidate: BundleCandidate) -> BundleCandidate? {
    guard candidate.isMoreThanChance, candidate.reaches(lift: query.minimumLift),
      candidate.mayReach(confidence: query.minimumConfidence)
    else { return nil }
    var candidate = candidate
    if let preference, preference.isKnown {
      candidate.preference = preference.share(of: candidate.items.array)
      if candidate.preference == 0 { return nil }
    }
    candidate.logLikelihoodRatio = candidate.leastLogLikelihoodRatio
    return candidate
  }
}
