// Opening the log: the table of cases.
//
//   case                                                 to write                   to read
//   no segment                                           make the first             empty
//   clean end, zeros after it or not                     go on                      go on
//   torn tail of the last segment                        keep a copy, cut, report   report
//   last segment without whole header, nothing after     make it again, report      report
//   damaged record that was durable                      refuse: damagedRecord      same
//   torn segment that is not the last                    refuse: tornBeforeLast     same
//   damaged header otherwise                             refuse: damagedHeader      same
//   header of a newer format                             refuse: newerFormat        same
//   header of another log                                refuse: foreignSegment     same
//   number left out between segments, or first missing   refuse: missingSegment     same
//   sequence not continued                               refuse: sequenceGap        same
//   record that the consumer does not understand         refuse: refusedRecord      same
//
// Refusing changes nothing on disk. Before a log that goes on takes its first record it is
// synchronised: a killed process leaves records that the system holds and the disk may not, and
// answers will rest on them.

/// Where a log goes on.
struct LogTail {
  var identity: LogIdentity
  var segmentNumber: Int
  var file: any DiskFile
  /// Where the last record ends.
  var endOffset: UInt64
  /// The file's size; zeros from `endOffset` on.
  var sizeBytes: UInt64
  var lastSequence: UInt64
}

extension Log {
  /// Opens the log to append to it, giving every record there to `consume` first. O(bytes).
  ///
  /// - Parameter covered: records up to this sequence are known otherwise and not given to
  /// `consume`;
  ///   segments that hold nothing but such may be gone.
  /// - Throws: a row of the table above, or `.system`. Nothing was changed then, except that a torn
  ///   tail may have been kept and cut.
  package static func open(
    on disk: any Disk, options: LogOptions = LogOptions(), after covered: UInt64 = 0,
    _ consume: RecordConsumer
  ) throws(StorageError) -> Log {
    var recovery = LogRecovery(disk: disk, covered: covered)
    try recovery.read(opening: .writing, consume)
    let tail = try recovery.repair(options: options)
    return Log(disk: disk, options: options, tail: tail, recovery: recovery.report)
  }

  /// Reads the log and changes nothing, also beside a process that writes to it. O(bytes).
  ///
  /// - Parameters:
  ///   - covered: as in `open`.
  ///   - last: records beyond this sequence are not read.
  /// - Throws: as `open`.
  package static func read(
    on disk: any Disk, after covered: UInt64 = 0, through last: UInt64 = .max,
    _ consume: RecordConsumer
  ) throws(StorageError) -> RecoveryReport {
    var recovery = LogRecovery(disk: disk, covered: covered, through: last)
    try recovery.read(opening: .reading, consume)
    return recovery.report
  }
}

/// One pass over the segments of a log.
struct LogRecovery {
  let disk: any Disk
  /// Nil where the log may begin with any record: only its form is looked at then.
  let covered: UInt64?
  /// Records beyond this sequence are not read.
  let through: UInt64
  var report = RecoveryReport()

  private(set) var identity: LogIdentity?
  /// The sequence of the record after the last good place.
  private(set) var expected: UInt64 = 0
  /// Where the last intact record ends that was given or is known otherwise, also after a throw;
  /// nil where there is not even a header.
  private(set) var lastGood: (segment: Int, offset: UInt64)?
  /// Where the last intact record of that segment begins; 0, the header, where there is none.
  private(set) var lastRecordOffset: UInt64 = 0
  private var last: (number: Int, file: any DiskFile, end: SegmentEnd, sizeBytes: UInt64)?

  init(disk: any Disk, covered: UInt64?, through: UInt64 = .max) {
    self.disk = disk
    self.covered = covered
    self.through = through
    expected = (covered ?? 0) + 1
  }

  mutating func read(
    opening: DiskOpening, _ consume: RecordConsumer
  ) throws(StorageError) {
    let names = try lifted { () throws(SystemError) in try disk.names() }
    let numbers = names.compactMap(SegmentName.number).sorted()
    report.segments = numbers.count
    let start = try firstNeeded(numbers)
    for (index, number) in numbers.enumerated() {
      guard number == numbers[0] + index else {
        throw .missingSegment(file: SegmentName.name(numbers[0] + index))
      }
      if index < start || index > start && expected > through { continue }
      let isLast = index == numbers.count - 1
      try readSegment(number, isFirst: index == start, isLast: isLast, opening: opening, consume)
    }
    report.lastSequence = expected - 1
    let covered = covered ?? 0
    guard report.lastSequence >= covered, !(numbers.isEmpty && covered > 0) else {
      throw .missingSegment(file: SegmentName.name((numbers.last ?? 0) + 1))
    }
  }

  /// The place of the segment that holds the first record that is not known otherwise: what lies
  /// before it is not read. A segment whose header does not read is looked for from the one before.
  private func firstNeeded(_ numbers: [Int]) throws(StorageError) -> Int {
    guard let covered, covered > 0 else { return 0 }
    for index in numbers.indices.reversed() {
      let name = SegmentName.name(numbers[index])
      let file = try lifted { () throws(SystemError) in try disk.open(name, for: .reading) }
      let reader = try SegmentReader(name: name, file: file)
      if let header = try? reader.header(), header.firstSequence <= covered + 1 { return index }
    }
    return 0
  }

  private mutating func readSegment(
    _ number: Int, isFirst: Bool, isLast: Bool, opening: DiskOpening, _ consume: RecordConsumer
  ) throws(StorageError) {
    let name = SegmentName.name(number)
    let file = try lifted { () throws(SystemError) in try disk.open(name, for: opening) }
    let reader = try SegmentReader(name: name, file: file)
    let header: SegmentHeader
    do throws(StorageError) { header = try reader.header() } catch {
      // A first segment that is not number 1 holds the only word on where its records begin.
      let isKnownWithout = !isFirst || (number == 1 && (covered ?? 0) == 0)
      guard error == .damagedHeader(file: name), isLast, isKnownWithout,
        try reader.isEmptyAfterHeader()
      else { throw error }
      report.ending = .tornHeader(file: name)
      last = (number, file, .clean(offset: 0), reader.sizeBytes)
      return
    }
    try check(header, number: number, isFirst: isFirst)
    let covered = covered ?? 0
    let through = through
    var given: UInt64 = 0
    var offset = UInt64(SegmentHeader.sizeBytes)
    var recordOffset: UInt64 = 0
    var recordEnd = offset
    defer {
      lastGood = (number, offset)
      lastRecordOffset = recordOffset
      report.records += given
      report.bytes += offset
    }
    let end = try reader.readRecords(from: &offset, expecting: &expected) { sequence, payload in
      let isWanted = sequence > covered && sequence <= through
      if isWanted { try consume(sequence, payload) }
      recordOffset = recordEnd
      recordEnd += UInt64(RecordHeader.recordBytes(payloadBytes: payload.count))
      guard isWanted else { return }
      given += 1
    }
    last = (number, file, end, reader.sizeBytes)
    switch end {
    case .clean: return
    case .torn(let offset, let dataEnd, let intactAfter):
      let place = LogPlace(file: name, offset: offset)
      guard isLast else { throw .tornBeforeLast(place) }
      report.ending = .tornTail(
        TornTail(place: place, bytes: dataEnd - offset, intactAfter: intactAfter, keptAs: nil))
    }
  }

  private mutating func check(
    _ header: SegmentHeader, number: Int, isFirst: Bool
  ) throws(StorageError) {
    let name = SegmentName.name(number)
    guard isFirst else {
      guard header.identity == identity else { throw .foreignSegment(file: name) }
      guard header.firstSequence == expected else {
        throw .sequenceGap(
          LogPlace(file: name, offset: 0), expected: expected, found: header.firstSequence)
      }
      return
    }
    identity = header.identity
    if let covered, header.firstSequence > covered + 1 {
      guard number == 1 else { throw .missingSegment(file: SegmentName.name(number - 1)) }
      throw .sequenceGap(
        LogPlace(file: name, offset: 0), expected: covered + 1, found: header.firstSequence)
    }
    expected = header.firstSequence
  }
}

// MARK: - Repair

extension LogRecovery {
  /// Makes the end of the log one that can be appended to, durably.
  mutating func repair(options: LogOptions) throws(StorageError) -> LogTail {
    guard let last else { return try makeSegment(1, options: options) }
    if case .tornHeader = report.ending {
      return try makeSegment(last.number, options: options)
    }
    var sizeBytes = last.sizeBytes
    let endOffset: UInt64
    switch last.end {
    case .clean(let offset): endOffset = offset
    case .torn(let offset, let dataEnd, let intactAfter):
      let place = LogPlace(file: SegmentName.name(last.number), offset: offset)
      let kept = try Aside.keep(last.file, from: place, through: dataEnd, as: .torn, on: disk)
      try lifted { () throws(SystemError) in try last.file.resize(toBytes: offset) }
      sizeBytes = offset
      endOffset = offset
      report.ending = .tornTail(
        TornTail(place: place, bytes: dataEnd - offset, intactAfter: intactAfter, keptAs: kept))
    }
    try lifted { () throws(SystemError) in
      try last.file.synchronize()
      try disk.synchronize()
    }
    guard let identity else { preconditionFailure("a segment with a header has an identity") }
    return LogTail(
      identity: identity, segmentNumber: last.number, file: last.file, endOffset: endOffset,
      sizeBytes: sizeBytes, lastSequence: expected - 1)
  }

  private mutating func makeSegment(
    _ number: Int, options: LogOptions
  ) throws(StorageError) -> LogTail {
    let identity = identity ?? .random()
    let header = SegmentHeader(
      firstSequence: expected, createdMilliseconds: options.clock(), identity: identity)
    let file = try lifted { () throws(SystemError) in
      let file = try header.create(number: number, on: disk)
      try disk.synchronize()
      return file
    }
    let size = UInt64(SegmentHeader.sizeBytes)
    return LogTail(
      identity: identity, segmentNumber: number, file: file, endOffset: size, sizeBytes: size,
      lastSequence: expected - 1)
  }
}
