import Affinity
import Foundation
import Shop
import Statistics
import TestSupport
import Testing

/// Frequent sets against a count of every set of every basket, and against the published figures.
@Suite struct ItemsetMinerTests {
  static let time = Instant(milliseconds: 1_700_000_000_000)

  static func shop(_ baskets: [[String]]) -> (facts: ShopFacts, index: AffinityIndex) {
    var facts = ShopFacts()
    var index = AffinityIndex()
    for (number, items) in baskets.enumerated() {
      let order = facts.apply(
        OrderDraft(
          id: "o\(number)", customer: nil, time: time.advanced(byDays: Double(number % 50)),
          lines: items.map { OrderDraft.Line(item: $0, quantity: 1, unitPrice: 1) }))
      index.added(order, orders: facts.orders)
    }
    return (facts, index)
  }

  private static func table(
    _ shop: (facts: ShopFacts, index: AffinityIndex), minimumCount: Int,
    isIn: (Int32) -> Bool = { _ in true }
  ) -> BasketTable {
    let baskets = shop.index.baskets
    return BasketTable(
      itemBound: baskets.itemBound, minimumCount: minimumCount,
      names: shop.facts.items.names, isIn: isIn
    ) { body in
      for order in 0..<Int32(baskets.orderCount) where !baskets.items(of: order).isEmpty {
        body(baskets.items(of: order))
      }
    }
  }

  @Test func setsEqualACountOfAllSubsets() throws {
    try forEachSeed(30) { seed, generator in
      let baskets = (0..<generator.integer(in: 0...60)).map { _ in
        (0..<generator.integer(in: 1...7)).map { _ in "i\(generator.integer(in: 0...8))" }
      }
      let shop = ItemsetMinerTests.shop(baskets)
      let least = generator.integer(in: 1...5)
      let size = generator.integer(in: 1...5)
      let out = Int32(generator.integer(in: 0...8))
      let table = ItemsetMinerTests.table(shop, minimumCount: least) { $0 != out }
      let miner = ItemsetMiner(table, minimumCount: least, maximumSize: size)
      var all: [Set<Int32>: (count: Int, sizes: Int64)] = [:]
      for basket in BasketOracle(shop.facts).baskets {
        let items = basket.items.filter { $0 != out }.sorted()
        for mask in 0..<(1 << items.count) where (2...max(2, size)).contains(mask.nonzeroBitCount) {
          let set = Set(items.indices.filter { mask >> $0 & 1 == 1 }.map { items[$0] })
          all[set, default: (0, 0)].count += 1
          all[set, default: (0, 0)].sizes += Int64(basket.items.count)
        }
      }
      let wanted = size < 2 ? [:] : all.filter { $0.value.count >= least }
      #expect(miner.found.count == wanted.count, "\(seed)")
      #expect(!miner.isTruncated, "\(seed)")
      for set in miner.found {
        let items = Set(set.ranks.map { table.items[Int($0)] })
        #expect(wanted[items]?.count == set.count, "\(seed)")
        let sizes = items.count < size ? wanted[items]?.sizes : 0
        #expect(set.sizeSum == sizes, "\(seed)")
        #expect(set.ranks == set.ranks.sorted(), "\(seed)")
      }
    }
  }

  /// Where the work ends, what is there is complete for the most frequent items.
  @Test func lessWorkGivesAllSetsOfFewerItems() throws {
    try forEachSeed(20) { seed, generator in
      let baskets = (0..<80).map { _ in
        (0..<generator.integer(in: 1...8)).map { _ in "i\(generator.integer(in: 0...11))" }
      }
      let table = ItemsetMinerTests.table(ItemsetMinerTests.shop(baskets), minimumCount: 2)
      let all = ItemsetMiner(table, minimumCount: 2, maximumSize: 3)
      var wasCut = false
      for limit in [0, 50, 200, 700, 2_000] {
        for (work, count) in [(limit, Int.max), (Int.max, limit / 10)] {
          let few = ItemsetMiner(
            table, minimumCount: 2, maximumSize: 3, work: work, maximumFound: count)
          let bound = Int32(few.completeItemCount)
          #expect(few.found == all.found.filter { $0.ranks.allSatisfy { $0 < bound } }, "\(seed)")
          #expect(few.isTruncated == (few.completeItemCount < table.items.count), "\(seed)")
          wasCut = wasCut || few.isTruncated
        }
      }
      #expect(wasCut, "\(seed)")
    }
  }

  // MARK: Groceries

  static func groceries() throws -> (facts: ShopFacts, index: AffinityIndex) {
    shop(
      try SharedData.lines(of: "groceries/baskets.ndjson.gz").compactMap { line in
        guard let list = line.range(of: "\"items\":[\"") else { return nil }
        return line[list.upperBound...].dropLast(3).components(separatedBy: "\",\"")
      })
  }

  @Test(.enabled(if: SharedData.isPresent)) func groceriesHasThePublishedSetsAndRules() throws {
    let shop = try ItemsetMinerTests.groceries()
    let support = Fraction(1, of: 1_000).smallestCount(of: 9_835)
    #expect(support == 10)
    let table = ItemsetMinerTests.table(shop, minimumCount: support)
    #expect(shop.index.baskets.basketCount == 9_835 && table.items.count == 157)
    let miner = ItemsetMiner(table, minimumCount: support, maximumSize: 10)
    let sizes = (2...7).map { size in miner.found.count { $0.ranks.count == size } }
    #expect(sizes == [2_981, 6_831, 3_137, 376, 10, 0])

    var counts: [[Int32]: Int] = [:]
    for (rank, count) in table.counts.enumerated() { counts[[Int32(rank)]] = count }
    for set in miner.found { counts[set.ranks] = set.count }
    func rules(_ confidence: Fraction, leastCount: Int, isDouble: Double? = nil) -> Int {
      var found = 0
      for set in miner.found where set.count >= leastCount {
        for place in set.ranks.indices {
          var rest = set.ranks
          rest.remove(at: place)
          let base = counts[rest] ?? 0
          let isReached =
            isDouble.map { Double(set.count) / 9_835 / (Double(base) / 9_835) >= $0 }
            ?? confidence.isReached(by: set.count, of: base)
          if isReached { found += 1 }
        }
      }
      return found
    }
    #expect(rules(Fraction(8, of: 10), leastCount: 10) == 410)
    #expect(rules(.zero, leastCount: 10, isDouble: 0.8) == 406, "what integers are for")
    #expect(rules(Fraction(mantissa: 5, decimals: 1), leastCount: 10) == 5_668)
    #expect(rules(Fraction(mantissa: 9, decimals: 1), leastCount: 10) == 129)
    let hundredth = Fraction(mantissa: 1, decimals: 2).smallestCount(of: 9_835)
    #expect(rules(Fraction(mantissa: 50, decimals: 2), leastCount: hundredth) == 15)
    let sixth = Fraction(mantissa: 6, decimals: 3).smallestCount(of: 9_835)
    #expect(rules(Fraction(mantissa: 25, decimals: 2), leastCount: sixth) == 463)
  }

  @Test(.enabled(if: SharedData.isPresent)) func groceriesHasThePublishedBundles() throws {
    let shop = try ItemsetMinerTests.groceries()
    let names = shop.facts.items.names
    var query = BundleQuery(count: 100_000, viewpoint: Viewpoint(now: ItemsetMinerTests.time))
    let report = shop.index.bundles(query, facts: shop.facts) { _ in nil }
    #expect(report.considered == 2_981 + 6_831 && report.baskets == 9_835)
    func bundle(_ items: [String]) -> Affinity.Bundle? {
      report.bundles.first { $0.items.map { names[$0] } == items }
    }
    let three = try #require(bundle(["bottled beer", "liquor", "red/blush wine"]))
    #expect(three.baskets == 19 && abs(three.support - 0.001931876) < 1e-9)
    let rule = try #require(three.rules.first { names[$0.consequent] == "bottled beer" })
    #expect(abs(rule.confidence - 0.9047619) < 1e-7)
    let beer = Double(shop.index.baskets.count(of: rule.consequent)) / 9_835
    #expect(abs(rule.confidence / beer - 11.23527) < 1e-5)
    let milk = try #require(bundle(["other vegetables", "whole milk"]))
    #expect(milk.baskets == 736 && abs(milk.lift - 1.513634) < 1e-6)
    #expect(abs(milk.leverage - 0.025394) < 1e-6)
    #expect(abs(milk.logLikelihoodRatio - 200.07016) < 1e-4)
    // 736 together, and 743 by chance in baskets of those sizes: both are in every large one.
    #expect(milk.relation == .unclear && abs(milk.expected - 743.3423) < 1e-4)
    let beef = try #require(bundle(["beef", "root vegetables"]))
    #expect(beef.relation == .complement && abs(beef.expected - 91.6832) < 1e-4)
    let buys = try #require(milk.rules.first { names[$0.consequent] == "whole milk" })
    #expect(abs(buys.confidence - 0.386758) < 1e-6)
    #expect(abs((buys.conviction ?? 0) - 1.214013) < 1e-6)

    // Every pair of the golden file that passes the threshold, and no other.
    query.sizes = 2...2
    let pairs = shop.index.bundles(query, facts: shop.facts) { _ in nil }
    let golden = try SharedData.table(of: "groceries/pair_rules.csv.gz")
    var wanted: Set<[String]> = []
    for row in golden.records where row[0] < row[1] {
      guard let count = Int(row[2]), let lift = Double(row[5]) else { continue }
      if count >= 10, lift > 1 { wanted.insert([row[0], row[1]]) }
    }
    #expect(Set(pairs.bundles.map { $0.items.map { names[$0] } }) == wanted)
    #expect(pairs.bundles.count { $0.logLikelihoodRatio >= pairs.floor } == 318)
    #expect(pairs.bundles.count { $0.relation == .complement } == 161)
  }
}
