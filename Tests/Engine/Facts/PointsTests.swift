import Shop
import TestSupport
import Testing
import Wire

/// Points over the calls: keys, refusals, restarts, and rules that hosts say again.
@Suite struct PointsTests {
  private static let rules = #"{"members":{"points":{"per":100,"valid_days":30}}}"#

  private static func shop() throws -> TestShop {
    let shop = TestShop()
    try shop.result("shop.configure", rules)
    return shop
  }

  private static func order(_ id: String, _ amount: Int, time: String = "2026-03-01T01:00:00Z")
    -> String
  {
    #"{"orders":[{"id":"\#(id)","customer":"a","time":"\#(time)","lines":[{"item":"tea","quantity":1,"unit_price":\#(amount)}]}]}"#
  }

  private func account(_ shop: TestShop, _ more: String = "") throws -> Value {
    try shop.result("points.list", #"{"customer":"a"\#(more)}"#)
  }

  @Test func keysMakeMovementsOnce() throws {
    let shop = TestShop()
    let grant = #"{"key":"k","customer":"a","points":10}"#
    let first = shop.call("points.grant", grant).line
    #expect(shop.call("points.grant", grant).line == first)
    let other = #"{"key":"k","customer":"a","points":11}"#
    #expect(try shop.failure("points.grant", other).reason == "conflict")
    let spend = #"{"key":"s","customer":"a","points":7,"order":"o"}"#
    #expect(try shop.result("points.spend", spend)["points"]?.int == 3)
    #expect(try shop.result("points.spend", spend)["points"]?.int == 3)
    let again = #"{"key":"s2","customer":"a","points":4}"#
    let refused = try shop.failure("points.spend", again)
    #expect(refused.reason == "not_enough_points" && refused.path == "points")
    let back = #"{"key":"r","customer":"a","order":"o","points":5}"#
    #expect(try shop.result("points.return", back)["points"]?.int == 8)
    let more = #"{"key":"r2","customer":"a","order":"o","points":3}"#
    #expect(try shop.failure("points.return", more).reason == "more_than_spent")
    #expect(
      try shop.result("points.return", #"{"key":"r3","customer":"a","order":"o"}"#)["returned"]?
        .int == 2)
    #expect(
      try shop.failure("points.return", #"{"key":"r4","customer":"a","order":"o"}"#).path
        == "order")
    #expect(try account(shop)["points"]?.int == 10)
    #expect(try account(try shop.restarted())["points"]?.int == 10)
    let past = #"{"key":"p","customer":"a","points":1,"expires":"2020-01-01T00:00:00Z"}"#
    #expect(try shop.failure("points.grant", past).path == "expires")
  }

  // MARK: Coupons that multiply

  /// A shop with a coupon that multiplies by 2.5, redeemed for order `o` of 1,500: of two lines.
  private func multiplying(orderFirst: Bool) throws -> TestShop {
    let shop = try Self.shop()
    try shop.result(
      "policies.put",
      #"{"policies":[{"id":"p","gives":{"kind":"points_multiplier","factor":2.5}}]}"#)
    let issued = try shop.result(
      "coupons.issue", #"{"policy":"p","customers":["a"],"key":"i"}"#)
    let code = try #require(issued["issued"]?.each("code").first)
    shop.advance(hours: 1)
    let lines =
      #"[{"item":"tea","quantity":1,"unit_price":1000},{"item":"cup","quantity":1,"unit_price":500}]"#
    let calls = [
      (
        "orders.put",
        #"{"orders":[{"id":"o","customer":"a","time":"\#(shop.service.now.rfc3339())","lines":\#(lines)}]}"#
      ),
      (
        "coupons.redeem",
        #"{"key":"u","customer":"a","order":"o","cart":{"lines":\#(lines)},"codes":["\#(code)"]}"#
      ),
    ]
    for (method, parameters) in orderFirst ? calls : calls.reversed() {
      try shop.result(method, parameters)
    }
    return shop
  }

  @Test(arguments: [true, false])
  func aCouponMultipliesThePointsOfItsOrderAlone(orderFirst: Bool) throws {
    let shop = try multiplying(orderFirst: orderFirst)
    let other = Self.order("other", 1_000, time: shop.service.now.rfc3339())
    try shop.result("orders.put", other)
    for shop in [shop, try shop.restarted(), try shop.startedFromSnapshot()] {
      // 15 x 2.5, rounded down, and 10.
      #expect(try account(shop)["points"]?.int == 37 + 10)
    }
  }

  @Test func whatComesBackTakesItsMultipliedPointsBack() throws {
    let shop = try multiplying(orderFirst: true)
    try shop.result(
      "orders.return", #"{"order":"o","lines":[{"item":"cup","quantity":1}],"key":"k"}"#)
    #expect(try account(shop)["points"]?.int == 25)
    // The use of the coupon comes back, and the order stands.
    try shop.result("coupons.return", #"{"key":"c","order":"o"}"#)
    for shop in [shop, try shop.restarted(), try shop.startedFromSnapshot()] {
      #expect(try account(shop)["points"]?.int == 10)
    }
  }

  @Test(arguments: [true, false])
  func aCancelledOrderGivesAllOfThemBackAndTheCouponCanBeUsedAgain(orderFirst: Bool) throws {
    let shop = try multiplying(orderFirst: orderFirst)
    let reply = try shop.result("orders.cancel", #"{"order":"o"}"#)
    let code = try #require(reply["restored"]?.texts.first)
    for shop in [shop, try shop.restarted(), try shop.startedFromSnapshot()] {
      #expect(try account(shop)["points"]?.int == 0)
    }
    try shop.result("orders.put", Self.order("next", 400, time: shop.service.now.rfc3339()))
    let cart = #"{"lines":[{"item":"tea","quantity":1,"unit_price":400}]}"#
    let held = try shop.result(
      "coupons.reserve",
      #"{"key":"r","customer":"a","order":"next","cart":\#(cart),"codes":["\#(code)"]}"#)
    #expect(try account(shop)["points"]?.int == 4, "a reservation is no use")
    try shop.result(
      "coupons.redeem", #"{"key":"v","reservation":"\#(held["reservation"]?.text ?? "")"}"#)
    #expect(try account(shop)["points"]?.int == 10)
  }

  @Test func aForgottenHoldersCouponMultipliesNothing() throws {
    let shop = try multiplying(orderFirst: false)
    try shop.result("customers.forget", #"{"customer":"a"}"#)
    let again = Self.order("o", 1_000, time: shop.service.now.rfc3339())
    try shop.result("orders.put", again)
    for shop in [shop, try shop.restarted(), try shop.startedFromSnapshot()] {
      #expect(try account(shop)["points"]?.int == 10)
    }
  }

  @Test func conditionsSeePointsAndLevels() throws {
    let shop = try Self.shop()
    try shop.result(
      "shop.configure",
      #"{"members":{"levels":[{"id":"gold","points":20}],"level_terms":{"window_days":10}}}"#)
    shop.advance(hours: 1)
    let time = shop.service.now.rfc3339()
    try shop.result("orders.put", Self.order("o", 1_500, time: time))
    func matches(_ condition: String) throws -> [String]? {
      try shop.result("customers.match", #"{"condition":\#(condition)}"#)["matches"]?.texts
    }
    #expect(try matches(#"{"points":{"$gte":15}}"#) == ["a"])
    #expect(try matches(#"{"next_level.missing.points":5,"next_level.id":"gold"}"#) == ["a"])
    #expect(try matches(#"{"level":"gold"}"#) == [])
    try shop.result("orders.put", Self.order("p", 500, time: time))
    #expect(try matches(#"{"level":"gold","level_until":{"$exists":true}}"#) == ["a"])
    let totals = try shop.result("points.totals")
    #expect(totals["points"]?.int == 20 && totals["customers"]?.int == 1)
    // By time alone it is lost again.
    shop.advance(hours: 241)
    #expect(try matches(#"{"level":"gold"}"#) == [])
    let changes = try shop.result(
      "customers.changes",
      #"{"since":"\#(shop.service.now.advanced(byDays: -5).rfc3339())","fields":["level"]}"#)
    #expect(changes["changes"]?.list.first?["from"]?.text == "gold")
  }

  /// Hosts configure the shop at each start: rules that hold already are not begun anew.
  @Test func rulesSaidAgainChangeNothing() throws {
    let shop = try Self.shop()
    shop.advance(hours: 1)
    try shop.result("orders.put", Self.order("o", 1_000, time: shop.service.now.rfc3339()))
    #expect(try account(shop)["points"]?.int == 10)
    let count = shop.records.count
    try shop.result("shop.configure", Self.rules)
    #expect(shop.records.count == count)
    #expect(try account(shop)["points"]?.int == 10)
    shop.advance(hours: 1)
    try shop.result("shop.configure", #"{"members":{"points":null}}"#)
    try shop.result("orders.put", Self.order("p", 1_000, time: shop.service.now.rfc3339()))
    #expect(try account(shop)["points"]?.int == 10)
    let other = try shop.restarted()
    #expect(try account(other)["lines"] == account(shop)["lines"])
    #expect(
      try shop.failure("shop.configure", #"{"members":{"points":{"per":0}}}"#).path
        == "members.points.per")
  }

  @Test func aCancelledOrderTakesItsPointsAndGivesBackThoseSpentOnIt() throws {
    let shop = try Self.shop()
    shop.advance(hours: 1)
    let time = shop.service.now.rfc3339()
    try shop.result("orders.put", Self.order("o", 1_000, time: time))
    try shop.result("orders.put", Self.order("p", 2_000, time: time))
    try shop.result("points.spend", #"{"key":"s","customer":"a","points":25,"order":"p"}"#)
    try shop.result("orders.cancel", #"{"order":"o"}"#)
    #expect(try account(shop)["points"]?.int == 0)
    #expect(try account(shop)["owed"]?.int == 5)
    try shop.result("orders.cancel", #"{"order":"p"}"#)
    #expect(try account(shop)["points"]?.int == 0)
    #expect(try account(shop)["owed"]?.int == 0)
    #expect(
      try shop.failure(
        "points.spend", #"{"key":"t","customer":"a","points":1,"order":"p"}"#
      ).reason == "cancelled")
  }
}
