import TestSupport
import Testing

/// What a question can ask of the list: what has to be in it, what the shop would rather show, and
/// how many of a kind.
@Suite struct RecommendRuleTests {
  /// Teas and pots of two brands, all bought as often, one basket each.
  private func shop() throws -> TestShop {
    let shop = TestShop()
    let items = (0..<6).map { number in
      #"{"id":"i\#(number)","category":["\#(number < 4 ? "Tea" : "Pot")"],"#
        + #""brand":"\#(number % 2 == 0 ? "Leaf" : "Clay")","price":1000,"#
        + #""cost":\#(number == 3 ? 100 : 900)}"#
    }
    try shop.result("items.put", #"{"items":[\#(items.joined(separator: ","))]}"#)
    for number in 0..<6 {
      let order = OrderTests.order(
        "o\(number)", customer: "c\(number)", time: "2026-02-0\(number + 1)T00:00:00Z",
        lines: #"[{"item":"i\#(number)","quantity":1,"unit_price":1000}]"#)
      try shop.result("orders.put", #"{"orders":[\#(order)]}"#)
    }
    return shop
  }

  private func list(_ shop: TestShop, _ rules: String) throws -> [String] {
    try shop.result("recommend", "{\(rules)}")["items"]?.each("item") ?? []
  }

  @Test func capsHoldForCategoryAndBrand() throws {
    let shop = try shop()
    #expect(try list(shop, "").count == 6)
    let capped = try shop.result("recommend", #"{"per_category":1}"#)
    #expect(capped["items"]?.list.count == 2)
    #expect(capped["removed"]?["per_category"]?.double == 4)
    let both = try list(shop, #""per_category":2,"per_brand":1"#)
    #expect(both.count == 2)
  }

  @Test func whatIsIncludedComesFirstUnlessARuleIsAgainstIt() throws {
    let shop = try shop()
    let plain = try list(shop, "")
    let last = try #require(plain.last)
    let first = try #require(plain.first)
    let included = try shop.result(
      "recommend", #"{"include":["\#(last)","\#(first)","\#(last)"],"explain":true}"#)
    #expect(included["items"]?.each("item") == [last, first] + plain.dropFirst().dropLast())
    #expect(included["items"]?.list.first?["source"]?.text == "included")
    #expect(
      try list(shop, #""include":["\#(last)"],"exclude":["\#(last)"]"#) == Array(plain.dropLast()))
  }

  @Test func boostsAndMarginsMoveItemsAndSayByHowMuch() throws {
    let shop = try shop()
    let boosted = try shop.result(
      "recommend", #"{"boost":[{"where":{"id":"i0"},"factor":50}],"explain":true}"#)
    let top = try #require(boosted["items"]?.list.first)
    #expect(top["item"]?.text == "i0")
    let score = try #require(top["score"]?.double)
    let boost = try #require(top["parts"]?["boost"]?.double)
    #expect(abs(boost - score * 49 / 50) < 1e-5)
    #expect(try list(shop, #""boost":[{"where":{"id":"i0"},"factor":0.01}]"#).last == "i0")
    #expect(try list(shop, #""margin_weight":1"#).first == "i3")
    let bad = try shop.failure("recommend", #"{"boost":[{"where":{},"factor":0}]}"#)
    #expect(bad.path == "boost[0].factor" && bad.reason == "out_of_range")
  }
}
