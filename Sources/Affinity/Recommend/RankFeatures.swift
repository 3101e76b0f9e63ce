import Shop

/// The features of a question's candidates, row by row in the order of `RankFeature`.
struct RankFeatures: Sendable {
  private(set) var values: [Float]

  /// O(candidates + history).
  init(
    of candidates: [Ranked], _ recall: borrowing Recall, query: RecommendQuery,
    popularity: borrowing Popularity, facts: borrowing ShopFacts, index: inout AffinityIndex
  ) {
    values = [Float](repeating: 0, count: candidates.count * RankFeature.count)
    let history = recall.history
    index.weighCategories(of: history, facts.items.marks)
    defer { index.clearCategories(of: history, facts.items.marks) }
    values.withUnsafeMutableBufferPointer { values in
      RankFeatures.fill(
        values, of: candidates, recall, query, popularity, facts.items.marks, index)
    }
  }

  private static func fill(
    _ values: UnsafeMutableBufferPointer<Float>, of candidates: [Ranked], _ recall: Recall,
    _ query: RecommendQuery, _ popularity: Popularity, _ marks: [ItemMarks],
    _ index: borrowing AffinityIndex
  ) {
    let history = recall.history
    var best = Greatest()
    for candidate in candidates { best.take(index.cells[candidate.item], candidate.score) }
    let basketCount = Double(max(1, index.baskets.basketCount))
    let prior = 5 / basketCount
    let weightSum = history.entries.reduce(0) { $0 + $1.weight }
    let basketSize = Float(recall.basketSize)
    let customerBaskets = Float(history.basketCount)
    let customerBasketSize =
      history.basketCount == 0 ? 0 : Float(history.lineCount) / Float(history.basketCount)
    let customerRepeatShare = Float(history.repeatShare)
    for (place, candidate) in candidates.enumerated() {
      let item = candidate.item
      let cell = index.cells[item]
      let start = place * RankFeature.count
      let row = RankRow(
        UnsafeMutableBufferPointer(rebasing: values[start..<start + RankFeature.count]))
      row[.basketSize] = basketSize
      row[.customerBaskets] = customerBaskets
      row[.customerBasketSize] = customerBasketSize
      row[.customerRepeatShare] = customerRepeatShare
      if cell.entry >= 0 {
        row.setOwn(
          history.entries[Int(cell.entry)], of: history,
          usualGapDays: index.repeats.usualGapDays(of: item), query.viewpoint)
      } else {
        row[.ownRank] = 1_000
      }
      row[.repeatShare] = Float(index.repeats.share(of: item))
      let recent = popularity.share(of: item)
      let overall = Double(index.baskets.count(of: item)) / basketCount
      row[.recentShare] = Float(recent)
      row[.overallShare] = Float(overall)
      row[.trend] = Float((recent + prior) / (overall + prior))
      let fresh = popularity.freshShare(of: item)
      row[.freshShare] = Float(fresh)
      row[.surge] = Float((fresh + prior) / (recent + prior))
      row[.basketEvidence] = Float(cell.basket)
      row[.basketBest] = cell.basketBest
      row[.basketRelative] = Greatest.share(cell.basket, of: best.basket)
      row[.historyEvidence] = Float(cell.history)
      row[.historyBest] = cell.historyBest
      row[.historyRelative] = Greatest.share(cell.history, of: best.history)
      row[.newestEvidence] = cell.newest
      row[.similarEvidence] = Float(recall.similar(cell))
      row[.similarRelative] = Greatest.share(Double(cell.similar), of: best.similar)
      row[.similarShare] = Float(cell.similarCount) / Float(max(1, recall.similarCount))
      row[.categoryShare] =
        weightSum > 0 ? Float(index.categoryWeight(of: item, marks) / weightSum) : 0
      row[.browsed] = cell.browsed
      row[.recallScore] = Float(candidate.score)
      row[.recallRelative] = Greatest.share(candidate.score, of: best.recall)
    }
  }

  /// The greatest amounts of a question's candidates.
  private struct Greatest {
    var basket = 0.0
    var history = 0.0
    var similar = 0.0
    var recall = 0.0

    mutating func take(_ cell: ItemCell, _ score: Double) {
      basket = max(basket, cell.basket)
      history = max(history, cell.history)
      similar = max(similar, Double(cell.similar))
      recall = max(recall, score)
    }

    static func share(_ amount: Double, of greatest: Double) -> Float {
      greatest > 0 ? Float(amount / greatest) : 0
    }
  }
}

/// One row of the table, all zero before it is written.
private struct RankRow {
  private let values: UnsafeMutableBufferPointer<Float>

  init(_ values: UnsafeMutableBufferPointer<Float>) { self.values = values }

  subscript(feature: RankFeature) -> Float {
    get { values[feature.rawValue] }
    nonmutating set { values[feature.rawValue] = newValue }
  }

  func setOwn(
    _ entry: PurchaseHistory.Entry, of history: PurchaseHistory, usualGapDays: Double,
    _ viewpoint: Viewpoint
  ) {
    let count = Double(entry.count)
    let baskets = Double(history.basketCount)
    self[.ownCount] = Float(count)
    self[.ownShare] = Float(count / baskets)
    self[.ownWeight] = Float(entry.weight)
    self[.ownRank] = Float(entry.newestRank)
    let rank = Double(entry.newestRank) + 1
    let gapBaskets =
      count > 1 ? Double(entry.oldestRank - entry.newestRank) / (count - 1) : baskets
    self[.ownDueBaskets] = Float(rank / gapBaskets)
    // The customer's own gaps, with the item's rhythm as two more.
    let span = entry.newest.days(since: entry.oldest)
    let gapDays = (span + 2 * usualGapDays) / (count + 1)
    let days = viewpoint.daysSince(entry.newest)
    self[.ownDueDays] = gapDays > 0 ? Float(min(1_000, days / gapDays)) : 0
  }
}

extension AffinityIndex {
  fileprivate mutating func weighCategories(
    of history: PurchaseHistory, _ marks: [ItemMarks]
  ) {
    for entry in history.entries {
      let category = Int(marks[Int(entry.item)].category)
      if category < 0 { continue }
      if category >= categoryWeights.count {
        categoryWeights.append(
          contentsOf: repeatElement(0, count: category + 1 - categoryWeights.count))
      }
      categoryWeights[category] += entry.weight
    }
  }

  fileprivate mutating func clearCategories(
    of history: PurchaseHistory, _ marks: [ItemMarks]
  ) {
    for entry in history.entries where marks[Int(entry.item)].category >= 0 {
      categoryWeights[Int(marks[Int(entry.item)].category)] = 0
    }
  }

  fileprivate func categoryWeight(of item: Int32, _ marks: [ItemMarks]) -> Double {
    let category = Int(marks[Int(item)].category)
    return category >= 0 && category < categoryWeights.count ? categoryWeights[category] : 0
  }
}
