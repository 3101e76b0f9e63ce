// Reading one segment, and judging how it ends.
//
// How it works. Records are read in order as long as each is intact: its length fits, its checksum
// holds, its sequence is the next. At the first place where that is not so:
//
//   only zeros up to the end of the file             a clean end (the space reserved ahead)
//   an intact record later on that says that this    damage: acknowledged records are at stake,
//   place was durable when it was written            so nothing may be cut
//   anything else                                    a torn tail: the last group was being written
//
// "Later on" looks at every multiple of 8, as the damage may be in the length. A reader beside a
// living writer can meet a place before its record got there and a later place after, or a file
// that was shorter then, so a place is looked at once more, in a file that may have grown, after
// what follows it was judged.

/// How the records of a segment end.
enum SegmentEnd: Equatable {
  /// Nothing but zeros from this offset on.
  case clean(offset: UInt64)
  /// From `offset` to `dataEnd` stands something that is no record; in it, `intactAfter` whole
  /// records that were written in the same group as the damaged one.
  case torn(offset: UInt64, dataEnd: UInt64, intactAfter: Int)
}

/// What takes records: the sequence and the payload, which is valid during the call only.
package typealias RecordConsumer = (
  _ sequence: UInt64, _ payload: UnsafeRawBufferPointer
) throws -> Void

struct SegmentReader {
  let name: String
  private let window: FileWindow

  /// The file's size, as far as it was read.
  var sizeBytes: UInt64 { window.sizeBytes }

  init(name: String, file: any DiskFile) throws(StorageError) {
    try self.init(name: name, window: try FileWindow(file))
  }

  /// A reader over a window that is kept from one reader to the next.
  init(name: String, window: FileWindow) throws(StorageError) {
    self.name = name
    self.window = window
    try window.forget()
  }

  /// The segment's header.
  func header() throws(StorageError) -> SegmentHeader {
    try SegmentHeader.read(
      window.bytes(at: 0, count: SegmentHeader.sizeBytes), file: name)
  }

  /// True where nothing but zeros follows the header's place.
  func isEmptyAfterHeader() throws(StorageError) -> Bool {
    try lastDataEnd(from: UInt64(SegmentHeader.sizeBytes)) == nil
  }

  /// Gives every intact record to `consume`, in order, and judges what follows the last. O(bytes).
  ///
  /// - Parameters:
  ///   - offset: where to begin: behind the header or a record; afterwards, the end of the last
  ///     record that was taken, also where this throws.
  ///   - sequence: what the first record must have; afterwards, what the next one will.
  func readRecords(
    from offset: inout UInt64, expecting sequence: inout UInt64, _ consume: RecordConsumer
  ) throws(StorageError) -> SegmentEnd {
    while true {
      try readIntactRecords(from: &offset, expecting: &sequence, consume)
      let judged = judgement(at: offset, expecting: sequence)
      try window.forget()
      if try record(at: offset) == nil { return try judged.get() }
    }
  }

  /// As `readRecords`, without a judgement of what follows the last intact record.
  func readIntactRecords(
    from offset: inout UInt64, expecting sequence: inout UInt64, _ consume: RecordConsumer
  ) throws(StorageError) {
    while let (header, bytes) = try record(at: offset) {
      try check(header, at: offset, expecting: sequence)
      let start = RecordHeader.sizeBytes
      let payload = bytes[start..<(start + header.payloadBytes)]
      do { try consume(header.sequence, UnsafeRawBufferPointer(rebasing: payload)) } catch {
        throw .refusedRecord(
          LogPlace(file: name, offset: offset), sequence: sequence, reason: "\(error)")
      }
      sequence += 1
      offset += UInt64(bytes.count)
    }
  }

  /// How many whole records stand anywhere from an offset on, whatever stands between them, and
  /// where everything that is not reserved room ends: a record may end in zeros.
  func remains(from offset: UInt64) throws(StorageError) -> (recordCount: Int, end: UInt64) {
    guard let dataEnd = try lastDataEnd(from: offset) else { return (0, offset) }
    var count = 0
    // Records stand at multiples of 8, whatever the offset asked for.
    var place = max(UInt64(SegmentHeader.sizeBytes), (offset + 7) & ~7)
    while place < dataEnd {
      if let (header, bytes) = try record(at: place), header.sequence > 0 {
        count += 1
        place += UInt64(bytes.count)
      } else {
        place += 8
      }
    }
    return (count, max(place, dataEnd))
  }

  private func check(
    _ header: RecordHeader, at offset: UInt64, expecting sequence: UInt64
  ) throws(StorageError) {
    let place = LogPlace(file: name, offset: offset)
    guard header.sequence == sequence else {
      throw .sequenceGap(place, expected: sequence, found: header.sequence)
    }
    guard header.durableOffset >= SegmentHeader.sizeBytes, header.durableOffset <= offset else {
      throw .refusedRecord(
        place, sequence: sequence, reason: "its durable offset is \(header.durableOffset)")
    }
  }

  /// The record at an offset if its length fits and its checksum holds.
  @inline(__always)
  private func record(
    at offset: UInt64
  ) throws(StorageError) -> (RecordHeader, UnsafeRawBufferPointer)? {
    guard let header = try recordHeader(at: offset) else { return nil }
    let count = RecordHeader.recordBytes(payloadBytes: header.payloadBytes)
    let bytes = try window.bytes(at: offset, count: count)
    guard bytes.count == count, RecordHeader.checksum(of: bytes) == header.checksum else {
      return nil
    }
    return (header, bytes)
  }

  /// The header at an offset if a record of its length fits.
  @inline(__always)
  private func recordHeader(at offset: UInt64) throws(StorageError) -> RecordHeader? {
    let bytes = try window.bytes(at: offset, count: RecordHeader.sizeBytes)
    guard bytes.count == RecordHeader.sizeBytes else { return nil }
    let header = RecordHeader(bytes)
    guard header.payloadBytes <= Log.payloadLimitBytes, offset <= sizeBytes,
      sizeBytes - offset >= UInt64(RecordHeader.recordBytes(payloadBytes: header.payloadBytes))
    else { return nil }
    return header
  }

  /// How the segment ends when there is no record at `offset`, or the damage.
  private func judgement(
    at offset: UInt64, expecting sequence: UInt64
  ) -> Result<SegmentEnd, StorageError> {
    Result { () throws(StorageError) in
      guard let dataEnd = try lastDataEnd(from: offset) else { return .clean(offset: offset) }
      var intactAfter = 0
      var place = offset + 8
      while place < dataEnd {
        guard let header = try recordHeader(at: place), header.sequence >= sequence,
          header.durableOffset >= SegmentHeader.sizeBytes, header.durableOffset <= place,
          let (_, bytes) = try record(at: place)
        else {
          place += 8
          continue
        }
        if header.durableOffset > offset {
          throw .damagedRecord(LogPlace(file: name, offset: offset), nextIntact: place)
        }
        intactAfter += 1
        place += UInt64(bytes.count)
      }
      return .torn(offset: offset, dataEnd: dataEnd, intactAfter: intactAfter)
    }
  }

  /// Where the last byte that is not zero ends, from an offset on; nil where there is none.
  func lastDataEnd(from offset: UInt64) throws(StorageError) -> UInt64? {
    let stepBytes: UInt64 = 1 << 12
    var end: UInt64?
    var place = offset
    while place < sizeBytes {
      let count = Int(min(stepBytes, sizeBytes - place))
      let bytes = try window.bytes(at: place, count: count)
      if !bytes.isZero, let last = bytes.lastIndex(where: { $0 != 0 }) {
        end = place + UInt64(last) + 1
      }
      // The file was cut meanwhile.
      if bytes.count < count { return end }
      place += stepBytes
    }
    return end
  }
}
