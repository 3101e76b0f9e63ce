import Engine
import Shop
import Storage
import Wire

/// `sidecart bench`: how fast, beside references of the same run.
enum Bench: Command {
  static let name = "bench"
  static let summary = "Measures speed, each figure beside a reference measured in the same run."
  static let usage = "[OPTIONS]"
  static let options: [Option] = [
    .value("data", "FILE", "an export in the Online Retail layout; a made-up shop without it"),
    .value("seconds", "N", "how long each figure is measured, 1 to 60; 3 at first"),
    .value(
      "lines", "N",
      "order lines of the shop whose starts are measured, 1000 to 100000000;\n1000000 at first"),
    .value("folder", "DIR", "where the shop is put while it lasts; the current folder at first"),
  ]
  static let details = """
    Needs a release build: swift run -c release sidecart bench. Pins itself and what it measures
    with taskset where
    that is there; on a machine that others use, trust the ratios. Prints nothing that it did not
    verify.
    """

  static func run(_ arguments: Arguments) throws -> Int32 {
    try arguments.expectOperands(atMost: 0)
    let seconds = try arguments.integer("seconds", in: 1...60) ?? 3
    let folder =
      (arguments["folder"] ?? ".") + "/sidecart-bench-"
      + String(System.randomBits() & 0xFF_FFFF, radix: 16)
    _ = try System.makeFolder(folder)
    defer { _ = try? BenchChild.run(["rm", "-rf", folder]) }
    let lines = try arguments.integer("lines", in: 1_000...100_000_000) ?? 1_000_000
    var rows = try measure(folder, data: arguments["data"], secondsEach: Double(seconds))
    rows += try BenchState(
      folder: folder, program: CommandLine.arguments[0], echo: echoProgram, lineCount: lines,
      secondsEach: Double(seconds)
    ).measure()
    rows += try BenchOffers(
      folder: folder, program: CommandLine.arguments[0], secondsEach: Double(seconds)
    ).measure()
    Console.endProgress()
    try show(rows)
    return 0
  }

  private static func measure(
    _ folder: String, data: String?, secondsEach: Double
  ) throws -> [BenchRow] {
    let csv = data ?? folder + "/orders.csv"
    if data == nil {
      let file = try System.openFile(csv, for: .creatingNew)
      defer { System.closeFile(file) }
      try BenchShop.csv(seed: 1).withUnsafeBytes { try System.writeAll(file, $0) }
    }
    let cpuCount = cpus().count
    let run = BenchRun(
      folder: folder, csv: csv,
      importOptions: data == nil
        ? ["--currency", "CNY", "--timezone", "UTC"] : ["--preset", "online-retail"],
      program: CommandLine.arguments[0], echo: echoProgram, cpuCount: cpuCount,
      secondsEach: secondsEach)
    var rows = try run.importing()

    let loaded = try Host(state: folder + "/shop", isReadOnly: true)
    let facts = loaded.service.engine.facts
    let moment = facts.orders.latest.advanced(byDays: 1)
    let now = moment.rfc3339()
    try Console.write(
      "\(cpus().model), \(cpuCount) CPUs; \(grouped(facts.orders.count)) orders, "
        + "\(grouped(facts.orders.lineCount)) lines, \(grouped(facts.items.count)) items, "
        + "\(grouped(facts.customers.count)) customers\n\n")
    for source in [nil, "co_purchase"] {
      let requests = BenchShop.requests(2_048, facts: facts, source: source, seed: 2)
      let expected = try replies(to: requests, state: folder + "/shop", now: moment)
      if source == nil { rows += try run.starting(requests[0], now: now) }
      rows += try run.roundTrips(
        source == nil ? "recommend, every source" : "recommend, co-purchase alone", requests,
        expected: expected, now: now, aim: source == nil ? "" : "within 3x")
    }
    rows += try run.writing(facts: facts, now: now)
    return rows
  }

  /// The C program lies beside this one.
  private static var echoProgram: String {
    let place = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false)
    let beside = place.count > 1 ? place.dropLast().joined(separator: "/") + "/" : ""
    return beside + "echo-reference"
  }

  /// What the engine answers inside this process, from the same log at the same moment.
  private static func replies(
    to requests: [[UInt8]], state: String, now: Instant
  ) throws -> [[UInt8]] {
    let host = try Host(state: state, fixedMoment: now, isReadOnly: true)
    host.stamp()
    return try requests.map { request in
      var reply: [UInt8] = []
      try request.dropLast().withUnsafeBufferPointer {
        try host.answer($0, appendingTo: &reply)
      }
      let text = String(decoding: reply, as: UTF8.self)
      guard text.contains("\"items\":[{"), !text.contains("\"error\"") else {
        throw HostFailure("a question of the benchmark has no answer: \(text)")
      }
      return Array(reply.dropLast())
    }
  }

  private static func cpus() -> (count: Int, model: String) {
    let text =
      (try? readFile("/proc/cpuinfo", maximumBytes: 1 << 22)).map {
        String(decoding: $0, as: UTF8.self)
      } ?? ""
    var count = 0
    var model = "unknown CPU"
    for line in text.split(separator: "\n") {
      if line.hasPrefix("processor") { count += 1 }
      if line.hasPrefix("model name"), let colon = line.firstIndex(of: ":") {
        model = String(line[line.index(colon, offsetBy: 2)...])
      }
    }
    return (max(1, count), model)
  }

  private static func show(_ rows: [BenchRow]) throws {
    let cells = rows.map { row in
      [
        row.name, row.figure, row.reference, row.ratio.map { decimal($0, 2) + "x" } ?? "", row.aim,
      ]
    }
    let table = [["what", "measured", "reference", "ratio", "aim"]] + cells
    let widths = (0..<5).map { column in table.map { $0[column].count }.max() ?? 0 }
    for row in table {
      let line = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }.joined(separator: "  ")
      try Console.write(String(line.reversed().drop { $0 == " " }.reversed()) + "\n")
    }
  }
}
