import Shop
import Testing

@Suite struct TrendingMethodTests {
  /// 40 orders of January with `old`, 40 of late February with `hot` in the app and `old` in the
  /// store; customers a and b.
  private func shop() throws -> TestShop {
    let shop = TestShop()
    try shop.result(
      "items.put",
      #"{"items":[{"id":"old","category":["Drinks","Tea"]},{"id":"hot","category":["Drinks","Tea"],"price":9},{"id":"out","stock":0}]}"#
    )
    var orders: [String] = []
    func put(_ item: String, _ channel: String, _ day: String) {
      let id = orders.count
      orders.append(
        #"{"id":"o-\#(id)","customer":"\#(channel == "app" ? "a" : "b")","channel":"\#(channel)","time":"\#(day)T10:00:00Z","lines":[{"item":"\#(item)","quantity":1,"unit_price":9}]}"#
      )
    }
    for _ in 0..<40 { put("old", "store", "2026-01-20") }
    for _ in 0..<20 { put("old", "app", "2026-01-21") }
    for _ in 0..<20 { put("hot", "app", "2026-02-25") }
    for _ in 0..<20 { put("old", "store", "2026-02-25") }
    for _ in 0..<15 { put("out", "store", "2026-02-26") }
    try shop.result("orders.put", #"{"orders":[\#(orders.joined(separator: ","))]}"#)
    try shop.result("segments.put", #"{"segments":[{"id":"app","condition":{"id":"a"}}]}"#)
    return shop
  }

  private func items(_ shop: TestShop, _ parameters: String) throws -> [String] {
    try shop.result("trending", parameters)["items"]?.each("item") ?? []
  }

  @Test func eachGroupHasItsOwn() throws {
    let shop = try shop()
    #expect(try items(shop, "{}") == ["hot"])
    #expect(try items(shop, #"{"channel":"app"}"#) == ["hot"])
    #expect(try items(shop, #"{"channel":"store"}"#) == [])
    #expect(try items(shop, #"{"channel":"nowhere","fill":true}"#) == [])
    #expect(try items(shop, #"{"channel":"store","fill":true}"#) == ["old"])
    #expect(try items(shop, #"{"channel":"app","against":"shop"}"#) == ["hot"])
    #expect(try items(shop, #"{"channel":"store","against":"shop"}"#) == ["old"])
    #expect(try items(shop, #"{"segment":"app"}"#) == ["hot"])
    #expect(try items(shop, #"{"segment":{"id":"b"},"against":"shop"}"#) == ["old"])
    let tier = try shop.result("customers.get", #"{"customer":"a"}"#)["tier"]?.text ?? ""
    #expect(try items(shop, #"{"tier":"\#(tier)"}"#) == ["hot"])
    #expect(try items(shop, #"{"tier":"\#(tier)","segment":{"id":"b"},"fill":true}"#) != ["hot"])
    #expect(try items(shop, #"{"category":"Tea"}"#) == ["hot"])
    #expect(try items(shop, #"{"category":"Ware","fill":true}"#) == [])
    #expect(try items(shop, #"{"at":"2026-02-01T00:00:00Z"}"#) == [], "nothing later is seen")
    let hot = try shop.result("trending", "{}")["items"]?.list.first
    #expect(hot?["baskets"]?.int == 20 && hot?["significant"]?.flag == true)
    #expect(hot?["ratio"]?.double ?? 0 > 1.5)
  }

  @Test func rulesBindAndRefusalsNameTheirPath() throws {
    let shop = try shop()
    let short = try shop.result("trending", #"{"exclude":["hot"],"fill":true}"#)
    #expect(short["items"]?.each("item") == ["old"])
    #expect(short["removed"]?["exclude"]?.int == 1 && short["removed"]?["stock"]?.int == 1)
    #expect(try items(shop, #"{"where":{"price":{"$gt":10}},"fill":true}"#) == [])
    try shop.result("orders.cancel", #"{"order":"o-60"}"#)
    #expect(try shop.result("trending")["items"]?.list.first?["baskets"]?.int == 19)
    #expect(try shop.failure("trending", #"{"against":"shop"}"#).path == "against")
    let tier = try shop.failure("trending", #"{"tier":"hihg"}"#)
    #expect(tier.path == "tier" && tier.reason == "not_one_of")
    #expect(try shop.failure("trending", #"{"segment":"none"}"#).reason == "unknown_segment")
    let empty = TestShop()
    #expect(try items(empty, #"{"fill":true}"#) == [])
  }
}
