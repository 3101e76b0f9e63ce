// Following a log that another process writes.
//
// How it works. A follower keeps its place: the segment, held open, the offset behind the last
// record that it gave, and the sequence that comes next. A look reads the header at that offset.
// Zeros are the room reserved ahead: nothing is new, and the look has cost one pread. Otherwise
// records are given as long as they are whole.
//
// What is half written is not an error. The next look reads it again; only what a new writer cut
// was never given, as both judge by the same checksum. A place that stays half written while intact
// records follow is damage: that is judged at the 1st, 2nd, 4th, 8th … look in a row, as it means
// to read all that follows.
//
// The end of the file means that the segment was left, or that the writer ended. The next segment
// is opened before the rest of this one is read, since a segment with a successor is not written to
// any more. Where there is no successor and the segment has lost its own name, compaction removed
// it with what followed: `missedSegments`. Before new records are given, the header of the last
// one given is compared with what was read then: another means that the log was cut and written on
// behind the follower's back (`rewritten`), as a repair or a lost sync can do. After either, and
// after any damage, a new follower has to read everything again.
//
// A look ends at the sizes and segments that it found, so a busy writer can't hold it up. What it
// gives was written, but perhaps not synchronised yet: a follower can be ahead of what survives a
// loss of power by a moment, never of what survives the writer's death.

/// A reader's place in a log that grows. One thread uses it.
package final class LogFollower {
  /// What was found when the following began.
  package let start: RecoveryReport
  /// The sequence of the last record given; 0 for none.
  package var appliedSequence: UInt64 { expected - 1 }

  private let disk: any Disk
  private let covered: UInt64
  private var place: Place?
  private var expected: UInt64
  /// Looks in a row that found something half written.
  private var stuckLooks: UInt64 = 0

  private struct Place {
    var identity: LogIdentity
    var number: Int
    var window: FileWindow
    var offset: UInt64
    /// Where the last record given stands, or the segment's header, and its first bytes.
    var givenOffset: UInt64 = 0
    var given: Peek

    var name: String { SegmentName.name(number) }
    var logPlace: LogPlace { LogPlace(file: name, offset: offset) }
  }

  /// Gives every record that is there to `consume` and keeps the place behind the last. O(bytes).
  ///
  /// - Parameter covered: as in `Log.open`.
  /// - Throws: as `Log.read`; `.missedSegments` where a segment was removed while this read.
  package init(
    on disk: any Disk, after covered: UInt64 = 0, _ consume: RecordConsumer
  ) throws(StorageError) {
    self.disk = disk
    self.covered = covered
    (start, expected, place) = try Self.begin(disk, covered, consume)
  }

  private static func begin(
    _ disk: any Disk, _ covered: UInt64, _ consume: RecordConsumer
  ) throws(StorageError) -> (RecoveryReport, UInt64, Place?) {
    var recovery = LogRecovery(disk: disk, covered: covered)
    do throws(StorageError) { try recovery.read(opening: .reading, consume) } catch {
      guard case .system(let cause) = error, cause.isMissing else { throw error }
      throw .missedSegments(after: LogPlace(file: cause.path ?? SegmentName.name(1), offset: 0))
    }
    guard let good = recovery.lastGood, let identity = recovery.identity else {
      return (recovery.report, recovery.expected, nil)
    }
    let name = SegmentName.name(good.segment)
    guard let file = try open(name, on: disk) else {
      throw .missedSegments(after: LogPlace(file: name, offset: good.offset))
    }
    let place = Place(
      identity: identity, number: good.segment,
      window: try FileWindow(file, capacityBytes: 1 << 16), offset: good.offset,
      givenOffset: recovery.lastRecordOffset,
      given: try Peek(file, at: recovery.lastRecordOffset))
    return (recovery.report, recovery.expected, place)
  }

  private static func open(
    _ name: String, on disk: any Disk
  ) throws(StorageError) -> (any DiskFile)? {
    do throws(SystemError) { return try disk.open(name, for: .reading) } catch {
      if error.isMissing { return nil }
      throw .system(error)
    }
  }
}

// MARK: - Looking

extension LogFollower {
  /// Gives the records that were added since the last look, and returns how many. O(new bytes); a
  /// pread where there are none.
  ///
  /// - Throws: `.missedSegments`, `.rewritten`, `.refusedRecord`, a kind of damage, `.system`; a
  ///   follower that threw is of no further use.
  package func catchUp(_ consume: RecordConsumer) throws(StorageError) -> UInt64 {
    let before = expected
    guard let found = place else {
      (_, expected, place) = try Self.begin(disk, covered, consume)
      return expected - before
    }
    let next = try Peek(found.window.file, at: found.offset)
    if next.isNothing { return 0 }
    if next.count == 0 {
      guard try found.window.file.size() >= found.offset else { throw .rewritten(found.logPlace) }
      if try Self.open(SegmentName.name(found.number + 1), on: disk) == nil {
        guard try Self.open(found.name, on: disk) != nil else {
          throw .missedSegments(after: found.logPlace)
        }
        return 0
      }
    }
    guard try Peek(found.window.file, at: found.givenOffset) == found.given else {
      throw .rewritten(found.logPlace)
    }
    try readOn(found, consume)
    return expected - before
  }

  private func readOn(_ found: Place, _ consume: RecordConsumer) throws(StorageError) {
    var found = found
    var lastNumber: Int?
    while true {
      let nextName = SegmentName.name(found.number + 1)
      let mayGoOn = lastNumber.map { found.number < $0 } ?? true
      let successor = mayGoOn ? try Self.open(nextName, on: disk) : nil
      try readSegment(&found, consume)
      guard let successor else { break }
      let reader = try SegmentReader(name: found.name, window: found.window)
      guard try reader.lastDataEnd(from: found.offset) == nil else {
        throw .tornBeforeLast(found.logPlace)
      }
      if lastNumber == nil {
        let names = try lifted { () throws(SystemError) in try disk.names() }
        lastNumber = names.compactMap(SegmentName.number).max()
      }
      found = try move(to: successor, after: found)
      place = found
    }
    try judge(found)
  }

  private func readSegment(_ found: inout Place, _ consume: RecordConsumer) throws(StorageError) {
    let reader = try SegmentReader(name: found.name, window: found.window)
    var last = found.givenOffset
    var start = found.offset
    let sequence = expected
    try reader.readIntactRecords(from: &found.offset, expecting: &expected) { number, payload in
      try consume(number, payload)
      last = start
      start += UInt64(RecordHeader.recordBytes(payloadBytes: payload.count))
    }
    guard expected > sequence else { return }
    found.givenOffset = last
    found.given = try Peek(found.window.file, at: last)
    place = found
    stuckLooks = 0
  }

  private func move(
    to file: any DiskFile, after found: Place
  ) throws(StorageError) -> Place {
    let window = try FileWindow(file, capacityBytes: 1 << 16)
    let name = SegmentName.name(found.number + 1)
    let header = try SegmentReader(name: name, window: window).header()
    guard header.identity == found.identity else { throw .foreignSegment(file: name) }
    guard header.firstSequence == expected else {
      throw .sequenceGap(
        LogPlace(file: name, offset: 0), expected: expected, found: header.firstSequence)
    }
    return Place(
      identity: found.identity, number: found.number + 1, window: window,
      offset: UInt64(SegmentHeader.sizeBytes), given: try Peek(file, at: 0))
  }

  /// Finds damage where something half written stays.
  private func judge(_ found: Place) throws(StorageError) {
    if try Peek(found.window.file, at: found.offset).isNothing { return }
    stuckLooks += 1
    guard stuckLooks.nonzeroBitCount == 1 else { return }
    let reader = try SegmentReader(name: found.name, window: found.window)
    var offset = found.offset
    var sequence = expected
    // A record that has become whole since is left for the next look.
    _ = try reader.readRecords(from: &offset, expecting: &sequence) { _, _ in }
  }

  /// How many bytes of the log were not given: after a look, what is half written, or what was
  /// added since.
  package func behindBytes() throws(StorageError) -> UInt64 {
    guard let place else { return 0 }
    let reader = try SegmentReader(name: place.name, window: place.window)
    var behind = (try reader.lastDataEnd(from: place.offset) ?? place.offset) - place.offset
    var number = place.number + 1
    while let file = try Self.open(SegmentName.name(number), on: disk) {
      behind += try file.size()
      number += 1
    }
    return behind
  }
}

/// The first bytes of a record, as many as its header has.
private struct Peek: Equatable {
  var first: UInt64 = 0
  var second: UInt64 = 0
  var third: UInt64 = 0
  /// How many of them the file has.
  var count = 0

  init(_ file: any DiskFile, at offset: UInt64) throws(StorageError) {
    var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    count = try lifted { () throws(SystemError) in
      try Self.read(file, at: offset, into: &words)
    }
    (first, second, third) = words
  }

  private static func read(
    _ file: any DiskFile, at offset: UInt64, into words: inout (UInt64, UInt64, UInt64)
  ) throws(SystemError) -> Int {
    var result: Result<Int, SystemError> = .success(0)
    withUnsafeMutableBytes(of: &words) { buffer in
      result = Result { () throws(SystemError) in try file.read(into: buffer, at: offset) }
    }
    return try result.get()
  }

  /// True where room is reserved and nothing is written yet.
  var isNothing: Bool { count > 0 && first == 0 && second == 0 && third == 0 }
}

extension DiskFile {
  /// The file's present size, in the log's error.
  func size() throws(StorageError) -> UInt64 {
    try lifted { () throws(SystemError) in try sizeBytes() }
  }
}
