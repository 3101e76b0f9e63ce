/// A tree of a fit, over bins.
struct GrownTree {
  var questions: [(feature: Int, cutIndex: Int)]
  var leaves: [Double]

  /// Adds each row's leaf to its score. O(rows x depth).
  func add(to scores: inout [Double], _ bins: BoostingBins) {
    let rowCount = bins.rowCount
    var scores = scores.mutableSpan
    bins.columns.withUnsafeBufferPointer { columns in
      // A block of rows at a time, so that their leaves stay in the cache.
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { leaf in
        for start in stride(from: 0, to: rowCount, by: 4096) {
          let count = min(4096, rowCount - start)
          leaf.update(repeating: 0)
          for (level, question) in questions.enumerated() {
            let column = columns.baseAddress! + (question.feature * rowCount + start)
            let cut = UInt8(question.cutIndex)
            for row in 0..<count {
              leaf[row] |= (column[row] > cut ? 1 : 0) << UInt8(level)
            }
          }
          for row in 0..<count { scores[start + row] += leaves[Int(leaf[row])] }
        }
      }
    }
  }
}
