import Shop
import Testing

@Suite struct RecommendTests {
  /// Two orders hold a and b, two hold a and c; d sold once, long ago; e was never sold.
  private func shop() throws -> TestShop {
    let shop = TestShop()
    try shop.result(
      "items.put",
      #"{"items":[{"id":"a","price":10,"category":["k"]},{"id":"b","price":20},{"id":"c","price":30},{"id":"d","price":40},{"id":"e","price":50,"category":["k"]},{"id":"fee","kind":"service"}]}"#
    )
    for (index, items) in [["a", "b"], ["a", "b"], ["a", "c"], ["c", "a"], ["d", "fee"]]
      .enumerated()
    {
      let lines = items.map { #"{"item":"\#($0)","quantity":1,"unit_price":10}"# }
      let time = index == 4 ? "2025-06-01T00:00:00Z" : "2026-02-10T0\(index):00:00Z"
      let order = OrderTests.order(
        "o-\(index)", customer: index < 2 ? "ann" : nil, time: time,
        lines: "[\(lines.joined(separator: ","))]")
      try shop.result("orders.put", #"{"orders":[\#(order)]}"#)
    }
    return shop
  }

  private func items(_ shop: TestShop, _ parameters: String) throws -> [String] {
    try shop.result("recommend", parameters)["items"]?.each("item") ?? []
  }

  @Test func theListIsFilledFromAllThatTheRulesAllow() throws {
    let shop = try shop()
    #expect(Set(try items(shop, "{}")) == ["a", "b", "c", "d", "e"])
    #expect(Set(try items(shop, #"{"basket":["a"]}"#)) == ["b", "c", "d", "e"])
    #expect(Set(try items(shop, #"{"customer":"ann","repeats":"none"}"#)) == ["c", "d", "e"])
    #expect(Set(try items(shop, #"{"customer":"ann","repeats":"only"}"#)) == ["a", "b"])
    #expect(try items(shop, #"{"basket":["a","a","zzz"],"k":2}"#) == ["b", "c"], "ties by id")
    for size in 1...5 {
      let first = try items(shop, #"{"basket":["b"],"k":\#(size)}"#)
      #expect(first == Array(try items(shop, #"{"basket":["b"],"k":1000}"#).prefix(size)))
    }
  }

  @Test func rulesBindEverySource() throws {
    let shop = try shop()
    for at in ["", #","at":"2026-02-20T00:00:00Z""#, #","at":"2020-01-01T00:00:00Z""#] {
      for who in [#""basket":["a"]"#, #""customer":"ann""#, #""customer":"nobody""#] {
        let ask = { (rule: String) in try items(shop, "{\(who),\(rule)\(at)}") }
        #expect(Set(try ask(#""exclude":["b","e","zzz"]"#)).isDisjoint(with: ["b", "e"]))
        #expect(Set(try ask(#""where":{"price":{"$lte":30}}"#)).isSubset(of: ["a", "b", "c"]))
        #expect(try ask(#""where":{"kind":"service"}"#) == ["fee"])
        #expect(try ask(#""where":{"$or":[{"kind":"service"},{"id":"e"}]}"#).contains("fee"))
        #expect(try ask(#""where":{"id":"none"}"#) == [])
      }
    }
    let emptied = try shop.result("recommend", #"{"where":{"id":"none"}}"#)
    #expect(emptied["emptied_by"]?.text == "where")
    try shop.result(
      "items.put",
      #"{"items":[{"id":"b","stock":0},{"id":"c","available_until":"2026-02-25"},{"id":"e","available_from":"2026-03-05"}]}"#
    )
    #expect(Set(try items(shop, "{}")) == ["a", "d"])
    #expect(Set(try items(shop, #"{"at":"2026-02-25T23:59:59Z"}"#)) == ["a", "c", "d"])
    #expect(Set(try items(shop, #"{"at":"2026-02-26T00:00:00Z"}"#)) == ["a", "d"])
    #expect(Set(try items(shop, #"{"at":"2026-03-05T00:00:00Z"}"#)) == ["a", "d", "e"])
    try shop.result(
      "events.put",
      #"{"events":[{"type":"dislike","customer":"ann","item":"d","time":"2026-02-28T00:00:00Z"}]}"#)
    #expect(try !items(shop, #"{"customer":"ann"}"#).contains("d"))
    #expect(try items(shop, #"{"customer":"ann","at":"2026-02-27T00:00:00Z"}"#).contains("d"))
  }

  @Test func anEarlierMomentSeesNothingLater() throws {
    let early = TestShop()
    let late = TestShop()
    let order = { (id: String, time: String, item: String) in
      OrderTests.order(
        id, time: time,
        lines:
          #"[{"item":"a","quantity":1,"unit_price":5},{"item":"\#(item)","quantity":1,"unit_price":5}]"#
      )
    }
    for shop in [early, late] {
      try shop.result("items.put", #"{"items":[{"id":"a"},{"id":"b"},{"id":"c"}]}"#)
      try shop.result(
        "orders.put",
        #"{"orders":[\#(order("1", "2026-01-01T00:00:00Z", "b")),\#(order("2", "2026-01-02T00:00:00Z", "b"))]}"#
      )
    }
    try late.result(
      "orders.put",
      #"{"orders":[\#(order("3", "2026-02-01T00:00:00Z", "c")),\#(order("4", "2026-02-02T00:00:00Z", "c"))]}"#
    )
    for parameters in [
      #"{"basket":["a"],"explain":true,"at":"2026-01-15T00:00:00Z"}"#,
      #"{"customer":"c-1","explain":true,"at":"2026-01-15T00:00:00Z"}"#,
    ] {
      #expect(early.call("recommend", parameters).line == late.call("recommend", parameters).line)
    }
  }

  @Test func anEmptyShopAndAStrangerAreAnswered() throws {
    let empty = TestShop()
    let nothing = try empty.result("recommend", #"{"customer":"x","basket":["y"],"k":1000}"#)
    #expect(nothing["items"]?.list.isEmpty == true && nothing["known"]?.flag == false)
    let shop = try shop()
    let stranger = try shop.result("recommend", #"{"customer":"x","channel":"nowhere"}"#)
    #expect(stranger["known"]?.flag == false && stranger["fallback_share"]?.double == 1)
    let own = try shop.result("recommend", #"{"customer":"ann","basket":["a"],"k":4}"#)
    #expect(own["known"]?.flag == true && own["fallback_share"]?.double == 0.5)
    for size in ["0", "-1", "1001", "9223372036854775807"] {
      let failure = try shop.failure("recommend", #"{"k":\#(size)}"#)
      #expect(failure.path == "k" && failure.reason == "out_of_range")
    }
  }

  @Test func whatWasBoughtOnceLongAgoIsStillTheCustomersOwn() throws {
    let shop = TestShop()
    let old = OrderTests.order(
      time: "2025-01-01T00:00:00Z",
      lines: #"[{"item":"x","quantity":1,"unit_price":9},{"item":"y","quantity":1,"unit_price":9}]"#
    )
    let other = OrderTests.order("o-2", customer: "c-2")
    try shop.result("orders.put", #"{"orders":[\#(old),\#(other)]}"#)
    let own = try shop.result("recommend", #"{"customer":"c-1","repeats":"only","basket":["y"]}"#)
    #expect(own["items"]?.each("item") == ["x"])
    #expect(own["items"]?.each("source") == ["repeat"])
    let back = try shop.result("churn-reactivate")["customers"]?.list.first
    #expect(back?["items"]?.each("item") == ["x", "y", "tea"])
  }

  @Test func explanationsCountWhatTheySay() throws {
    let shop = try shop()
    let answer = try shop.result("recommend", #"{"basket":["a"],"explain":true,"k":1}"#)
    let slot = try #require(answer["items"]?.list.first)
    #expect(slot["source"]?.text == "co_purchase" && slot["because"]?.texts == ["a"])
    #expect(slot["evidence"]?["baskets"]?.int == 2)
    #expect(slot["evidence"]?["baskets_with"]?["a"]?.int == 2)
    #expect(slot["parts"]?["basket"]?.double ?? 0 > 0)
    let own = try shop.result("recommend", #"{"customer":"ann","explain":true,"k":1}"#)
    let evidence = try #require(own["items"]?.list.first?["evidence"])
    #expect(evidence["bought"]?.int == 2 && evidence["usual_gap_days"]?.double == 0)
  }
}
