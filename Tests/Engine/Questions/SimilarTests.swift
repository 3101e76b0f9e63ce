import Shop
import Testing

@Suite struct SimilarTests {
  /// a with b three times, with c twice, with d once; e was never sold.
  private func shop() throws -> TestShop {
    let shop = TestShop()
    try shop.result(
      "items.put",
      #"{"items":[{"id":"a","price":10},{"id":"b","price":20},{"id":"c","price":30},{"id":"d"},{"id":"e"},{"id":"fee","kind":"service"}]}"#
    )
    for (index, items) in [["a", "b"], ["a", "b"], ["a", "b", "c"], ["c", "a"], ["d", "a"]]
      .enumerated()
    {
      let lines = (items + ["fee"]).map { #"{"item":"\#($0)","quantity":1,"unit_price":10}"# }
      let order = OrderTests.order(
        "o-\(index)", customer: index < 2 ? "ann" : "bob", time: "2026-02-10T0\(index):00:00Z",
        lines: "[\(lines.joined(separator: ","))]")
      try shop.result("orders.put", #"{"orders":[\#(order)]}"#)
    }
    return shop
  }

  private func items(_ shop: TestShop, _ parameters: String) throws -> [String] {
    try shop.result("similar", parameters)["items"]?.each("item") ?? []
  }

  @Test func theNearestComeFirstWithTheirCounts() throws {
    let shop = try shop()
    let answer = try shop.result("similar", #"{"item":"a","explain":true}"#)
    #expect(answer["items"]?.each("item") == ["b", "c"])
    let first = answer["items"]?.list.first
    #expect(first?["shared"]?.int == 3)
    #expect(first?["evidence"]?["transactions"]?.int == 5)
    #expect(first?["evidence"]?["with_item"]?.int == 5)
    #expect(first?["evidence"]?["with_other"]?.int == 3)
    #expect(answer["removed"]?["minimum_shared"]?.int == 1)
    #expect(answer["removed"]?["kind"]?.int == 1)
    #expect(try items(shop, #"{"item":"a","k":1}"#) == ["b"])
    #expect(try items(shop, #"{"item":"a","minimum_shared":1}"#) == ["b", "c", "d"])
    // Ann bought a and b, Bob a, b, c and d.
    #expect(try items(shop, #"{"item":"b","level":"customers"}"#) == ["a"])
    #expect(
      try items(shop, #"{"item":"b","level":"customers","minimum_shared":1}"#) == ["a", "c", "d"])
  }

  @Test func rulesBind() throws {
    let shop = try shop()
    #expect(try items(shop, #"{"item":"a","exclude":["b","zzz"]}"#) == ["c"])
    #expect(try items(shop, #"{"item":"a","where":{"price":{"$gt":20}}}"#) == ["c"])
    #expect(try items(shop, #"{"item":"a","where":{"kind":"service"}}"#) == ["fee"])
    try shop.result(
      "items.put",
      #"{"items":[{"id":"b","stock":0},{"id":"c","available_until":"2026-02-25"}]}"#)
    #expect(try items(shop, #"{"item":"a"}"#) == [])
    #expect(try items(shop, #"{"item":"a","at":"2026-02-25T12:00:00Z"}"#) == ["c"])
    let emptied = try shop.result("similar", #"{"item":"a","where":{"id":"none"}}"#)
    #expect(emptied["emptied_by"]?.text != nil)
  }

  @Test func everyOrderReturnAndCancellationShowsAtOnce() throws {
    let shop = try shop()
    #expect(try items(shop, #"{"item":"d"}"#) == [])
    let order = OrderTests.order(
      "o-9", customer: nil, time: "2026-02-11T00:00:00Z",
      lines:
        #"[{"item":"a","quantity":1,"unit_price":1},{"item":"d","quantity":1,"unit_price":1}]"#)
    try shop.result("orders.put", #"{"orders":[\#(order)]}"#)
    for measure in ["jaccard", "cosine", "tfidf", "bm25"] {
      #expect(try items(shop, #"{"item":"d","measure":"\#(measure)"}"#) == ["a"])
    }
    #expect(try items(shop, #"{"item":"d","half_life_days":10}"#) == ["a"])
    #expect(try items(shop, #"{"item":"d","at":"2026-02-10T23:00:00Z"}"#) == [])
    try shop.result("orders.return", #"{"order":"o-9","lines":[{"item":"a","quantity":1}]}"#)
    for measure in ["jaccard", "cosine", "tfidf", "bm25"] {
      #expect(try items(shop, #"{"item":"d","measure":"\#(measure)"}"#) == [])
    }
    try shop.result("orders.cancel", #"{"order":"o-2"}"#)
    #expect(try items(shop, #"{"item":"a"}"#) == ["b"])
    try shop.result("customers.forget", #"{"customer":"ann"}"#)
    #expect(try items(shop, #"{"item":"a"}"#) == [])
  }

  @Test func unknownItemsAndWordsAreSaid() throws {
    let shop = try shop()
    let unknown = try shop.result("similar", #"{"item":"zzz"}"#)
    #expect(unknown["known"]?.flag == false && unknown["items"]?.list.isEmpty == true)
    let unsold = try shop.result("similar", #"{"item":"e"}"#)
    #expect(unsold["known"]?.flag == true && unsold["items"]?.list.isEmpty == true)
    for (parameters, path) in [
      (#"{"item":"a","measure":"x"}"#, "measure"), (#"{"item":"a","level":"x"}"#, "level"),
      (#"{"item":"a","direction":"x"}"#, "direction"), ("{}", "item"),
      (#"{"item":"a","half_life_days":0}"#, "half_life_days"),
      (#"{"item":"a","minimum_shared":0}"#, "minimum_shared"),
      (#"{"item":"a","k":0}"#, "k"),
    ] {
      #expect(try shop.failure("similar", parameters).path == path)
    }
  }
}
