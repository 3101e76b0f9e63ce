/// The triangular root of a symmetric matrix that is positive definite.
package struct Cholesky {
  private let root: [[Double]]

  /// Nil where the matrix is not positive definite, or hardly; only its lower half is read.
  /// O(n^3).
  package init?(_ matrix: [[Double]]) {
    var root = matrix.map { $0.map { _ in 0.0 } }
    for row in matrix.indices {
      for column in 0...row {
        var rest = matrix[row][column]
        for index in 0..<column { rest -= root[row][index] * root[column][index] }
        if row == column {
          guard rest > 1e-12, rest.isFinite else { return nil }
          root[row][row] = rest.squareRoot()
        } else {
          root[row][column] = rest / root[column][column]
        }
      }
    }
    self.root = root
  }

  /// The x of matrix x = `right`. O(n^2).
  package func solve(_ right: [Double]) -> [Double] {
    var solution = right
    for row in root.indices {
      for index in 0..<row { solution[row] -= root[row][index] * solution[index] }
      solution[row] /= root[row][row]
    }
    for row in root.indices.reversed() {
      for index in (row + 1)..<root.count { solution[row] -= root[index][row] * solution[index] }
      solution[row] /= root[row][row]
    }
    return solution
  }

  /// The diagonal of the inverse. O(n^3).
  var inverseDiagonal: [Double] {
    root.indices.map { index in
      var unit = [Double](repeating: 0, count: root.count)
      unit[index] = 1
      return solve(unit)[index]
    }
  }
}
