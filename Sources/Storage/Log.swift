// The log: append, commit, roll over.
//
// How it works. `append` encodes a record into memory; `commit` writes all of them with one call
// and synchronises once, whatever their number. Nothing may be acknowledged before the commit that
// covers it.
//
// Room comes first. Before a record is accepted the file is extended with zeros to hold it, 256 KiB
// at a time. So a full disk refuses the record when nothing has happened yet (`noRoom`, retryable),
// the write of a commit finds its room there, and a sync need not record a new file size: measured
// on ext4, 115 µs against 160 µs.
//
// Failure is final. After a failed write or sync nobody knows what the disk holds, and the kernel
// may drop the pages and report success the next time. The log then refuses everything
// (`unusable`); the process ends unacknowledged, and the next start finds out what is there.
//
// Segments. A segment past its limit is synchronised, trimmed and left for good, and a new one is
// made: under another name until its header is durable, then renamed, then the folder synchronised.

/// When a commit waits for the disk.
package enum Durability: Equatable, Sendable {
  /// Every commit synchronises: what it covers survives a power failure.
  case always
  /// No commit synchronises: what it covers survives the end of the process, however it ends, but
  /// of a power failure only what the system had written by then.
  case never
}

/// How a log is kept.
package struct LogOptions: Sendable {
  package var durability = Durability.always
  /// A record that would end past this starts a new segment.
  package var segmentLimitBytes: UInt64 = 64 << 20
  /// How much room is reserved ahead of the records; 0 reserves none.
  package var reserveBytes = 256 << 10
  /// The time stamped into new segments, in milliseconds since 1970.
  package var clock: @Sendable () -> Int64 = { System.realtimeMilliseconds() }

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
  /// The segment's bytes up to here have their room.
  private var reservedOffset: UInt64
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
    reservedOffset = tail.sizeBytes
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
    if endOffset + UInt64(count) > options.segmentLimitBytes,
      endOffset > UInt64(SegmentHeader.sizeBytes)
    {
      try rollOver()
    }
    try reserve(through: endOffset + UInt64(count))
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

  /// Writes what was appended and, if so configured, waits until it is on disk. Only after this may
  /// any of it be acknowledged. Does nothing where nothing was appended.
  package func commit() throws(StorageError) {
    switch options.durability {
    case .always: try synchronize()
    case .never:
      try checkUsable()
      try write()
    }
  }

  /// Writes what was appended and waits until it is on disk, whatever the durability.
  package func synchronize() throws(StorageError) {
    try checkUsable()
    try write()
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
    reservedOffset = max(reservedOffset, writtenOffset)
    pending.removeAll()
  }

  private func reserve(through needed: UInt64) throws(StorageError) {
    let step = UInt64(options.reserveBytes)
    guard needed > reservedOffset, step > 0 else { return }
    let rounded = (needed + step - 1) / step * step
    let target = max(needed, min(rounded, options.segmentLimitBytes))
    while reservedOffset < target {
      let count = Int(min(UInt64(Zeros.count), target - reservedOffset))
      try retryable { () throws(SystemError) in
        try file.write(Zeros.bytes(count), at: reservedOffset)
      }
      reservedOffset += UInt64(count)
    }
  }

  private func trim() throws(StorageError) {
    guard reservedOffset > writtenOffset else { return }
    try final { () throws(SystemError) in try file.resize(toBytes: writtenOffset) }
    reservedOffset = writtenOffset
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
    reservedOffset = writtenOffset
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
