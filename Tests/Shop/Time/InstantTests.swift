import Foundation
import Shop
import TestSupport
import Testing

@Suite struct InstantTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0),
      ("1970-01-01t00:00:00z", 0),
      ("1970-01-01 00:00:00Z", 0),
      ("1970-01-01T00:00:00+00:00", 0),
      ("1970-01-01T00:00:00-00:00", 0),
      ("1969-12-31T23:59:59.999Z", -1),
      ("2026-03-01T10:00:00+08:00", 1_772_330_400_000),
      ("2026-03-01T02:00:00.250Z", 1_772_330_400_250),
      ("2026-02-28T20:30:00-05:30", 1_772_330_400_000),
      ("2026-03-01T02:00:00.2509Z", 1_772_330_400_250),
      ("2026-03-01T02:00:00.000000000000000000000000000001Z", 1_772_330_400_000),
      ("2026-03-01T02:00:00.5Z", 1_772_330_400_500),
      ("2016-12-31T23:59:60Z", 1_483_228_800_000),
      ("2017-01-01T07:59:60.5+08:00", 1_483_228_800_500),
      ("2024-02-29T00:00:00Z", 1_709_164_800_000),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000),
      ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
      ("9999-12-31T23:59:59.999+00:01", 253_402_300_739_999),
    ] as [(String, Int64)])
  func aMomentIsRead(text: String, milliseconds: Int64) {
    #expect(Instant(rfc3339: text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "2026", "2026-03-01", "2026-03-01T10:00:00", "2026-03-01T10:00Z", "2026-03-01T10:00:00.Z",
    "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-00-01T00:00:00Z",
    "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:61Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+08:60",
    "2026-01-01T00:00:00+8:00", "2026-01-01T00:00:00+0800", "2026-01-01T00:00:00+08",
    "2026-01-01T00:00:00Z ", " 2026-01-01T00:00:00Z", "2026-01-01T00:00:00ZZ", "26-01-01T00:00:00Z",
    "+2026-01-01T00:00:00Z", "2026-1-01T00:00:00Z", "2026-01-01_00:00:00Z", "2026/01/01T00:00:00Z",
    "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z", "２０２６-01-01T00:00:00Z",
    "2026-01-01T00:00:00\u{2212}08:00", "2026-01-01T00:00:00,5Z",
  ])
  func whatIsNoMomentIsRefused(text: String) {
    #expect(Instant(rfc3339: text) == nil)
  }

  @Test(
    arguments: [
      (0, 0, "1970-01-01T00:00:00Z"),
      (-1, 0, "1969-12-31T23:59:59.999Z"),
      (7, 0, "1970-01-01T00:00:00.007Z"),
      (70, 0, "1970-01-01T00:00:00.070Z"),
      (700, 0, "1970-01-01T00:00:00.700Z"),
      (1_772_330_400_000, 28_800, "2026-03-01T10:00:00+08:00"),
      (1_772_330_400_000, -12_600, "2026-02-28T22:30:00-03:30"),
      (-62_135_596_800_000, 0, "0001-01-01T00:00:00Z"),
      (253_402_300_799_999, 0, "9999-12-31T23:59:59.999Z"),
      // An offset with seconds is cut to the minute, so that the text still names the moment.
      (0, 29_143, "1970-01-01T08:05:00+08:05"),
      (0, -1_172, "1969-12-31T23:41:00-00:19"),
      (0, 59, "1970-01-01T00:00:00Z"),
      // Out of four-digit years: the offset gives way.
      (253_402_300_799_999, 28_800, "9999-12-31T23:59:59.999Z"),
      (-62_135_596_800_000, -60, "0001-01-01T00:00:00Z"),
    ] as [(Int64, Int32, String)])
  func aMomentIsWritten(milliseconds: Int64, offset: Int32, text: String) {
    let instant = Instant(milliseconds: milliseconds)
    #expect(instant.rfc3339(offsetSeconds: offset) == text)
    #expect(Instant(rfc3339: text) == instant)
  }

  @Test func whatIsWrittenReadsBack() throws {
    try forEachSeed(20) { seed, generator in
      for _ in 0..<100 {
        let instant = Instant(
          milliseconds: .random(
            in: Instant.earliest.milliseconds...Instant.latest.milliseconds, using: &generator))
        let offset = Int32(generator.integer(in: -54_000...54_000))
        let text = instant.rfc3339(offsetSeconds: offset)
        #expect(Instant(rfc3339: text) == instant, "\(text) \(seed)")
      }
    }
  }

  @Test func foundationAgrees() throws {
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    try forEachSeed(4) { seed, generator in
      for _ in 0..<150 {
        // Foundation's calendar turns Julian before 1582.
        let milliseconds = Int64.random(
          in: -11_676_096_000_000...253_402_300_799_999, using: &generator)
        let instant = Instant(milliseconds: milliseconds / 1000 * 1000 + 250)
        let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
        #expect(formatter.string(from: date) == instant.rfc3339(), "\(seed)")
      }
    }
  }

  @Test func brokenTextNeverTraps() throws {
    try forEachSeed(20) { seed, generator in
      let good = Array("2026-03-01T02:00:00.250+08:00".utf8)
      for _ in 0..<100 {
        var bytes = good
        for _ in 0...generator.integer(in: 0...2) {
          let index = generator.integer(in: 0...bytes.count - 1)
          switch generator.integer(in: 0...2) {
          case 0: bytes[index] = UInt8(generator.integer(in: 0...255))
          case 1: bytes.remove(at: index)
          default: bytes.insert(UInt8(generator.integer(in: 0x20...0x7E)), at: index)
          }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if let instant = Instant(rfc3339: text) {
          #expect(Instant(rfc3339: instant.rfc3339()) == instant, "\(text) \(seed)")
        }
      }
    }
  }

  @Test func movingHoldsTheRange() {
    let middle = Instant(milliseconds: 1000)
    #expect(middle.advanced(byMilliseconds: 500).milliseconds == 1500)
    #expect(middle.advanced(byMilliseconds: .max) == .latest)
    #expect(middle.advanced(byMilliseconds: .min) == .earliest)
    #expect(Instant.latest.advanced(byMilliseconds: 1) == .latest)
    #expect(Instant.earliest.advanced(byMilliseconds: -1) == .earliest)
    #expect(middle.advanced(byDays: 1.5).milliseconds == 129_601_000)
    #expect(middle.advanced(byDays: -1e300) == .earliest)
    #expect(middle.advanced(byDays: .infinity) == .latest)
    #expect(middle.advanced(byDays: 1.5).days(since: middle) == 1.5)
    #expect(middle.days(since: middle.advanced(byDays: 2)) == -2)
  }

  @Test func aViewpointSeesUpToItsHorizon() {
    let moment = Instant(milliseconds: 86_400_000)
    let later = Instant(milliseconds: 86_400_001)
    #expect(Viewpoint(asOf: moment).sees(moment))
    #expect(!Viewpoint(asOf: moment).sees(later))
    #expect(Viewpoint(now: moment).sees(later))
    #expect(Viewpoint(now: moment).daysSince(Instant(milliseconds: 0)) == 1)
    #expect(Viewpoint(now: moment).daysSince(later) == 0)
  }

  @Test func flooredDivisionMatchesItsDefinition() {
    for value in Int64(-50)...50 {
      for divisor in Int64(1)...9 {
        let (quotient, remainder) = value.flooredDivision(by: divisor)
        #expect(quotient * divisor + remainder == value)
        #expect(remainder >= 0 && remainder < divisor)
      }
    }
  }
}
