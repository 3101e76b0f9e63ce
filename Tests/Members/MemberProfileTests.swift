import Members
import Shop
import TestSupport
import Testing

@Suite struct MemberProfileTests {
  @Test func sumsWhatStands() throws {
    var shop = SampleShop()
    shop.order("a", day: 0, price: 1000, quantity: 3, discount: 300)
    shop.order("a", day: 10, price: 500, channel: "app")
    let cancelled = shop.order("a", day: 20, price: 70_000)
    let returned = shop.order("a", day: 30, price: 80_000)
    shop.facts.applyCancel(cancelled)
    shop.facts.applyReturn([(line: shop.facts.orders.lines(of: returned).lowerBound, quantity: 1)])
    shop.facts.applyReturn([(line: shop.facts.orders.lines(of: 0).lowerBound, quantity: 1)])
    let profile = try shop.profile("a", from: SampleShop.now(25))
    // Two of three units are left of the first, with two thirds of its discount.
    #expect(profile.field("spend") == .integer(2000 - 200 + 500))
    #expect(profile.field("orders") == .integer(2))
    #expect(profile.field("average_order_value") == .integer(1150))
    #expect(profile.field("returned") == .integer(2))
    #expect(profile.field("recency_days") == .integer(15))
    #expect(profile.field("first_order_days") == .integer(25))
    #expect(profile.field("preferred_channel") == .string("app"))
    // One own gap of 10 days; the shop's mean of that and its prior of 5 x 30 counts as two.
    let shopGap = (10.0 + 150) / 6
    let gap = try #require(profile.usualGapDays)
    #expect(abs(gap - (10 + 2 * shopGap) / 3) < 1e-9)
    #expect(profile.field("usual_gap_days") == .number(21.1))
    // One of two orders was discounted; so is the shop's share, drawn to its prior.
    let share = (1.0 + 20 * 0.3) / 22
    #expect(abs(profile.priceSensitivity - (1 + 3 * share) / 5) < 1e-9)
  }

  /// Days are local days: an order at 23:30 is a day old half an hour later.
  @Test func daysAreLocal() throws {
    var shop = SampleShop()
    shop.order("a", day: 0.98)
    #expect(try shop.profile("a", from: SampleShop.now(0.99)).recencyDays == 0)
    #expect(try shop.profile("a", from: SampleShop.now(1.01)).recencyDays == 1)
    // A clock that lags behind the order makes nothing negative.
    #expect(try shop.profile("a", from: SampleShop.now(0.1)).recencyDays == 0)
    #expect(try shop.profile("a", from: SampleShop.now(0.1)).silence == 0)
  }

  @Test func twoOrdersOnOneDayAreOneVisit() throws {
    var shop = SampleShop()
    shop.orders("a", days: [0.3, 0.8, 10.2])
    shop.orders("b", days: [0.8, 10.2])
    let view = SampleShop.now(20)
    #expect(try shop.profile("a", from: view).summary.visits == 2)
    #expect(try shop.profile("a", from: view).summary.orders == 3)
    #expect(try shop.profile("b", from: view).summary.visits == 2)
  }

  @Test func whatIsNotKnownIsMissing() throws {
    var shop = SampleShop()
    shop.put("p")
    let profile = try shop.profile("p", from: SampleShop.now(5))
    let present = MemberProfile.fieldNames.filter { profile.field($0) != nil }
    #expect(
      present == ["id", "known", "tier", "lifecycle", "orders", "spend", "returned"])
    #expect(profile.field("lifecycle") == .string("prospect"))
    shop.order("once", day: 1)
    let once = try shop.profile("once", from: SampleShop.now(5))
    #expect(once.field("buyer_style") == nil)
    #expect(once.field("joined_days") == nil)
    #expect(once.field("p_alive") != nil && once.field("usual_gap_days") == .number(30))
  }

  @Test func whatTheShopSaidIsRepeated() throws {
    var shop = SampleShop()
    shop.put("a") { patch in
      patch.name = .set("Ada")
      patch.birthday = .set(Day(year: 1992, month: 2, day: 29)!)
      patch.joined = .set(SampleShop.instant(day: -10.5))
      patch.identities = .set([.init(channel: "wechat", id: "oX1")])
      patch.attributes = .set(
        .object([
          .init(name: "goal", value: .string("run")), .init(name: "level", value: .string("mine")),
          .init(name: "tier", value: .integer(9)),
        ]))
    }
    let profile = try shop.profile("a", from: SampleShop.now(0))
    #expect(profile.field("name") == .string("Ada"))
    #expect(profile.field("age") == .integer(33))
    #expect(profile.field("joined_days") == .integer(11))
    #expect(
      profile.field("identities")
        == .array([
          .object([
            .init(name: "channel", value: .string("wechat")),
            .init(name: "id", value: .string("oX1")),
          ])
        ]))
    #expect(profile.field("goal") == .string("run"))
    // A field's name means the field, missing or not; the attribute is reached by its path.
    #expect(profile.field("level") == nil)
    #expect(profile.field("tier") == .string("ordinary"))
    func holds(_ name: String, _ value: Value) throws -> Bool {
      try Condition(.object([.init(name: name, value: value)])).matches(profile)
    }
    #expect(try holds("attributes.level", .string("mine")))
    #expect(try holds("attributes.tier", .integer(9)))
    #expect(try !holds("level", .string("mine")))
    #expect(try !holds("nothing", .string("mine")))
  }

  @Test func tastesAreCountedAndTieByName() throws {
    var shop = SampleShop()
    for (item, category) in [("sencha", "Tea"), ("mocha", "Coffee"), ("mug", "Ware")] {
      var patch = ItemPatch(id: item)
      patch.category = .set([category, "more"])
      shop.facts.items.apply(patch)
    }
    shop.order("a", day: 0, item: "sencha", channel: "store")
    shop.order("a", day: 9, item: "mocha", channel: "app")
    var profile = try shop.profile("a", from: SampleShop.now(20))
    #expect(profile.preferredChannel == "app" && profile.preferredCategory == "Coffee")
    #expect(profile.preferredItems.isEmpty)
    #expect(profile.field("buyer_style") == .string("explorer"))
    for day in [10.0, 11, 12, 13] { shop.order("a", day: day, item: "sencha", channel: "store") }
    profile = try shop.profile("a", from: SampleShop.now(20))
    #expect(profile.preferredChannel == "store" && profile.preferredCategory == "Tea")
    #expect(profile.preferredItems.map { shop.facts.items.names[$0] } == ["sencha"])
    #expect(profile.field("buyer_style") == .string("decisive"))
  }

  @Test func marginKnowsCosts() throws {
    var shop = SampleShop()
    var patch = ItemPatch(id: "known")
    patch.cost = .set(900)
    shop.facts.items.apply(patch)
    shop.order("a", day: 0, item: "known", price: 1000, quantity: 2, discount: 300)
    shop.order("a", day: 1, item: "unknown", price: 1000)
    // 1700 - 1800, and 30 % of 1000.
    #expect(try shop.profile("a", from: SampleShop.now(2)).summary.margin == -100 + 300)
  }

  /// Largest amounts and quantities saturate; nothing traps.
  @Test func extremesDoNotTrap() throws {
    var shop = SampleShop()
    for day in 0..<3 {
      shop.order("a", day: Double(day), price: Money.maximumAmount)
      shop.order("a", day: Double(day), price: 1, quantity: Money.maximumQuantity)
    }
    shop.facts.apply(
      OrderDraft(
        id: "old", customer: "a", time: .earliest,
        lines: [.init(item: "x", quantity: 1, unitPrice: 0)]))
    shop.facts.apply(
      OrderDraft(
        id: "far", customer: "b", time: .latest,
        lines: [.init(item: "x", quantity: 1, unitPrice: 0)]))
    for viewpoint in [SampleShop.now(5), Viewpoint(asOf: .earliest), Viewpoint(now: .latest)] {
      for id in ["a", "b"] {
        let alive = try shop.profile(id, from: viewpoint).aliveProbability
        #expect(alive.map { (0...1).contains($0) } ?? true)
        _ = try fields(shop.profile(id, from: viewpoint))
      }
    }
  }

  /// The promise: nobody who came back ranks below a one-time buyer who is just as silent.
  @Test func oneTimeBuyersNeverRankAboveThoseWhoCameBack() throws {
    try forEachSeed(15) { seed, generator in
      var shop = SampleShop()
      let silence = Double(generator.integer(in: 0...400))
      for customer in 0..<8 {
        var day = 500.0
        for _ in 0..<(customer * customer) {
          shop.order("c-\(customer)", day: day)
          day -= Double(generator.integer(in: 1...40)) / Double(generator.integer(in: 1...4))
        }
      }
      shop.order("once", day: 500)
      var index = MemberIndex()
      let view = index.view(from: SampleShop.now(500 + silence), facts: shop.facts)
      let names = shop.facts.customers.names
      let profiles = (0..<Int32(names.count)).map { view.profile(of: $0) }
      let oneTime = try #require(profiles.last)
      #expect(names[oneTime.customer] == "once")
      let once = try #require(oneTime.aliveProbability)
      #expect((0...1).contains(once), "\(seed)")
      for profile in profiles.dropLast() where profile.summary.orders > 1 {
        let alive = try #require(profile.aliveProbability)
        #expect(alive >= once && alive <= 1, "\(seed)")
        #expect(try #require(profile.modelAliveProbability) <= alive, "\(seed)")
        #expect((0...1).contains(profile.orderProbability(withinDays: 30)), "\(seed)")
      }
    }
  }

  @Test func forecastsFallWithSilence() throws {
    var shop = SampleShop()
    shop.orders("a", days: [0, 10, 20, 30], price: 2000)
    shop.orders("b", days: [0, 15])
    var before = Double.infinity
    for day in [30.0, 45, 60, 120, 400] {
      let profile = try shop.profile("a", from: SampleShop.now(day))
      #expect(profile.yearValue < before && profile.yearValue > 0)
      #expect(profile.orderProbability(withinDays: 30) < profile.orderProbability(withinDays: 60))
      before = profile.yearValue
    }
  }
}
