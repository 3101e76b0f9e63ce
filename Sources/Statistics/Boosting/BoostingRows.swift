/// What trees are fitted to: rows of features, each with a label, in groups.
///
/// A group is one question: the rows between two calls of `closeGroup`; rows after the last call
/// are one group more. Features are finite; what is missing needs a number of its own.
package struct BoostingRows: Sendable {
  package static let maximumFeatureCount = 64

  package let featureCount: Int
  /// Row-major.
  package private(set) var values: [Float] = []
  package private(set) var labels: [Bool] = []
  package private(set) var weights: [Double] = []
  private var groupEnds: [Int] = []

  /// - Parameter featureCount: 1...64.
  package init(featureCount: Int) {
    precondition((1...BoostingRows.maximumFeatureCount).contains(featureCount))
    self.featureCount = featureCount
  }

  package var count: Int { labels.count }

  /// - Parameters:
  ///   - features: as many as `featureCount`, finite.
  ///   - weight: 0...10^9.
  package mutating func append(
    _ features: UnsafeBufferPointer<Float>, label: Bool, weight: Double = 1
  ) {
    precondition(features.count == featureCount, "one number for each feature")
    precondition(features.allSatisfy(\.isFinite), "features are finite")
    precondition(weight >= 0 && weight <= 1e9, "weights lie in 0...10^9")
    values.append(contentsOf: features)
    labels.append(label)
    weights.append(weight)
  }

  package mutating func append(_ features: [Float], label: Bool, weight: Double = 1) {
    features.withUnsafeBufferPointer { append($0, label: label, weight: weight) }
  }

  /// Ends the group that the rows since the last call form; without rows nothing.
  package mutating func closeGroup() {
    if count > groupEnds.last ?? 0 { groupEnds.append(count) }
  }

  package var groups: [Range<Int>] {
    var groups: [Range<Int>] = []
    groups.reserveCapacity(groupEnds.count + 1)
    var start = 0
    for end in groupEnds {
      groups.append(start..<end)
      start = end
    }
    if start < count { groups.append(start..<count) }
    return groups
  }
}
