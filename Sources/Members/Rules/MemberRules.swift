// How rules work
// --------------
// A list of rules is read from the first to the last, and the first whose bounds all hold gives the name; the
// last has no bounds and takes everyone who is left. So each customer gets exactly one name, whatever the rules say.
// A bound on a figure that a customer doesn't have (scores without an order) does not hold.
//
// Rules compare plain numbers and are no `Condition`s, since they are what conditions read: a rule that asked for
// the tier could ask for itself, and a million customers are put into tiers per request.

/// What tells customers apart: value tiers, lifecycle, levels.
package struct MemberRules: Equatable, Sendable {
  package var tiers: [Rule<ValueTier>]
  package var lifecycle: [Rule<Lifecycle>]
  /// Ascending by what they take; empty where the shop has none.
  package var levels: [Level]
  /// From which share of new items in repeat orders on someone is an explorer.
  package var explorerFrom: Double

  /// The rules of a shop that configured none.
  package init() {
    tiers = Self.standardTiers
    lifecycle = Self.standardLifecycle
    levels = []
    explorerFrom = 0.5
  }

  /// A name, and what must hold for it.
  package struct Rule<Name: Equatable & Sendable>: Equatable, Sendable {
    package var name: Name
    package var bounds: [Bound]
    /// Only for these; nil for all. Rules for tiers alone can say so.
    package var lifecycle: [Lifecycle]?

    package init(_ name: Name, _ bounds: [Bound] = [], lifecycle: [Lifecycle]? = nil) {
      self.name = name
      self.bounds = bounds
      self.lifecycle = lifecycle
    }

    package var isCatchAll: Bool { bounds.isEmpty && lifecycle == nil }
  }

  /// A name for what someone spent in twelve months.
  package struct Level: Equatable, Sendable {
    package var name: String
    /// Minor units.
    package var spendFrom: Int64

    package init(_ name: String, spendFrom: Int64) {
      self.name = name
      self.spendFrom = spendFrom
    }
  }

  package static let standardLifecycle: [Rule<Lifecycle>] = [
    Rule(.prospect, [Bound(.orders, .below, 1)]),
    Rule(.lapsed, [Bound(.silenceRatio, .atLeast, 3), Bound(.recencyDays, .atLeast, 14)]),
    Rule(.lapsing, [Bound(.silenceRatio, .atLeast, 1.5), Bound(.recencyDays, .atLeast, 7)]),
    Rule(.new, [Bound(.orders, .below, 2)]),
    Rule(.growing, [Bound(.orders, .below, 4)]),
    Rule(.mature),
  ]

  package static let standardTiers: [Rule<ValueTier>] = [
    Rule(.lapsed, lifecycle: [.lapsed]),
    Rule(.high, [Bound(.monetaryScore, .atLeast, 5)]),
    Rule(.high, [Bound(.monetaryScore, .atLeast, 4), Bound(.frequencyScore, .atLeast, 4)]),
    Rule(.potential, [Bound(.recencyScore, .atLeast, 3), Bound(.monetaryScore, .atLeast, 3)]),
    Rule(.potential, [Bound(.recencyScore, .atLeast, 3)], lifecycle: [.growing]),
    Rule(.ordinary),
  ]
}

/// One comparison of a figure with a number.
package struct Bound: Equatable, Sendable {
  package var measure: Measure
  package var comparison: Comparison
  package var number: Double

  package init(_ measure: Measure, _ comparison: Comparison, _ number: Double) {
    self.measure = measure
    self.comparison = comparison
    self.number = number
  }

  package enum Comparison: String, CaseIterable, Sendable {
    case atLeast = "$gte"
    case above = "$gt"
    case atMost = "$lte"
    case below = "$lt"
    case equal = "$eq"
  }

  package func holds(_ value: Double?) -> Bool {
    guard let value else { return false }
    return switch comparison {
    case .atLeast: value >= number
    case .above: value > number
    case .atMost: value <= number
    case .below: value < number
    case .equal: value == number
    }
  }
}
