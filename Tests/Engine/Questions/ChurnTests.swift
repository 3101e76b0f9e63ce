import Shop
import Testing

@Suite struct ChurnTests {
  /// Buys every `gap` days, last `silent` days ago.
  private func orders(_ customer: String, gap: Int, silent: Int, count: Int, price: Int) -> [String]
  {
    (0..<count).map { index in
      let time = TestShop.start.advanced(byDays: -Double(silent + gap * index))
      return OrderTests.order(
        "\(customer)-\(index)", customer: customer, time: time.rfc3339(),
        lines:
          #"[{"item":"tea","quantity":1,"unit_price":\#(price)},{"item":"i-\#(index % 2)","quantity":1,"unit_price":1}]"#
      )
    }
  }

  private func shop(holdout: Int = 0) throws -> TestShop {
    let shop = TestShop()
    try shop.result(
      "shop.configure", #"{"timezone":"Asia/Shanghai","holdout_percent":\#(holdout)}"#)
    try shop.result(
      "items.put", #"{"items":[{"id":"tea","title":"Tea"},{"id":"i-0"},{"id":"i-1"},{"id":"new"}]}"#
    )
    var all = orders("weekly", gap: 7, silent: 21, count: 12, price: 1000)
    all += orders("quarterly", gap: 90, silent: 21, count: 4, price: 1000)
    all += orders("dear", gap: 7, silent: 21, count: 12, price: 9000)
    all += orders("fresh", gap: 7, silent: 2, count: 12, price: 1000)
    try shop.result("orders.put", #"{"orders":[\#(all.joined(separator: ","))]}"#)
    try shop.result(
      "policies.put",
      #"{"policies":[{"id":"back","title":"5.00 off","gives":{"kind":"amount_off","amount":500},"prior":{"redemption":0.5,"uplift":0.4}}]}"#
    )
    return shop
  }

  @Test func lapseIsJudgedByTheOwnRhythmAndRankedByValueAtRisk() throws {
    let shop = try shop()
    let answer = try shop.result("churn-reactivate")
    #expect(answer["customers"]?.each("customer") == ["dear", "weekly"])
    #expect(answer["considered"]?.int == 4 && answer["withheld"]?["not_lapsed"]?.int == 2)
    let values = answer["customers"]?.list.compactMap { $0["value_at_risk"]?.int } ?? []
    #expect(values == values.sorted(by: >) && values.allSatisfy { $0 > 0 })
    let first = try #require(answer["customers"]?.list.first)
    #expect(first["days_silent"]?.int == 21 && first["because"]?.list.isEmpty == false)
    #expect(first["coupon"]?["policy"]?.text == "back" && first["coupon"]?["code"] == nil)
    #expect(first["items"]?.list.first?["source"]?.text == "past_preference")
    #expect(first["items"]?.list.count == 3)
    let limited = try shop.result("churn-reactivate", #"{"limit":1,"items_per_customer":0}"#)
    #expect(limited["customers"]?.each("customer") == ["dear"])
    #expect(limited["withheld"]?["limit"]?.int == 1)
    #expect(limited["customers"]?.list.first?["items"]?.list.isEmpty == true)
    let before = try shop.result("churn-reactivate", #"{"at":"2026-02-10T02:00:00Z"}"#)
    #expect(before["customers"]?.list.isEmpty == true)
    #expect(try shop.result("churn-reactivate", #"{"limit":0}"#)["customers"]?.list.isEmpty == true)
  }

  @Test func consentAndChannelsBind() throws {
    let shop = try shop()
    try shop.result(
      "customers.put",
      #"{"customers":[{"id":"dear","consent":{"sms":false}},{"id":"weekly","consent":{"sms":false,"mail":true,"app":true}}]}"#
    )
    let ask = { (parameters: String) throws in
      let answer = try shop.result("churn-reactivate", parameters)
      let channels = answer["customers"]?.list.map {
        "\($0["customer"]?.text ?? ""):\($0["channel"]?.text ?? "-")"
      }
      return "\(channels ?? []) \(answer["withheld"]?["no_consent"]?.int ?? 0)"
    }
    #expect(try ask("{}") == #"["weekly:app"] 1"#)
    #expect(try ask(#"{"channels":["sms"]}"#) == "[] 2")
    #expect(try ask(#"{"channels":["sms","mail"]}"#) == #"["dear:mail", "weekly:mail"] 0"#)
    #expect(try ask(#"{"channels":[]}"#) == "[] 2", "no channel is offered")
  }

  @Test func nobodyIsWrittenToInQuietHours() throws {
    let shop = try shop()
    for hour in 0..<48 {
      let at = TestShop.start.advanced(byDays: Double(hour) / 24)
      let answer = try shop.result("churn-reactivate", #"{"at":"\#(at.rfc3339())"}"#)
      for entry in answer["customers"]?.list ?? [] {
        let text = try #require(entry["send_at"]?.text)
        let clock = try #require(Int(text.dropFirst(11).prefix(2)))
        #expect(text.hasSuffix("+08:00") && (9..<21).contains(clock), "\(text)")
        let moment = TestShop.moment(text)
        #expect(moment >= at && moment <= at.advanced(byDays: 1), "\(text)")
      }
    }
  }

  @Test func whoIsHeldOutIsListedAndGetsNothing() throws {
    let shop = try shop(holdout: 50)
    var all: [String] = []
    for index in 0..<20 { all += orders("x-\(index)", gap: 7, silent: 21, count: 3, price: 1000) }
    try shop.result("orders.put", #"{"orders":[\#(all.joined(separator: ","))]}"#)
    let answer = try shop.result("churn-reactivate", #"{"commit":true,"key":"a"}"#)
    let held = answer["customers"]?.list.filter { $0["holdout"]?.flag == true } ?? []
    #expect(!held.isEmpty && Int64(held.count) == answer["withheld"]?["holdout"]?.int)
    for entry in held {
      for name in ["coupon", "channel", "send_at", "message"] { #expect(entry[name] == .null) }
      let customer = entry["customer"]?.text ?? ""
      let list = try shop.result("coupons.list", #"{"customer":"\#(customer)"}"#)["coupons"]?.list
      #expect(list?.isEmpty == true)
    }
  }

  @Test func committedCodesStandInTheMessage() throws {
    let shop = try shop()
    let call = #"{"commit":true,"key":"a"}"#
    let answer = try shop.result("churn-reactivate", call)
    let given = answer["customers"]?.list.filter { $0["coupon"] != .null } ?? []
    #expect(
      Value.array(given).each("customer") == ["dear"], "5.00 is no gain on the orders of the other")
    for entry in given {
      let code = try #require(entry["coupon"]?["code"]?.text)
      let message = try #require(entry["message"])
      #expect(message["template"]?.text == "winback_coupon")
      #expect(message["text"]?.text?.contains(code) == true)
      #expect(message["text"]?.text?.contains("5.00 off") == true)
    }
    #expect(try shop.result("coupons.totals")["live"]?.int == 1)
    #expect(try shop.result("churn-reactivate", call) == answer)
    #expect(try shop.result("coupons.totals")["live"]?.int == 1)
    let none = try shop.result("churn-reactivate", #"{"policies":[]}"#)
    #expect(none["customers"]?.list.allSatisfy { $0["coupon"] == .null } == true)
  }
}
