import Shop
import Statistics

// How answers are judged
// ----------------------
// The newest orders are replayed (`OrderReplay`) and each is asked about before it is let in:
// every question sees what a shop would have known at that moment, and nothing later. Each source
// is ranked alone beside the mix, over all items that it knows, so that what each is worth can be
// read off; top sellers are the baseline that everything has to beat.

/// The recommender's record over the shop's own past orders.
package struct RankEvaluation: Equatable, Sendable {
  /// What ranks the items.
  package enum Source: String, CaseIterable, Sendable {
    /// What sells now.
    case trending
    /// What sold most, ever.
    case topSellers = "top_sellers"
    /// What the customer bought most often, then what sells.
    case personalTop = "personal_top"
    case coPurchase = "co_purchase"
    case history
    case ownRepeat = "repeat"
    case similarCustomers = "similar_customers"
    /// All sources with the weights that choose candidates.
    case recall
    /// The answer of `recommend`.
    case mix
  }

  package struct Options: Sendable {
    /// The newest share of the orders that is asked about, 0 to 1.
    package var share = 0.15
    /// Questions of a kind, at most; spread evenly over those orders.
    package var maximumQuestionCount = 2_000
    package var seed: UInt64 = 1

    package init() {}
  }

  package private(set) var measures: [Ranker.Kind: [Source: RankMeasures]] = [:]
  /// Items of the shop.
  package private(set) var itemCount = 0
  package private(set) var firstOrder: Instant?

  /// Asks about the newest orders. O(orders + questions x an answer).
  ///
  /// - Parameters:
  ///   - end: the last moment whose orders are asked about; the shares are of those up to it.
  ///   - goesOn: told how much is done, 0 to 1; false stops the work.
  /// - Throws: `LearningStopped` then.
  package init(
    facts: ShopFacts, baskets: BasketIndex, ranker: Ranker, options: Options = Options(),
    until end: Instant = .latest, goesOn: (Double) -> Bool
  ) throws(LearningStopped) {
    var replay = OrderReplay(facts, baskets: baskets)
    var chance = SplitMix(seed: options.seed)
    let count = replay.count(through: end)
    let first = Int32((Double(count) * (1 - options.share)).rounded())
    let asked = max(1, Double(count - first))
    let stride = max(1, asked / Double(options.maximumQuestionCount))
    var due = 0.0
    while replay.position < count {
      let position = replay.position
      if position % 64 == 0, !goesOn(Double(position) / Double(count)) {
        throw LearningStopped()
      }
      if position >= first, Double(position - first) >= due {
        due += stride
        if firstOrder == nil { firstOrder = replay.facts.orders.time[Int(position)] }
        let items = replay.items
        replay.withIndex { index, facts in
          for question in PastQuestion.about(position, items, facts, count: 20, chance: &chance) {
            ask(question, ranker, &index, facts)
          }
        }
      }
      replay.advance()
    }
    itemCount = facts.items.liveCount
  }

  private mutating func ask(
    _ question: PastQuestion, _ ranker: Ranker, _ index: inout AffinityIndex, _ facts: ShopFacts
  ) {
    guard let survey = index.survey(question, ranker, facts) else { return }
    for (source, list) in survey.lists {
      measures[question.kind, default: [:]][source, default: RankMeasures()].take(
        list.items, truth: survey.truth, isOwn: { survey.own.contains($0) },
        share: { survey.shares[$0] ?? 0 }, isFallback: { list.isFallback.contains($0) })
    }
  }
}

/// A question that was answered by every source.
private struct Survey {
  struct List {
    var items: [Int32] = []
    /// Places of items that nothing but their sales speaks for.
    var isFallback: Set<Int> = []
  }
  var lists: [RankEvaluation.Source: List] = [:]
  var truth: Set<Int32>
  var own: Set<Int32> = []
  var shares: [Int32: Double] = [:]
}

extension AffinityIndex {
  /// Answers by each source; nil where no right answer is possible: a customer never seen, or
  /// nothing bought that the question asks for.
  fileprivate mutating func survey(
    _ question: PastQuestion, _ ranker: Ranker, _ facts: ShopFacts
  ) -> Survey? {
    let query = question.query
    let recall = Recall(query, facts: facts, index: &self)
    defer { cells.clear() }
    guard Ranker.kind(of: query, recall) == question.kind else { return nil }
    var survey = Survey(truth: question.truth)
    survey.own = Set(recall.history.entries.map(\.item))
    if query.repeats == .none { survey.truth.subtract(survey.own) }
    // What never sold before cannot be known to any source, and counts as missed all the same.
    if survey.truth.isEmpty { return nil }
    let names = facts.items.names
    let popularity = ranking(of: query, atLeast: 64, facts)
    for source in RankEvaluation.Source.allCases {
      if source == .mix || (source == .coPurchase && recall.basketSize == 0) { continue }
      if recall.history.isEmpty, [.history, .ownRepeat, .personalTop].contains(source) { continue }
      if query.repeats == .none, [.ownRepeat, .personalTop].contains(source) { continue }
      var candidates: [Ranked] = []
      let knowsAll = source == .trending || source == .topSellers || source == .personalTop
      if knowsAll {
        for item in 0..<Int32(baskets.itemBound)
        where !cells.isClosed(item) && !(query.repeats == .none && cells[item].own > 0) {
          let score = self.score(source, item, recall, popularity)
          if score > 0 { candidates.append(Ranked(item: item, score: score)) }
        }
      } else {
        cells.forEach { item, cell in
          if query.repeats == .none, cell.own > 0 { return }
          let score = self.score(source, item, recall, popularity)
          if score > 0 { candidates.append(Ranked(item: item, score: score)) }
        }
      }
      var queue = RankedQueue(candidates, expected: query.count)
      var list = Survey.List()
      while list.items.count < query.count, let next = queue.next(names) {
        list.items.append(next.item)
      }
      survey.lists[source] = list
    }
    cells.clear()
    let answer = answer(query, facts: facts, ranker: ranker) { _ in nil }
    var mix = Survey.List()
    for (place, slot) in answer.slots.enumerated() {
      mix.items.append(slot.item)
      if slot.source.isFallback { mix.isFallback.insert(place) }
    }
    survey.lists[.mix] = mix
    for list in survey.lists.values {
      for item in list.items {
        survey.shares[item] =
          Double(max(1, baskets.count(of: item))) / Double(max(1, baskets.basketCount))
      }
    }
    return survey
  }

  private func score(
    _ source: RankEvaluation.Source, _ item: Int32, _ recall: Recall, _ popularity: Popularity
  ) -> Double {
    let cell = cells[item]
    switch source {
    case .trending: return popularity.share(of: item)
    case .topSellers: return Double(baskets.count(of: item))
    case .personalTop:
      let own = cell.entry < 0 ? 0 : Double(recall.history.entries[Int(cell.entry)].count)
      return own + Double(baskets.count(of: item)) / Double(baskets.basketCount + 1)
    case .coPurchase: return cell.basket
    case .history: return cell.history
    case .ownRepeat: return repeats.share(of: item) * cell.own
    case .similarCustomers: return recall.similar(cell)
    case .recall, .mix:
      return recall.score(item, cell, repeats: repeats, popularity: popularity)
    }
  }
}

/// Long work was stopped by whoever asked for it.
package struct LearningStopped: Error {
  package init() {}
}
