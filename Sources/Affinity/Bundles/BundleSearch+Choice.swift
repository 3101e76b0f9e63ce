import Shop
import Statistics

extension BundleSearch {
  /// Ranks the candidates, and makes bundles of as many as are asked for.
  mutating func choose() {
    let floor = report.floor
    let names = facts.items.names
    let isSubstitute = query.relation == .substitute
    var queue = candidates
    for index in queue.indices { queue[index].sort(names) }
    queue.sort { left, right in
      if isSubstitute {
        if left.preference != right.preference { return left.preference > right.preference }
        if left.surplus != right.surplus { return left.surplus < right.surplus }
      } else {
        let isLeftSure = left.logLikelihoodRatio >= floor
        let isRightSure = right.logLikelihoodRatio >= floor
        if isLeftSure != isRightSure { return isLeftSure }
        if left.preference != right.preference { return left.preference > right.preference }
        if left.logLikelihoodRatio != right.logLikelihoodRatio {
          return left.logLikelihoodRatio > right.logLikelihoodRatio
        }
      }
      return BundleSearch.precedes(left.items, right.items, names)
    }
    for candidate in queue {
      if report.bundles.count == query.count { break }
      var candidate = candidate
      guard let relation = isSubstitute ? .substitute : self.relation(of: &candidate) else {
        report.isTruncated = true
        break
      }
      if let wanted = query.relation, wanted != relation { continue }
      report.bundles.append(bundle(candidate, relation))
    }
    addPrices()
  }

  /// By the first item's id, then the second's; of two, one of which begins with the other, the
  /// shorter.
  private static func precedes(_ left: [Int32], _ right: [Int32], _ names: NameTable) -> Bool {
    for (one, other) in zip(left, right) where one != other { return names.precedes(one, other) }
    return left.count < right.count
  }

  /// Complement or unclear, or nil where telling would be too much work. What is expected by chance
  /// is the most that any way to take one item from the others makes of it.
  private mutating func relation(of candidate: inout BundleCandidate) -> BundleRelation? {
    for place in candidate.items.indices {
      guard let rest = rest(of: candidate, without: place) else { return nil }
      candidate.expected = max(
        candidate.expected, candidate.expected(place, rest: rest, lineCount: counts.lineCount))
    }
    let surplus = Significance.signedPoissonDeviance(
      candidate.together, expected: candidate.expected)
    let isSure =
      candidate.logLikelihoodRatio >= report.floor && surplus >= Significance.single
    return isSure ? .complement : .unclear
  }

  /// The baskets of all items of a candidate but one; nil where counting them would be too much
  /// work.
  private mutating func rest(
    of candidate: BundleCandidate, without place: Int
  ) -> SetCounts.Entry? {
    var items = candidate.items
    items.remove(at: place)
    if items.count == 1 { return counts.entry(of: items[0]) }
    return counts.entry(of: items[0], items[1])
  }

  private func bundle(_ candidate: BundleCandidate, _ relation: BundleRelation) -> Bundle {
    Bundle(
      items: candidate.items, baskets: candidate.together, support: candidate.support,
      lift: candidate.lift, leverage: candidate.leverage,
      logLikelihoodRatio: candidate.logLikelihoodRatio, expected: candidate.expected,
      relation: relation,
      rules: relation == .substitute
        ? []
        : candidate.consequents(confidence: query.minimumConfidence).map(candidate.rule),
      viewedTogether: candidate.viewedTogether,
      preference: preference == nil ? nil : candidate.preference)
  }

  /// Prices of bundles whose items all have a price and a cost.
  private mutating func addPrices() {
    if query.relation == .substitute { return }
    func isPriced(_ item: Int32) -> Bool {
      facts.items[item].price != nil && facts.items[item].cost != nil
    }
    let priced = report.bundles.indices.filter { report.bundles[$0].items.allSatisfy(isPriced) }
    if priced.isEmpty { return }
    let sensitivity = PriceSensitivity(
      of: Set(priced.flatMap { report.bundles[$0].items }), orders: facts.orders,
      viewpoint: query.viewpoint)
    for index in priced {
      let items = report.bundles[index].items
      report.bundles[index].price = BundlePrice(
        items.map { facts.items[$0] }, sensitivity: sensitivity.share(of: items))
    }
  }

  // MARK: Substitutes

  /// Pairs that are looked at together more than by chance, and bought together less.
  mutating func findSubstitutes(_ rule: (Int32) -> String?) {
    guard query.sizes.contains(2) else { return }
    let anchor = query.item
    if let anchor, !allows(anchor, rule) { return }
    let visits = ViewSessions(
      facts.events, customers: facts.customers.count, viewpoint: query.viewpoint)
    var viewed = [Int](repeating: 0, count: visits.itemBound)
    visits.forEach { for item in $0 { viewed[Int(item)] += 1 } }
    // The item itself was asked about already.
    let table = table(
      itemBound: visits.itemBound, minimumCount: 2, besides: nil,
      { $0 == anchor ? nil : rule($0) }
    ) { body in
      visits.forEach { visit in if anchor.map(visit.contains) ?? true { body(visit) } }
    }
    let miner = ItemsetMiner(table, minimumCount: 2, maximumSize: 2, work: query.work)
    report.isTruncated = miner.isTruncated
    let items = Double(viewed.count { $0 > 0 })
    report.floor = Significance.floor(
      ofTests: anchor == nil ? items * (items - 1) / 2 : items - 1)
    let floor = report.floor
    let pairs = miner.found.map { set in
      (items: set.ranks.map { table.items[Int($0)] }, count: set.count)
    }.filter { pair in
      if let anchor, !pair.items.contains(anchor) { return false }
      report.considered += 1
      let views = Contingency(
        both: pair.count, first: viewed[Int(pair.items[0])], second: viewed[Int(pair.items[1])],
        total: visits.count)
      return views.signedLogLikelihoodRatio >= floor
    }.sorted { left, right in
      left.count != right.count
        ? left.count > right.count
        : BundleSearch.precedes(left.items, right.items, facts.items.names)
    }
    countPairs(pairs.map { ($0.items[0], $0.items[1]) })
    for pair in pairs {
      guard let both = counts.entry(of: pair.items[0], pair.items[1]),
        let first = counts.entry(of: pair.items[0]), let second = counts.entry(of: pair.items[1])
      else {
        report.isTruncated = true
        return
      }
      var candidate = BundleCandidate(
        items: pair.items, together: both.count, own: [first.count, second.count],
        others: [second.count, first.count], total: counts.basketCount)
      // Of two ways to say what chance would give, the one that gives less.
      candidate.expected = min(
        candidate.expected(1, rest: first, lineCount: counts.lineCount),
        candidate.expected(0, rest: second, lineCount: counts.lineCount))
      candidate.surplus = Significance.signedPoissonDeviance(
        both.count, expected: candidate.expected)
      guard candidate.surplus <= -floor else { continue }
      if let preference, preference.isKnown {
        candidate.preference = preference.share(of: pair.items)
        if candidate.preference == 0 { continue }
      }
      candidate.logLikelihoodRatio = candidate.leastLogLikelihoodRatio
      candidate.viewedTogether = pair.count
      candidates.append(candidate)
    }
  }
}

extension BundleCandidate {
  /// Brings the items in the order of their ids, and their counts with them.
  fileprivate mutating func sort(_ names: NameTable) {
    let order = items.indices.sorted { names.precedes(items[$0], items[$1]) }
    items = order.map { items[$0] }
    own = order.map { own[$0] }
    others = order.map { others[$0] }
  }
}
