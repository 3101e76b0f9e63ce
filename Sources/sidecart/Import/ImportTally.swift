import Wire

/// Why a row of the file became nothing.
enum SkipReason: String, CaseIterable {
  case tooFewFields = "too_few_fields"
  case missingOrder = "missing_order"
  case missingItem = "missing_item"
  case idTooLong = "id_too_long"
  case notAQuantity = "not_a_quantity"
  case zeroQuantity = "zero_quantity"
  case notAPrice = "not_a_price"
  case negativePrice = "negative_price"
  case notADiscount = "not_a_discount"
  case notATime = "not_a_time"
  case adjustment
  case stockAdjustment = "stock_adjustment"
  case notAReturn = "not_a_return"
  case returnWithoutOrder = "return_without_order"

  var explanation: String {
    switch self {
    case .tooFewFields: "the row has fewer fields than are needed"
    case .missingOrder: "no order id"
    case .missingItem: "no item"
    case .idTooLong: "an id is longer than 256 bytes"
    case .notAQuantity: "the quantity is no whole number"
    case .zeroQuantity: "the quantity is 0"
    case .notAPrice: "the price is no plain decimal number"
    case .negativePrice: "the price is below 0"
    case .notADiscount: "the discount is no plain decimal number, or below 0"
    case .notATime: "the time is in no known form, or not in the calendar"
    case .adjustment: "book-keeping, not a sale"
    case .stockAdjustment: "stock counted, lost or found, not a sale"
    case .notAReturn: "a cancelled invoice with a positive quantity"
    case .returnWithoutOrder: "no earlier order of that customer has the item left to return"
    }
  }
}

/// What became of the records of one kind, out of the replies.
struct RecordTally {
  var accepted = 0
  var unchanged = 0
  private(set) var rejected = 0
  private(set) var reasons: [String: Int] = [:]

  mutating func reject(_ reason: String) {
    rejected += 1
    reasons[reason, default: 0] += 1
  }

  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("accepted")
    writer.integer(accepted)
    writer.key("unchanged")
    writer.integer(unchanged)
    writer.key("rejected")
    writer.integer(rejected)
    writer.key("reasons")
    ImportTally.write(reasons.sorted { $0.key < $1.key }, to: &writer)
    writer.endObject()
  }
}

/// What an import did, counted.
struct ImportTally {
  var orders = RecordTally()
  var returns = RecordTally()
  var items = RecordTally()
  var customers = RecordTally()
  /// Rows behind the header.
  var rows = 0
  /// Rows that are lines of orders which were taken, now or before.
  var orderRows = 0
  /// Rows that gave something back, now or before.
  var returnRows = 0
  /// Rows of orders that were rejected.
  var rejectedRows = 0
  /// Units of returns beyond what orders had left.
  var unitsWithoutOrder: Int64 = 0
  var bytes = 0
  var seconds = 0.0
  private var skipped: [SkipReason: (count: Int, firstRow: Int)] = [:]

  mutating func skip(_ reason: SkipReason, row: Int) {
    let entry = skipped[reason]
    skipped[reason] = (
      count: (entry?.count ?? 0) + 1, firstRow: min(row, entry?.firstRow ?? row)
    )
  }

  var skippedRows: Int { skipped.values.reduce(0) { $0 + $1.count } }

  private var kinds: [(name: String, tally: RecordTally)] {
    [("orders", orders), ("returns", returns), ("items", items), ("customers", customers)]
  }

  // MARK: - For people

  var table: String {
    var lines = [ImportTally.line("", ["accepted", "unchanged", "rejected"])]
    for kind in kinds {
      let numbers = [kind.tally.accepted, kind.tally.unchanged, kind.tally.rejected]
      lines.append(ImportTally.line(kind.name, numbers.map(grouped)))
      for reason in kind.tally.reasons.sorted(by: { $0.key < $1.key }) {
        lines.append(ImportTally.line("  \(reason.key)", ["", "", grouped(reason.value)]))
      }
    }
    lines.append("")
    lines.append(ImportTally.line("rows", [grouped(rows)]))
    lines.append(ImportTally.line("  of orders", [grouped(orderRows)]))
    lines.append(ImportTally.line("  of returns", [grouped(returnRows)]))
    if rejectedRows > 0 {
      lines.append(ImportTally.line("  rejected with their order", [grouped(rejectedRows)]))
    }
    lines.append(ImportTally.line("  skipped", [grouped(skippedRows)]))
    for reason in SkipReason.allCases {
      guard let entry = skipped[reason] else { continue }
      lines.append(
        ImportTally.line("    \(reason.rawValue)", [grouped(entry.count)])
          + "  \(reason.explanation); first in row \(entry.firstRow)")
    }
    if unitsWithoutOrder > 0 {
      lines.append(
        "\(grouped(Int(unitsWithoutOrder))) units of returns are more than orders had left"
      )
    }
    lines.append("")
    let megabytes = Double(bytes) / 1e6
    lines.append(
      "\(tenths(megabytes)) MB in \(tenths(seconds)) s, \(grouped(rowsPerSecond)) rows a second")
    return lines.joined(separator: "\n") + "\n"
  }

  var rowsPerSecond: Int { seconds > 0 ? Int(Double(rows) / seconds) : rows }

  private static func line(_ head: String, _ cells: [String]) -> String {
    let padding = String(repeating: " ", count: max(0, 28 - head.count))
    return cells.reduce(head + padding) { line, cell in
      line + String(repeating: " ", count: max(1, 12 - cell.count)) + cell
    }
  }

  // MARK: - For programs

  /// One line.
  var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for kind in kinds {
      writer.key(dynamic: kind.name)
      kind.tally.write(to: &writer)
    }
    writer.key("rows")
    writer.beginObject()
    ImportTally.writeMembers(
      [
        ("read", rows), ("orders", orderRows), ("returns", returnRows), ("rejected", rejectedRows),
        ("skipped", skippedRows),
      ], to: &writer)
    writer.key("reasons")
    ImportTally.write(
      SkipReason.allCases.compactMap { reason in
        skipped[reason].map { (key: reason.rawValue, value: $0.count) }
      }, to: &writer)
    writer.endObject()
    writer.key("units_without_order")
    writer.integer(Int(unitsWithoutOrder))
    writer.key("bytes")
    writer.integer(bytes)
    writer.key("seconds")
    writer.number(seconds)
    writer.endObject()
    return writer.bytes + [0x0A]
  }

  fileprivate static func write(
    _ counts: [(key: String, value: Int)], to writer: inout JSONWriter
  ) {
    writer.beginObject()
    writeMembers(counts, to: &writer)
    writer.endObject()
  }

  private static func writeMembers(
    _ counts: [(key: String, value: Int)], to writer: inout JSONWriter
  ) {
    for count in counts {
      writer.key(dynamic: count.key)
      writer.integer(count.value)
    }
  }
}

/// A number with its digits in groups of three.
func grouped(_ number: Int) -> String {
  let digits = Array(String(number))
  var text = ""
  for (index, digit) in digits.enumerated() {
    let left = digits.count - index
    if index > 0, left % 3 == 0, digits[index - 1] != "-" { text += "," }
    text.append(digit)
  }
  return text
}

/// A number that is not negative with one digit behind the point.
func tenths(_ number: Double) -> String {
  let tenths = Int((number * 10).rounded())
  return "\(tenths / 10).\(tenths % 10)"
}
