/// Rows with each feature cut into at most 64 bins of about equally many rows.
///
/// A bin is the number of cuts below the value. A cut lies in the middle between two values that
/// occur, so the order of the rows plays no part.
struct BoostingBins {
  static let maximumBinCount = 64

  let rowCount: Int
  /// By feature, ascending, at most 63.
  let cuts: [[Float]]
  /// Column-major: the bin of a row at `feature * rowCount + row`.
  private(set) var columns: [UInt8]

  /// O(features x rows x log rows).
  init(_ rows: BoostingRows) {
    var cuts: [[Float]] = []
    var column: [Float] = []
    var positives: [Float] = []
    for feature in 0..<rows.featureCount {
      column.removeAll(keepingCapacity: true)
      positives.removeAll(keepingCapacity: true)
      for row in 0..<rows.count {
        let value = rows.values[row * rows.featureCount + feature]
        column.append(value)
        if rows.labels[row] { positives.append(value) }
      }
      column.sort()
      positives.sort()
      cuts.append(BoostingBins.cuts(ofSorted: column, positives: positives))
    }
    self.init(rows, cuts: cuts)
  }

  /// By cuts that are known already.
  init(_ rows: BoostingRows, cuts: [[Float]]) {
    precondition(
      cuts.allSatisfy { $0.count < BoostingBins.maximumBinCount }, "a bin more than there are cuts")
    rowCount = rows.count
    self.cuts = cuts
    columns = Array(repeating: 0, count: rows.featureCount * rows.count)
    let (rowCount, featureCount) = (rows.count, rows.featureCount)
    columns.withUnsafeMutableBufferPointer { columns in
      rows.values.withUnsafeBufferPointer { values in
        for feature in 0..<featureCount {
          cuts[feature].withUnsafeBufferPointer { cuts in
            for row in 0..<rowCount {
              columns[feature * rowCount + row] = UInt8(
                truncatingIfNeeded: BoostingBins.bin(values[row * featureCount + feature], cuts))
            }
          }
        }
      }
    }
  }

  /// The number of cuts below the value.
  private static func bin(_ value: Float, _ cuts: UnsafeBufferPointer<Float>) -> Int {
    var (low, high) = (0, cuts.count)
    while low < high {
      let middle = (low + high) / 2
      if cuts[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// One bin for each value where there are few. Else a bin is closed when it holds its share of
  /// the rows that are left, so that a value that most rows have takes one bin and no more.
  ///
  /// The positive rows, of which there are few, count for as many as the others: the cuts are to
  /// lie close together where the two differ.
  static func cuts(ofSorted values: [Float], positives: [Float] = []) -> [Float] {
    let factor = positives.isEmpty ? 1 : max(1, values.count / positives.count - 1)
    var distinct: [(value: Float, count: Int)] = []
    var next = 0
    for value in values {
      if distinct.last?.value == value {
        distinct[distinct.count - 1].count += 1
      } else {
        distinct.append((value, 1))
        while next < positives.count, positives[next] == value {
          distinct[distinct.count - 1].count += factor - 1
          next += 1
        }
      }
    }
    var cuts: [Float] = []
    let hasOneEach = distinct.count <= maximumBinCount
    var (inBin, left) = (0, distinct.reduce(0) { $0 + $1.count })
    for index in distinct.indices.dropLast() {
      inBin += distinct[index].count
      let isFull = inBin * (maximumBinCount - cuts.count) >= left
      guard hasOneEach || isFull, cuts.count < maximumBinCount - 1 else { continue }
      cuts.append(middle(distinct[index].value, distinct[index + 1].value))
      left -= inBin
      inBin = 0
    }
    return cuts
  }

  /// At least the lower value and below the higher one, however close they are.
  private static func middle(_ low: Float, _ high: Float) -> Float {
    let middle = Float((Double(low) + Double(high)) / 2)
    return middle < high ? middle : low
  }
}
