import Foundation
import Shop
import TestSupport
import Testing

@Suite struct DayTests {
  /// Counts days one by one, by the rule of the calendar and by nothing else.
  @Test func everyDayFrom1600To2400() throws {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var number = Int32(-135_140)
    // 1 January 1600 was a Saturday.
    var weekday = 6
    var failures = 0
    for year in 1600...2400 {
      let isLeap = year % 400 == 0 || year % 4 == 0 && year % 100 != 0
      for month in 1...12 {
        for day in 1...(lengths[month - 1] + (month == 2 && isLeap ? 1 : 0)) {
          let built = Day(year: year, month: month, day: day)
          let date = Day(number: number).date
          if built?.number != number || date != (year, month, day)
            || Day(number: number).weekday != weekday
          {
            failures += 1
          }
          number += 1
          weekday = weekday % 7 + 1
        }
      }
    }
    #expect(failures == 0)
    #expect(Day(number: number) == Day(year: 2401, month: 1, day: 1))
    #expect(number == 157_420)
  }

  @Test func foundationAgrees() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    try forEachSeed(4) { seed, generator in
      for _ in 0..<100 {
        let day = Day(number: Int32(generator.integer(in: -135_000...2_000_000)))
        let date = Date(timeIntervalSince1970: Double(day.number) * 86_400)
        let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: date)
        let (year, month, number) = day.date
        #expect([year, month, number] == [parts.year, parts.month, parts.day], "\(seed)")
        #expect(day.weekday % 7 + 1 == parts.weekday, "\(seed)")
      }
    }
  }

  @Test(
    arguments: [
      ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("0001-01-01", -719_162),
      ("9999-12-31", 2_932_896),
    ] as [(String, Int32)])
  func textIsReadAndWritten(text: String, number: Int32) {
    #expect(Day(text: text)?.number == number)
    #expect(Day(number: number).text == text)
  }

  @Test(arguments: [
    "", "1970-1-1", "1970-01-1", "1970-01-01 ", "1970-01-01T00:00:00Z", "1900-02-29", "2023-02-29",
    "1970-02-30", "1970-00-01", "1970-01-32", "0000-01-01", "-001-01-01", "1970/01/01", "19700101",
  ])
  func whatIsNoDayIsRefused(text: String) { #expect(Day(text: text) == nil) }

  @Test func partsOutsideTheCalendarAreRefused() {
    for (year, month, day) in [
      (0, 1, 1), (10_000, 1, 1), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (2026, 1, 32),
      (2026, 2, 29), (.max, 1, 1), (.min, 1, 1), (2026, .max, 1), (2026, .min, 1), (2026, 1, .max),
      (2026, 1, .min),
    ] {
      #expect(Day(year: year, month: month, day: day) == nil, "\(year)-\(month)-\(day)")
    }
  }

  @Test(arguments: [
    ("1992-05-17", "2026-05-16", 33), ("1992-05-17", "2026-05-17", 34),
    ("1992-05-17", "1992-05-17", 0), ("1992-05-17", "1992-05-16", -1),
    ("1992-02-29", "2023-02-28", 30), ("1992-02-29", "2023-03-01", 31),
    ("1992-02-29", "2024-02-28", 31), ("1992-02-29", "2024-02-29", 32),
    ("1999-12-31", "2000-01-01", 0), ("2000-01-01", "2100-01-01", 100),
  ])
  func ageCountsCompletedYears(birthday: String, today: String, age: Int) throws {
    let birthday = try #require(Day(text: birthday))
    #expect(try #require(Day(text: today)).age(since: birthday) == age)
  }
}
