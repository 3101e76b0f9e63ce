/// Linear equations with a symmetric positive definite matrix, a few dozen wide.
package enum Cholesky {
  /// The x of `matrix` x = `right`, or nil where the matrix is not positive definite as computed.
  ///
  /// - Parameter matrix: n x n by rows; only the lower half is read. O(n^3).
  package static func solve(_ matrix: [Double], _ right: [Double]) -> [Double]? {
    let count = right.count
    precondition(matrix.count == count * count, "a square matrix")
    var lower = matrix
    for column in 0..<count {
      var pivot = lower[column * count + column]
      for inner in 0..<column {
        let entry = lower[column * count + inner]
        pivot -= entry * entry
      }
      guard pivot > 0, pivot.isFinite else { return nil }
      let root = pivot.squareRoot()
      lower[column * count + column] = root
      for row in (column + 1)..<max(count, column + 1) {
        var sum = lower[row * count + column]
        for inner in 0..<column {
          sum -= lower[row * count + inner] * lower[column * count + inner]
        }
        lower[row * count + column] = sum / root
      }
    }
    var solution = right
    for row in 0..<count {
      for inner in 0..<row { solution[row] -= lower[row * count + inner] * solution[inner] }
      solution[row] /= lower[row * count + row]
    }
    for row in (0..<count).reversed() {
      for inner in (row + 1)..<max(count, row + 1) {
        solution[row] -= lower[inner * count + row] * solution[inner]
      }
      solution[row] /= lower[row * count + row]
    }
    return solution.allSatisfy { $0.isFinite } ? solution : nil
  }
}
