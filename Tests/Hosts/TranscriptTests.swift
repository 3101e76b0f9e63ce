import Foundation
import TestSupport
import Testing

/// The examples of the protocol, replayed against the real binary over real pipes.
@Suite(.enabled(if: SidecartProcess.isPresent)) struct TranscriptTests {
  static let names: [String] = {
    let folder = PackageRoot.path + "/Protocol/Transcripts"
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { $0.hasSuffix(".ndjson") }.sorted()
  }()

  private static func transcript(_ name: String) throws -> Transcript {
    try Transcript(PackageRoot.url(of: "Protocol/Transcripts/" + name))
  }

  /// Nothing came out beside the replies, and the process ended well.
  private static func finish(_ process: SidecartProcess) throws {
    process.closeInput()
    #expect(try process.wait() == .code(0))
    #expect(process.child.takeOutput().isEmpty)
  }

  @Test func thereAreSome() { #expect(TranscriptTests.names.count >= 6) }

  @Test(arguments: names) func repliesAreAsWritten(name: String) throws {
    let process = try SidecartProcess(["serve", "--now", "2026-03-01T10:00:00+08:00"])
    var captures = Captures()
    for step in try TranscriptTests.transcript(name).steps {
      try process.send(try step.line ?? captures.line(of: step.request as Any))
      guard let expected = step.reply else { continue }
      let line = try #require(try process.readLine())
      let found = try JSONSerialization.jsonObject(with: Data(line.utf8))
      let problem = try captures.mismatch(expected, found)
      #expect(problem == nil, "\(name) line \(step.number)")
      if problem != nil { break }
    }
    try TranscriptTests.finish(process)
  }

  /// All lines at once, with nobody waiting: the replies are the same ones, in the same order.
  @Test func oneWriteForAllLinesGivesTheSame() throws {
    let steps = try TranscriptTests.transcript("03-recommend.ndjson").steps
    let process = try SidecartProcess(["serve", "--now", "2026-03-01T10:00:00+08:00"])
    let lines = try steps.map { try $0.line ?? Captures().line(of: $0.request as Any) }
    try process.send(bytes: Array((lines.joined(separator: "\n") + "\n").utf8))
    var captures = Captures()
    for step in steps {
      guard let expected = step.reply else { continue }
      let line = try #require(try process.readLine())
      let found = try JSONSerialization.jsonObject(with: Data(line.utf8))
      let problem = try captures.mismatch(expected, found)
      #expect(problem == nil, "line \(step.number)")
    }
    try TranscriptTests.finish(process)
  }

  /// The comparison itself can fail.
  @Test func aReplyThatDiffersIsNoticed() throws {
    var captures = Captures()
    let expected: [String: Any] = ["a": ["$capture": "x"], "b": [1, 2], "c": "code $use(x)"]
    #expect(try captures.mismatch(expected, ["a": "Q", "b": [1, 2], "c": "code Q"]) == nil)
    #expect(try captures.mismatch(expected, ["a": "Q", "b": [2, 1], "c": "code Q"]) != nil)
    #expect(try captures.mismatch(expected, ["a": "Q", "b": [1, 2], "c": "code R"]) != nil)
    #expect(try captures.mismatch(expected, ["a": "Q", "b": [1, 2]]) != nil)
    let unordered: [String: Any] = ["$unordered": ["x", "y"]]
    #expect(try captures.mismatch(unordered, ["y", "x"]) == nil)
    #expect(try captures.mismatch(unordered, ["y", "y"]) != nil)
    #expect(try captures.mismatch(["$use": "x"], "Q") == nil)
    #expect(try captures.mismatch(["$use": "x"], "R") != nil)
  }
}
