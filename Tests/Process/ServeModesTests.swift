import Foundation
import TestSupport
import Testing

/// `--durability`, `--memory-limit`, a clock that was set back, and a host that does not read.
@Suite("serve: modes and limits", .enabled(if: SidecartProcess.isPresent))
struct ServeModesTests {
  private func storage(_ host: ServeHost) throws -> [String: Any] {
    try #require(try host.ask("status")["storage"] as? [String: Any])
  }

  // MARK: Durability

  @Test func atAnIntervalAnIdleProcessSynchronisesByItself() throws {
    let state = try ServeState()
    let host = try state.serve(["--durability", "interval:300"])
    _ = try host.ask("orders.put", TestOrder.put(1))
    let first = try storage(host)
    #expect(first["durability"] as? String == "interval")
    #expect(first["interval_milliseconds"] as? Int == 300)
    #expect(first["sequence"] as? Int == 1)
    #expect(first["durable_sequence"] as? Int == 0)
    // Nothing comes in; asking only looks.
    Thread.sleep(forTimeInterval: 0.6)
    #expect(try storage(host)["durable_sequence"] as? Int == 1)
    for number in 2...20 { _ = try host.ask("orders.put", TestOrder.put(number)) }
    host.process.kill()
    _ = try host.child.wait()
    // The end of the process takes nothing, synchronised or not.
    let again = try state.serve()
    #expect(try storage(again)["sequence"] as? Int == 20)
    #expect(try again.finish().exit == .code(0))
  }

  @Test func neverSynchronisesOnlyAtTheEnd() throws {
    let state = try ServeState()
    let host = try state.serve(["--durability", "never"])
    for number in 1...5 { _ = try host.ask("orders.put", TestOrder.put(number)) }
    let status = try storage(host)
    #expect(status["durability"] as? String == "never")
    #expect(status["sequence"] as? Int == 5 && status["durable_sequence"] as? Int == 0)
    #expect(try host.finish().exit == .code(0))
    let again = try state.serve()
    #expect(try storage(again)["durable_sequence"] as? Int == 5)
    #expect(try again.finish().exit == .code(0))
  }

  @Test(arguments: [
    ["--durability", "sometimes"], ["--durability", "interval"], ["--durability", "interval:0"],
    ["--durability", "interval:x"], ["--memory-limit", "0"], ["--memory-limit", "2GB"],
    ["--memory-limit", "9223372036854775807GiB"],
  ]) func whatIsNoModeIsAMistakeOfTheCaller(_ arguments: [String]) throws {
    let state = try ServeState()
    let result = try CommandLineRun.run(["serve", "--state", state.path] + arguments)
    #expect(result.exit == .code(2), "\(result.errorText)")
    #expect(result.errorText.contains(arguments[0]))
  }

  // MARK: Memory

  @Test func aboveTheMemoryLimitWritesAreRefusedAndQuestionsAnswered() throws {
    let state = try ServeState()
    try state.take([("orders.put", TestOrder.put(1..<3))])
    let host = try state.serve(["--memory-limit", "1MiB"])
    let line = try host.process.request("orders.put", TestOrder.put(9))
    let error = try #require(try ServeHost.object(line)["error"] as? [String: Any])
    #expect(error["code"] as? Int == -31_995)
    let data = error["data"] as? [String: Any]
    #expect(data?["reason"] as? String == "memory_limit" && data?["retryable"] as? Bool == true)
    #expect(try host.ask("orders.get", "{\"order\":\"o-1\"}")["net"] as? Int == TestOrder.net(1))
    #expect(try host.refusal("target", #"{"commit":true}"#) == "memory_limit")
    #expect(try host.ask("target")["assignments"] != nil)
    let status = try host.ask("status")
    let memory = try #require(status["memory"] as? [String: Any])
    #expect(memory["limit_bytes"] as? Int == 1 << 20)
    #expect(memory["resident_bytes"] as? Int ?? 0 > 1 << 20)
    #expect((status["limits"] as? [String: Int])?["memory_bytes"] == 1 << 20)
    #expect((status["counts"] as? [String: Int])?["orders"] == 2)
    #expect(try host.finish().exit == .code(0))
  }

  @Test func theLimitIsMetWhileTheProcessGrows() throws {
    let host = try ServeHost(["--memory-limit", "48MiB"])
    let text = String(repeating: "t", count: 4_000)
    var round = 0
    while round < 400 {
      let items = (0..<50).map { "{\"id\":\"i-\(round)-\($0)\",\"title\":\"\(text)\"}" }
      let reason = try host.refusal("items.put", "{\"items\":[\(items.joined(separator: ","))]}")
      if reason == "memory_limit" { break }
      #expect(reason == nil)
      round += 1
    }
    #expect(round > 2 && round < 400)
    let resident = (try host.ask("status")["memory"] as? [String: Any])?["resident_bytes"] as? Int
    #expect(try #require(resident) < 80 << 20)
    #expect(try host.finish().exit == .code(0))
  }

  @Test func theUsualLimitIsBelowWhatTheMachineHas() throws {
    let host = try ServeHost()
    let memory = try #require(try host.ask("status")["memory"] as? [String: Any])
    let limit = try #require(memory["limit_bytes"] as? Int)
    #expect(limit > 1 << 20 && UInt64(limit) < ProcessInfo.processInfo.physicalMemory)
    #expect(try host.finish().exit == .code(0))
  }

  // MARK: The clock

  @Test func aClockThatWasSetBackDoesNotMakeEarlierFacts() throws {
    let state = try ServeState()
    let ahead = try state.serve(["--now", "2931-05-01T10:00:00Z"])
    _ = try ahead.ask("orders.put", TestOrder.put(1))
    #expect(try ahead.finish().exit == .code(0))
    let host = try state.serve()
    _ = try host.ask("orders.put", TestOrder.put(2))
    #expect(try host.ask("status")["now"] as? String == "2931-05-01T10:00:00Z")
    #expect(try host.finish().exit == .code(0))
    #expect(host.process.stderrText.contains("behind the last moment in the log"))
    let log = try state.run(["log", "--state", state.path])
    let moments = try log.outputText.split(separator: "\n").map {
      try #require(try ServeHost.object(String($0))["now"] as? String)
    }
    #expect(moments == ["2931-05-01T10:00:00Z", "2931-05-01T10:00:00Z"])
    // Who only reads asks as of any moment.
    let reader = try state.serve(["--read-only", "--now", "2026-03-01T10:00:00Z"])
    #expect(try reader.ask("status")["now"] as? String == "2026-03-01T10:00:00Z")
    #expect(try reader.finish().exit == .code(0))
  }

  // MARK: A host that does not read

  @Test(arguments: ["always", "interval:50"])
  func aHostThatDoesNotReadMakesTheProcessWaitAndNotGrow(_ durability: String) throws {
    let state = try ServeState()
    // 100 replies of half a megabyte; their reader sleeps first, then counts.
    let count = 100
    let line = #"{"item":"an item with a name","quantity":1,"unit_price":100}"#
    let lines = [String](repeating: line, count: 5_000).joined(separator: ",")
    try state.take([
      ("orders.put", #"{"orders":[{"id":"long","time":"2026-01-01","lines":[\#(lines)]}]}"#)
    ])
    let request = ServeHost.line(1, "orders.get", #"{"order":"long"}"#)
    let script = """
      { echo '\(ServeHost.line(0, "orders.put", TestOrder.put(1)))'
        yes '\(request)' | head -n \(count); } |
      "$0" serve --state "$1" --durability \(durability) | {
        sleep 1.5
        for folder in /proc/[0-9]*; do
          tr '\\0' ' ' < $folder/cmdline 2>/dev/null | grep -q "serve --state $1 " &&
            grep VmRSS $folder/status
        done
        wc -l
      }
      """
    let result = try CommandLineRun.shell(script, [state.path])
    let words = result.outputText.split(whereSeparator: \.isWhitespace)
    let resident = try #require(
      words.firstIndex(of: "VmRSS:").flatMap { Int(words[$0 + 1]) }, "\(result.outputText)")
    print("resident with a host that does not read: \(resident) KiB")
    #expect(resident < 28 << 10, "\(resident) KiB")
    #expect(words.last == "\(count + 1)")
  }
}
