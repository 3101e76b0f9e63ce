import Foundation
import TestSupport
import Testing

@Suite("signals", .enabled(if: SidecartProcess.isPresent))
struct SignalTests {
  private let folder: TemporaryFolder
  private var state: String { folder.path + "/shop" }

  init() throws { folder = try TemporaryFolder() }

  /// The orders that the folder holds.
  private func orders() throws -> Set<String> {
    let child = try SidecartProcess(["log", "--state", state]).child
    let lines = try child.readLines()
    #expect(try child.wait() == .code(0), "\(child.stderrText)")
    return Set(
      lines.compactMap { line in
        line.firstMatch(of: /"order":\{"id":"([^"]+)"/).map { String($0.1) }
      })
  }

  @Test func endOfInputIsAnOrderlyEnd() throws {
    let process = try SidecartProcess.serve(state: state)
    _ = try process.ask("orders.put", orderParameters("o-1"))
    try process.finish()
    #expect(try orders() == ["o-1"])
  }

  @Test(arguments: [SIGTERM, SIGINT]) func aSignalEndsAnIdleProcess(_ signal: Int32) throws {
    let process = try SidecartProcess.serve(state: state)
    _ = try process.ask("orders.put", orderParameters("o-1"))
    process.kill(signal)
    #expect(try process.wait() == .code(0), "\(process.stderrText)")
    #expect(try orders() == ["o-1"])
  }

  @Test func whatWasAcknowledgedBeforeATerminationIsInTheLog() throws {
    for delay in [0, 2_000, 10_000, 30_000] as [UInt32] {
      let process = try SidecartProcess.serve(state: state)
      _ = try process.ask("ping")
      let text = (1...200).map {
        requestLine($0, "orders.put", orderParameters("o-\(delay)-\($0)")) + "\n"
      }.joined()
      try process.send(bytes: Array(text.utf8))
      usleep(delay)
      process.kill(SIGTERM)
      let replies = try process.child.readLines()
      #expect(try process.wait() == .code(0), "\(process.stderrText)")
      for (index, line) in replies.enumerated() {
        let reply = try Reply(line)
        #expect(reply.id == index + 1)
        #expect(reply.result?["accepted"] as? Int == 1)
      }
      // What was accepted is finished: there is nothing in the log that was not answered either.
      let stored = try orders().filter { $0.hasPrefix("o-\(delay)-") }
      #expect(stored == Set((0..<replies.count).map { "o-\(delay)-\($0 + 1)" }))
    }
  }

  @Test func aLineCutShortByATerminationIsDropped() throws {
    let process = try SidecartProcess.serve(state: state)
    _ = try process.ask("orders.put", orderParameters("o-1"))
    try process.send(bytes: Array(requestLine(2, "orders.put", orderParameters("o-2")).utf8))
    #expect(process.child.isSilent(for: 0.05))
    process.kill(SIGTERM)
    #expect(try process.wait() == .code(0), "\(process.stderrText)")
    #expect(process.child.takeOutput().isEmpty)
    #expect(try orders() == ["o-1"])
  }

  @Test func aHostThatClosesStdoutGetsAFailureAndKeepsItsData() throws {
    let process = try SidecartProcess.serve(state: state)
    for number in 1...10 { _ = try process.ask("orders.put", orderParameters("o-\(number)")) }
    process.child.closeOutput()
    try process.send(requestLine(11, "orders.put", orderParameters("o-11")))
    #expect(try process.wait() == .code(1))
    #expect(process.stderrText.contains("stdout takes no more replies"))
    // The eleventh was durable before its reply was tried.
    #expect(try orders() == Set((1...11).map { "o-\($0)" }))
    // The folder is free again.
    let next = try SidecartProcess.serve(state: state)
    #expect(try next.ask("orders.put", orderParameters("o-11"))["unchanged"] as? Int == 1)
    try next.finish()
  }
}
