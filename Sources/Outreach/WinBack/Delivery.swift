import Members
import Shop

/// Over which channel and when a member is written to.
package struct Delivery: Equatable, Sendable {
  /// Nil where the shop knows of none: the host decides.
  package var channel: String?
  package var sendAt: Instant

  /// Local clock, half-open: no message is planned from nine in the evening to nine in the morning.
  static let quietFromHour = 21
  static let quietUntilHour = 9
  /// The hour for somebody whose own is not known, or is a quiet one.
  static let usualHour = 10

  /// Plans a message; nil where the member refused every channel that is offered.
  ///
  /// Consent decides first: a channel with `false` is never used. Among those left, one with `true`
  /// comes before one of which nothing was said, the preferred channel before others, then the
  /// order in which they were offered.
  package init?(to profile: MemberProfile, offered: [String]?, now: Instant, zone: Zone) {
    let record = profile.record
    var candidates = offered ?? []
    if offered == nil, case .object(let consents)? = record.consent {
      candidates = consents.map(\.name).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    let open = candidates.filter { record.consents(to: $0) != false }
    // Channels that are stated bind, none of them included; where nothing is said the preferred one
    // is worth a try.
    if open.isEmpty, offered != nil || !candidates.isEmpty { return nil }
    func rank(_ channel: String) -> Int {
      (record.consents(to: channel) == true ? 0 : 2) + (channel == profile.preferredChannel ? 0 : 1)
    }
    channel = open.min { rank($0) < rank($1) } ?? profile.preferredChannel
    sendAt = Delivery.moment(hour: profile.preferredHour, now: now, zone: zone)
  }

  /// The next time that the clock shows the hour, outside the quiet hours.
  package static func moment(hour: Int?, now: Instant, zone: Zone) -> Instant {
    var hour = hour ?? usualHour
    if hour < quietUntilHour || hour >= quietFromHour { hour = usualHour }
    let today = zone.day(of: now)
    let clock = Int64(hour) * 3_600_000
    let moment = zone.instant(day: today, clock: clock)
    if moment >= now { return moment }
    return min(.latest, zone.instant(day: Day(number: today.number + 1), clock: clock))
  }
}
