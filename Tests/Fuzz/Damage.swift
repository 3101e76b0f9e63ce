import Storage
import TestSupport

/// What happens to files.
enum Damage {
  /// Changes a folder of files as disks, copies and people do.
  static func damage(_ files: inout [String: [UInt8]], _ generator: inout SeededGenerator) {
    let names = files.keys.sorted()
    guard !names.isEmpty else { return }
    let name = names[generator.integer(in: 0...names.count - 1)]
    let other = names[generator.integer(in: 0...names.count - 1)]
    var bytes = files[name] ?? []
    let place = generator.integer(in: 0...bytes.count)
    let range = place..<min(bytes.count, place + generator.integer(in: 1...120))
    switch generator.integer(in: 0...12) {
    case 0, 1, 2:
      if place < bytes.count { bytes[place] ^= 1 << UInt8(generator.integer(in: 0...7)) }
    case 3: bytes.removeSubrange(place...)
    case 4: for index in range { bytes[index] = 0 }
    case 5: for index in range { bytes[index] = UInt8(generator.integer(in: 0...255)) }
    case 6: bytes.removeSubrange(range)
    case 7: bytes.insert(contentsOf: Array(bytes[range]), at: place)
    case 8:
      // A stretch of another file, or of the same, at the place of this one.
      let source = files[other] ?? []
      let start = generator.integer(in: 0...source.count) & ~7
      let part = source[min(start, source.count)...].prefix(generator.integer(in: 8...200))
      bytes.replaceSubrange(place..<min(bytes.count, place + part.count), with: part)
    case 9: bytes += Mutation.mutate([1, 2, 3], corpus: [bytes], using: &generator)
    case 10: files[other] = bytes
    case 11:
      files[name] = nil
      return
    default:
      let strange = [
        "log-00000000", "log-1", "log-99999999", "log-00000009", "log-9223372036854775807",
        "log-99999999999999999999", "log-00000002.new", "log-00000001.torn-64", "log-", "lock",
      ]
      files[strange[generator.integer(in: 0...strange.count - 1)]] = bytes
      return
    }
    files[name] = bytes
  }

  /// Changes a field of a header, or a payload, and makes the checksum right again.
  static func forge(_ files: inout [String: [UInt8]], _ generator: inout SeededGenerator) {
    let names = files.keys.filter { ($0.hasPrefix("log-")) }.sorted()
    guard !names.isEmpty else { return }
    let name = names[generator.integer(in: 0...names.count - 1)]
    if generator.oneIn(6) { return renumber(&files, by: number(&generator)) }
    var bytes = files[name] ?? []
    let records = records(bytes)
    if records.isEmpty || generator.oneIn(3) {
      guard bytes.count >= 64 else { return }
      let fields = [(0, 8), (8, 4), (12, 4), (16, 8), (24, 8), (32, 8), (40, 8), (48, 8)]
      let (offset, size) = fields[generator.integer(in: 0...fields.count - 1)]
      write(number(&generator), size, to: &bytes, at: offset)
      write(UInt64(crc(bytes[..<60])), 4, to: &bytes, at: 60)
    } else {
      let record = records[generator.integer(in: 0...records.count - 1)]
      let (offset, size) = [(4, 4), (8, 8), (16, 8), (24, 8)][generator.integer(in: 0...3)]
      guard record.count >= offset + size else { return }
      write(number(&generator), size, to: &bytes, at: record.lowerBound + offset)
      var end = record.upperBound
      if offset == 4 {
        // The checksum of as long a record as it says it is, where there is such a one.
        let length = (0..<4).reduce(0) { $0 | Int(bytes[record.lowerBound + 4 + $1]) << (8 * $1) }
        end = record.lowerBound + (24 + length + 7) & ~7
        if end > bytes.count { end = record.upperBound }
      }
      let checksum = crc(bytes[(record.lowerBound + 4)..<end])
      write(UInt64(checksum), 4, to: &bytes, at: record.lowerBound)
    }
    files[name] = bytes
  }

  /// Adds to every sequence of the log.
  private static func renumber(_ files: inout [String: [UInt8]], by more: UInt64) {
    for (name, bytes) in files where bytes.count >= 64 {
      var bytes = bytes
      for record in records(bytes) {
        let place = record.lowerBound
        write(number(bytes, at: place + 8) &+ more, 8, to: &bytes, at: place + 8)
        write(UInt64(crc(bytes[(place + 4)..<record.upperBound])), 4, to: &bytes, at: place)
      }
      write(number(bytes, at: 16) &+ more, 8, to: &bytes, at: 16)
      write(UInt64(crc(bytes[..<60])), 4, to: &bytes, at: 60)
      files[name] = bytes
    }
  }

  static func number(_ bytes: [UInt8], at offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * $1) }
  }

  /// Where the records of a segment stand, as far as their lengths lead.
  private static func records(_ bytes: [UInt8]) -> [Range<Int>] {
    var records: [Range<Int>] = []
    var offset = 64
    while offset + 24 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 | Int(bytes[offset + 4 + $1]) << (8 * $1) }
      let end = offset + (24 + length + 7) & ~7
      guard end <= bytes.count, bytes[offset..<(offset + 4)].contains(where: { $0 != 0 }) else {
        break
      }
      records.append(offset..<end)
      offset = end
    }
    return records
  }

  /// Numbers at which arithmetic goes wrong.
  static func number(_ generator: inout SeededGenerator) -> UInt64 {
    let numbers: [UInt64] = [
      0, 1, 2, 3, 7, 8, 24, 63, 64, 65, 255, 1 << 20, 255 << 20, (255 << 20) + 1,
      UInt64(UInt32.max), 1 << 32, UInt64(Int64.max), UInt64(Int64.max) + 1, .max - 1, .max,
    ]
    return generator.oneIn(4)
      ? generator.next() : numbers[generator.integer(in: 0...numbers.count - 1)]
  }

  static func write(_ number: UInt64, _ size: Int, to bytes: inout [UInt8], at offset: Int) {
    for index in 0..<size {
      bytes[offset + index] = UInt8(truncatingIfNeeded: number >> (8 * index))
    }
  }

  static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBytes { Checksum.crc32c($0) }
  }
}
