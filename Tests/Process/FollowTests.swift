import Foundation
import TestSupport
import Testing

/// Readers beside a writer, over real pipes.
@Suite("serve --read-only", .enabled(if: SidecartProcess.isPresent))
struct FollowTests {
  private func orders(_ host: ServeHost) throws -> Int? {
    (try host.ask("status")["counts"] as? [String: Any])?["orders"] as? Int
  }

  private func storage(_ host: ServeHost) throws -> [String: Any] {
    try #require(try host.ask("status")["storage"] as? [String: Any])
  }

  @Test func readersSeeEveryAcknowledgedWriteAtOnce() throws {
    let state = try ServeState()
    let writer = try state.serve()
    _ = try writer.ask("ping")
    let readers = try (0..<2).map { _ in try state.serve(["--read-only"]) }
    for number in 1...60 {
      #expect(try writer.ask("orders.put", TestOrder.put(number))["accepted"] as? Int == 1)
      // One reader looks each time, the other finds several at once.
      for reader in number % 7 == 0 ? readers : [readers[0]] {
        let order = try reader.ask("orders.get", "{\"order\":\"o-\(number)\"}")
        #expect(order["net"] as? Int == TestOrder.net(number))
      }
    }
    let question = "{\"customer\":\"c-3\",\"k\":2}"
    let answers = try ([writer] + readers).map { try $0.process.request("recommend", question) }
    let results = try answers.map { try ServeHost.object($0)["result"] as? NSDictionary }
    #expect(results[0] != nil && results[1] == results[0] && results[2] == results[0])
    for reader in readers {
      let storage = try storage(reader)
      #expect(storage["sequence"] as? Int == 60 && storage["behind_bytes"] as? Int == 0)
      #expect(storage["writer_process"] as? Int == Int(writer.child.processIdentifier))
      #expect(try reader.refusal("orders.put", TestOrder.put(99)) == "read_only")
    }
  }

  @Test func theEndOfTheWriterHarmsNoReader() throws {
    let state = try ServeState()
    let first = try state.serve()
    _ = try first.ask("orders.put", TestOrder.put(1..<4))
    let readers = try (0..<2).map { _ in try state.serve(["--read-only"]) }
    #expect(try orders(readers[0]) == 3)
    first.process.kill()
    try first.process.wait()
    for reader in readers {
      #expect(try orders(reader) == 3)
      #expect(try storage(reader)["writer_process"] is NSNull)
    }
    // The next writer goes on, and so do they; whoever comes third is told who holds the folder.
    let second = try state.serve()
    _ = try second.ask("orders.put", TestOrder.put(4))
    for reader in readers { #expect(try orders(reader) == 4) }
    let third = try state.run(["serve", "--state", state.path])
    #expect(third.exit == .code(1))
    #expect(third.errorText.contains("in use by process \(second.child.processIdentifier)"))
    #expect(try second.finish().exit == .code(0))
    for reader in readers {
      #expect(try orders(reader) == 4)
      #expect(try reader.finish().exit == .code(0))
    }
  }

  @Test func aHalfWrittenRecordIsReadWhenItIsWhole() throws {
    let state = try ServeState()
    try state.take((1...3).map { ("orders.put", TestOrder.put($0)) })
    let whole = try Data(contentsOf: state.log)
    let records = try SegmentForge.records(of: state.log)
    let start = whole.count - SegmentForge.byteCount(records[2])
    try whole[..<start].write(to: state.log)
    let reader = try state.serve(["--read-only"])
    #expect(try orders(reader) == 2)
    let file = try FileHandle(forWritingTo: state.log)
    try file.seekToEnd()
    for (offset, byte) in whole[start...].enumerated() {
      try file.write(contentsOf: Data([byte]))
      guard offset % 9 == 8, offset < whole.count - start - 9 else { continue }
      #expect(try orders(reader) == 2)
      #expect(try storage(reader)["behind_bytes"] as? Int ?? 0 > offset - 9)
    }
    #expect(try orders(reader) == 3)
    #expect(try storage(reader)["behind_bytes"] as? Int == 0)
  }

  @Test func aLogThatWasCutAndWrittenOnIsReadAnew() throws {
    let state = try ServeState()
    try state.take((1...4).map { ("orders.put", TestOrder.put($0)) })
    let reader = try state.serve(["--read-only"])
    #expect(try orders(reader) == 4)
    var bytes = try Data(contentsOf: state.log)
    let place = try #require(bytes.firstRange(of: Data("\"o-2\"".utf8))).lowerBound
    bytes[place] ^= 0x10
    let file = try FileHandle(forWritingTo: state.log)
    try file.write(contentsOf: bytes)
    #expect(try state.run(["check", state.path, "--fix"]).exit == .code(0))
    #expect(try orders(reader) == 1)
    try state.take((5...9).map { ("orders.put", TestOrder.put($0)) })
    #expect(try orders(reader) == 6)
    #expect(try reader.refusal("orders.get", "{\"order\":\"o-3\"}") == "unknown_order")
    #expect(reader.process.stderrText.contains("read anew"))
  }

  @Test func damageBehindAReaderEndsIt() throws {
    let state = try ServeState()
    try state.take((1...4).map { ("orders.put", TestOrder.put($0)) })
    let whole = try Data(contentsOf: state.log)
    let records = try SegmentForge.records(of: state.log)
    let start = 64 + SegmentForge.byteCount(records[0])
    try whole[..<start].write(to: state.log)
    let reader = try state.serve(["--read-only"])
    #expect(try orders(reader) == 1)
    var rest = Data(whole[start...])
    rest[30] ^= 1
    let file = try FileHandle(forWritingTo: state.log)
    try file.seekToEnd()
    try file.write(contentsOf: rest)
    try reader.process.send(ServeHost.line(9, "ping"))
    #expect(try reader.process.readLine() == nil)
    #expect(try reader.process.wait() == .code(1))
    let words = reader.process.stderrText
    #expect(words.contains("can't be followed") && words.contains("offset \(start)"), "\(words)")
  }
}
