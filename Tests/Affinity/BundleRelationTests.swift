import Affinity
import Shop
import Statistics
import TestSupport
import Testing

/// What is claimed of two items, and what is not.
@Suite struct BundleRelationTests {
  var facts = ShopFacts()
  var index = AffinityIndex()
  var number = 0

  private mutating func sell(_ items: [String], _ count: Int = 1) {
    for _ in 0..<count {
      let order = facts.apply(
        OrderDraft(
          id: "o\(number)", customer: nil, time: ItemsetMinerTests.time,
          lines: items.map { OrderDraft.Line(item: $0, quantity: 1, unitPrice: 1) }))
      number += 1
      index.added(order, orders: facts.orders)
    }
  }

  /// One visit a customer, each view ten minutes after the other, or with pauses of an hour.
  private mutating func view(_ items: [String], _ count: Int = 1, pauseMinutes: Double = 10) {
    for _ in 0..<count {
      for (place, item) in items.enumerated() {
        facts.apply(
          EventDraft(
            type: "view", customer: "v\(number)", item: item,
            time: ItemsetMinerTests.time.advanced(byDays: Double(place) * pauseMinutes / 1_440)))
      }
      number += 1
    }
  }

  private func ask(_ relation: BundleRelation?, item: String? = nil) -> [[String]] {
    var query = BundleQuery(
      sizes: 2...2, viewpoint: Viewpoint(now: ItemsetMinerTests.time),
      item: item.map { facts.items.index(of: $0) ?? BundleQuery.unknownItem })
    query.relation = relation
    return index.bundles(query, facts: facts) { _ in nil }.bundles
      .map { $0.items.map { facts.items.names[$0] } }
  }

  /// Two teas of which customers take one, with a cake that goes with either.
  @Test mutating func substitutesAreViewedTogetherAndBoughtApart() {
    sell(["assam", "cake"], 300)
    sell(["darjeeling", "cake"], 300)
    sell(["pen", "ink"], 400)
    sell(["pen", "cake"], 10)
    view(["assam", "darjeeling"], 120)
    view(["pen", "ink"], 60)
    view(["cake"], 60)
    #expect(ask(.substitute) == [["assam", "darjeeling"]])
    #expect(ask(.substitute, item: "darjeeling") == [["assam", "darjeeling"]])
    #expect(ask(.substitute, item: "pen") == [])
    let complements = ask(.complement)
    #expect(complements.first == ["ink", "pen"])
    #expect(Set(complements) == [["ink", "pen"], ["assam", "cake"], ["cake", "darjeeling"]])
    #expect(ask(.complement, item: "assam") == [["assam", "cake"]])
  }

  /// Without looks there is no substitute, and looks an hour apart are two visits.
  @Test mutating func apartIsNotInstead() {
    sell(["assam", "cake"], 300)
    sell(["darjeeling", "cake"], 300)
    #expect(ask(.substitute) == [])
    view(["assam", "darjeeling"], 120, pauseMinutes: 60)
    view(["cake"], 60)
    #expect(ask(.substitute) == [])
  }

  /// Few expected together: none is not less.
  @Test mutating func tooFewExpectedIsNoClaim() {
    sell(["assam", "cake"], 8)
    sell(["darjeeling", "cake"], 8)
    for number in 0..<200 { sell(["x\(number % 50)", "y\(number % 49)"]) }
    view(["assam", "darjeeling"], 120)
    view(["cake"], 60)
    #expect(ask(.substitute) == [])
  }

  /// A shop of one item a basket: all pairs are rarer than two by two tables expect, and none is a
  /// substitute.
  @Test mutating func singleItemsAreNoRelation() {
    for item in ["a", "b", "c", "d"] { sell([item], 500) }
    view(["a", "b"], 100)
    view(["c", "d"], 100)
    #expect(ask(.substitute) == [])
  }

  /// Customers who take one item, and a few who fill a trolley, all at random: two by two tables
  /// call most pairs related, and hardly any is claimed.
  @Test func largeBasketsAreNoRelation() throws {
    var passing = 0
    var claimed = 0
    try forEachSeed(3) { _, generator in
      let items = (0..<40).map { "i\($0)" }
      var baskets = (0..<2_000).map { _ in [items[generator.integer(in: 0...39)]] }
      for _ in 0..<100 { baskets.append(Array(items.shuffled(using: &generator).prefix(20))) }
      let shop = ItemsetMinerTests.shop(baskets)
      let report = shop.index.bundles(
        BundleQuery(
          sizes: 2...2, count: 1_000, viewpoint: Viewpoint(now: ItemsetMinerTests.time)),
        facts: shop.facts
      ) { _ in nil }
      passing += report.bundles.count { $0.logLikelihoodRatio >= report.floor }
      claimed += report.bundles.count { $0.relation == .complement }
    }
    #expect(passing > 1_000)
    #expect(claimed * 20 < passing)
  }

  /// Unrelated items: the floor lets hardly any through, though one in twenty passes 3.84.
  @Test func chanceMakesNoComplements() throws {
    var passing = 0
    var claimed = 0
    try forEachSeed(10) { _, generator in
      let baskets = (0..<600).map { _ in
        (0..<generator.integer(in: 2...5)).map { _ in "i\(generator.integer(in: 0...39))" }
      }
      let shop = ItemsetMinerTests.shop(baskets)
      let report = shop.index.bundles(
        BundleQuery(
          sizes: 2...2, count: 1_000, viewpoint: Viewpoint(now: ItemsetMinerTests.time)),
        facts: shop.facts
      ) { _ in nil }
      passing += report.bundles.count { $0.logLikelihoodRatio >= 3.84 }
      claimed += report.bundles.count { $0.relation == .complement }
    }
    #expect(passing > 50)
    #expect(claimed <= 2)
  }

  /// 2 ln(tests / .05) is never below what chi-squared asks for one test in `tests` of twenty.
  @Test func theFloorGrowsWithTheTests() {
    #expect(Significance.floor(ofTests: 0) > 3.84 && Significance.floor(ofTests: 1) < 6)
    #expect(abs(Significance.floor(ofTests: 1_000_000) - 33.6224) < 1e-3)
    #expect(Significance.signedPoissonDeviance(0, expected: 4) == -8)
    #expect(Significance.signedPoissonDeviance(4, expected: 4) == 0)
    #expect(Significance.signedPoissonDeviance(9, expected: 0) == 0)
  }

  @Test func thresholdsAreExact() {
    let eighth = Fraction(mantissa: 125, decimals: 3)
    #expect(eighth.isReached(by: 1, of: 8) && !eighth.isReached(by: 124, of: 993))
    #expect(eighth.smallestCount(of: 8) == 1 && eighth.smallestCount(of: 9) == 2)
    let fine = Fraction(mantissa: 999_999_999_999_999_999, decimals: 18)
    #expect(!fine.isReached(by: Int(Int32.max) - 1, of: Int(Int32.max)))
    #expect(fine.isReached(by: 7, of: 7) && Fraction.zero.smallestCount(of: 100) == 0)
    let large = Fraction(UInt64.max, of: 1)
    #expect(!large.isReached(by: Int.max, of: 1))
    #expect(large.smallestCount(of: Int.max) == Int.max)
    let bound = 1 << 31
    #expect(Fraction.one.isReached(byLiftOf: bound, bound, bound, total: bound))
    #expect(!large.isReached(byLiftOf: bound, bound, bound, total: bound))
  }
}
