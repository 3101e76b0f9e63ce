/// The area under the ROC curve: the probability that somebody of whom it is true has a higher
/// score than somebody of whom it is not, ties counting one half (Mann and Whitney 1947).
package enum RankArea {
  /// Nil where all are alike. O(n log n).
  ///
  /// - Parameters:
  ///   - scores: numbers; what is none counts as lowest.
  ///   - outcomes: whether it is true, as many as scores.
  package static func area(scores: [Double], outcomes: [Bool]) -> Double? {
    precondition(scores.count == outcomes.count, "each score has an outcome")
    let count = outcomes.count
    let positives = outcomes.reduce(0) { $0 + ($1 ? 1 : 0) }
    if positives == 0 || positives == count { return nil }
    let values = scores.map { $0.isNaN ? -Double.infinity : $0 }
    let order = values.indices.sorted { values[$0] < values[$1] }
    // Twice the sum of the ranks, from 1, of the positive ones; equal scores share a mean rank.
    var twice = 0.0
    var start = 0
    while start < count {
      var end = start
      var hits = 0
      while end < count, values[order[end]] == values[order[start]] {
        hits += outcomes[order[end]] ? 1 : 0
        end += 1
      }
      twice += Double(hits) * Double(start + end + 1)
      start = end
    }
    let n = Double(positives)
    return (twice / 2 - n * (n + 1) / 2) / (n * Double(count - positives))
  }
}
