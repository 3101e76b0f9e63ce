import Foundation
import TestSupport
import Testing

/// Promise 1, one line in, one line out, however the bytes come.
@Suite("serve: lines", .enabled(if: SidecartProcess.isPresent))
struct ServeLineTests {
  private let moment = ["--now", "2026-03-02T00:00:00Z"]

  @Test func aGoldenExchangeByteForByte() throws {
    let host = try ServeHost(moment)
    let exchange: [(request: String, reply: String)] = [
      (
        #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
        #"{"jsonrpc":"2.0","id":1,"result":{"pong":true,"now":"2026-03-02T00:00:00Z"}}"#
      ),
      (
        #"{"jsonrpc":"2.0","id":"a\u0062","method":"orders.put","params":"# + TestOrder.put(1)
          + "}",
        #"{"jsonrpc":"2.0","id":"a\u0062","result":{"accepted":1,"unchanged":0,"rejected":[]}}"#
      ),
      (
        #"{"jsonrpc":"2.0","id":2.50,"method":"orders.get","params":{"order":"o-1"}}"#,
        #"{"jsonrpc":"2.0","id":2.50,"result":{"id":"o-1","customer":"c-1","#
          + #""time":"2026-03-01T10:00:00Z","lines":["#
          + #"{"item":"tea","quantity":2,"unit_price":101,"discount":0,"returned":0},"#
          + #"{"item":"cup","quantity":1,"unit_price":50,"discount":0,"returned":0}],"#
          + #""cancelled":false,"net":252}}"#
      ),
      (
        #"{"jsonrpc":"2.0","id":null,"method":"nothing"}"#,
        #"{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"there is no method "#
          + #"\"nothing\"","data":{"reason":"unknown_method","path":null,"retryable":false}}}"#
      ),
      (
        #"{"jsonrpc":"2.0","id":4,"method":"orders.get","params":{"order":7}}"#,
        #"{"jsonrpc":"2.0","id":4,"error":{"code":-32602,"message":"expected a string, found an "#
          + #"integer","data":{"reason":"wrong_type","path":"order","retryable":false}}}"#
      ),
    ]
    for (request, reply) in exchange {
      try host.process.send(request)
      #expect(try host.process.readLine() == reply)
    }
    let end = try host.finish()
    #expect(end.lines.isEmpty && end.exit == .code(0))
    #expect(host.process.stderrText.isEmpty)
  }

  @Test func aLineInTwoWritesSplitAtEveryByte() throws {
    let host = try ServeHost(moment)
    let line = Array((ServeHost.line(7, "orders.get", #"{"order":"早"}"#) + "\r\n").utf8)
    for split in 1..<line.count {
      try host.process.send(bytes: Array(line[..<split]))
      // Time for the process to take in the first part alone.
      usleep(300)
      try host.process.send(bytes: Array(line[split...]))
      let reply = try #require(try host.process.readLine())
      #expect(ServeHost.reason(reply) == "unknown_order", "split at \(split): \(reply)")
    }
    #expect(try host.finish().lines == [])
  }

  @Test func aLineByteByByte() throws {
    let host = try ServeHost(moment)
    for byte in Array((ServeHost.line(7, "ping") + "\n").utf8) {
      try host.process.send(bytes: [byte])
      usleep(200)
    }
    #expect(try host.process.readLine()?.contains("\"id\":7,\"result\"") == true)
    #expect(try host.finish().lines == [])
  }

  @Test func manyLinesInOneWriteAndTheLastWithoutItsEnd() throws {
    let host = try ServeHost(moment)
    let lines = (1...3).map { ServeHost.line($0, "ping") }
    try host.process.send(
      bytes: Array(("\n\r\n  \t\r\n" + lines[0] + "\n\n" + lines[1] + "\r\n" + lines[2]).utf8))
    #expect(try host.process.readLine()?.contains("\"id\":1,") == true)
    #expect(try host.process.readLine()?.contains("\"id\":2,") == true)
    #expect(host.child.isSilent(for: 0.05))
    let end = try host.finish()
    #expect(end.lines.count == 1 && end.lines[0].contains("\"id\":3,"))
    #expect(end.exit == .code(0))
  }

  @Test func badBytesCostOneReplyEach() throws {
    let host = try ServeHost(moment)
    let bad: [([UInt8], String)] = [
      (
        Array(#"{"jsonrpc":"2.0","id":1,"method":"pi"#.utf8) + [0xFF] + Array(#"ng"}"#.utf8), "utf8"
      ),
      ([0], "nul"), (Array(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#.utf8) + [0], "nul behind"),
      ([0xEF, 0xBB, 0xBF, 0x7B, 0x7D], "byte order mark"), ([0x1B, 0x5B, 0x41], "control"),
      (Array("[".utf8), "unclosed"), (Array(repeating: 0x5B, count: 100_000), "deep"),
      (Array("[]".utf8), "empty batch"), (Array("5".utf8), "number"),
      (Array(#"{"jsonrpc":"2.0","id":1,"method":"ping"} {}"#.utf8), "two values"),
    ]
    for (bytes, name) in bad {
      try host.process.send(bytes: bytes + [0x0A])
      let reply = try #require(try host.process.readLine())
      #expect(ServeHost.reason(reply) != nil, "\(name): \(reply)")
      #expect(try host.ask("ping")["pong"] as? Bool == true, "after \(name)")
    }
    #expect(try host.finish().exit == .code(0))
  }

  @Test func aLineOverTheLimitIsRefusedOnceAndTheNextAnswered() throws {
    let host = try ServeHost(moment)
    try host.process.send(bytes: [UInt8](repeating: 0x61, count: 17 << 20) + [0x0A])
    try host.process.send(ServeHost.line(2, "ping"))
    let refused = try #require(try host.process.readLine())
    #expect(ServeHost.reason(refused) == "line_too_long")
    #expect(refused.contains("\"id\":null"))
    #expect(try host.process.readLine()?.contains("\"id\":2,\"result\"") == true)
    #expect(try host.finish().lines == [])
  }

  @Test func notificationsAreSilentAndActedOn() throws {
    let host = try ServeHost(moment)
    try host.process.notify("orders.put", TestOrder.put(1))
    try host.process.notify("orders.put", "{\"orders\":5}")
    try host.process.notify("nothing")
    try host.process.send("[{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}]")
    #expect(try host.ask("orders.get", "{\"order\":\"o-1\"}")["net"] as? Int == TestOrder.net(1))
    #expect(try host.finish().lines == [])
  }

  @Test func aBatchIsOneLineInTheOrderOfItsRequests() throws {
    let host = try ServeHost(moment)
    let parts = [
      ServeHost.line(1, "orders.put", TestOrder.put(5)), #"{"jsonrpc":"2.0","method":"ping"}"#,
      "5", ServeHost.line(2, "orders.get", #"{"order":"o-5"}"#),
    ]
    try host.process.send("[" + parts.joined(separator: ",") + "]")
    let line = try #require(try host.process.readLine())
    let replies = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [[String: Any]] ?? []
    #expect(replies.count == 3)
    #expect(replies.map { $0["id"] as? Int } == [1, nil, 2])
    #expect((replies.last?["result"] as? [String: Any])?["net"] as? Int == TestOrder.net(5))
    #expect(try host.finish().lines == [])
  }

  @Test func tenThousandPipelinedRequestsAreAnsweredInOrder() throws {
    let host = try ServeHost(moment)
    let count = 10_000
    var input = ""
    for id in 0..<count { input += ServeHost.line(id, "ping") + "\n" }
    try host.process.send(bytes: Array(input.utf8))
    for id in 0..<count {
      let line = try host.process.readLine()
      guard line?.hasPrefix("{\"jsonrpc\":\"2.0\",\"id\":\(id),\"result\"") == true else {
        Issue.record("instead of \(id): \(line ?? "end")")
        return
      }
    }
    #expect(try host.finish().lines == [])
  }

  @Test func megabytesOfRepliesWaitForASlowReader() throws {
    let host = try ServeHost(moment)
    // rpc.discover answers with tens of kilobytes; the pipe holds 64.
    let input = (0..<60).map { ServeHost.line($0, "rpc.discover") + "\n" }.joined()
    try host.process.send(bytes: Array(input.utf8))
    usleep(100_000)
    var bytes = 0
    for id in 0..<60 {
      let line = try #require(try host.process.readLine())
      #expect(
        line.hasPrefix("{\"jsonrpc\":\"2.0\",\"id\":\(id),\"result\"") && line.hasSuffix("}}"))
      bytes += line.utf8.count
      if id % 20 == 0 { usleep(20_000) }
    }
    #expect(bytes > 1 << 20)
    #expect(try host.finish().exit == .code(0))
  }

  @Test func aFixedClockStandsStillAndTheOtherIsReadOncePerRead() throws {
    let fixed = try ServeHost(["--now", "2026-03-02T08:00:00+08:00"])
    #expect(try fixed.ask("ping")["now"] as? String == "2026-03-02T00:00:00Z")
    usleep(3_000)
    #expect(try fixed.ask("status")["now"] as? String == "2026-03-02T00:00:00Z")

    let host = try ServeHost()
    // A write of this size reaches an idle reader in one piece.
    let lines = (1...50).map { ServeHost.line($0, "ping") + "\n" }.joined()
    try host.process.send(bytes: Array(lines.utf8))
    var moments: Set<String> = []
    for _ in 1...50 {
      let reply = try ServeHost.object(try #require(try host.process.readLine()))
      let result = reply["result"] as? [String: Any]
      moments.insert(try #require(result?["now"] as? String))
    }
    #expect(moments.count == 1)
    usleep(3_000)
    let later = try #require(try host.ask("ping")["now"] as? String)
    #expect(moments.allSatisfy { $0 < later })
  }
}
