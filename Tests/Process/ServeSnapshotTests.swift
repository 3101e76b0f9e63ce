import Foundation
import TestSupport
import Testing

/// Snapshots of the real binary: written while it serves, used at the next start, and in nobody's
/// way when they are damaged.
@Suite("snapshots", .enabled(if: SidecartProcess.isPresent))
struct ServeSnapshotTests {
  private let state: ServeState
  private let clock = ["--now", "2026-03-02T10:00:00Z"]

  init() throws { state = try ServeState() }

  private var folder: URL { state.folder.url.appendingPathComponent("state") }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: state.path).sorted()
  }

  /// Everything that is asked of a shop here, as it is answered.
  private func answers(_ host: ServeHost) throws -> [String] {
    try [
      ("recommend", #"{"customer":"c-1","explain":true}"#), ("recommend", #"{"basket":["tea"]}"#),
      ("customers.get", #"{"customer":"c-2"}"#), ("orders.get", #"{"order":"o-3"}"#),
      ("target", "{}"), ("coupons.totals", "{}"), ("customers.match", #"{"condition":{}}"#),
      ("coupons.issue", #"{"policy":"p","customers":["c-1"],"key":"issue"}"#),
    ].map {
      try host.process.request($0.0, $0.1).replacing(/"id":\d+/, with: "", maxReplacements: 1)
    }
  }

  private func storage(_ host: ServeHost) throws -> [String: Any] {
    try host.ask("status")["storage"] as? [String: Any] ?? [:]
  }

  /// The snapshots that the manifest names, the newest first.
  private func named() throws -> [String] {
    let text = try String(contentsOf: folder.appendingPathComponent("manifest"), encoding: .utf8)
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("snapshot ") }
    return lines.map { String($0.split(separator: " ")[1]) }
  }

  /// Orders until so many snapshots have been written behind the loop's back, none is under way,
  /// and something stands behind the newest; the answers of the shop then.
  private func fill(_ rounds: Int = 2) throws -> [String] {
    let host = try state.serve(clock + ["--snapshot-after", "6000"])
    let policy =
      #"{"id":"p","gives":{"kind":"amount_off","amount":5},"prior":{"redemption":0.5,"uplift":0.4}}"#
    _ = try host.ask("policies.put", #"{"policies":[\#(policy)]}"#)
    _ = try host.ask("coupons.issue", #"{"policy":"p","customers":["c-1"],"key":"issue"}"#)
    let deadline = Date().addingTimeInterval(100)
    var number = 0
    while true {
      try #require(Date() < deadline, "no snapshot came")
      let storage = try storage(host)
      if storage["is_compacting"] as? Bool == true {
        usleep(5_000)
        continue
      }
      _ = try host.ask("orders.put", TestOrder.put(number))
      number += 1
      let bytes = try #require(storage["log_bytes_after_snapshot"] as? Int)
      let isQuiet = bytes > 200 && bytes < 4000
      let manifest = folder.appendingPathComponent("manifest").path
      if isQuiet, FileManager.default.fileExists(atPath: manifest), try named().count >= rounds {
        break
      }
    }
    let answers = try answers(host)
    #expect(try host.finish().exit == .code(0))
    return answers
  }

  private func start(_ expected: [String], from snapshot: String) throws -> String {
    let host = try state.serve(clock + ["--snapshot-after", "1000000000"])
    #expect(try storage(host)["started_from"] as? String == snapshot)
    #expect(try answers(host) == expected)
    #expect(try host.finish().exit == .code(0))
    return host.process.stderrText
  }

  private func flip(_ name: String, at offset: Int) throws {
    let file = folder.appendingPathComponent(name)
    var bytes = try Data(contentsOf: file)
    bytes[offset] ^= 0x10
    try bytes.write(to: file)
  }

  @Test func aSnapshotIsWrittenBesideTheLoopAndTheNextStartTakesIt() throws {
    let expected = try fill()
    #expect(try names().contains("manifest"))
    let newest = try named()[0]
    let notes = try start(expected, from: newest)
    #expect(!notes.contains("not used"))
    for name in try names() {
      let path = folder.appendingPathComponent(name).path
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(name) is for its owner alone")
    }
    // Readers start from it too, and change nothing.
    let before = try names()
    let reader = try state.serve(clock + ["--read-only"])
    #expect(try storage(reader)["started_from"] as? String == newest)
    #expect(try answers(reader).dropLast() == expected.dropLast())
    _ = try reader.finish()
    #expect(try names() == before)
  }

  @Test func damagedSnapshotsCostTimeAndNothingElse() throws {
    let expected = try fill()
    let named = try named()
    let size = try Data(contentsOf: folder.appendingPathComponent(named[0])).count
    try flip(named[0], at: size / 2)
    var notes = try start(expected, from: named[1])
    #expect(notes.contains("\(named[0]): its column") || notes.contains("between its columns"))
    #expect(notes.contains("it is not used"))

    try flip(named[1], at: 0)
    notes = try start(expected, from: "log")
    #expect(notes.contains("\(named[1]): its header is damaged; it is not used"))
    #expect(notes.contains("the log is read from its beginning"))

    try flip("manifest", at: 3)
    notes = try start(expected, from: "log")
    #expect(notes.contains("manifest: the manifest is damaged; the log is read from its beginning"))
    let left = try names().filter { $0.hasPrefix("snapshot-") }
    #expect(left.count == 2, "nothing is removed for it")
    // The next snapshot makes it whole again.
    let compact = try state.run(["compact", "--state", state.path])
    #expect(compact.exit == .code(0), "\(compact.errorText)")
    let renewed = try names().filter { $0.hasPrefix("snapshot-") }
    #expect(renewed.count == 1 && !left.contains(renewed[0]))
    _ = try start(expected, from: renewed[0])
  }

  @Test func aSnapshotOfAnotherVersionOrLogIsNotRead() throws {
    let expected = try fill(1)
    for name in try named().dropFirst() {
      try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
    let newest = try named()[0]
    let file = folder.appendingPathComponent(newest)
    let whole = try Data(contentsOf: file)
    for (offset, words) in [
      (8, "it is of format version"), (12, "it holds the state of version"),
      (16, "it belongs to another log"),
    ] {
      var bytes = whole
      bytes[offset] &+= 1
      let checksum = CRC32C.of(Array(bytes[0..<124]))
      for place in 0..<4 { bytes[124 + place] = UInt8(truncatingIfNeeded: checksum >> (8 * place)) }
      try bytes.write(to: file)
      let notes = try start(expected, from: "log")
      #expect(notes.contains(words), "\(notes)")
    }
    try whole.write(to: file)
    _ = try start(expected, from: newest)
  }

  @Test func aSnapshotThatItsWriterDidNotLiveToNameIsTakenOver() throws {
    let expected = try fill(1)
    // As a worker leaves it: finished, under its unfinished name, with another writer gone.
    let worker = try state.run([
      "compact", "--state", state.path, "--worker", "snapshot-00000777.99.new", "--through",
      "\(try lastSequence())",
    ])
    #expect(worker.exit == .code(0), "\(worker.errorText)")
    try Data([1, 2, 3]).write(to: folder.appendingPathComponent("snapshot-00000778.98.new"))
    let before = try named()[0]
    _ = try start(expected, from: "snapshot-00000777")
    let left = try names().filter { $0.hasPrefix("snapshot-") }
    #expect(left == [before, "snapshot-00000777"], "\(left)")
  }

  private func lastSequence() throws -> Int {
    let host = try state.serve(["--read-only"])
    defer { _ = try? host.finish() }
    return try #require(try storage(host)["sequence"] as? Int)
  }

  @Test func compactIsRefusedWhereAnotherProcessWrites() throws {
    let host = try state.serve(clock)
    _ = try host.ask("orders.put", TestOrder.put(1))
    let refused = try state.run(["compact", "--state", state.path])
    #expect(refused.exit == .code(1))
    #expect(refused.errorText.contains("in use by process \(host.child.processIdentifier)"))
    #expect(try host.finish().exit == .code(0))
  }

  @Test func whoIsForgottenLeavesNoByteInTheFolder() throws {
    _ = try fill()
    // What a repair set aside may name anybody.
    try Data("who-1".utf8).write(to: folder.appendingPathComponent("log-00000001.cut-9"))
    var host = try state.serve(clock + ["--snapshot-after", "1000000000"])
    let order =
      #"{"id":"theirs-1","customer":"who-1","time":"2026-03-01T10:00:00Z","channel":"theirs-2","lines":[{"item":"theirs-3","quantity":1,"unit_price":100}]}"#
    _ = try host.ask("orders.put", #"{"orders":[\#(order)]}"#)
    _ = try host.ask("customers.put", #"{"customers":[{"id":"who-1","name":"Theirs-4 Name"}]}"#)
    _ = try host.ask(
      "events.put",
      #"{"events":[{"id":"theirs-5","type":"view","customer":"who-1","time":"2026-03-01T10:00:00Z"}]}"#
    )
    let issued = try host.ask(
      "coupons.issue", #"{"policy":"p","customers":["who-1","c-2"],"key":"both"}"#)
    let codes = (issued["issued"] as? [[String: String]] ?? []).compactMap { $0["code"] }
    try #require(codes.count == 2)
    // Once more through a start, so that the names lie in closed segments and in a snapshot.
    #expect(try host.finish().exit == .code(0))
    #expect(try state.run(["compact", "--state", state.path]).exit == .code(0))
    let traces = ["who-1", "theirs-", "Theirs-4", codes[0]].map { Data($0.utf8) }
    let found = try traces.map { trace in
      try names().contains { name in
        try Data(contentsOf: folder.appendingPathComponent(name)).range(of: trace) != nil
      }
    }
    #expect(found == [true, true, true, true], "the test looks for what is there")

    host = try state.serve(clock + ["--snapshot-after", "1000000000"])
    let forgotten = try host.ask("customers.forget", #"{"customer":"who-1"}"#)
    #expect(forgotten["forgotten"] as? Bool == true && forgotten["orders"] as? Int == 1)
    let deadline = Date().addingTimeInterval(60)
    while try storage(host)["is_compacting"] as? Bool == true { try #require(Date() < deadline) }
    let expected = try answers(host)
    #expect(try host.finish().exit == .code(0))
    for name in try names() {
      let bytes = try Data(contentsOf: folder.appendingPathComponent(name))
      for trace in traces { #expect(bytes.range(of: trace) == nil, "\(name)") }
    }
    #expect(try named().count == 1, "no older snapshot stays")
    let check = try state.run(["check", state.path])
    #expect(check.exit == .code(0), "\(check.outputText)")
    _ = try start(expected, from: try named()[0])
    for name in try names() where name.hasPrefix("snapshot-") || name == "manifest" {
      try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
    _ = try start(expected, from: "log")
  }

  @Test func killedAgainAndAgainWhileSnapshotsAreWritten() throws {
    var generator = SeededGenerator(seed: 77)
    var acknowledged = 0
    for round in 0..<8 {
      let host = try state.serve(clock + ["--snapshot-after", "2000"])
      let counts = try host.ask("status")["counts"] as? [String: Int]
      #expect((counts?["orders"] ?? 0) >= acknowledged, "round \(round)")
      acknowledged = counts?["orders"] ?? 0
      for _ in 0..<generator.integer(in: 1...30) {
        _ = try host.ask("orders.put", TestOrder.put(acknowledged..<acknowledged + 10))
        acknowledged += 10
      }
      // However slow the machine is, one snapshot is whole in the end.
      let deadline = Date().addingTimeInterval(60)
      // There is no manifest before the first.
      while round == 7, (try? named())?.isEmpty ?? true {
        try #require(Date() < deadline)
        _ = try host.ask("orders.put", TestOrder.put(acknowledged..<acknowledged + 10))
        acknowledged += 10
      }
      host.child.kill()
      _ = try host.child.wait()
    }
    let host = try state.serve(clock)
    #expect((try host.ask("status")["counts"] as? [String: Int])?["orders"] == acknowledged)
    #expect(try storage(host)["started_from"] as? String != "log")
    // From the log alone it is the same.
    let answers = try answers(host)
    _ = try host.finish()
    for name in try names() where name.hasPrefix("snapshot-") || name == "manifest" {
      try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
    _ = try start(answers, from: "log")
  }
}

/// CRC32C, a bit at a time: an implementation of its own, to forge headers with.
enum CRC32C {
  static func of(_ bytes: [UInt8]) -> UInt32 {
    var state: UInt32 = ~0
    for byte in bytes {
      state ^= UInt32(byte)
      for _ in 0..<8 { state = state & 1 == 1 ? (state >> 1) ^ 0x82F6_3B78 : state >> 1 }
    }
    return ~state
  }
}
