import Foundation
import TestSupport
import Testing

/// What other tests stand on is itself tested: it has no target of its own.
@Suite struct SupportTests {
  private func shell(_ script: String) throws -> ChildProcess {
    try ChildProcess("/bin/sh", ["-c", script])
  }

  @Test func theGeneratorIsSplitMix() {
    var generator = SeededGenerator(seed: 1_234_567)
    // Known answers of the reference implementation.
    let known: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
    ]
    #expect((0..<3).map { _ in generator.next() } == known)
  }

  @Test func aPropertyThatThrowsSaysItsSeed() {
    struct Planted: Error {}
    let failure = #expect(throws: SeedFailure.self) {
      try forEachSeed(3) { seed, _ in throw Planted() }
    }
    #expect(failure?.description.contains("SIDECART_SEED=") == true)
    #expect(failure?.underlying is Planted)
  }

  @Test(arguments: [
    ("a,b", ["a", "b"]), ("", [""]), ("a,", ["a", ""]), ("\"a,b\",c", ["a,b", "c"]),
    ("\"say \"\"hi\"\"\",2", ["say \"hi\"", "2"]), ("\"\",x", ["", "x"]),
  ])
  func csvIsSplit(line: String, fields: [String]) { #expect(Text.fields(line) == fields) }

  @Test func linesAreSplit() {
    #expect(Text.lines(Array("a\r\n\nbc\n\r\nd".utf8)) == ["a", "bc", "d"])
    #expect(Text.lines([]).isEmpty)
  }

  @Test func packedFilesAreRead() throws {
    let folder = try TemporaryFolder()
    try folder.write("x,y\n1,2\n", to: "deep/a.csv")
    let packed = try ChildProcess.run(
      "/usr/bin/env", ["gzip", "-c", folder.url.appendingPathComponent("deep/a.csv").path])
    #expect(packed.exit == .code(0))
    let unpacked = try ChildProcess.run("/usr/bin/env", ["gzip", "-dc"], input: packed.output)
    #expect(unpacked.outputText == "x,y\n1,2\n")
  }

  @Test(.enabled(if: SharedData.has("cdnow/cdnow_summary_39w.csv.gz")))
  func sharedDataIsRead() throws {
    let (header, records) = try SharedData.table(of: "cdnow/cdnow_summary_39w.csv.gz")
    #expect(header.count > 1)
    #expect(records.count == 2357)
    #expect(records.allSatisfy { $0.count == header.count })
  }

  @Test func linesGoInAndOut() throws {
    let child = try ChildProcess("/bin/cat", [])
    for index in 0..<100 {
      try child.send("line \(index)")
      #expect(try child.readLine() == "line \(index)")
    }
    #expect(child.isSilent(for: 0.01))
    #expect(child.isRunning)
    try child.send(Array("half".utf8))
    child.closeInput()
    #expect(try child.readLine() == "half")
    #expect(try child.readLine() == nil)
    #expect(try child.wait() == .code(0))
    #expect(!child.isRunning)
  }

  /// More than any pipe holds, both ways and on stderr, and nobody waits for the other.
  @Test func muchGoesThrough() throws {
    let child = try shell("tee /dev/stderr")
    let line = String(repeating: "x", count: 3_000_000)
    try child.send(line)
    child.closeInput()
    #expect(try child.readLine() == line)
    #expect(try child.wait() == .code(0))
    #expect(child.stderrText == line + "\n")
  }

  @Test func endsAreTold() throws {
    #expect(try shell("exit 7").wait() == .code(7))
    #expect(try shell("kill -9 $$").wait() == .signal(SIGKILL))
    let sleeper = try shell("exec sleep 60")
    #expect(throws: ChildProcess.Failure.self) { try sleeper.wait(timeout: 0.02) }
    #expect(throws: ChildProcess.Failure.self) { try sleeper.readLine(timeout: 0.02) }
    sleeper.kill(SIGTERM)
    #expect(try sleeper.wait() == .signal(SIGTERM))
    #expect(throws: ChildProcess.Failure.self) { try ChildProcess("/does/not/exist", []) }
  }

  @Test func brokenPipesAreErrors() throws {
    let child = try shell("exec <&-; echo ready; sleep 60")
    #expect(try child.readLine() == "ready")
    #expect(throws: ChildProcess.BrokenPipe.self) { try child.send("x") }
    // The other way round, the child is told by a signal that this process ignores for itself.
    let writer = try shell("read line; exec /bin/echo late")
    writer.closeOutput()
    try writer.send("go")
    #expect(try writer.wait() == .signal(SIGPIPE))
  }

  @Test func theEnvironmentIsHandedOn() throws {
    let child = try ChildProcess(
      "/bin/sh", ["-c", "echo $SIDECART_PLANTED"], environment: ["SIDECART_PLANTED": "seen"])
    #expect(try child.readLine() == "seen")
  }

  /// With a leaked end, a child started later would keep an earlier one's stdin open: each gets its
  /// end of file at once, though all were started before, at the same time.
  @Test func parallelChildrenHoldNoPipesOfEachOther() async throws {
    let children = try await withThrowingTaskGroup(of: ChildProcess.self) { group in
      for _ in 0..<12 { group.addTask { try ChildProcess("/bin/cat", []) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    for child in children {
      child.closeInput()
      #expect(try child.wait(timeout: 10) == .code(0))
    }
  }

  @Test(.enabled(if: SidecartProcess.isPresent)) func theBinaryIsFound() throws {
    let process = try SidecartProcess(["--version"])
    process.closeInput()
    _ = try process.wait()
  }
}
