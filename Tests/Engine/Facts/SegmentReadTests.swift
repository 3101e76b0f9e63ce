import Foundation
import Shop
import TestSupport
import Testing

/// Who is in a segment, who came and went, and how members move.
@Suite struct SegmentReadTests {
  /// Random orders, events and a return or two of two dozen customers over half a year.
  private func shop(seed: UInt64) throws -> TestShop {
    var numbers = SeededGenerator(seed: seed)
    let shop = TestShop(now: TestShop.moment("2026-07-01T08:00:00Z"))
    try shop.result(
      "shop.configure",
      #"{"timezone":"Asia/Shanghai","members":{"levels":[{"id":"silver","spend":20000},{"id":"gold","spend":60000}]}}"#
    )
    var orders: [String] = []
    for number in 0..<150 {
      let moment = time(Int.random(in: 0..<180, using: &numbers), &numbers)
      orders.append(
        OrderTests.order(
          "o\(number)", customer: "c\(Int.random(in: 0..<24, using: &numbers))", time: moment,
          lines:
            #"[{"item":"i","quantity":2,"unit_price":\#(Int.random(in: 500...9000, using: &numbers))}]"#
        ))
    }
    try shop.result("orders.put", #"{"orders":[\#(orders.joined(separator: ","))]}"#)
    var events: [String] = []
    for _ in 0..<60 {
      let moment = time(Int.random(in: 0..<180, using: &numbers), &numbers)
      let customer = "c\(Int.random(in: 0..<30, using: &numbers))"
      events.append(#"{"type":"view","customer":"\#(customer)","item":"i","time":"\#(moment)"}"#)
    }
    try shop.result("events.put", #"{"events":[\#(events.joined(separator: ","))]}"#)
    try shop.result("orders.cancel", #"{"order":"o3"}"#)
    try shop.result(
      "orders.return", #"{"order":"o5","lines":[{"item":"i","quantity":2}]}"#)
    try shop.result(
      "segments.put",
      #"{"segments":[{"id":"buyers","title":"Lately","condition":{"recency_days":{"$lte":30}}},{"id":"all","condition":{}}]}"#
    )
    return shop
  }

  private func time(_ day: Int, _ numbers: inout SeededGenerator) -> String {
    let start = TestShop.moment("2026-01-01T00:00:00Z")
    return start.advanced(byDays: Double(day) + Double.random(in: 0..<1, using: &numbers)).rfc3339()
  }

  @Test func segmentsAreListedByID() throws {
    let list = try shop(seed: 1).result("segments.list")["segments"]
    #expect(list?.each("id") == ["all", "buyers"])
    #expect(list?.list[1]["title"]?.text == "Lately")
    #expect(list?.list[1]["condition"]?["recency_days"]?["$lte"]?.int == 30)
  }

  @Test(arguments: UInt64(1)...3)
  func comingAndGoingIsTheDifferenceOfTwoMatches(seed: UInt64) throws {
    let shop = try shop(seed: seed)
    let since = "2026-05-01T00:00:00Z"
    func matches(_ at: String?) throws -> Set<String> {
      let moment = at.map { #","at":"\#($0)""# } ?? ""
      let reply = try shop.result(
        "customers.match", #"{"condition":{"recency_days":{"$lte":30}}\#(moment)}"#)
      return Set(reply["matches"]?.list.compactMap(\.text) ?? [])
    }
    let (then, now) = (try matches(since), try matches(nil))
    let reply = try shop.result(
      "segments.get", #"{"segment":"buyers","since":"\#(since)","sample":1000}"#)
    func names(_ value: Value?) -> Set<String> { Set(value?.list.compactMap(\.text) ?? []) }
    #expect(reply["count"]?.int == Int64(now.count) && names(reply["sample"]) == now)
    #expect(names(reply["entered"]?["sample"]) == now.subtracting(then))
    #expect(names(reply["left"]?["sample"]) == then.subtracting(now))
    #expect(reply["left"]?["count"]?.int == Int64(then.subtracting(now).count))
    let few = try shop.result("segments.get", #"{"segment":"buyers","sample":2}"#)
    #expect(few["sample"]?.list.count == min(2, now.count) && few["entered"] == nil)
    var spend: Int64 = 0
    for customer in now {
      spend += try shop.result("customers.get", #"{"customer":"\#(customer)"}"#)["spend"]?.int ?? 0
    }
    #expect(reply["spend"]?.int == spend)
    let later = #"{"segment":"buyers","since":"2027-01-01T00:00:00Z"}"#
    #expect(try shop.failure("segments.get", later).path == "since")
    #expect(try shop.failure("segments.get", #"{"segment":"x"}"#).reason == "unknown_segment")
  }

  @Test(arguments: UInt64(4)...6)
  func movesAreWhatTwoProfilesDifferIn(seed: UInt64) throws {
    let shop = try shop(seed: seed)
    let since = "2026-04-10T00:00:00Z"
    var expected: [String] = []
    for customer in (0..<30).map({ "c\($0)" }).sorted() {
      let old = try shop.result("customers.get", #"{"customer":"\#(customer)","at":"\#(since)"}"#)
      let new = try shop.result("customers.get", #"{"customer":"\#(customer)"}"#)
      guard new["known"]?.flag == true else { continue }
      for field in ["tier", "lifecycle", "level"] {
        let from = old["known"]?.flag == true ? old[field]?.text : nil
        let to = new[field]?.text
        if from != to { expected.append("\(customer) \(field) \(from ?? "-") \(to ?? "-")") }
      }
    }
    func rows(_ reply: Value) -> [String] {
      reply["changes"]?.list.map { change in
        "\(change["customer"]?.text ?? "") \(change["field"]?.text ?? "") "
          + "\(change["from"]?.text ?? "-") \(change["to"]?.text ?? "-")"
      } ?? []
    }
    let reply = try shop.result("customers.changes", #"{"since":"\#(since)"}"#)
    #expect(rows(reply) == expected && !expected.isEmpty)
    #expect(reply["count"]?.int == Int64(expected.count))
    let counted = reply["moves"]?.list.compactMap { $0["customers"]?.int } ?? []
    #expect(counted.reduce(0, +) == Int64(expected.count))
    #expect(counted == counted.sorted(by: >))
    let tiers = try shop.result(
      "customers.changes", #"{"since":"\#(since)","fields":["tier"],"limit":2}"#)
    let ofTier = expected.filter { $0.contains(" tier ") }
    #expect(rows(tiers) == Array(ofTier.prefix(2)))
    #expect(tiers["count"]?.int == Int64(ofTier.count))
    #expect(
      try shop.result("customers.changes", #"{"since":"2026-07-01T08:00:00Z"}"#)["count"]?.int == 0)
  }

  @Test func aFunnelWorkedOutByHand() throws {
    let shop = TestShop(now: TestShop.moment("2026-03-20T08:00:00Z"))
    try shop.result("shop.configure", #"{"timezone":"Asia/Shanghai"}"#)
    func order(_ id: String, _ customer: String, _ time: String) -> String {
      OrderTests.order(
        id, customer: customer, time: time,
        lines: #"[{"item":"i","quantity":1,"unit_price":1000}]"#)
    }
    let orders = [
      // a: viewed on 1 January, ordered on the 5th, and on the 5th again, and in March.
      order("a1", "a", "2026-01-05T01:00:00Z"), order("a2", "a", "2026-01-05T09:00:00Z"),
      order("a3", "a", "2026-03-01T01:00:00Z"),
      // b: 31 January in UTC is 1 February in Shanghai; again eleven days later.
      order("b1", "b", "2026-01-31T20:00:00Z"), order("b2", "b", "2026-02-12T01:00:00Z"),
      // d ordered once, and it was cancelled.
      order("d1", "d", "2026-02-02T01:00:00Z"),
    ]
    try shop.result("orders.put", #"{"orders":[\#(orders.joined(separator: ","))]}"#)
    try shop.result("orders.cancel", #"{"order":"d1"}"#)
    try shop.result(
      "events.put",
      #"{"events":[{"type":"view","customer":"a","time":"2026-01-01T01:00:00Z"},{"type":"view","customer":"e","time":"2026-01-01T01:00:00Z"}]}"#
    )
    try shop.result("customers.put", #"{"customers":[{"id":"f"}]}"#)
    let funnel = try shop.result("segments.funnel", #"{"months":3}"#)
    let counts = ["customers", "visited", "ordered", "repeated", "orders"].map { funnel[$0]?.int }
    #expect(counts == [5, 3, 2, 2, 5])
    #expect(funnel["visit_to_order"]?.double == 0.6667)
    #expect(funnel["repurchase_rate"]?.double == 1)
    #expect(funnel["median_days_to_first"]?.int == 4)
    #expect(funnel["median_days_to_second"]?.int == 11)
    #expect(funnel["average_order_value"]?.int == 1000)
    let retention = funnel["retention"]?.list ?? []
    #expect(retention.map { $0["month"]?.text } == ["2026-01", "2026-02"])
    #expect(retention.map { $0["ordered"]?.list.compactMap(\.int) } == [[1, 0, 1], [1, 0]])
    let short = try shop.result("segments.funnel", #"{"months":2}"#)
    #expect(short["retention"]?.list.map { $0["month"]?.text } == ["2026-02"])
    let none = try shop.result("segments.funnel", #"{"segment":{"id":"nobody"}}"#)
    #expect(none["visit_to_order"] == .null && none["customers"]?.int == 0)
  }

  @Test func rfmClassesOfTheShopPartitionItsMembers() throws {
    let shop = try shop(seed: 7)
    for (file, names) in [("rfm-classes", 11), ("rfm-plain", 3)] {
      let text = try String(
        contentsOf: PackageRoot.url(of: "Models/\(file).json"), encoding: .utf8)
      try shop.result("shop.configure", text.replacing("\n", with: " "))
      let table = try shop.result("segments.cross", #"{"rows":"rfm.class","columns":"known"}"#)
      let classes = table["rows"]?.list.compactMap(\.text) ?? []
      #expect(classes.count > 1 && classes.count <= names)
      let customers = try shop.result("customers.get", #"{"customer":"c1"}"#)
      #expect(classes.contains(customers["rfm"]?["class"]?.text ?? "?"))
    }
    // The first customer in the gap is named, wherever in it they are.
    let gap = #"{"members":{"rfm":{"classes":[{"id":"a","boxes":[{"recency":[3,5]}]}]}}}"#
    let failure = try shop.failure("shop.configure", gap)
    #expect(failure.reason == "gap" && failure.path == "members.rfm.classes")
    let scores = try (0..<24).map { "c\($0)" }.sorted().compactMap { name -> (String, [Int64])? in
      let rfm = try shop.result("customers.get", #"{"customer":"\#(name)"}"#)["rfm"]
      let scores = ["recency", "frequency", "monetary"].compactMap { rfm?[$0]?.int }
      return scores.count == 3 ? (name, scores) : nil
    }
    let first = try #require(scores.first { $0.1[0] < 3 })
    #expect(first.1 != [1, 1, 1], "the seed puts nobody at the lowest scores first")
    #expect(
      failure.message == "no class holds recency \(first.1[0]), frequency \(first.1[1]), "
        + "monetary \(first.1[2]); customer \(first.0) is there")
    // By the thresholds that come with the classes: 5 is everybody's recency there.
    let moved =
      #"{"members":{"rfm":{"thresholds":{"recency_days":[100000,100001,100002,100003],"orders":[2,4,6,8],"spend":[1,2,3,4]},"classes":[{"id":"a","boxes":[{"recency":[1,4]}]}]}}}"#
    #expect(try shop.failure("shop.configure", moved).message.contains("recency 5, "))
    let held =
      moved.replacing(#"{"recency":[1,4]}"#, with: #"{"recency":[5,5]}"#)
    #expect(
      try shop.failure("shop.configure", held).message
        == "no class holds recency 1, frequency 1, monetary 1")
    try shop.result("shop.configure", #"{"members":{"rfm":{"classes":null}}}"#)
    let thresholds =
      #"{"members":{"rfm":{"thresholds":{"recency_days":[30,60,90,120],"orders":[2,4,6,8],"spend":[1,2,3,1000000]}}}}"#
    try shop.result("shop.configure", thresholds)
    let profile = try shop.result("customers.get", #"{"customer":"c1"}"#)
    let days = try #require(profile["recency_days"]?.int)
    let orders = try #require(profile["orders"]?.int)
    #expect(profile["rfm"]?["recency"]?.int == 5 - Int64([30, 60, 90, 120].count { days >= $0 }))
    #expect(profile["rfm"]?["frequency"]?.int == 1 + Int64([2, 4, 6, 8].count { orders >= $0 }))
  }
}
