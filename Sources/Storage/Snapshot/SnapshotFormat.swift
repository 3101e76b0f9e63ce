// The snapshot file
// -----------------
// A snapshot is the state as of a record of the log, in columns that can be mapped. It is made from
// the log and can be made again from it at any time: a program that cannot read one, because it is
// damaged or of another version, reads the log instead. So its form is this version's own.
//
//   offset  bytes  what
//        0      8  "sidesnap", in ASCII
//        8      4  format version, 1
//       12      4  version of what the columns mean; the owner's
//       16     16  identity of the log
//       32      8  sequence of the last record that is in it
//       40      8  when it was made, in milliseconds since 1970-01-01T00:00:00Z, signed
//       48      8  offset of the directory
//       56      8  size of the directory in bytes; the file ends with it
//       64      4  CRC32C of the directory
//       68     56  zero
//      124      4  CRC32C of the 124 bytes before
//
// Each column starts at a multiple of 4096. The directory has an entry per column:
//
//        0      2  size of the name in bytes
//        2      4  size of one value in bytes
//        6      2  zero
//        8      8  offset of the column
//       16      8  size of the column in bytes
//       24      8  checksum of the column (ColumnChecksum)
//       32      …  the name, UTF-8
//
// Numbers are little-endian. What lies between columns is zero, and checked to be.

/// What a snapshot says of itself.
package struct SnapshotHeader: Equatable, Sendable {
  static let magic: UInt64 = 0x7061_6E73_6564_6973
  static let version: UInt32 = 1
  static let sizeBytes = 128
  static let pageBytes = 4_096

  /// What the columns mean: the owner's to count.
  package var contentVersion: UInt32
  package var identity: LogIdentity
  /// The last record of the log that is in it.
  package var sequence: UInt64
  package var createdMilliseconds: Int64
  var directoryOffset: UInt64 = 0
  var directoryBytes: UInt64 = 0
  var directoryChecksum: UInt32 = 0

  package init(
    contentVersion: UInt32, identity: LogIdentity, sequence: UInt64, createdMilliseconds: Int64
  ) {
    self.contentVersion = contentVersion
    self.identity = identity
    self.sequence = sequence
    self.createdMilliseconds = createdMilliseconds
  }

  func write(to buffer: UnsafeMutableRawBufferPointer) {
    for index in 0..<Self.sizeBytes { buffer[index] = 0 }
    buffer.store(Self.magic, at: 0)
    buffer.store(Self.version, at: 8)
    buffer.store(contentVersion, at: 12)
    buffer.store(identity.first, at: 16)
    buffer.store(identity.second, at: 24)
    buffer.store(sequence, at: 32)
    buffer.store(UInt64(bitPattern: createdMilliseconds), at: 40)
    buffer.store(directoryOffset, at: 48)
    buffer.store(directoryBytes, at: 56)
    buffer.store(directoryChecksum, at: 64)
    buffer.store(Checksum.crc32c(UnsafeRawBufferPointer(rebasing: buffer[..<124])), at: 124)
  }

  /// Reads a header; nil where the bytes are none, and an error where it is another version's.
  static func read(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(SnapshotDamage) -> SnapshotHeader {
    guard bytes.count >= sizeBytes, bytes.number(at: 0, as: UInt64.self) == magic,
      bytes.number(at: 124, as: UInt32.self)
        == Checksum.crc32c(UnsafeRawBufferPointer(rebasing: bytes[..<124]))
    else { throw SnapshotDamage(file, "its header is damaged") }
    let version = bytes.number(at: 8, as: UInt32.self)
    guard version == Self.version else {
      throw SnapshotDamage(file, "it is of format version \(version), not \(Self.version)")
    }
    var header = SnapshotHeader(
      contentVersion: bytes.number(at: 12, as: UInt32.self),
      identity: LogIdentity(
        first: bytes.number(at: 16, as: UInt64.self),
        second: bytes.number(at: 24, as: UInt64.self)),
      sequence: bytes.number(at: 32, as: UInt64.self),
      createdMilliseconds: Int64(bitPattern: bytes.number(at: 40, as: UInt64.self)))
    // So that counting on from it cannot overflow.
    guard header.sequence < UInt64(Int64.max) else {
      throw SnapshotDamage(file, "its sequence is beyond every log's")
    }
    header.directoryOffset = bytes.number(at: 48, as: UInt64.self)
    header.directoryBytes = bytes.number(at: 56, as: UInt64.self)
    header.directoryChecksum = bytes.number(at: 64, as: UInt32.self)
    return header
  }
}

/// One column's place in a snapshot.
struct SnapshotColumn: Equatable, Sendable {
  static let fixedBytes = 32

  var name: String
  var elementBytes: Int
  var offset: UInt64
  var byteCount: Int
  var checksum: UInt64
}

/// Why a snapshot is not used. The log is read instead.
package struct SnapshotDamage: Error, Equatable, Sendable, CustomStringConvertible {
  package let file: String
  package let words: String

  package init(_ file: String, _ words: String) {
    self.file = file
    self.words = words
  }

  package var description: String { "\(file): \(words)" }
}
