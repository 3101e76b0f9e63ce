import Engine
import Shop
import Storage
import Wire

// How starts are measured
// -----------------------
// A shop is made up of so many order lines, five to an order, a tenth as many customers and a
// hundredth as many items, and written through the same lines that a host would send. Then, by
// turns: a start that replays the log (beside `wc -l` on the same bytes), a start from a snapshot
// (beside the start of a C program), and questions while a snapshot is being written beside the
// same questions without. Every start must give the same replies.

/// The part of the benchmark that is about the state on disk.
struct BenchState {
  let folder: String
  let program: String
  let echo: String
  let lineCount: Int
  let secondsEach: Double

  private static let linesPerOrder = 5
  private static let ordersPerLine = 400
  private static let now = "2026-01-01T00:00:00Z"

  private var state: String { folder + "/large" }
  private var customerCount: Int { max(10, lineCount / 10) }
  private var itemCount: Int { max(10, lineCount / 100) }
  private var serve: [String] { [program, "serve", "--state", state, "--now", Self.now] }

  func measure() throws -> [BenchRow] {
    try fill()
    let question = Self.question(customer: "c\(customerCount / 3)", id: 1)
    let (replayed, expected) = try replaying(question)
    Console.progress("writing a snapshot")
    let written = try Timings.once {
      _ = try BenchChild.run([program, "compact", "--state", state])
    }
    var rows = [replayed]
    rows += try starting(question, expected: expected, written: written)
    rows.append(try asking())
    return rows
  }

  // MARK: The shop

  private func fill() throws {
    let host = try Host(state: state, snapshotAfterBytes: 1 << 50)
    host.stamp()
    var random = SplitMix(seed: 4)
    var written = 0
    var order = 0
    while written < lineCount {
      var line = Array(#"{"jsonrpc":"2.0","id":1,"method":"orders.put","params":{"orders":["#.utf8)
      for place in 0..<Self.ordersPerLine where written < lineCount {
        if place > 0 { line.append(UInt8(ascii: ",")) }
        let size = min(1 + random.below(2 * Self.linesPerOrder - 1), lineCount - written)
        append(order, size: size, to: &line, &random)
        order += 1
        written += size
      }
      line.append(contentsOf: Array("]}}".utf8))
      var reply: [UInt8] = []
      try line.withUnsafeBufferPointer { try host.answer($0, appendingTo: &reply) }
      guard String(decoding: reply, as: UTF8.self).contains("\"rejected\":[]") else {
        throw HostFailure(
          "the made-up shop was not taken: \(String(decoding: reply, as: UTF8.self))")
      }
      if order / Self.ordersPerLine % 64 == 0 {
        try host.commit()
        Console.progress("making a shop, \(grouped(written)) of \(grouped(lineCount)) lines")
      }
    }
    try host.close()
  }

  private func append(
    _ order: Int, size: Int, to line: inout [UInt8], _ random: inout SplitMix
  ) {
    // Orders come in the order of time, spread over the two years before now.
    let seconds = Int64(order) * 63_000_000 / Int64(max(1, lineCount / Self.linesPerOrder))
    let time = Instant(milliseconds: 1_704_067_200_000 + seconds * 1_000)
    let head =
      "{\"id\":\"o\(order)\",\"customer\":\"c\(random.below(customerCount))\","
      + "\"time\":\"\(time.rfc3339())\",\"lines\":["
    line.append(contentsOf: Array(head.utf8))
    let theme = random.below(max(1, itemCount / 50))
    for place in 0..<size {
      let draw = random.fraction()
      let item =
        random.fraction() < 0.6
        ? theme * 50 + random.below(50) : Int(draw * draw * Double(itemCount))
      let text =
        "\(place > 0 ? "," : ""){\"item\":\"i\(min(item, itemCount - 1))\","
        + "\"quantity\":\(1 + random.below(3)),\"unit_price\":\(100 + item % 900)}"
      line.append(contentsOf: Array(text.utf8))
    }
    line.append(contentsOf: Array("]}".utf8))
  }

  private static func question(customer: String, id: Int) -> [UInt8] {
    Array(
      ("{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"recommend\","
        + "\"params\":{\"customer\":\"\(customer)\"}}\n").utf8)
  }

  // MARK: Starts

  private func replaying(_ question: [UInt8]) throws -> (BenchRow, expected: [UInt8]) {
    Console.progress("replaying the log")
    let logs = try RealDisk(path: state).names().filter { $0.hasPrefix("log-") }
      .map { state + "/" + $0 }
    var expected: [UInt8] = []
    let own = try Timings.once { expected = try first(question).reply }
    var reference = Timings()
    for _ in 0..<3 { _ = try reference.time { try BenchChild.run(["wc", "-l"] + logs) } }
    let rate = Double(lineCount) / own * 1_000_000
    return (
      BenchRow(
        name: "start by replay, \(grouped(lineCount)) order lines",
        figure: "\(duration(own)), \(grouped(Int(rate))) lines/s",
        reference: "wc -l of the log \(duration(reference.median))",
        ratio: own / reference.median, aim: ""), expected
    )
  }

  /// Starts, asks, and ends; the reply and the memory that the process then occupied.
  private func first(_ question: [UInt8]) throws -> (reply: [UInt8], resident: Int) {
    let child = try BenchChild(serve)
    try child.send(question)
    let reply = Array(try child.readLine())
    let resident = try Self.status(child)["memory"]?["resident_bytes"] ?? 0
    _ = try child.finish()
    return (reply, resident)
  }

  private func starting(
    _ question: [UInt8], expected: [UInt8], written: Double
  ) throws -> [BenchRow] {
    var own = Timings()
    var members = Timings()
    var reference = Timings()
    var resident = 0
    let profile =
      Array(
        #"{"jsonrpc":"2.0","id":1,"method":"customers.get","params":{"customer":"c1"}}"#.utf8) + [
        0x0A
      ]
    for _ in 0..<9 {
      Console.progress("start to first answer")
      let child = try own.time {
        let child = try BenchChild(serve)
        try child.send(question)
        guard try child.readLine().elementsEqual(expected) else {
          throw HostFailure("a start from the snapshot answers otherwise than one from the log")
        }
        return child
      }
      resident = try Self.status(child)["memory"]?["resident_bytes"] ?? 0
      _ = try child.finish()
      let other = try members.time {
        let child = try BenchChild(serve)
        try child.send(profile)
        _ = try child.readLine()
        return child
      }
      _ = try other.finish()
      let echoed = try reference.time {
        let child = try BenchChild([echo, "600"])
        try child.send(question)
        _ = try child.readLine()
        return child
      }
      _ = try echoed.finish()
    }
    let size = try snapshotBytes()
    let perLine = Double(resident) / Double(lineCount)
    return [
      BenchRow(
        name: "start to first recommend, snapshot",
        figure: "p50 \(duration(own.median)); \(decimal(perLine, 1)) B resident a line",
        reference: "C echo \(duration(reference.median))", ratio: own.median / reference.median,
        aim: "under 100 ms"),
      BenchRow(
        name: "start to first customers.get, snapshot", figure: "p50 \(duration(members.median))",
        reference: "C echo \(duration(reference.median))",
        ratio: members.median / reference.median, aim: ""),
      BenchRow(
        name: "snapshot written by compact", figure: duration(written),
        reference: "\(decimal(Double(size) / Double(lineCount), 1)) B a line on disk", ratio: nil,
        aim: ""),
    ]
  }

  private func snapshotBytes() throws -> UInt64 {
    let disk = try RealDisk(path: state)
    guard let newest = try Manifest.read(on: disk)?.snapshots.first else { return 0 }
    return try disk.open(newest.name, for: .reading).sizeBytes()
  }

  // MARK: A snapshot while questions come

  private func asking() throws -> BenchRow {
    let child = try BenchChild(serve + ["--snapshot-after", "1"])
    var random = SplitMix(seed: 9)
    var quiet = Timings()
    var busy = Timings()
    Console.progress("questions without and with a snapshot being written")
    func ask(_ timings: inout Timings) throws {
      let question = Self.question(customer: "c\(random.below(customerCount))", id: 2)
      try timings.time {
        try child.send(question)
        _ = try child.readLine()
      }
    }
    for _ in 0..<2_000 { try ask(&quiet) }
    quiet = Timings()
    let end = System.monotonicNanoseconds() + UInt64(secondsEach * 1e9)
    while System.monotonicNanoseconds() < end { try ask(&quiet) }
    // An order makes a sixteenth of nothing: enough, where a byte is.
    try grow(child, &random)
    var rounds = 0
    while rounds < 1_000_000 {
      for _ in 0..<64 { try ask(&busy) }
      rounds += 1
      if try Self.status(child)["storage"]?["is_compacting"] == 0 { break }
    }
    _ = try child.finish()
    return BenchRow(
      name: "recommend while a snapshot is written",
      figure: "p99 \(duration(busy.p99)), longest \(duration(busy.longest))",
      reference: "without: p99 \(duration(quiet.p99)), longest \(duration(quiet.longest))",
      ratio: busy.p99 / quiet.p99, aim: "within 2x")
  }

  /// Puts orders until a snapshot is under way: a sixteenth of the log is due for one.
  private func grow(_ child: BenchChild, _ random: inout SplitMix) throws {
    var order = lineCount
    while try Self.status(child)["storage"]?["is_compacting"] == 0 {
      var line = Array(#"{"jsonrpc":"2.0","id":1,"method":"orders.put","params":{"orders":["#.utf8)
      for place in 0..<Self.ordersPerLine {
        if place > 0 { line.append(UInt8(ascii: ",")) }
        append(order, size: Self.linesPerOrder, to: &line, &random)
        order += 1
      }
      line.append(contentsOf: Array("]}}\n".utf8))
      try child.send(line)
      _ = try child.readLine()
    }
  }

  /// The whole numbers of `status`, by section; true is 1.
  private static func status(_ child: BenchChild) throws -> [String: [String: Int]] {
    try child.send(Array("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"}\n".utf8))
    let line = Array(try child.readLine())
    let scanner = JSONScanner(limits: Limits())
    return try line.withUnsafeBufferPointer { bytes in
      var sections: [String: [String: Int]] = [:]
      for name in ["storage", "memory"] {
        guard let section = try scanner.scan(bytes)["result"]?[name] else { continue }
        for member in section.members {
          let text = String(decoding: member.value.rawBytes, as: UTF8.self)
          sections[name, default: [:]][member.name.string] =
            Int(text) ?? (text == "true" ? 1 : text == "false" ? 0 : nil)
        }
      }
      return sections
    }
  }
}
