import Shop
import Statistics

// What clusters are made of
// -------------------------
// Four figures of everybody who ordered, each as log(1 + figure), less its mean over the shop and
// divided by its standard deviation, so that a day, an order and a coin weigh alike:
//
//   days since the last order, visits, spend per visit, days since the first order
//
// and held within three deviations, so that a few who paid nothing do not make a cluster of their
// own.
//
// A customer is in the cluster whose centre is nearest now: the centres are those of the fit, the
// figures those of the viewpoint. Labels (`c1`, `c2`, ...) stay with the centres across fits.

/// The clusters of a shop's members, as they were fitted.
package struct ShopClusters: Equatable, Sendable {
  package struct Cluster: Equatable, Sendable {
    package var label: String
    /// Of the scaled figures.
    package var centre: [Double]
  }

  /// The figures, in the order of a centre's coordinates.
  package static let features = ["recency_days", "orders", "order_value", "first_order_days"]

  package var means: [Double]
  package var deviations: [Double]
  package var clusters: [Cluster]
  /// The number of the next label: one that went out of use is not given again.
  package var nextNumber: Int

  package init(means: [Double], deviations: [Double], clusters: [Cluster], nextNumber: Int) {
    self.means = means
    self.deviations = deviations
    self.clusters = clusters
    self.nextNumber = nextNumber
  }

  /// The label of those figures, which are logarithms but not scaled. O(clusters).
  func label(of figures: [Double]) -> String? {
    KMeans.nearest(scaled(figures), among: clusters.map(\.centre)).map { clusters[$0].label }
  }

  func scaled(_ figures: [Double]) -> [Double] {
    figures.indices.map { max(-3, min(3, (figures[$0] - means[$0]) / deviations[$0])) }
  }

  /// A centre's logarithms, in no scale.
  func figures(of centre: [Double]) -> [Double] {
    centre.indices.map { centre[$0] * deviations[$0] + means[$0] }
  }

  /// The figures of somebody who ordered.
  static func figures(
    recencyDays: Int, visits: Int, spend: Int64, firstDays: Int
  ) -> [Double] {
    [
      Double(recencyDays), Double(visits), Double(spend) / Double(max(1, visits)),
      Double(firstDays),
    ].map { Elementary.logarithm(onePlus: max(0, $0)) }
  }
}

// MARK: - In the log

extension ShopClusters {
  package var value: Value {
    func numbers(_ numbers: [Double]) -> Value { .array(numbers.map(Value.number)) }
    return .object([
      .init(name: "features", value: .array(Self.features.map(Value.string))),
      .init(name: "means", value: numbers(means)),
      .init(name: "deviations", value: numbers(deviations)),
      .init(
        name: "clusters",
        value: .array(
          clusters.map { cluster in
            .object([
              .init(name: "label", value: .string(cluster.label)),
              .init(name: "centre", value: numbers(cluster.centre)),
            ])
          })),
      .init(name: "next", value: .integer(Int64(nextNumber))),
    ])
  }

  /// Reads clusters and checks all of them.
  package init(_ value: Value) throws(RecordProblem) {
    guard value["features"] == .array(Self.features.map(Value.string)) else {
      throw RecordProblem(
        path: "features", reason: "not_one_of", message: "not the figures of this version")
    }
    let deviations = try Self.numbers(value["deviations"], at: "deviations")
    guard deviations.allSatisfy({ $0 > 0 }) else {
      throw RecordProblem(
        path: "deviations", reason: "out_of_range", message: "deviations are above zero")
    }
    guard case .array(let list)? = value["clusters"], !list.isEmpty,
      case .integer(let next)? = value["next"], next > 0, next < 1 << 53
    else {
      throw RecordProblem(
        path: "clusters", reason: "wrong_type", message: "expected clusters and next")
    }
    var clusters: [Cluster] = []
    for (index, element) in list.enumerated() {
      guard case .string(let label)? = element["label"] else {
        throw RecordProblem(
          path: "clusters[\(index)].label", reason: "wrong_type", message: "a label is text")
      }
      let centre = try Self.numbers(element["centre"], at: "clusters[\(index)].centre")
      clusters.append(Cluster(label: label, centre: centre))
    }
    self.init(
      means: try Self.numbers(value["means"], at: "means"), deviations: deviations,
      clusters: clusters, nextNumber: Int(next))
  }

  private static func numbers(
    _ value: Value?, at path: String
  ) throws(RecordProblem) -> [Double] {
    if case .array(let list)? = value {
      let numbers = list.compactMap(\.double).filter(\.isFinite)
      if numbers.count == features.count, list.count == features.count { return numbers }
    }
    throw RecordProblem(
      path: path, reason: "wrong_type", message: "expected \(features.count) numbers")
  }
}

extension MemberProfile {
  /// The label of the cluster whose centre is nearest; nil before the first order, and in a shop
  /// whose clusters were not fitted.
  package var cluster: String? {
    guard let clusters = view.fitted.clusters, let recencyDays, let firstOrderDays else {
      return nil
    }
    return clusters.label(
      of: ShopClusters.figures(
        recencyDays: recencyDays, visits: summary.visits, spend: summary.spend,
        firstDays: firstOrderDays))
  }
}
