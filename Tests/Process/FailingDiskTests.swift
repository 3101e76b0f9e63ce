import Foundation
import TestSupport
import Testing

/// A disk that refuses to grow a file, as a full one does: the shell's limit on file sizes.
@Suite("failing disk", .enabled(if: SidecartProcess.isPresent))
struct FailingDiskTests {
  /// `serve` whose files may grow to so many blocks of 512 bytes.
  private func serve(_ state: String, blocks: Int) throws -> ChildProcess {
    let binary = try #require(SidecartProcess.binary)
    return try ChildProcess(
      "/bin/sh",
      ["-c", "ulimit -f \(blocks); exec \"$0\" serve --state \"$1\"", binary, state])
  }

  /// Long, so that few orders fill a file.
  private let customer = String(repeating: "c", count: 250)

  /// Sends orders until one is refused or the process ends, in groups of that size; the ids that
  /// were acknowledged.
  private func fill(_ process: ChildProcess, group size: Int) throws -> [String] {
    var acknowledged: [String] = []
    var number = 0
    var isFull = false
    while number < 100_000, !isFull {
      let ids = (0..<size).map { "o-\(number + $0)" }
      let text = ids.enumerated().map { offset, id in
        requestLine(number + offset, "orders.put", orderParameters(id, customer: customer)) + "\n"
      }.joined()
      do { try process.send(Array(text.utf8)) } catch is ChildProcess.BrokenPipe {
        return acknowledged
      }
      for offset in 0..<size {
        guard let line = try process.readLine() else { return acknowledged }
        let reply = try Reply(line)
        #expect(reply.id == number + offset)
        if reply.result?["accepted"] as? Int == 1 {
          acknowledged.append(ids[offset])
        } else {
          #expect(ServeHost.reason(line) == "no_room", "\(line)")
          isFull = true
        }
      }
      number += size
    }
    if !isFull { throw ChildProcess.Failure("the disk never was full") }
    return acknowledged
  }

  @Test(arguments: [(0, 1), (1, 1), (100, 3), (600, 1), (600, 40), (1_100, 200)])
  func nothingIsAcknowledgedThatIsNotStored(_ blocks: Int, _ size: Int) throws {
    let folder = try TemporaryFolder()
    let state = folder.path + "/shop"
    let process = try serve(state, blocks: blocks)
    let acknowledged = try fill(process, group: size)
    process.closeInput()
    let words = process.stderrText.split(separator: "\n")
    if blocks == 0 {
      // Not even the log can be made.
      #expect(try process.wait() == .code(1))
      #expect(words.last?.hasPrefix("sidecart: ") == true, "\(words)")
      #expect(words.last?.contains("File too large") == true, "\(words)")
    } else {
      #expect(try process.wait() == .code(0), "\(words)")
    }
    if blocks >= 600 { #expect(acknowledged.count > 100) }

    // With room again everything that was acknowledged is there, and the shop goes on.
    let again = try SidecartProcess.serve(state: state)
    let questions = acknowledged.map {
      requestLine(0, "orders.get", "{\"order\":\"\($0)\"}") + "\n"
    }
    try again.send(bytes: Array(questions.joined().utf8))
    for id in acknowledged {
      let order = try again.reply().result
      #expect(order?["id"] as? String == id)
      #expect(order?["net"] as? Int == 1290)
    }
    #expect(try again.ask("orders.put", orderParameters("later"))["accepted"] as? Int == 1)
    try again.finish()
    let once = try SidecartProcess.serve(state: state)
    #expect(try once.ask("orders.get", "{\"order\":\"later\"}")["net"] as? Int == 1290)
    try once.finish()
  }
}
