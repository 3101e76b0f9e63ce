import Foundation
import TestSupport
import Testing

/// Logs of every version of the format, as they were written then: read and answered for ever.
@Suite("kept logs", .enabled(if: SidecartProcess.isPresent))
struct KeptLogTests {
  static let folder = PackageRoot.url(of: "Tests/Process/Kept")
  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasPrefix("format-") }.sorted()

  private static func text(_ name: String, _ file: String) throws -> String {
    try String(
      contentsOf: folder.appendingPathComponent("\(name)/\(file)"), encoding: .utf8)
  }

  /// A copy, so that what is kept is never written to.
  private static func copy(_ name: String) throws -> ServeState {
    let state = try ServeState()
    try FileManager.default.copyItem(
      at: folder.appendingPathComponent("\(name)/state"), to: URL(fileURLWithPath: state.path))
    return state
  }

  /// The text without messages, which may change.
  private static func lasting(_ replies: String) -> String {
    replies.replacing(/"message":"(?:[^"\\]|\\.)*"/, with: "\"message\":\"\"")
  }

  @Test func thereIsOneForEveryVersion() { #expect(Self.names == ["format-1"]) }

  @Test(arguments: names) func theQuestionsAreAnsweredAsThen(_ name: String) throws {
    let state = try Self.copy(name)
    let host = try state.serve(["--now", "2026-03-01T20:05:00+08:00"])
    let questions = try Self.text(name, "questions.ndjson")
    try host.process.send(bytes: Array(questions.utf8))
    let end = try host.finish()
    #expect(end.exit == .code(0), "\(host.process.stderrText)")
    let expected = Self.lasting(try Self.text(name, "replies.ndjson"))
    let replies = Self.lasting(end.lines.map { $0 + "\n" }.joined())
    for (reply, other) in zip(replies.split(separator: "\n"), expected.split(separator: "\n")) {
      #expect(reply == other)
    }
    #expect(replies == expected)
    #expect(expected.split(separator: "\n").count > 30)
  }

  @Test(arguments: names) func theFactsArePrintedAsThen(_ name: String) throws {
    let state = try Self.copy(name)
    let run = try CommandLineRun.run(["log", "--state", state.path])
    #expect(run.exit == .code(0), "\(run.errorText)")
    #expect(run.outputText == (try Self.text(name, "facts.ndjson")))
  }

  /// The bytes, taken apart from what Protocol/log.md says and with nothing of the product.
  @Test(arguments: names) func theBytesAreAsDocumented(_ name: String) throws {
    let path = "\(name)/state/log-00000001"
    let bytes = [UInt8](try Data(contentsOf: Self.folder.appendingPathComponent(path)))
    let segment = try DocumentedSegment(bytes)
    #expect(segment.version == 1 && segment.firstSequence == 1)
    #expect(segment.records.map(\.sequence) == (1...UInt64(segment.records.count)).map { $0 })
    let facts = try Self.text(name, "facts.ndjson").split(separator: "\n")
    var next = facts.startIndex
    for record in segment.records {
      let head = "{\"sequence\":\(record.sequence),"
      let lines = facts[next...].prefix { $0.hasPrefix(head) }
      next = lines.endIndex
      let now = try #require(lines.first?.firstMatch(of: /"now":"[^"]*"/)).output
      let parts = try lines.map { line in
        let start = try #require(line.range(of: "\"fact\":")).upperBound
        return line[start...].dropLast()
      }
      let payload = "{\(now),\"facts\":[\(parts.joined(separator: ","))]}"
      #expect(String(decoding: record.payload, as: UTF8.self) == payload)
    }
    #expect(next == facts.endIndex)
  }
}

/// A segment, read by the letter of Protocol/log.md.
struct DocumentedSegment {
  struct Record {
    var offset: Int
    var sequence: UInt64
    var durableOffset: UInt64
    var payload: [UInt8]
  }

  struct Deviation: Error, CustomStringConvertible { var description: String }

  var version = 0
  var firstSequence: UInt64 = 0
  var records: [Record] = []

  init(_ bytes: [UInt8]) throws {
    func check(_ holds: Bool, _ words: String) throws {
      if !holds { throw Deviation(description: words) }
    }
    func number(_ offset: Int, _ count: Int) -> UInt64 {
      (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * $1) }
    }
    try check(bytes.count >= 64, "shorter than a header")
    try check(bytes.starts(with: "sidecart".utf8), "magic")
    version = Int(number(8, 4))
    try check(number(12, 4) == 64, "size of the header")
    firstSequence = number(16, 8)
    try check(bytes[48..<60].allSatisfy { $0 == 0 }, "zeros")
    try check(number(60, 4) == UInt64(Self.checksum(bytes[..<60])), "checksum of the header")
    var offset = 64
    while offset + 24 <= bytes.count, bytes[offset..<offset + 24].contains(where: { $0 != 0 }) {
      let length = Int(number(offset + 4, 4))
      let end = offset + (24 + length + 7) / 8 * 8
      try check(end <= bytes.count, "a record of \(length) bytes at \(offset)")
      let checksum = Self.checksum(bytes[(offset + 4)..<end])
      try check(number(offset, 4) == UInt64(checksum), "checksum at \(offset)")
      let padding = bytes[(offset + 24 + length)..<end]
      try check(padding.allSatisfy { $0 == 0 }, "padding at \(offset)")
      let durable = number(offset + 16, 8)
      try check((64...UInt64(offset)).contains(durable), "durable offset at \(offset)")
      records.append(
        Record(
          offset: offset, sequence: number(offset + 8, 8), durableOffset: durable,
          payload: Array(bytes[(offset + 24)..<(offset + 24 + length)])))
      offset = end
    }
    try check(bytes[offset...].allSatisfy { $0 == 0 }, "something after the last record")
  }

  /// CRC32C, a bit at a time.
  static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var state: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      state ^= UInt32(byte)
      for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0x82F6_3B78 : state >> 1 }
    }
    return ~state
  }
}
