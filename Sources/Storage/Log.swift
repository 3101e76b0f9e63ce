// The log: append, commit, roll over.
//
// How it works. `append` encodes a record into memory; `commit` writes all of them with one call
// and synchronises once, whatever their number. Nothing may be acknowledged before the commit that
// covers it.
//
// Room comes first. Whoever is about to change something that a record will tell of calls
// `ensureRoom` with a bound on that record, before anything has changed: a full disk refuses then,
// and nothing has happened yet (`noRoom`, retryable). Room is taken with the file system's own
// reservation where there is one, else with zeros. Besides, zeros are written ahead of the records,
// 256 KiB at a time: a sync need not record a new file size then, measured on ext4 as 115 µs
// against 160 µs. A file system that never overwrites in place (btrfs, ZFS) may still refuse a
// write that has its room; that is a failure like any other.
//
// Failure is final. After a failed write or sync nobody knows what the disk holds, and the kernel
// may drop the pages and report success the next time. The log then refuses everything
// (`unusable`); the process ends unacknowledged, and the next start finds out what is there.
//
// Segments. A segment past its limit is synchronised, trimmed and left for good, and a new one is
// made: under another name until its header is durable, then renamed, then the folder synchronised.

/// When a commit waits for the disk. Whatever it is, what was committed survives the end of the
/// process, however it ends: the system has it.
package enum Durability: Equatable, Sendable {
  /// Every commit synchronises: what it covers survives a power failure.
  case always
  /// A commit is synchronised at most so many milliseconds later, with those that came meanwhile: a
  /// power failure takes what was committed in that time. The owner calls `synchronizeIfDue` when
  /// `nanosecondsUntilSync` have passed.
  case interval(milliseconds: Int)
  /// No commit synchronises: of a power failure only what the system had written by then survives.
  case never
}

/// How a log is kept.
package struct LogOptions: Sendable {
  package var durability = Durability.always
  /// A record that would end past this starts a new segment.
  package var segmentLimitBytes: UInt64 = 64 << 20
  /// How much room is reserved ahead of the records, and in which steps; 0 reserves no more than is
  /// asked for.
  package var reserveBytes = 256 << 10
  /// The time stamped into new segments, in milliseconds since 1970.
  package var clock: @Sendable () -> Int64 = { System.realtimeMilliseconds() }
  /// A clock that never goes back, in nanoseconds: what an interval is measured with.
  package var stopwatch: @Sendable () -> UInt64 = { System.monotonicNanoseconds() }

  package init() {}
}

/// An append-only row of records on a disk. One thread uses it.
package final class Log {
  /// The longest payload of one record.
  ///
  /// A request is one record, whatever it causes: 100,000 coupons of a line of 16 MiB, their codes
  /// and the reply that is kept for a retry come to about 150 MiB.
  package static let payloadLimitBytes = 255 << 20

  package let options: LogOptions
  /// What was found when the log was opened.
  package let recovery: RecoveryReport
  /// The sequence of the last record appended; 0 for none.
  package private(set) var lastSequence: UInt64
  /// The sequence of the last record known to be on disk.
  package private(set) var durableSequence: UInt64
  /// The number of the segment that is written to.
  package private(set) var segmentNumber: Int

  private let disk: any Disk
  /// What tells this log from every other.
  package let identity: LogIdentity
  private var file: any DiskFile
  private var pending = PendingRecords()
  /// The segment's bytes up to here are handed to the system.
  private var writtenOffset: UInt64
  /// The segment's bytes up to here are on disk.
  private var durableOffset: UInt64
  /// The segment's file ends here, with zeros from `writtenOffset` on.
  private var zeroedOffset: UInt64
  /// The segment's bytes up to here have their room on the disk; never below `zeroedOffset`.
  private var roomOffset: UInt64
  /// False once the file system said that it reserves nothing.
  private var canReserve = true
  /// When the first commit was made that no sync has covered; nil where there is none.
  private var unsyncedSince: UInt64?
  private var failure: SystemError?
  private var isClosed = false

  init(disk: any Disk, options: LogOptions, tail: LogTail, recovery: RecoveryReport) {
    self.disk = disk
    self.options = options
    self.recovery = recovery
    identity = tail.identity
    lastSequence = tail.lastSequence
    durableSequence = tail.lastSequence
    segmentNumber = tail.segmentNumber
    file = tail.file
    writtenOffset = tail.endOffset
    durableOffset = tail.endOffset
    zeroedOffset = tail.sizeBytes
    roomOffset = tail.sizeBytes
  }

  /// Bytes of records appended since the log was opened.
  package private(set) var appendedBytes: UInt64 = 0

  /// Where the next record will stand.
  package var endPlace: LogPlace {
    LogPlace(file: SegmentName.name(segmentNumber), offset: endOffset)
  }

  /// True where records wait for a commit.
  package var hasPendingRecords: Bool { !pending.isEmpty }

  private var endOffset: UInt64 { writtenOffset + UInt64(pending.count) }
}

// MARK: - Writing

extension Log {
  /// Makes sure that a record of at most so many bytes of payload can be appended, in this segment
  /// or a new one. A bound over the limit counts as the limit. Costs a call where room is short.
  ///
  /// - Throws: `.noRoom`, after which the log is as before; `.system` and `.unusable`, after which
  ///   it is of no further use.
  package func ensureRoom(payloadBytes: Int) throws(StorageError) {
    precondition(payloadBytes >= 0, "a payload has no negative length")
    try checkUsable()
    let count = UInt64(
      RecordHeader.recordBytes(payloadBytes: min(payloadBytes, Self.payloadLimitBytes)))
    if !fits(count) { try rollOver() }
    let needed = endOffset + count
    guard needed > roomOffset else { return }
    do throws(StorageError) { try takeRoom(through: rounded(needed)) } catch {
      // Nearly full: there may be room for the record and none to spare.
      guard case .noRoom = error, rounded(needed) > needed else { throw error }
      try takeRoom(through: needed)
    }
  }

  /// Takes a record, which is durable after the next `commit`, and returns its sequence.
  ///
  /// - Throws: `.payloadTooLarge` and `.noRoom`, after which the log is as before; `.system` and
  ///   `.unusable`, after which it is of no further use.
  @discardableResult
  package func append(_ payload: UnsafeRawBufferPointer) throws(StorageError) -> UInt64 {
    try checkUsable()
    guard payload.count <= Self.payloadLimitBytes else {
      throw .payloadTooLarge(bytes: payload.count, limitBytes: Self.payloadLimitBytes)
    }
    let count = RecordHeader.recordBytes(payloadBytes: payload.count)
    if !fits(UInt64(count)) { try rollOver() }
    let needed = endOffset + UInt64(count)
    if needed > zeroedOffset, options.reserveBytes > 0 {
      // Zeros go no further than the room that was made sure of, where it was.
      try zero(
        through: roomOffset < needed
          ? rounded(needed) : max(needed, min(rounded(needed), roomOffset)))
    }
    if !pending.hasRoom(for: count) { try write() }
    RecordHeader.write(
      payload, sequence: lastSequence + 1, durableOffset: durableOffset,
      to: pending.extend(by: count))
    lastSequence += 1
    appendedBytes += UInt64(count)
    return lastSequence
  }

  /// Takes a record given as an array; see the other form.
  @discardableResult
  package func append(_ payload: [UInt8]) throws(StorageError) -> UInt64 {
    try payload.span.bytes.withUnsafeBytes { bytes throws(StorageError) in try append(bytes) }
  }

  /// Writes what was appended and, as the durability says, waits until it is on disk. Only after
  /// this may any of it be acknowledged. Does nothing where nothing was appended.
  package func commit() throws(StorageError) {
    switch options.durability {
    case .always: return try synchronize()
    case .never:
      try checkUsable()
      try write()
    case .interval:
      try checkUsable()
      if hasPendingRecords, unsyncedSince == nil { unsyncedSince = options.stopwatch() }
      try write()
      try synchronizeIfDue()
    }
  }

  /// How long what was committed may still wait for its sync: 0 where that is due, nil where
  /// nothing waits for one.
  package var nanosecondsUntilSync: UInt64? {
    guard case .interval(let milliseconds) = options.durability, let unsyncedSince else {
      return nil
    }
    let (limit, isOver) = UInt64(max(0, milliseconds)).multipliedReportingOverflow(by: 1_000_000)
    if isOver { return .max }
    let waited = options.stopwatch() - unsyncedSince
    return waited < limit ? limit - waited : 0
  }

  /// Synchronises what has waited for the whole interval.
  package func synchronizeIfDue() throws(StorageError) {
    if nanosecondsUntilSync == 0 { try synchronize() }
  }

  /// Writes what was appended and waits until it is on disk, whatever the durability.
  package func synchronize() throws(StorageError) {
    try checkUsable()
    try write()
    unsyncedSince = nil
    guard durableOffset < writtenOffset else { return }
    try final { () throws(SystemError) in try file.synchronize() }
    durableOffset = writtenOffset
    durableSequence = lastSequence
  }

  /// Synchronises, gives back the room reserved ahead and ends the use of the log.
  package func close() throws(StorageError) {
    try synchronize()
    try trim()
    isClosed = true
  }
}

// MARK: - Segments

extension Log {
  /// Leaves the present segment for good, unless it is empty: what was appended so far is in
  /// segments that nobody writes to any more.
  ///
  /// - Throws: as `append`.
  package func closeSegment() throws(StorageError) {
    try checkUsable()
    if endOffset > UInt64(SegmentHeader.sizeBytes) { try rollOver() }
  }

  /// The size of all segments in a folder.
  package static func totalBytes(on disk: any Disk) throws(StorageError) -> UInt64 {
    try lifted { () throws(SystemError) in
      var total: UInt64 = 0
      for name in try disk.names() where SegmentName.number(name) != nil {
        total += try disk.open(name, for: .reading).sizeBytes()
      }
      return total
    }
  }

  /// The identity of the log in a folder; nil where no segment says it.
  package static func identity(on disk: any Disk) throws(StorageError) -> LogIdentity? {
    let names = try lifted { () throws(SystemError) in try disk.names() }
    for name in names where SegmentName.number(name) != nil {
      let file = try lifted { () throws(SystemError) in try disk.open(name, for: .reading) }
      if let header = try? SegmentReader(name: name, file: file).header() { return header.identity }
    }
    return nil
  }
}

// MARK: - Inside

extension Log {
  private func checkUsable() throws(StorageError) {
    precondition(!isClosed, "the log is closed")
    if let failure { throw .unusable(after: failure) }
  }

  /// Runs a call whose failure ends the use of the log.
  private func final(_ body: () throws(SystemError) -> Void) throws(StorageError) {
    do throws(SystemError) { try body() } catch {
      failure = error
      throw .system(error)
    }
  }

  /// Runs a call that a full disk may refuse without harm.
  private func retryable(_ body: () throws(SystemError) -> Void) throws(StorageError) {
    do throws(SystemError) { try body() } catch {
      if error.isNoRoom { throw .noRoom(error) }
      failure = error
      throw .system(error)
    }
  }

  private func write() throws(StorageError) {
    guard !pending.isEmpty else { return }
    try final { () throws(SystemError) in try file.write(pending.bytes, at: writtenOffset) }
    writtenOffset += UInt64(pending.count)
    zeroedOffset = max(zeroedOffset, writtenOffset)
    roomOffset = max(roomOffset, zeroedOffset)
    pending.removeAll()
  }

  /// True where that much more stays within the segment's limit, or is its first record.
  private func fits(_ count: UInt64) -> Bool {
    endOffset + count <= options.segmentLimitBytes || endOffset <= UInt64(SegmentHeader.sizeBytes)
  }

  /// The offset up to which room is taken for one that needs it: whole steps, within the segment.
  private func rounded(_ needed: UInt64) -> UInt64 {
    let step = UInt64(max(1, options.reserveBytes))
    return max(needed, min((needed + step - 1) / step * step, options.segmentLimitBytes))
  }

  /// Takes room up to there, or leaves everything as it was.
  private func takeRoom(through target: UInt64) throws(StorageError) {
    let sizeBefore = zeroedOffset
    do throws(StorageError) {
      if canReserve {
        try retryable { () throws(SystemError) in
          canReserve = try file.reserve(from: roomOffset, to: target)
        }
      }
      if canReserve { roomOffset = target } else { try zero(through: target) }
    } catch {
      // What a refused reservation took before it came to an end is given back to everybody else.
      if case .noRoom = error { try cut(to: sizeBefore) }
      throw error
    }
  }

  private func zero(through target: UInt64) throws(StorageError) {
    while zeroedOffset < target {
      let count = Int(min(UInt64(Zeros.count), target - zeroedOffset))
      try retryable { () throws(SystemError) in
        try file.write(Zeros.bytes(count), at: zeroedOffset)
      }
      zeroedOffset += UInt64(count)
      roomOffset = max(roomOffset, zeroedOffset)
    }
  }

  private func trim() throws(StorageError) {
    if roomOffset > writtenOffset { try cut(to: writtenOffset) }
  }

  /// Ends the file there, which also gives back what is reserved behind it.
  private func cut(to offset: UInt64) throws(StorageError) {
    try final { () throws(SystemError) in try file.resize(toBytes: offset) }
    zeroedOffset = offset
    roomOffset = offset
  }

  private func rollOver() throws(StorageError) {
    try synchronize()
    try trim()
    let header = SegmentHeader(
      firstSequence: lastSequence + 1, createdMilliseconds: options.clock(), identity: identity)
    let number = segmentNumber + 1
    var created: (any DiskFile)?
    try retryable { () throws(SystemError) in
      created = try header.create(number: number, on: disk)
    }
    try final { () throws(SystemError) in try disk.synchronize() }
    guard let created else { preconditionFailure("creating a segment gives a file or throws") }
    file = created
    segmentNumber = number
    writtenOffset = UInt64(SegmentHeader.sizeBytes)
    durableOffset = writtenOffset
    zeroedOffset = writtenOffset
    roomOffset = writtenOffset
  }
}

extension SegmentHeader {
  /// Makes a segment that holds this header and nothing else. The caller synchronises the folder.
  func create(number: Int, on disk: any Disk) throws(SystemError) -> any DiskFile {
    let name = SegmentName.name(number)
    let unfinished = name + ".new"
    let file = try disk.open(unfinished, for: .creating)
    try file.resize(toBytes: 0)
    var bytes = [UInt8](repeating: 0, count: Self.sizeBytes)
    bytes.withUnsafeMutableBytes { write(to: $0) }
    try bytes.span.bytes.withUnsafeBytes { bytes throws(SystemError) in
      try file.write(bytes, at: 0)
    }
    try file.synchronize()
    try disk.rename(unfinished, to: name)
    // Opened again, so that errors name the file as it is called from now on.
    return try disk.open(name, for: .writing)
  }
}
