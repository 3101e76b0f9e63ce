import Engine
import Shop
import Testing
import TestSupport
import Wire

/// Promise 9: forgetting is exact.
@Suite struct ForgetTests {
  /// The state in memory, after any history, is that of the rewritten log, of the log itself, and
  /// of a snapshot; neither snapshot nor rewritten log holds a name of the forgotten.
  @Test func theStateIsThatOfTheRewrittenLog() throws {
    var coupons: Int64 = 0
    try forEachSeed(4) { seed, generator in
      var history = ForgetHistory(mixes: true)
      let steps = 50
      let moments = Set((0..<2).map { _ in generator.integer(in: 20...steps - 1) })
      var gone: Set<String> = []
      for step in 0..<steps {
        history.act(&generator)
        if step == 15 { _ = ForgetHistory.ask(history.shop, orders: []) }
        if moments.contains(step) {
          let customer = generator.oneIn(2) ? "ann-zq" : "bob-zq"
          gone.formUnion(history.names[customer] ?? [])
          let reply = history.forget(customer)
          if case .result(let result) = reply.outcome { coupons += result["coupons"]?.int ?? 0 }
        }
      }
      // Those who did not come again: their names are nowhere.
      for customer in ["ann-zq", "bob-zq"] {
        _ = history.forget(customer)
        gone.formUnion(history.names[customer] ?? [])
      }
      let orders = history.orders.map(\.id)
      let shop = history.shop
      let filtered = try ForgetHistory.filtered(shop.records)
      for record in filtered {
        for name in gone where record.contains(text: name) {
          Issue.record("\(seed): \(name) in \(String(decoding: record, as: UTF8.self))")
        }
      }
      let rewritten = TestShop(now: shop.service.now)
      try rewritten.replay(filtered)
      #expect(ForgetHistory.differences(shop, rewritten, orders) == [], "\(seed): rewritten")
      let replayed = try shop.restarted()
      #expect(ForgetHistory.differences(shop, replayed, orders) == [], "\(seed): replayed")

      let book = ColumnBook()
      try shop.service.engine.write(to: book)
      for name in gone { #expect(book.places(of: name) == [], "\(seed): \(name)") }
      let read = TestShop(
        engine: try Engine(surroundings: shop.service.engine.surroundings, from: book),
        now: shop.service.now)
      #expect(ForgetHistory.differences(shop, read, orders) == [], "\(seed): read back")
      // Calls of the others are still known by their keys, and answered alike.
      for sent in history.sent.suffix(30) where sent.customer == "cid-zq" {
        #expect(shop.send(sent.line) == rewritten.send(sent.line), "\(seed): \(sent.line)")
      }
    }
    #expect(coupons > 3, "the forgotten had coupons")
  }

  /// Whoever never sent the customer's requests holds the same, byte for byte; but for stored
  /// replies of calls that did nothing and name nobody.
  @Test func theStateIsThatOfAHistoryWithoutTheCustomer() throws {
    try forEachSeed(4) { seed, generator in
      var history = ForgetHistory(mixes: false)
      for step in 0..<45 {
        history.act(&generator, redeemers: ["bob-zq", "cid-zq"])
        if step == 20 { _ = ForgetHistory.ask(history.shop, orders: []) }
      }
      let end = history.sent.count
      _ = history.forget("ann-zq", isKeyed: false)
      for _ in 0..<generator.integer(in: 0...15) { history.act(&generator) }

      let bits = BitsOfStep()
      let other = TestShop(randomBits: { bits.next() })
      for (index, sent) in history.sent.enumerated() {
        bits.step += 1
        other.service.now = sent.now
        if index <= end && sent.customer == "ann-zq" { continue }
        let reply = other.send(sent.line)
        #expect(reply == sent.reply, "\(seed): \(sent.line)")
      }
      other.service.now = history.shop.service.now
      let orders = history.orders.map(\.id)
      #expect(
        ForgetHistory.differences(history.shop, other, orders, countsReplies: false) == [],
        "\(seed)")
    }
  }

  // MARK: Known answers

  private static let none = #"{"forgotten":false,"orders":0,"events":0,"coupons":0}"#

  @Test func whoeverIsNotKnownIsForgottenWithoutAFact() throws {
    let world = try SampleWorld()
    let before = world.shop.records.count
    for parameters in [#"{"customer":"nobody"}"#, #"{"customer":"nobody","key":"k"}"#] {
      #expect(world.shop.call("customers.forget", parameters).line.contains(ForgetTests.none))
    }
    #expect(world.shop.records.count == before)
  }

  @Test func twiceIsOnce() throws {
    let world = try SampleWorld()
    let first = world.shop.call("customers.forget", #"{"customer":"c-1","key":"k-1"}"#).line
    #expect(first.contains(#"{"forgotten":true,"orders":4,"events":0,"coupons":2}"#))
    // The same call again has its reply, another finds nobody.
    #expect(world.shop.call("customers.forget", #"{"customer":"c-1","key":"k-1"}"#).line == first)
    #expect(
      world.shop.call("customers.forget", #"{"customer":"c-1"}"#).line.contains(ForgetTests.none))
    let other = try world.shop.restarted()
    #expect(other.call("customers.forget", #"{"customer":"c-1","key":"k-1"}"#).line == first)
  }

  @Test func aKeyThatNamesTheCustomerIsNotKept() throws {
    let world = try SampleWorld()
    try world.shop.result("customers.forget", #"{"customer":"c-1","key":"forget/c-1"}"#)
    let log = try ForgetHistory.filtered(world.shop.records)
    #expect(!log.contains { $0.contains(text: "c-1") })
  }

  @Test func someoneWithoutOrdersIsForgotten() throws {
    let world = try SampleWorld()
    try world.shop.result("customers.put", #"{"customers":[{"id":"c-9","name":"Zoe"}]}"#)
    let before = world.shop.counts
    let result = try world.shop.result("customers.forget", #"{"customer":"c-9"}"#)
    #expect(result["forgotten"]?.flag == true && result["orders"]?.int == 0)
    #expect(world.shop.counts != before)
    let profile = try world.shop.result("customers.get", #"{"customer":"c-9"}"#)
    #expect(profile["known"]?.flag == false)
  }

  @Test func forgettingInsideABatchIsSeenByTheNextRequest() throws {
    let world = try SampleWorld()
    let output = world.shop.send(
      #"[{"jsonrpc":"2.0","id":1,"method":"customers.forget","params":{"customer":"c-1"}},{"jsonrpc":"2.0","id":2,"method":"customers.get","params":{"customer":"c-1"}},{"jsonrpc":"2.0","id":3,"method":"orders.get","params":{"order":"o-2"}}]"#
    )
    #expect(output.contains(#""known":false"#) && output.contains(#""unknown_order""#))
    // The order's id is free again.
    let result = try world.shop.result(
      "orders.put",
      #"{"orders":[{"id":"o-2","customer":"c-1","time":"2026-02-01","lines":[{"item":"tea","quantity":1,"unit_price":1}]}]}"#
    )
    #expect(result["accepted"]?.int == 1)
    #expect(try world.shop.result("customers.get", #"{"customer":"c-1"}"#)["orders"]?.int == 1)
  }

  /// What was spent stays spent, in totals, limits and budget; what was held is free again.
  @Test func moneyIsConservedAroundForgetting() throws {
    let world = try SampleWorld()
    let shop = world.shop
    try shop.result(
      "coupons.redeem",
      #"{"key":"r","customer":"c-1","order":"w-2","cart":\#(SampleWorld.cart),"codes":["\#(world.code)"]}"#
    )
    let before = try shop.result("coupons.totals", #"{"policy":"ten"}"#)
    #expect(before["redeemed"]?.int == 1 && before["reserved"]?.int == 1)
    try shop.result("customers.forget", #"{"customer":"c-1"}"#)
    let book = ColumnBook()
    try shop.service.engine.write(to: book)
    let read = TestShop(
      engine: try Engine(surroundings: shop.service.engine.surroundings, from: book),
      now: shop.service.now)
    let rewritten = TestShop(now: shop.service.now)
    try rewritten.replay(try ForgetHistory.filtered(shop.records))
    for state in [shop, try shop.restarted(), read, rewritten] {
      for at in ["2026-03-01T02:00:00Z", "2026-01-01T00:00:00Z"] {
        let after = try state.result("coupons.totals", #"{"policy":"ten","at":"\#(at)"}"#)
        #expect(after["issued"]?.int == 1 && after["redeemed"]?.int == 1)
        #expect(after["live"]?.int == 0 && after["reserved"]?.int == 0)
        #expect(after["budget"]?["exposure"]?.int == 500)
      }
      let quote = try state.result(
        "coupons.quote", #"{"cart":\#(SampleWorld.cart),"codes":["\#(world.code)"]}"#)
      #expect(quote["not_applied"]?.each("reason") == ["unknown_code"])
    }
  }
}
