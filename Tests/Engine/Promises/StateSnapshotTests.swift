import Engine
import Shop
import TestSupport
import Testing

/// A state that went through a snapshot answers as the one that it was taken of, now and after
/// whatever comes next.
@Suite struct StateSnapshotTests {
  static func ask(_ shop: TestShop) -> String {
    shop.answers(
      customers: RandomWrites.customers + ["nobody"], items: RandomWrites.items,
      orders: (0..<13).map { "o-\($0)" }, policies: ["ten"])
  }

  @Test func aStateThroughASnapshotGoesOnAsTheOneThatWasNeverWritten() throws {
    try forEachSeed(6) { seed, generator in
      let shop = TestShop(seed: seed.value)
      var writes = RandomWrites()
      for _ in 0..<generator.integer(in: 0...50) { writes.send(to: shop, &generator) }
      // Asked before, so that what is kept for answers is there when the snapshot is taken.
      if generator.oneIn(2) { _ = Self.ask(shop) }
      let other = try shop.startedFromSnapshot(seed: seed.value)
      #expect(Self.ask(shop) == Self.ask(other), "\(seed)")
      for step in 0..<30 {
        let (method, parameters) = writes.next(&generator)
        #expect(
          shop.call(method, parameters).line == other.call(method, parameters).line, "\(seed)")
        if step % 10 == 9 { #expect(Self.ask(shop) == Self.ask(other), "\(seed)") }
      }
      // And once more: a snapshot over a snapshot, with what came since.
      let third = try other.startedFromSnapshot()
      #expect(Self.ask(shop) == Self.ask(third), "\(seed)")
      #expect(try third.snapshot().names == other.snapshot().names)
    }
  }

  @Test func theLedgerGoesThroughASnapshotWithCodesReservationsAndReplies() throws {
    let world = try SampleWorld()
    let reserved = world.shop.send(
      #"{"jsonrpc":"2.0","id":1,"method":"coupons.reserve","params":\#(world.parameters(of: "coupons.reserve", serial: 1))}"#
    )
    let other = try world.shop.startedFromSnapshot()
    // The reply of a keyed call comes back byte for byte.
    #expect(
      other.send(
        #"{"jsonrpc":"2.0","id":1,"method":"coupons.reserve","params":\#(world.parameters(of: "coupons.reserve", serial: 1))}"#
      ) == reserved)
    let redeem = #"{"key":"r","reservation":"\#(world.reservation)"}"#
    let first = try world.shop.result("coupons.redeem", redeem)
    #expect(try other.result("coupons.redeem", redeem) == first)
    #expect(world.shop.call("coupons.totals").line == other.call("coupons.totals").line)
    #expect(try other.failure("coupons.redeem", #"{"key":"r","order":"x"}"#).reason == "conflict")
  }

  @Test func aSnapshotThatLacksOrCutsAColumnIsRefused() throws {
    let shop = TestShop(seed: 3)
    var writes = RandomWrites()
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<60 { writes.send(to: shop, &generator) }
    let names = try shop.snapshot().names
    #expect(names.count > 50)
    for name in names {
      let columns = try shop.snapshot()
      columns.missing = [name]
      #expect(throws: SnapshotProblem.self, "\(name)") { try TestShop.started(from: columns) }
    }
    // Columns of one table must be of one length; records must end where they end. The few columns
    // that belong to no other are left out.
    let free: Set<String> = [
      "orders.newest", "events.newest", "repeats.orders", "baskets.items", "baskets.item_weights",
      "members.summaries", "items.references", "channels.references", "events.references",
      "events.types.references",
    ]
    for name in names where !free.contains(name) {
      let columns = try shop.snapshot()
      if columns.columns[name]?.bytes.isEmpty != false { continue }
      columns.shorten(name)
      #expect(throws: SnapshotProblem.self, "\(name)") { try TestShop.started(from: columns) }
    }
  }

  @Test func repliesAreKeptForThirtyDaysAndThoseOfAnImportForGood() throws {
    let shop = TestShop()
    try shop.result(
      "orders.put",
      #"{"orders":[{"id":"o","time":"2026-02-01T00:00:00Z","lines":[{"item":"a","quantity":9,"unit_price":1}]}]}"#
    )
    let back = { (key: String) in
      #"{"order":"o","lines":[{"item":"a","quantity":1}],"key":"\#(key)"}"#
    }
    let keyed = shop.call("orders.return", back("k")).line
    let imported = shop.call("orders.return", back("import/r/0/0")).line
    shop.advance(hours: 24 * 30 - 1)
    #expect(shop.call("orders.return", back("k")).line == keyed)
    shop.advance(hours: 2)
    for shop in [shop, try shop.restarted(), try shop.startedFromSnapshot()] {
      #expect(shop.call("orders.return", back("import/r/0/0")).line == imported)
      #expect(shop.call("orders.return", back("k")).line != keyed, "31 days later it is a new call")
      #expect(shop.service.engine.replies.count == 2, "the old entry is gone")
    }
  }
}
