import Foundation
import TestSupport
import Testing

/// Protocol/log.md says what the bytes and the facts are.
@Suite("Protocol/log.md") struct LogDocumentTests {
  private static func document() throws -> String {
    try String(contentsOf: PackageRoot.url(of: "Protocol/log.md"), encoding: .utf8)
  }

  /// The text of the fenced blocks of a language.
  private static func blocks(_ language: String) throws -> [Substring] {
    try document().matches(of: /(?m)^```(?<language>[a-z]*)\n(?<text>(?s:.*?))^```$/)
      .filter { $0.language == language }.map(\.text)
  }

  @Test func theWorkedExampleIsASegment() throws {
    let text = try #require(try Self.blocks("hex").first)
    // Up to the column of remarks.
    let digits = text.split(separator: "\n").flatMap { line in
      line.split(separator: "  ")[0].filter { $0.isHexDigit }
    }
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0...($0 + 1)]), radix: 16)
    }
    let segment = try DocumentedSegment(bytes)
    #expect(segment.records.map(\.offset) == [64, 104, 128])
    #expect(segment.records.map(\.sequence) == [1, 2, 3])
    #expect(segment.records.map(\.durableOffset) == [64, 104, 104])
    let payloads = segment.records.map { String(decoding: $0.payload, as: UTF8.self) }
    #expect(payloads == [#"{"fact":"first"}"#, "", "three"])
    #expect(DocumentedSegment.checksum("123456789".utf8) == 0xE306_9283)
    #expect(try Self.document().contains("E3069283"))
  }

  /// Each example was printed by `sidecart log`, and each kind of fact has one.
  @Test func everyFactIsShownAsItIsPrinted() throws {
    let kept = try String(
      contentsOf: KeptLogTests.folder.appendingPathComponent("format-1/facts.ndjson"),
      encoding: .utf8)
    let printed = Set(kept.split(separator: "\n"))
    let examples = try Self.blocks("json").flatMap { $0.split(separator: "\n") }
    for example in examples { #expect(printed.contains(example), "\(example)") }
    func kinds(_ lines: some Sequence<Substring>) -> Set<String> {
      Set(
        lines.compactMap { line in
          line.firstMatch(of: /"fact":\{"(?<kind>[a-z]+)":(?:\{"fact":"(?<step>[a-z]+)")?/).map {
            "\($0.kind) \($0.step ?? "")"
          }
        })
    }
    #expect(kinds(examples) == kinds(printed))
    #expect(kinds(printed).count == 9 + 7)
  }
}
