import Foundation
import TestSupport
import Testing

/// The table of recovery, row by row: the broken folder is written, `check` says what is wrong and
/// changes nothing, `serve` does as it said, `check --fix` keeps what it cuts, and `serve` holds
/// what is good.
@Suite("check", .enabled(if: SidecartProcess.isPresent))
struct CheckTests {
  /// A folder of three segments with two orders each, `o-1` to `o-6`.
  private struct Shop {
    let state: ServeState
    var forge = SegmentForge()
    var records: [SegmentForge.Record]

    init() throws {
      state = try ServeState()
      try state.take((1...6).map { ("orders.put", TestOrder.put($0)) })
      records = try SegmentForge.records(of: state.log)
      #expect(records.count == 6)
      for number in 1...3 { try write(number, segment(number)) }
    }

    /// The records of a segment.
    func records(_ number: Int) -> [SegmentForge.Record] {
      Array(records[(2 * number - 2)..<(2 * number)])
    }

    func segment(_ number: Int) -> [UInt8] { forge.segment(records(number)) }

    func url(_ name: String) -> URL { state.folder.url.appendingPathComponent("state/" + name) }

    func write(_ number: Int, _ bytes: [UInt8]) throws {
      try Data(bytes).write(to: url("log-0000000\(number)"))
    }

    /// Where a segment's second record begins.
    func second(_ number: Int) -> Int { 64 + SegmentForge.byteCount(records(number)[0]) }

    /// The bytes of every file.
    func contents() throws -> [String: Data] {
      var contents: [String: Data] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: state.path)
      where name != "lock" {
        contents[name] = try Data(contentsOf: url(name))
      }
      return contents
    }

    func check(_ arguments: [String] = []) throws -> ChildProcess.Result {
      try state.run(["check", state.path] + arguments)
    }

    /// The orders that `serve` holds, and what it said on stderr.
    func serve() throws -> (orders: Int?, words: String) {
      let host = try state.serve()
      let counts = try host.ask("status")["counts"] as? [String: Any]
      _ = try host.finish()
      return (counts?["orders"] as? Int, host.process.stderrText)
    }
  }

  /// Damage that a start refuses and a repair cuts.
  private func expectCut(
    _ what: String, saying words: String, good: String, keeps: Int, aside: [String],
    _ damage: (Shop) throws -> Void
  ) throws {
    let shop = try Shop()
    try damage(shop)
    let before = try shop.contents()
    let found = try shop.check()
    #expect(found.exit == .code(1), "\(what): \(found.outputText)\(found.errorText)")
    for words in [words, "last good offset: \(good)\n", "a start refuses\n", "--fix: "] + aside {
      #expect(found.outputText.contains(words), "\(what): \(found.outputText)")
    }
    #expect(try shop.contents() == before, "\(what): looking changed something")
    let refused = try shop.state.run(["serve", "--state", shop.state.path])
    #expect(refused.exit == .code(1) && refused.errorText.contains(words), "\(refused.errorText)")
    #expect(try shop.contents() == before)

    let fixed = try shop.check(["--fix"])
    #expect(fixed.exit == .code(0), "\(what): \(fixed.outputText)\(fixed.errorText)")
    #expect(fixed.outputText.contains("fixed: ") && fixed.outputText.contains("were set aside"))
    let after = try shop.contents()
    #expect(after.keys.filter { $0.contains(".cut-") }.sorted() == aside.sorted(), "\(what)")
    for name in aside {
      let parts = name.components(separatedBy: ".cut-")
      let original = try #require(before[parts[0]])
      #expect(after[name] == original.dropFirst(try #require(Int(parts[1]))), "\(what): \(name)")
    }
    #expect(try shop.check().exit == .code(0))
    #expect(try shop.serve().orders == keeps, "\(what)")
    let host = try shop.state.serve()
    #expect(try host.ask("orders.put", TestOrder.put(9))["accepted"] as? Int == 1)
    #expect(try host.finish().exit == .code(0))
  }

  @Test func aDamagedRecord() throws {
    let second = try Shop().second(2)
    try expectCut(
      "damaged record", saying: "the record is damaged", good: "log-00000002 at offset 64",
      keeps: 2, aside: ["log-00000002.cut-64", "log-00000003.cut-0"]
    ) { shop in
      var bytes = shop.segment(2)
      bytes[second - 30] ^= 8
      try shop.write(2, bytes)
    }
  }

  @Test func aTornSegmentThatIsNotTheLast() throws {
    let second = try Shop().second(2)
    try expectCut(
      "torn before last", saying: "it is not the last segment",
      good: "log-00000002 at offset \(second)", keeps: 3,
      aside: ["log-00000002.cut-\(second)", "log-00000003.cut-0"]
    ) { try $0.write(2, $0.segment(2).dropLast(20)) }
  }

  @Test func aDamagedHeaderOfALaterSegment() throws {
    let end = try Shop().segment(1).count
    try expectCut(
      "header", saying: "log-00000002: the segment's header is damaged",
      good: "log-00000001 at offset \(end)", keeps: 2,
      aside: ["log-00000002.cut-0", "log-00000003.cut-0"]
    ) { shop in
      var bytes = shop.segment(2)
      bytes[33] ^= 1
      try shop.write(2, bytes)
    }
  }

  @Test func aSegmentOfAnotherLog() throws {
    let end = try Shop().segment(2).count
    try expectCut(
      "foreign", saying: "log-00000003: the segment belongs to another log",
      good: "log-00000002 at offset \(end)", keeps: 4, aside: ["log-00000003.cut-0"]
    ) { shop in
      var other = shop.forge
      other.identity[0] ^= 1
      try shop.write(3, other.segment(shop.records(3)))
    }
  }

  @Test func aMissingSegment() throws {
    let end = try Shop().segment(1).count
    try expectCut(
      "missing", saying: "log-00000002: the segment is missing",
      good: "log-00000001 at offset \(end)", keeps: 2, aside: ["log-00000003.cut-0"]
    ) { try FileManager.default.removeItem(at: $0.url("log-00000002")) }
  }

  @Test func aGapInSequence() throws {
    let (end, second) = (try Shop().segment(2).count, try Shop().second(2))
    try expectCut(
      "gap inside", saying: "record 4 should be here, found 5",
      good: "log-00000002 at offset \(second)", keeps: 3,
      aside: ["log-00000002.cut-\(second)", "log-00000003.cut-0"]
    ) { try $0.write(2, $0.forge.segment([$0.records[2], $0.records[4]])) }
    try expectCut(
      "gap between", saying: "record 5 should be here, found 6",
      good: "log-00000002 at offset \(end)", keeps: 4, aside: ["log-00000003.cut-0"]
    ) { try $0.write(3, $0.forge.segment([$0.records[5]])) }
  }

  @Test func whatNoRepairHelpsAgainst() throws {
    let cases: [(words: String, damage: (Shop) throws -> Void)] = [
      (
        "log-00000003: written in format version 2",
        { try $0.write(3, $0.forge.segment($0.records(3), version: 2)) }
      ),
      (
        "record 4 was refused",
        { shop in
          var records = shop.records(2)
          records[1].payload = Array(#"{"now":"2026-03-01T00:00:00Z","facts":[{"x":1}]}"#.utf8)
          try shop.write(2, shop.forge.segment(records))
        }
      ),
      (
        "record 4 was refused",
        { shop in
          var records = shop.records(2)
          records[1].payload = Array("no JSON".utf8)
          try shop.write(2, shop.forge.segment(records))
        }
      ),
      (
        "log-00000001: the segment is missing",
        { try FileManager.default.removeItem(at: $0.url("log-00000001")) }
      ),
      (
        "log-00000001: the segment's header is damaged",
        { try $0.write(1, [0] + $0.segment(1).dropFirst()) }
      ),
    ]
    for (words, damage) in cases {
      let shop = try Shop()
      try damage(shop)
      let before = try shop.contents()
      for arguments in [[], ["--fix"], ["--json"]] {
        let run = try shop.check(arguments)
        #expect(run.exit == .code(1) && run.errorText.isEmpty, "\(run.errorText)")
        #expect(run.outputText.contains(words), "\(run.outputText)")
        #expect(run.outputText.contains("--fix cannot help") || arguments == ["--fix"])
      }
      #expect(try shop.check(["--fix"]).outputText.contains("cannot help"))
      #expect(try shop.contents() == before)
      let refused = try shop.state.run(["serve", "--state", shop.state.path])
      #expect(refused.exit == .code(1) && refused.errorText.contains(words))
    }
  }

  @Test func whatAStartMendsItself() throws {
    let end = try Shop().segment(3).count
    let cases: [(words: String, then: String, keeps: Int, damage: (Shop) throws -> Void)] = [
      ("what follows it: nothing", "goes on from there", 6, { _ in }),
      (
        "what follows it: nothing", "goes on from there", 6,
        { try $0.write(3, $0.segment(3) + [UInt8](repeating: 0, count: 5_000)) }
      ),
      (
        "a torn tail of 37 bytes", "keeps the tail as log-00000003.torn-\(end) and goes on", 6,
        { try $0.write(3, $0.segment(3) + [UInt8](repeating: 7, count: 37)) }
      ),
      (
        "log-00000003, which was just being made", "makes log-00000003 again and goes on", 4,
        { try $0.write(3, Array($0.segment(3)[..<40])) }
      ),
    ]
    for (words, then, keeps, damage) in cases {
      for isFixedFirst in [false, true] {
        let shop = try Shop()
        try damage(shop)
        let before = try shop.contents()
        let found = try shop.check()
        #expect(found.exit == .code(0) && found.errorText.isEmpty)
        #expect(found.outputText.contains(words), "\(found.outputText)")
        #expect(found.outputText.contains("a start \(then)\n"), "\(found.outputText)")
        #expect(try shop.contents() == before)
        if isFixedFirst {
          #expect(try shop.check(["--fix"]).exit == .code(0))
          #expect(try shop.check().outputText.contains("what follows it: nothing"))
        }
        let serve = try shop.serve()
        #expect(serve.orders == keeps)
        #expect(serve.words.contains("torn") == (words.contains("torn") && !isFixedFirst))
        let torn = "log-00000003.torn-\(end)"
        let kept = try shop.contents()[torn]
        #expect(kept == (words.contains("torn") ? Data(repeating: 7, count: 37) : nil))
      }
    }
  }

  @Test func oneJSONObject() throws {
    let shop = try Shop()
    var bytes = shop.segment(2)
    bytes[shop.second(2) - 30] ^= 8
    try shop.write(2, bytes)
    let found = try ServeHost.object(shop.check(["--json"]).outputText)
    #expect(found["ok"] as? Bool == false && found["fixed"] as? Bool == false)
    #expect(found["ending"] as? String == "damage" && found["last_sequence"] as? Int == 2)
    let good = found["last_good"] as? [String: Any]
    #expect(good?["file"] as? String == "log-00000002" && good?["offset"] as? Int == 64)
    let cuts = try #require(found["cuts"] as? [[String: Any]])
    #expect(cuts.map { $0["records"] as? Int } == [1, 2])
    let fixed = try ServeHost.object(shop.check(["--json", "--fix"]).outputText)
    #expect(fixed["ok"] as? Bool == true && fixed["fixed"] as? Bool == true)
  }

  @Test func aServingProcessIsNamedAndKeepsTheFolderToItself() throws {
    let shop = try Shop()
    let host = try shop.state.serve()
    _ = try host.ask("orders.put", TestOrder.put(7))
    let found = try shop.check()
    #expect(found.exit == .code(0))
    #expect(found.outputText.contains("process \(host.child.processIdentifier) is writing to it"))
    let refused = try shop.check(["--fix"])
    #expect(refused.exit == .code(1))
    let words = "in use by process \(host.child.processIdentifier)"
    #expect(refused.errorText.contains(words), "\(refused.errorText)")
    #expect(try host.ask("orders.put", TestOrder.put(8))["accepted"] as? Int == 1)
    #expect(try host.finish().exit == .code(0))
    #expect(!(try shop.check().outputText.contains("is writing")))
  }

  @Test func calledWrongly() throws {
    let state = try ServeState()
    for (arguments, status) in [
      ([], 2), (["a", "b"], 2), (["a", "--mend"], 2), ([state.path], 1),
      ([state.path, "--fix"], 1),
    ] as [([String], Int32)] {
      #expect(try state.run(["check"] + arguments).exit == .code(status), "\(arguments)")
    }
    #expect(!FileManager.default.fileExists(atPath: state.path))
  }
}
