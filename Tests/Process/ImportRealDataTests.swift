import Foundation
import TestSupport
import Testing

private let file = "online_retail/online_retail_to_2011-10-31.csv.gz"

/// The counts were computed by a program of its own (Python, `csv` and `decimal`), by the rules
/// that `ImportPreset` and `ReturnQueue` state: invoices grouped by number; those that start with
/// A, and negative quantities or free anonymous invoices elsewhere, left out; returns by (time,
/// row) taken from the customer's invoices by descending (time, number).
@Suite(
  "import: Online Retail",
  .enabled(if: SidecartProcess.isPresent && SharedData.has(file)))
struct ImportRealDataTests {
  @Test func theFirstRowsTwice() throws {
    let bytes = try SharedData.bytes(of: file)
    var end = 0
    for _ in 0...40_000 { end = (bytes[end...].firstIndex(of: 0x0A) ?? bytes.count - 1) + 1 }
    let shop = try ImportedShop()
    let arguments = ["--state", shop.path, "--preset", "online-retail"]
    let run = try ImportRun(bytes: Array(bytes[..<end]), arguments)
    #expect(run.exit == .code(0), "\(run.errors)")
    #expect(run.counts("orders") == [1_478, 0, 0])
    #expect(run.counts("returns") == [279, 0, 0])
    #expect(run.counts("items") == [2_705, 0, 0])
    #expect(run.counts("customers") == [864, 0, 0])
    #expect(run.rows == [40_000, 39_162, 278, 0, 560])
    #expect(run.skipped == ["stock_adjustment": 138, "return_without_order": 422])
    #expect(run.unitsWithoutOrder == 58)
    let again = try ImportRun(bytes: Array(bytes[..<end]), arguments)
    #expect(again.counts("orders") == [0, 1_478, 0])
    #expect(again.counts("returns") == [0, 279, 0])
    #expect(again.counts("items") == [0, 2_705, 0])
    #expect(again.counts("customers") == [0, 864, 0])
    #expect(again.rows == run.rows)
  }

  @Test func allOfIt() throws {
    let run = try ImportRun(
      bytes: try SharedData.bytes(of: file), ["--preset", "online-retail"])
    #expect(run.exit == .code(0), "\(run.errors)")
    #expect(run.counts("orders") == [16_374, 0, 0])
    #expect(run.counts("returns") == [6_344, 0, 0])
    #expect(run.counts("items") == [3_769, 0, 0])
    #expect(run.counts("customers") == [3_974, 0, 0])
    #expect(run.rows == [431_673, 422_012, 6_251, 0, 3_410])
    #expect(
      run.skipped == ["stock_adjustment": 1_806, "adjustment": 3, "return_without_order": 1_601])
    #expect(run.unitsWithoutOrder == 425)
  }
}
