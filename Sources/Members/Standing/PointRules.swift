import Shop

// How points are earned
// ---------------------
// An order earns `points` for each whole `per` minor units of what is paid for what stands of it,
// times a factor in hundredths, rounded down once. The factor is the highest of those multipliers
// that apply, or their product, and 1 where none does; times what coupons that the order used
// multiply by; capped. A multiplier applies where everything that it states holds: the level that
// the customer had just before the order, the order's channel, its local weekday, day of the month
// or date, and the customer's birthday (its day or its month; who was born on 29 February has it on
// 28 February of common years).
//
// Rules hold for orders from a moment on, `from`: when they were configured, unless they state
// another. Orders keep the rules that were in force at their time; before the first there are none
// and nothing is earned.

/// How points are earned, from some moment on.
package struct PointRules: Equatable, Sendable {
  package struct Multiplier: Equatable, Sendable {
    /// In hundredths.
    package var factor: Int64
    package var levels: [String]?
    package var channels: [String]?
    /// 1 is Monday.
    package var weekdays: [Int]?
    package var monthDays: [Int]?
    package var dates: [Day]?
    package var birthday: Birthday?
  }

  package enum Birthday: String, CaseIterable, Sendable {
    case day
    case month
  }

  package enum Combination: String, CaseIterable, Sendable {
    case highest
    case product
  }

  /// From which order time on.
  package var from: Instant
  /// Points for each whole amount; zero: nothing is earned.
  package var points: Int64
  /// The amount, minor units, above zero.
  package var per: Int64
  package var multipliers: [Multiplier] = []
  package var combination = Combination.highest
  /// What the factor never exceeds, hundredths.
  package var cap: Int64 = 100_000
  /// How long points can be spent; nil: for ever.
  package var validity: Validity?

  /// What a factor is looked up by.
  struct Occasion {
    var level: String?
    var channel: String?
    var day: Day
    var birthday: Day?
  }

  /// In hundredths. O(multipliers).
  ///
  /// - Parameter coupons: what coupons multiply by besides, in hundredths, at most 10^8.
  func factor(on occasion: Occasion, coupons: Int64 = 100) -> Int64 {
    var factor: Int64 = 100
    var found = false
    for multiplier in multipliers where multiplier.applies(on: occasion) {
      switch combination {
      case .highest: factor = found ? max(factor, multiplier.factor) : multiplier.factor
      case .product: factor = min(cap, factor * multiplier.factor / 100)
      }
      found = true
    }
    return min(cap, factor * coupons / 100)
  }

  /// Points for an amount; none for nothing or less.
  func points(for amount: Int64, factor: Int64) -> Int64 {
    if amount <= 0 || points == 0 { return 0 }
    let earned = Int128(amount / per) * Int128(points) * Int128(factor) / 100
    return Int64(clamping: min(earned, Int128(PointRules.maximumPoints)))
  }

  /// More are never earned by one order, nor granted or spent at once.
  package static let maximumPoints: Int64 = 1_000_000_000_000
}

extension PointRules.Multiplier {
  func applies(on occasion: PointRules.Occasion) -> Bool {
    func holds<Element: Equatable>(_ list: [Element]?, _ element: Element?) -> Bool {
      list.map { list in element.map(list.contains) ?? false } ?? true
    }
    let date = occasion.day.date
    return holds(levels, occasion.level) && holds(channels, occasion.channel)
      && holds(weekdays, occasion.day.weekday) && holds(monthDays, date.day)
      && holds(dates, occasion.day)
      && (birthday.map { occasion.isBirthday($0) } ?? true)
  }
}

extension PointRules.Occasion {
  func isBirthday(_ kind: PointRules.Birthday) -> Bool {
    guard let birthday = birthday?.date else { return false }
    let date = day.date
    if kind == .month { return date.month == birthday.month }
    if birthday.month == 2, birthday.day == 29, !Day.isLeap(year: date.year) {
      return date.month == 2 && date.day == 28
    }
    return date.month == birthday.month && date.day == birthday.day
  }
}

// MARK: - Reading

extension PointRules {
  static let maximumMultiplierCount = 100

  /// Reads rules; nil for `null`, as which earning ends.
  ///
  /// - Parameter now: when they begin where they do not say so.
  init(_ value: Value, now: Instant) throws(RecordProblem) {
    if case .null = value {
      self.init(from: now, points: 0, per: 1)
      return
    }
    let reader = try RuleReader(
      value, at: "points",
      allowing: [
        "from", "points", "per", "multipliers", "combine", "cap", "valid_days", "valid_until",
      ])
    var from = now
    if let stated = value["from"] {
      guard case .string(let text) = stated, let moment = Instant(rfc3339: text) else {
        throw RecordProblem(
          path: "points.from", reason: "wrong_type",
          message: "a moment such as 2026-03-01T00:00:00+08:00")
      }
      from = moment
    }
    guard let per = try reader.integer("per", in: 1...1_000_000_000) else {
      throw RecordProblem(
        path: "points.per", reason: "missing",
        message: "the amount in minor units for which points are given")
    }
    self.init(
      from: from, points: Int64(try reader.integer("points", in: 0...1_000_000) ?? 1),
      per: Int64(per))
    validity = try reader.validity()
    let names = Combination.allCases.map(\.rawValue)
    if let name = try reader.choice("combine", of: names) {
      combination = Combination(rawValue: name) ?? .highest
    }
    cap = try PointRules.factor(value["cap"], at: "points.cap") ?? cap
    guard let list = value["multipliers"] else { return }
    guard case .array(let elements) = list, elements.count <= Self.maximumMultiplierCount else {
      throw RecordProblem(
        path: "points.multipliers", reason: "wrong_type",
        message: "expected up to \(Self.maximumMultiplierCount) multipliers")
    }
    for (index, element) in elements.enumerated() {
      multipliers.append(try Multiplier(element, at: "points.multipliers[\(index)]"))
    }
  }

  /// A factor with at most two decimals, from 0 to 1000, in hundredths.
  fileprivate static func factor(_ value: Value?, at path: String) throws(RecordProblem) -> Int64? {
    guard let value else { return nil }
    let hundredths = value.double.map { ($0 * 100).rounded(decimals: 0) }
    guard let hundredths, let number = value.double, abs(number * 100 - hundredths) < 1e-6,
      (0...100_000).contains(hundredths)
    else {
      throw RecordProblem(
        path: path, reason: "out_of_range",
        message: "a number from 0 to 1000 with at most two decimals")
    }
    return Int64(hundredths)
  }
}

extension PointRules.Multiplier {
  fileprivate init(_ value: Value, at place: String) throws(RecordProblem) {
    let reader = try RuleReader(
      value, at: place,
      allowing: ["factor", "levels", "channels", "weekdays", "month_days", "dates", "birthday"])
    guard let factor = try PointRules.factor(value["factor"], at: place + ".factor") else {
      throw RecordProblem(path: place + ".factor", reason: "missing", message: "a factor")
    }
    self.init(factor: factor)
    func list<Element>(
      _ name: String, _ expected: String, _ read: (Value) -> Element?
    ) throws(RecordProblem) -> [Element]? {
      guard let stated = value[name] else { return nil }
      if case .array(let elements) = stated, (1...400).contains(elements.count) {
        let read = elements.compactMap(read)
        if read.count == elements.count { return read }
      }
      throw RecordProblem(
        path: "\(place).\(name)", reason: "wrong_type", message: "expected a list of \(expected)")
    }
    func text(_ value: Value) -> String? {
      if case .string(let text) = value { text } else { nil }
    }
    func number(_ range: ClosedRange<Int64>) -> (Value) -> Int? {
      { value in
        if case .integer(let number) = value, range.contains(number) { Int(number) } else { nil }
      }
    }
    levels = try list("levels", "levels' ids", text)
    channels = try list("channels", "channels", text)
    weekdays = try list("weekdays", "weekdays, 1 (Monday) to 7", number(1...7))
    monthDays = try list("month_days", "days, 1 to 31", number(1...31))
    dates = try list("dates", "dates such as 2026-11-11") { text($0).flatMap { Day(text: $0) } }
    let names = PointRules.Birthday.allCases.map(\.rawValue)
    birthday = try reader.choice("birthday", of: names).flatMap(PointRules.Birthday.init)
  }
}
