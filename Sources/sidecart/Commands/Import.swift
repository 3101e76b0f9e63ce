import Engine
import Shop
import Storage
import Wire

/// `sidecart import`: orders out of a CSV export.
enum Import: Command {
  static let name = "import"
  static let summary = "Takes orders in from CSV, a file or a pipe."
  static let usage = "[OPTIONS] FILE|-"
  static let options: [Option] = [
    .value("state", "DIR", "the state folder; without it the import only shows what it would do"),
    .flag("emit", "print the requests instead, to be piped into a running sidecart"),
    .value("preset", "NAME", "a layout that is known: online-retail (UCI Online Retail)"),
    .value(
      "map", "FIELD=COLUMN,…",
      "which column each field is taken from, by its name in the header;\n"
        + "a field that is not named is looked for under its own name"),
    .flag("no-header", "the first row is data; COLUMN is a number, counted from 1"),
    .value("delimiter", "CHAR", "what stands between fields: , ; | or tab; a comma at first"),
    .value("currency", "CODE", "the shop's currency, such as CNY"),
    .value("timezone", "NAME", "the shop's zone, such as Asia/Shanghai: times without an offset"),
    .value("decimals", "N", "digits of an amount behind the point; by currency, 2 at first"),
    .value("date-order", "mdy|dmy", "how dates such as 12/1/2010 are meant; mdy at first"),
    .flag("json", "the summary as one line of JSON"),
  ]
  static let details = """
    One row is one line of an order. Fields: order, item, quantity, unit_price and time must be
    there; customer, title, region, channel, category, brand and discount (off the whole line) may
    be. Rows of an order need not lie together, as long as no more than 10,000 others are begun in
    between. A row with a negative quantity gives goods back: of the order of its id, or of the same
    customer's earlier ones, the newest first. Importing a file again changes nothing.

    What is known of items and customers, and returns, go in after the last row. On SIGTERM what was
    read goes in.

      sidecart import --state shop --preset online-retail online_retail.csv
      zcat orders.csv.gz | sidecart import --state shop -
      psql -c "COPY (SELECT …) TO STDOUT CSV HEADER" |
        sidecart import --state shop --map order=id,item=sku,unit_price=price,time=created -
      sidecart import --emit orders.csv | sidecart serve --state shop >replies
    """

  static func run(_ arguments: Arguments) throws -> Int32 {
    try arguments.expectOperands(atMost: 1)
    guard let path = arguments.operands.first else {
      throw UsageError("import needs a FILE, or - for stdin")
    }
    let emits = arguments.has("emit")
    if emits, arguments["state"] != nil {
      throw UsageError("--emit prints requests and writes no state: leave --state out")
    }
    var plan = try plan(arguments)
    guard path != "-" || System.isReadable(0) else { throw HostFailure("stdin is not open") }
    let input = path == "-" ? 0 : try System.openFile(path, for: .reading)
    try System.endInputOnTermination(descriptor: input)
    let start = System.monotonicNanoseconds()
    let sender = RequestSender(host: try Host(state: arguments["state"]), emits: emits)
    try configure(&plan, sender, arguments)

    let reader = CSVReader(
      delimiter: plan.delimiter, fill: { try System.read(input, into: $0) },
      isCut: { System.terminationRequested })
    var importer = Importer(plan: plan, sender: sender)
    var tally: ImportTally
    do {
      tally = try importer.run(reader) { progress($0, since: start) }
    } catch let problem as CSVReader.Problem {
      Console.endProgress()
      try sender.host.close()
      throw HostFailure(describe(problem))
    }
    if sender.host.uncoveredBytes >= SnapshotKeeper.minimumBytes {
      // The next start should not have to replay what came in here.
      Console.progress("writing a snapshot")
      try sender.host.writeSnapshot()
    }
    try sender.host.close()
    Console.endProgress()
    tally.seconds = seconds(since: start)
    try show(tally, arguments)
    guard System.terminationRequested else { return 0 }
    Console.note("ended by a signal after \(grouped(tally.rows)) rows; what was read is in")
    return path == "-" ? 0 : 1
  }

  // MARK: - Options

  private static func plan(_ arguments: Arguments) throws -> ImportPlan {
    var plan = ImportPlan(columns: ColumnNames())
    if let name = arguments["preset"] {
      guard let preset = ImportPreset.all.first(where: { $0.name == name }) else {
        let names = ImportPreset.all.map(\.name).joined(separator: ", ")
        throw UsageError("there is no preset \(name); there are: \(names)")
      }
      plan.preset = preset
      plan.columns = ColumnNames(layout: preset.layout)
    }
    if let map = arguments["map"] { try plan.columns.apply(map) }
    plan.hasHeader = !arguments.has("no-header")
    if let text = arguments["delimiter"] {
      guard let byte = delimiters[text] else {
        throw UsageError("--delimiter takes , ; | or tab, not \"\(text)\"")
      }
      plan.delimiter = byte
    }
    if let text = arguments["date-order"] {
      guard let order = DateOrder(rawValue: text) else {
        throw UsageError("--date-order takes mdy or dmy, not \"\(text)\"")
      }
      plan.dateOrder = order
    }
    return plan
  }

  private static let delimiters: [String: UInt8] = [
    ",": 0x2C, ";": 0x3B, "|": 0x7C, "tab": 0x09, "\t": 0x09, "\\t": 0x09,
  ]

  /// Has the shop configured as far as the options or the preset ask for it, and reads amounts and
  /// times in what is then the shop's currency and zone.
  private static func configure(
    _ plan: inout ImportPlan, _ sender: RequestSender, _ arguments: Arguments
  ) throws {
    let own = sender.settings.currency
    var currency = arguments["currency"]
    var zoneName = arguments["timezone"]
    if let preset = plan.preset {
      if own == nil {
        currency = currency ?? preset.currency
        zoneName = zoneName ?? preset.zoneName
      } else if currency == nil, own != preset.currency {
        throw HostFailure(
          "the shop's currency is \(own ?? "none") and \(preset.name) has amounts in "
            + "\(preset.currency); if they are not, say --currency")
      }
    }
    if currency != nil || zoneName != nil {
      try sender.send(
        "shop.configure",
        { writer in
          if let currency {
            writer.key("currency")
            writer.string(currency)
          }
          if let zoneName {
            writer.key("timezone")
            writer.string(zoneName)
          }
        }
      ) { _ = try RequestSender.result($0) }
    }
    let settings = sender.settings
    plan.zone = settings.zone
    plan.decimals =
      try arguments.integer("decimals", in: 0...6) ?? minorDigits(ofCurrency: settings.currency)
  }

  // MARK: - What people see

  private static func seconds(since start: UInt64) -> Double {
    Double(System.monotonicNanoseconds() - start) / 1e9
  }

  private static func progress(_ tally: ImportTally, since start: UInt64) {
    var tally = tally
    tally.seconds = seconds(since: start)
    Console.progress(
      "\(grouped(tally.rows)) rows, \(tenths(Double(tally.bytes) / 1e6)) MB, "
        + "\(grouped(tally.rowsPerSecond)) rows a second")
  }

  /// The result goes to stdout, unless that is taken by requests.
  private static func show(_ tally: ImportTally, _ arguments: Arguments) throws {
    let text = arguments.has("json") ? tally.json : Array(tally.table.utf8)
    if arguments.has("emit") {
      Console.writeError(text)
    } else {
      try Console.write(text)
    }
  }

  private static func describe(_ problem: CSVReader.Problem) -> String {
    switch problem {
    case .rowTooLong(let row):
      "row \(row) is longer than \(CSVReader.maximumRowBytes) bytes: a quote may be left open, or "
        + "this is no CSV. The rows before it are partly in; mend the file and import it again"
    case .unclosedQuote(let row):
      "the quote that row \(row) opens is never closed. The rows before it are partly in; mend the "
        + "file and import it again"
    }
  }
}
