import Members
import Shop
import TestSupport
import Testing

/// RFM over a window: that of a shop that never saw an order before it.
@Suite struct RFMWindowTests {
  private static func rules(_ days: Value) throws -> MemberRules {
    try MemberRules(
      .object([.init(name: "rfm", value: .object([.init(name: "window_days", value: days)]))]),
      over: .standard, now: .earliest)
  }

  @Test func whoOrderedNothingInItHasNoScores() throws {
    var shop = SampleShop()
    shop.orders("old", days: [1, 2, 3])
    shop.orders("new", days: [50, 55])
    var index = MemberIndex()
    index.rules = try Self.rules(.integer(30))
    let view = index.view(from: SampleShop.now(60.5), facts: shop.facts)
    let old = view.profile(of: try #require(shop.facts.customers.index(of: "old")))
    #expect(old.rfm == nil && old.field("rfm") == nil && old.summary.orders == 3)
    let new = view.profile(of: try #require(shop.facts.customers.index(of: "new")))
    #expect(new.rfm != nil)
    // Day 31 is the first of the thirty days up to day 60.
    shop.order("old", day: 30.99)
    let before = index.view(from: SampleShop.now(60.5), facts: shop.facts)
    #expect(before.profile(of: old.customer).rfm == nil)
    shop.order("old", day: 31)
    let after = index.view(from: SampleShop.now(60.5), facts: shop.facts)
    #expect(after.profile(of: old.customer).rfm != nil)
    for wrong in [Value.integer(0), .string("30"), .integer(4_000)] {
      #expect(throws: RecordProblem.self) { try Self.rules(wrong) }
    }
    #expect(try Self.rules(.null) == .standard)
  }

  /// Random life of a shop, asked at moving moments: kept columns equal new ones, and scores are
  /// those of the orders of the window alone.
  @Test func windowsEqualAShopThatSawNothingElse() throws {
    try forEachSeed(12) { seed, generator in
      var shop = SampleShop()
      var index = MemberIndex()
      let length = generator.integer(in: 5...40)
      index.rules = try Self.rules(.integer(Int64(length)))
      var now = 40.0
      var drafts: [(customer: String, day: Double, price: Int64, order: Int32)] = []
      for step in 0..<60 {
        if generator.oneIn(5), let last = drafts.randomElement(using: &generator) {
          let before = shop.facts.orders.revision
          if !shop.facts.orders.isCancelled[Int(last.order)] {
            shop.facts.applyCancel(last.order)
            index.noteChange(of: last.order, since: before, facts: shop.facts)
            drafts.removeAll { $0.order == last.order }
          }
        } else {
          let customer = "c-\(generator.integer(in: 0...7))"
          let day = Double(generator.integer(in: 0...Int(now) * 4)) / 4
          let price = Int64(generator.integer(in: 100...900))
          let order = shop.order(customer, day: day, price: price)
          drafts.append((customer, day, price, order))
        }
        if generator.oneIn(4) { now += Double(generator.integer(in: 0...6)) / 2 }
        let at = generator.oneIn(4) ? now - 10 : now
        let viewpoint = Viewpoint(asOf: SampleShop.instant(day: at))
        let view = index.view(from: viewpoint, facts: shop.facts)
        var alone = SampleShop()
        let first = at.rounded(.down) - Double(length) + 1
        for draft in drafts where draft.day >= first {
          alone.order(draft.customer, day: draft.day, price: draft.price)
        }
        var plain = MemberIndex()
        let other = plain.view(from: viewpoint, facts: alone.facts)
        for customer in 0..<Int32(shop.facts.customers.count) {
          let profile = view.profile(of: customer)
          let same = alone.facts.customers.index(of: profile.id).map { other.profile(of: $0) }
          #expect(profile.rfm == same?.rfm, "seed \(seed), step \(step), \(profile.id)")
        }
      }
    }
  }
}
