import Foundation
import Members
import Shop
import TestSupport
import Testing

/// The chance of an order: when it is learned, what it then says, and that it holds.
@Suite struct IntentStudyTests {
  /// A shop in which a view is followed by an order within days, and nothing else is: rates are
  /// alike, so that the past orders tell little.
  static func shop(customers: Int, browsing: Bool = true, seed: UInt64 = 1) -> SampleShop {
    var shop = SampleShop()
    var generator = SeededGenerator(seed: seed)
    for customer in 0..<customers {
      let name = "c-\(customer)"
      shop.order(name, day: Double(generator.integer(in: 0...20)), channel: "store")
      var day = 20.0
      while true {
        day += 1 - 40 * log(1 - Double.random(in: 0..<1, using: &generator))
        if day > 240 { break }
        if browsing {
          shop.facts.apply(
            EventDraft(
              type: "view", customer: name, item: "tea", time: SampleShop.instant(day: day - 4)))
        }
        shop.order(name, day: day, channel: generator.oneIn(2) ? "store" : "app")
      }
    }
    return shop
  }

  static func study(_ shop: SampleShop, day: Double = 240) throws -> IntentStudy {
    try #require(IntentStudy(shop.facts, at: SampleShop.instant(day: day)))
  }

  @Test func whatBrowsingTellsIsLearnedAndHolds() throws {
    let shop = Self.shop(customers: 500)
    let study = try Self.study(shop)
    let week = try #require(study.spans.first)
    let (learned, lifetime) = (try #require(week.learned), try #require(week.lifetime))
    #expect(week.days == 7 && week.reason == .better)
    let areas = (learned: try #require(learned.area), lifetime: try #require(lifetime.area))
    #expect(areas.learned > 0.7 && areas.learned > areas.lifetime + 0.15)
    #expect(learned.reliability.calibrationError < 0.05)
    let chosen = try #require(study.chosen)
    #expect(chosen.spans.map(\.days).contains(7) && chosen.channels == ["store", "app"])
    // The same log teaches the same, and it reads back as it was written.
    #expect(try Self.study(shop).chosen == chosen)
    #expect(try ShopIntent(chosen.value) == chosen)
  }

  @Test func aShopTooSmallKeepsTheLifetimeModel() throws {
    for shop in [SampleShop(), Self.shop(customers: 30)] {
      let study = try Self.study(shop)
      #expect(study.chosen == nil)
      #expect(study.spans.allSatisfy { $0.reason == .tooShort || $0.reason == .tooFewCustomers })
    }
    // Before anything happened.
    #expect(try Self.study(Self.shop(customers: 100), day: -50).chosen == nil)
  }

  /// Nothing but the rate is there to learn, and the lifetime model knows it.
  @Test func noBetterIsNotTaken() throws {
    let study = try Self.study(LifetimeStudyTests.shop(customers: 800), day: 200)
    for span in study.spans where span.reason == .better { #expect(span.evidence >= 1.645) }
    for span in study.spans where span.reason == .notBetter {
      #expect(span.evidence < 1.645)
      #expect(study.chosen?.spans.contains { $0.days == span.days } != true)
    }
  }

  @Test func stopsWhenTold() {
    let shop = Self.shop(customers: 100)
    for limit in [0, 0.2, 0.5, 1] {
      #expect(IntentStudy(shop.facts, at: SampleShop.instant(day: 240)) { $0 < limit } == nil)
    }
  }

  /// What is judged was not seen: what came after the judged window's start changes nothing of what
  /// was learned before it, only the outcomes.
  @Test func judgedDaysAreNotSeen() throws {
    let shop = Self.shop(customers: 300)
    var later = shop
    for customer in 0..<300 { later.order("c-\(customer)", day: 239, channel: "store") }
    let (before, after) = (try Self.study(shop), try Self.study(later))
    let bins = { (study: IntentStudy) in
      study.spans[0].learned.map { $0.reliability.bins.map(\.forecast) }
    }
    #expect(before.spans[0].rows == after.spans[0].rows)
    #expect(after.spans[0].buyers == 300 || after.spans[0].reason != .tooFewCustomers)
    // All ordered: nothing to judge by. With one who did not the forecasts are the same.
    var most = shop
    for customer in 60..<300 { most.order("c-\(customer)", day: 239, channel: "store") }
    #expect(bins(try Self.study(most)) == bins(before))
  }

  @Test func chancesRiseWithTheDays() throws {
    let shop = Self.shop(customers: 400)
    var index = MemberIndex()
    index.fitted.intent = try Self.study(shop).chosen
    #expect(index.fitted.intent != nil)
    let view = index.view(from: SampleShop.now(240), facts: shop.facts)
    for customer in stride(from: 0, to: 400, by: 7) {
      let profile = view.profile(of: Int32(customer))
      var last = 0.0
      for days in [1.0, 3, 6.9, 7, 7.1, 15, 30, 31, 60, 90, 91, 200, 3650] {
        let chance = try #require(profile.intent(withinDays: days))
        #expect(chance >= last - 1e-12 && chance <= 1, "\(customer), \(days) days")
        last = chance
      }
    }
  }

  /// Labelled as what it is; somebody who only looks has a chance once it is learned.
  @Test func saysWhereItComesFrom() throws {
    var shop = Self.shop(customers: 400)
    shop.facts.apply(
      EventDraft(type: "view", customer: "looks", time: SampleShop.instant(day: 239)))
    let looks = try #require(shop.facts.customers.index(of: "looks"))
    let buys = try #require(shop.facts.customers.index(of: "c-3"))
    var index = MemberIndex()
    let viewpoint = SampleShop.now(240)
    let before = index.view(from: viewpoint, facts: shop.facts)
    #expect(before.profile(of: buys).field("intent_basis") == .string("prior"))
    #expect(before.profile(of: looks).field("intent_30d") == nil)
    index.fitted.intent = try Self.study(shop).chosen
    #expect(index.fitted.intent != nil)
    let after = index.view(from: viewpoint, facts: shop.facts)
    #expect(after.profile(of: buys).field("intent_basis") == .string("learned"))
    #expect(after.profile(of: looks).field("intent_30d") != nil)
    #expect(after.profile(of: looks).field("intent_basis") == .string("learned"))
  }

  @Test func whatDoesNotReadIsNamed() throws {
    let value = try #require(try Self.study(Self.shop(customers: 400)).chosen).value
    for name in ["figures", "channels", "spans"] {
      guard case .object(var members) = value else { return }
      members.removeAll { $0.name == name }
      #expect(throws: RecordProblem.self) { try ShopIntent(.object(members)) }
    }
    guard case .array(let spans)? = value["spans"], case .object(var span)? = spans.first else {
      return
    }
    for name in ["means", "deviations", "weights"] {
      guard let place = span.firstIndex(where: { $0.name == name }) else { continue }
      let kept = span[place].value
      span[place].value = .array([.number(1)])
      let broken = Value.object([
        .init(name: "figures", value: value["figures"] ?? .null),
        .init(name: "channels", value: value["channels"] ?? .null),
        .init(name: "spans", value: .array([.object(span)])),
      ])
      #expect(throws: RecordProblem.self) { try ShopIntent(broken) }
      span[place].value = kept
    }
  }
}
