import Foundation
import TestSupport
import Testing

/// A reply line taken apart.
struct Reply {
  let line: String
  private let object: [String: Any]

  init(_ line: String?) throws {
    guard let line,
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    else { throw ChildProcess.Failure("no reply: \(line ?? "end of file")") }
    self.line = line
    self.object = object
  }

  var id: Int? { object["id"] as? Int }
  var result: [String: Any]? { object["result"] as? [String: Any] }
  var errorCode: Int? { (object["error"] as? [String: Any])?["code"] as? Int }
  var reason: String? {
    ((object["error"] as? [String: Any])?["data"] as? [String: Any])?["reason"] as? String
  }
}

/// The text of one request.
func requestLine(_ id: Int, _ method: String, _ parameters: String = "{}") -> String {
  "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"\(method)\",\"params\":\(parameters)}"
}

/// The params that put one order of a single line.
func orderParameters(_ id: String, customer: String = "c-1", quantity: Int = 1) -> String {
  """
  {"orders":[{"id":"\(id)","customer":"\(customer)","time":"2026-03-01T10:00:00+08:00",\
  "lines":[{"item":"sku-1","quantity":\(quantity),"unit_price":1290}]}]}
  """
}

extension SidecartProcess {
  static func serve(state: String? = nil, _ more: [String] = []) throws -> SidecartProcess {
    try SidecartProcess(["serve"] + (state.map { ["--state", $0] } ?? []) + more)
  }

  func reply(timeout seconds: Double = 30) throws -> Reply {
    try Reply(try readLine(timeout: seconds))
  }

  /// The result of one request; throws where the reply is an error.
  func ask(_ method: String, _ parameters: String = "{}") throws -> [String: Any] {
    let reply = try Reply(try request(method, parameters))
    guard let result = reply.result else { throw ChildProcess.Failure(reply.line) }
    return result
  }

  /// Ends stdin and expects an orderly end with nothing more on stdout.
  func finish() throws {
    closeInput()
    #expect(try wait() == .code(0), "\(stderrText)")
    #expect(child.takeOutput().isEmpty)
  }
}

@Suite("serve", .enabled(if: SidecartProcess.isPresent))
struct ServeTests {
  @Test func aLineMayComeInTwoPiecesSplitAnywhere() throws {
    let process = try SidecartProcess.serve()
    let line = Array((requestLine(7, "ping", "{ }") + "\r\n").utf8)
    for split in 1..<line.count {
      try process.send(bytes: Array(line[..<split]))
      #expect(process.child.isSilent(for: 0.002))
      try process.send(bytes: Array(line[split...]))
      #expect(try process.reply().result?["pong"] as? Bool == true, "split at \(split)")
    }
    for byte in line { try process.send(bytes: [byte]) }
    #expect(try process.reply().id == 7)
    try process.finish()
  }

  @Test func linesEndInLFOrCRLFAndEmptyOnesArePassedOver() throws {
    let process = try SidecartProcess.serve()
    let text =
      requestLine(1, "ping") + "\n" + requestLine(2, "ping") + "\r\n\r\n\n  \t\n"
      + requestLine(3, "ping") + "\n"
    try process.send(bytes: Array(text.utf8))
    #expect(try (1...3).map { _ in try process.reply().id } == [1, 2, 3])
    try process.finish()
  }

  @Test func theLastLineNeedsNoNewline() throws {
    let folder = try TemporaryFolder()
    let state = folder.path + "/shop"
    let process = try SidecartProcess.serve(state: state)
    try process.send(bytes: Array(requestLine(1, "orders.put", orderParameters("o-1")).utf8))
    process.closeInput()
    #expect(try process.reply().result?["accepted"] as? Int == 1)
    #expect(try process.wait() == .code(0))
    let again = try SidecartProcess.serve(state: state)
    #expect(try again.ask("orders.get", "{\"order\":\"o-1\"}")["net"] as? Int == 1290)
    try again.finish()
  }

  @Test func aLineBeyondTheLimitIsRefusedAndTheNextOneAnswered() throws {
    let process = try SidecartProcess.serve()
    var bytes = [UInt8](repeating: UInt8(ascii: " "), count: 17 << 20)
    bytes.replaceSubrange(0..<1, with: Array("{\"jsonrpc\":\"2.0\",\"id\":1,".utf8))
    try process.send(bytes: bytes + [0x0A])
    try process.send(requestLine(2, "ping"))
    let refusal = try process.reply(timeout: 60)
    #expect(refusal.reason == "line_too_long")
    #expect(refusal.id == nil)
    #expect(try process.reply(timeout: 60).id == 2)
    try process.finish()
  }

  @Test func megabytesOfRepliesWaitForASlowReader() throws {
    let process = try SidecartProcess.serve()
    let count = 100
    let text = (1...count).map { requestLine($0, "rpc.discover") + "\n" }.joined()
    try process.send(bytes: Array(text.utf8))
    // More than a pipe holds is ready by now, and the process waits in its write.
    usleep(300_000)
    let first = try process.reply(timeout: 60)
    #expect(first.id == 1)
    let rest = first.line.drop { $0 != "," }.dropFirst().drop { $0 != "," }
    #expect(rest.utf8.count > 20_000)
    for id in 2...count {
      let line = try #require(try process.readLine(timeout: 60))
      #expect(line == "{\"jsonrpc\":\"2.0\",\"id\":\(id)" + rest)
    }
    try process.finish()
  }

  @Test func thousandsOfPipelinedRequestsAreAnsweredInOrder() throws {
    let process = try SidecartProcess.serve()
    let count = 5_000
    let text = (1...count).map { requestLine($0, $0 % 7 == 0 ? "no.such" : "ping") + "\n" }.joined()
    try process.send(bytes: Array(text.utf8))
    for id in 1...count {
      let line = try #require(try process.readLine())
      #expect(line.hasPrefix("{\"jsonrpc\":\"2.0\",\"id\":\(id),"))
      #expect(line.contains(id % 7 == 0 ? "unknown_method" : "\"pong\":true"))
    }
    try process.finish()
  }

  @Test func notificationsWorkInSilence() throws {
    let process = try SidecartProcess.serve()
    try process.notify("orders.put", orderParameters("o-1"))
    try process.notify("orders.put", "{\"orders\":7}")
    try process.notify("no.such")
    #expect(try process.ask("orders.get", "{\"order\":\"o-1\"}")["net"] as? Int == 1290)
    try process.finish()
  }

  @Test func aBatchIsAnsweredInOneLine() throws {
    let process = try SidecartProcess.serve()
    let put = requestLine(1, "orders.put", orderParameters("o-1"))
    let get = requestLine(2, "orders.get", "{\"order\":\"o-1\"}")
    try process.send("[\(put),{\"jsonrpc\":\"2.0\",\"method\":\"ping\"},\(get),5]")
    let line = try #require(try process.readLine())
    let replies = try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [[String: Any]])
    #expect(replies.map { $0["id"] as? Int } == [1, 2, nil])
    #expect((replies[1]["result"] as? [String: Any])?["net"] as? Int == 1290)
    #expect((replies[2]["error"] as? [String: Any])?["code"] as? Int == -32600)
    // Notifications alone have no reply at all; an empty batch is a fault.
    try process.send("[{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}]")
    try process.send("[]")
    #expect(try process.reply().reason == "empty_batch")
    try process.finish()
  }

  @Test(
    arguments: [
      [0xFF, 0xFE], [0x00], Array("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pi\0ng\"}".utf8),
      Array("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"".utf8) + [0xC0, 0xAF, 0x22, 0x7D],
      Array("{\"jsonrpc\":\"2.0\",\"id\":1".utf8), Array("]".utf8), [0xEF, 0xBB, 0xBF],
    ] as [[UInt8]])
  func whatIsNotJSONIsAnsweredAsSuch(_ bytes: [UInt8]) throws {
    let process = try SidecartProcess.serve()
    try process.send(bytes: bytes + [0x0A])
    #expect(try process.reply().errorCode == -32700)
    #expect(try process.ask("ping")["pong"] as? Bool == true)
    try process.finish()
  }

  @Test func shutdownIsAnsweredAndEndsTheProcess() throws {
    let folder = try TemporaryFolder()
    let process = try SidecartProcess.serve(state: folder.path + "/shop")
    let lines = [
      requestLine(1, "orders.put", orderParameters("o-1")), requestLine(2, "shutdown"),
      requestLine(3, "orders.put", orderParameters("o-2")),
    ]
    try process.send(lines.joined(separator: "\n"))
    #expect(try process.reply().id == 1)
    #expect(try process.reply().result?["stopping"] as? Bool == true)
    #expect(try process.readLine() == nil)
    #expect(try process.wait() == .code(0))
    let again = try SidecartProcess.serve(state: folder.path + "/shop")
    let counts = try #require(try again.ask("status")["counts"] as? [String: Int])
    #expect(counts["orders"] == 1)
    try again.finish()
  }

  @Test func statusSaysWhereFactsGo() throws {
    func storage(_ process: SidecartProcess) throws -> [String: Any] {
      try #require(try process.ask("status")["storage"] as? [String: Any])
    }
    let memory = try SidecartProcess.serve()
    #expect(try storage(memory)["kind"] as? String == "memory")
    #expect(try storage(memory)["durability"] as? String == "none")
    try memory.finish()
    #expect(memory.stderrText.isEmpty)

    let folder = try TemporaryFolder()
    let durable = try SidecartProcess.serve(state: folder.path + "/shop")
    _ = try durable.ask("orders.put", orderParameters("o-1"))
    let status = try storage(durable)
    #expect(status["durability"] as? String == "always")
    #expect(status["sequence"] as? Int == 1)
    #expect(status["durable_sequence"] as? Int == 1)
    try durable.finish()
  }

  @Test func aReadOnlyProcessAnswersBesideAWriter() throws {
    let folder = try TemporaryFolder()
    let writer = try SidecartProcess.serve(state: folder.path + "/shop")
    _ = try writer.ask("orders.put", orderParameters("o-1"))
    let reader = try SidecartProcess.serve(state: folder.path + "/shop", ["--read-only"])
    #expect(try reader.ask("orders.get", "{\"order\":\"o-1\"}")["net"] as? Int == 1290)
    let refusal = try Reply(try reader.request("orders.put", orderParameters("o-2")))
    #expect(refusal.reason == "read_only")
    try reader.notify("orders.put", orderParameters("o-3"))
    #expect(try writer.ask("orders.put", orderParameters("o-2"))["accepted"] as? Int == 1)
    try reader.finish()
    let counts = try #require(try writer.ask("status")["counts"] as? [String: Int])
    #expect(counts["orders"] == 2)
    try writer.finish()
  }

  @Test func theClockIsHeldWhereAsked() throws {
    let process = try SidecartProcess.serve(["--now", "2026-03-01T10:00:00+08:00"])
    for _ in 0..<2 {
      #expect(try process.ask("ping")["now"] as? String == "2026-03-01T02:00:00Z")
      usleep(2_000)
    }
    try process.finish()
  }
}
