import Foundation
import TestSupport
import Testing

/// Copies of a folder that a process writes to.
@Suite("backup", .enabled(if: SidecartProcess.isPresent))
struct BackupCommandTests {
  private func permissions(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test func aCopyHoldsWhatWasAcknowledgedBeforeAndAnswersTheSame() throws {
    let state = try ServeState()
    let writer = try state.serve()
    let total = 1_500
    let text = (1...total).map { ServeHost.line($0, "orders.put", TestOrder.put($0)) + "\n" }
    // Orders stream in from another thread while copies are made.
    let sender = Thread {
      for line in text { try? writer.process.send(bytes: Array(line.utf8)) }
    }
    sender.start()
    var acknowledged = 0
    for copy in 1...4 {
      while acknowledged < copy * 300 {
        #expect(try writer.process.readLine() != nil)
        acknowledged += 1
      }
      let target = state.folder.path + "/copy-\(copy)"
      let run = try state.run(["backup", state.path, "--to", target])
      #expect(run.exit == .code(0) && run.outputText.contains("whole"), "\(run.errorText)")
      #expect(try permissions(target) == 0o700)
      let names = try FileManager.default.contentsOfDirectory(atPath: target)
      #expect(names == ["log-00000001"])
      for name in names { #expect(try permissions(target + "/" + name) == 0o600) }

      let host = try ServeHost(["--state", target])
      let counts = try #require(try host.ask("status")["counts"] as? [String: Any])
      let orders = try #require(counts["orders"] as? Int)
      #expect(orders >= acknowledged && orders <= total)
      for number in [1, acknowledged, orders] {
        let order = try host.ask("orders.get", "{\"order\":\"o-\(number)\"}")
        #expect(order["net"] as? Int == TestOrder.net(number))
      }
      #expect(try host.refusal("orders.get", "{\"order\":\"o-\(orders + 1)\"}") == "unknown_order")
      #expect(!host.process.stderrText.contains("torn"))
      #expect(try host.finish().exit == .code(0))
    }
    while acknowledged < total {
      #expect(try writer.process.readLine() != nil)
      acknowledged += 1
    }
    // Nothing moves any more: a copy answers as the original, byte by byte.
    let target = state.folder.path + "/last"
    #expect(try state.run(["backup", state.path, "--to", target + "/"]).exit == .code(0))
    let copy = try ServeHost(["--state", target])
    for (method, parameters) in [
      ("recommend", "{\"customer\":\"c-3\",\"k\":2,\"explain\":true}"),
      ("orders.get", "{\"order\":\"o-77\"}"),
    ] {
      let answers = try [writer, copy].map {
        try ServeHost.object($0.process.request(method, parameters))["result"] as? NSDictionary
      }
      #expect(answers[0] != nil && answers[0] == answers[1])
    }
  }

  @Test func nothingIsReplaced() throws {
    let state = try ServeState()
    try state.take([("orders.put", TestOrder.put(1))])
    let target = state.folder.path + "/copy"
    try FileManager.default.createDirectory(
      atPath: target, withIntermediateDirectories: false)
    #expect(try state.run(["backup", state.path, "--to", target]).exit == .code(0))
    let cases = [
      (["backup", state.path, "--to", target], "copy is not empty"),
      (["backup", state.path, "--to", state.log.path], "is not a folder"),
      (["backup", state.path, "--to", target + "/none/copy"], "No such file"),
      (["backup", state.path + "-none", "--to", target + "2"], "no such state folder"),
    ]
    for (arguments, words) in cases {
      let run = try state.run(arguments)
      #expect(run.exit == .code(1) && run.errorText.contains(words), "\(run.errorText)")
    }
    for arguments in [["backup"], ["backup", state.path], ["backup", "a", "b", "--to", "c"]] {
      #expect(try state.run(arguments).exit == .code(2))
    }
    try FileManager.default.createDirectory(
      atPath: target + "3.unfinished", withIntermediateDirectories: false)
    let run = try state.run(["backup", state.path, "--to", target + "3"])
    #expect(run.exit == .code(1) && run.errorText.contains("interrupted"), "\(run.errorText)")
  }

  @Test func aDamagedLogGivesNoCopy() throws {
    let state = try ServeState()
    try state.take((1...3).map { ("orders.put", TestOrder.put($0)) })
    var bytes = try Data(contentsOf: state.log)
    bytes[100] ^= 1
    try bytes.write(to: state.log)
    let run = try state.run(["backup", state.path, "--to", state.folder.path + "/copy"])
    #expect(run.exit == .code(1) && run.errorText.contains("damaged"))
    let left = try FileManager.default.contentsOfDirectory(atPath: state.folder.path)
    #expect(left == ["state"])
  }
}
