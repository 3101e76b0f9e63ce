import Foundation
import TestSupport
import Testing

/// A host that dies takes its end of the pipes with it, in the middle of whatever it was at.
@Suite("hosts that die", .enabled(if: SidecartProcess.isPresent))
struct DyingHostTests {
  /// What a host that dies in the middle of a line has sent is answered as far as it goes; the rest
  /// is a line without its end, and no order.
  @Test(arguments: [1, 40, 90, 130])
  func inTheMiddleOfALine(_ length: Int) throws {
    let state = try ServeState()
    let host = try state.serve()
    let lines = (0..<5).map { ServeHost.line($0, "orders.put", TestOrder.put($0)) + "\n" }
    let cut = Array(ServeHost.line(5, "orders.put", TestOrder.put(5)).utf8).prefix(length)
    try host.process.send(bytes: Array(lines.joined().utf8) + cut)
    let end = try host.finish()
    #expect(end.exit == .code(0))
    // The piece is answered as what it is: no JSON.
    #expect(end.lines.count == 6)
    #expect(ServeHost.reason(end.lines.last ?? "") == "unexpected_end")
    #expect(try orders(state) == 5)
  }

  /// The replies are more than the pipe holds, and nobody reads them any more.
  @Test func inTheMiddleOfAReply() throws {
    let state = try ServeState()
    let host = try state.serve()
    var text = ""
    for number in 0..<40 {
      text += ServeHost.line(number, "orders.put", TestOrder.put(number)) + "\n"
      text += ServeHost.line(1_000 + number, "rpc.discover") + "\n"
    }
    try host.process.send(bytes: Array(text.utf8))
    // The first reply has come, and the process waits for someone to read the others.
    let first = try #require(try host.process.readLine())
    #expect(try ServeHost.object(first)["id"] as? Int == 0)
    host.child.closeOutput()
    host.process.closeInput()
    #expect(try host.process.wait() == .code(1))
    #expect(host.process.stderrText.contains("stdout takes no more replies"))
    #expect(try orders(state) >= 1)
    // Asked again, each order is taken once.
    let again = try state.serve()
    let stored = try orders(state)
    let reply = try again.ask("orders.put", TestOrder.put(0..<40))
    #expect(reply["unchanged"] as? Int == stored && reply["accepted"] as? Int == 40 - stored)
    #expect(try again.finish().exit == .code(0))
  }

  /// Both ends at once, at any moment, again and again: whatever was read is there.
  @Test func bothEndsAtAnyMoment() throws {
    let state = try ServeState()
    var known: Set<Int> = []
    var number = 0
    try forEachSeed(12) { seed, generator in
      let host = try state.serve()
      let planned = number..<number + generator.integer(in: 5...60)
      number = planned.upperBound
      let text = planned.map { ServeHost.line($0, "orders.put", TestOrder.put($0)) + "\n" }
      let bytes = Array(text.joined().utf8)
      let sent = bytes.prefix(generator.integer(in: 0...bytes.count))
      try host.process.send(bytes: Array(sent))
      // Only as many replies as are sure to come.
      let whole = sent.count { $0 == 0x0A }
      for _ in 0..<generator.integer(in: 0...min(whole, 3)) {
        let line = try #require(try host.process.readLine())
        let identifier = try #require(try ServeHost.object(line)["id"] as? Int)
        #expect(line.contains("\"accepted\":1"), "\(seed): \(line)")
        known.insert(identifier)
      }
      host.child.closeOutput()
      host.process.closeInput()
      let exit = try host.process.wait()
      #expect([.code(0), .code(1)].contains(exit), "\(seed): \(exit)")
      let next = try state.serve(["--read-only"])
      for number in known {
        let order = try next.ask("orders.get", "{\"order\":\"o-\(number)\"}")
        #expect(order["net"] as? Int == TestOrder.net(number), "\(seed)")
      }
      #expect(try next.finish().exit == .code(0), "\(seed)")
    }
    #expect(!known.isEmpty)
  }

  private func orders(_ state: ServeState) throws -> Int {
    let reader = try state.serve(["--read-only"])
    let counts = try reader.ask("status")["counts"] as? [String: Any]
    return counts?["orders"] as? Int ?? -1
  }
}
