/// Points to find clusters among: so many of so many coordinates each.
///
/// A point lies in blocks of four coordinates, the last filled up with zeros, so that a distance is
/// a few operations on four numbers at once.
package struct ClusterPoints: Equatable, Sendable {
  package let count: Int
  package let dimensions: Int
  let blocks: Int
  private(set) var storage: [SIMD4<Double>]

  /// What lies beyond is put there, so that squares stay numbers.
  private static let farthest = 1e100

  /// - Parameter columns: the coordinates, each a list of as many numbers as there are points; what
  ///   is no number counts as 0.
  package init(columns: [[Double]]) {
    let count = columns.first?.count ?? 0
    precondition(columns.allSatisfy { $0.count == count }, "every point has every coordinate")
    self.count = count
    dimensions = columns.count
    blocks = max(1, (columns.count + 3) / 4)
    storage = Array(repeating: .zero, count: count * blocks)
    for (index, column) in columns.enumerated() {
      let (block, lane) = index.quotientAndRemainder(dividingBy: 4)
      for point in column.indices where column[point].isFinite {
        storage[point * blocks + block][lane] = max(
          -Self.farthest, min(Self.farthest, column[point]))
      }
    }
  }

  private init(count: Int, dimensions: Int, blocks: Int, storage: [SIMD4<Double>]) {
    self.count = count
    self.dimensions = dimensions
    self.blocks = blocks
    self.storage = storage
  }

  /// The coordinates of a point.
  package subscript(point: Int) -> [Double] {
    (0..<dimensions).map { storage[point * blocks + $0 / 4][$0 % 4] }
  }

  /// The same number of points, elsewhere.
  mutating func replace(_ storage: [SIMD4<Double>]) { self.storage = storage }

  /// Some of the points, in that order.
  func picked(_ points: [Int]) -> ClusterPoints {
    var picked: [SIMD4<Double>] = []
    picked.reserveCapacity(points.count * blocks)
    for point in points { picked += storage[(point * blocks)..<((point + 1) * blocks)] }
    return ClusterPoints(
      count: points.count, dimensions: dimensions, blocks: blocks, storage: picked)
  }

  /// At most so many points, drawn without return; all of them where these suffice.
  func sample(_ most: Int, _ chance: inout SplitMix) -> ClusterPoints {
    if count <= most { return self }
    // Floyd's way to draw without return, then in order.
    var drawn: Set<Int> = []
    for last in (count - most)..<count {
      let point = chance.next(below: last + 1)
      if !drawn.insert(point).inserted { drawn.insert(last) }
    }
    return picked(drawn.sorted())
  }
}

/// The square of the distance between two points of so many blocks.
@inline(__always)
func squaredDistance(
  _ left: UnsafePointer<SIMD4<Double>>, _ right: UnsafePointer<SIMD4<Double>>, _ blocks: Int
) -> Double {
  var difference = left[0] - right[0]
  var sum = difference * difference
  for block in 1..<max(1, blocks) {
    difference = left[block] - right[block]
    sum += difference * difference
  }
  return sum.sum()
}
