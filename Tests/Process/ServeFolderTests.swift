import Foundation
import TestSupport
import Testing

/// The state folder, as those meet it who start the process.
@Suite("serve: the state folder", .enabled(if: SidecartProcess.isPresent))
struct ServeFolderTests {
  private func permissions(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test func withoutAFolderStatusSaysMemory() throws {
    let storage = try ServeHost().ask("status")["storage"] as? [String: String]
    #expect(storage == ["kind": "memory", "durability": "none"])
  }

  @Test func aWriteIsThereAfterARestartAndTheSequenceGoesOn() throws {
    let state = try ServeState()
    for round in 1...3 {
      let host = try state.serve()
      #expect(try host.ask("orders.put", TestOrder.put(round))["accepted"] as? Int == 1)
      let storage = try #require(try host.ask("status")["storage"] as? [String: Any])
      #expect(storage["kind"] as? String == "folder")
      #expect(storage["durability"] as? String == "always")
      #expect(storage["sequence"] as? Int == round)
      #expect(try host.finish().exit == .code(0))
      #expect(host.process.stderrText.contains("\(round - 1) records in"))
    }
  }

  @Test func onlyTheOwnerMayLook() throws {
    let state = try ServeState()
    // The mode must not depend on the host's umask.
    let child = try ChildProcess(
      "/bin/sh",
      [
        "-c", "umask 0; exec \"$0\" serve --state \"$1\"", SidecartProcess.binary ?? "", state.path,
      ])
    child.closeInput()
    #expect(try child.wait() == .code(0))
    #expect(try permissions(state.path) == 0o700)
    let names = try FileManager.default.contentsOfDirectory(atPath: state.path)
    #expect(names.sorted() == ["lock", "log-00000001"])
    for name in names { #expect(try permissions(state.path + "/" + name) == 0o600) }
  }

  @Test func aSecondWriterIsToldWhoTheFirstIs() throws {
    let state = try ServeState()
    let first = try state.serve()
    _ = try first.ask("orders.put", TestOrder.put(1))
    for arguments in [["serve"], ["call", "orders.put", TestOrder.put(2)]] {
      let second = try CommandLineRun.run(arguments + ["--state", state.path])
      #expect(second.exit == .code(1))
      #expect(second.output.isEmpty)
      let words = "is in use by process \(first.child.processIdentifier)"
      #expect(second.errorText.contains(words), "\(second.errorText)")
    }
    #expect(try first.ask("orders.get", "{\"order\":\"o-1\"}")["net"] as? Int == TestOrder.net(1))
    // A lock goes with the process, however that ends.
    first.process.kill(SIGKILL)
    try first.process.wait()
    #expect(try state.serve().ask("orders.put", TestOrder.put(1))["unchanged"] as? Int == 1)
  }

  @Test func readersGoOnBesideAWriter() throws {
    let state = try ServeState()
    let writer = try state.serve()
    _ = try writer.ask("orders.put", TestOrder.put(1))
    let reader = try state.serve(["--read-only"])
    let order = "{\"order\":\"o-1\"}"
    #expect(try reader.ask("orders.get", order)["net"] as? Int == TestOrder.net(1))
    #expect(try reader.refusal("orders.put", TestOrder.put(2)) == "read_only")
    let storage = try reader.ask("status")["storage"] as? [String: Any]
    #expect(storage?["durability"] as? String == "read_only")
    #expect(storage?["sequence"] as? Int == 1)
    #expect(try reader.finish().exit == .code(0))
    let asked = try CommandLineRun.run(["call", "--state", state.path, "orders.get", order])
    #expect(asked.exit == .code(0), "\(asked.errorText)")
    #expect(try writer.ask("orders.put", TestOrder.put(2))["accepted"] as? Int == 1)
  }

  @Test func aRelativeFolderIsOneOfTheWorkingFolder() throws {
    let state = try ServeState()
    let script = "cd \"$1\"; \"$0\" call --state state orders.put '\(TestOrder.put(1))'"
    let run = try CommandLineRun.shell(script, [state.folder.path])
    #expect(run.exit == .code(0), "\(run.errorText)")
    #expect(FileManager.default.fileExists(atPath: state.log.path))
  }

  @Test func aFolderThatCannotBeIsNamed() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("no folder", to: "file").path
    let cases: [(path: String, words: String)] = [
      (file, "\(file) is not a folder"), (file + "/below", "\(file)/below is not a folder"),
      (folder.path + "/none/state", "the folder above it is not there"),
      ("/proc", "open /proc/lock: "),
    ]
    for (path, words) in cases {
      let run = try CommandLineRun.run(["serve", "--state", path])
      #expect(run.exit == .code(1) && run.output.isEmpty)
      #expect(run.errorText.contains(words), "\(run.errorText)")
    }
    for arguments in [["serve", "--read-only"], ["call", "status"], ["log"]] {
      let run = try CommandLineRun.run(arguments + ["--state", folder.path + "/none"])
      #expect(run.exit == .code(1))
      #expect(run.errorText.contains("none: no such state folder"), "\(run.errorText)")
    }
  }

  @Test(.enabled(if: geteuid() != 0)) func aFolderThatMayNotBeWrittenIsNamed() throws {
    let state = try ServeState()
    try FileManager.default.createDirectory(
      atPath: state.path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o500]
    )
    let run = try CommandLineRun.run(["serve", "--state", state.path])
    #expect(run.exit == .code(1))
    #expect(run.errorText.contains("lock: Permission denied"), "\(run.errorText)")
  }
}

/// Damage on disk: a tail that no one was told of is cut, anything else refuses to start.
@Suite("serve: a damaged log", .enabled(if: SidecartProcess.isPresent))
struct ServeDamageTests {
  private func state(orders: Int) throws -> ServeState {
    let state = try ServeState()
    try state.take((1...orders).map { ("orders.put", TestOrder.put($0)) })
    return state
  }

  @Test func garbageBehindTheLogIsReportedKeptAndCut() throws {
    let state = try state(orders: 3)
    var bytes = try Data(contentsOf: state.log)
    let end = bytes.count
    bytes.append(contentsOf: [0xDE, 0xAD, 0xBE, 0xEF, 1, 2, 3])
    try bytes.write(to: state.log)
    // A reader reports and changes nothing.
    let log = try CommandLineRun.run(["log", "--state", state.path])
    #expect(log.exit == .code(0) && log.output.split(separator: 0x0A).count == 3)
    #expect(log.errorText.contains("torn tail of 7 bytes in log-00000001 at offset \(end)"))
    #expect(try Data(contentsOf: state.log) == bytes)

    let host = try state.serve()
    #expect(try host.ask("orders.put", TestOrder.put(4))["accepted"] as? Int == 1)
    #expect(try host.finish().exit == .code(0))
    let words = host.process.stderrText
    #expect(words.contains("torn tail of 7 bytes in log-00000001 at offset \(end)"), "\(words)")
    #expect(words.contains("kept as"))
    let next = try state.serve()
    let counts = try next.ask("status")["counts"] as? [String: Any]
    #expect(counts?["orders"] as? Int == 4)
    #expect(!next.process.stderrText.contains("torn"))
  }

  @Test(arguments: [1, 3, 20, 60]) func aRecordCutShortIsNotHalfApplied(_ cut: Int) throws {
    let state = try state(orders: 3)
    var bytes = try Data(contentsOf: state.log)
    bytes.removeLast(cut)
    try bytes.write(to: state.log)
    let host = try state.serve()
    #expect(try host.refusal("orders.get", "{\"order\":\"o-3\"}") == "unknown_order")
    #expect(try host.ask("orders.get", "{\"order\":\"o-2\"}")["net"] as? Int == TestOrder.net(2))
    #expect(host.process.stderrText.contains("torn tail"))
    #expect(try host.ask("orders.put", TestOrder.put(3))["accepted"] as? Int == 1)
    #expect(try host.finish().exit == .code(0))
  }

  @Test func aFlippedBitInTheMiddleRefusesToStartAndSaysWhere() throws {
    let state = try state(orders: 5)
    var bytes = try Data(contentsOf: state.log)
    let place = try #require(bytes.firstRange(of: Data("\"o-2\"".utf8))).lowerBound
    bytes[place] ^= 0x10
    try bytes.write(to: state.log)
    for arguments in [["serve"], ["serve", "--read-only"], ["call", "status"], ["log"]] {
      let run = try CommandLineRun.run(arguments + ["--state", state.path])
      #expect(run.exit == .code(1))
      let words = run.errorText
      #expect(words.contains("log-00000001 at offset "), "\(words)")
      #expect(words.contains("the record is damaged"), "\(words)")
      #expect(words.split(separator: "\n").count == 1)
      // What stands before the damage is printed by log alone.
      let lines = run.outputText.split(separator: "\n")
      #expect(lines.count == (arguments == ["log"] ? 1 : 0))
    }
    #expect(try Data(contentsOf: state.log) == bytes)
  }

  @Test func aDamagedHeaderRefusesToStart() throws {
    let state = try state(orders: 2)
    var bytes = try Data(contentsOf: state.log)
    bytes[3] ^= 1
    try bytes.write(to: state.log)
    let run = try CommandLineRun.run(["serve", "--state", state.path])
    #expect(run.exit == .code(1))
    #expect(run.errorText.contains("log-00000001: the segment's header is damaged"))
  }
}
