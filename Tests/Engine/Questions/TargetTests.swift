import Shop
import Testing

@Suite struct TargetTests {
  /// Forty customers of equal habits.
  private func shop() throws -> TestShop {
    let shop = TestShop()
    var orders: [String] = []
    for customer in 0..<40 {
      for day in [10, 20] {
        orders.append(
          OrderTests.order(
            "o-\(customer)-\(day)", customer: "c-\(customer)", time: "2026-01-\(day)T10:00:00Z",
            lines: #"[{"item":"i","quantity":1,"unit_price":\#(10000 + customer)}]"#))
      }
    }
    try shop.result("orders.put", #"{"orders":[\#(orders.joined(separator: ","))]}"#)
    try shop.result(
      "policies.put",
      #"{"policies":[\#(SampleWorld.policy),{"id":"none","gives":{"kind":"percent_off","percent":50},"prior":{"redemption":0.5,"uplift":0}}]}"#
    )
    return shop
  }

  @Test func boundsAreKept() throws {
    let shop = try shop()
    let all = try shop.result("target", "{}")
    let count = Int64(all["assignments"]?.list.count ?? 0)
    #expect(count > 30)
    #expect(all["assignments"]?.each("policy").allSatisfy { $0 == "ten" } == true)
    #expect(all["spent"]?["exposure"]?.int == 500 * count)
    for (bound, most) in [
      (#""budget":1700"#, 3), (#""limit":2"#, 2), (#""budget":0"#, 0), (#""limit":0"#, 0),
    ] {
      let plan = try shop.result("target", "{\(bound)}")
      #expect(plan["assignments"]?.list.count == most, "\(bound)")
      #expect(plan["considered"]?.int == 40)
    }
    let few = try shop.result(
      "target", #"{"customers":["c-1","c-1","unknown","c-2"],"policies":["none","ten","none"]}"#)
    #expect(few["considered"]?.int == 2)
    #expect(
      try shop.result("target", #"{"policies":["none"]}"#)["withheld"]?["no_uplift"]?.int ?? 0 > 30)
    #expect(try shop.result("target", #"{"policies":[]}"#)["withheld"]?["no_policy"] != nil)
    let far = try shop.result("target", #"{"budget":1000000000000,"limit":100000}"#)
    #expect(Int64(far["assignments"]?.list.count ?? 0) == count)
  }

  @Test func whatIsNotKnownIsNamed() throws {
    let shop = try shop()
    let policy = try shop.failure("target", #"{"policies":["ten","x"]}"#)
    #expect(
      policy.reason == "unknown_policy" && policy.path == "policies[1]" && policy.code == -31998)
    let segment = try shop.failure("target", #"{"segment":"x"}"#)
    #expect(segment.reason == "unknown_segment" && segment.path == "segment")
    for json in ["null", "1", "[]", "true"] {
      #expect(try shop.failure("target", #"{"segment":\#(json)}"#).path == "segment")
    }
    for budget in ["-1", "1.5", "9223372036854775807"] {
      #expect(try shop.failure("target", #"{"budget":\#(budget)}"#).path == "budget")
    }
  }

  @Test func committingIssuesWhatWasPlanned() throws {
    let shop = try shop()
    let plan = try shop.result("target", #"{"limit":5}"#)
    let log = shop.records.count
    #expect(plan["assignments"]?.each("code") == [])
    let done = try shop.result("target", #"{"limit":5,"commit":true,"key":"a"}"#)
    #expect(shop.records.count == log + 1, "one request, one record")
    #expect(done["assignments"]?.each("customer") == plan["assignments"]?.each("customer"))
    let codes = done["assignments"]?.each("code") ?? []
    #expect(Set(codes).count == 5)
    let alphabet = Set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    #expect(codes.allSatisfy { $0.count == 16 && alphabet.isSuperset(of: $0) })
    #expect(try shop.result("coupons.totals", #"{"policy":"ten"}"#)["live"]?.int == 5)
    for (customer, code) in zip(done["assignments"]?.each("customer") ?? [], codes) {
      let held = try shop.result("coupons.list", #"{"customer":"\#(customer)"}"#)["coupons"]
      #expect(held?.each("code") == [code])
    }
  }

  @Test func aMomentWithCommitIsTheMomentOfIssue() throws {
    let shop = try shop()
    let at = "2026-02-01T00:00:00Z"
    let done = try shop.result("target", #"{"limit":1,"commit":true,"key":"a","at":"\#(at)"}"#)
    let customer = done["assignments"]?.each("customer").first ?? ""
    let held = try shop.result("coupons.list", #"{"customer":"\#(customer)"}"#)["coupons"]?.list
      .first
    #expect(held?["issued"]?.text == at)
    #expect(held?["expires"]?.text == "2026-03-03T00:00:00Z")
  }

  @Test func aMomentAheadTakesNoPlaceTwice() throws {
    let shop = try shop()
    try shop.result(
      "policies.put",
      #"{"policies":[{"id":"two","gives":{"kind":"amount_off","amount":100},"limits":{"total":2},"when":{"valid_days":5},"prior":{"redemption":0.9,"uplift":0.9}}]}"#
    )
    for (key, at) in ["2026-02-27", "2027-01-01", "2026-02-28", "2026-03-01"].enumerated() {
      try shop.result(
        "target",
        #"{"policies":["two"],"commit":true,"key":"\#(key)","at":"\#(at)T00:00:00Z"}"#)
      for moment in ["2026-02-27", "2026-03-01", "2027-01-02"] {
        let totals = try shop.result(
          "coupons.totals", #"{"policy":"two","at":"\#(moment)T00:00:00Z"}"#)
        #expect(totals["live"]?.int ?? 9 <= 2, "\(moment)")
      }
    }
  }

  @Test func theHoldoutIsStickyAndGetsNothing() throws {
    let shop = try shop()
    try shop.result("shop.configure", #"{"holdout_percent":50}"#)
    let customers = { (plan: Value) in Set(plan["assignments"]?.each("customer") ?? []) }
    let first = try shop.result("target", "{}")
    let held = try #require(first["holdout"]?.int)
    #expect((10...30).contains(held))
    #expect(first["withheld"]?["holdout"]?.int == held)
    #expect(customers(try shop.restarted().result("target", "{}")) == customers(first))
    try shop.result("shop.configure", #"{"holdout_percent":20}"#)
    #expect(customers(try shop.result("target", "{}")).isSuperset(of: customers(first)))
    try shop.result("shop.configure", #"{"holdout_percent":0}"#)
    #expect(try shop.result("target", "{}")["holdout"]?.int == 0)
  }

  @Test func limitsPerCustomerAreSeenInThePlan() throws {
    let shop = try shop()
    try shop.result(
      "policies.put",
      #"{"policies":[{"id":"once","gives":{"kind":"amount_off","amount":500},"limits":{"per_customer":1,"total":100},"prior":{"redemption":0.5,"uplift":0.4}}]}"#
    )
    let first = try shop.result("target", #"{"policies":["once"],"commit":true,"key":"a"}"#)
    let count = Int64(first["assignments"]?.list.count ?? 0)
    let second = try shop.result("target", #"{"policies":["once"],"commit":true,"key":"b"}"#)
    #expect(count > 0 && second["assignments"]?.list.isEmpty == true)
    #expect(second["withheld"]?["limit_per_customer"]?.int == count)
  }
}
