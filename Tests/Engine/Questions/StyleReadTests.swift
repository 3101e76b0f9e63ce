import Shop
import TestSupport
import Testing

/// What style and transitions look like in replies.
@Suite struct StyleReadTests {
  @Test func aSegmentTellsTheScoreOfItsAnswers() throws {
    let world = try SampleWorld()
    let shop = world.shop
    #expect(try shop.result("segments.get", #"{"segment":{}}"#)["nps"] == nil)
    try shop.result(
      "events.put",
      #"{"events":[{"type":"survey","customer":"c-1","value":10,"time":"2026-02-01T00:00:00Z"},{"type":"survey","customer":"c-2","value":3,"time":"2026-02-01T00:00:00Z"},{"type":"survey","customer":"c-3","value":9,"time":"2026-02-01T00:00:00Z"}]}"#
    )
    let score = try shop.result("segments.get", #"{"segment":{}}"#)["nps"]
    #expect(score?["answers"]?.int == 3 && score?["promoters"]?.int == 2)
    #expect(score?["detractors"]?.int == 1)
    let style = try shop.result("customers.get", #"{"customer":"c-1"}"#)
    #expect(style["preferred_hour"]?.int == 10)
    #expect(style["style"]?["hour"]?["evidence"]?.int == 4)
    #expect(style["style"]?["nps"]?["class"]?.text == "promoter")
    let low = try shop.result("customers.match", #"{"condition":{"style.nps.class":"detractor"}}"#)
    #expect(low["matches"]?.list.compactMap(\.text) == ["c-2"])
  }

  /// The moves that a write tells are those between the profile before and after.
  @Test(arguments: UInt64(1)...3)
  func writesTellTheMovesOfThoseTheyName(seed: UInt64) throws {
    var numbers = SeededGenerator(seed: seed)
    let shop = TestShop(now: TestShop.moment("2026-07-01T08:00:00Z"))
    var told = 0
    var placed: [(id: String, customer: String)] = []
    for step in 0..<60 {
      let customer = "c\(Int.random(in: 0..<6, using: &numbers))"
      var method = "orders.put"
      var parameters = ""
      var named = customer
      if step % 7 == 6, let order = placed.popLast() {
        method = "orders.cancel"
        named = order.customer
        parameters = #"{"order":"\#(order.id)","transitions":true}"#
      } else if step % 5 == 4 {
        method = "events.put"
        parameters =
          #"{"events":[{"type":"view","customer":"\#(customer)","time":"2026-06-01T00:00:00Z"}],"transitions":true}"#
      } else {
        let order = OrderTests.order(
          "o\(step)", customer: customer,
          time: "2026-0\(Int.random(in: 1...6, using: &numbers))-1\(step % 10)T08:00:00Z",
          lines: #"[{"item":"i","quantity":1,"unit_price":\#(100 * (step + 1))}]"#)
        placed.append((id: "o\(step)", customer: customer))
        parameters = #"{"orders":[\#(order)],"transitions":true}"#
      }
      func standing() throws -> [String?] {
        let profile = try shop.result("customers.get", #"{"customer":"\#(named)"}"#)
        guard profile["known"]?.flag == true else { return [nil, nil, nil] }
        return ["tier", "lifecycle", "level"].map { profile[$0]?.text }
      }
      let before = try standing()
      let reply = try shop.result(method, parameters)
      let after = try standing()
      var expected: [String] = []
      for (index, field) in ["tier", "lifecycle", "level"].enumerated()
      where before[index] != after[index] {
        expected.append("\(named) \(field) \(before[index] ?? "-") \(after[index] ?? "-")")
      }
      let rows = reply["transitions"]?.list.map { row in
        "\(row["customer"]?.text ?? "") \(row["field"]?.text ?? "") "
          + "\(row["from"]?.text ?? "-") \(row["to"]?.text ?? "-")"
      }
      #expect(rows == expected, "seed \(seed) step \(step)")
      told += expected.count
    }
    #expect(told > 10)
    let silent = try shop.result(
      "events.put",
      #"{"events":[{"type":"view","customer":"new","time":"2026-06-01T00:00:00Z"}]}"#)
    #expect(silent["transitions"] == nil)
  }
}
