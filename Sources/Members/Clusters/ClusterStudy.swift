import Shop
import Statistics

// How clusters keep their names
// -----------------------------
// A fit knows the one before. Its centres are paired with the former ones so that the squared
// distances between the pairs, in the new scale, add up to the least; each takes its partner's
// label, and what has no partner gets a new one. The first fit gives labels by size. Drift is the
// share of customers whose label would have been another by the former centres, today.

/// A fit of a shop's clusters, and what changed by it.
package struct ClusterStudy: Sendable {
  package struct Options: Sendable {
    /// How many clusters; nil: as many of `chosenCounts` as the simplified silhouette prefers, of
    /// those numbers that leave no cluster nearly empty.
    package var count: Int?
    package var seed: UInt64 = 1

    package init() {}
  }

  /// One cluster today.
  package struct Row: Sendable {
    package let label: String
    package let customers: Int
    /// The centre's figures, in the unit of each: geometric means, nearly.
    package let figures: [Double]
    /// How far the centre lies from the one that had the label, in standard deviations; nil where
    /// the label is new.
    package let moved: Double?
  }

  /// Fewer, and nothing is fitted.
  package static let minimumCustomers = 50
  /// Two say no more than active and silent; more than eight nobody names.
  package static let chosenCounts = 3...8
  /// A number that leaves a cluster with a smaller share of the customers is not chosen.
  static let leastShare = 0.02

  package let customers: Int
  /// Nil where there are too few customers.
  package let clusters: ShopClusters?
  package let rows: [Row]
  package let inertia: Double
  package let iterations: Int
  /// The simplified silhouette of each number that was tried.
  package let tried: [(count: Int, silhouette: Double)]
  /// Share of customers with another label than by the former centres; nil for a first fit.
  package let drift: Double?

  /// - Parameters:
  ///   - former: the clusters in use.
  ///   - goesOn: told how much is done, 0 to 1; false stops the work.
  /// - Returns: nil where it was stopped.
  /// - Complexity: O(order lines + customers x clusters x iterations) at worst.
  package init?(
    _ facts: ShopFacts, at moment: Instant, former: ShopClusters?, _ options: Options = Options(),
    goesOn: (Double) -> Bool = { _ in true }
  ) {
    guard goesOn(0) else { return nil }
    let figures = MemberColumns(facts: facts, horizon: moment).clusterFigures(at: moment)
    customers = figures.count
    guard figures.count >= Self.minimumCustomers else {
      (clusters, rows, inertia, iterations, tried, drift) = (nil, [], 0, 0, [], nil)
      return
    }
    let (means, deviations) = Self.scale(figures)
    var fitted = ShopClusters(
      means: means, deviations: deviations, clusters: [], nextNumber: former?.nextNumber ?? 1)
    var columns = means.map { _ in [Double]() }
    for figure in figures {
      for (index, number) in fitted.scaled(figure).enumerated() { columns[index].append(number) }
    }
    let points = ClusterPoints(columns: columns)
    var own = KMeans.Options()
    own.seed = options.seed
    var tried: [(count: Int, silhouette: Double)] = []
    var count = options.count
    if count == nil {
      guard
        let choice = KMeans.choose(
          points, counts: Self.chosenCounts, leastShare: Self.leastShare, own,
          goesOn: { goesOn(0.1 + $0 * 0.6) })
      else { return nil }
      (count, tried) = (choice.best, choice.tried)
    }
    self.tried = tried
    guard
      let found = KMeans(points, count: count ?? 1, own, goesOn: { goesOn(0.8) }), goesOn(1)
    else { return nil }
    inertia = found.inertia
    iterations = found.iterations
    fitted.clusters = found.sizes.indices.map { .init(label: "", centre: found.centres[$0]) }
    let moved = fitted.takeLabels(of: former, sizes: found.sizes)
    rows = fitted.clusters.indices.map { index in
      let cluster = fitted.clusters[index]
      return Row(
        label: cluster.label, customers: found.sizes[index],
        figures: fitted.figures(of: cluster.centre).map { Elementary.exponential($0) - 1 },
        moved: moved[index])
    }.sorted { $0.customers > $1.customers }
    if let former {
      var changes = 0
      for (point, own) in found.assignment.enumerated()
      where former.label(of: figures[point]) != fitted.clusters[Int(own)].label {
        changes += 1
      }
      drift = Double(changes) / Double(figures.count)
    } else {
      drift = nil
    }
    clusters = fitted
  }

  /// Mean and standard deviation of each figure; 1 where all are alike.
  private static func scale(_ figures: [[Double]]) -> (means: [Double], deviations: [Double]) {
    let count = Double(figures.count)
    var means: [Double] = []
    var deviations: [Double] = []
    for index in ShopClusters.features.indices {
      let mean = figures.reduce(0) { $0 + $1[index] } / count
      let variance =
        figures.reduce(0) { $0 + ($1[index] - mean) * ($1[index] - mean) } / count
      means.append(mean)
      deviations.append(variance > 1e-12 ? variance.squareRoot() : 1)
    }
    return (means, deviations)
  }
}

extension ShopClusters {
  /// Takes the labels of the former clusters that these are; how far each centre moved.
  fileprivate mutating func takeLabels(of former: ShopClusters?, sizes: [Int]) -> [Double?] {
    let before = former?.clusters.map { scaled(former?.figures(of: $0.centre) ?? []) } ?? []
    let costs = clusters.map { cluster in
      before.map { old in
        zip(cluster.centre, old).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
    }
    let matches = CentreMatching.match(costs)
    var moved = [Double?](repeating: nil, count: clusters.count)
    // New labels go to the largest first.
    let order = clusters.indices.sorted {
      sizes[$0] != sizes[$1] ? sizes[$0] > sizes[$1] : $0 < $1
    }
    for index in order {
      if let match = matches[index], let former {
        clusters[index].label = former.clusters[match].label
        moved[index] = costs[index][match].squareRoot()
      } else {
        clusters[index].label = "c\(nextNumber)"
        nextNumber += 1
      }
    }
    return moved
  }
}

extension MemberColumns {
  /// The figures of all who ordered, by customer.
  func clusterFigures(at moment: Instant) -> [[Double]] {
    let today = Int(zone.day(of: moment).number)
    var figures: [[Double]] = []
    for customer in summaries.indices {
      let summary = summaries[customer]
      guard let first = summary.first, let last = summary.last else { continue }
      figures.append(
        ShopClusters.figures(
          recencyDays: max(0, today - Int(zone.day(of: last).number)), visits: summary.visits,
          spend: summary.spend, firstDays: max(0, today - Int(zone.day(of: first).number))))
    }
    return figures
  }
}

// MARK: - Report

extension ClusterStudy {
  /// What came of it, for programs.
  package var report: Value {
    var members: [Value.Member] = [
      .init(name: "customers", value: .integer(Int64(customers)))
    ]
    guard clusters != nil else {
      return .object(members + [.init(name: "reason", value: .string("too_few_customers"))])
    }
    members += [
      .init(name: "reason", value: .string(tried.isEmpty ? "given" : "highest_silhouette")),
      .init(name: "inertia", value: .number(inertia.rounded(decimals: 6))),
      .init(name: "iterations", value: .integer(Int64(iterations))),
      .init(
        name: "clusters",
        value: .array(
          rows.map { row in
            var cells: [Value.Member] = [
              .init(name: "label", value: .string(row.label)),
              .init(name: "customers", value: .integer(Int64(row.customers))),
            ]
            for (name, figure) in zip(ShopClusters.features, row.figures) {
              cells.append(.init(name: name, value: .number(figure.rounded(decimals: 1))))
            }
            if let moved = row.moved {
              cells.append(.init(name: "moved", value: .number(moved.rounded(decimals: 4))))
            }
            return .object(cells)
          })),
    ]
    if !tried.isEmpty {
      members.append(
        .init(
          name: "silhouettes",
          value: .object(
            tried.map {
              .init(name: "\($0.count)", value: .number($0.silhouette.rounded(decimals: 4)))
            })))
    }
    if let drift {
      members.append(.init(name: "drift", value: .number(drift.rounded(decimals: 4))))
    }
    return .object(members)
  }
}
