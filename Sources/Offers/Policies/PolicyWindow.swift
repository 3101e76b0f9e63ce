import Shop

// How time windows work
// ---------------------
// Everything is half-open and in the shop's zone. A date as `from` is the start of that local day,
// a date as `until` its end; both stay dates here and become moments when they are asked about, so
// that they follow the shop's zone.
//
// Hours are local wall-clock times. A span whose end is not after its start runs across midnight
// and belongs to the weekday on which it starts: Friday with 22:00 to 02:00 includes Saturday 01:00
// and not Friday 01:00. As the wall clock is what counts, a span is an hour shorter or longer on
// the days on which the clock is moved.

/// When a policy holds: `when`.
package struct PolicyWindow: Equatable, Sendable {
  package var from: Bound?
  /// Exclusive.
  package var until: Bound?
  /// ISO weekdays, bit 1 for Monday to bit 7 for Sunday; all days where none was stated.
  package var weekdays: UInt8
  /// Spans of the day; the whole day where there are none.
  package var hours: [Hours]
  /// How many local days a coupon lasts from the moment of its issue.
  package var validDays: Int64?

  package static let everyWeekday: UInt8 = 0b1111_1110
  /// 9999-12-31, the last day that the wire can say.
  package static let lastDay = Day(number: 2_932_896)

  package init(
    from: Bound? = nil, until: Bound? = nil, weekdays: UInt8 = PolicyWindow.everyWeekday,
    hours: [Hours] = [], validDays: Int64? = nil
  ) {
    self.from = from
    self.until = until
    self.weekdays = weekdays
    self.hours = hours
    self.validDays = validDays
  }

  /// One end of a period: a moment, or a whole local day.
  package enum Bound: Equatable, Sendable {
    case moment(Instant)
    case day(Day)

    /// As a beginning: the first moment of the day.
    package func start(in zone: Zone) -> Instant {
      switch self {
      case .moment(let instant): instant
      case .day(let day): zone.instant(day: day)
      }
    }

    /// As an end: the first moment after the day, or the last that can be said.
    package func end(in zone: Zone) -> Instant {
      switch self {
      case .moment(let instant): instant
      case .day(let day): min(.latest, zone.instant(day: Day(number: day.number + 1)))
      }
    }
  }

  /// A span of the wall clock, in minutes since midnight; across midnight where `end` is not after
  /// `start`.
  package struct Hours: Equatable, Sendable {
    /// 0 to 1,439.
    package var start: Int64
    /// 1 to 1,440; exclusive.
    package var end: Int64

    package init(start: Int64, end: Int64) {
      self.start = start
      self.end = end
    }
  }

  /// `notStarted` or `expired` where the moment is outside the dates.
  package func reasonAgainstDates(at instant: Instant, in zone: Zone) -> OfferReason? {
    if let from, instant < from.start(in: zone) { return .notStarted }
    if let until, instant >= until.end(in: zone) { return .expired }
    return nil
  }

  /// Whether the moment is inside the weekdays and hours. O(spans).
  package func isOpen(at instant: Instant, in zone: Zone) -> Bool {
    if weekdays == PolicyWindow.everyWeekday, hours.isEmpty { return true }
    let weekday = zone.day(of: instant).weekday
    let isToday = weekdays & (1 << UInt8(weekday)) != 0
    if hours.isEmpty { return isToday }
    let yesterday = weekday == 1 ? 7 : weekday - 1
    let wasYesterday = weekdays & (1 << UInt8(yesterday)) != 0
    let minute = zone.clock(at: instant) / 60_000
    return hours.contains { span in
      if span.start < span.end { return isToday && span.start <= minute && minute < span.end }
      return isToday && span.start <= minute || wasYesterday && minute < span.end
    }
  }
}
