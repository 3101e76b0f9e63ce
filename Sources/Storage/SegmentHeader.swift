// The log's files.
//
// The log is a row of segments named `log-00000001`, `log-00000002` … with no number left out. Each
// starts with a header of 64 bytes; records follow at once (RecordHeader.swift). All numbers are
// little-endian.
//
//   offset  bytes  what
//        0      8  "sidecart", in ASCII
//        8      4  format version, 1
//       12      4  size of this header in bytes, 64
//       16      8  sequence of the segment's first record
//       24      8  when the segment was created, in milliseconds since 1970-01-01T00:00:00Z, signed
//       32     16  identity of the log: random, the same in all its segments
//       48     12  zero
//       60      4  CRC32C of the 60 bytes before
//
// The first 12 bytes and the checksum at 60 stay where they are in every later version, so that an
// old program can tell a newer file from a damaged one. A segment is written under another name and
// renamed when its header is durable, so a crash leaves no half header under a segment's name.

/// What a segment says of itself.
struct SegmentHeader: Equatable {
  static let magic: UInt64 = 0x7472_6163_6564_6973
  static let version: UInt32 = 1
  static let sizeBytes = 64

  var firstSequence: UInt64
  var createdMilliseconds: Int64
  var identity: LogIdentity

  /// Writes the header's bytes. The buffer holds at least `sizeBytes`.
  func write(to buffer: UnsafeMutableRawBufferPointer) {
    for index in 0..<Self.sizeBytes { buffer[index] = 0 }
    buffer.store(Self.magic, at: 0)
    buffer.store(Self.version, at: 8)
    buffer.store(UInt32(Self.sizeBytes), at: 12)
    buffer.store(firstSequence, at: 16)
    buffer.store(UInt64(bitPattern: createdMilliseconds), at: 24)
    buffer.store(identity.first, at: 32)
    buffer.store(identity.second, at: 40)
    let covered = UnsafeRawBufferPointer(rebasing: buffer[..<60])
    buffer.store(Checksum.crc32c(covered), at: 60)
  }

  /// Reads a header, or says why it is none.
  static func read(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(StorageError) -> SegmentHeader {
    guard bytes.count >= sizeBytes, bytes.number(at: 0, as: UInt64.self) == magic,
      bytes.number(at: 60, as: UInt32.self)
        == Checksum.crc32c(UnsafeRawBufferPointer(rebasing: bytes[..<60]))
    else { throw .damagedHeader(file: file) }
    let version = bytes.number(at: 8, as: UInt32.self)
    guard version <= Self.version else {
      throw .newerFormat(file: file, version: version, supported: Self.version)
    }
    let first = bytes.number(at: 16, as: UInt64.self)
    // No log gets that far, and counting on from there must not overflow.
    guard version == Self.version, (1...UInt64(Int64.max)).contains(first),
      bytes.number(at: 12, as: UInt32.self) == UInt32(sizeBytes)
    else { throw .damagedHeader(file: file) }
    return SegmentHeader(
      firstSequence: first,
      createdMilliseconds: Int64(bitPattern: bytes.number(at: 24, as: UInt64.self)),
      identity: LogIdentity(
        first: bytes.number(at: 32, as: UInt64.self),
        second: bytes.number(at: 40, as: UInt64.self)))
  }
}

/// What tells one log from every other: 128 random bits.
package struct LogIdentity: Equatable, Sendable {
  package var first: UInt64
  package var second: UInt64

  package init(first: UInt64, second: UInt64) {
    self.first = first
    self.second = second
  }

  /// A new identity from the kernel's randomness.
  package static func random() -> LogIdentity {
    LogIdentity(first: System.randomBits(), second: System.randomBits())
  }
}

/// How segments are named.
enum SegmentName {
  static let prefix = "log-"
  private static let digits = 8

  /// The name of segment `number`, counted from 1.
  static func name(_ number: Int) -> String {
    let text = String(number)
    return prefix + String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// The number in a segment's name; nil where the name is not a segment's.
  static func number(_ name: String) -> Int? {
    guard name.hasPrefix(prefix), let number = Int(name.dropFirst(prefix.count)), number > 0,
      Self.name(number) == name
    else { return nil }
    return number
  }
}

extension UnsafeRawBufferPointer {
  /// The little-endian number at a byte offset.
  @inline(__always)
  func number<Number: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Number.Type
  ) -> Number {
    Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
  }

  /// True where every byte is zero. O(bytes), eight at a time.
  var isZero: Bool {
    var index = 0
    while count - index >= 8 {
      if loadUnaligned(fromByteOffset: index, as: UInt64.self) != 0 { return false }
      index += 8
    }
    return self[index...].allSatisfy { $0 == 0 }
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Stores a number as little-endian at a byte offset.
  @inline(__always)
  func store<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number, at offset: Int) {
    storeBytes(of: number.littleEndian, toByteOffset: offset, as: Number.self)
  }
}
