// How a time zone works here
// --------------------------
// A shop lives in one IANA zone. The rules come from the system's own files (RFC 8536, "TZif"),
// whose bytes the command line reads; nothing is asked of the C library, whose `localtime` keeps
// one zone per process in a global that two engines in one process (every parallel test) would
// fight over.
//
// A file is a sorted list of moments at which the offset changes, and for the time after the last
// of them a POSIX rule (`CET-1CEST,M3.5.0,M10.5.0/3`). `Zone` keeps the list as two columns and the
// rule as `PosixZoneRule`.
//
//   offset(at:)      binary search; after the last transition, the rule
//   day(of:)         floor((instant + offset) / 24 h)
//   instant(day:…)   the one of the two candidate offsets that leads back to the wall clock's time;
//                    where that time is skipped, the first moment after the gap

/// An IANA time zone: what local time it is, and which day, at a moment.
package struct Zone: Sendable, Equatable {
  package let name: String
  /// Moments at which the offset changes, ascending, in seconds since 1970.
  private let transitionSeconds: [Int64]
  /// The offset from each transition on; one more in front for the time before the first.
  private let offsetsSeconds: [Int32]
  private let rule: PosixZoneRule?

  package static let utc = Zone(
    name: "UTC", transitionSeconds: [], offsetsSeconds: [0], rule: nil)

  private init(
    name: String, transitionSeconds: [Int64], offsetsSeconds: [Int32], rule: PosixZoneRule?
  ) {
    self.name = name
    self.transitionSeconds = transitionSeconds
    self.offsetsSeconds = offsetsSeconds
    self.rule = rule
  }

  /// True for names that can be looked up below a zone directory without leaving it.
  package static func isPlausible(name: String) -> Bool {
    let bytes = name.utf8
    guard !bytes.isEmpty, bytes.count <= 64, bytes.first != 0x2F else { return false }
    let plain = bytes.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == 0x2F || byte == 0x2D || byte == 0x2B || byte == 0x5F
    }
    return plain
  }

  /// Reads a TZif file (version 1 to 4); nil where the bytes are none.
  package init?(name: String, tzif bytes: [UInt8]) {
    var reader = ZoneFileReader(bytes)
    guard let block = reader.read() else { return nil }
    self.name = name
    transitionSeconds = block.transitionSeconds
    offsetsSeconds = block.offsetsSeconds
    rule = block.footer.flatMap { PosixZoneRule($0) }
  }

  /// Seconds east of UTC at that moment. O(log transitions).
  package func offset(at instant: Instant) -> Int32 {
    let seconds = instant.milliseconds.flooredDivision(by: 1000).quotient
    if let last = transitionSeconds.last, seconds < last {
      var low = 0
      var high = transitionSeconds.count
      while low < high {
        let middle = (low + high) / 2
        if transitionSeconds[middle] <= seconds { low = middle + 1 } else { high = middle }
      }
      return offsetsSeconds[low]
    }
    return rule?.offset(at: seconds) ?? offsetsSeconds[offsetsSeconds.count - 1]
  }

  /// The local day in which the moment lies.
  package func day(of instant: Instant) -> Day {
    let local = instant.milliseconds + Int64(offset(at: instant)) * 1000
    return Day(number: Int32(local.flooredDivision(by: Instant.millisecondsPerDay).quotient))
  }

  /// Milliseconds since local midnight by the wall clock, 0 to 86,399,999.
  package func clock(at instant: Instant) -> Int64 {
    let local = instant.milliseconds + Int64(offset(at: instant)) * 1000
    return local.flooredDivision(by: Instant.millisecondsPerDay).remainder
  }

  /// The moment at which the wall clock shows that time of that day.
  ///
  /// Where the clock shows it twice (it was put back), the earlier; where it never does (it was put
  /// forward), the first moment after the gap.
  package func instant(day: Day, clock milliseconds: Int64 = 0) -> Instant {
    let local = Int64(day.number) * Instant.millisecondsPerDay + milliseconds
    let before = offset(at: Instant(milliseconds: local - Instant.millisecondsPerDay))
    let after = offset(at: Instant(milliseconds: local + Instant.millisecondsPerDay))
    let early = Instant(milliseconds: local - Int64(max(before, after)) * 1000)
    let late = Instant(milliseconds: local - Int64(min(before, after)) * 1000)
    if early == late || offset(at: early) == max(before, after) { return early }
    if offset(at: late) == min(before, after) { return late }
    // The wall clock jumps over this time: bisect for the moment of the jump.
    var low = early.milliseconds
    var high = late.milliseconds
    let wanted = offset(at: late)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if offset(at: Instant(milliseconds: middle)) == wanted { high = middle } else { low = middle }
    }
    return Instant(milliseconds: high)
  }

  /// RFC 3339 with this zone's offset at that moment.
  package func text(_ instant: Instant) -> String {
    instant.rfc3339(offsetSeconds: offset(at: instant))
  }
}
