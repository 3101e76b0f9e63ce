import Shop
import Testing

/// `coupons.totals` in rows, worked out by hand.
@Suite struct CouponsTotalsTests {
  private static func shop() throws -> TestShop {
    let shop = TestShop()
    try shop.result("shop.configure", #"{"currency":"EUR","timezone":"Europe/Berlin"}"#)
    try shop.result(
      "orders.put",
      #"""
      {"orders":[
      {"id":"o-1","customer":"a","time":"2026-02-01","channel":"app","lines":[{"item":"tea","quantity":1,"unit_price":1000}]},
      {"id":"o-2","customer":"b","time":"2026-02-27","channel":"store","lines":[{"item":"tea","quantity":1,"unit_price":1000}]},
      {"id":"o-3","customer":"a","time":"2026-03-02","channel":"store","lines":[{"item":"tea","quantity":2,"unit_price":1000}]}]}
      """#)
    try shop.result(
      "policies.put",
      #"""
      {"policies":[
      {"id":"ten","gives":{"kind":"percent_off","percent":10,"cap":300},"budget":9000,"prior":{"redemption":0.5,"uplift":0.1}},
      {"id":"one","gives":{"kind":"amount_off","amount":100}}]}
      """#)
    func issue(_ policy: String, _ customers: String, _ key: String) throws -> [String] {
      try shop.result(
        "coupons.issue", #"{"policy":"\#(policy)","customers":[\#(customers)],"key":"\#(key)"}"#
      )["issued"]?.each("code") ?? []
    }
    let tens = try issue("ten", #""a","b","x""#, "k-1")
    shop.advance(hours: 24)
    _ = try issue("one", #""a""#, "k-2")
    try shop.result(
      "coupons.redeem",
      #"{"key":"k-3","customer":"a","order":"o-3","codes":["\#(tens[0])"],"cart":{"lines":[{"item":"tea","quantity":2,"unit_price":1000}]}}"#
    )
    return shop
  }

  private func rows(
    _ shop: TestShop, _ by: String, _ more: String = ""
  ) throws -> [String] {
    let reply = try shop.result("coupons.totals", #"{"by":"\#(by)"\#(more)}"#)
    return (reply["rows"]?.list ?? []).map { row in
      let budget = row["budget"]
      let figures = [
        row["issued"]?.int, row["live"]?.int, row["redeemed"]?.int, budget?["exposure"]?.int,
        budget?["expected"]?.int, budget?["realised"]?.int,
      ]
      return "\(row["key"]?.text ?? "-") "
        + figures.map { $0.map(String.init) ?? "?" }.joined(separator: " ")
    }
  }

  /// issued, live, redeemed, exposure, expected (half of what is out of `ten`, all of `one`),
  /// realised.
  @Test func eachCouponIsInOneRow() throws {
    let shop = try Self.shop()
    #expect(try rows(shop, "policy") == ["one 1 1 0 100 100 0", "ten 3 2 1 800 500 200"])
    // "a" prefers the app no more than the store: of equal ones the later counts more.
    #expect(
      try rows(shop, "channel") == ["store 3 2 1 600 450 200", "- 1 1 0 300 150 0"])
    #expect(
      try rows(shop, "day") == ["2026-03-01 3 2 1 800 500 200", "2026-03-02 1 1 0 100 100 0"])
    #expect(
      try rows(shop, "order_channel") == ["store 1 0 1 200 200 200", "- 3 3 0 700 400 0"])
    #expect(
      try rows(shop, "order_day") == ["2026-03-02 1 0 1 200 200 200", "- 3 3 0 700 400 0"])
    #expect(try rows(shop, "policy", #","policy":"ten""#) == ["ten 3 2 1 800 500 200"])
    #expect(try rows(shop, "day", #","policy":"one""#) == ["2026-03-02 1 1 0 100 100 0"])
    // Tiers as they are at the moment asked about; nothing is known of "x".
    let tiers = try shop.result("coupons.totals", #"{"by":"tier"}"#)["rows"]?.list ?? []
    #expect(tiers.reduce(0) { $0 + ($1["issued"]?.int ?? 0) } == 4)
    #expect(tiers.last?["key"]?.text == nil && tiers.last?["issued"]?.int == 1)
    let whole = try shop.result("coupons.totals")
    #expect(whole["rows"] == nil && whole["budget"]?["exposure"]?.int == 900)
  }
}
