import Foundation
import TestSupport
import Testing

@Suite("import", .enabled(if: SidecartProcess.isPresent))
struct ImportTests {
  private let header = "order,item,quantity,unit_price,time,customer,title,region,channel\n"

  @Test func rowsBecomeOrdersWithWhatTheySayOfItemsAndCustomers() throws {
    let shop = try ImportedShop()
    let run = try shop.take(
      header + """
        1,tea,2,12.50,2026-03-01T10:00:00+08:00,ann,Green tea,Jiangsu,store
        1,cup,1,8,2026-03-01T10:00:00+08:00,ann,,Jiangsu,store
        2,tea,1,13.00,2026-03-02T10:00:00+08:00,,Tea of another name,,
        """, ["--currency", "CNY", "--timezone", "Asia/Shanghai"])
    #expect(run.exit == .code(0), "\(run.errors)")
    #expect(run.counts("orders") == [2, 0, 0])
    #expect(run.counts("items") == [2, 0, 0])
    #expect(run.counts("customers") == [1, 0, 0])
    #expect(run.rows == [3, 3, 0, 0, 0])

    let order = try shop.ask("orders.get", "{\"order\":\"1\"}")
    #expect(order["customer"] as? String == "ann")
    #expect(order["channel"] as? String == "store")
    #expect(order["net"] as? Int == 3300)
    #expect(order["time"] as? String == "2026-03-01T10:00:00+08:00")
    let facts = try shop.facts()
    #expect(facts.contains("{\"item\":{\"id\":\"tea\",\"title\":\"Green tea\",\"price\":1300}}"))
    #expect(facts.contains("{\"customer\":{\"id\":\"ann\",\"region\":\"Jiangsu\"}}"))
    #expect(facts.contains("{\"shop\":{\"currency\":\"CNY\",\"timezone\":\"Asia/Shanghai\"}}"))
  }

  @Test func theSameFileAgainChangesNothing() throws {
    let shop = try ImportedShop()
    let text =
      header + """
        1,tea,5,12.50,2026-03-01T10:00:00Z,ann,Tea,Jiangsu,
        2,tea,5,12.50,2026-03-02T10:00:00Z,ann,Tea,Jiangsu,
        r1,tea,-7,12.50,2026-03-03T10:00:00Z,ann,Tea,Jiangsu,
        r1,tea,-1,12.50,2026-03-03T10:00:00Z,ann,Tea,Jiangsu,
        r2,tea,-9,12.50,2026-03-04T10:00:00Z,ann,Tea,Jiangsu,
        """
    let first = try shop.take(text)
    #expect(first.counts("returns") == [4, 0, 0])
    #expect(first.unitsWithoutOrder == 7)
    let facts = try shop.facts()
    let again = try shop.take(text)
    #expect(again.counts("orders") == [0, 2, 0])
    #expect(again.counts("returns") == [0, 4, 0])
    #expect(again.counts("items") == [0, 1, 0])
    #expect(again.counts("customers") == [0, 1, 0])
    #expect(again.rows == first.rows)
    #expect(again.unitsWithoutOrder == 7)
    #expect(try shop.facts() == facts)
  }

  @Test func anOrderWhoseRowsLieApartIsOneOrder() throws {
    let run = try ImportRun(
      header + """
        1,a,1,1,2026-03-01,,,,
        2,b,1,1,2026-03-01,,,,
        1,c,1,1,2026-03-01,ann,,,web
        """, ["--emit"])
    let orders = try run.orders()
    #expect(orders.map { $0["id"] as? String } == ["1", "2"])
    #expect((orders[0]["lines"] as? [[String: Any]])?.map { $0["item"] as? String } == ["a", "c"])
    #expect(orders[0]["customer"] as? String == "ann")
    #expect(orders[0]["channel"] as? String == "web")
  }

  @Test func anOrderThatComesBackBehindTheWindowIsAVisibleConflict() throws {
    var text = "order,item,quantity,unit_price,time\nfirst,a,1,1,2026-03-01\n"
    for number in 0...10_000 { text += "\(number),a,1,1,2026-03-01\n" }
    text += "first,b,1,1,2026-03-01\n2,b,1,1,2026-03-01\n"
    let run = try ImportRun(text, [])
    // `first` has left the window by then, `2` has not.
    #expect(run.counts("orders") == [10_002, 0, 1])
    #expect(run.rejections("orders") == ["conflict": 1])
    #expect(run.rows == [10_004, 10_003, 0, 1, 0])
  }

  @Test func badRowsAreSkippedByReason() throws {
    let run = try ImportRun(
      "order,item,quantity,unit_price,time,discount\n" + """
        1,a,1,1.005,2026-03-01
        ,a,1,1,2026-03-01
        1,,1,1,2026-03-01
        1,a
        1,a,x,1,2026-03-01
        1,a,1.5,1,2026-03-01
        1,a,99999999999999999999,1,2026-03-01
        1,a,0,1,2026-03-01
        1,a,1,free,2026-03-01
        1,a,1,-1,2026-03-01
        1,a,1,1,2026-02-30
        1,a,1,1,
        1,a,1,1,2026-03-01,-1
        \(String(repeating: "i", count: 257)),a,1,1,2026-03-01
        2,a,-1,1,2026-03-01
        3,a,2000000000,1,2026-03-01
        4,a,2.00,+1,2026-03-01,0.50
        """, [])
    #expect(run.exit == .code(0), "\(run.errors)")
    #expect(
      run.skipped == [
        "missing_order": 1, "missing_item": 1, "too_few_fields": 1, "not_a_quantity": 3,
        "zero_quantity": 1, "not_a_price": 1, "negative_price": 1, "not_a_time": 2,
        "not_a_discount": 1, "id_too_long": 1, "return_without_order": 1,
      ])
    #expect(run.counts("orders") == [2, 0, 1])
    #expect(run.rejections("orders") == ["out_of_range": 1])
    #expect(run.rows == [17, 2, 0, 1, 14])
  }

  @Test func aMissingColumnIsNamedWithThoseThatAreThere() throws {
    let run = try ImportRun("order;sku;quantity;unit_price;time\n", ["--delimiter", ";"])
    #expect(run.exit == .code(1))
    #expect(run.errors.contains("no column for item (looked for item)"))
    #expect(run.errors.contains("it has: order, sku, quantity, unit_price, time"))
    let mapped = try ImportRun(
      "order,item,quantity,unit_price,time\n", ["--map", "customer=Customer ID"])
    #expect(mapped.errors.contains("customer (looked for Customer ID)"))
    let empty = try ImportRun("", [])
    #expect(empty.exit == .code(1))
    #expect(empty.errors.contains("the input is empty"))
  }

  @Test(arguments: [
    (["--map", "color=x"], "knows no field color"),
    (["--map", "order"], "FIELD=COLUMN"),
    (["--delimiter", "x"], "--delimiter takes"),
    (["--date-order", "ymd"], "--date-order takes mdy or dmy"),
    (["--preset", "amazon"], "there are: online-retail"),
    (["--no-header"], "--map order=NUMBER"),
    (["--emit", "--state", "nowhere"], "leave --state out"),
  ])
  func aWrongCallIsRefused(_ arguments: [String], _ words: String) throws {
    let run = try ImportRun("", arguments)
    #expect(run.exit == .code(2))
    #expect(run.errors.contains(words), "\(run.errors)")
  }

  @Test func aQuoteThatIsNeverClosedIsNamed() throws {
    let run = try ImportRun(header + "1,\"tea,2,1,2026-03-01,,,,\n", [])
    #expect(run.exit == .code(1))
    #expect(run.errors.contains("the quote that row 2 opens is never closed"))
  }

  @Test func returnsAreMatchedWithTheNewestEarlierOrders() throws {
    let shop = try ImportedShop()
    let run = try shop.take(
      header + """
        r1,tea,-3,1,2026-03-05T00:00:00Z,ann,,,
        o1,tea,2,1,2026-03-01T00:00:00Z,ann,,,
        o2,tea,2,1,2026-03-02T00:00:00Z,ann,,,
        o3,tea,2,1,2026-03-09T00:00:00Z,ann,,,
        o4,tea,2,1,2026-03-03T00:00:00Z,bob,,,
        r2,tea,-1,1,2026-03-10T00:00:00Z,,,,
        r3,cup,-1,1,2026-03-10T00:00:00Z,bob,,,
        o4,tea,-1,1,2026-03-10T00:00:00Z,,,,
        r4,tea,-9,1,2026-03-06T00:00:00Z,ann,,,
        """)
    // r1 takes two of o2 and one of o1; r4, a day later, what o1 has left, and misses eight units.
    #expect(try shop.returned("o1") == [2])
    #expect(try shop.returned("o2") == [2])
    #expect(try shop.returned("o3") == [0])
    #expect(try shop.returned("o4") == [1])
    #expect(run.counts("returns") == [4, 0, 0])
    #expect(run.skipped == ["return_without_order": 2])
    #expect(run.unitsWithoutOrder == 8)
    #expect(run.rows == [9, 4, 3, 0, 2])
  }

  @Test func aReturnFindsAnOrderOfAnEarlierImport() throws {
    let shop = try ImportedShop()
    _ = try shop.take(header + "o1,tea,2,1,2026-03-01T00:00:00Z,ann,,,\n")
    let run = try shop.take(header + "r1,tea,-2,1,2026-03-02T00:00:00Z,ann,,,\n")
    #expect(run.counts("returns") == [1, 0, 0])
    #expect(try shop.returned("o1") == [2])
  }

  @Test func whatIsEmittedMakesTheSameShop() throws {
    let text =
      header + """
        1,tea,5,12.50,2026-03-01 10:00,ann,Tea,Jiangsu,store
        r1,tea,-2,12.50,2026-03-03 10:00,ann,Tea,Jiangsu,
        2,"cup, blue",1,8,2026-03-01 10:00,,,,
        """
    let options = ["--currency", "CNY", "--timezone", "Asia/Shanghai"]
    let imported = try ImportedShop()
    _ = try imported.take(text, options)
    let emitted = try ImportRun(text, ["--emit"] + options)
    let served = try ImportedShop()
    let host = try SidecartProcess(["serve", "--state", served.path]).child
    try host.send(Array(emitted.output.utf8))
    host.closeInput()
    let replies = try host.readLines()
    #expect(try host.wait() == .code(0))
    #expect(!replies.isEmpty && replies.allSatisfy { !$0.contains("\"error\"") })
    #expect(try served.facts() == imported.facts())
    #expect(emitted.counts("orders") == [2, 0, 0])
  }

  @Test func theOnlineRetailPresetKnowsItsLayout() throws {
    let shop = try ImportedShop()
    let run = try shop.take(
      """
      InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
      536365,85123a,WHITE HEART,6,12/1/2010 8:26,2.55,17850,United Kingdom
      536365,22423,,1,12/1/2010 8:26,0,17850,United Kingdom
      536365,POST,POSTAGE,1,12/1/2010 8:26,18.00,17850,United Kingdom
      536414,22139,,56,12/1/2010 11:52,0,,United Kingdom
      536589,21777,lost,-10,12/1/2010 16:50,0,,United Kingdom
      C536379,85123A,WHITE HEART,-2,7/1/2011 9:41,2.55,17850,United Kingdom
      C536380,22423,CAKESTAND,-2,11/30/2010 9:41,12.75,17850,United Kingdom
      C536381,22423,CAKESTAND,2,11/30/2010 9:41,12.75,17850,United Kingdom
      A563185,B,Adjust bad debt,1,8/12/2011 14:50,11062.06,,United Kingdom
      """, ["--preset", "online-retail"])
    #expect(
      run.skipped == [
        "stock_adjustment": 2, "return_without_order": 1, "not_a_return": 1, "adjustment": 1,
      ])
    #expect(run.counts("orders") == [1, 0, 0])
    #expect(try shop.returned("536365") == [2, 0, 0])
    let order = try shop.ask("orders.get", "{\"order\":\"536365\"}")
    #expect(order["net"] as? Int == 4 * 255 + 1800)
    #expect(order["time"] as? String == "2010-12-01T08:26:00Z")
    let facts = try shop.facts()
    #expect(
      facts.contains(
        "{\"item\":{\"id\":\"POST\",\"title\":\"POSTAGE\",\"price\":1800,\"kind\":\"service\"}}"))
    #expect(facts.contains { $0.contains("\"time\":\"2011-07-01T08:41:00Z\"") })
    #expect(facts.contains("{\"customer\":{\"id\":\"17850\",\"region\":\"United Kingdom\"}}"))
    #expect(facts[0] == "{\"shop\":{\"currency\":\"GBP\",\"timezone\":\"Europe/London\"}}")
  }

  @Test func aPresetDoesNotMixCurrencies() throws {
    let shop = try ImportedShop()
    let text = header + "1,a,1,1200,2026-03-01,,,,\n"
    _ = try shop.take(text, ["--currency", "JPY"])
    #expect(try shop.ask("orders.get", "{\"order\":\"1\"}")["net"] as? Int == 1200)
    let run = try shop.take("InvoiceNo\n", ["--preset", "online-retail"])
    #expect(run.exit == .code(1))
    #expect(run.errors.contains("the shop's currency is JPY"))
  }

  @Test func terminationTakesInWhatWasRead() throws {
    let shop = try ImportedShop()
    let child = try SidecartProcess(["import", "--state", shop.path, "-"]).child
    // Enough rows that orders were sent, so that the process is known to be reading.
    var text = "order,item,quantity,unit_price,time\n"
    for number in 0..<20_000 { text += "\(number),a,1,1,2026-03-01\n" }
    try child.send(Array((text + "cut,a,1,1,2026").utf8))
    child.kill(SIGTERM)
    #expect(try child.wait() == .code(0), "\(child.stderrText)")
    #expect(child.stderrText.contains("ended by a signal"))
    let counts = try shop.ask("status")["counts"] as? [String: Any] ?? [:]
    let orders = try #require(counts["orders"] as? Int)
    #expect(orders > 0 && orders <= 20_000)
    #expect(throws: (any Error).self) { try shop.ask("orders.get", "{\"order\":\"cut\"}") }
  }
}
