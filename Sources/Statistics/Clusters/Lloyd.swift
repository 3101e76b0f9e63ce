/// Lloyd's iterations with Hamerly's bounds; see `KMeans`.
struct Lloyd {
  private let points: ClusterPoints
  private(set) var centres: ClusterPoints
  private(set) var assignment: [Int32]
  private(set) var sizes: [Int]
  private(set) var inertia = Double.infinity
  private(set) var iterations = 0
  /// Of the distance to the own centre, and of that to any other.
  private var upper: [Double]
  private var lower: [Double]
  private let usesBounds: Bool

  /// What a bound must win by: more than rounding can have cost.
  private static let margin = 1 + 1e-9

  init(_ points: ClusterPoints, centres: ClusterPoints, _ options: KMeans.Options) {
    self.points = points
    self.centres = centres
    usesBounds = options.usesBounds
    assignment = Array(repeating: 0, count: points.count)
    sizes = Array(repeating: 0, count: centres.count)
    upper = Array(repeating: .infinity, count: points.count)
    lower = Array(repeating: 0, count: points.count)
  }

  /// False where it was stopped.
  mutating func run(_ options: KMeans.Options, _ goesOn: () -> Bool) -> Bool {
    let least = options.tolerance * meanVariance
    for _ in 0..<max(1, options.maximumIterations) {
      guard goesOn() else { return false }
      iterations += 1
      let changes = assign()
      if changes == 0 && iterations > 1 { break }
      if moveCentres() <= least { break }
    }
    // The points go to the centres as they ended.
    _ = assign()
    finish()
    return true
  }

  private var meanVariance: Double {
    let blocks = points.blocks
    var (sum, squares) = (
      [SIMD4<Double>](repeating: .zero, count: blocks),
      [SIMD4<Double>](repeating: .zero, count: blocks)
    )
    for point in 0..<points.count {
      for block in 0..<blocks {
        let row = points.storage[point * blocks + block]
        sum[block] += row
        squares[block] += row * row
      }
    }
    let count = Double(points.count)
    var variance = 0.0
    for block in 0..<blocks {
      let mean = sum[block] / count
      variance += (squares[block] / count - mean * mean).sum()
    }
    return max(0, variance) / Double(max(1, points.dimensions))
  }

  /// Gives every point to its nearest centre; how many went to another.
  private mutating func assign() -> Int {
    let (blocks, count) = (points.blocks, centres.count)
    let clear = halfWays()
    let usesBounds = self.usesBounds
    var changes = 0
    points.storage.withUnsafeBufferPointer { rows in
      centres.storage.withUnsafeBufferPointer { centres in
        clear.withUnsafeBufferPointer { clear in
          upper.withUnsafeMutableBufferPointer { upper in
            lower.withUnsafeMutableBufferPointer { lower in
              assignment.withUnsafeMutableBufferPointer { assignment in
                guard let rows = rows.baseAddress, let centres = centres.baseAddress else { return }
                for point in 0..<points.count {
                  let own = Int(assignment[point])
                  let row = rows + point * blocks
                  let bound = max(clear[own], lower[point])
                  if usesBounds {
                    if upper[point] * Lloyd.margin < bound { continue }
                    upper[point] =
                      squaredDistance(row, centres + own * blocks, blocks).squareRoot()
                    if upper[point] * Lloyd.margin < bound { continue }
                  }
                  var (first, second) = (Double.infinity, Double.infinity)
                  var nearest = 0
                  for centre in 0..<count {
                    let distance = squaredDistance(row, centres + centre * blocks, blocks)
                    if distance < first {
                      (first, second) = (distance, first)
                      nearest = centre
                    } else if distance < second {
                      second = distance
                    }
                  }
                  upper[point] = first.squareRoot()
                  lower[point] = second.squareRoot()
                  if nearest != own {
                    assignment[point] = Int32(nearest)
                    changes += 1
                  }
                }
              }
            }
          }
        }
      }
    }
    return changes
  }

  /// Half the distance from each centre to the next one.
  private func halfWays() -> [Double] {
    centres.storage.withUnsafeBufferPointer { rows in
      guard let rows = rows.baseAddress else { return [] }
      let blocks = centres.blocks
      return (0..<centres.count).map { centre in
        var least = Double.infinity
        for other in 0..<centres.count where other != centre {
          least = min(
            least, squaredDistance(rows + centre * blocks, rows + other * blocks, blocks))
        }
        return least.squareRoot() / 2
      }
    }
  }

  /// Moves the centres to the means of their points, and the bounds with them; the sum of the
  /// squares of how far they went.
  private mutating func moveCentres() -> Double {
    let (blocks, count) = (points.blocks, centres.count)
    var sums = [SIMD4<Double>](repeating: .zero, count: count * blocks)
    sizes = Array(repeating: 0, count: count)
    for point in 0..<points.count {
      let own = Int(assignment[point])
      sizes[own] += 1
      for block in 0..<blocks {
        sums[own * blocks + block] += points.storage[point * blocks + block]
      }
    }
    var moved = centres.storage
    for centre in 0..<count where sizes[centre] > 0 {
      for block in 0..<blocks {
        moved[centre * blocks + block] = sums[centre * blocks + block] / Double(sizes[centre])
      }
    }
    let isReset = fillEmpty(&moved)
    var shifts = [Double](repeating: 0, count: count)
    var total = 0.0
    for centre in 0..<count {
      var sum = 0.0
      for block in 0..<blocks {
        let difference = moved[centre * blocks + block] - centres.storage[centre * blocks + block]
        sum += (difference * difference).sum()
      }
      total += sum
      shifts[centre] = sum.squareRoot()
    }
    centres.replace(moved)
    if isReset {
      for point in 0..<points.count { (upper[point], lower[point]) = (.infinity, 0) }
      return .infinity
    }
    move(bounds: shifts)
    return total
  }

  /// A bound of the own centre grows by its shift, that of the others falls by their largest.
  private mutating func move(bounds shifts: [Double]) {
    var (farthest, second, which) = (0.0, 0.0, -1)
    for (centre, shift) in shifts.enumerated() {
      if shift > farthest {
        (second, farthest, which) = (farthest, shift, centre)
      } else if shift > second {
        second = shift
      }
    }
    for point in 0..<points.count {
      let own = Int(assignment[point])
      upper[point] += shifts[own]
      lower[point] = max(0, lower[point] - (own == which ? second : farthest) * Lloyd.margin)
    }
  }

  /// Centres without points go to the points that are farthest from their own, one each; whether
  /// any did.
  private func fillEmpty(_ moved: inout [SIMD4<Double>]) -> Bool {
    let empty = sizes.indices.filter { sizes[$0] == 0 }
    if empty.isEmpty { return false }
    let blocks = points.blocks
    let distances = (0..<points.count).map { point in
      (0..<blocks).reduce(0.0) { sum, block in
        let difference =
          points.storage[point * blocks + block]
          - moved[Int(assignment[point]) * blocks + block]
        return sum + (difference * difference).sum()
      }
    }
    let order = distances.indices.sorted { distances[$0] > distances[$1] }
    var isChanged = false
    for (centre, point) in zip(empty, order) where distances[point] > 0 {
      for block in 0..<blocks {
        moved[centre * blocks + block] = points.storage[point * blocks + block]
      }
      isChanged = true
    }
    return isChanged
  }

  /// Counts, and sums up what is left between points and centres.
  private mutating func finish() {
    let blocks = points.blocks
    sizes = Array(repeating: 0, count: centres.count)
    var sum = 0.0
    points.storage.withUnsafeBufferPointer { rows in
      centres.storage.withUnsafeBufferPointer { centres in
        guard let rows = rows.baseAddress, let centres = centres.baseAddress else { return }
        for point in 0..<points.count {
          let own = Int(assignment[point])
          sizes[own] += 1
          sum += squaredDistance(rows + point * blocks, centres + own * blocks, blocks)
        }
      }
    }
    inertia = sum
  }
}
