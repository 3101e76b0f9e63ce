// How clusters are found
// ----------------------
// k-means++ (Arthur and Vassilvitskii 2007) on a sample, some times over; the best of these starts
// Lloyd's iterations over all points. These are exact, with the bounds of Hamerly 2010: a point
// keeps an upper bound of the distance to its centre and a lower bound of that to any other; while
// the first is below the second, or below half the way to the next centre, no distance is looked
// at. Bounds are held with a margin for rounding, and ties go to the first centre, so that the
// result is that of looking at all distances (held by a test).
//
// A centre that loses all its points moves to the point that is farthest from its own. Sums are
// made in the order of the points: the same points, k and seed give the same centres.

/// Clusters of points around their means.
package struct KMeans: Equatable, Sendable {
  package struct Options: Sendable {
    package var seed: UInt64 = 1
    package var maximumIterations = 300
    /// Ends once the centres move, squared and together, by no more than this share of the mean
    /// variance of a coordinate.
    package var tolerance = 1e-4
    /// Starts that are tried on the sample.
    package var starts = 8
    package var sampleCount = 20_000
    /// Keeps the bounds; without, every distance is looked at: the same, slowly.
    package var usesBounds = true

    package init() {}
  }

  /// As many as asked for, or as there are different points.
  package let centres: ClusterPoints
  /// The nearest centre of each point; of equally near ones the first.
  package let assignment: [Int32]
  /// How many points each centre has.
  package let sizes: [Int]
  /// The sum of the squared distances to the centres.
  package let inertia: Double
  package let iterations: Int

  /// - Parameter goesOn: asked before each iteration; false stops the work.
  /// - Returns: nil where it was stopped or there are no points.
  /// - Complexity: O(points x k) an iteration at worst; O(points) where most stay.
  package init?(
    _ points: ClusterPoints, count: Int, _ options: Options = Options(),
    goesOn: () -> Bool = { true }
  ) {
    guard points.count > 0, count > 0 else { return nil }
    var chance = SplitMix(seed: options.seed)
    let sample = points.sample(options.sampleCount, &chance)
    var best: Lloyd?
    for _ in 0..<max(1, options.starts) {
      guard goesOn() else { return nil }
      let start = Seeding(sample, count: count, &chance).centres
      var trial = Lloyd(sample, centres: start, options)
      guard trial.run(options, goesOn) else { return nil }
      if best.map({ trial.inertia < $0.inertia }) ?? true { best = trial }
    }
    guard var lloyd = best else { return nil }
    if sample.count < points.count {
      lloyd = Lloyd(points, centres: lloyd.centres, options)
      guard lloyd.run(options, goesOn) else { return nil }
    }
    self.init(lloyd)
  }

  /// Lloyd's iterations from those centres.
  package init(from centres: ClusterPoints, over points: ClusterPoints, _ options: Options) {
    var lloyd = Lloyd(points, centres: centres, options)
    _ = lloyd.run(options) { true }
    self.init(lloyd)
  }

  private init(_ lloyd: Lloyd) {
    // A centre without points is none.
    let kept = lloyd.sizes.indices.filter { lloyd.sizes[$0] > 0 }
    var place = [Int32](repeating: -1, count: lloyd.sizes.count)
    for (index, centre) in kept.enumerated() { place[centre] = Int32(index) }
    centres = lloyd.centres.picked(kept)
    assignment =
      kept.count == lloyd.sizes.count
      ? lloyd.assignment : lloyd.assignment.map { place[Int($0)] }
    sizes = kept.map { lloyd.sizes[$0] }
    inertia = lloyd.inertia
    iterations = lloyd.iterations
  }

  /// The nearest of some centres; of equally near ones the first. O(centres x coordinates).
  package static func nearest(_ point: [Double], among centres: [[Double]]) -> Int? {
    var best: (centre: Int, distance: Double)?
    for (index, centre) in centres.enumerated() {
      var sum = 0.0
      for (left, right) in zip(point, centre) { sum += (left - right) * (left - right) }
      if sum < best?.distance ?? .infinity { best = (index, sum) }
    }
    return best?.centre
  }

  /// The simplified silhouette (Hruschka, de Castro and Campello 2004): the mean over points of
  /// (b - a) / max(a, b), with a the distance to the own centre and b that to the next; -1 to 1.
  package func silhouette(of points: ClusterPoints) -> Double {
    if sizes.count < 2 || points.count == 0 { return -1 }
    var sum = 0.0
    points.storage.withUnsafeBufferPointer { rows in
      centres.storage.withUnsafeBufferPointer { centres in
        guard let rows = rows.baseAddress, let centres = centres.baseAddress else { return }
        for point in 0..<points.count {
          var (first, second) = (Double.infinity, Double.infinity)
          for centre in 0..<sizes.count {
            let distance = squaredDistance(
              rows + point * points.blocks, centres + centre * points.blocks, points.blocks)
            if distance < first {
              (first, second) = (distance, first)
            } else if distance < second {
              second = distance
            }
          }
          let (a, b) = (first.squareRoot(), second.squareRoot())
          sum += b > 0 ? (b - a) / b : 0
        }
      }
    }
    return sum / Double(points.count)
  }

  /// The number of clusters of that range whose simplified silhouette is highest, on a sample; of
  /// equal ones the smaller.
  ///
  /// - Parameter leastShare: a number that leaves a cluster with a smaller share of the points is
  ///   passed over, unless all do.
  /// - Returns: each count that was tried with its silhouette, and the best; nil where it was
  ///   stopped or there are no points.
  package static func choose(
    _ points: ClusterPoints, counts: ClosedRange<Int>, leastShare: Double = 0,
    _ options: Options = Options(), goesOn: (Double) -> Bool = { _ in true }
  ) -> (best: Int, tried: [(count: Int, silhouette: Double)])? {
    var chance = SplitMix(seed: options.seed)
    let sample = points.sample(options.sampleCount, &chance)
    var tried: [(count: Int, silhouette: Double)] = []
    var best: (count: Int, silhouette: Double)?
    for count in counts {
      guard goesOn(Double(count - counts.lowerBound) / Double(counts.count)),
        let found = KMeans(sample, count: count, options)
      else { return nil }
      let silhouette = found.silhouette(of: sample)
      tried.append((count, silhouette))
      let least = Double(found.sizes.min() ?? 0) / Double(sample.count)
      if least >= leastShare, silhouette > best?.silhouette ?? -.infinity {
        best = (count, silhouette)
      }
    }
    return (best?.count ?? counts.lowerBound, tried)
  }
}

/// Where the iterations begin: each next centre is a point, drawn with a chance that grows with the
/// square of the distance to the centres so far; the best of a few drawn ones (greedy k-means++).
private struct Seeding {
  let centres: ClusterPoints

  init(_ points: ClusterPoints, count: Int, _ chance: inout SplitMix) {
    var chosen = [chance.next(below: points.count)]
    var nearest = Seeding.distances(points, to: chosen[0])
    var trials = 2
    while 1 << (trials - 2) < count { trials += 1 }
    while chosen.count < count {
      let total = nearest.reduce(0, +)
      // All points lie on centres.
      guard total > 0 else { break }
      var best: (point: Int, distances: [Double], sum: Double)?
      for _ in 0..<trials {
        let share = Double(chance.next() >> 11) * 0x1p-53 * total
        let point = Seeding.point(at: share, nearest)
        var distances = Seeding.distances(points, to: point)
        var sum = 0.0
        for index in distances.indices {
          distances[index] = min(distances[index], nearest[index])
          sum += distances[index]
        }
        if sum < best?.sum ?? .infinity { best = (point, distances, sum) }
      }
      guard let best else { break }
      chosen.append(best.point)
      nearest = best.distances
    }
    centres = points.picked(chosen)
  }

  /// The first point at which the running sum passes `share`.
  private static func point(at share: Double, _ weights: [Double]) -> Int {
    var sum = 0.0
    var last = 0
    for index in weights.indices where weights[index] > 0 {
      sum += weights[index]
      last = index
      if sum > share { break }
    }
    return last
  }

  private static func distances(_ points: ClusterPoints, to centre: Int) -> [Double] {
    points.storage.withUnsafeBufferPointer { rows in
      guard let rows = rows.baseAddress else { return [] }
      return (0..<points.count).map {
        squaredDistance(
          rows + $0 * points.blocks, rows + centre * points.blocks, points.blocks)
      }
    }
  }
}
