import Shop

/// A level of membership, and what it takes.
package struct Level: Equatable, Sendable {
  package var id: String
  /// Any one of these that is stated is enough: spend in minor units, points earned, orders, each
  /// of the window.
  package var spend: Int64?
  package var points: Int64?
  package var orders: Int64?

  func isReached(_ sums: LevelSums) -> Bool {
    spend.map { sums.spend >= $0 } ?? false || points.map { sums.points >= $0 } ?? false
      || orders.map { sums.orders >= $0 } ?? false
  }
}

/// What counts towards a level, over its window.
package struct LevelSums: Equatable, Sendable {
  package var spend: Int64 = 0
  package var points: Int64 = 0
  package var orders: Int64 = 0
}

/// Until when something holds that was reached or earned at some moment, in the shop's days.
package enum Validity: Equatable, Sendable {
  /// To the end of the so-many-th day after.
  case days(Int)
  /// To the end of the year, or of one so many years later.
  case yearEnd(later: Int)

  /// The first moment at which it holds no more.
  func end(from moment: Instant, _ zone: Zone) -> Instant {
    let day = zone.day(of: moment)
    switch self {
    case .days(let count):
      return zone.instant(day: Day(number: day.number &+ Int32(clamping: count) &+ 1))
    case .yearEnd(let later):
      return Day(year: day.date.year + later + 1, month: 1, day: 1).map { zone.instant(day: $0) }
        ?? .latest
    }
  }
}

/// How levels are counted, kept and lost.
package struct LevelTerms: Equatable, Sendable {
  /// Over which time it is counted.
  package enum Window: Equatable, Sendable {
    /// So many days of 24 hours up to now.
    case days(Int)
    /// Since the first of January.
    case year
  }

  /// What follows when a level was not earned again in time.
  package enum Downgrade: String, CaseIterable, Sendable {
    /// The level that the window reaches then.
    case reached
    /// One level less, or what the window reaches where that is more.
    case oneStep = "one_step"
  }

  package var window = Window.days(365)
  /// How long a level is kept from when it was last reached; nil: just as long as the window
  /// reaches it.
  package var validity: Validity?
  /// Days that it is kept beyond that.
  package var graceDays = 0
  package var downgrade = Downgrade.reached

  package init() {}
}

// MARK: - Reading

extension Level {
  /// Reads `[{"id","spend"?,"points"?,"orders"?}]`, each figure rising from level to level.
  static func list(_ value: Value, maximumCount: Int) throws(RecordProblem) -> [Level] {
    guard case .array(let elements) = value, elements.count <= maximumCount else {
      throw RecordProblem(
        path: "levels", reason: "wrong_type", message: "expected up to \(maximumCount) levels")
    }
    var levels: [Level] = []
    for (index, element) in elements.enumerated() {
      let place = "levels[\(index)]"
      let id = try MemberRules.identifier(
        element, allowing: ["id", "spend", "points", "orders"], at: place)
      if levels.contains(where: { $0.id == id }) {
        throw RecordProblem(
          path: place + ".id", reason: "conflict", message: "\(id) stands in the list twice")
      }
      var figures: [String: Int64] = [:]
      for (name, former) in [
        ("spend", levels.last?.spend), ("points", levels.last?.points),
        ("orders", levels.last?.orders),
      ] {
        guard let stated = element[name] else { continue }
        guard case .integer(let figure) = stated, figure >= 0, figure > former ?? -1 else {
          throw RecordProblem(
            path: "\(place).\(name)", reason: "out_of_range",
            message: "\(name) is a whole number from 0 on, rising from level to level")
        }
        figures[name] = figure
      }
      if figures.isEmpty {
        throw RecordProblem(
          path: place + ".spend", reason: "missing",
          message: "a level is reached by spend (minor units), points or orders")
      }
      levels.append(
        Level(
          id: id, spend: figures["spend"], points: figures["points"], orders: figures["orders"]))
    }
    return levels
  }
}

extension LevelTerms {
  /// Reads `{"window_days"|"window","valid_days"|"valid_until","grace_days","downgrade"}`; what is
  /// not named is as it is without terms.
  init(_ value: Value) throws(RecordProblem) {
    let place = "level_terms"
    let reader = try RuleReader(
      value, at: place,
      allowing: ["window_days", "window", "valid_days", "valid_until", "grace_days", "downgrade"])
    if let days = try reader.integer("window_days", in: 1...3_650) { window = .days(days) }
    if try reader.choice("window", of: ["year"]) != nil {
      if value["window_days"] != nil { throw reader.either("window", "window_days") }
      window = .year
    }
    validity = try reader.validity()
    graceDays = try reader.integer("grace_days", in: 0...3_650) ?? 0
    let names = Downgrade.allCases.map(\.rawValue)
    if let name = try reader.choice("downgrade", of: names) {
      downgrade = Downgrade(rawValue: name) ?? .reached
    }
    if validity == nil && (graceDays > 0 || value["downgrade"] != nil) {
      throw RecordProblem(
        path: place, reason: "missing",
        message: "grace_days and downgrade need valid_days or valid_until")
    }
  }
}

/// Reads the members of one object of the rules.
struct RuleReader {
  let value: Value
  let place: String

  init(_ value: Value, at place: String, allowing names: [String]) throws(RecordProblem) {
    guard case .object(let members) = value else {
      throw RecordProblem(path: place, reason: "wrong_type", message: "expected an object")
    }
    for member in members where !names.contains(member.name) {
      throw RecordProblem(
        path: "\(place).\(member.name)", reason: "unknown_parameter",
        message: "allowed: \(names.joined(separator: ", "))")
    }
    self.value = value
    self.place = place
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(RecordProblem) -> Int? {
    guard let stated = value[name] else { return nil }
    guard case .integer(let number) = stated, let own = Int(exactly: number), range.contains(own)
    else {
      throw RecordProblem(
        path: "\(place).\(name)", reason: "out_of_range",
        message: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return own
  }

  func choice(_ name: String, of choices: [String]) throws(RecordProblem) -> String? {
    guard let stated = value[name] else { return nil }
    guard case .string(let text) = stated, choices.contains(text) else {
      throw RecordProblem(
        path: "\(place).\(name)", reason: "not_one_of",
        message: "one of \(choices.joined(separator: ", "))")
    }
    return text
  }

  /// `valid_days` or `valid_until`.
  func validity() throws(RecordProblem) -> Validity? {
    let days = try integer("valid_days", in: 1...36_500)
    let end = try choice("valid_until", of: ["year_end", "next_year_end"])
    if days != nil && end != nil { throw either("valid_until", "valid_days") }
    return days.map(Validity.days) ?? end.map { .yearEnd(later: $0 == "year_end" ? 0 : 1) }
  }

  func either(_ name: String, _ other: String) -> RecordProblem {
    RecordProblem(
      path: "\(place).\(name)", reason: "conflict", message: "either \(name) or \(other)")
  }
}
