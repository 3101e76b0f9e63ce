import Affinity
import Shop
import Wire

/// One boost of a question: items that meet a condition, and what their score is multiplied by.
struct Boost {
  /// Boosts that one question may name.
  static let maximumCount = 20

  var condition: Condition
  var factor: Double

  /// Reads `boost`.
  static func read(_ reader: inout JSONObjectReader) throws -> [Boost] {
    var boosts: [Boost] = []
    guard let elements = try reader.optionalArray("boost", maximumCount: maximumCount) else {
      return []
    }
    for element in elements {
      var one = try element.object()
      let path = "boost[\(boosts.count)].where"
      let condition = try Engine.condition(try one.required("where").value(), at: path)
      let factor = try one.required("factor").number(in: 0.01...100)
      try one.finish()
      boosts.append(Boost(condition: condition, factor: factor))
    }
    return boosts
  }

  /// What scores are multiplied by: the factors of all boosts that hold, and one plus the weight
  /// times the margin, a share of the price; the shop's margin where cost or price is unknown.
  static func preference(
    _ boosts: [Boost], marginWeight: Double, _ facts: ShopFacts
  ) -> ((Int32) -> RecommendQuery.Preference)? {
    if boosts.isEmpty, marginWeight == 0 { return nil }
    return { item in
      let record = facts.items[item]
      let fields = ItemFields(id: facts.items.names[item], item: record, zone: facts.settings.zone)
      let factor = boosts.reduce(1.0) { $1.condition.matches(fields) ? $0 * $1.factor : $0 }
      var margin = Double(facts.settings.marginPercent) / 100
      if let price = record.price, let cost = record.cost, price > 0 {
        margin = max(0, min(1, 1 - Double(cost) / Double(price)))
      }
      return RecommendQuery.Preference(
        boost: max(0.001, min(1_000, factor)), margin: 1 + marginWeight * margin)
    }
  }
}
