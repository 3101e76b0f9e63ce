/// Regression on an order alone.
package enum Isotonic {
  /// The values nearest to the given ones, by weighted squares, that never fall. O(n).
  ///
  /// Pool adjacent violators (Ayer, Brunk, Ewing, Reid, Silverman, "An Empirical Distribution
  /// Function for Sampling with Incomplete Information", Annals of Mathematical Statistics 26,
  /// 1955): neighbours that are out of order take their common mean.
  ///
  /// - Parameter weights: one for each value, above zero.
  package static func rising(_ values: [Double], weights: [Double]) -> [Double] {
    precondition(values.count == weights.count, "a weight for each value")
    precondition(weights.allSatisfy { $0 > 0 && $0.isFinite }, "weights are above zero")
    var blocks: [(mean: Double, weight: Double, count: Int)] = []
    for (value, weight) in zip(values, weights) {
      var block = (mean: value, weight: weight, count: 1)
      while let last = blocks.last, last.mean > block.mean {
        blocks.removeLast()
        let weight = last.weight + block.weight
        block = (
          mean: (last.mean * last.weight + block.mean * block.weight) / weight, weight: weight,
          count: last.count + block.count
        )
      }
      blocks.append(block)
    }
    return blocks.flatMap { Array(repeating: $0.mean, count: $0.count) }
  }
}
