import Engine
import Shop
import Storage
import Wire

// How it is measured
// ------------------
// Each figure stands beside a reference of the same run, taken by turns with it, since a machine
// that is slow now is slow for both: a C program that reads a line and writes a line of the same
// length, `wc -l` on the same bytes, a bare append and fdatasync of the same bytes. What is timed
// is verified first: every reply that comes over the pipe must equal, byte for byte, the one that
// the same engine gives inside this process.

/// One run of the benchmark over one shop.
struct BenchRun {
  let folder: String
  let csv: String
  /// Options of `import` for that file.
  let importOptions: [String]
  let program: String
  let echo: String
  let cpuCount: Int
  let secondsEach: Double

  private var shop: String { folder + "/shop" }

  // MARK: Import

  func importing() throws -> [BenchRow] {
    var own = Timings()
    var reference = Timings()
    for round in 0..<3 {
      let state = round == 0 ? shop : "\(folder)/shop-\(round)"
      Console.progress("import, round \(round + 1) of 3")
      _ = try own.time {
        try BenchChild.run([program, "import", "--state", state, "--json"] + importOptions + [csv])
      }
      _ = try reference.time { try BenchChild.run(["wc", "-l", csv]) }
    }
    let rows = Double(
      try BenchChild.run(["wc", "-l", csv]).split(separator: " ").first.flatMap { Int($0) } ?? 0)
    let rate = decimal(rows / own.median * 1_000_000, 0)
    return [
      BenchRow(
        name: "import, \(grouped(Int(rows))) lines",
        figure: "\(duration(own.median)), \(rate) lines/s",
        reference: "wc -l \(duration(reference.median))", ratio: own.median / reference.median,
        aim: "Online Retail under 2 s")
    ]
  }

  // MARK: Start

  func starting(_ question: [UInt8], now: String) throws -> [BenchRow] {
    var own = Timings()
    var reference = Timings()
    for _ in 0..<9 {
      Console.progress("start to first answer")
      try own.time { try first([program, "serve", "--state", shop, "--now", now], question) }
      try reference.time { try first([echo, "600"], question) }
    }
    return [
      BenchRow(
        name: "start to first answer, shop loaded", figure: duration(own.median),
        reference: "C echo \(duration(reference.median))", ratio: own.median / reference.median,
        aim: "")
    ]
  }

  private func first(_ words: [String], _ question: [UInt8]) throws {
    let child = try BenchChild(words)
    try child.send(question)
    _ = try child.readLine()
    _ = try child.finish()
  }

  // MARK: Round trips

  /// - Parameters:
  ///   - name: what is asked, for people.
  ///   - aim: of one round trip on one CPU.
  func roundTrips(
    _ name: String, _ requests: [[UInt8]], expected: [[UInt8]], now: String, aim: String
  ) throws -> [BenchRow] {
    let server = try BenchChild([
      program, "serve", "--state", shop, "--now", now, "--read-only",
    ])
    let length = expected.map(\.count).sorted()[expected.count / 2] + 1
    let reference = try BenchChild([echo, String(length)])
    // Every request once: verifies all replies, and leaves the rows in memory as a served shop has
    // them.
    for (request, reply) in zip(requests, expected) {
      try server.send(request)
      let line = try server.readLine()
      guard line.elementsEqual(reply) else {
        throw HostFailure("a reply over the pipe differs from the one inside the process")
      }
    }
    var rows: [BenchRow] = []
    for cpus in cpuCount > 1 ? [1, 2] : [1] {
      let isPinned =
        Pinning.pin(System.processID, to: 0)
        && Pinning.pin(server.processID, to: cpus - 1)
        && Pinning.pin(reference.processID, to: cpus - 1)
      Console.progress("\(name), round trips on \(cpus) CPU\(cpus == 1 ? "" : "s")")
      let (own, echoed) = try roundTrips(requests, server, reference)
      let place = isPinned ? "\(cpus) CPU\(cpus == 1 ? "" : "s")" : "not pinned (no taskset)"
      rows.append(
        BenchRow(
          name: "\(name), round trip, \(place)",
          figure: "p50 \(duration(own.median)), p99 \(duration(own.p99))",
          reference: "C echo p50 \(duration(echoed.median)), p99 \(duration(echoed.p99))",
          ratio: own.median / echoed.median, aim: cpus == 1 ? aim : ""))
      if !isPinned { break }
    }
    for child in [System.processID, server.processID, reference.processID] {
      Pinning.release(child, cpuCount: cpuCount)
    }
    rows.append(try pipelined(name, requests, server, reference))
    _ = try server.finish()
    _ = try reference.finish()
    return rows
  }

  private func roundTrips(
    _ requests: [[UInt8]], _ server: BenchChild, _ reference: BenchChild
  ) throws -> (own: Timings, echoed: Timings) {
    var own = Timings()
    var echoed = Timings()
    let end = System.monotonicNanoseconds() + UInt64(secondsEach * 1e9)
    while System.monotonicNanoseconds() < end {
      for request in requests {
        try own.time {
          try server.send(request)
          _ = try server.readLine()
        }
      }
      for request in requests {
        try echoed.time {
          try reference.send(request)
          _ = try reference.readLine()
        }
      }
    }
    return (own, echoed)
  }

  /// Requests sent 64 at a time: fewer than fill a pipe, so that neither side waits for ever.
  private func pipelined(
    _ name: String, _ requests: [[UInt8]], _ server: BenchChild, _ reference: BenchChild
  ) throws -> BenchRow {
    Console.progress("\(name), pipelined")
    let window = 64
    let batches = stride(from: 0, to: requests.count - window + 1, by: window).map { start in
      Array(requests[start..<start + window].joined())
    }
    var own = Timings()
    var echoed = Timings()
    let end = System.monotonicNanoseconds() + UInt64(secondsEach * 1e9)
    while System.monotonicNanoseconds() < end {
      for batch in batches {
        try own.time {
          try server.send(batch)
          try server.skipLines(window)
        }
        try echoed.time {
          try reference.send(batch)
          try reference.skipLines(window)
        }
      }
    }
    func rate(_ timings: Timings) -> Double { Double(window) / timings.median * 1_000_000 }
    return BenchRow(
      name: "\(name), pipelined, 64 at a time", figure: "\(decimal(rate(own), 0)) /s",
      reference: "C echo \(decimal(rate(echoed), 0)) /s", ratio: own.median / echoed.median,
      aim: "")
  }

  // MARK: Durable writes

  func writing(facts: ShopFacts, now: String) throws -> [BenchRow] {
    let server = try BenchChild([program, "serve", "--state", shop, "--now", now])
    let path = folder + "/append"
    let bare = try System.openFile(path, for: .creating)
    defer { System.closeFile(bare) }
    var own = Timings()
    var reference = Timings()
    var number = 0
    var offset: UInt64 = 0
    func next() -> [UInt8] {
      number += 1
      return BenchShop.put(number, facts: facts, time: facts.orders.latest)
    }
    let end = System.monotonicNanoseconds() + UInt64(secondsEach * 1e9)
    Console.progress("durable writes")
    while System.monotonicNanoseconds() < end {
      let line = next()
      try own.time {
        try server.send(line)
        let reply = try server.readLine()
        guard String(decoding: reply, as: UTF8.self).contains("\"accepted\":1") else {
          throw HostFailure("an order of the benchmark was not accepted")
        }
      }
      try reference.time {
        try line.withUnsafeBytes { try System.writeAll(bare, $0, at: offset) }
        try System.synchronizeData(bare, path: path)
      }
      offset += UInt64(line.count)
    }
    let window = 64
    var groups = Timings()
    let last = System.monotonicNanoseconds() + UInt64(secondsEach * 1e9)
    while System.monotonicNanoseconds() < last {
      let batch = Array((0..<window).map { _ in next() }.joined())
      try groups.time {
        try server.send(batch)
        try server.skipLines(window)
      }
    }
    _ = try server.finish()
    return [
      BenchRow(
        name: "orders.put, durable, one at a time",
        figure: "p50 \(duration(own.median)), p99 \(duration(own.p99))",
        reference:
          "append+fdatasync p50 \(duration(reference.median)), p99 \(duration(reference.p99))",
        ratio: own.median / reference.median, aim: "within 1.5x"),
      BenchRow(
        name: "orders.put, durable, 64 at a time",
        figure: "\(decimal(Double(window) / groups.median * 1_000_000, 0)) /s",
        reference: "append+fdatasync \(decimal(1_000_000 / reference.median, 0)) /s",
        ratio: groups.median / Double(window) / reference.median, aim: ""),
    ]
  }
}
