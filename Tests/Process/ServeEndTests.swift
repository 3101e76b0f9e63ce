import Foundation
import TestSupport
import Testing

/// How the process ends, and what is true then.
@Suite("serve: ends", .enabled(if: SidecartProcess.isPresent))
struct ServeEndTests {
  /// A shell that becomes `sidecart serve` with those redirections.
  private func shell(_ redirections: String, _ state: ServeState) throws -> ChildProcess {
    try ChildProcess(
      "/bin/sh",
      [
        "-c", "exec \"$0\" serve --state \"$1\" \(redirections)", SidecartProcess.binary ?? "",
        state.path,
      ])
  }

  @Test func anEmptyInputEndsWell() throws {
    let end = try ServeHost().finish()
    #expect(end.lines.isEmpty && end.exit == .code(0))
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func aSignalWhileIdleEndsAtOnce(_ signal: Int32) throws {
    let state = try ServeState()
    let host = try state.serve()
    _ = try host.ask("orders.put", TestOrder.put(1))
    // Half a line was never accepted.
    try host.process.send(bytes: Array(#"{"jsonrpc":"2.0","id":9,"#.utf8))
    usleep(20_000)
    host.process.kill(signal)
    #expect(try host.process.wait(timeout: 10) == .code(0))
    #expect(try host.child.readLines().isEmpty)
    let next = try state.serve(["--read-only"])
    #expect(try next.ask("orders.get", "{\"order\":\"o-1\"}")["net"] as? Int == TestOrder.net(1))
    #expect(!next.process.stderrText.contains("torn"))
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func aSignalWhileBusyAnswersWhatWasAccepted(_ signal: Int32) throws {
    let state = try ServeState()
    let host = try state.serve()
    let count = 3_000
    _ = try host.ask("ping")
    let lines = (0..<count).map { ServeHost.line($0, "orders.put", TestOrder.put($0)) + "\n" }
    let first = lines[..<1_000].joined()
    try host.process.send(bytes: Array(first.utf8))
    host.process.kill(signal)
    do { try host.process.send(bytes: Array(lines[1_000...].joined().utf8)) } catch is ChildProcess
      .BrokenPipe
    {
      // It reads no more.
    }
    let replies = try host.child.readLines()
    #expect(try host.process.wait() == .code(0), "\(host.process.stderrText)")
    for (index, reply) in replies.enumerated() {
      #expect(reply.hasPrefix("{\"jsonrpc\":\"2.0\",\"id\":\(index),\"result\":{\"accepted\":1,"))
    }
    // Stored is what was answered: no more, no less.
    let next = try state.serve(["--read-only"])
    let counts = try next.ask("status")["counts"] as? [String: Any]
    #expect(counts?["orders"] as? Int == replies.count)
    #expect(replies.count <= count)
  }

  @Test func aHostThatClosesStdoutIsToldByTheExit() throws {
    let state = try ServeState()
    let host = try state.serve()
    for number in 0..<20 { _ = try host.ask("orders.put", TestOrder.put(number)) }
    host.child.closeOutput()
    try host.process.send(ServeHost.line(1, "orders.put", TestOrder.put(20)))
    #expect(try host.process.wait() == .code(1))
    #expect(host.process.stderrText.contains("stdout takes no more replies"))
    let next = try state.serve()
    for number in 0..<20 {
      let order = try next.ask("orders.get", "{\"order\":\"o-\(number)\"}")
      #expect(order["net"] as? Int == TestOrder.net(number))
    }
    // What nobody heard of may be there; sent again it does no harm.
    let again = try next.ask("orders.put", TestOrder.put(20))
    #expect((again["accepted"] as? Int ?? 0) + (again["unchanged"] as? Int ?? 0) == 1)
  }

  @Test func shutdownAnswersAndLeavesWhatFollowsUnanswered() throws {
    let state = try ServeState()
    let host = try state.serve()
    let lines = [
      ServeHost.line(1, "orders.put", TestOrder.put(1)), ServeHost.line(2, "shutdown"),
      ServeHost.line(3, "orders.put", TestOrder.put(2)),
    ]
    try host.process.send(bytes: Array((lines.joined(separator: "\n") + "\n").utf8))
    let replies = try host.child.readLines()
    #expect(try host.process.wait() == .code(0))
    #expect(replies.count == 2)
    #expect(replies.last == #"{"jsonrpc":"2.0","id":2,"result":{"stopping":true}}"#)
    let next = try state.serve(["--read-only"])
    #expect(try next.ask("orders.get", "{\"order\":\"o-1\"}")["net"] as? Int == TestOrder.net(1))
    #expect(try next.refusal("orders.get", "{\"order\":\"o-2\"}") == "unknown_order")
  }

  @Test(arguments: ["2>&-", "2</dev/null", "2>/dev/full"])
  func stderrIsNotRequired(_ redirection: String) throws {
    let state = try ServeState()
    // The second start has something to say of the log.
    for number in 1...2 {
      let child = try shell(redirection, state)
      try child.send(ServeHost.line(1, "orders.put", TestOrder.put(number)))
      #expect(try child.readLine()?.contains("\"accepted\":1") == true)
      child.closeInput()
      #expect(try child.wait() == .code(0))
    }
    let log = try CommandLineRun.run(["log", "--state", state.path])
    #expect(log.exit == .code(0) && log.output.split(separator: 0x0A).count == 2)
  }

  @Test(arguments: ["<&-", ">&-", "0>/dev/null", "1</dev/null"])
  func stdinAndStdoutAreRequired(_ redirection: String) throws {
    let state = try ServeState()
    let child = try shell(redirection, state)
    #expect(try child.wait() == .code(1))
    #expect(child.stderrText.contains("serve needs an open stdin and stdout"))
  }

  @Test func aFolderAsStdinIsAnErrorInWords() throws {
    let state = try ServeState()
    let child = try shell("</", state)
    #expect(try child.wait() == .code(1))
    #expect(child.stderrText.contains("read: Is a directory"))
  }
}
