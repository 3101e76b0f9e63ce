import Offers
import Shop
import Testing

struct PolicyWindowTests {
  private let nobody = Value.object([])

  private func policy(_ when: String) throws -> Policy {
    try OfferFixture.policy(#"{"id":"p","gives":{"kind":"free_shipping"},"when":\#(when)}"#)
  }

  @Test(
    .enabled(if: OfferFixture.zone("Asia/Shanghai") != nil),
    arguments: [
      ("2026-02-28T23:59:59.999+08:00", OfferReason?.some(.notStarted)),
      ("2026-03-01T00:00:00+08:00", nil),
      ("2026-03-31T23:59:59.999+08:00", nil),
      ("2026-04-01T00:00:00+08:00", .expired),
    ])
  func datesAreWholeLocalDays(moment: String, reason: OfferReason?) throws {
    let policy = try policy(#"{"from":"2026-03-01","until":"2026-03-31"}"#)
    let zone = try #require(OfferFixture.zone("Asia/Shanghai"))
    let viewpoint = Viewpoint(asOf: try OfferFixture.instant(moment))
    #expect(policy.admissibility(of: nobody, at: viewpoint, in: zone) == reason)
  }

  @Test func momentsAreHalfOpen() throws {
    let policy = try policy(
      #"{"from":"2026-03-01T10:00:00Z","until":"2026-03-01T11:00:00Z"}"#)
    for (moment, reason) in [
      ("2026-03-01T09:59:59.999Z", OfferReason?.some(.notStarted)), ("2026-03-01T10:00:00Z", nil),
      ("2026-03-01T10:59:59.999Z", nil), ("2026-03-01T11:00:00Z", .expired),
    ] {
      let instant = try OfferFixture.instant(moment)
      #expect(policy.window.reasonAgainstDates(at: instant, in: .utc) == reason, "\(moment)")
    }
  }

  // 2026-03-06 is a Friday.
  @Test(arguments: [
    ("2026-03-06T21:59:00Z", false), ("2026-03-06T22:00:00Z", true),
    ("2026-03-07T01:59:59Z", true), ("2026-03-07T02:00:00Z", false),
    ("2026-03-06T01:00:00Z", false), ("2026-03-07T23:00:00Z", false),
    ("2026-03-06T12:00:00Z", true), ("2026-03-06T13:00:00Z", false),
    ("2026-03-09T00:30:00Z", true), ("2026-03-08T23:00:00Z", true),
  ])
  func hoursAcrossMidnightBelongToTheDayTheyStartOn(moment: String, isOpen: Bool) throws {
    let policy = try policy(
      #"{"weekdays":[5,7],"hours":[["22:00","02:00"],["12:00","13:00"]]}"#)
    let instant = try OfferFixture.instant(moment)
    #expect(policy.window.isOpen(at: instant, in: .utc) == isOpen)
  }

  @Test(.enabled(if: OfferFixture.zone("Europe/Berlin") != nil))
  func hoursFollowTheWallClockWhenItIsMoved() throws {
    let zone = try #require(OfferFixture.zone("Europe/Berlin"))
    let policy = try policy(#"{"hours":[["01:00","04:00"]]}"#)
    func openMinutes(from start: String) throws -> Int {
      let first = try OfferFixture.instant(start)
      return (0..<600).count {
        policy.window.isOpen(at: first.advanced(byMilliseconds: Int64($0) * 60_000), in: zone)
      }
    }
    #expect(try openMinutes(from: "2026-03-28T00:00:00+01:00") == 180)
    #expect(try openMinutes(from: "2026-03-29T00:00:00+01:00") == 120, "put forward")
    #expect(try openMinutes(from: "2026-10-25T00:00:00+02:00") == 240, "put back")
  }

  @Test(.enabled(if: OfferFixture.zone("Europe/Berlin") != nil))
  func expiryIsSoManyLocalDaysFromIssue() throws {
    let zone = try #require(OfferFixture.zone("Europe/Berlin"))
    let issue = try OfferFixture.instant("2026-03-20T12:00:00+01:00")
    #expect(
      try policy(#"{"valid_days":14}"#).expiry(ofIssueAt: issue, in: zone)
        == OfferFixture.instant("2026-04-03T12:00:00+02:00"))
    #expect(
      try policy(#"{"valid_days":14,"until":"2026-03-29"}"#).expiry(ofIssueAt: issue, in: zone)
        == OfferFixture.instant("2026-03-30T00:00:00+02:00"))
    #expect(try policy("{}").expiry(ofIssueAt: issue, in: zone) == nil)
    #expect(
      try policy(#"{"valid_days":36500}"#).expiry(
        ofIssueAt: OfferFixture.instant("9999-01-01T00:00:00Z"), in: zone) == .latest)
  }

  @Test func theProfileDecides() throws {
    let policy = try OfferFixture.policy(
      #"{"id":"p","gives":{"kind":"free_shipping"},"for":{"tier":"high"}}"#)
    let viewpoint = Viewpoint(asOf: try OfferFixture.instant("2026-03-01T00:00:00Z"))
    let high = try OfferFixture.value(#"{"tier":"high"}"#)
    #expect(policy.admissibility(of: high, at: viewpoint, in: .utc) == nil)
    #expect(policy.admissibility(of: nobody, at: viewpoint, in: .utc) == .notForCustomer)
  }
}
