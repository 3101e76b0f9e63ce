/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
///
/// The wire speaks RFC 3339; everything inside compares and subtracts plain integers. The range is
/// that of four-digit years, so that any two instants can be subtracted and any interval added
/// without overflow.
package struct Instant: BitwiseCopyable, Comparable, Hashable, Sendable {
  package var milliseconds: Int64

  @inlinable package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// 0001-01-01T00:00:00Z, the earliest moment that the wire can say.
  package static let earliest = Instant(milliseconds: -62_135_596_800_000)
  /// 9999-12-31T23:59:59.999Z, the latest moment that the wire can say.
  package static let latest = Instant(milliseconds: 253_402_300_799_999)
  package static let millisecondsPerDay: Int64 = 86_400_000

  @inlinable package static func < (left: Instant, right: Instant) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// This moment moved by so many milliseconds, held inside `earliest ... latest`.
  package func advanced(byMilliseconds distance: Int64) -> Instant {
    let (sum, overflow) = milliseconds.addingReportingOverflow(distance)
    if overflow { return distance < 0 ? .earliest : .latest }
    return Swift.min(.latest, Swift.max(.earliest, Instant(milliseconds: sum)))
  }

  /// This moment moved by so many days of 24 hours.
  package func advanced(byDays days: Double) -> Instant {
    let distance = days * Double(Instant.millisecondsPerDay)
    guard distance.isFinite, abs(distance) < 9e15 else { return days < 0 ? .earliest : .latest }
    return advanced(byMilliseconds: Int64(distance))
  }

  /// Days of 24 hours from `start` to this moment, as a fraction; negative if this is earlier.
  @inlinable package func days(since start: Instant) -> Double {
    Double(milliseconds - start.milliseconds) / Double(Instant.millisecondsPerDay)
  }
}

extension Instant {
  /// Reads RFC 3339 with an offset: `2026-03-01T10:00:00+08:00`, `2026-03-01T02:00:00.250Z`.
  ///
  /// Fractions beyond milliseconds are cut. A leap second (`:60`) counts as the second after `:59`.
  /// Nil for anything else, a missing offset included: a time without one is not a moment.
  package init?(rfc3339 text: some StringProtocol) {
    let instant = withContiguousUTF8(of: text) { Instant(rfc3339: $0) }
    guard let instant else { return nil }
    self = instant
  }

  /// Reads RFC 3339 off bytes; see the other form.
  package init?(rfc3339 bytes: UnsafeBufferPointer<UInt8>) {
    var reader = DigitReader(bytes)
    guard let day = reader.date(), reader.accept("T", or: "t", or: " ") else { return nil }
    guard let clock = reader.clock() else { return nil }
    var offsetSeconds: Int64 = 0
    if !reader.accept("Z", or: "z") {
      guard let sign = reader.sign(), let hours = reader.number(digits: 2, in: 0...23),
        reader.accept(":"), let minutes = reader.number(digits: 2, in: 0...59)
      else { return nil }
      offsetSeconds = sign * Int64(hours * 3600 + minutes * 60)
    }
    guard reader.isAtEnd else { return nil }
    let local = Int64(day.number) * Instant.millisecondsPerDay + clock
    let instant = Instant(milliseconds: local - offsetSeconds * 1000)
    guard instant >= .earliest, instant <= .latest else { return nil }
    self = instant
  }

  /// RFC 3339 in UTC with `Z`, or with the offset given; milliseconds only where there are any.
  ///
  /// The text always names this very moment. RFC 3339 says offsets in whole minutes and years in
  /// four digits: an offset with seconds (local mean time, before there were zones) is cut to the
  /// minute, and one that would lead out of the years 1 to 9999 gives way to `Z`.
  package func rfc3339(offsetSeconds stated: Int32 = 0) -> String {
    var offsetSeconds = stated / 60 * 60
    let shifted = Instant(milliseconds: milliseconds + Int64(offsetSeconds) * 1000)
    if shifted < .earliest || shifted > .latest { offsetSeconds = 0 }
    let local = milliseconds + Int64(offsetSeconds) * 1000
    let (dayNumber, inDay) = local.flooredDivision(by: Instant.millisecondsPerDay)
    var text = Day(number: Int32(dayNumber)).text
    let seconds = Int(inDay / 1000)
    text += "T" + twoDigits(seconds / 3600) + ":" + twoDigits(seconds / 60 % 60) + ":"
    text += twoDigits(seconds % 60)
    let fraction = Int(inDay % 1000)
    if fraction != 0 { text += "." + (fraction < 100 ? "0" : "") + twoDigits(fraction) }
    if offsetSeconds == 0 { return text + "Z" }
    let minutes = Int(abs(offsetSeconds)) / 60
    return text + (offsetSeconds < 0 ? "-" : "+") + twoDigits(minutes / 60) + ":"
      + twoDigits(minutes % 60)
  }
}

/// At least two digits, filled with a zero in front.
func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

extension Int64 {
  /// Quotient rounded towards minus infinity, and the remainder that is never negative.
  @inlinable package func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64)
  {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
