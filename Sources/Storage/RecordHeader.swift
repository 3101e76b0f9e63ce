// The log's records.
//
//   offset  bytes  what
//        0      4  CRC32C of everything after these four bytes, up to the end of the padding
//        4      4  length of the payload in bytes, at most 255 MiB
//        8      8  sequence: 1 for the log's first record, then one more for each
//       16      8  durable offset: all bytes of this segment before this offset were on disk when
//                  the
//                  record was written; at least 64, never beyond the record's own offset
//       24      …  the payload, then zeros up to the next multiple of 8
//
// All numbers are little-endian, and every record starts at a multiple of 8. A header of zeros is
// the end: space is reserved ahead of the records as zeros, because a sync that need not record a
// new file size measured a quarter faster.
//
// Why the durable offset. A group of records is written at once and synchronised once. When power
// fails before that sync has ended, the disk may hold the end of the group and not its beginning: a
// damaged record with intact ones after it, none of which was acknowledged. That must be cut like
// any torn tail, while a damaged record that was acknowledged must never be. The records after the
// damage tell which it is: where one of them says that the damaged place was already durable, this
// is damage; where none does, a torn tail.

/// What stands before a record's payload.
struct RecordHeader {
  static let sizeBytes = 24
  /// What the checksum leaves out: itself.
  static let checksumBytes = 4

  var checksum: UInt32
  var payloadBytes: Int
  var sequence: UInt64
  var durableOffset: UInt64

  /// Reads a header from at least `sizeBytes` bytes. Nothing is checked.
  @inline(__always)
  init(_ bytes: UnsafeRawBufferPointer) {
    checksum = bytes.number(at: 0, as: UInt32.self)
    payloadBytes = Int(bytes.number(at: 4, as: UInt32.self))
    sequence = bytes.number(at: 8, as: UInt64.self)
    durableOffset = bytes.number(at: 16, as: UInt64.self)
  }

  /// The bytes that a record of that payload takes: header, payload, padding.
  @inline(__always)
  static func recordBytes(payloadBytes: Int) -> Int { (sizeBytes + payloadBytes + 7) & ~7 }

  /// Writes a whole record; the buffer is as long as `recordBytes` says.
  static func write(
    _ payload: UnsafeRawBufferPointer, sequence: UInt64, durableOffset: UInt64,
    to buffer: UnsafeMutableRawBufferPointer
  ) {
    precondition(buffer.count == recordBytes(payloadBytes: payload.count))
    // The padding's zeros first, then the payload over them.
    buffer.store(UInt64(0), at: buffer.count - 8)
    buffer.store(UInt32(payload.count), at: 4)
    buffer.store(sequence, at: 8)
    buffer.store(durableOffset, at: 16)
    if !payload.isEmpty {
      UnsafeMutableRawBufferPointer(rebasing: buffer[sizeBytes...]).copyMemory(from: payload)
    }
    buffer.store(Self.checksum(of: UnsafeRawBufferPointer(buffer)), at: 0)
  }

  /// The checksum of a whole record.
  @inline(__always)
  static func checksum(of record: UnsafeRawBufferPointer) -> UInt32 {
    Checksum.crc32c(UnsafeRawBufferPointer(rebasing: record[checksumBytes...]))
  }
}
