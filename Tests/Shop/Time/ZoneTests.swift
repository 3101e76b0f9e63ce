import Foundation
import Shop
import TestSupport
import Testing

@Suite(.enabled(if: ZoneFiles.arePresent)) struct ZoneTests {
  @Test(arguments: ZoneFiles.named)
  func foundationAgrees(name: String) throws {
    let zone = try #require(ZoneFiles.zone(name))
    let oracle = try #require(TimeZone(identifier: name))
    try forEachSeed(2) { seed, generator in
      for _ in 0..<500 {
        // 1950 to 2090, seconds.
        let seconds = Int64(generator.integer(in: -631_152_000...3_786_912_000))
        let date = Date(timeIntervalSince1970: Double(seconds))
        let ours = zone.offset(at: Instant(milliseconds: seconds * 1000))
        #expect(Int(ours) == oracle.secondsFromGMT(for: date), "\(name) \(date) \(seed)")
      }
    }
  }

  @Test(
    arguments: [
      ("Asia/Shanghai", "2026-03-01T02:00:00Z", 28_800),
      ("Asia/Shanghai", "1988-07-01T00:00:00Z", 32_400),
      ("Asia/Shanghai", "1890-01-01T00:00:00Z", 29_143),
      ("Europe/Berlin", "2026-03-29T00:59:59.999Z", 3_600),
      ("Europe/Berlin", "2026-03-29T01:00:00Z", 7_200),
      ("Europe/Berlin", "2026-10-25T00:59:59Z", 7_200),
      ("Europe/Berlin", "2026-10-25T01:00:00Z", 3_600),
      ("Europe/Berlin", "2999-07-01T00:00:00Z", 7_200),
      ("America/New_York", "2077-12-31T23:59:59Z", -18_000),
      ("America/New_York", "9999-07-01T00:00:00Z", -14_400),
      ("Australia/Lord_Howe", "2500-01-15T00:00:00Z", 39_600),
      ("Australia/Lord_Howe", "2500-07-15T00:00:00Z", 37_800),
      ("Pacific/Apia", "2011-12-30T09:59:59Z", -36_000),
      ("Pacific/Apia", "2011-12-30T10:00:00Z", 50_400),
      ("UTC", "0001-01-01T00:00:00Z", 0),
    ] as [(String, String, Int32)])
  func offsetsAreKnown(name: String, moment: String, offset: Int32) throws {
    let zone = try #require(ZoneFiles.zone(name))
    #expect(zone.offset(at: try #require(Instant(rfc3339: moment))) == offset)
  }

  /// The first moment of a day, known by hand: the usual, put forward at midnight, put back at
  /// midnight, and a day that never was.
  @Test(arguments: [
    ("Asia/Shanghai", "2026-03-01", "2026-02-28T16:00:00Z"),
    ("America/Sao_Paulo", "2017-10-15", "2017-10-15T03:00:00Z"),
    ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z"),
    ("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"),
    ("America/Havana", "2024-03-10", "2024-03-10T05:00:00Z"),
    ("America/Havana", "2024-11-03", "2024-11-03T04:00:00Z"),
    ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z"),
    ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),
    ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
  ])
  func daysStart(name: String, day: String, start: String) throws {
    let zone = try #require(ZoneFiles.zone(name))
    let day = try #require(Day(text: day))
    #expect(zone.instant(day: day).rfc3339() == start)
  }

  /// Against all offsets that hold anywhere near: the earliest moment whose wall clock shows the
  /// time; where there is none, the moment at which the clock jumps over it.
  @Test(arguments: ZoneFiles.named)
  func wallClockTimesAreFound(name: String) throws {
    let zone = try #require(ZoneFiles.zone(name))
    try forEachSeed(4) { seed, generator in
      for _ in 0..<12 {
        let day = Day(number: Int32(generator.integer(in: -7_000...30_000)))
        let clock = generator.oneIn(3) ? 0 : Int64(generator.integer(in: 0...86_399_999))
        check(zone, day, clock, "\(seed)")
      }
    }
  }

  /// The same, on every day on which the clock was changed in forty years.
  @Test(arguments: [
    "Africa/Cairo", "America/Havana", "America/Sao_Paulo", "Asia/Tehran", "Australia/Lord_Howe",
    "Europe/Berlin", "Pacific/Apia", "Pacific/Kwajalein",
  ])
  func wallClockTimesAreFoundAroundChanges(name: String) throws {
    let zone = try #require(ZoneFiles.zone(name))
    var changeCount = 0
    let first = try #require(Day(text: "1990-01-01"))
    for number in first.number..<first.number + 14_600 {
      let noon = Instant(milliseconds: Int64(number) * Instant.millisecondsPerDay)
      guard zone.offset(at: noon) != zone.offset(at: noon.advanced(byDays: 1)) else { continue }
      changeCount += 1
      // Some of the many: a quarter of an hour apart, the length of the shortest change.
      for day in number - 1...number + 1 where changeCount % 8 == 1 {
        for quarter in stride(from: 0, to: 96, by: 2) {
          check(zone, Day(number: day), Int64(quarter) * 900_000, name)
        }
      }
    }
    #expect(changeCount > 0)
  }

  private func check(_ zone: Zone, _ day: Day, _ clock: Int64, _ comment: String) {
    let found = zone.instant(day: day, clock: clock)
    let wanted = Int64(day.number) * Instant.millisecondsPerDay + clock
    func wall(_ milliseconds: Int64) -> Int64 {
      milliseconds + Int64(zone.offset(at: Instant(milliseconds: milliseconds))) * 1000
    }
    var offsets: Set<Int32> = []
    for hours in stride(from: Int64(-30), through: 30, by: 3) {
      offsets.insert(zone.offset(at: Instant(milliseconds: wanted + hours * 3_600_000)))
    }
    let shown = offsets.map { wanted - Int64($0) * 1000 }.filter { wall($0) == wanted }.min()
    let comment = "\(zone.name) \(day.text) \(clock) \(comment)"
    if let shown {
      #expect(found.milliseconds == shown, "\(comment)")
      #expect(zone.day(of: found) == day, "\(comment)")
      #expect(zone.clock(at: found) == clock, "\(comment)")
    } else {
      #expect(wall(found.milliseconds) > wanted, "\(comment)")
      #expect(wall(found.milliseconds - 1) < wanted, "\(comment)")
    }
  }

  @Test(arguments: ZoneFiles.named)
  func textNamesTheMoment(name: String) throws {
    let zone = try #require(ZoneFiles.zone(name))
    try forEachSeed(3) { seed, generator in
      for _ in 0..<60 {
        let range = Instant.earliest.milliseconds...Instant.latest.milliseconds
        let instant = Instant(milliseconds: .random(in: range, using: &generator))
        #expect(Instant(rfc3339: zone.text(instant)) == instant, "\(seed)")
      }
    }
    for instant in [Instant.earliest, .latest] {
      #expect(Instant(rfc3339: zone.text(instant)) == instant)
    }
  }

  @Test func namesThatLeaveTheFolderAreNotPlausible() {
    for name in ["UTC", "Asia/Shanghai", "America/Port-au-Prince", "Etc/GMT+8", "GB-Eire"] {
      #expect(Zone.isPlausible(name: name), "\(name)")
    }
    for name in [
      "", "/etc/passwd", "../passwd", "Asia/../../x", "a b", "Asia\\Shanghai", "Asia/Shanghai\0",
      "Zürich", ".", String(repeating: "a", count: 65),
    ] {
      #expect(!Zone.isPlausible(name: name), "\(name)")
    }
  }
}
