import Shop

extension PolicyWindow {
  /// Days that are looked at for an opening: weekdays come round in seven, and a span that a change
  /// of the clock skips is there a week later.
  private static let searchedDayCount: Int32 = 15

  /// The first moment from `start` on, and before `end`, at which all the windows are open; nil
  /// where there is none.
  ///
  /// A window opens at its beginning, at a local midnight or at the start of one of its spans, so
  /// only those moments are looked at, and the half hours of the first day, in which a clock that
  /// is put back can show a time again. O(days x spans).
  package static func firstOpening(
    of windows: [PolicyWindow], from start: Instant, before end: Instant = .latest, in zone: Zone
  ) -> Instant? {
    let first = windows.compactMap { $0.from?.start(in: zone) }.reduce(start) { max($0, $1) }
    let last = windows.compactMap { $0.until?.end(in: zone) }.reduce(end) { min($0, $1) }
    if first >= last { return nil }
    func isOpen(_ moment: Instant) -> Bool {
      moment >= first && moment < last
        && windows.allSatisfy { $0.isOpen(at: moment, in: zone) }
    }
    let firstDay = zone.day(of: first)
    for offset in 0..<searchedDayCount {
      let day = Day(number: firstDay.number + offset)
      if day > lastDay { return nil }
      var moments = [zone.instant(day: day)]
      for span in windows.flatMap(\.hours) {
        moments.append(zone.instant(day: day, clock: span.start * 60_000))
      }
      if offset == 0 {
        for halfHour in 0..<52 {
          moments.append(first.advanced(byMilliseconds: Int64(halfHour) * 1_800_000))
        }
      }
      if let found = moments.filter(isOpen).min() { return found }
    }
    return nil
  }
}
