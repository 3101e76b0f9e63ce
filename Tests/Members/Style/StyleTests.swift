import Foundation
import Members
import Shop
import TestSupport
import Testing

@Suite struct StyleTests {
  private func number(_ value: Value?) -> Double? {
    switch value {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }

  @Test func sharesAreOwnCountsAndFiveOfTheShop() throws {
    var shop = SampleShop()
    // Ann: three orders at 19 h, one at 8 h; Bob: four at 8 h. The shop: 3 of 8 at 19 h.
    for day in 0..<3 { shop.order("ann", day: Double(day) + 19.0 / 24, channel: "app") }
    shop.order("ann", day: 5 + 8.0 / 24, channel: "store")
    for day in 0..<4 { shop.order("bob", day: Double(day) + 8.0 / 24, channel: "store") }
    let profile = try shop.profile("ann", from: SampleShop.now(10))
    #expect(profile.field("preferred_hour") == .integer(19))
    let hour = profile.value(at: "style.hour")
    #expect(hour["evidence"] == .integer(4))
    // Of four orders the last weighs one; five orders halve a weight.
    let weights = (0..<4).map { pow(0.5, Double($0) / 5) }
    let sum = weights.reduce(0, +)
    let expected = (sum - 1 + 5 * 3.0 / 8) / (sum + 5)
    #expect(abs((number(hour["share"]) ?? 0) - expected) < 1e-4)
    #expect(profile.value(at: "style.channel.value") == .string("app"))
    #expect(abs((number(profile.value(at: "style.channel.share")) ?? 0) - expected) < 1e-4)
    // 2026-01-01 was a Thursday; Ann on Thursday, Friday, Saturday, Tuesday: Tuesday is her own
    // alone, the others are ahead by the shop's share, and of them Saturday was last.
    #expect(profile.field("preferred_weekday") == .integer(6))
    #expect(profile.field("nps") == nil && profile.field("interaction") == nil)
    #expect(
      try shop.profile("bob", from: SampleShop.now(10)).field("preferred_hour") == .integer(8))
  }

  /// What most people of the shop buy weighs more for who bought little, in the order of how much
  /// people differ: the brand most, which may be one that they never bought.
  @Test func categoryAndBrandAreShrunkenToTheShop() throws {
    var shop = SampleShop()
    for (item, category, brand) in [("sencha", "Tea", "leaf"), ("mocha", "Coffee", "bean")] {
      var patch = ItemPatch(id: item)
      patch.category = .set([category])
      patch.brand = .set(brand)
      shop.facts.items.apply(patch)
    }
    for day in 0..<90 { shop.order("bob", day: Double(day), item: "mocha", channel: "app") }
    for day in 0..<2 { shop.order("ann", day: Double(day), item: "sencha", channel: "store") }
    var profile = try shop.profile("ann", from: SampleShop.now(100))
    // One category alone was hers; of the brands the shop's leader is the better guess.
    #expect(profile.preferredCategory == "Tea" && profile.preferredChannel == "store")
    #expect(profile.field("preferred_brand") == .string("bean"))
    let brand = profile.value(at: "style.brand")
    #expect(brand["evidence"] == .integer(2))
    #expect(abs((number(brand["share"]) ?? 0) - 140.0 * 90 / 92 / 142) < 1e-4)
    let share = number(profile.value(at: "style.category.share")) ?? 0
    #expect(abs(share - (2 + 40.0 * 2 / 92) / 42) < 1e-4)
    shop.order("ann", day: 3, item: "mocha", channel: "app")
    profile = try shop.profile("ann", from: SampleShop.now(100))
    #expect(profile.preferredCategory == "Coffee" && profile.preferredChannel == "app")
  }

  @Test func aMemberWithoutAnythingHasNoStyle() throws {
    var shop = SampleShop()
    shop.put("ann")
    let profile = try shop.profile("ann", from: SampleShop.now(1))
    for name in [
      "style", "preferred_hour", "preferred_weekday", "preferred_brand", "price_band", "nps",
    ] { #expect(profile.field(name) == nil, "\(name)") }
  }

  @Test func bandsAreThirdsOfTheItemsPrices() {
    let thirds = PriceBand.bands(
      prices: (1...9).map { $0 * 100 }, groups: Array(repeating: "a", count: 9))
    #expect(thirds.map { $0?.rawValue } == [0, 0, 0, 1, 1, 1, 2, 2, 2])
    let equal = PriceBand.bands(prices: [5, 5, nil, 5], groups: [nil, nil, nil, nil])
    #expect(equal == [.middle, .middle, nil, .middle])
    // A small category is compared with the shop.
    let small = PriceBand.bands(
      prices: (1...9).map { $0 * 100 } + [10_000], groups: Array(repeating: "a", count: 9) + ["b"])
    #expect(small.last == .high)
  }

  @Test func interactionDecaysAndItsMeanIsOne() throws {
    var shop = SampleShop()
    func add(_ customer: String, _ type: String, day: Double, value: Double? = nil) {
      shop.facts.apply(
        EventDraft(type: type, customer: customer, time: SampleShop.instant(day: day), value: value)
      )
    }
    // Long known, and as active as the mean: 1, but for what of a half-life's weight is left.
    for customer in ["ann", "bob"] {
      add(customer, "view", day: 0)
      add(customer, "share", day: 600)
    }
    let now = SampleShop.now(600)
    let ann = try #require(number(try shop.profile("ann", from: now).field("interaction")))
    #expect(abs(ann - 1) < 1e-3)
    add("ann", "click", day: 600)
    let more = try #require(number(try shop.profile("ann", from: now).field("interaction")))
    #expect(more > ann)
    add("cat", "dislike", day: 600)
    #expect(try shop.profile("cat", from: now).field("interaction") == nil)
    add("cat", "survey", day: 590, value: 9)
    add("cat", "survey", day: 600, value: 6)
    add("cat", "survey", day: 601, value: 60)
    let cat = try shop.profile("cat", from: now)
    #expect(cat.field("nps") == .integer(6))
    #expect(cat.value(at: "style.nps.class") == .string("detractor"))
    #expect(cat.value(at: "style.nps.evidence") == .integer(2))
    // (9 + 6) of her own and five of the shop's mean, which is of three answers.
    add("dan", "survey", day: 599, value: 0)
    let drawn = try shop.profile("cat", from: now).value(at: "style.nps.mean")
    #expect(number(drawn) == 5.7143)
    let before = try shop.profile("cat", from: Viewpoint(asOf: SampleShop.instant(day: 595)))
    #expect(before.value(at: "style.nps.class") == .string("promoter"))
  }

  /// Of the takes after the first order, the share that was new: Ann's own 1 of 3 and ten of the
  /// shop's, which is 5 of 8 and ten of one half.
  @Test func exploringIsShrunkenToTheShop() throws {
    var shop = SampleShop()
    for (day, item) in ["tea", "tea", "rice", "tea"].enumerated() {
      shop.order("ann", day: Double(day), item: item)
    }
    for (day, item) in ["a", "b", "c", "d", "e", "e"].enumerated() {
      shop.order("bob", day: Double(day), item: item)
    }
    shop.order("cat", day: 1, item: "tea")
    shop.order(nil, day: 1, item: "tea")
    let shopShare = (5 + 10 * 0.5) / 18
    let ann = try shop.profile("ann", from: SampleShop.now(9))
    #expect(ann.value(at: "style.buyer.evidence") == .integer(3))
    let share = number(ann.value(at: "style.buyer.share")) ?? 0
    #expect(abs(share - (1 + 10 * shopShare) / 13) < 1e-4)
    let cat = try shop.profile("cat", from: SampleShop.now(9))
    #expect(cat.field("buyer_style") == nil && cat.value(at: "style.buyer") == .null)
  }

  /// Random life of a shop; what an index that kept up says equals what a new one says.
  @Test func keptStylesEqualThoseFromScratch() throws {
    try forEachSeed(8) { seed, generator in
      var shop = SampleShop()
      var kept = MemberIndex()
      let past = Viewpoint(asOf: SampleShop.instant(day: 30))
      for step in 0..<50 {
        if generator.oneIn(6) {
          link(&shop, &kept, &generator)
        } else {
          change(&shop, &generator)
        }
        let now = SampleShop.now(Double(60 + step))
        for viewpoint in generator.oneIn(3) ? [past, now] : [now] {
          let keptView = kept.view(from: viewpoint, facts: shop.facts)
          var index = MemberIndex()
          let freshView = index.view(from: viewpoint, facts: shop.facts)
          for customer in 0..<Int32(shop.facts.customers.count)
          where !shop.facts.customers.isGone(customer) {
            #expect(
              fields(keptView.profile(of: customer)) == fields(freshView.profile(of: customer)),
              "\(seed) step \(step)")
          }
        }
      }
    }
  }

  /// Somebody gets, or loses, what another is called in some channel; the index hears of it or not.
  private func link(
    _ shop: inout SampleShop, _ index: inout MemberIndex, _ generator: inout SeededGenerator
  ) {
    var patch = CustomerPatch(id: "c-\(generator.integer(in: 0...3))")
    let identity = Customer.Identity(
      channel: generator.oneIn(2) ? "app" : "store", id: "c-\(generator.integer(in: 4...9))")
    patch.identities = generator.oneIn(3) ? .clear : .set([identity])
    let owner = shop.facts.owner(of: identity)
    if let owner, shop.facts.customers.names[owner] != patch.id { return }
    let isHeard = !generator.oneIn(4)
    for (identity, source) in shop.facts.apply(patch) {
      guard let move = shop.facts.move(of: identity, from: source) else { continue }
      let before = shop.facts.orders.revision
      _ = shop.facts.apply(move)
      if isHeard { index.noteMove(move.source, move.target, since: before, facts: shop.facts) }
    }
  }

  private func change(_ shop: inout SampleShop, _ generator: inout SeededGenerator) {
    let count = shop.facts.orders.count
    let customer = "c-\(generator.integer(in: 0...9))"
    let item = "item-\(generator.integer(in: 0...19))"
    let day = Double(generator.integer(in: 0...1439)) / 24
    switch generator.integer(in: 0...9) {
    case 0 where count > 0:
      let order = Int32(generator.integer(in: 0...(count - 1)))
      if !shop.facts.orders.isCancelled[Int(order)] { shop.facts.applyCancel(order) }
    case 1:
      var patch = ItemPatch(id: item)
      patch.price = generator.oneIn(3) ? .clear : .set(Int64(generator.integer(in: 100...900)))
      patch.brand = .set("brand-\(generator.integer(in: 0...2))")
      patch.category = .set(["category-\(generator.integer(in: 0...1))"])
      shop.facts.items.apply(patch)
    case 2, 3:
      let types = ["view", "click", "survey", "share", "dislike"]
      shop.facts.apply(
        EventDraft(
          type: types[generator.integer(in: 0...4)], customer: customer,
          time: SampleShop.instant(day: day), channel: generator.oneIn(2) ? "app" : "store",
          value: Double(generator.integer(in: 0...12))))
    case 4 where generator.oneIn(4):
      if let index = shop.facts.customers.index(of: customer) {
        shop.facts.forget(customer: index)
      }
    default:
      shop.order(
        generator.oneIn(6) ? nil : customer, day: day, item: item,
        price: Int64(generator.integer(in: 100...999)),
        channel: generator.oneIn(2) ? "app" : "store")
    }
  }
}
