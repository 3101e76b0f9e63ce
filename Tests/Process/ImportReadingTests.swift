import TestSupport
import Testing

@Suite("import: reading", .enabled(if: SidecartProcess.isPresent))
struct ImportReadingTests {
  /// Any text comes out of CSV as it went in, whatever it holds, however it is quoted, wherever a
  /// read ends. Oracle: the texts themselves.
  @Test func anyTextSurvives() throws {
    try forEachSeed(12) { seed, generator in
      let (delimiter, name) = [(",", ","), (";", ";"), ("|", "|"), ("\t", "tab")][
        generator.integer(in: 0...3)]
      var texts: [String] = []
      var csv = generator.oneIn(2) ? "\u{FEFF}" : ""
      csv += ["order", "item", "quantity", "unit_price", "time"].joined(separator: delimiter)
      csv += generator.oneIn(2) ? "\r\n" : "\n"
      for _ in 0..<generator.integer(in: 1...60) {
        let text = Self.text(&generator)
        texts.append(text)
        let mustQuote =
          ["\"", "\n", delimiter].contains { text.contains($0) } || text.contains("\r\n")
        let isQuoted = mustQuote || generator.oneIn(3)
        let field =
          isQuoted ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
        csv += ["1", field, "1", "\"1\"", "2026-03-01"].joined(separator: delimiter)
        csv += generator.oneIn(2) ? "\r\n" : "\n"
      }
      // The last line needs no end.
      if generator.oneIn(2) { csv.removeLast() }
      let pieces = (0..<generator.integer(in: 0...40)).map { _ in generator.integer(in: 1...30) }
      let run = try ImportRun(
        bytes: Array(csv.utf8), ["--emit", "--delimiter", name], pieces: pieces)
      let lines = try run.orders().flatMap { $0["lines"] as? [[String: Any]] ?? [] }
      #expect(lines.map { $0["item"] as? String } == texts, "\(seed)")
    }
  }

  /// Not empty, without blanks at the ends, with much of what CSV cares for.
  private static func text(_ generator: inout SeededGenerator) -> String {
    var text = "x"
    for _ in 0..<generator.integer(in: 0...8) {
      let special = ["\"", ",", ";", "|", "\n", "\r\n", "\"\"", " ", "\t", "é", "茶"]
      text +=
        generator.oneIn(2)
        ? special[generator.integer(in: 0...special.count - 1)] : generator.text(count: 2)
    }
    return text + "x"
  }

  @Test func rowsWithoutBytesAreNoRows() throws {
    let run = try ImportRun(
      "\n\r\norder,item,quantity,unit_price,time\n\n1,a,1,1,2026-03-01\r\n\r\n", [])
    #expect(run.rows == [1, 1, 0, 0, 0])
  }

  @Test(arguments: [
    ("2026-03-01T10:00:00+08:00", "2026-03-01T02:00:00Z"),
    ("2026-03-01 02:00:00.25+00", "2026-03-01T02:00:00.250Z"),
    ("2026-03-01 02:00:00+0530", "2026-02-28T20:30:00Z"),
    ("2026-03-01", "2026-02-28T16:00:00Z"),
    ("2026-03-01T10:00", "2026-03-01T02:00:00Z"),
    ("2026-03-01 10:00:01.5", "2026-03-01T02:00:01.500Z"),
    ("3/1/2026 10:00", "2026-03-01T02:00:00Z"),
    ("3/1/26", "2026-02-28T16:00:00Z"),
    ("13/1/2026", nil), ("2026-03-01 25:00", nil), ("2026-03-01 10:00:00.", nil),
    ("2026-03-01 10:00:00.x", nil), ("yesterday", nil), ("1/2/3/4", nil), ("//", nil),
    ("99999999999999999999/1/1", nil),
  ])
  func times(_ text: String, _ expected: String?) throws {
    let run = try ImportRun(
      "order,item,quantity,unit_price,time\n1,a,1,1,\(text)\n",
      ["--emit", "--timezone", "Asia/Shanghai"])
    #expect(try run.orders().first?["time"] as? String == expected)
    #expect(run.skipped == (expected == nil ? ["not_a_time": 1] : [:]))
  }

  @Test func datesWithTheDayInFront() throws {
    let run = try ImportRun(
      "order,item,quantity,unit_price,time\n1,a,1,1,13.1.2026 8:05\n",
      ["--emit", "--date-order", "dmy"])
    #expect(try run.orders().first?["time"] as? String == "2026-01-13T08:05:00Z")
  }

  /// Amounts in minor units: digits beyond them round half away from zero.
  @Test(arguments: [
    ("12.5", "EUR", 1250), ("12.505", "EUR", 1251), ("12.504", "EUR", 1250), (".5", "EUR", 50),
    ("+7.", "EUR", 700), ("12.5", "JPY", 13), ("12.5", "KWD", 12_500), ("0.0049", "EUR", 0),
    ("1,5", "EUR", nil), ("1e3", "EUR", nil), ("", "EUR", nil), (".", "EUR", nil),
    ("92233720368547758.08", "EUR", nil),
  ])
  func amounts(_ text: String, _ currency: String, _ expected: Int?) throws {
    let run = try ImportRun(
      "order,item,quantity,unit_price,time\n1,a,1,\"\(text)\",2026-03-01\n",
      ["--emit", "--currency", currency])
    let lines = try run.orders().flatMap { $0["lines"] as? [[String: Any]] ?? [] }
    #expect(lines.first?["unit_price"] as? Int == expected)
    #expect(run.skipped == (expected == nil ? ["not_a_price": 1] : [:]))
  }

  @Test func columnsByNumber() throws {
    let run = try ImportRun(
      "2026-03-01|x|3|1.5|tea|o1\n",
      [
        "--emit", "--no-header", "--delimiter", "|", "--map",
        "order=6,item=5,quantity=3,unit_price=4,time=1",
      ])
    let order = try #require(try run.orders().first)
    #expect(order["id"] as? String == "o1")
    let line = (order["lines"] as? [[String: Any]])?.first
    #expect(line?["item"] as? String == "tea")
    #expect(line?["quantity"] as? Int == 3)
    #expect(line?["unit_price"] as? Int == 150)
  }
}
