import Foundation
import Statistics
import TestSupport
import Testing

/// Clusters against what looking at everything finds.
@Suite struct KMeansTests {
  private static func random(
    _ count: Int, _ dimensions: Int, _ generator: inout SeededGenerator, grid: Bool = false
  ) -> [[Double]] {
    (0..<dimensions).map { _ in
      (0..<count).map { _ in
        grid
          ? Double(generator.integer(in: 0...3))
          : Double.random(in: -5...5, using: &generator)
      }
    }
  }

  private static func rows(_ columns: [[Double]]) -> [[Double]] {
    columns[0].indices.map { row in columns.map { $0[row] } }
  }

  private static func squared(_ left: [Double], _ right: [Double]) -> Double {
    zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// The bounds save work and change nothing: ties, equal points, more centres than points.
  @Test func boundsChangeNothing() throws {
    for seed in UInt64(1)...150 {
      var generator = SeededGenerator(seed: seed)
      let count = generator.integer(in: 1...60)
      let columns = Self.random(
        count, generator.integer(in: 1...9), &generator, grid: generator.oneIn(2))
      let points = ClusterPoints(columns: columns)
      var options = KMeans.Options()
      options.seed = seed
      options.tolerance = 0
      options.sampleCount = generator.oneIn(2) ? 10 : 1000
      let k = generator.integer(in: 1...8)
      let quick = try #require(KMeans(points, count: k, options))
      options.usesBounds = false
      #expect(quick == KMeans(points, count: k, options), "seed \(seed)")
      #expect(quick == KMeans(points, count: k, options), "seed \(seed)")
      #expect(quick.sizes.allSatisfy { $0 > 0 } && quick.sizes.reduce(0, +) == count)
      #expect(quick.sizes.count <= k)
    }
  }

  /// Every point is with its nearest centre, every centre is the mean of its points, and the sum is
  /// what it says.
  @Test func endsWhereNothingMoves() throws {
    for seed in UInt64(1)...60 {
      var generator = SeededGenerator(seed: seed)
      let columns = Self.random(generator.integer(in: 5...80), 3, &generator)
      let rows = Self.rows(columns)
      var options = KMeans.Options()
      options.tolerance = 0
      options.seed = seed
      let found = try #require(KMeans(ClusterPoints(columns: columns), count: 4, options))
      let centres = (0..<found.sizes.count).map { found.centres[$0] }
      var sum = 0.0
      for (row, own) in zip(rows, found.assignment) {
        let distances = centres.map { Self.squared(row, $0) }
        #expect(abs(distances[Int(own)] - (distances.min() ?? 0)) < 1e-9, "seed \(seed)")
        sum += distances[Int(own)]
        #expect(KMeans.nearest(row, among: centres) == Int(own))
      }
      #expect(abs(sum - found.inertia) < 1e-9 * max(1, sum))
      for (index, centre) in centres.enumerated() {
        let own = zip(rows, found.assignment).filter { Int($0.1) == index }.map(\.0)
        for (axis, place) in centre.enumerated() {
          let mean = own.reduce(0) { $0 + $1[axis] } / Double(own.count)
          #expect(abs(mean - place) < 1e-9, "seed \(seed)")
        }
      }
    }
  }

  /// Against every way to put a few points into clusters.
  @Test func findsTheBestOfSmallWorlds() throws {
    var found = 0
    for seed in UInt64(1)...40 {
      var generator = SeededGenerator(seed: seed)
      let columns = Self.random(8, 2, &generator)
      let rows = Self.rows(columns)
      var best = Double.infinity
      for code in 0..<6561 {
        var (rest, groups) = (code, [[Int]](repeating: [], count: 3))
        for row in 0..<8 {
          groups[rest % 3].append(row)
          rest /= 3
        }
        var sum = 0.0
        for group in groups where !group.isEmpty {
          let mean = (0..<2).map { axis in
            group.reduce(0) { $0 + rows[$1][axis] } / Double(group.count)
          }
          sum += group.reduce(0) { $0 + Self.squared(rows[$1], mean) }
        }
        best = min(best, sum)
      }
      var options = KMeans.Options()
      options.tolerance = 0
      options.starts = 40
      let clusters = try #require(KMeans(ClusterPoints(columns: columns), count: 3, options))
      #expect(clusters.inertia >= best - 1e-9, "seed \(seed)")
      if clusters.inertia < best + 1e-9 { found += 1 }
    }
    #expect(found >= 38, "\(found) of 40")
  }

  /// Four clouds far apart are found, are four by the criterion, and whatever the seed.
  @Test func findsCloudsAndHowManyThereAre() throws {
    var generator = SeededGenerator(seed: 8)
    let middles = [[0.0, 0], [20, 0], [0, 20], [20, 20]]
    var columns: [[Double]] = [[], []]
    for index in 0..<4_000 {
      for axis in 0..<2 {
        columns[axis].append(
          middles[index % 4][axis] + Double.random(in: -1...1, using: &generator))
      }
    }
    let points = ClusterPoints(columns: columns)
    for seed in UInt64(1)...5 {
      var options = KMeans.Options()
      options.seed = seed
      options.sampleCount = 500
      let found = try #require(KMeans(points, count: 4, options))
      #expect(found.sizes == [1000, 1000, 1000, 1000])
      let choice = try #require(KMeans.choose(points, counts: 2...8, options))
      #expect(choice.best == 4 && choice.tried.count == 7)
      #expect(choice.tried.allSatisfy { (-1...1).contains($0.silhouette) })
    }
  }

  @Test func nothingMakesItStumble() {
    #expect(KMeans(ClusterPoints(columns: []), count: 3) == nil)
    #expect(KMeans(ClusterPoints(columns: [[1, 2]]), count: 0) == nil)
    #expect(KMeans(ClusterPoints(columns: [[1, 2]]), count: 2, goesOn: { false }) == nil)
    let same = KMeans(ClusterPoints(columns: [[7, 7, 7], [1, 1, 1]]), count: 3)
    #expect(same?.sizes == [3] && same?.inertia == 0)
    let odd = KMeans(
      ClusterPoints(columns: [[.nan, .infinity, 1e300, -1e300, 0], [0, 1, 2, 3, .nan]]), count: 2)
    #expect(odd?.assignment.count == 5)
  }

  /// Every way to pair them, for small tables.
  @Test func matchesAtLeastCost() {
    func least(_ costs: [[Double]], _ row: Int, _ taken: Set<Int>) -> Double {
      if row == costs.count { return 0 }
      let columns = costs[0].count
      var best = Double.infinity
      if costs.count > columns, costs.count - row > columns - taken.count {
        best = least(costs, row + 1, taken)
      }
      for column in 0..<columns where !taken.contains(column) {
        best = min(best, costs[row][column] + least(costs, row + 1, taken.union([column])))
      }
      return best
    }
    for seed in UInt64(1)...200 {
      var generator = SeededGenerator(seed: seed)
      let (rows, columns) = (generator.integer(in: 1...5), generator.integer(in: 1...5))
      let costs = (0..<rows).map { _ in
        (0..<columns).map { _ in Double(generator.integer(in: 0...9)) }
      }
      let matches = CentreMatching.match(costs)
      let used = matches.compactMap { $0 }
      #expect(Set(used).count == used.count && used.count == min(rows, columns), "seed \(seed)")
      let sum = matches.enumerated().reduce(0.0) { sum, match in
        sum + (match.element.map { costs[match.offset][$0] } ?? 0)
      }
      #expect(abs(sum - least(costs, 0, [])) < 1e-9, "seed \(seed): \(costs) \(matches)")
    }
    #expect(CentreMatching.match([]).isEmpty && CentreMatching.match([[]]) == [nil])
    #expect(CentreMatching.match([[.nan]]) == [nil])
  }
}
