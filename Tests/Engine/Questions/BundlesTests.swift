import Shop
import Testing

@Suite struct BundlesMethodTests {
  /// Pot and cup go together, tea and cake too; c-1 buys teaware, c-2 tea.
  private func shop() throws -> TestShop {
    let shop = TestShop()
    try shop.result(
      "items.put",
      #"{"items":[{"id":"pot","category":["Ware"],"price":5000,"cost":2000},{"id":"cup","category":["Ware"],"price":1000,"cost":400},{"id":"tea","category":["Tea"],"price":1200,"cost":800},{"id":"cake","category":["Food"],"price":600},{"id":"fee","kind":"fee"}]}"#
    )
    var orders: [String] = []
    func put(_ items: [String], _ customer: String, discount: Int = 0) {
      let lines = items.map {
        #"{"item":"\#($0)","quantity":1,"unit_price":600,"discount":\#(discount)}"#
      }
      orders.append(
        #"{"id":"o-\#(orders.count)","customer":"\#(customer)","time":"2026-02-0\#(orders.count % 9 + 1)T00:00:00Z","lines":[\#(lines.joined(separator: ","))]}"#
      )
    }
    for number in 0..<30 {
      put(["pot", "cup", "fee"], "c-1", discount: number % 3 == 0 ? 60 : 0)
      put(["tea", "cake"], "c-2")
      put([number % 2 == 0 ? "tea" : "mug"], "c-3")
      put([number % 2 == 0 ? "cup" : "cake"], "c-3")
    }
    try shop.result("orders.put", #"{"orders":[\#(orders.joined(separator: ","))]}"#)
    try shop.result("segments.put", #"{"segments":[{"id":"tea","condition":{"id":"c-2"}}]}"#)
    return shop
  }

  private func sets(_ shop: TestShop, _ parameters: String) throws -> [[String]] {
    try shop.result("bundles", parameters)["bundles"]?.list.map { $0["items"]?.texts ?? [] } ?? []
  }

  @Test func whatGoesTogetherWithItsPrice() throws {
    let shop = try shop()
    let answer = try shop.result("bundles", "{}")
    #expect(answer["considered"]?.int == 2 && answer["baskets"]?.int == 120)
    #expect(answer["truncated"]?.flag == false && answer["removed"]?["kind"]?.int == 1)
    let first = try #require(answer["bundles"]?.list.first)
    #expect(first["items"]?.texts == ["cup", "pot"] && first["relation"]?.text == "complement")
    #expect(first["baskets"]?.int == 30 && first["support"]?.double == 0.25)
    let rules = try #require(first["rules"]?.list)
    #expect(rules.map { $0["if"]?.texts ?? [] } == [["pot"], ["cup"]])
    #expect(rules.compactMap { $0["then"]?.text } == ["cup", "pot"])
    #expect(rules[0]["confidence"]?.double == 1 && rules[0]["conviction"] == nil)
    // 20 of 75 lines of the two at a discount, 30 of the shop's 210: (20 + 20 / 7) / 95 = .2406.
    let price = try #require(first["price"])
    #expect(price["separate"]?.int == 6_000 && price["discount"]?.int == 433)
    #expect(price["suggested"]?.int == 5_567 && price["margin"]?.int == 3_167)
    let second = answer["bundles"]?.list.last
    #expect(second?["items"]?.texts == ["cake", "tea"])
    #expect(second?["price"] == nil, "what a cake costs is unknown")
  }

  @Test func thresholdsItemsAndRules() throws {
    let shop = try shop()
    #expect(try sets(shop, #"{"item":"tea"}"#) == [["cake", "tea"]])
    #expect(try sets(shop, #"{"item":"nothing"}"#) == [])
    #expect(try sets(shop, #"{"item":"fee","size":2}"#) == [], "a fee is no part of a bundle")
    let threes = #"{"size":3,"where":{"kind":{"$in":["fee",null]}}}"#
    #expect(try sets(shop, threes) == [["cup", "fee", "pot"]])
    #expect(try sets(shop, #"{"minimum_support":0.25}"#).count == 2)
    #expect(try sets(shop, #"{"minimum_support":0.250000000000000001}"#).count == 0)
    #expect(try sets(shop, #"{"minimum_confidence":1}"#) == [["cup", "pot"]])
    #expect(try sets(shop, #"{"minimum_lift":2.5}"#) == [["cup", "pot"]])
    #expect(try sets(shop, #"{"exclude":["cup"]}"#) == [["cake", "tea"]])
    #expect(try sets(shop, #"{"item":"pot","where":{"id":"cup"}}"#) == [["cup", "pot"]])
    #expect(try sets(shop, #"{"item":"pot","where":{"id":"tea"}}"#) == [])
    #expect(try sets(shop, #"{"k":1}"#).count == 1)
    #expect(try sets(shop, #"{"at":"2026-01-01T00:00:00Z"}"#) == [])
    #expect(try sets(shop, #"{"relation":"substitute"}"#) == [])
    for (name, value) in [
      ("minimum_support", "1.01"), ("minimum_support", "-0.1"), ("minimum_lift", "1e-19"),
      ("size", "4"), ("minimum_confidence", "0.12345678901234567891"),
    ] {
      let failure = try shop.failure("bundles", "{\"\(name)\":\(value)}")
      #expect(failure.path == name && failure.reason == "out_of_range")
    }
    #expect(try sets(TestShop(), #"{"customer":"x"}"#) == [])
  }

  @Test func preferencesRankAndDislikesRemove() throws {
    let shop = try shop()
    #expect(try sets(shop, #"{"customer":"c-2"}"#) == [["cake", "tea"]])
    #expect(try sets(shop, #"{"customer":"c-1"}"#) == [["cup", "pot"]])
    #expect(try sets(shop, #"{"segment":"tea"}"#) == [["cake", "tea"]])
    #expect(try sets(shop, #"{"segment":"tea","customer":"c-1"}"#).count == 2)
    #expect(try sets(shop, #"{"customer":"c-3"}"#).first == ["cake", "tea"])
    #expect(try sets(shop, #"{"customer":"stranger"}"#).count == 2)
    try shop.result(
      "events.put",
      #"{"events":[{"type":"dislike","customer":"c-2","item":"cake","time":"2026-02-20T00:00:00Z"}]}"#
    )
    #expect(try sets(shop, #"{"customer":"c-2"}"#) == [])
  }

  @Test func cancelledOrdersAreNoEvidence() throws {
    let shop = try shop()
    for number in stride(from: 0, to: 120, by: 4) {
      try shop.result("orders.cancel", #"{"order":"o-\#(number)"}"#)
    }
    #expect(try sets(shop, "{}") == [["cake", "tea"]])
  }
}
