import Shop
import Testing

@Suite struct OrderTests {
  static func order(
    _ id: String = "o-1", customer: String? = "c-1", time: String = "2026-02-01T10:00:00Z",
    lines: String = #"[{"item":"tea","quantity":2,"unit_price":1290}]"#, more: String = ""
  ) -> String {
    let who = customer.map { #""customer":"\#($0)","# } ?? ""
    return #"{"id":"\#(id)",\#(who)"time":"\#(time)","lines":\#(lines)\#(more)}"#
  }

  private func put(_ shop: TestShop, _ orders: String..., atomic: Bool = false) -> Reply {
    shop.call(
      "orders.put",
      #"{"orders":[\#(orders.joined(separator: ","))]\#(atomic ? #","atomic":true"# : "")}"#)
  }

  private func counts(_ reply: Reply) -> [Int64?] {
    guard case .result(let result) = reply.outcome else { return [] }
    return [
      result["accepted"]?.int, result["unchanged"]?.int,
      Int64(result["rejected"]?.list.count ?? -1),
    ]
  }

  @Test func theSameOrderAgainIsUnchangedAndAnotherOfItsIDAConflict() throws {
    let shop = TestShop()
    try shop.result("shop.configure", #"{"currency":"CNY"}"#)
    #expect(counts(put(shop, OrderTests.order())) == [1, 0, 0])
    let log = shop.records.count
    #expect(counts(put(shop, OrderTests.order(more: #","currency":"CNY""#))) == [0, 1, 0])
    #expect(counts(put(shop, OrderTests.order(time: "2026-02-01T18:00:00+08:00"))) == [0, 1, 0])
    #expect(shop.records.count == log)
    let others = [
      OrderTests.order(customer: "c-2"), OrderTests.order(customer: nil),
      OrderTests.order(time: "2026-02-01T10:00:00.001Z"),
      OrderTests.order(lines: #"[{"item":"tea","quantity":3,"unit_price":1290}]"#),
      OrderTests.order(lines: #"[{"item":"tea","quantity":2,"unit_price":1290,"discount":1}]"#),
      OrderTests.order(more: #","channel":"app""#), OrderTests.order(more: #","coupons":["X"]"#),
    ]
    for other in others {
      let reply = put(shop, other)
      #expect(counts(reply) == [0, 0, 1], "\(other)")
      #expect(reply.line.contains(#""path":"orders[0].id","reason":"conflict""#))
      #expect(put(shop, other, atomic: true).failure?.code == -31997)
    }
    #expect(shop.records.count == log)
  }

  @Test func anAtomicCallTakesAllOrNone() throws {
    let shop = TestShop()
    let bad = OrderTests.order("o-2", lines: #"[{"item":"tea","quantity":0,"unit_price":1}]"#)
    let failure = try #require(put(shop, OrderTests.order(), bad, atomic: true).failure)
    #expect(failure.path == "orders[1].lines[0].quantity")
    #expect(failure.reason == "not_positive")
    #expect(shop.records.isEmpty)
    #expect(counts(put(shop, OrderTests.order(), bad)) == [1, 0, 1])
    // The same order twice in one call is one order; two of one id contradict each other.
    let third = OrderTests.order("o-3")
    #expect(counts(put(shop, third, third, atomic: true)) == [1, 1, 0])
    let fourth = OrderTests.order("o-4")
    let other = OrderTests.order("o-4", customer: "c-9")
    #expect(put(shop, fourth, other, atomic: true).failure?.path == "orders[1].id")
    #expect(counts(put(shop, fourth, other)) == [1, 0, 1])
  }

  @Test func whatAnOrderNamesComesIntoBeing() throws {
    let shop = TestShop()
    _ = put(shop, OrderTests.order(), OrderTests.order("o-2", customer: nil))
    #expect(try shop.result("customers.get", #"{"customer":"c-1"}"#)["known"]?.flag == true)
    #expect(try shop.result("customers.get", #"{"customer":"c-2"}"#)["known"]?.flag == false)
    let items = try shop.result("recommend", "{}")["items"]?.each("item")
    #expect(items == ["tea"])
    #expect(try shop.result("orders.get", #"{"order":"o-2"}"#)["customer"] == nil)
  }

  static let rejected: [(String, path: String, reason: String)] = [
    (order(lines: "[]"), "orders[0].lines", "empty"),
    (
      order(lines: #"[{"item":"a","quantity":-5,"unit_price":1}]"#), "orders[0].lines[0].quantity",
      "not_positive"
    ),
    (
      order(lines: #"[{"item":"a","quantity":1,"unit_price":-1}]"#),
      "orders[0].lines[0].unit_price", "out_of_range"
    ),
    (
      order(lines: #"[{"item":"a","quantity":1000000000,"unit_price":1000000000000}]"#),
      "orders[0].lines[0]", "out_of_range"
    ),
    (
      order(
        lines: #"[{"item":"a","quantity":9223372036854775807,"unit_price":9223372036854775807}]"#),
      "orders[0].lines[0].quantity", "out_of_range"
    ),
    (
      order(lines: #"[{"item":"a","quantity":1,"unit_price":-9223372036854775808}]"#),
      "orders[0].lines[0].unit_price", "out_of_range"
    ),
    (
      order(lines: #"[{"item":"a","quantity":1,"unit_price":9,"discount":10}]"#),
      "orders[0].lines[0].discount", "out_of_range"
    ),
    (
      order(lines: #"[{"item":"a","quantity":1.5,"unit_price":9}]"#),
      "orders[0].lines[0].quantity", "wrong_type"
    ),
    (order(lines: #"[{"item":"a","quantity":1}]"#), "orders[0].lines[0].unit_price", "missing"),
    (
      order(lines: #"[{"item":"a","quantity":1,"unit_price":1,"qty":1}]"#),
      "orders[0].lines[0].qty", "unknown_parameter"
    ), (order(time: "2026-02-01T10:00:00"), "orders[0].time", "not_a_time"),
    (order(time: "0000-02-01"), "orders[0].time", "not_a_time"),
    (order(time: "10000-01-01"), "orders[0].time", "not_a_time"),
    (order(more: #","currency":"EUR""#), "orders[0].currency", "currency_mismatch"),
    (order(more: #","custmer":"x""#), "orders[0].custmer", "unknown_parameter"),
    (order(""), "orders[0].id", "empty"), ("null", "orders[0]", "wrong_type"),
    ("[]", "orders[0]", "wrong_type"),
  ]

  @Test(arguments: rejected)
  func aRecordIsRejectedWithItsPath(_ record: String, path: String, reason: String) throws {
    let shop = TestShop()
    try shop.result("shop.configure", #"{"currency":"CNY"}"#)
    let log = shop.records.count
    let result = try shop.result("orders.put", #"{"orders":[\#(record)]}"#)
    #expect(result["rejected"]?.each("path") == [path])
    #expect(result["rejected"]?.each("reason") == [reason])
    let failure = try shop.failure("orders.put", #"{"orders":[\#(record)],"atomic":true}"#)
    #expect(failure.path == path && failure.reason == reason)
    #expect(shop.records.count == log)
  }

  @Test func anEmptyCallIsNoWrite() throws {
    let shop = TestShop()
    for (method, list) in [
      ("orders.put", "orders"), ("items.put", "items"), ("customers.put", "customers"),
      ("events.put", "events"), ("policies.put", "policies"), ("segments.put", "segments"),
    ] {
      #expect(counts(shop.call(method, #"{"\#(list)":[]}"#)) == [0, 0, 0])
    }
    #expect(shop.records.isEmpty)
  }

  @Test func theFirstAndTheLastDayOutliveARestart() throws {
    for zone in ["Asia/Shanghai", "America/New_York", "UTC"] {
      let shop = TestShop()
      try shop.result("shop.configure", #"{"timezone":"\#(zone)"}"#)
      _ = put(
        shop, OrderTests.order("o-1", time: "0001-01-01"),
        OrderTests.order("o-2", time: "9999-12-31"),
        OrderTests.order("o-3", time: "9999-12-31T23:59:59.999Z"))
      try shop.result(
        "items.put",
        #"{"items":[{"id":"tea","available_from":"0001-01-01","available_until":"9999-12-31","introduced":"9999-12-31"}]}"#
      )
      try shop.result(
        "customers.put",
        #"{"customers":[{"id":"c-1","joined":"0001-01-01","birthday":"0001-01-01"},{"id":"c-2","joined":"9999-12-31"}]}"#
      )
      try shop.result(
        "policies.put",
        #"{"policies":[{"id":"p","gives":{"kind":"amount_off","amount":1},"when":{"from":"0001-01-01","until":"9999-12-31","valid_days":3650}}]}"#
      )
      for (key, at) in ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"].enumerated() {
        try shop.result("target", #"{"at":"\#(at)","commit":true,"key":"k-\#(key)"}"#)
        try shop.result("churn-reactivate", #"{"at":"\#(at)"}"#)
      }
      try shop.result("coupons.issue", #"{"policy":"p","customers":["c-1"],"key":"k"}"#)
      let ask = { (shop: TestShop) in
        shop.answers(
          customers: ["c-1", "c-2"], items: ["tea"], orders: ["o-1", "o-2", "o-3"],
          moments: ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"])
      }
      let other = try shop.restarted()
      #expect(ask(shop) == ask(other), "\(zone)")
    }
  }

  @Test func returnsAndCancellationsTakeBackWhatThereIs() throws {
    let shop = TestShop()
    let lines =
      #"[{"item":"a","quantity":2,"unit_price":100,"discount":50},{"item":"b","quantity":1,"unit_price":70},{"item":"a","quantity":1,"unit_price":90}]"#
    _ = put(shop, OrderTests.order(lines: lines))
    let back = try shop.result(
      "orders.return", #"{"order":"o-1","lines":[{"item":"a","quantity":2}],"key":"r"}"#)
    #expect(back["net"]?.int == 160)
    #expect(
      try shop.result(
        "orders.return", #"{"order":"o-1","lines":[{"item":"a","quantity":2}],"key":"r"}"#) == back)
    for lines in [
      #"[{"item":"a","quantity":2}]"#, #"[{"item":"a","quantity":1},{"item":"a","quantity":1}]"#,
      #"[{"item":"zzz","quantity":1}]"#, #"[{"item":"a","quantity":9223372036854775807}]"#,
    ] {
      let failure = try shop.failure("orders.return", #"{"order":"o-1","lines":\#(lines)}"#)
      #expect(failure.reason == "more_than_bought")
    }
    for quantity in ["0", "-1", "-9223372036854775808"] {
      let failure = try shop.failure(
        "orders.return", #"{"order":"o-1","lines":[{"item":"b","quantity":\#(quantity)}]}"#)
      #expect(failure.reason == "not_positive" && failure.path == "lines[0].quantity")
    }
    #expect(try shop.result("orders.cancel", #"{"order":"o-1"}"#)["changed"]?.flag == true)
    let log = shop.records.count
    #expect(try shop.result("orders.cancel", #"{"order":"o-1"}"#)["changed"]?.flag == false)
    #expect(shop.records.count == log)
    #expect(
      try shop.failure("orders.return", #"{"order":"o-1","lines":[{"item":"b","quantity":1}]}"#)
        .reason == "cancelled")
    for method in ["orders.cancel", "orders.get"] {
      let failure = try shop.failure(method, #"{"order":"o-9"}"#)
      #expect(failure.reason == "unknown_order" && failure.code == -31998, "\(method)")
    }
  }
}
