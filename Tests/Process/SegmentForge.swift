import Foundation

/// Segments of the log as Protocol/README.md describes them, written by other code than the
/// product's: so that a test can lay out any folder.
struct SegmentForge {
  struct Record {
    var sequence: UInt64
    var payload: [UInt8]
  }

  /// 16 bytes, the same in all segments.
  var identity = [UInt8](repeating: 0xA5, count: 16)

  /// The records of a segment that the program wrote.
  static func records(of file: URL) throws -> [Record] {
    let bytes = [UInt8](try Data(contentsOf: file))
    var records: [Record] = []
    var offset = 64
    while offset + 24 <= bytes.count {
      let length = Int(number(bytes[(offset + 4)..<(offset + 8)]))
      let sequence = number(bytes[(offset + 8)..<(offset + 16)])
      if sequence == 0 { break }
      records.append(
        Record(
          sequence: sequence, payload: Array(bytes[(offset + 24)..<(offset + 24 + length)])))
      offset += (24 + length + 7) / 8 * 8
    }
    return records
  }

  /// A segment of those records, each of them durable before the next was written.
  func segment(_ records: [Record], first: UInt64? = nil, version: UInt64 = 1) -> [UInt8] {
    var header = Array("sidecart".utf8) + bytes(version, 4) + bytes(64, 4)
    header += bytes(first ?? records.first?.sequence ?? 1, 8) + bytes(0, 8) + identity
    header += [UInt8](repeating: 0, count: 12)
    var segment = header + bytes(UInt64(Self.crc32c(header)), 4)
    for record in records {
      var body = bytes(UInt64(record.payload.count), 4) + bytes(record.sequence, 8)
      body += bytes(UInt64(segment.count), 8) + record.payload
      body += [UInt8](repeating: 0, count: (8 - (body.count + 4) % 8) % 8)
      segment += bytes(UInt64(Self.crc32c(body)), 4) + body
    }
    return segment
  }

  /// The bytes of a record, padding included.
  static func byteCount(_ record: Record) -> Int { (24 + record.payload.count + 7) / 8 * 8 }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func bytes(_ number: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
  }

  /// Bit by bit, from the polynomial.
  private static func crc32c(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { state, byte in
      (0..<8).reduce(state ^ UInt32(byte)) { state, _ in
        state & 1 == 1 ? (state >> 1) ^ 0x82F6_3B78 : state >> 1
      }
    }
  }
}
