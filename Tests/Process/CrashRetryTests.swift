import Foundation
import TestSupport
import Testing

/// What a killed process leaves of a request is all of it or nothing, and asking again is harmless.
@Suite("crashes: whole or not at all", .enabled(if: SidecartProcess.isPresent))
struct CrashRetryTests {
  private static let livesPerSeed = 5

  @Test func whatWasNotAcknowledgedIsThereAsAWholeOrNotAtAll() throws {
    try forEachSeed(4) { seed, generator in
      let state = try ServeState()
      try state.take(CrashClient.setup)
      var client = CrashClient()
      var unanswered = 0
      for _ in 0..<Self.livesPerSeed {
        unanswered += try live(state, &client, using: &generator)
      }
      let host = try state.serve()
      try client.verify(host, from: 0)
      try client.repeatUnanswered(host)
      try client.verify(host, from: 0)
      #expect(try host.finish().exit == .code(0), "\(seed)")
      try checkLog(state, seed)
      // A kill that always comes too late would prove nothing.
      #expect(unanswered > 0, "\(seed)")
    }
  }

  /// One life of the process, ended by SIGKILL; how many requests it left unanswered.
  private func live(
    _ state: ServeState, _ client: inout CrashClient, using generator: inout SeededGenerator
  ) throws -> Int {
    let host = try state.serve()
    // Half the time what is unanswered is looked at first; it must be whole or absent.
    if generator.oneIn(2) { try client.verify(host, from: client.answeredCount) }
    try client.repeatUnanswered(host)

    let planned = client.plan(generator.integer(in: 20...80), using: &generator)
    var input = planned.map {
      ServeHost.line($0, client.requests[$0].method, client.requests[$0].parameters) + "\n"
    }[...]
    do {
      while !input.isEmpty, !generator.oneIn(8) {
        let part = input.prefix(generator.integer(in: 1...20))
        input.removeFirst(part.count)
        try host.process.send(bytes: Array(part.joined().utf8))
        usleep(UInt32(generator.integer(in: 0...4_000)))
      }
    }
    host.process.kill(SIGKILL)
    let exit = try host.process.wait()
    guard exit == .signal(SIGKILL) else { throw ChildProcess.Failure("it ended by \(exit)") }
    // What reached the pipe before the end was acknowledged; a reply cut short was not.
    var answered = 0
    for (index, line) in zip(planned, try host.child.readLines()) where line.hasSuffix("}") {
      guard (try? ServeHost.object(line)) != nil else { continue }
      try client.note(index, line)
      answered += 1
    }
    return planned.count - answered
  }

  /// The log is NDJSON with sequences without a gap.
  private func checkLog(_ state: ServeState, _ seed: Seed) throws {
    let log = try CommandLineRun.run(["log", "--state", state.path])
    #expect(log.exit == .code(0), "\(seed)")
    var last = 0
    for line in log.outputText.split(separator: "\n") {
      let sequence = try ServeHost.object(String(line))["sequence"] as? Int ?? -1
      #expect(sequence == last || sequence == last + 1, "\(seed)")
      last = sequence
    }
    #expect(last > 0, "\(seed)")
  }
}
