import Shop
import Testing

/// Bugs planted in packs of policies: how many `policies.check` finds, and that `coupons.quote`
/// answers what each finding says it does.
@Suite struct PoliciesCheckTests {
  /// A shop with costs and stocks, and customers of four kinds.
  static func shop() throws -> TestShop {
    let shop = TestShop()
    try shop.result(
      "shop.configure",
      #"{"currency":"EUR","timezone":"Europe/Berlin","members":{"levels":[{"id":"silver","spend":10000},{"id":"gold","spend":60000}]}}"#
    )
    try shop.result(
      "items.put",
      #"""
      {"items":[
      {"id":"tea","category":["Drinks","Tea"],"brand":"Leaf","price":1200,"cost":600},
      {"id":"pot","category":["Ware"],"price":4500,"cost":3600},
      {"id":"cup","category":["Ware"],"price":900,"cost":300,"stock":5},
      {"id":"jar","category":["Ware"],"price":2000,"cost":1000,"stock":3},
      {"id":"old","category":["Past"],"price":500,"cost":100,"available_until":"2025-01-01"}]}
      """#)
    var orders: [String] = []
    for (customer, count) in [("a", 12), ("b", 6), ("c", 3), ("d", 1)] {
      for index in 0..<count {
        orders.append(
          #"{"id":"\#(customer)-\#(index)","customer":"\#(customer)","time":"2026-02-\#(10 + index)T10:00:00Z","lines":[{"item":"tea","quantity":\#(count),"unit_price":1200},{"item":"\#(customer == "a" ? "pot" : "cup")","quantity":1,"unit_price":900}]}"#
        )
      }
    }
    try shop.result("orders.put", #"{"orders":[\#(orders.joined(separator: ","))]}"#)
    try shop.result("customers.put", #"{"customers":[{"id":"e","region":"North"}]}"#)
    return shop
  }

  /// A policy that is right: every bug below is one change of it.
  static let fine =
    #""gives":{"kind":"amount_off","amount":300},"min_spend":2400,"limits":{"total":100},"budget":30000,"stacking":{"group":"g"}"#

  struct Bug: CustomStringConvertible {
    var kind: String
    var policies: [String]
    /// Whose names the finding bears; the first policies where nothing is said.
    var ids: [String]

    init(_ kind: String, _ policies: String..., ids: [String]? = nil) {
      self.kind = kind
      self.policies = policies.enumerated().map { place, text in
        text.hasPrefix("{") ? text : #"{"id":"p\#(place)",\#(text)}"#
      }
      self.ids = ids ?? self.policies.indices.map { "p\($0)" }
    }

    var description: String { kind }
  }

  private static let limits = #""limits":{"total":100},"budget":30000"#
  private static func percent(_ percent: Int, _ more: String) -> String {
    #""gives":{"kind":"percent_off","percent":\#(percent),"cap":300},\#(limits),\#(more)"#
  }

  static let bugs: [Bug] = [
    Bug("window_over", fine + #","when":{"until":"2026-02-01"}"#),
    Bug(
      "never_open",
      fine + #","when":{"from":"2026-03-02","until":"2026-03-03","weekdays":[6,7]}"#),
    Bug(
      "never_open",
      fine
        + #","when":{"from":"2026-03-05T12:00:00+01:00","until":"2026-03-05T20:00:00+01:00","hours":[["08:00","11:00"]]}"#
    ),
    // The clock jumps from two to three on 29 March.
    Bug(
      "never_open",
      fine + #","when":{"from":"2026-03-29","until":"2026-03-29","hours":[["02:00","03:00"]]}"#),
    Bug(
      "expires_unused",
      fine + #","when":{"weekdays":[5],"hours":[["18:00","20:00"]],"valid_days":2}"#
    ),
    Bug("for_contradiction", fine + #","for":{"orders":{"$gte":10,"$lt":5}}"#),
    Bug("for_contradiction", fine + #","for":{"$and":[{"tier":"high"},{"tier":"ordinary"}]}"#),
    Bug("for_contradiction", fine + #","for":{"orders":0,"recency_days":{"$gte":30}}"#),
    Bug("for_contradiction", fine + #","for":{"p_alive":{"$gt":1}}"#),
    Bug("for_contradiction", fine + #","for":{"tier":"platinum"}"#),
    Bug("for_nobody", fine + #","for":{"orders":{"$gte":1000}}"#),
    Bug("for_nobody", fine + #","for":{"region":"South"}"#),
    Bug("on_contradiction", fine + #","on":{"price":{"$gt":5000,"$lt":1000}}"#),
    Bug("on_nothing", fine + #","on":{"category":"Teas"}"#),
    Bug("on_nothing", fine + #","on":{"id":"old"}"#),
    Bug("on_nothing", fine + #","on":"preferred","for":{"orders":0}"#),
    Bug("suspicious_condition", fine + #","for":{"orders":{"$in":5}}"#),
    Bug("suspicious_condition", fine + #","for":{"$not":{"orders":{"$gtt":1}}}"#),
    Bug(
      "min_spend_unreachable",
      #""gives":{"kind":"amount_off","amount":300},"on":{"id":"cup"},"min_spend":9000,\#(limits)"#),
    Bug(
      "units_unreachable",
      #""gives":{"kind":"free_units","buy":5,"get":1,"cap":300},"on":{"id":"jar"},\#(limits)"#),
    Bug(
      "bundle_unreachable",
      #""gives":{"kind":"bundle_price","items":["tea","spoon"],"price":1000,"cap":300},\#(limits)"#
    ),
    Bug(
      "bundle_unreachable",
      #""gives":{"kind":"bundle_price","items":["tea","pot"],"price":5000,"cap":300},"on":{"category":"Ware"},\#(limits)"#
    ),
    Bug(
      "never_discounts",
      #""gives":{"kind":"fixed_price","price":5000,"cap":300},\#(limits)"#),
    Bug(
      "never_discounts",
      #""gives":{"kind":"bundle_price","items":["tea","cup"],"price":2100,"cap":300},\#(limits)"#),
    Bug(
      "margin_floor_always",
      percent(10, #""on":{"id":"pot"},"guard":{"margin_floor_percent":70}"#)),
    Bug(
      "gift_unknown",
      #""gives":{"kind":"gift","item":"spoon","cap":100},"min_spend":2400,\#(limits)"#),
    Bug(
      "gift_unknown", #""gives":{"kind":"gift","item":"old","cap":100},"min_spend":2400,\#(limits)"#
    ),
    Bug(
      "budget_below_one",
      #""gives":{"kind":"amount_off","amount":300},"min_spend":2400,"budget":200"#),
    Bug(
      "total_above_budget",
      #""gives":{"kind":"amount_off","amount":300},"min_spend":2400,"limits":{"total":1000},"budget":30000"#
    ),
    Bug(
      "per_customer_above_total",
      #""gives":{"kind":"amount_off","amount":300},"min_spend":2400,"limits":{"total":3,"per_customer":5}"#
    ),
    Bug(
      "per_period_never_binds",
      #""gives":{"kind":"amount_off","amount":300},"min_spend":2400,"limits":{"total":30,"per_customer":2,"per_period":{"days":30,"uses":3}}"#
    ),
    Bug("unlimited", #""gives":{"kind":"amount_off","amount":300},"min_spend":2400"#),
    Bug("uncapped", #""gives":{"kind":"percent_off","percent":10},"limits":{"total":100}"#),
    Bug("duplicate", fine, fine),
    Bug(
      "overlap_stacks", #""gives":{"kind":"amount_off","amount":200},"min_spend":2400,\#(limits)"#,
      #""gives":{"kind":"percent_off","percent":5,"cap":300},\#(limits)"#),
    Bug(
      "overlap_excludes", fine,
      #""gives":{"kind":"percent_off","percent":15,"cap":300},\#(limits)"#,
      fine.replacing(#"{"group":"g"}"#, #"{"exclusive":true}"#), ids: ["p1", "p2"]),
    Bug(
      "never_best", fine,
      #""gives":{"kind":"amount_off","amount":290},"min_spend":2500,"limits":{"total":100},"stacking":{"group":"g"}"#,
      ids: ["p1", "p0"]),
    Bug("free_cart", #""gives":{"kind":"amount_off","amount":1000},"limits":{"total":100}"#),
    Bug(
      "free_cart", #""gives":{"kind":"percent_off","percent":100,"cap":9000},"limits":{"total":9}"#),
    Bug(
      "stack_free",
      #""gives":{"kind":"amount_off","amount":700},"min_spend":1200,"limits":{"total":100},"stacking":{"group":"x"}"#,
      #""gives":{"kind":"amount_off","amount":500},"min_spend":1000,"limits":{"total":100},"stacking":{"group":"y"}"#
    ),
    Bug("below_cost", percent(30, #""on":{"id":"pot"}"#).replacing(#""cap":300"#, #""cap":3000"#)),
    Bug(
      "stack_below_cost",
      #""gives":{"kind":"percent_off","percent":15,"cap":2000},"on":{"id":"pot"},"limits":{"total":100},"stacking":{"group":"x"}"#,
      #""gives":{"kind":"amount_off","amount":400},"on":{"id":"pot"},"limits":{"total":100},"stacking":{"group":"y"}"#
    ),
    Bug(
      "floor_bypassed",
      percent(10, #""guard":{"margin_floor_percent":35},"stacking":{"group":"x"}"#),
      #""gives":{"kind":"percent_off","percent":30,"cap":3000},"on":{"id":"tea"},"limits":{"total":100},"stacking":{"group":"x"}"#
    ),
    Bug(
      "tier_inversion",
      #""gives":{"kind":"percent_off","percent":5,"cap":300},"for":{"level":"gold"},\#(limits)"#,
      #""gives":{"kind":"percent_off","percent":10,"cap":300},"for":{"level":"silver"},\#(limits)"#,
      ids: ["p1"]),
  ]

  @Test func plantedBugsAreFoundAndConfirmed() throws {
    let shop = try PoliciesCheckTests.shop()
    var missed: [String] = []
    for bug in PoliciesCheckTests.bugs {
      let pack = "[" + bug.policies.joined(separator: ",") + "]"
      let reply = try shop.result("policies.check", #"{"candidates":\#(pack)}"#)
      let findings = reply["findings"]?.list ?? []
      let isFound = findings.contains { finding in
        finding["kind"]?.text == bug.kind && finding["policies"]?.texts == bug.ids
      }
      if !isFound {
        missed.append("\(bug.kind) \(findings.map { $0["kind"]?.text ?? "" }) \(pack)")
      }
      for finding in findings { try confirm(finding, shop) }
      #expect(reply["complete"]?.flag == true)
    }
    let count = PoliciesCheckTests.bugs.count
    print("policies.check: \(count - missed.count) of \(count) planted bugs found")
    #expect(missed.isEmpty, "\(missed.joined(separator: "\n"))")
  }

  /// Sends the question of a finding and compares the answers.
  private func confirm(_ finding: Value, _ shop: TestShop) throws {
    let kind = finding["kind"]?.text ?? ""
    let shown = finding["shown"]?.list ?? []
    #expect(!shown.isEmpty, "\(kind) shows nothing")
    for part in shown {
      let quote = try shop.result("coupons.quote", text(part["quote"] ?? .null))
      #expect(quote["total"]?.int == part["total"]?.int, "\(kind)")
      #expect(quote["discount"]?.int == part["discount"]?.int, "\(kind)")
      #expect(quote["applied"]?.each("policy") == part["applied"]?.texts, "\(kind)")
      #expect(
        quote["not_applied"]?.each("reason") == part["not_applied"]?.each("reason"), "\(kind)")
      #expect(
        quote["not_applied"]?.each("code")
          == part["not_applied"]?.each("policy").map { "policy:" + $0 }, "\(kind)")
    }
    // What the kind says is what the quote says.
    let first = try #require(shown.first)
    let reasons = Set(first["not_applied"]?.each("reason") ?? [])
    let expected: [String: String] = [
      "window_over": "expired", "never_open": "not_in_hours", "expires_unused": "not_in_hours",
      "for_contradiction": "not_for_customer", "for_nobody": "not_for_customer",
      "on_contradiction": "not_on_items", "min_spend_unreachable": "min_spend",
      "units_unreachable": "not_on_items", "bundle_unreachable": "not_on_items",
      "never_discounts": "no_discount", "margin_floor_always": "margin_floor",
      "budget_below_one": "budget",
    ]
    if let reason = expected[kind] { #expect(reasons == [reason], "\(kind): \(reasons)") }
    let goods = first["quote"]?["cart"]?["lines"]?.list.reduce(0) { sum, line in
      sum + (line["quantity"]?.int ?? 0) * (line["unit_price"]?.int ?? 0)
    }
    if kind == "free_cart" || kind == "stack_free" { #expect(first["discount"]?.int == goods) }
    if kind == "tier_inversion" {
      #expect(shown.count == 2)
      #expect(shown[0]["discount"]?.int ?? 0 > shown[1]["discount"]?.int ?? 0)
    }
  }

  private func text(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    case .string(let text): "\"\(text)\""
    case .array(let list): "[" + list.map(self.text).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { "\"\($0.name)\":\(self.text($0.value))" }.joined(separator: ",") + "}"
    }
  }

  @Test func aCleanPackHasNoFindings() throws {
    let shop = try PoliciesCheckTests.shop()
    let pack = #"""
      [{"id":"first","gives":{"kind":"amount_off","amount":300},"min_spend":2400,"for":{"orders":0},
      "limits":{"per_customer":1},"budget":30000,"when":{"valid_days":14},"stacking":{"group":"visit"}},
      {"id":"ware","gives":{"kind":"percent_off","percent":5,"cap":500},"on":{"category":"Ware"},
      "when":{"weekdays":[6,7],"hours":[["22:00","02:00"]],"valid_days":14},"limits":{"total":100},
      "stacking":{"group":"visit"},"guard":{"margin_floor_percent":10}},
      {"id":"cup","gives":{"kind":"gift","item":"cup"},"min_spend":6000,"for":{"orders":{"$gte":3}},
      "limits":{"total":50,"per_customer":4,"per_period":{"days":30,"uses":1}},"stacking":{"group":"thanks"}},
      {"id":"gold","gives":{"kind":"amount_off","amount":900},"min_spend":9000,"for":{"level":"gold"},
      "limits":{"total":10},"budget":9000,"stacking":{"group":"level"},"guard":{"margin_floor_percent":5}},
      {"id":"silver","gives":{"kind":"amount_off","amount":500},"min_spend":9000,"for":{"level":"silver"},
      "limits":{"total":10},"budget":9000,"stacking":{"group":"level"},"guard":{"margin_floor_percent":5}}]
      """#
    try shop.result("policies.put", #"{"policies":\#(pack)}"#)
    for parameters in [
      "{}", #"{"candidates":\#(pack)}"#, #"{"policies":[],"candidates":\#(pack)}"#,
    ] {
      let reply = try shop.result("policies.check", parameters)
      #expect(reply["findings"]?.list.isEmpty == true, "\(reply["findings"] ?? .null)")
      #expect(reply["exposure"]?.list.count == 5)
    }
    let exposure = try shop.result("policies.check", #"{"policies":["gold"]}"#)["exposure"]?.list[0]
    #expect(exposure?["worst_case"]?.int == 9000 && exposure?["per_coupon"]?.int == 900)
  }

  @Test func anEmptyShopIsCheckedWithMadeUpCustomers() throws {
    let shop = TestShop()
    let reply = try shop.result(
      "policies.check",
      #"{"candidates":[{"id":"x","gives":{"kind":"percent_off","percent":100},"for":{"region":"North"},"limits":{"total":5}}]}"#
    )
    let kinds = reply["findings"]?.each("kind") ?? []
    #expect(kinds == ["free_cart", "uncapped"])
    let shown = reply["findings"]?.list.first?["shown"]?.list.first
    #expect(shown?["made_up"]?.flag == true)
    #expect(shown?["quote"]?["profile"]?["region"]?.text == "North")
    for finding in reply["findings"]?.list ?? [] { try confirm(finding, shop) }
  }

  @Test func whatIsUsedUpIsFound() throws {
    let shop = try PoliciesCheckTests.shop()
    try shop.result(
      "policies.put",
      #"{"policies":[{"id":"p",\#(PoliciesCheckTests.fine.replacing("100", "1"))}]}"#)
    try shop.result("coupons.issue", #"{"policy":"p","customers":["a"],"key":"k"}"#)
    let reply = try shop.result("policies.check", #"{"policies":["p"]}"#)
    #expect(reply["findings"]?.each("kind") == ["used_up"])
    for finding in reply["findings"]?.list ?? [] { try confirm(finding, shop) }
    let wrong = try shop.failure("policies.check", #"{"candidates":[{"id":"x"}]}"#)
    #expect(wrong.path == "candidates[0].gives" && wrong.reason == "missing")
    #expect(try shop.failure("policies.check", #"{"policies":["y"]}"#).path == "policies[0]")
  }
}

extension String {
  fileprivate func replacing(_ part: String, _ other: String) -> String {
    split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
  }
}
