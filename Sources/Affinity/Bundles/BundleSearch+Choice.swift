import Shop
import Statistics

extension BundleSearch {
  /// Ranks the candidates, and makes bundles of as many as are asked for.
  mutating func choose() {
    let floor = report.floor
    let names = facts.items.names
    let isSubstitute = query.relation == .substitute
    var heap = CandidateHeap(candidates) { left, right in
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
    while report.bundles.count < query.count, var candidate = heap.popFirst() {
      if !candidate.isCounted {
        guard count(&candidate) else { break }
        if let candidate = admitted(candidate) { heap.push(candidate) }
        continue
      }
      guard let relation = isSubstitute ? .substitute : self.relation(of: &candidate) else {
        report.isTruncated = true
        break
      }
      if let wanted = query.relation, wanted != relation { continue }
      report.bundles.append(bundle(candidate, relation))
    }
    addPrices()
  }

  /// Counts what is not counted of a three; false where that is too much work.
  private mutating func count(_ candidate: inout BundleCandidate) -> Bool {
    for place in 0..<3 where candidate.others[place] < 0 {
      if rest(of: candidate, without: place) == nil {
        report.isTruncated = true
        return false
      }
    }
    let items = candidate.items
    candidate.others = UpToThree(0, 1, 2).map { place in
      let rest = items.others(place)
      return counts.counted(rest.0, rest.1)?.count ?? 0
    }
    return true
  }

  /// By the first item's id, then the second's; of two, one of which begins with the other, the
  /// shorter.
  private static func precedes(
    _ left: UpToThree<Int32>, _ right: UpToThree<Int32>, _ names: NameTable
  ) -> Bool {
    for place in 0..<min(left.count, right.count) where left[place] != right[place] {
      return names.precedes(left[place], right[place])
    }
    return left.count < right.count
  }

  /// Complement or unclear, or nil where telling would be too much work. What is expected by chance
  /// is the most that any way to take one item from the others makes of it.
  private mutating func relation(of candidate: inout BundleCandidate) -> BundleRelation? {
    for place in 0..<candidate.items.count {
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
    let items = candidate.items
    if items.count == 2 { return counts.entry(of: items[1 - place]) }
    let rest = items.others(place)
    return counts.entry(of: rest.0, rest.1)
  }

  private func bundle(_ candidate: BundleCandidate, _ relation: BundleRelation) -> Bundle {
    Bundle(
      items: candidate.items.array, baskets: candidate.together, support: candidate.support,
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
    let names = facts.items.names
    for set in miner.found {
      let items = set.ranks.map { table.items[Int($0)] }.sorted { names.precedes($0, $1) }
      if let anchor, !items.contains(anchor) { continue }
      report.considered += 1
      let views = Contingency(
        both: set.count, first: viewed[Int(items[0])], second: viewed[Int(items[1])],
        total: visits.count)
      if views.signedLogLikelihoodRatio < floor { continue }
      guard offerSubstitute(UpToThree(items[0], items[1]), viewedTogether: set.count) else {
        report.isTruncated = true
        return
      }
    }
  }

  /// Takes a pair that is looked at together, if it is bought together less than by chance; false
  /// where telling would be too much work.
  private mutating func offerSubstitute(
    _ items: UpToThree<Int32>, viewedTogether: Int
  ) -> Bool {
    guard let first = counts.entry(of: items[0]), let second = counts.entry(of: items[1]) else {
      return false
    }
    let own = UpToThree(first.count, second.count)
    let others = UpToThree(second.count, first.count)
    func candidate(_ together: Int) -> BundleCandidate {
      BundleCandidate(
        items: items, together: together, own: own, others: others, total: counts.basketCount)
    }
    // Of two ways to say what chance would give, the one that gives less.
    let none = candidate(0)
    let expected = min(
      none.expected(1, rest: first, lineCount: counts.lineCount),
      none.expected(0, rest: second, lineCount: counts.lineCount))
    // Where not even none would be few enough, nothing has to be counted.
    if 2 * expected < report.floor { return true }
    guard let both = counts.entry(of: items[0], items[1]) else { return false }
    var pair = candidate(both.count)
    pair.expected = expected
    pair.surplus = Significance.signedPoissonDeviance(both.count, expected: expected)
    if pair.surplus > -report.floor { return true }
    if let preference, preference.isKnown {
      pair.preference = preference.share(of: items.array)
      if pair.preference == 0 { return true }
    }
    pair.logLikelihoodRatio = pair.leastLogLikelihoodRatio
    pair.viewedTogether = viewedTogether
    candidates.append(pair)
    return true
  }
}
