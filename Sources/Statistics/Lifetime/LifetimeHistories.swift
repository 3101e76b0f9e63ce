/// What a model of repeat buying knows of a customer: purchases after the first, when the last was,
/// and how long the customer has been seen, both since the first.
package struct LifetimeHistory: Equatable, Sendable {
  /// x
  package var repeats: Int
  /// t_x, 0 without repeats.
  package var last: Double
  /// T, not below `last`.
  package var age: Double

  package init(repeats: Int, last: Double, age: Double) {
    self.repeats = repeats
    self.last = last
    self.age = age
  }

  /// Whether it can have happened.
  var isPossible: Bool {
    repeats >= 0 && last >= 0 && last <= age && age.isFinite && (repeats > 0 || last == 0)
  }
}

/// Histories in the order in which likelihoods add them up, equal ones counted once: those of few
/// repeats are many and take few different values, so that a fit costs what differs.
package struct LifetimeHistories: Sendable {
  /// The histories of so many repeats.
  struct Group: Sendable {
    var repeats: Double
    var rows: Range<Int>
    var count: Double
  }

  private(set) var groups: [Group] = []
  private(set) var last: [Double] = []
  private(set) var age: [Double] = []
  private(set) var count: [Double] = []
  package private(set) var customers = 0
  package private(set) var repeatCustomers = 0
  /// What was left out since it can't have happened: a last purchase after the end, no number.
  package private(set) var impossible = 0

  /// O(n log n).
  package init(_ histories: [LifetimeHistory]) {
    var possible = histories.filter(\.isPossible)
    impossible = histories.count - possible.count
    customers = possible.count
    possible.sort { left, right in
      left.repeats != right.repeats
        ? left.repeats < right.repeats
        : left.age != right.age ? left.age < right.age : left.last < right.last
    }
    var before: LifetimeHistory?
    for history in possible {
      if history.repeats > 0 { repeatCustomers += 1 }
      if history == before {
        count[count.count - 1] += 1
        groups[groups.count - 1].count += 1
        continue
      }
      if history.repeats != before?.repeats {
        groups.append(
          Group(repeats: Double(history.repeats), rows: last.count..<last.count, count: 0))
      }
      before = history
      last.append(history.last)
      age.append(history.age)
      count.append(1)
      groups[groups.count - 1].count += 1
      groups[groups.count - 1].rows = groups[groups.count - 1].rows.lowerBound..<last.count
    }
  }

  /// Different histories.
  package var rows: Int { last.count }

  var meanAge: Double {
    var sum = 0.0
    for row in age.indices { sum += age[row] * count[row] }
    return customers == 0 ? 0 : sum / Double(customers)
  }

  var repeats: Double { groups.reduce(0) { $0 + $1.repeats * $1.count } }

  /// With time counted in units of `unit`.
  func scaled(by unit: Double) -> LifetimeHistories {
    var scaled = self
    for row in last.indices {
      scaled.last[row] /= unit
      scaled.age[row] /= unit
    }
    return scaled
  }
}
