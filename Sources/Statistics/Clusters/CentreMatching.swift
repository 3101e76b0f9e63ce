/// Which of the new is which of the old: pairs of the least sum of costs.
package enum CentreMatching {
  /// The column of each row, each column at most once, so that the sum of the costs is least; nil
  /// for the rows that are left over where there are more of them.
  ///
  /// The Hungarian method by shortest paths (Jonker and Volgenant 1987). O(size^3).
  ///
  /// - Parameter costs: a row for each new one with a finite number for each old one.
  package static func match(_ costs: [[Double]]) -> [Int?] {
    let (rows, columns) = (costs.count, costs.first?.count ?? 0)
    if rows == 0 || columns == 0 { return Array(repeating: nil, count: rows) }
    // Filled up to a square with pairs that cost nothing, which is the same for all.
    let size = max(rows, columns)
    func cost(_ row: Int, _ column: Int) -> Double {
      row < rows && column < columns ? costs[row][column] : 0
    }
    var rowPrice = [Double](repeating: 0, count: size + 1)
    var columnPrice = [Double](repeating: 0, count: size + 1)
    // Places from 1; 0 is nobody.
    var rowOf = [Int](repeating: 0, count: size + 1)
    for row in 1...size {
      rowOf[0] = row
      var column = 0
      var least = [Double](repeating: .infinity, count: size + 1)
      var cameFrom = [Int](repeating: 0, count: size + 1)
      var isDone = [Bool](repeating: false, count: size + 1)
      repeat {
        isDone[column] = true
        let current = rowOf[column]
        var (step, next) = (Double.infinity, 0)
        for other in 1...size where !isDone[other] {
          let way = cost(current - 1, other - 1) - rowPrice[current] - columnPrice[other]
          if way < least[other] { (least[other], cameFrom[other]) = (way, column) }
          if least[other] < step { (step, next) = (least[other], other) }
        }
        // Only costs that are no numbers leave no way.
        if next == 0 { return Array(repeating: nil, count: rows) }
        for other in 0...size {
          if isDone[other] {
            rowPrice[rowOf[other]] += step
            columnPrice[other] -= step
          } else {
            least[other] -= step
          }
        }
        column = next
      } while rowOf[column] != 0
      while column != 0 {
        rowOf[column] = rowOf[cameFrom[column]]
        column = cameFrom[column]
      }
    }
    var matches = [Int?](repeating: nil, count: rows)
    for column in 1...size where rowOf[column] <= rows && column <= columns {
      matches[rowOf[column] - 1] = column - 1
    }
    return matches
  }
}
