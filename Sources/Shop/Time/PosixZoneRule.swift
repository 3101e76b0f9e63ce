/// The rule at the end of a zone file that holds for all later years: `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// POSIX.1 "Other Environment Variables", TZ, with the hours from -167 to 167 of RFC 8536.
struct PosixZoneRule: Sendable, Equatable {
  private struct Change: Sendable, Equatable {
    enum When: Sendable, Equatable {
      case monthWeekDay(month: Int, week: Int, weekday: Int)
      case julian(Int)
      case dayOfYear(Int)
    }
    var when: When
    var timeSeconds: Int64
  }

  private var standardSeconds: Int32
  private var summerSeconds: Int32
  private var changes: (start: Change, end: Change)?

  static func == (left: PosixZoneRule, right: PosixZoneRule) -> Bool {
    left.standardSeconds == right.standardSeconds && left.summerSeconds == right.summerSeconds
      && left.changes?.start == right.changes?.start && left.changes?.end == right.changes?.end
  }

  /// Nil where the text is no rule.
  init?(_ text: String) {
    var reader = RuleReader(rest: Substring(text))
    guard reader.name(), let standard = reader.offset() else { return nil }
    standardSeconds = Int32(-standard)
    summerSeconds = standardSeconds
    if reader.rest.isEmpty { return }
    guard reader.name() else { return nil }
    summerSeconds = standardSeconds + 3600
    if let first = reader.rest.first, first != "," {
      guard let summer = reader.offset() else { return nil }
      summerSeconds = Int32(-summer)
    }
    guard let start = Self.change(&reader), let end = Self.change(&reader), reader.rest.isEmpty
    else { return nil }
    changes = (start, end)
  }

  private static func change(_ reader: inout RuleReader) -> Change? {
    guard reader.accept(",") else { return nil }
    let when: Change.When
    if reader.accept("M") {
      guard let month = reader.number(), (1...12).contains(month), reader.accept("."),
        let week = reader.number(), (1...5).contains(week), reader.accept("."),
        let weekday = reader.number(), (0...6).contains(weekday)
      else { return nil }
      when = .monthWeekDay(month: month, week: week, weekday: weekday)
    } else if reader.accept("J") {
      guard let day = reader.number(), (1...365).contains(day) else { return nil }
      when = .julian(day)
    } else {
      guard let day = reader.number(), (0...365).contains(day) else { return nil }
      when = .dayOfYear(day)
    }
    guard reader.accept("/") else { return Change(when: when, timeSeconds: 7200) }
    guard let time = reader.offset() else { return nil }
    return Change(when: when, timeSeconds: Int64(time))
  }

  /// Seconds east of UTC at a moment in seconds since 1970.
  func offset(at seconds: Int64) -> Int32 {
    guard let (start, end) = changes else { return standardSeconds }
    let local = (seconds + Int64(standardSeconds)).flooredDivision(by: 86_400).quotient
    let year = Day(number: Int32(local)).date.year
    let begins = moment(start, year: year) - Int64(standardSeconds)
    let ends = moment(end, year: year) - Int64(summerSeconds)
    let isSummer =
      begins < ends ? seconds >= begins && seconds < ends : seconds >= begins || seconds < ends
    return isSummer ? summerSeconds : standardSeconds
  }

  /// The change in seconds of local time, as if there were no offset.
  private func moment(_ change: Change, year: Int) -> Int64 {
    let first = Int(Day(year: min(max(year, 1), 9999), month: 1, day: 1)?.number ?? 0)
    let day: Int
    switch change.when {
    case .julian(let number):
      day = first + number - 1 + (Day.isLeap(year: year) && number >= 60 ? 1 : 0)
    case .dayOfYear(let number):
      day = first + number
    case .monthWeekDay(let month, let week, let weekday):
      let opening = Day(year: min(max(year, 1), 9999), month: month, day: 1)?.number ?? 0
      let shift = (weekday - Day(number: opening).weekday % 7 + 7) % 7
      var inMonth = shift + (week - 1) * 7
      if inMonth >= Day.days(inMonth: month, year: year) { inMonth -= 7 }
      day = Int(opening) + inMonth
    }
    return Int64(day) * 86_400 + change.timeSeconds
  }
}

/// A cursor over the text of a zone rule.
private struct RuleReader {
  var rest: Substring

  mutating func accept(_ wanted: Character) -> Bool {
    guard rest.first == wanted else { return false }
    rest.removeFirst()
    return true
  }

  /// A zone's abbreviation: three or more letters, or anything between angle brackets.
  mutating func name() -> Bool {
    if accept("<") {
      guard let end = rest.firstIndex(of: ">") else { return false }
      rest = rest[rest.index(after: end)...]
      return true
    }
    let letters = rest.prefix { $0.isASCII && $0.isLetter }
    rest = rest.dropFirst(letters.count)
    return letters.count >= 3
  }

  mutating func number() -> Int? {
    let digits = rest.prefix { $0 >= "0" && $0 <= "9" }
    guard !digits.isEmpty, digits.count <= 3 else { return nil }
    rest = rest.dropFirst(digits.count)
    return Int(digits)
  }

  /// `[+-]hh[:mm[:ss]]` in seconds.
  mutating func offset() -> Int? {
    let sign = accept("-") ? -1 : 1
    if sign == 1 { _ = accept("+") }
    guard let hours = number(), hours <= 167 else { return nil }
    var seconds = hours * 3600
    if accept(":") {
      guard let minutes = number(), minutes <= 59 else { return nil }
      seconds += minutes * 60
      if accept(":") {
        guard let rest = number(), rest <= 59 else { return nil }
        seconds += rest
      }
    }
    return sign * seconds
  }
}
