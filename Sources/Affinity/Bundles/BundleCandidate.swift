import Statistics

/// A set of items with the counts that everything about it follows from.
struct BundleCandidate {
  var items: [Int32]
  var together: Int
  /// For each item, in the order of `items`: the baskets that hold it, and those that hold all
  /// others.
  var own: [Int]
  var others: [Int]
  let total: Int

  // What ranks it.
  var logLikelihoodRatio = 0.0
  var preference = 0.0
  /// With substitutes: how surprising it is that so few were bought together, and in how many
  /// visits both were looked at.
  var surplus = 0.0
  var expected = 0.0
  var viewedTogether: Int?

  init(items: [Int32], together: Int, own: [Int], others: [Int], total: Int) {
    self.items = items
    self.together = together
    self.own = own
    self.others = others
    self.total = total
  }

  /// The others against one item, two by two.
  private func table(_ place: Int) -> Contingency {
    Contingency(both: together, first: others[place], second: own[place], total: total)
  }

  /// Of two items there is one way to take one from the other.
  private var places: Range<Int> { 0..<(items.count == 2 ? 1 : items.count) }

  /// The least over the ways to take one item from the others: nothing that rides along with a good
  /// pair makes a good three.
  var leastLogLikelihoodRatio: Double {
    places.map { table($0).signedLogLikelihoodRatio }.min() ?? 0
  }

  /// Whether each item is with the others more often than by chance; exact.
  var isMoreThanChance: Bool { places.allSatisfy { table($0).direction > 0 } }

  func reaches(lift: Fraction) -> Bool {
    places.allSatisfy {
      lift.isReached(byLiftOf: together, others[$0], own[$0], total: total)
    }
  }

  /// The places of the items that follow from the others with so much confidence; exact.
  func consequents(confidence: Fraction) -> [Int] {
    items.indices.filter {
      others[$0] > 0 && confidence.isReached(by: together, of: others[$0])
    }
  }

  var support: Double { total > 0 ? Double(together) / Double(total) : 0 }

  var lift: Double {
    places.map { place in
      let product = Double(others[place]) * Double(own[place])
      return product > 0 ? Double(together) * Double(total) / product : 0
    }.min() ?? 0
  }

  var leverage: Double {
    guard total > 0 else { return 0 }
    return places.map { place in
      support - Double(others[place]) / Double(total) * (Double(own[place]) / Double(total))
    }.min() ?? 0
  }

  func rule(_ place: Int) -> Bundle.Rule {
    var antecedent = items
    let consequent = antecedent.remove(at: place)
    let failures = others[place] - together
    let without = Double(total - own[place]) / Double(max(1, total))
    return Bundle.Rule(
      antecedent: antecedent, consequent: consequent,
      confidence: Double(together) / Double(others[place]),
      conviction: failures > 0 ? without * Double(others[place]) / Double(failures) : nil)
  }

  /// Baskets that would hold all of them by chance, taking one item from the others: each place
  /// beside the others in their baskets is one of the shop's lines of other items, and so many of
  /// these are of this one.
  ///
  /// A two by two table does not count that baskets have sizes: in a shop of single items hardly
  /// anything is bought together, and in a wholesaler's everything is.
  ///
  /// - Parameter rest: the baskets of the others.
  func expected(_ place: Int, rest: SetCounts.Entry, lineCount: Int64) -> Double {
    let places = rest.sizeSum - Int64(items.count - 1) * Int64(rest.count)
    var lines = lineCount
    for other in items.indices where other != place { lines -= Int64(own[other]) }
    return lines > 0 ? Double(places) * Double(own[place]) / Double(lines) : 0
  }
}
