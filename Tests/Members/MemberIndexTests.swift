import Members
import Shop
import TestSupport
import Testing

@Suite struct MemberIndexTests {
  /// Random life of a shop; after each step the index that kept up says of everyone what one that
  /// starts anew says, now and as of a past moment.
  @Test func keptFiguresEqualThoseFromScratch() throws {
    try forEachSeed(12) { seed, generator in
      var shop = SampleShop()
      var kept = MemberIndex()
      let past = Viewpoint(asOf: SampleShop.instant(day: 30))
      for step in 0..<60 {
        change(&shop, &kept, &generator)
        let now = SampleShop.now(Double(60 + step))
        for viewpoint in generator.oneIn(3) ? [past, now] : [now] {
          var fresh = MemberIndex()
          let keptView = kept.view(from: viewpoint, facts: shop.facts)
          let freshView = fresh.view(from: viewpoint, facts: shop.facts)
          #expect(keptView.norms == freshView.norms, "\(seed) step \(step)")
          for customer in 0..<Int32(shop.facts.customers.count) {
            let summary = keptView.profile(of: customer).summary
            #expect(summary == freshView.profile(of: customer).summary, "\(seed) step \(step)")
            let walked = OrderSummary(
              of: customer, facts: shop.facts, horizon: viewpoint.horizon)
            #expect(summary == walked, "\(seed) step \(step)")
          }
        }
      }
    }
  }

  private func change(
    _ shop: inout SampleShop, _ index: inout MemberIndex, _ generator: inout SeededGenerator
  ) {
    let count = shop.facts.orders.count
    let revision = shop.facts.orders.revision
    switch generator.integer(in: 0...9) {
    case 0 where count > 0:
      let order = Int32(generator.integer(in: 0...(count - 1)))
      if shop.facts.orders.isCancelled[Int(order)] { return }
      shop.facts.applyCancel(order)
      if generator.oneIn(2) { index.noteChange(of: order, since: revision, facts: shop.facts) }
    case 1 where count > 0:
      let order = Int32(generator.integer(in: 0...(count - 1)))
      let line = shop.facts.orders.lines(of: order).lowerBound
      if shop.facts.orders.remainingQuantity(line: line) == 0 { return }
      shop.facts.applyReturn([(line: line, quantity: 1)])
      if generator.oneIn(2) { index.noteChange(of: order, since: revision, facts: shop.facts) }
    case 2:
      var patch = ItemPatch(id: "item-\(generator.integer(in: 0...4))")
      if generator.oneIn(2) { patch.cost = .set(Int64(generator.integer(in: 100...900))) }
      patch.stock = .set(Int64(generator.integer(in: 0...9)))
      shop.facts.items.apply(patch)
    case 3: shop.facts.settings.marginPercent = Int64(generator.integer(in: 20...40))
    case 4: shop.put("c-\(generator.integer(in: 0...9))")
    default:
      for _ in 0...generator.integer(in: 0...2) {
        shop.order(
          generator.oneIn(8) ? nil : "c-\(generator.integer(in: 0...9))",
          day: Double(generator.integer(in: 0...120)) / 2,
          item: "item-\(generator.integer(in: 0...4))",
          price: Int64(generator.integer(in: 0...2000)),
          quantity: Int64(generator.integer(in: 1...3)),
          coupons: generator.oneIn(5) ? ["CODE"] : [])
      }
    }
  }

  /// Every order of arrival of the same five orders gives the same profiles.
  @Test func arrivalDoesNotMatter() throws {
    let orders: [(customer: String, day: Double, item: String, channel: String)] = [
      ("a", 1, "x", "store"), ("b", 2, "y", "app"), ("a", 8.2, "y", "app"),
      ("a", 8.4, "x", "store"),
      ("b", 30, "y", "app"),
    ]
    var expected: [[String: Value]]?
    permutations(Array(orders.indices)) { order in
      var shop = SampleShop()
      for index in order {
        shop.order(
          orders[index].customer, day: orders[index].day, item: orders[index].item,
          channel: orders[index].channel, id: "o-\(index)")
      }
      let found = ["a", "b"].map { id in
        (try? shop.profile(id, from: SampleShop.now(50))).map(fields) ?? [:]
      }
      #expect(found[0]["preferred_channel"] == .string("store") || found[0].isEmpty == false)
      if expected == nil { expected = found }
      #expect(found == expected)
    }
  }

  private func permutations(_ values: [Int], _ body: ([Int]) -> Void) {
    func extend(_ chosen: [Int], _ rest: [Int]) {
      if rest.isEmpty { return body(chosen) }
      for (index, value) in rest.enumerated() {
        var others = rest
        others.remove(at: index)
        extend(chosen + [value], others)
      }
    }
    extend([], values)
  }

  /// As of a moment, everything later is as if it had not happened: orders, events, customers.
  @Test func theFutureIsNotSeen() throws {
    var shop = SampleShop()
    shop.orders("a", days: [1, 10], price: 500)
    let before = shop
    shop.order("a", day: 40, price: 9000, coupons: ["X"])
    shop.orders("late", days: [45, 50])
    let past = Viewpoint(asOf: SampleShop.instant(day: 30))
    #expect(try fields(shop.profile("a", from: past)) == fields(before.profile("a", from: past)))
    #expect(try shop.profile("late", from: past).field("known") == .bool(false))
    #expect(try shop.profile("late", from: SampleShop.now(60)).field("known") == .bool(true))
    var index = MemberIndex()
    let all = try Condition(.object([]))
    let found = index.matches(all, among: nil, from: past, facts: shop.facts)
    #expect(found.map { shop.facts.customers.names[$0] } == ["a"])
  }

  @Test func matchesComeInOrderOfIdsOnce() throws {
    var shop = SampleShop()
    for id in ["b", "a", "ä", "B", "a1"] { shop.order(id, day: 1) }
    shop.orders("a", days: [2])
    var index = MemberIndex()
    let condition = try Condition(
      .object([.init(name: "orders", value: .object([.init(name: "$lt", value: .integer(2))]))]))
    let names = shop.facts.customers.names
    let found = index.matches(condition, among: nil, from: SampleShop.now(3), facts: shop.facts)
    #expect(found.map { names[$0] } == ["B", "a1", "b", "ä"])
    let some = index.matches(
      condition, among: [0, 0, 1, 2], from: SampleShop.now(3), facts: shop.facts)
    #expect(some.map { names[$0] } == ["b", "ä"])
  }
}
