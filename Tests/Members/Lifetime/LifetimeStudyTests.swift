import Foundation
import Members
import Shop
import Statistics
import TestSupport
import Testing

/// The shop's own lifetime model: when it is fitted, what it then says, and how well.
@Suite struct LifetimeStudyTests {
  private static let isPresent = SharedData.has("cdnow/cdnow_sample.csv.gz")

  /// A shop whose customers follow a story: the first order within 30 days of the start, then
  /// orders at their own rate until they leave.
  static func shop(customers: Int, repeating: Bool = true, seed: UInt64 = 1) -> SampleShop {
    var shop = SampleShop()
    var generator = SeededGenerator(seed: seed)
    for customer in 0..<customers {
      var day = Double(generator.integer(in: 0...30))
      let gap = exp(Double.random(in: 2...4.5, using: &generator))
      let worth = Int64(generator.integer(in: 200...9_000))
      while day < 300 {
        shop.order(
          "c-\(customer)", day: day, price: worth + Int64(generator.integer(in: 0...500)))
        if !repeating || generator.oneIn(4) { break }
        day += 1 - gap * log(1 - Double.random(in: 0..<1, using: &generator))
      }
    }
    return shop
  }

  private static func study(_ shop: SampleShop, day: Double = 300) throws -> LifetimeStudy {
    try #require(LifetimeStudy(shop.facts, at: SampleShop.instant(day: day)))
  }

  @Test func aShopOfSomeSizeGetsItsOwnModel() throws {
    let shop = Self.shop(customers: 600)
    let study = try Self.study(shop)
    let chosen = try #require(study.chosen)
    let holdout = try #require(study.holdout)
    #expect(holdout.days == 75 && holdout.buyers > 20)
    #expect(study.spend.problem == nil && chosen.spend != nil)
    // The reason is what the figures say.
    let isPlain = study.plain.isSound && (holdout.plain ?? 0) >= (holdout.modified ?? 0)
    #expect(chosen.purchases.family == (isPlain ? .plain : .modified))
    // The same log gives the same model, which reads back as it was written.
    #expect(try Self.study(shop).chosen == chosen)
    #expect(try ShopLifetime(chosen.value) == chosen)
  }

  @Test func fewOrAllOnceKeepThePrior() throws {
    #expect(try Self.study(SampleShop()).reason == .tooFewCustomers)
    #expect(try Self.study(Self.shop(customers: 60)).reason == .tooFewCustomers)
    let once = try Self.study(Self.shop(customers: 500, repeating: false))
    #expect(once.chosen == nil && once.reason == .tooFewCustomers)
    #expect(once.plain.problem == .noRepeats)
    // Before anything happened.
    #expect(try Self.study(Self.shop(customers: 200), day: -50).chosen == nil)
  }

  @Test func stopsWhenTold() {
    let shop = Self.shop(customers: 200)
    for limit in [0, 0.2, 0.5, 1] {
      let study = LifetimeStudy(shop.facts, at: SampleShop.instant(day: 300)) { $0 < limit }
      #expect(study == nil)
    }
  }

  /// Labelled as what they are; the prior's figures are those of an unfitted shop.
  @Test func figuresSayWhereTheyComeFrom() throws {
    let shop = Self.shop(customers: 300)
    var index = MemberIndex()
    let viewpoint = SampleShop.now(300)
    let customer = try #require(shop.facts.customers.index(of: "c-7"))
    let prior = index.profile(of: customer, from: viewpoint, facts: shop.facts)
    #expect(prior.field("lifetime_basis") == .string("prior"))
    index.fitted.lifetime = try Self.study(shop).chosen
    let fitted = index.profile(of: customer, from: viewpoint, facts: shop.facts)
    #expect(fitted.field("lifetime_basis") == .string("fitted"))
    let model = try #require(index.fitted.lifetime)
    let ahead = model.purchases.expectedPurchases(
      repeats: Double(fitted.summary.repeats), last: fitted.summary.spanDays,
      age: fitted.summary.spanDays + viewpoint.daysSince(try #require(fitted.summary.last)),
      within: 365)
    #expect(fitted.field("expected_orders_12m") == .number(ahead.rounded(decimals: 4)))
    let value = try #require(fitted.field("value_12m")?.double)
    #expect(abs(value - ahead * fitted.expectedVisitValue) <= 0.5)
  }

  /// Promise 10, under every model: nobody who came back stands below a one-time buyer of the same
  /// silence.
  @Test func whoCameBackStandsAboveOneTimeBuyers() throws {
    var shop = Self.shop(customers: 300)
    for gap in 1...20 {
      shop.orders("back-\(gap)", days: [250 - Double(gap), 250])
      shop.orders("often-\(gap)", days: (0...5).map { 250 - Double($0 * gap) }.reversed())
    }
    shop.order("once", day: 250)
    let models =
      [nil, try Self.study(shop).chosen]
      + LifetimeFamily.allCases.map { family in
        FittedLifetime(family: family, r: 0.24, alpha: 31, a: 0.8, b: 2.4)
          .map { ShopLifetime(purchases: $0, spend: nil) }
      }
    for model in models {
      for day in [250.0, 251, 260, 290, 400, 2000] {
        var index = MemberIndex()
        index.fitted.lifetime = model
        let view = index.view(from: SampleShop.now(day), facts: shop.facts)
        let alive = { (id: String) -> Double in
          shop.facts.customers.index(of: id).flatMap { view.profile(of: $0).aliveProbability } ?? -1
        }
        let once = alive("once")
        #expect((0...1).contains(once))
        for gap in 1...20 {
          #expect(alive("back-\(gap)") >= once && alive("often-\(gap)") >= once, "\(day) \(gap)")
        }
      }
    }
  }

  /// On the CDNOW sample, from its first 39 weeks alone, of the next 39.
  @Test(.enabled(if: isPresent)) func ranksTheSampleAsWellAsOthersDo() throws {
    var facts = ShopFacts()
    var later: Set<String> = []
    let start = try #require(Day(year: 1997, month: 10, day: 1))
    let rows = try SharedData.table(of: "cdnow/cdnow_sample.csv.gz").records
    for (index, row) in rows.enumerated() {
      let (id, text) = (row[1], row[2])
      let day = try #require(
        Day(text: "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))"))
      if day >= start, day.number < start.number + 273 { later.insert(id) }
      facts.apply(
        OrderDraft(
          id: "o-\(index)", customer: id,
          time: Instant(milliseconds: Int64(day.number) * Instant.millisecondsPerDay + 43_200_000),
          channel: nil,
          lines: [
            .init(
              item: "cd", quantity: 1, unitPrice: Int64((Double(row[4]) ?? 0) * 100), discount: 0)
          ], coupons: []))
    }
    let cut = Instant(milliseconds: Int64(start.number) * Instant.millisecondsPerDay)
    let study = try #require(LifetimeStudy(facts, at: cut))
    var index = MemberIndex()
    index.fitted.lifetime = study.chosen
    let view = index.view(from: Viewpoint(asOf: cut), facts: facts)
    let known = (0..<Int32(facts.customers.count)).map { view.profile(of: $0) }
      .filter { $0.summary.orders > 0 }
    #expect(known.count == 2357)
    let area = { (score: (MemberProfile) -> Double) in
      RankArea.area(scores: known.map(score), outcomes: known.map { later.contains($0.id) }) ?? 0
    }
    let expected = area { $0.expectedOrders(withinDays: 273) }
    let frequency = area { Double($0.summary.repeats) }
    let recency = area { -Double($0.recencyDays ?? 0) }
    #expect(expected >= 0.775, "\(expected), \(study.reason)")
    #expect(expected > frequency && expected > recency)
  }
}
