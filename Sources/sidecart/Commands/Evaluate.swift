import Engine
import Storage
import Wire

/// `sidecart evaluate`: how well `recommend` would have done on a shop's own past.
enum EvaluateState: Command {
  static let name = "evaluate"
  static let summary = "Says how well recommend would have answered about a shop's newest orders."
  static let usage = "--state DIR [--share S] [--questions N] [--seed N] [--json]"
  static let options: [Option] = [
    .value("state", "DIR", "the state folder; a serving process may go on writing to it"),
    .value("share", "PERCENT", "the newest orders that are asked about, in percent; 15"),
    .value("questions", "N", "questions of a kind, at most, spread over those orders; 2000"),
    .value("seed", "N", "what chance follows; 1 where absent"),
    .flag("json", "print one JSON object instead of tables for people"),
  ]
  static let details = """
    The orders are replayed by time. Each of the newest is asked about before it is let in: the next
    basket of its customer (next), the new items of it (explore), and the basket with one item taken
    out by chance (basket), half of the time without saying whose it is. Every source is ranked
    alone beside the mix, which is the answer of recommend; trending and top_sellers are what
    everything has to beat.

    R is recall, HR the share of lists with a hit, repeat and explore the recall of what the
    customer had bought before and had not, coverage the share of the shop's items that stood in
    a list's first ten, novelty how rare those are in bits, fallback those that no source knew.

    Intent is the chance that a customer orders within some days, judged on the log's last ones:
    as it would be learned from the days before, beside the lifetime model. Bins of as many
    customers each show the chance that was said and the share that came.
    """

  static func run(_ arguments: Arguments) throws -> Int32 {
    try arguments.expectOperands(atMost: 0)
    guard let state = arguments["state"] else { throw UsageError("evaluate needs --state DIR") }
    var options = RankReport.Options()
    options.share = Double(try arguments.integer("share", in: 1...100) ?? 15) / 100
    options.questionCount =
      try arguments.integer("questions", in: 1...1_000_000) ?? options.questionCount
    options.seed = try arguments.integer("seed", in: 0...Int.max) ?? 1
    let host = try Host(state: state, isReadOnly: true)
    let report = try RankReport(host.service.engine.past, options) { share in
      Console.progress("asking about the orders: \(Int(share * 100)) %")
      return !System.terminationRequested
    }
    Console.endProgress()
    try host.close()
    if arguments.has("json") {
      var writer = JSONWriter()
      report.write(to: &writer)
      try Console.write(writer.bytes + [0x0A])
    } else {
      try Console.write(report.tables.map(text).joined(separator: "\n"))
    }
    return 0
  }

  private static func text(_ table: (title: String, rows: [[String]])) -> String {
    let count = table.rows.first?.count ?? 0
    let widths = (0..<count).map { column in table.rows.map { $0[column].count }.max() ?? 0 }
    var text = table.title + "\n"
    for row in table.rows {
      for (column, cell) in row.enumerated() {
        let space = String(repeating: " ", count: widths[column] - cell.count)
        text += column == 0 ? cell + space : "  " + space + cell
      }
      text += "\n"
    }
    return text
  }
}
