import Foundation
import Shop
import TestSupport
import Testing

/// Nothing in a zone file is trusted.
@Suite struct ZoneFileTests {
  @Test(.enabled(if: ZoneFiles.arePresent)) func everyZoneOfTheSystemIsRead() throws {
    var count = 0
    let enumerator = FileManager.default.enumerator(atPath: ZoneFiles.folder.path)
    while let name = enumerator?.nextObject() as? String {
      if name == "right" || name == "posix" { enumerator?.skipDescendants() }
      guard let bytes = ZoneFiles.bytes(name), bytes.starts(with: "TZif".utf8) else { continue }
      count += 1
      #expect(Zone(name: name, tzif: bytes) != nil, "\(name)")
    }
    #expect(count > 300)
  }

  @Test(
    .enabled(if: ZoneFiles.arePresent),
    arguments: ["Asia/Shanghai", "Australia/Lord_Howe", "UTC"])
  func brokenBytesNeverTrap(name: String) throws {
    let whole = try #require(ZoneFiles.bytes(name))
    for index in whole.indices {
      ask(Zone(name: name, tzif: Array(whole[..<index])))
      var bytes = whole
      for flip: UInt8 in index < 44 || index > whole.count - 48 ? [0xFF, 0x80, 0x01] : [0xFF] {
        bytes[index] = whole[index] ^ flip
        ask(Zone(name: name, tzif: bytes))
      }
    }
  }

  @Test func randomBytesNeverTrap() throws {
    try forEachSeed(200) { _, generator in
      var bytes = Array("TZif".utf8)
      for _ in 0..<generator.integer(in: 0...300) {
        bytes.append(generator.oneIn(4) ? UInt8.random(in: 0...255, using: &generator) : 0)
      }
      ask(Zone(name: "X", tzif: bytes))
    }
  }

  private func ask(_ zone: Zone?) {
    guard let zone else { return }
    for milliseconds in [Instant.earliest.milliseconds, 0, Instant.latest.milliseconds] {
      let instant = Instant(milliseconds: milliseconds)
      _ = zone.text(zone.instant(day: zone.day(of: instant), clock: zone.clock(at: instant)))
    }
  }

  /// A version 2 file without transitions, whose rule is all there is.
  private func followingRule(_ rule: String) -> Zone? {
    let head = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
    func counts(_ types: UInt8, _ letters: UInt8) -> [UInt8] {
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, types, 0, 0, 0, letters]
    }
    // One type: offset of an hour, no summer time, name at 0; the name is "X\0".
    let body: [UInt8] = [0, 0, 0x0E, 0x10, 0, 0, 0x58, 0]
    let block = head + counts(1, 2) + body
    return Zone(name: "X", tzif: block + block + [0x0A] + Array(rule.utf8) + [0x0A])
  }

  @Test(
    arguments: [
      ("", "2026-07-01T00:00:00Z", 3_600),
      ("EST5", "2026-07-01T00:00:00Z", -18_000),
      ("<+0530>-5:30", "2026-07-01T00:00:00Z", 19_800),
      ("<-00>0:00:01", "2026-07-01T00:00:00Z", -1),
      // With J, day 60 is 1 March in every year; without, days count from 0 and 59 is 29 February
      // in 2024.
      ("AAA0BBB,J60/0,J61/0", "2024-03-01T00:30:00Z", 3_600),
      ("AAA0BBB,J60/0,J61/0", "2024-02-29T23:30:00Z", 0),
      ("AAA0BBB,J60/0,J61/0", "2023-03-01T00:30:00Z", 3_600),
      ("AAA0BBB,59/0,60/0", "2024-02-29T00:30:00Z", 3_600),
      ("AAA0BBB,59/0,60/0", "2023-03-01T00:30:00Z", 3_600),
      // The south: summer goes over the new year.
      ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-01-01T00:00:00Z", 39_600),
      ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2025-12-31T23:59:59Z", 39_600),
      ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-07-01T00:00:00Z", 37_800),
      // Hours before midnight and beyond the day, RFC 8536.
      ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7_200),
      ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3_600),
      ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-27T23:59:59Z", 7_200),
      ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T00:00:00Z", 10_800),
      // Winter time as the exception, with a negative shift: Dublin.
      ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-15T00:00:00Z", 0),
      ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-15T00:00:00Z", 3_600),
    ] as [(String, String, Int32)])
  func rulesAreFollowed(rule: String, moment: String, offset: Int32) throws {
    let zone = try #require(followingRule(rule))
    #expect(zone.offset(at: try #require(Instant(rfc3339: moment))) == offset)
  }

  /// Where the rule is none, the last offset of the file holds.
  @Test(arguments: [
    "E5", "EST", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0",
    "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J5", "EST5EDT,J366,J5", "EST5EDT,366,5", "EST200",
    "EST5EDT,M3.2.0,M11.1.0x", "<EST5", "EST5:60", "EST9999999999999999999",
  ])
  func whatIsNoRuleIsLeftOut(rule: String) throws {
    let zone = try #require(followingRule(rule))
    #expect(zone.offset(at: Instant(milliseconds: 1_782_864_000_000)) == 3_600)
  }
}
