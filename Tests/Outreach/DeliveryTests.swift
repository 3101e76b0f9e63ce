import Foundation
import Members
import Outreach
import Shop
import Testing

@Suite struct DeliveryTests {
  static func moment(_ text: String) -> Instant {
    guard let instant = Instant(rfc3339: text) else { preconditionFailure("\(text) is no time") }
    return instant
  }

  static func zone(_ name: String) throws -> Zone {
    let file = URL(fileURLWithPath: "/usr/share/zoneinfo/" + name)
    return try #require(Zone(name: name, tzif: Array(try Data(contentsOf: file))))
  }

  /// A member of that consent who orders over `preferred`, if over any channel.
  private func member(_ consent: [(String, Bool)]?, preferred: String?) -> MemberProfile {
    var facts = ShopFacts()
    var patch = CustomerPatch(id: "c")
    if let consent {
      patch.consent = .set(.object(consent.map { .init(name: $0.0, value: .bool($0.1)) }))
    }
    facts.customers.apply(patch)
    facts.apply(
      OrderDraft(
        id: "o", customer: "c", time: DeliveryTests.moment("2026-01-01T12:00:00Z"),
        channel: preferred, lines: [.init(item: "i", quantity: 1, unitPrice: 1)]))
    var members = MemberIndex()
    let now = Viewpoint(now: DeliveryTests.moment("2026-03-01T02:00:00Z"))
    return members.profile(of: 0, from: now, facts: facts)
  }

  private typealias Row = (
    consent: [(String, Bool)]?, preferred: String?, offered: [String]?, channel: String?
  )

  @Test func theChannelIsTheBestThatWasNotRefused() throws {
    let rows: [Row] = [
      (nil, nil, nil, "?"), (nil, "store", nil, "store"), ([("sms", true)], "store", nil, "sms"),
      ([("sms", true), ("app", true)], "store", nil, "app"),
      ([("sms", true), ("app", true)], "sms", nil, "sms"), ([("sms", false)], "store", nil, nil),
      ([("sms", false), ("app", true)], "sms", ["sms", "app"], "app"),
      ([("sms", false)], nil, ["sms"], nil), ([("sms", false)], nil, ["sms", "mail"], "mail"),
      (nil, nil, ["mail", "sms"], "mail"), (nil, "sms", ["mail", "sms"], "sms"),
      ([("app", true)], "sms", ["mail", "sms", "app"], "app"), (nil, "store", [], nil),
      ([("store", false)], "store", nil, nil), ([("store", false)], "store", [], nil),
    ]
    for row in rows {
      let delivery = Delivery(
        to: member(row.consent, preferred: row.preferred), offered: row.offered,
        now: DeliveryTests.moment("2026-03-01T02:00:00Z"), zone: .utc)
      // A question mark stands for a plan without a channel: the host decides.
      if row.channel == "?" {
        #expect(delivery != nil && delivery?.channel == nil)
      } else {
        #expect(delivery?.channel == row.channel, "\(row)")
      }
    }
  }

  @Test func theHourIsTheMembersOwnOutsideTheQuietOnes() throws {
    let now = DeliveryTests.moment("2026-03-01T02:30:00Z")
    for hour in -1...24 {
      let moment = Delivery.moment(hour: hour < 0 ? nil : hour, now: now, zone: .utc)
      let expected = (9..<21).contains(hour) ? hour : 10
      #expect(Int(Zone.utc.clock(at: moment) / 3_600_000) == expected)
      #expect(moment >= now && moment < now.advanced(byDays: 1))
    }
    let exact = DeliveryTests.moment("2026-03-01T10:00:00Z")
    #expect(Delivery.moment(hour: 10, now: exact, zone: .utc) == exact)
    let late = exact.advanced(byMilliseconds: 1)
    #expect(Delivery.moment(hour: 10, now: late, zone: .utc) == exact.advanced(byDays: 1))
  }

  @Test func theClockThatIsMovedMovesTheMessage() throws {
    let zone = try DeliveryTests.zone("Europe/Berlin")
    // In the night to 29 March 2026 the clock is put forward, in that to 25 October back.
    for (now, expected) in [
      ("2026-03-28T10:00:00Z", "2026-03-29T10:00:00+02:00"),
      ("2026-03-28T08:59:00Z", "2026-03-28T10:00:00+01:00"),
      ("2026-10-24T10:00:00Z", "2026-10-25T10:00:00+01:00"),
      ("2026-10-24T23:30:00Z", "2026-10-25T10:00:00+01:00"),
    ] {
      let moment = Delivery.moment(hour: 10, now: DeliveryTests.moment(now), zone: zone)
      #expect(zone.text(moment) == expected)
    }
  }

  @Test func theLastDayThatCanBeSaidHasNoNext() {
    #expect(Delivery.moment(hour: 10, now: .latest, zone: .utc) == .latest)
    _ = Delivery.moment(hour: 10, now: .earliest, zone: .utc)
  }
}
