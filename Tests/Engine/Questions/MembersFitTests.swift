import Engine
import Members
import TestSupport
import Testing

/// `members.fit`: work beside the loop, whose outcome is a fact like any other.
@Suite struct MembersFitTests {
  /// 150 customers of different habits over 200 days, up to a few before now.
  private func shop(seed: UInt64 = 1) throws -> TestShop {
    let shop = TestShop(seed: seed)
    try shop.result("shop.configure", #"{"currency":"CNY","timezone":"Asia/Shanghai"}"#)
    var generator = SeededGenerator(seed: seed)
    var orders: [String] = []
    for customer in 0..<150 {
      let gap = generator.integer(in: 3...60)
      var day = generator.integer(in: 0...40)
      while day < 190 {
        orders.append(
          #"{"id":"o-\#(orders.count)","customer":"c-\#(customer)","time":"\#(Self.day(day))T10:00:00+08:00","lines":[{"item":"tea","quantity":1,"unit_price":\#(generator.integer(in: 500...5000))}]}"#
        )
        if generator.oneIn(3) { break }
        day += generator.integer(in: 1...(2 * gap))
      }
    }
    try shop.result("orders.put", #"{"orders":[\#(orders.joined(separator: ","))]}"#)
    return shop
  }

  private static func day(_ number: Int) -> String {
    // Months of 28 days from August 2025 on.
    let (month, day) = number.quotientAndRemainder(dividingBy: 28)
    let text = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    return "\(month < 5 ? 2025 : 2026)-\(text((month + 7) % 12 + 1))-\(text(day + 1))"
  }

  @Test func whatIsSoundIsTakenIntoUse() throws {
    let shop = try shop()
    let before = try shop.result("customers.get", #"{"customer":"c-1"}"#)
    #expect(before["lifetime_basis"]?.text == "prior" && before["cluster"] == nil)
    let started = try shop.result("members.fit", #"{"clusters":3}"#)
    #expect(started["state"]?.text == "done")
    let work = try #require(started["work"]?.text)
    let lifetime = started["result"]?["lifetime"]
    #expect(lifetime?["basis"]?.text == "fitted")
    let model = try #require(lifetime?["model"]?.text)
    #expect(lifetime?[model]?["sound"]?.flag == true)
    #expect(lifetime?[model]?["r_error"]?.double ?? 0 > 0)
    for name in ["auc_mbg_nbd", "auc_prior", "auc_frequency", "auc_recency"] {
      let area = try #require(lifetime?["holdout"]?[name]?.double)
      #expect((0...1).contains(area), "\(name)")
    }
    #expect(started["result"]?["clusters"]?["clusters"]?.list.count == 3)
    let after = try shop.result("customers.get", #"{"customer":"c-1"}"#)
    #expect(after["lifetime_basis"]?.text == "fitted" && after["cluster"]?.text?.first == "c")
    #expect(after["expected_orders_12m"]?.double ?? -1 >= 0)
    #expect(
      try shop.result("customers.rank", #"{"by":"value"}"#)["lifetime_basis"]?.text == "fitted")
    #expect(try shop.result("churn-reactivate", "{}")["lifetime_basis"]?.text == "fitted")
    let again = try shop.result("members.fit", #"{"work":"\#(work)"}"#)
    #expect(again["result"] == started["result"])
    // One cluster or another is a condition like any other.
    let label = try #require(after["cluster"]?.text)
    let same = try shop.result(
      "customers.match", #"{"condition":{"cluster":"\#(label)"},"limit":1000}"#)
    #expect(same["matches"]?.list.contains { $0.text == "c-1" } == true)
  }

  /// Replayed, the model is the one that was fitted; fitted anew on the same log, it is the same.
  @Test func theLogHoldsTheModel() throws {
    let (first, second) = (try shop(), try shop())
    for shop in [first, second] { try shop.result("members.fit", #"{"seed":3}"#) }
    let ask = { (shop: TestShop) throws in
      try (0..<20).map { try shop.result("customers.get", #"{"customer":"c-\#($0)"}"#) }
    }
    let expected = try ask(first)
    #expect(try ask(second) == expected)
    #expect(try ask(first.restarted()) == expected)
    #expect(try ask(first.startedFromSnapshot()) == expected)
    #expect(expected[0]["cluster"] != nil)
  }

  @Test func aShopWithoutOrdersHasNothingToFit() throws {
    let result = try TestShop().result("members.fit", "{}")["result"]
    #expect(result?["lifetime"]?["reason"]?.text == "too_few_customers")
    #expect(result?["clusters"]?["customers"]?.int == 0)
  }

  @Test func fewCustomersKeepThePrior() throws {
    let world = try SampleWorld()
    let result = try world.shop.result("members.fit", #"{"what":["lifetime"]}"#)["result"]
    #expect(result?["lifetime"]?["reason"]?.text == "too_few_customers")
    #expect(result?["clusters"] == nil)
    let profile = try world.shop.result("customers.get", #"{"customer":"c-1"}"#)
    #expect(profile["lifetime_basis"]?.text == "prior")
    #expect(try world.shop.failure("members.fit", #"{"what":["rfm"]}"#).path == "what[0]")
    #expect(try world.shop.failure("members.fit", #"{"clusters":1}"#).path == "clusters")
  }
}
