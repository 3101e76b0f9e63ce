import Engine
import Shop
import TestSupport
import Testing

/// What earlier plans brought changes later ones; what a call may ask of a plan.
@Suite struct TargetEvidenceTests {
  /// Customers of equal habits: five orders, twenty days apart, the last on 1 February.
  private func shop(customers: Int = 400) throws -> TestShop {
    let shop = TestShop(now: TestShop.moment("2026-02-16T12:00:00Z"))
    var orders: [String] = []
    for customer in 0..<customers {
      for (number, day) in ["2025-11-13", "2025-12-03", "2025-12-23", "2026-01-12", "2026-02-01"]
        .enumerated()
      {
        orders.append(
          OrderTests.order(
            "o-\(customer)-\(number)", customer: "c-\(customer)", time: day + "T10:00:00Z",
            lines: #"[{"item":"i","quantity":1,"unit_price":20000}]"#))
      }
    }
    try shop.result("orders.put", #"{"orders":[\#(orders.joined(separator: ","))]}"#)
    try shop.result(
      "policies.put",
      #"""
      {"policies":[{"id":"tenth","gives":{"kind":"percent_off","percent":5,"cap":1000},
      "when":{"valid_days":14},"prior":{"redemption":0.3,"uplift":0.3}}]}
      """#)
    return shop
  }

  private func target(_ shop: TestShop, _ more: String = "") throws -> Value {
    try shop.result("target", #"{"limit":1000\#(more)}"#)
  }

  /// Everyone of the list orders at that moment.
  private func order(_ shop: TestShop, _ customers: some Sequence<String>, _ day: String) throws {
    let orders = customers.map { customer in
      OrderTests.order(
        "\(day)-\(customer)", customer: customer, time: day + "T10:00:00Z",
        lines: #"[{"item":"i","quantity":1,"unit_price":20000}]"#)
    }
    try shop.result("orders.put", #"{"orders":[\#(orders.joined(separator: ","))]}"#)
  }

  @Test func outcomesAgainstTheHeldOutReplaceThePrior() throws {
    let shop = try shop()
    let campaign = #","campaign":"x","holdout_percent":50"#
    let before = try target(shop, campaign)
    let assigned = before["assignments"]?.each("customer") ?? []
    #expect(assigned.count > 150)
    #expect(Set(before["assignments"]?.each("basis") ?? []) == ["prior"])
    #expect(before["assignments"]?.list.allSatisfy { $0["evidence"] == nil } == true)
    try shop.result("target", #"{"limit":1000,"commit":true,"key":"k"\#(campaign)}"#)
    let decisions = try shop.result("status")["counts"]?["decisions"]?.int ?? 0
    let held = 400 - assigned.count
    #expect(held > 150 && decisions == Int64(400), "all of equal habits: the held out as well")
    // As many of the given order as of the held out: the coupon moves nobody.
    let all = (0..<400).map { "c-\($0)" }
    let heldOut = all.filter { !assigned.contains($0) }
    try order(
      shop, assigned.prefix(assigned.count / 2) + heldOut.prefix(heldOut.count / 2), "2026-02-20")
    // The days are not over yet.
    shop.service.now = TestShop.moment("2026-03-01T12:00:00Z")
    #expect(try target(shop)["assignments"]?.list.allSatisfy { $0["evidence"] == nil } == true)
    shop.service.now = TestShop.moment("2026-03-03T12:00:00Z")
    let after = try target(shop)
    func margins(_ plan: Value) -> [Int64] {
      plan["assignments"]?.list.compactMap { $0["expected"]?["incremental_margin"]?.int } ?? []
    }
    let (hoped, left) = (margins(before).max() ?? 0, margins(after).max() ?? 0)
    #expect(left * 3 < hoped, "\(left) of \(hoped)")
    // As of then, nothing was known.
    let past = try target(shop, #","at":"2026-02-17T00:00:00Z""#)
    #expect(past["assignments"]?.list.allSatisfy { $0["evidence"] == nil } == true)
    #expect((past["assignments"]?.list.count ?? 0) > 300)
    // The same after a replay, and from a snapshot.
    let line = #"{"jsonrpc":"2.0","id":1,"method":"target","params":{"limit":1000}}"#
    let answer = shop.send(line)
    #expect(try shop.restarted().send(line) == answer)
    #expect(try shop.startedFromSnapshot().send(line) == answer)
  }

  @Test func aCouponThatWorksIsObservedToWork() throws {
    let shop = try shop()
    let assigned = try target(shop)["assignments"]?.each("customer") ?? []
    try shop.result("target", #"{"limit":1000,"commit":true,"key":"k"}"#)
    try order(shop, assigned.prefix(assigned.count * 9 / 10), "2026-02-20")
    shop.service.now = TestShop.moment("2026-03-06T12:00:00Z")
    let after = try target(shop)
    let first = try #require(after["assignments"]?.list.first)
    #expect(first["basis"]?.text == "observed")
    let evidence = try #require(first["evidence"])
    #expect(evidence["given"]?.int == Int64(assigned.count))
    #expect((evidence["held_out"]?.int ?? 0) > 8)
    #expect((evidence["weight"]?.double ?? 0) > 0.5)
    let expected = try #require(first["expected"])
    let interval = (expected["interval"]?.list ?? []).compactMap(\.int)
    let margin = try #require(expected["incremental_margin"]?.int)
    #expect(interval.count == 2 && interval[0] < margin && margin <= interval[1])
    #expect(first["because"]?.list.last?.text?.contains("held out 0 %") == true)
    // Pausing changes no offer; a larger gift is another one.
    try shop.result("policies.pause", #"{"policies":["tenth"]}"#)
    try shop.result("policies.resume", #"{"policies":["tenth"]}"#)
    #expect(try target(shop)["assignments"]?.list == after["assignments"]?.list)
    // Nobody used a code, so uses are expected far less often than the prior said.
    #expect((expected["redemption"]?.double ?? 1) < 0.7)
  }

  @Test func aCampaignHoldsOutMembersOfItsOwn() throws {
    let shop = try shop()
    let shopWide = try target(shop)["holdout"]?.int ?? 0
    let spring = try target(shop, #","campaign":"spring","holdout_percent":30"#)
    let autumn = try target(shop, #","campaign":"autumn","holdout_percent":30"#)
    #expect((spring["holdout"]?.int ?? 0) > shopWide + 80)
    #expect(
      spring["assignments"]?.each("customer") != autumn["assignments"]?.each("customer"))
    #expect(
      try target(shop, #","campaign":"spring","holdout_percent":0"#)["holdout"]?.int == shopWide)
    let standard = try target(shop, #","campaign":"spring""#)["holdout"]?.int ?? 0
    #expect(standard > shopWide + 5 && standard < shopWide + 45)
    #expect(
      try shop.failure("target", #"{"holdout_percent":5}"#).path == "holdout_percent")
    // A larger holdout holds whom a smaller one held.
    let given = Set(spring["assignments"]?.each("customer") ?? [])
    let more = Set(
      try target(shop, #","campaign":"spring","holdout_percent":50"#)["assignments"]?
        .each("customer") ?? [])
    #expect(more.isSubset(of: given))
  }

  @Test func exploringIsSaidAndStaysTheSame() throws {
    let shop = try shop()
    let plan = try target(shop, #","campaign":"x","explore_percent":40"#)
    let explored = plan["assignments"]?.list.filter { $0["explored"]?.flag == true } ?? []
    #expect(explored.count > 30)
    // One policy or nothing; the policy is what they would have got without a draw too.
    #expect(explored.allSatisfy { $0["propensity"]?.double == 0.8 })
    #expect((plan["withheld"]?["explored"]?.int ?? 0) > 30)
    let committed = try shop.result(
      "target",
      #"{"limit":1000,"campaign":"x","explore_percent":40,"commit":true,"key":"k"}"#)
    #expect(
      committed["assignments"]?.each("customer") == plan["assignments"]?.each("customer"))
    #expect(try target(shop)["assignments"]?.list.first?["propensity"] == nil)
    // Every choice that chance had a part in is in the log with how probable it was.
    let few = try shop.result(
      "target",
      #"{"limit":20,"campaign":"y","explore_percent":40,"commit":true,"key":"l"}"#)
    let record = String(decoding: shop.records.last ?? [], as: UTF8.self)
    let probable = record.matches(of: /"propensity":0\.[0-9]+/).count
    #expect(few["assignments"]?.list.count == 20)
    let considered = few["considered"]?.int ?? 0
    let without = ["limit_per_customer", "holdout", "no_uplift"].reduce(0) {
      $0 + (few["withheld"]?[$1]?.int ?? 0)
    }
    // In the record's facts; the reply, which is kept for the key, says it of the coupons again.
    #expect(probable == considered - without + 20, "\(few)")
    #expect(record.contains(#"{"passed":{"#))
  }

  @Test func boundsOnPartsOfAPlan() throws {
    let shop = try shop(customers: 60)
    let quota = try target(shop, #","quotas":[{"policies":["tenth"],"at_most":7}]"#)
    #expect(quota["assignments"]?.list.count == 7)
    #expect((quota["withheld"]?["quota"]?.int ?? 0) > 40)
    #expect(quota["unmet"] == nil)
    let least = try target(shop, #","quotas":[{"tiers":["nobody"],"at_least":3}]"#)
    #expect(least["unmet"]?.list.first?["missing"]?.int == 3)
    let expected = try target(shop, #","budget":3000,"budget_on":"expected""#)
    #expect((expected["assignments"]?.list.count ?? 0) > 3)
    #expect((expected["spent"]?["expected"]?.int ?? .max) <= 3000)
    for wrong in [
      #""quotas":[{"at_most":-1}]"#, #""quotas":[{"tier":["x"]}]"#, #""quotas":{}"#,
      #""objective":"fun""#, #""budget_on":"hope""#, #""explore_percent":101"#,
      #""campaign":"""#,
      #""quotas":[\#(Array(repeating: "{}", count: 51).joined(separator: ","))]"#,
    ] {
      let name = wrong.dropFirst().prefix { $0 != "\"" }
      let failure = try shop.failure("target", "{\(wrong)}")
      #expect(failure.path?.hasPrefix(name) == true, "\(wrong): \(failure)")
    }
  }

  @Test func forgettingTakesDecisionsAlong() throws {
    let shop = try shop(customers: 40)
    try shop.result("target", #"{"limit":1000,"commit":true,"key":"k"}"#)
    let before = try shop.result("status")["counts"]?["decisions"]?.int ?? 0
    try shop.result("customers.forget", #"{"customer":"c-3"}"#)
    #expect(try shop.result("status")["counts"]?["decisions"]?.int == before - 1)
    #expect(try shop.result("target", "{}")["considered"]?.int == 39)
  }
}
