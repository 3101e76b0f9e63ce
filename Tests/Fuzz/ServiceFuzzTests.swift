import Engine
import Foundation
import Shop
import TestSupport
import Testing
import Wire

/// The whole engine behind the envelope: no line traps, each gets its reply, and two services that
/// are alike answer alike.
@Suite struct ServiceFuzzTests {
  @Test func everyLineGetsItsReplyFromTheEngine() throws {
    var results = 0
    var asked = 0
    try Fuzz.run("service", rounds: 24) { generator in
      let (first, second) = (Self.service(), Self.service())
      var texts = Texts()
      let talk = Corpus.transcripts[generator.integer(in: 0...Corpus.transcripts.count - 1)]
      for request in talk {
        let line = Self.changed(texts.filled(request, &generator), &generator)
        let output = Self.answer(line, first)
        try ReplyCheck.check(output, to: line, limits: Limits())
        try promise(!Self.isInternal(output), "\(shown(line)) gave \(shown(output))")
        try promise(Self.answer(line, second) == output, "answered in two ways: \(shown(line))")
        asked += 1
        if output.contains("\"result\"") { results += 1 }
        texts.take(output)
        if first.engine.isStopping { break }
      }
      // What was logged must replay, or the next start would refuse the shop.
      try Self.replay(first.records)
    }
    #expect(asked < 300 || results > asked / 4, "\(results) of \(asked)")
  }

  /// Most lines as they are, so that there is a shop to ask; some with other values; few broken.
  private static func changed(
    _ line: [UInt8], _ generator: inout SeededGenerator
  ) -> [UInt8] {
    switch generator.integer(in: 0...9) {
    case 0...4: return line
    case 5...8:
      var line = line
      for _ in 0..<generator.integer(in: 1...3) {
        line = Mutation.exchangeValues(line, corpus: Corpus.lines, using: &generator)
      }
      return line
    default: return Mutation.mutate(line, corpus: Corpus.lines, using: &generator)
    }
  }

  /// Random texts out of replies, to use in the requests that follow.
  private struct Texts {
    private var known: [[UInt8]] = [Array("\"NO-SUCH-CODE\"".utf8)]

    mutating func take(_ output: [UInt8]) {
      guard let reply = try? StrictJSON.read(output, maximumDepth: 140) else { return }
      func collect(_ node: StrictJSON.Node) {
        for (name, node) in node.members ?? [] {
          if ["code", "reservation"].contains(name) { known.append(Array(output[node.range])) }
          collect(node)
        }
        for element in node.elements ?? [] { collect(element) }
      }
      collect(reply)
    }

    /// The request with a known text in the place of each `{"$use":…}`, the last ones most often.
    func filled(_ request: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
      var request = request
      while let place = Self.firstUse(in: request) {
        let back = generator.oneIn(2) ? 0 : generator.integer(in: 0...known.count - 1)
        request.replaceSubrange(place, with: known[known.count - 1 - back])
      }
      return request
    }

    private static func firstUse(in request: [UInt8]) -> Range<Int>? {
      guard let root = try? StrictJSON.read(request) else { return nil }
      func find(_ node: StrictJSON.Node) -> Range<Int>? {
        if node["$use"] != nil { return node.range }
        for inner in node.elements ?? node.members?.map(\.node) ?? [] {
          if let range = find(inner) { return range }
        }
        return nil
      }
      return find(root)
    }
  }

  private static func isInternal(_ output: [UInt8]) -> Bool { output.contains("-32603") }

  /// Everything that the service is given from outside, the same every time.
  private static func service() -> Logged {
    let random = Bits()
    let surroundings = Surroundings(
      zoneFile: { name in
        // A name with a slash too many must not lead out of the folder.
        name == "Asia/Shanghai" ? zone : nil
      }, randomBits: { random.next() }, storageStatus: { _ in }, version: "fuzz")
    let now = Instant(rfc3339: "2026-03-01T10:00:00+08:00") ?? .earliest
    return Logged(Service(engine: Engine(surroundings: surroundings), now: now))
  }

  private static let zone: [UInt8]? =
    (try? Data(
      contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/Asia/Shanghai"))).map(Array.init)

  private final class Bits {
    var generator = SeededGenerator(seed: 42)
    func next() -> UInt64 { generator.next() }
  }

  /// A service with what it would log.
  private final class Logged {
    let service: Service
    var records: [[UInt8]] = []
    var engine: Engine { _read { yield service.engine } }

    init(_ service: Service) { self.service = service }
  }

  private static func answer(_ line: [UInt8], _ logged: Logged) -> [UInt8] {
    var output: [UInt8] = []
    line.withUnsafeBufferPointer { logged.service.answer(line: $0, appendingTo: &output) }
    logged.service.engine.journal.drain { logged.records.append(Array($0)) }
    return output
  }

  private static func replay(_ records: [[UInt8]]) throws {
    let scanner = JSONScanner(limits: Limits(maximumDepth: Limits().maximumDepth + 8))
    let again = service()
    for record in records {
      do {
        try record.withUnsafeBytes { try again.service.engine.replay($0, with: scanner) }
      } catch {
        throw Broken("\(error) in the log: \(shown(record))")
      }
    }
  }
}

extension [UInt8] {
  /// Whether the text is somewhere in the bytes.
  fileprivate func contains(_ text: String) -> Bool {
    String(decoding: self, as: UTF8.self).contains(text)
  }
}
