import TestSupport
import Testing

/// Many customers in one call, lists that are spread out, and mixes per kind of member.
@Suite struct RecommendMixTests {
  /// Teas, pots and cups; c1 buys tea, c2 pots, c3 both; what c4 owns is a cheap cup.
  private func shop() throws -> TestShop {
    let shop = TestShop()
    var items: [String] = []
    for (category, prices) in [("Tea", [1000, 1100, 1200, 1300]), ("Cup", [500, 900, 1500])] {
      for (number, price) in prices.enumerated() {
        items.append(
          #"{"id":"\#(category.lowercased())\#(number)","category":["\#(category)"],"#
            + #""price":\#(price),"introduced":"\#(number == 2 ? "2026-02-20" : "2020-01-01")"}"#)
      }
    }
    try shop.result("items.put", #"{"items":[\#(items.joined(separator: ","))]}"#)
    let baskets = [
      ("c1", ["tea0", "tea1"]), ("c2", ["cup0", "cup1"]), ("c3", ["tea0", "tea1", "cup1"]),
      ("c1", ["tea0", "tea2"]), ("c3", ["tea0", "tea1", "tea2"]), ("c4", ["cup0"]),
      ("c5", ["tea1", "tea2", "tea3"]), ("c5", ["cup1", "cup2"]), ("c2", ["cup1", "cup2", "tea3"]),
    ]
    for (number, basket) in baskets.enumerated() {
      let lines = basket.1.map { #"{"item":"\#($0)","quantity":1,"unit_price":1000}"# }
      let order = OrderTests.order(
        "o\(number)", customer: basket.0, time: "2026-02-\(10 + number)T00:00:00Z",
        lines: "[\(lines.joined(separator: ","))]")
      try shop.result("orders.put", #"{"orders":[\#(order)]}"#)
    }
    return shop
  }

  @Test func manyCustomersAreAnsweredAsEachAlone() throws {
    let shop = try shop()
    let names = ["c1", "c2", "nobody", "c1"]
    let list = names.map { #""\#($0)""# }.joined(separator: ",")
    let together = try shop.result(
      "recommend", #"{"customers":[\#(list)],"k":4,"explain":true}"#)
    let answers = try #require(together["customers"]?.list)
    #expect(answers.map { $0["customer"]?.text } == names)
    for (name, answer) in zip(names, answers) {
      let alone = try shop.result(
        "recommend", #"{"customer":"\#(name)","k":4,"explain":true}"#)
      for field in ["items", "known", "fallback_share", "removed"] {
        #expect(answer[field] == alone[field], "\(name) \(field)")
      }
    }
    #expect(together["items"] == nil)
    let both = try shop.failure("recommend", #"{"customers":["c1"],"customer":"c1"}"#)
    #expect(both.path == "customers" && both.reason == "conflict")
    let many = (0..<101).map { #""x\#($0)""# }.joined(separator: ",")
    let large = try shop.failure("recommend", #"{"customers":[\#(many)],"k":100}"#)
    #expect(large.path == "customers" && large.reason == "out_of_range")
  }

  @Test func diversityPutsOtherCategoriesForwardAndKeepsPrefixes() throws {
    let shop = try shop()
    func list(_ rest: String) throws -> [String] {
      try shop.result("recommend", #"{"customer":"c1"\#(rest)}"#)["items"]?.each("item") ?? []
    }
    #expect(try list(#","diversity":0"#) == list(""))
    let diverse = try list(#","diversity":1,"k":7"#)
    #expect(Set(diverse) == Set(try list(#","k":7"#)))
    // The first is the best; the second resembles it least.
    #expect(try diverse.first == list(",\"k\":1").first)
    #expect(diverse[0].prefix(3) != diverse[1].prefix(3))
    for count in 1...7 {
      #expect(try list(#","diversity":1,"k":\#(count)"#) == Array(diverse.prefix(count)))
    }
    let capped = try list(#","diversity":0.5,"per_category":1"#)
    #expect(capped.count == 2)
    let explained = try shop.result(
      "recommend", #"{"customer":"c1","diversity":0.7,"explain":true}"#)
    for slot in explained["items"]?.list ?? [] {
      let parts = slot["parts"]?.members.compactMap { $0.value.double } ?? []
      let score = try #require(slot["score"]?.double)
      #expect(abs(parts.reduce(0, +) - score) < 1e-4)
    }
  }

  @Test func theFirstMixThatFitsWeighsAndSaysSo() throws {
    let shop = try shop()
    let plain = try shop.result("recommend", #"{"customer":"c4","repeats":"none"}"#)
    #expect(plain["mix"] == nil)
    try shop.result(
      "shop.configure",
      #"""
      {"recommend":{"mixes":[{"id":"cups","when":{"orders":1},"weights":{"upgrade":10}},
      {"id":"all","weights":{"new_item":10,"affordable":0.5}}]}}
      """#.replacing("\n", with: ""))
    let mixed = try shop.result(
      "recommend", #"{"customer":"c4","repeats":"none","explain":true}"#)
    #expect(mixed["mix"]?.text == "cups")
    let slots = try #require(mixed["items"]?.list)
    for slot in slots {
      let isUpgrade = ["cup1", "cup2"].contains(slot["item"]?.text)
      let score = try #require(slot["score"]?.double)
      let part = slot["parts"]?["mix"]?.double ?? 0
      if slot["parts"]?["recall"]?.double == score { continue }
      #expect(abs(part - (isUpgrade ? score * 0.9 : 0)) < 1e-4, "\(slot)")
    }
    #expect(slots.contains { ($0["parts"]?["mix"]?.double ?? 0) > 0 })
    #expect(try shop.result("recommend", #"{"customer":"c1"}"#)["mix"]?.text == "all")
    #expect(try shop.result("recommend", #"{"basket":["tea0"]}"#)["mix"]?.text == "all")
    try shop.result("shop.configure", #"{"recommend":{"mixes":[]}}"#)
    #expect(
      try shop.result("recommend", #"{"customer":"c4","repeats":"none"}"#)["items"]
        == plain["items"])
  }

  @Test func badMixesAreRefusedWithTheirPlace() throws {
    let shop = try shop()
    let bad: [(mixes: String, path: String, reason: String)] = [
      (#"{"mixes":{}}"#, "recommend.mixes", "wrong_type"),
      (#"{"other":[]}"#, "recommend.other", "unknown_parameter"),
      (#"{"mixes":[{"weights":{}}]}"#, "recommend.mixes[0].id", "missing"),
      (#"{"mixes":[{"id":"a"}]}"#, "recommend.mixes[0].weights", "missing"),
      (
        #"{"mixes":[{"id":"a","weights":{"luck":2}}]}"#, "recommend.mixes[0].weights.luck",
        "unknown_parameter"
      ),
      (
        #"{"mixes":[{"id":"a","weights":{"repeat":0}}]}"#, "recommend.mixes[0].weights.repeat",
        "out_of_range"
      ),
      (
        #"{"mixes":[{"id":"a","weights":{}},{"id":"a","weights":{}}]}"#, "recommend.mixes[1].id",
        "conflict"
      ),
      (
        #"{"mixes":[{"id":"a","when":5,"weights":{}}]}"#,
        "recommend.mixes[0].when", "not_an_object"
      ),
    ]
    for (mixes, path, reason) in bad {
      let failure = try shop.failure("shop.configure", #"{"recommend":\#(mixes)}"#)
      #expect(failure.path == path && failure.reason == reason, "\(mixes) \(failure)")
    }
  }
}
