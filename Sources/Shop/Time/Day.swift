/// A calendar day of the proleptic Gregorian calendar, as days since 1970-01-01.
package struct Day: BitwiseCopyable, Comparable, Hashable, Sendable {
  package var number: Int32

  @inlinable package init(number: Int32) { self.number = number }

  @inlinable package static func < (left: Day, right: Day) -> Bool { left.number < right.number }

  /// The day of that date; nil where the calendar has none (30 February).
  package init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month),
      day >= 1, day <= Day.days(inMonth: month, year: year)
    else { return nil }
    // Days from civil, after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    number = Int32(era * 146_097 + dayOfEra - 719_468)
  }

  /// Reads `YYYY-MM-DD`; nil for anything else.
  package init?(text: some StringProtocol) {
    let day = withContiguousUTF8(of: text) { bytes -> Day? in
      var reader = DigitReader(bytes)
      guard let day = reader.date(), reader.isAtEnd else { return nil }
      return day
    }
    guard let day else { return nil }
    self = day
  }

  /// Year, month 1 to 12 and day 1 to 31.
  package var date: (year: Int, month: Int, day: Int) {
    let shifted = Int(number) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
  }

  /// ISO 8601 weekday: 1 is Monday, 7 is Sunday.
  package var weekday: Int { Int(Int64(number + 3).flooredDivision(by: 7).remainder) + 1 }

  /// `YYYY-MM-DD`.
  package var text: String {
    let (year, month, day) = date
    let digits = String(year)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits + "-"
      + twoDigits(month) + "-" + twoDigits(day)
  }

  package static func isLeap(year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  package static func days(inMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: isLeap(year: year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Completed years from a birthday to this day; someone born on 29 February turns a year older on
  /// 1 March of common years. Negative before birth.
  package func age(since birthday: Day) -> Int {
    let (year, month, day) = date
    let (birthYear, birthMonth, birthDay) = birthday.date
    return year - birthYear - ((month, day) < (birthMonth, birthDay) ? 1 : 0)
  }
}
