import TestSupport

/// Changes valid bytes into ones that are nearly so.
enum Mutation {
  /// Pieces that have broken parsers.
  private static let pieces: [[UInt8]] = {
    var pieces = [
      "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud834", "\\udd1e", "\\u0000", "\\uD8",
      "-", "-0", "0", "00", "1e", "1e+", "1E-400", "1e400", "1e99999999999999999999", ".5", "5.",
      "9223372036854775807", "9223372036854775808", "-9223372036854775808",
      "-9223372036854775809", "18446744073709551616", "0.1", "1.0", "1e2", "9007199254740993",
      "123456789012345678901234567890.123456789012345678901234567890e-15",
      "true", "false", "null", "tru", "nulll", "NaN", "Infinity", "{}", "[]", "[{}]",
      "\"id\":null,", "\"id\":1,", "\"id\":\"\",", "\"id\":[],", "\"jsonrpc\":\"2.0\",",
      "\"params\":{},", "\"method\":\"ping\",", "\"a\":1,\"a\":2,", "\"\\u0069d\":7,",
      "\r", "\r\n", "\n", "\t", " ", "é", "中", "🧾", "e\u{301}", "\u{FEFF}",
    ].map { Array($0.utf8) }
    let raw: [[UInt8]] = [
      [0x00], [0x1F], [0x7F], [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80],
      [0xE4, 0xB8], [0xED, 0xA0, 0x80], [0xEF, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
      [0xF0, 0x9F, 0xA7], [0xF4, 0x90, 0x80, 0x80], [0xF5], [0xFE], [0xFF, 0xFF, 0xFF, 0xFF],
      [0, 0, 0, 0, 0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0x7F],
    ]
    pieces += raw
    return pieces
  }()

  /// The bytes after up to four changes, or, one time in eight, as they are.
  static func mutate(
    _ bytes: [UInt8], corpus: [[UInt8]], using generator: inout SeededGenerator
  ) -> [UInt8] {
    var bytes = bytes
    if generator.oneIn(8) { return bytes }
    for _ in 0..<generator.integer(in: 1...4) {
      change(&bytes, corpus: corpus, using: &generator)
    }
    return bytes
  }

  /// The text with one of its values in the place of another, or another one in its place: still
  /// JSON, and no longer what the method expects. What is no JSON stays as it is.
  static func exchangeValues(
    _ text: [UInt8], corpus: [[UInt8]], using generator: inout SeededGenerator
  ) -> [UInt8] {
    guard let root = try? StrictJSON.read(text) else { return text }
    let places = ranges(of: root)
    let place = places[generator.integer(in: 0...places.count - 1)]
    let value: [UInt8]
    if generator.oneIn(3) {
      let source = generator.oneIn(2) ? text : corpus[generator.integer(in: 0...corpus.count - 1)]
      guard let other = try? StrictJSON.read(source) else { return text }
      let others = ranges(of: other)
      value = Array(source[others[generator.integer(in: 0...others.count - 1)]])
    } else {
      value = values[generator.integer(in: 0...values.count - 1)]
    }
    return Array(text[..<place.lowerBound] + value + text[place.upperBound...])
  }

  private static func ranges(of node: StrictJSON.Node) -> [Range<Int>] {
    let inner = node.elements ?? node.members?.map(\.node) ?? []
    return [node.range] + inner.flatMap(ranges)
  }

  /// Values at which arithmetic, calendars and texts go wrong.
  private static let values: [[UInt8]] = [
    "0", "1", "-1", "2", "1.0", "1e3", "0.5", "-0.0", "100", "1e-320", "1e308", "-1e308", "1e400",
    "2147483647", "2147483648", "4294967296", "9007199254740992", "9223372036854775807",
    "-9223372036854775808", "9223372036854775808", "999999999999", "1000000000000000",
    "null", "true", "false", "[]", "{}", "[[]]", "[null]", "\"\"", "\"a\"", "\"c-1\"", "\"tea\"",
    "\"0001-01-01\"", "\"9999-12-31\"", "\"2024-02-29\"", "\"2023-02-29\"",
    "\"0000-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.999+14:00\"",
    "\"0001-01-01T00:00:00+23:59\"",
    "\"9999-12-31T23:59:60-23:59\"", "\"2026-03-01T10:00:00+08:00\"", "\"1970-01-01T00:00:00Z\"",
    "\"Asia/Shanghai\"", "\"../../../etc/passwd\"", "\"\\u0000\"", "\"\\ud83e\\uddfe\"", "\"$\"",
    "{\"$gte\":1e308}", "{\"$not\":{\"$not\":{}}}", "{\"$regex\":\"(a*)*(b|a)*$\"}",
    "{\"$or\":[]}", "{\"$in\":[]}", "{\"$elemMatch\":{}}", "[0,1]", "[1,2,3]",
    "[\"00:00\",\"24:00\"]",
    "\"" + String(repeating: "x", count: 300) + "\"",
    "\"" + String(repeating: "漢", count: 2_000) + "\"",
    "[" + String(repeating: "0,", count: 1_200) + "0]",
  ].map { Array($0.utf8) }

  private static func change(
    _ bytes: inout [UInt8], corpus: [[UInt8]], using generator: inout SeededGenerator
  ) {
    let place = generator.integer(in: 0...bytes.count)
    let range = place..<min(bytes.count, place + generator.integer(in: 1...24))
    switch generator.integer(in: 0...15) {
    case 0, 1:
      if place < bytes.count { bytes[place] ^= 1 << UInt8(generator.integer(in: 0...7)) }
    case 2:
      if place < bytes.count { bytes[place] = UInt8(generator.integer(in: 0...255)) }
    case 3, 4, 5, 6:
      bytes.insert(contentsOf: pieces[generator.integer(in: 0...pieces.count - 1)], at: place)
    case 7:
      bytes.replaceSubrange(range, with: pieces[generator.integer(in: 0...pieces.count - 1)])
    case 8:
      bytes.removeSubrange(range)
    case 9:
      bytes.removeSubrange(place...)
    case 10:
      bytes.insert(contentsOf: Array(bytes[range]), at: generator.integer(in: 0...bytes.count))
    case 11, 12:
      let other = corpus[generator.integer(in: 0...corpus.count - 1)]
      bytes = Array(bytes[..<place] + other[generator.integer(in: 0...other.count)...])
    case 13:
      let depth = generator.integer(in: 1...200)
      let piece = Array((generator.oneIn(2) ? "[" : "{\"a\":").utf8)
      bytes.insert(contentsOf: (0..<depth).flatMap { _ in piece }, at: place)
      if generator.oneIn(2) {
        let close = piece.count == 1 ? UInt8(ascii: "]") : UInt8(ascii: "}")
        bytes.insert(
          contentsOf: [UInt8](repeating: close, count: depth),
          at: min(bytes.count, place + depth * piece.count))
      }
    case 14:
      let filler = generator.oneIn(3) ? UInt8(generator.integer(in: 0...255)) : UInt8(ascii: "9")
      let count = generator.integer(in: 1...(generator.oneIn(20) ? 70_000 : 400))
      bytes.insert(contentsOf: [UInt8](repeating: filler, count: count), at: place)
    default:
      let count = generator.integer(in: 1...8)
      bytes.insert(contentsOf: [UInt8](repeating: 0, count: count), at: place)
    }
  }
}
