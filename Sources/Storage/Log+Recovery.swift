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
  /// - Parameter covered: as in `open`.
  /// - Throws: as `open`.
  package static func read(
    on disk: any Disk, after covered: UInt64 = 0, _ consume: RecordConsumer
  ) throws(StorageError) -> RecoveryReport {
    var recovery = LogRecovery(disk: disk, covered: covered)
    try recovery.read(opening: .reading, consume)
    return recovery.report
  }
}

/// One pass over the segments of a log.
private struct LogRecovery {
  let disk: any Disk
  let covered: UInt64
  var report = RecoveryReport()

  private var identity: LogIdentity?
  private var expected: UInt64 = 0
  private var last: (number: Int, file: any DiskFile, end: SegmentEnd, sizeBytes: UInt64)?

  init(disk: any Disk, covered: UInt64) {
    self.disk = disk
    self.covered = covered
    expected = covered + 1
  }

  mutating func read(
    opening: DiskOpening, _ consume: RecordConsumer
  ) throws(StorageError) {
    let names = try lifted { () throws(SystemError) in try disk.names() }
    let numbers = names.compactMap(SegmentName.number).sorted()
    report.segments = numbers.count
    for (index, number) in numbers.enumerated() {
      guard number == numbers[0] + index else {
        throw .missingSegment(file: SegmentName.name(numbers[0] + index))
      }
      let isLast = index == numbers.count - 1
      try readSegment(number, isFirst: index == 0, isLast: isLast, opening: opening, consume)
    }
    report.lastSequence = expected - 1
    guard report.lastSequence >= covered, !(numbers.isEmpty && covered > 0) else {
      throw .missingSegment(file: SegmentName.name((numbers.last ?? 0) + 1))
    }
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
      let isKnownWithout = !isFirst || (number == 1 && covered == 0)
      guard error == .damagedHeader(file: name), isLast, isKnownWithout,
        try reader.isEmptyAfterHeader()
      else { throw error }
      report.ending = .tornHeader(file: name)
      last = (number, file, .clean(offset: 0), reader.sizeBytes)
      return
    }
    try check(header, number: number, isFirst: isFirst)
    let covered = covered
    var given: UInt64 = 0
    let end = try reader.readRecords(expecting: &expected) { sequence, payload in
      guard sequence > covered else { return }
      try consume(sequence, payload)
      given += 1
    }
    report.records += given
    last = (number, file, end, reader.sizeBytes)
    switch end {
    case .clean(let offset): report.bytes += offset
    case .torn(let offset, let dataEnd, let intactAfter):
      let place = LogPlace(file: name, offset: offset)
      guard isLast else { throw .tornBeforeLast(place) }
      report.bytes += offset
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
    if header.firstSequence > covered + 1 {
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
      let kept = try keep(last.file, place: place, through: dataEnd)
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

  /// Copies the torn tail into a file of its own, durably, and returns the file's name.
  private func keep(
    _ file: any DiskFile, place: LogPlace, through end: UInt64
  ) throws(StorageError) -> String {
    let window = try FileWindow(file)
    let names = Set(try lifted { () throws(SystemError) in try disk.names() })
    let plain = "\(place.file).torn-\(place.offset)"
    var name = plain
    var copy = 2
    while names.contains(name) {
      name = "\(plain).\(copy)"
      copy += 1
    }
    let kept = try lifted { () throws(SystemError) in try disk.open(name, for: .creatingNew) }
    var offset = place.offset
    while offset < end {
      let bytes = try window.bytes(at: offset, count: Int(min(1 << 20, end - offset)))
      guard !bytes.isEmpty else { break }
      try lifted { () throws(SystemError) in try kept.write(bytes, at: offset - place.offset) }
      offset += UInt64(bytes.count)
    }
    try lifted { () throws(SystemError) in
      try kept.synchronize()
      try disk.synchronize()
    }
    return name
  }
}
