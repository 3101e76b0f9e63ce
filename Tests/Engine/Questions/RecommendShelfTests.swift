import Shop
import TestSupport
import Testing

/// Substitutes, what is new, and what follows what is owned, as a host sees them.
@Suite struct RecommendShelfTests {
  private func put(
    _ shop: TestShop, _ id: String, _ customer: String, _ day: Int, _ items: [String]
  ) throws {
    let lines = items.map { #"{"item":"\#($0)","quantity":1,"unit_price":1000}"# }
    let month = day < 28 ? "01" : "02"
    let time = "2026-\(month)-\(day % 28 < 9 ? "0" : "")\(day % 28 + 1)T00:00:00Z"
    let order = OrderTests.order(
      id, customer: customer, time: time, lines: "[\(lines.joined(separator: ","))]")
    try shop.result("orders.put", #"{"orders":[\#(order)]}"#)
  }

  private func slot(_ answer: Value, _ item: String) -> Value? {
    answer["items"]?.list.first { $0["item"]?.text == item }
  }

  @Test func whatFollowsWhatIsOwnedNamesItAndCountsItsCustomers() throws {
    let shop = TestShop()
    try shop.result(
      "items.put",
      #"""
      {"items":[{"id":"phone","category":["Phones"],"price":30000},
      {"id":"better","category":["Phones"],"price":60000},
      {"id":"case","category":["Cases"],"price":2000},
      {"id":"charger","category":["Cases"],"price":1900,"introduced":"2026-02-20"}]}
      """#)
    for number in 0..<20 {
      try put(shop, "p\(number)", "c\(number)", 1, ["phone"])
      try put(shop, "k\(number)", "c\(number)", 10, ["case"])
      if number < 15 { try put(shop, "b\(number)", "c\(number)", 40, ["better"]) }
    }
    try put(shop, "mine", "me", 41, ["phone"])
    let question = #"{"customer":"me","explain":true,"at":"2026-02-25T00:00:00Z"}"#
    let plain = try shop.result("recommend", question)
    #expect(slot(plain, "case")?["source"]?.text != "accessory")
    try shop.result(
      "shop.configure",
      #"{"recommend":{"mixes":[{"id":"all","weights":{"accessory":1.5,"upgrade":1.2}}]}}"#)
    let answer = try shop.result("recommend", question)
    let accessory = try #require(slot(answer, "case"))
    #expect(accessory["source"]?.text == "accessory")
    #expect(accessory["because"]?.texts == ["phone"])
    #expect(accessory["evidence"]?["customers_after"]?.double == 20)
    #expect(accessory["evidence"]?["customers_before"]?.double == 0)
    #expect((accessory["parts"]?["mix"]?.double ?? 0) > 0)
    let upgrade = try #require(slot(answer, "better"))
    #expect(upgrade["source"]?.text == "upgrade")
    #expect(upgrade["evidence"]?["customers_after"]?.double == 15)
    // Nobody has bought the charger, and it is of no category that the customer buys.
    #expect(slot(answer, "charger")?["source"]?.text == "catalogue")
    try put(shop, "mine2", "me", 42, ["case"])
    let taught = try shop.result("recommend", question)
    let new = try #require(slot(taught, "charger"))
    #expect(new["source"]?.text == "new_item")
    #expect(new["evidence"]?["introduced"]?.text == "2026-02-20")
    // An order that is cancelled takes its evidence back at once.
    for number in 0..<15 { try shop.result("orders.cancel", #"{"order":"b\#(number)"}"#) }
    let back = try shop.result("recommend", question)
    #expect(slot(back, "better")?["source"]?.text != "upgrade")
  }

  @Test func whatIsSoldOutIsStoodInForUntilItIsBack() throws {
    let shop = TestShop()
    try shop.result(
      "items.put",
      #"""
      {"items":[{"id":"bread","price":300},{"id":"butter","category":["Spreads"],"price":250},
      {"id":"margarine","category":["Spreads"],"price":240},{"id":"soap","price":200}]}
      """#)
    for number in 0..<20 {
      try put(shop, "a\(number)", "c\(number)", number, ["bread", "butter"])
      try put(shop, "m\(number)", "c\(number)", number + 20, ["margarine"])
      try put(shop, "s\(number)", "d\(number)", number, ["soap"])
    }
    let question = #"{"basket":["bread"],"explain":true,"at":"2026-02-25T00:00:00Z"}"#
    func first() throws -> Value? { try shop.result("recommend", question)["items"]?.list.first }
    #expect(try first()?["item"]?.text == "butter")
    try shop.result("items.put", #"{"items":[{"id":"butter","stock":0}]}"#)
    let instead = try #require(try first())
    #expect(instead["item"]?.text == "margarine" && instead["source"]?.text == "substitute")
    #expect(instead["because"]?.texts == ["butter"])
    #expect(instead["parts"]?["substitute"] == instead["score"])
    try shop.result("items.put", #"{"items":[{"id":"butter","stock":5}]}"#)
    #expect(try first()?["item"]?.text == "butter")
  }
}
