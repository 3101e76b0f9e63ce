import Affinity
import Shop
import Statistics
import TestSupport
import Testing

/// Substitutes, new items, accessories, upgrades and what is looked at just now: each comes in with
/// its reason, bound by the rules.
@Suite struct GuestTests {
  private static let start = Instant(milliseconds: 1_700_000_000_000)
  private static let now = start.advanced(byDays: 200)

  private struct World {
    var facts = ShopFacts()
    var index = AffinityIndex()

    mutating func item(
      _ id: String, _ category: String?, price: Int64? = nil, stock: Int64? = nil,
      introduced: Double? = nil, brand: String? = nil
    ) {
      var patch = ItemPatch(id: id)
      if let category { patch.category = .set([category]) }
      if let price { patch.price = .set(price) }
      if let stock { patch.stock = .set(stock) }
      if let brand { patch.brand = .set(brand) }
      if let introduced {
        patch.introduced = .set(facts.settings.zone.day(of: start.advanced(byDays: introduced)))
      }
      facts.items.apply(patch)
    }

    mutating func order(_ id: String, _ customer: String, day: Double, _ items: [String]) {
      let order = facts.apply(
        OrderDraft(
          id: id, customer: customer, time: start.advanced(byDays: day),
          lines: items.map { OrderDraft.Line(item: $0, quantity: 1, unitPrice: 100) }))
      index.added(order, orders: facts.orders)
    }

    mutating func event(_ type: String, _ item: String, hoursAgo: Double) {
      facts.apply(
        EventDraft(
          type: type, customer: "me", item: item, time: now.advanced(byDays: -hoursAgo / 24)))
    }

    /// With trees for every kind that say as much as sales do.
    mutating func ask(
      _ basket: [String] = [], count: Int = 30, excluding: Set<String> = [],
      _ change: (inout RecommendQuery) -> Void = { _ in }
    ) -> [(item: String, slot: RecommendSlot)] {
      // A step up at each of many shares of the greatest recall score.
      let cuts: [Double] = (1...44).map { Double($0) / 880 } + (2...19).map { Double($0) / 20 }
      var plain = BoostedTrees.Plain(
        base: 0, cuts: RankFeature.allCases.map { _ in cuts }, trees: [])
      for cut in cuts.indices {
        plain.trees.append(
          BoostedTrees.Plain.Tree(
            features: [RankFeature.recallRelative.rawValue], cutIndices: [cut],
            leaves: [0, cut < 44 ? 0.01 : 1]))
      }
      var ranker = Ranker()
      do {
        let model = Ranker.Model(try BoostedTrees(plain: plain))
        for kind in Ranker.Kind.allCases { ranker.models[kind] = model }
      } catch {
        Issue.record(error)
      }
      var query = RecommendQuery(
        customer: facts.customers.index(of: "me") ?? -1,
        basket: basket.compactMap { facts.items.index(of: $0) }, count: count,
        viewpoint: Viewpoint(now: now))
      change(&query)
      let shop = self.facts
      return index.recommend(query, facts: shop, ranker: ranker) { item in
        if excluding.contains(shop.items.names[item]) { return "exclude" }
        return shop.items[item].isAvailable(at: now) ? nil : "stock"
      }.slots.map { slot in
        #expect(abs(slot.parts.sum - slot.score) < 1e-9, "the parts add up")
        return (shop.items.names[slot.item], slot)
      }
    }

    func names(_ items: [Int32]) -> [String] { items.map { facts.items.names[$0] } }
  }

  /// Bread and butter are bought together, by everybody.
  private static func grocer() -> World {
    var world = World()
    for (id, category, price) in [
      ("bread", "bread", 300), ("butter", "spread", 250), ("margarine", "spread", 240),
      ("truffle butter", "spread", 2_000), ("soap", "bath", 250),
    ] { world.item(id, category, price: Int64(price)) }
    for number in 0..<40 {
      world.order("a\(number)", "c\(number)", day: Double(number), ["bread", "butter"])
      world.order("b\(number)", "c\(number)", day: Double(number + 30), ["margarine"])
      world.order("d\(number)", "d\(number)", day: Double(number), ["soap"])
    }
    return world
  }

  @Test func whatIsOutOfStockBringsItsSubstitute() throws {
    var world = GuestTests.grocer()
    let full = world.ask(["bread"])
    #expect(full.first?.item == "butter")
    #expect(!full.contains { $0.slot.source == .substitute })
    world.item("butter", "spread", stock: 0)
    for narrowed in [false, true] {
      let short = world.ask(["bread"]) { $0.isNarrowed = narrowed }
      let first = try #require(short.first)
      #expect(first.item == "margarine" && first.slot.source == .substitute)
      #expect(world.names(first.slot.because) == ["butter"])
      #expect(first.slot.parts[.substitute] == first.slot.score && first.slot.score > 0)
      #expect(!short.contains { $0.item == "butter" })
      // Eight times the price is no substitute.
      #expect(!short.contains { $0.item == "truffle butter" && $0.slot.source == .substitute })
    }
    #expect(world.ask(["bread"], excluding: ["margarine"]).allSatisfy { $0.item != "margarine" })
    world.item("margarine", "spread", stock: 0)
    let bare = world.ask(["bread"])
    #expect(!bare.contains { ["butter", "margarine"].contains($0.item) })
  }

  @Test func withoutCategoriesBehaviourSaysWhatSubstitutes() throws {
    var world = World()
    for number in 0..<40 {
      world.order("a\(number)", "c\(number)", day: Double(number), ["bread", "butter"])
      world.order("b\(number)", "c\(number)", day: Double(number + 30), ["margarine", "bread"])
      world.order("d\(number)", "d\(number)", day: Double(number), ["soap"])
      world.order("e\(number)", "d\(number)", day: Double(number + 9), ["shampoo"])
    }
    world.item("butter", nil, stock: 0)
    let slots = world.ask(["bread"], excluding: ["soap"])
    let margarine = try #require(slots.first { $0.item == "margarine" })
    #expect(slots.first?.item == "margarine")
    // Evidence of its own: it keeps its own source unless the missing item's is more.
    #expect(margarine.slot.score > 0)
    #expect(!slots.contains { $0.item == "shampoo" && $0.slot.source == .substitute })
  }

  @Test func aNewItemOfTheRightCategoryGetsOnePlaceInTen() throws {
    var world = GuestTests.grocer()
    for number in 0..<30 {
      world.item("s\(number)", "shelf", price: 100)
      for copy in 0...number {
        world.order("s\(number)-\(copy)", "x\(copy)", day: 190, ["s\(number)"])
      }
    }
    world.order("mine", "me", day: 190, ["bread", "butter"])
    for number in 0..<9 { world.item("new\(number)", "spread", price: 200, introduced: 180) }
    world.item("old", "spread", price: 200, introduced: 100)
    world.item("strange", "garden", price: 200, introduced: 190)
    world.item("tomorrow", "spread", price: 200, introduced: 201)
    let slots = world.ask(count: 30)
    let places = slots.indices.filter { slots[$0].slot.source == .newItem }
    #expect((2...3).contains(places.count), "\(places)")
    #expect(places.first.map { $0 >= 10 } ?? false, "one place in ten, \(places)")
    for (left, right) in zip(places, places.dropFirst()) { #expect(right - left >= 10) }
    for place in places {
      #expect(slots[place].item.hasPrefix("new"))
      #expect(slots[place].slot.parts[.newItem] == slots[place].slot.score)
    }
    let early = world.ask(count: 30) { $0.mix = CandidateMix(id: "h", weights: [.newItem: 10]) }
    let first = try #require(early.firstIndex { $0.slot.source == .newItem })
    #expect(first < places.first ?? 0, "early access")
    #expect(world.ask { $0.repeats = .only }.allSatisfy { $0.slot.source != .newItem })
  }

  @Test func accessoriesAndUpgradesFollowWhatIsOwned() throws {
    var world = World()
    world.item("phone", "phones", price: 30_000)
    world.item("better phone", "phones", price: 60_000)
    world.item("case", "cases", price: 2_000)
    world.item("radio", "radios", price: 3_000)
    for number in 0..<30 {
      let customer = "c\(number)"
      world.order("p\(number)", customer, day: 0, ["phone"])
      world.order("r\(number)", customer, day: number % 2 == 0 ? -20 : 20, ["radio"])
      world.order("k\(number)", customer, day: 30, ["case"])
      world.order("b\(number)", customer, day: 90, ["better phone"])
    }
    world.order("mine", "me", day: 190, ["phone"])
    let plain = world.ask()
    #expect(!plain.contains { [.accessory, .upgrade].contains($0.slot.source) })
    let slots = world.ask {
      $0.mix = CandidateMix(id: "high", weights: [.accessory: 1.5, .upgrade: 1.5])
    }
    let sources = Dictionary(uniqueKeysWithValues: slots.map { ($0.item, $0.slot) })
    #expect(sources["case"]?.source == .accessory)
    #expect(sources["better phone"]?.source == .upgrade)
    #expect(world.names(sources["case"]?.because ?? []) == ["phone"])
    #expect(sources["radio"]?.source != .accessory, "as often before as after")
    let mix = try #require(sources["case"]?.parts[.mix])
    #expect(mix > 0)
    // Who owns the better phone is not shown the lesser one's case for that.
    world.order("theirs", "other", day: 190, ["better phone"])
    let other = world.facts.customers.index(of: "other") ?? -1
    let back = world.ask {
      $0.customer = other
      $0.mix = CandidateMix(id: "high", weights: [.accessory: 1.5, .upgrade: 1.5])
    }
    #expect(!back.contains { [.accessory, .upgrade].contains($0.slot.source) })
  }

  @Test func thisSessionOutweighsLastWeek() throws {
    var world = GuestTests.grocer()
    world.order("mine", "me", day: 100, ["soap"])
    world.event("view", "truffle butter", hoursAgo: 6 * 24)
    world.event("view", "bread", hoursAgo: 0.2)
    let slots = world.ask()
    #expect(slots.first?.item == "bread" && slots.first?.slot.source == .browsing)
    let butter = try #require(slots.first { $0.item == "butter" })
    #expect(butter.slot.source == .browsing, "it goes with what is looked at")
    #expect(world.names(butter.slot.because) == ["bread"])
    let old = try #require(slots.first { $0.item == "truffle butter" })
    #expect(butter.slot.score > old.slot.score)
    #expect(old.slot.source == .browsing && world.names(old.slot.because) == ["truffle butter"])
    // Bought since: nothing is looked for any more.
    world.order("done", "me", day: 200, ["bread", "truffle butter"])
    #expect(world.ask().allSatisfy { $0.slot.source != .browsing })
  }

  /// A prospect has bought nothing: there are no trees to ask, and what they look at says it all.
  @Test func aProspectsBrowsingLeads() throws {
    var world = GuestTests.grocer()
    world.event("cart", "truffle butter", hoursAgo: 1)
    world.event("view", "bread", hoursAgo: 0.2)
    let slots = world.ask()
    #expect(slots.first?.slot.source == .browsing)
    #expect(Set(slots.prefix(2).map(\.item)) == ["bread", "truffle butter"])
    #expect(slots.map(\.item).contains("soap"), "what sells fills the rest")
  }

  /// Only the sources that are named speak; what sells fills the rest and scores nothing.
  @Test func onlyTheSourcesNamedSpeak() throws {
    var world = GuestTests.grocer()
    world.order("mine", "me", day: 190, ["soap", "bread"])
    world.order("again", "me", day: 195, ["soap"])
    world.event("view", "truffle butter", hoursAgo: 1)
    for voice in RecommendQuery.Voice.allCases {
      let slots = world.ask(["margarine"]) { $0.voices = [voice] }
      #expect(slots.map(\.slot.score) == slots.map(\.slot.score).sorted(by: >), "\(voice)")
      let part: ScorePart =
        switch voice {
        case .coPurchase: .history
        case .repeatPurchase: .ownRepeat
        case .similarCustomers: .similar
        case .browsing: .browsing
        case .trending: .popularity
        }
      for (item, slot) in slots where slot.score > 0 {
        let others = ScorePart.allCases.filter { $0 != part && slot.parts[$0] != 0 }
        #expect(slot.parts[part] > 0 && others.allSatisfy { $0 == .basket }, "\(voice) \(item)")
      }
      #expect(slots.contains { $0.slot.score > 0 }, "\(voice) has something to say")
      #expect(Set(slots.map(\.item)).count == 4, "\(voice) fills the list")
    }
  }
}
