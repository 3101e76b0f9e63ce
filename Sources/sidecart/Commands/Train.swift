import Engine
import Storage
import Wire

/// `sidecart train`: fits the ranker of `recommend`.
enum TrainState: Command {
  static let name = "train"
  static let summary =
    "Fits the ranker of recommend on a shop's own orders, and keeps it if better."
  static let usage = "--state DIR [--dry-run] [--seed N] [--json]\n       --to FILE DIR..."
  static let options: [Option] = [
    .value("state", "DIR", "the shop to fit for; no other process may be writing to it"),
    .flag("dry-run", "say what would be kept, and change nothing"),
    .value("to", "FILE", "fit one ranker on all the folders named, and write it there"),
    .value("seed", "N", "what chance follows; 1 where absent"),
    .value(
      "questions", "N",
      "questions of a kind to learn from, of each shop; 40000 where\nabsent, or what memory allows"
    ),
    .flag("json", "print one JSON object instead of lines for people"),
  ]
  static let details = """
    The orders are replayed by time; each one past the first half is a question that could have been
    asked just before it. Trees are fitted to the earlier of these, and compared on the newest 15 %
    with what is in use: NDCG at 10, question by question, on the same candidates. They are kept
    where they are better in the mean, and then fitted once more, to the newest too. A shop of too
    few orders keeps the ranker that ships; after a fit, only orders that came since say whether
    another is better. The same log and seed give the same trees.

    A serving process does the same while it answers: the method is train.

      sidecart train --state shop && sidecart serve --state shop
    """

  static func run(_ arguments: Arguments) throws -> Int32 {
    let seed = UInt64(try arguments.integer("seed", in: 0...Int.max) ?? 1)
    let questionCount = try arguments.integer("questions", in: 1...1_000_000)
    if let file = arguments["to"] {
      guard arguments["state"] == nil, !arguments.operands.isEmpty else {
        throw UsageError("train --to FILE takes the folders to learn from, and no --state")
      }
      let fitting = RankerFitting(seed: seed, questionCount: questionCount)
      try fit(to: file, from: arguments.operands, fitting, arguments)
      return 0
    }
    try arguments.expectOperands(atMost: 0)
    guard let state = arguments["state"] else { throw UsageError("train needs --state DIR") }
    let isDry = arguments.has("dry-run")
    let host = try Host(state: state, isReadOnly: isDry)
    host.stamp()
    let past = host.service.engine.past
    let count: Int
    do {
      count = try RankerFitting.questionCount(
        questionCount, on: past, host.service.engine.surroundings.memory)
    } catch {
      throw HostFailure("there is not enough memory to fit anything; nothing was changed")
    }
    var own = RankerFitting(seed: seed, questionCount: count)
    try own.add(past) { progress("asking about the orders", $0) }
    let result = try own.fit(over: past) { progress("fitting", $0) }
    Console.endProgress()
    let isKept = result.isBetter && !isDry
    if isKept { try host.use(result) }
    try host.close()
    try show(result, isKept ? "the better ones are in use" : "nothing was changed", arguments)
    return 0
  }

  private static func fit(
    to file: String, from folders: [String], _ fitting: RankerFitting, _ arguments: Arguments
  ) throws {
    var fitting = fitting
    for folder in folders {
      let host = try Host(state: folder, isReadOnly: true)
      try fitting.add(host.service.engine.past) {
        progress("asking about the orders of \(folder)", $0)
      }
      try host.close()
    }
    let result = try fitting.fit(over: nil) { progress("fitting", $0) }
    Console.endProgress()
    let output = try System.openFile(file, for: .creatingNew)
    defer { System.closeFile(output) }
    try result.modelFile.withUnsafeBytes { try System.writeAll(output, $0) }
    try show(result, "\(file) holds the trees", arguments)
  }

  private static func show(
    _ result: RankerFitting.Result, _ ending: String, _ arguments: Arguments
  ) throws {
    guard arguments.has("json") else {
      let lines = result.lines { decimal($0, 4) } + [ending]
      return try Console.write(lines.map { $0 + "\n" }.joined())
    }
    var writer = JSONWriter()
    result.write(to: &writer)
    try Console.write(writer.bytes + [0x0A])
  }

  /// False where a signal asks for the end.
  private static func progress(_ what: String, _ share: Double) -> Bool {
    Console.progress("\(what): \(Int(share * 100)) %")
    return !System.terminationRequested
  }
}
