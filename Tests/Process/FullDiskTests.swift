import Foundation
import TestSupport
import Testing

/// A folder that is full: writes are refused and can be sent again, questions are answered.
@Suite("full disk", .enabled(if: SidecartProcess.isPresent))
struct FullDiskTests {
  /// `serve` whose files may grow to so many blocks of 512 bytes.
  private func serve(_ state: String, blocks: Int) throws -> ServeProcess {
    let binary = try #require(SidecartProcess.binary)
    return ServeProcess(
      child: try ChildProcess(
        "/bin/sh",
        ["-c", "ulimit -S -f \(blocks); exec \"$0\" serve --state \"$1\"", binary, state]))
  }

  private final class ServeProcess {
    let child: ChildProcess
    private var count = 0

    init(child: ChildProcess) { self.child = child }

    func reply(_ method: String, _ parameters: String = "{}") throws -> [String: Any] {
      count += 1
      try child.send(ServeHost.line(count, method, parameters))
      let line = try #require(try child.readLine(), "\(child.stderrText)")
      let object = try ServeHost.object(line)
      #expect(object["id"] as? Int == count)
      return object
    }

    /// True where the write was taken, false where there was no room.
    func write(_ method: String, _ parameters: String) throws -> Bool {
      let reply = try self.reply(method, parameters)
      guard let error = reply["error"] as? [String: Any] else { return true }
      let data = error["data"] as? [String: Any]
      #expect(error["code"] as? Int == -31_996, "\(error)")
      #expect(data?["reason"] as? String == "no_room", "\(error)")
      #expect(data?["retryable"] as? Bool == true, "\(error)")
      return false
    }

    func result(_ method: String, _ parameters: String = "{}") throws -> [String: Any] {
      let reply = try self.reply(method, parameters)
      return try #require(reply["result"] as? [String: Any], "\(reply)")
    }
  }

  private func limit(_ process: ChildProcess, bytes: String) throws {
    let result = try ChildProcess.run(
      "/bin/sh",
      ["-c", "prlimit --pid \(process.processIdentifier) --fsize=\(bytes): 2>&1"])
    #expect(result.exit == .code(0), "\(result.outputText)")
  }

  @Test func writesAreRefusedReadsGoOnAndWritingResumes() throws {
    let state = try ServeState()
    let process = try serve(state.path, blocks: 400)
    #expect(
      try process.write(
        "policies.put", #"{"policies":[{"id":"p","gives":{"kind":"amount_off","amount":1}}]}"#))
    var stored = 0
    while stored < 5_000, try process.write("orders.put", TestOrder.put(stored)) { stored += 1 }
    #expect(stored > 100 && stored < 5_000)
    for _ in 0..<3 { #expect(try !process.write("orders.put", TestOrder.put(stored))) }
    #expect(try !process.write("target", #"{"commit":true,"limit":5}"#))
    #expect(try !process.write("coupons.issue", #"{"policy":"p","customers":["c-1"],"key":"k"}"#))
    // Nothing was applied of what was refused, and everything can be asked.
    let error = try process.reply("orders.get", "{\"order\":\"o-\(stored)\"}")["error"]
    #expect(
      ((error as? [String: Any])?["data"] as? [String: Any])?["reason"] as? String
        == "unknown_order")
    #expect(
      try process.result("orders.get", "{\"order\":\"o-0\"}")["net"] as? Int == TestOrder.net(0))
    #expect(try process.result("recommend", #"{"k":1}"#)["items"] != nil)
    #expect(try process.result("target")["assignments"] != nil)
    #expect(try process.result("coupons.totals")["issued"] as? Int == 0)
    let counts = try process.result("status")["counts"] as? [String: Int]
    #expect(counts?["orders"] == stored && counts?["coupons"] == 0)

    // There is room again.
    try limit(process.child, bytes: "unlimited")
    let total = stored + 50
    for number in stored..<total { #expect(try process.write("orders.put", TestOrder.put(number))) }
    #expect(try process.write("coupons.issue", #"{"policy":"p","customers":["c-1"],"key":"k"}"#))
    process.child.closeInput()
    #expect(try process.child.wait() == .code(0), "\(process.child.stderrText)")

    let again = try state.serve()
    let after = try again.ask("status")["counts"] as? [String: Int]
    #expect(after?["orders"] == total && after?["coupons"] == 1)
    #expect(try again.finish().exit == .code(0))
  }

  @Test func aBatchIsAnsweredRequestByRequest() throws {
    let state = try ServeState()
    let process = try serve(state.path, blocks: 200)
    let long = String(repeating: "x", count: 4_000)
    let requests = (0..<60).map {
      ServeHost.line(
        $0, $0 % 3 == 2 ? "ping" : "items.put",
        $0 % 3 == 2 ? "{}" : "{\"items\":[{\"id\":\"i-\($0)\",\"title\":\"\(long)\"}]}")
    }
    try process.child.send("[" + requests.joined(separator: ",") + "]")
    let line = try #require(try process.child.readLine())
    let replies = try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [[String: Any]])
    #expect(replies.map { $0["id"] as? Int } == Array(0..<60))
    var accepted = 0
    for reply in replies where reply["result"] != nil {
      if let count = (reply["result"] as? [String: Any])?["accepted"] as? Int { accepted += count }
    }
    let refused = replies.count { $0["error"] != nil }
    #expect(accepted > 2 && refused > 2 && accepted + refused == 40)
    process.child.closeInput()
    #expect(try process.child.wait() == .code(0))
    let again = try state.serve()
    let counts = try again.ask("status")["counts"] as? [String: Int]
    #expect(counts?["items"] == accepted)
    #expect(try again.finish().exit == .code(0))
  }

  /// A file system of its own, where mounting is allowed: in a namespace of the process.
  @Test func aFullFileSystem() throws {
    let state = try ServeState()
    try FileManager.default.createDirectory(atPath: state.path, withIntermediateDirectories: true)
    let script = """
      mount -t tmpfs -o size=1m none "$1" 2>/dev/null || exit 77
      head -c 700k /dev/zero > "$1/other"
      exec "$0" serve --state "$1/shop"
      """
    let child = try ChildProcess(
      "/usr/bin/env",
      ["unshare", "--mount", "/bin/sh", "-c", script, SidecartProcess.binary ?? "", state.path])
    let process = ServeProcess(child: child)
    do { _ = try process.child.send(ServeHost.line(0, "ping")) } catch {}
    // Where no name space can be made there is nothing to test.
    guard let first = try child.readLine(), first.contains("pong") else { return }
    var stored = 0
    while stored < 5_000, try process.write("orders.put", TestOrder.put(stored)) { stored += 1 }
    #expect(stored > 50 && stored < 5_000)
    #expect(try !process.write("orders.put", TestOrder.put(stored)))
    #expect(
      try process.result("orders.get", "{\"order\":\"o-0\"}")["net"] as? Int == TestOrder.net(0))
    // Seen from here the process's own mounts lie below its root.
    let root = "/proc/\(child.processIdentifier)/" + "root" + state.path
    try FileManager.default.removeItem(atPath: root + "/other")
    for number in stored..<stored + 50 {
      #expect(try process.write("orders.put", TestOrder.put(number)))
    }
    process.child.closeInput()
    #expect(try child.wait() == .code(0), "\(child.stderrText)")
  }
}
