/// Rows of features, one behind the other, and how they are brought to one scale.
package struct FeatureRows: Sendable {
  package let width: Int
  package private(set) var values: [Double] = []

  /// - Parameter width: features of a row, above zero.
  package init(width: Int) {
    precondition(width > 0, "a row has features")
    self.width = width
  }

  package var count: Int { values.count / width }

  /// Adds a row; what is not finite counts as zero.
  package mutating func append(_ row: some Sequence<Double>) {
    let before = values.count
    for value in row { values.append(value.isFinite ? value : 0) }
    precondition(values.count == before + width, "every row has all features")
  }

  package func row(_ index: Int) -> ArraySlice<Double> {
    values[index * width..<(index + 1) * width]
  }

  /// Mean and deviation of each feature over some rows; a feature that never varies has deviation
  /// 1.
  func scale(over rows: some Sequence<Int>) -> FeatureScale {
    var means = [Double](repeating: 0, count: width)
    var squares = means
    var count = 0.0
    for row in rows {
      count += 1
      for feature in 0..<width {
        let value = values[row * width + feature]
        let step = value - means[feature]
        means[feature] += step / count
        squares[feature] += step * (value - means[feature])
      }
    }
    let deviations = squares.map { square in
      let deviation = (square / max(1, count)).squareRoot()
      return deviation > 1e-9 && deviation.isFinite ? deviation : 1
    }
    return FeatureScale(means: means, deviations: deviations)
  }
}

/// How features are brought to mean 0 and deviation 1.
struct FeatureScale: Equatable, Sendable {
  var means: [Double]
  var deviations: [Double]

  /// The row with a leading 1. Values further off than ten deviations are held there.
  func standardized(_ row: some Collection<Double>, into target: inout [Double]) {
    target[0] = 1
    for (index, value) in row.enumerated() {
      let scaled = (value - means[index]) / deviations[index]
      target[index + 1] = scaled.isFinite ? min(10, max(-10, scaled)) : 0
    }
  }
}
