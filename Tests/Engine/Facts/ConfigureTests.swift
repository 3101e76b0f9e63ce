import Shop
import Testing

@Suite struct ConfigureTests {
  @Test func everySettingIsTakenAndOutlivesARestart() throws {
    let shop = TestShop()
    let all =
      #"{"currency":"CNY","timezone":"Asia/Shanghai","margin_percent":40,"holdout_percent":0,"members":{"tiers":[{"id":"big","when":{"spend":{"$gte":100}}},{"id":"small"}],"lifecycle":[{"id":"all"}],"levels":[{"id":"silver","spend":1},{"id":"gold","spend":100}]}}"#
    let result = try shop.result("shop.configure", all)
    #expect(result["currency"]?.text == "CNY" && result["timezone"]?.text == "Asia/Shanghai")
    #expect(result["margin_percent"]?.int == 40 && result["holdout_percent"]?.int == 0)
    let log = shop.records.count
    #expect(try shop.result("shop.configure", all) == result)
    #expect(try shop.result("shop.configure") == result)
    #expect(shop.records.count == log, "nothing changed, nothing is logged")
    let order = OrderTests.order(lines: #"[{"item":"i","quantity":1,"unit_price":100}]"#)
    try shop.result("orders.put", #"{"orders":[\#(order)]}"#)
    for shop in [shop, try shop.restarted()] {
      let customer = try shop.result("customers.get", #"{"customer":"c-1"}"#)
      #expect(customer["tier"]?.text == "big" && customer["lifecycle"]?.text == "all")
      #expect(customer["level"]?.text == "gold")
      #expect(try shop.result("shop.configure") == result)
    }
  }

  @Test func theCurrencyIsFixedOnceThereAreOrders() throws {
    let shop = TestShop()
    try shop.result("shop.configure", #"{"currency":"CNY"}"#)
    try shop.result("shop.configure", #"{"currency":"EUR"}"#)
    try shop.result("orders.put", #"{"orders":[\#(OrderTests.order())]}"#)
    let log = shop.records.count
    let failure = try shop.failure("shop.configure", #"{"margin_percent":1,"currency":"CNY"}"#)
    #expect(failure.reason == "conflict" && failure.path == "currency" && failure.code == -31997)
    #expect(shop.records.count == log)
    try shop.result("shop.configure", #"{"currency":"EUR","margin_percent":1}"#)
  }

  static let refused: [(String, path: String, reason: String)] = [
    (#"{"timezone":"Mars/Base"}"#, "timezone", "unknown_timezone"),
    (#"{"timezone":"../etc/passwd"}"#, "timezone", "unknown_timezone"),
    (#"{"timezone":"Asia"}"#, "timezone", "unknown_timezone"),
    (#"{"timezone":"zone.tab"}"#, "timezone", "unknown_timezone"),
    (#"{"currency":"cny"}"#, "currency", "not_a_currency"),
    (#"{"currency":"CNYY"}"#, "currency", "not_a_currency"),
    (#"{"margin_percent":101}"#, "margin_percent", "out_of_range"),
    (#"{"holdout_percent":-1}"#, "holdout_percent", "out_of_range"),
    (#"{"holdout_percent":9223372036854775807}"#, "holdout_percent", "out_of_range"),
    (#"{"members":{"tiers":[]}}"#, "members.tiers", "wrong_type"),
    (#"{"members":{"tiers":[{"id":"a"},{"id":"b"}]}}"#, "members.tiers[0].when", "missing"),
    (
      #"{"members":{"tiers":[{"id":"a","when":{}}]}}"#, "members.tiers[0].when", "unknown_parameter"
    ),
    (
      #"{"members":{"tiers":[{"id":"a","when":{}},{"id":"a"}]}}"#, "members.tiers[1].id", "conflict"
    ),
    (#"{"members":{"tires":[{"id":"a"}]}}"#, "members.tires", "unknown_parameter"),
    (
      #"{"members":{"levels":[{"id":"a","spend":5},{"id":"b","spend":5}]}}"#,
      "members.levels[1].spend", "out_of_range"
    ),
  ]

  @Test(arguments: refused)
  func whatIsWrongIsRefusedWithItsPath(_ parameters: String, path: String, reason: String) throws {
    let shop = TestShop()
    let failure = try shop.failure("shop.configure", parameters)
    #expect(failure.path == path && failure.reason == reason)
    #expect(shop.records.isEmpty)
  }

  @Test func aLogWhoseZoneIsMissingIsNotReplayed() throws {
    let shop = TestShop()
    try shop.result("shop.configure", #"{"timezone":"Asia/Shanghai"}"#)
    let other = TestShop(hasZones: false)
    #expect(throws: (any Error).self) { try other.replay(shop.records) }
  }

  @Test func aCustomersTierIsOneOfTheRulesWhateverTheyAre() throws {
    let shop = TestShop()
    try shop.result(
      "shop.configure",
      #"{"members":{"tiers":[{"id":"a","when":{"tier":"a"}},{"id":"b","when":{"$not":{}}},{"id":"c"}]}}"#
    )
    try shop.result("customers.put", #"{"customers":[{"id":"x"},{"id":"y"}]}"#)
    #expect(
      try shop.result("customers.match", #"{"condition":{"tier":"c"}}"#)["count"]?.int == 2,
      "a tier does not exist while it is being decided")
  }
}
