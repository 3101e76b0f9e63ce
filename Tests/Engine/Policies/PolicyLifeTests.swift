import Shop
import Testing

/// Drafts, pauses, versions and codes, as a host sees them.
@Suite struct PolicyLifeTests {
  private static let off = #""gives":{"kind":"amount_off","amount":100}"#
  private static let cart = #"{"lines":[{"item":"tea","quantity":1,"unit_price":1000}]}"#

  private func put(_ shop: TestShop, _ policy: String) throws {
    let result = try shop.result("policies.put", #"{"policies":[\#(policy)]}"#)
    #expect(result["rejected"]?.list.isEmpty == true, "\(result)")
  }

  private func issue(_ shop: TestShop, _ key: String) throws -> (code: String?, reason: String?) {
    let result = try shop.result(
      "coupons.issue", #"{"policy":"p","customers":["c"],"key":"\#(key)"}"#)
    return (result["issued"]?.each("code").first, result["refused"]?.each("reason").first)
  }

  private func quote(_ shop: TestShop, _ code: String) throws -> (discount: Int64?, reason: String?)
  {
    let result = try shop.result(
      "coupons.quote", #"{"customer":"c","cart":\#(Self.cart),"codes":["\#(code)"]}"#)
    return (result["discount"]?.int, result["not_applied"]?.each("reason").first)
  }

  @Test func draftsAreGivenToNobody() throws {
    let shop = TestShop()
    try put(shop, #"{"id":"p",\#(Self.off),"state":"draft"}"#)
    #expect(try issue(shop, "1").reason == "draft")
    #expect(try shop.result("target", #"{"policies":["p"]}"#)["assignments"]?.list.isEmpty == true)
    let tried = try shop.result(
      "coupons.quote", #"{"customer":"c","cart":\#(Self.cart),"policies":["p"]}"#)
    #expect(tried["discount"]?.int == 100, "a draft can be tried")
    #expect(
      try shop.result("policies.resume", #"{"policies":["p","p"]}"#)["changed"]?.texts == ["p"])
    #expect(try issue(shop, "2").code != nil)
    // Back to a draft: what is out may be used, and nothing more is given.
    try put(shop, #"{"id":"p",\#(Self.off),"state":"draft"}"#)
    #expect(try issue(shop, "3").reason == "draft")
    let held = try shop.result("coupons.quote", #"{"customer":"c","cart":\#(Self.cart)}"#)
    #expect(held["discount"]?.int == 100)
    let wrong = try shop.result(
      "policies.put", #"{"policies":[{"id":"q",\#(Self.off),"state":"off"}]}"#)
    #expect(wrong["rejected"]?.list.first?["path"]?.text == "policies[0].state")
  }

  @Test func aPauseStopsUseAndKeepsReservations() throws {
    let shop = TestShop()
    try put(shop, #"{"id":"p",\#(Self.off)}"#)
    let held = try #require(try issue(shop, "1").code)
    let other = try #require(try issue(shop, "2").code)
    let reserved = try shop.result(
      "coupons.reserve",
      #"{"key":"r","customer":"c","order":"o","cart":\#(Self.cart),"codes":["\#(other)"]}"#)
    let paused = try shop.result("policies.pause", #"{"policies":["p"],"key":"x"}"#)
    #expect(paused["changed"]?.texts == ["p"])
    #expect(try shop.result("policies.pause", #"{"policies":["p"],"key":"x"}"#) == paused)
    #expect(
      try shop.result("policies.pause", #"{"policies":["p"],"key":"y"}"#)["unchanged"]?.texts
        == ["p"])
    #expect(try issue(shop, "3").reason == "paused")
    #expect(try quote(shop, held).reason == "paused")
    let refused = try shop.failure(
      "coupons.redeem",
      #"{"key":"a","customer":"c","order":"o2","cart":\#(Self.cart),"codes":["\#(held)"]}"#)
    #expect(refused.reason == "paused")
    try shop.result(
      "coupons.redeem", #"{"key":"b","reservation":"\#(reserved["reservation"]?.text ?? "")"}"#)
    let again = try shop.restarted()
    #expect(try quote(again, held).reason == "paused")
    try shop.result("policies.resume", #"{"policies":["p"]}"#)
    #expect(try quote(shop, held).discount == 100)
    let unknown = try shop.failure("policies.pause", #"{"policies":["p","z"]}"#)
    #expect(unknown.reason == "unknown_policy" && unknown.path == "policies[1]")
  }

  @Test func policiesAreReadBackWithVersionsAndTotals() throws {
    let shop = TestShop()
    try put(shop, #"{"id":"p",\#(Self.off),"limits":{"total":5},"budget":1000}"#)
    let first = try #require(try issue(shop, "1").code)
    try put(
      shop,
      #"{"id":"p","gives":{"kind":"amount_off","amount":700},"limits":{"total":5},"budget":1000}"#
    )
    let second = try #require(try issue(shop, "2").code)
    // Each coupon keeps the version that it was issued under.
    #expect(try quote(shop, first).discount == 100)
    #expect(try quote(shop, second).discount == 700)
    try put(shop, #"{"id":"a",\#(Self.off),"state":"draft"}"#)
    let list = try shop.result("policies.list")["policies"]?.list ?? []
    #expect(list.compactMap { $0["id"]?.text } == ["a", "p"])
    let entry = list[1]
    #expect(entry["version"]?.int == 2 && entry["live"]?.int == 2 && entry["left"]?.int == 3)
    #expect(entry["exposure"]?.int == 800 && entry["budget_left"]?.int == 200)
    let drafts = try shop.result("policies.list", #"{"state":"draft"}"#)["policies"]?.list
    #expect(drafts?.count == 1 && drafts?[0]["left"] == .null)
    let old = try shop.result("policies.get", #"{"policy":"p","version":1}"#)
    #expect(old["content"]?["gives"]?["amount"]?.int == 100)
    #expect(old["versions"]?.list == [.integer(1), .integer(2)])
    #expect(try shop.failure("policies.get", #"{"policy":"p","version":9}"#).path == "policy")
  }

  @Test func codesAreTrimmedAndFolded() throws {
    let shop = TestShop()
    try put(shop, #"{"id":"p",\#(Self.off)}"#)
    let code = try #require(try issue(shop, "1").code)
    for spelled in [code.lowercased(), "  \(code) ", "\\t\(code)\\u00a0", "\\u2003\(code)\\n"] {
      #expect(try quote(shop, spelled).discount == 100, "\(spelled)")
    }
  }

  /// Who cannot be told from others is not given what is counted per customer.
  @Test func guestsAreRefusedWhereACustomerIsCounted() throws {
    let shop = TestShop()
    for (limits, reason) in [
      (#"{"per_customer":1}"#, "not_for_customer"),
      (#"{"per_period":{"days":7,"uses":1}}"#, "not_for_customer"), (#"{"total":5}"#, nil),
    ] as [(String, String?)] {
      let quote = try shop.result(
        "coupons.quote",
        #"{"cart":\#(Self.cart),"policies":[{"id":"g",\#(Self.off),"limits":\#(limits)}]}"#)
      #expect(quote["not_applied"]?.each("reason").first == reason, "\(limits)")
    }
    try put(shop, #"{"id":"p",\#(Self.off),"limits":{"per_customer":1}}"#)
    let empty = shop.call("coupons.issue", #"{"policy":"p","customers":[""],"key":"k"}"#)
    #expect(empty.failure != nil || empty.line.contains("not_for_customer"))
  }

  @Test func whatACustomerPrefersIsNamed() throws {
    let shop = try PoliciesCheckTests.shop()
    try put(shop, #"{"id":"p",\#(Self.off),"on":"preferred"}"#)
    let issued =
      try shop.result(
        "coupons.issue", #"{"policy":"p","customers":["a","e"],"key":"k"}"#)["issued"]?.list ?? []
    #expect(issued[0]["preferred"]?["items"]?.texts == ["pot", "tea"])
    #expect(issued[0]["preferred"]?["categories"]?.texts.count == 1)
    #expect(issued[1]["preferred"]?["items"]?.texts == [])
    let quote = try shop.result("coupons.quote", #"{"customer":"a","cart":\#(Self.cart)}"#)
    #expect(quote["preferred"]?["items"]?.texts == ["pot", "tea"])
    #expect(quote["discount"]?.int == 100)
    // Of what the history does not support, nothing is taken off.
    let other = try shop.result(
      "coupons.quote",
      #"{"customer":"e","cart":\#(Self.cart)}"#)
    #expect(other["not_applied"]?.each("reason") == ["not_on_items"])
  }

  /// The clock in Berlin goes from two to three on 29 March and from three to two on 25 October.
  @Test func hoursFollowTheClockWhenItIsMoved() throws {
    let shop = TestShop()
    try shop.result("shop.configure", #"{"currency":"EUR","timezone":"Europe/Berlin"}"#)
    func applies(_ moment: String, _ hours: String) throws -> Bool {
      let quote = try shop.result(
        "coupons.quote",
        #"{"cart":\#(Self.cart),"at":"\#(moment)","policies":[{"id":"h",\#(Self.off),"when":{"weekdays":[6],"hours":[\#(hours)]}}]}"#
      )
      return quote["discount"]?.int == 100
    }
    // Saturday 22:00 to Sunday 04:00 belongs to Saturday, and is an hour shorter in March.
    let night = #"["22:00","04:00"]"#
    for (moment, isOpen) in [
      ("2026-03-28T20:59:59Z", false), ("2026-03-28T21:00:00Z", true),
      ("2026-03-29T01:59:59Z", true), ("2026-03-29T02:00:00Z", false),
      ("2026-10-24T19:59:59Z", false), ("2026-10-24T20:00:00Z", true),
      ("2026-10-25T02:59:59Z", true), ("2026-10-25T03:00:00Z", false),
      ("2026-03-29T20:30:00Z", false),
    ] {
      #expect(try applies(moment, night) == isOpen, "\(moment)")
    }
  }
}
