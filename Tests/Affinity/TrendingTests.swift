import Affinity
import Foundation
import Shop
import Statistics
import TestSupport
import Testing

/// `trends` against a recount of both periods, and what it promises of its list.
@Suite struct TrendingTests {
  private static func ratio(_ x: Int, _ n: Int, _ y: Int, _ m: Int) -> Double {
    let cells = [x, n - x, y, m - y].map(Double.init)
    let total = Double(n + m)
    guard n > 0, m > 0 else { return 0 }
    let rows = [Double(n), Double(n), Double(m), Double(m)]
    let columns = [
      cells[0] + cells[2], cells[1] + cells[3], cells[0] + cells[2], cells[1] + cells[3],
    ]
    var sum = 0.0
    for (cell, (row, column)) in zip(cells, zip(rows, columns)) where cell > 0 {
      sum += cell * log(cell * total / (row * column))
    }
    return (cells[0] / Double(n) < cells[2] / Double(m) ? -1 : 1) * 2 * sum
  }

  @Test func countsAndSignificanceEqualARecount() throws {
    try forEachSeed(15) { seed, generator in
      var world = TrendOracleTests.World()
      for _ in 0..<250 { world.step(&generator) }
      let facts = world.facts
      let now = world.now.advanced(byDays: Double(generator.integer(in: -30...2)))
      let start = now.advanced(byDays: -Double(generator.integer(in: 1...40)))
      let base = start.advanced(byDays: -Double(generator.integer(in: 1...80)))
      let isLive = generator.oneIn(2)
      let horizon = isLive ? Instant.latest : now
      let channel: Int32? = generator.oneIn(2) ? nil : Int32(generator.integer(in: -2...3))
      let flags: [Bool]? =
        generator.oneIn(2) ? nil : (0..<facts.customers.count).map { _ in generator.oneIn(2) }
      let against: TrendQuery.Comparison = generator.oneIn(2) ? .past : .shop
      let query = TrendQuery(
        channel: channel, customers: flags, baseStart: base, start: start, horizon: horizon,
        against: against, count: 100, fills: true)
      let report = world.index.trends(query, facts: facts) { _ in nil }

      func isOfGroup(_ order: Int32) -> Bool {
        if let channel, facts.orders.channel[Int(order)] != channel { return false }
        let customer = facts.orders.customer[Int(order)]
        return flags.map { customer >= 0 && $0[Int(customer)] } ?? true
      }
      let seen = BasketOracle(facts, upTo: horizon).baskets
      let window = seen.filter { facts.orders.time[Int($0.order)] >= start && isOfGroup($0.order) }
      let other = seen.filter { basket in
        let time = facts.orders.time[Int(basket.order)]
        return against == .past
          ? time >= base && time < start && isOfGroup(basket.order)
          : time >= start && !isOfGroup(basket.order)
      }
      #expect(report.baskets == window.count && report.baseBaskets == other.count, "\(seed)")
      let sold = Set(window.flatMap(\.items))
      #expect(Set(report.trends.map(\.item)) == sold, "\(seed)")
      for trend in report.trends {
        let x = window.count { $0.items.contains(trend.item) }
        let y = other.count { $0.items.contains(trend.item) }
        let (n, m) = (window.count, other.count)
        #expect(trend.baskets == x, "\(seed)")
        let expected =
          Double(n) * (Double(y) + 50 * Double(x + y) / Double(n + m)) / (Double(m) + 50)
        #expect(abs(trend.expected - expected) < 1e-9, "\(seed)")
        let significance = TrendingTests.ratio(x, n, y, m)
        #expect(abs(trend.significance - significance) < 1e-6, "\(seed)")
        if trend.isSignificant { #expect(trend.ratio > 1 && trend.significance >= 3.84, "\(seed)") }
      }
      let flagged = report.trends.map(\.isSignificant)
      #expect(flagged == flagged.sorted { $0 && !$1 }, "trends first, \(seed)")
      let rising = report.trends.filter(\.isSignificant)
      #expect(rising.map(\.score) == rising.map(\.score).sorted(by: >), "\(seed)")
      let filling = report.trends.filter { !$0.isSignificant }.map(\.baskets)
      #expect(filling == filling.sorted(by: >), "\(seed)")

      // Without filling, and shorter: the same list, cut. Refused items are in none.
      var few = query
      few.fills = false
      #expect(world.index.trends(few, facts: facts) { _ in nil }.trends == rising, "\(seed)")
      few.fills = true
      few.count = generator.integer(in: 1...5)
      let first = world.index.trends(few, facts: facts) { _ in nil }.trends
      #expect(first == Array(report.trends.prefix(few.count)), "\(seed)")
      let refused = world.index.trends(query, facts: facts) { $0 % 2 == 0 ? "exclude" : nil }
      #expect(refused.trends == report.trends.filter { $0.item % 2 != 0 }, "\(seed)")
      #expect(refused.removed.map(\.count).reduce(0, +) == sold.count { $0 % 2 == 0 }, "\(seed)")
    }
  }

  /// The figures of the published examples, and the sign.
  @Test func logLikelihoodRatioEqualsKnownAnswers() {
    let known: [((Int64, Int64, Int64, Int64), Double)] = [
      ((1, 0, 0, 1), 2.772589), ((10, 0, 0, 10), 27.72589), ((5, 1995, 0, 100_000), 39.33052),
      ((1000, 1995, 1000, 100_000), 4730.737), ((1000, 1000, 1000, 100_000), 5734.343),
      ((1000, 1000, 1000, 99_000), 5714.932), ((0, 1, 1, 0), -2.772589),
    ]
    for ((both, first, second, neither), answer) in known {
      let table = Contingency(both: both, first: first, second: second, neither: neither)
      #expect(abs(table.signedLogLikelihoodRatio / answer - 1) < 1e-6)
    }
    let rarer = Contingency(both: 36, first: 21_928, second: 60_280, neither: 623_876)
    #expect(rarer.direction == -1 && rarer.signedLogLikelihoodRatio < -3.84)
    let even = Contingency(both: 2, first: 4, second: 3, neither: 6)
    #expect(even.direction == 0 && even.signedLogLikelihoodRatio == 0)
  }

  /// A tripled item stands before a top seller that gained a tenth, and an item of four baskets is
  /// no trend.
  @Test func theListIsLedByWhatRoseForCertain() {
    var facts = ShopFacts()
    var index = AffinityIndex()
    let start = Instant(milliseconds: 1_700_000_000_000)
    var number = 0
    func sell(_ item: String, _ count: Int, day: Double, _ channel: String = "store") {
      for _ in 0..<count {
        let order = facts.apply(
          OrderDraft(
            id: "o\(number)", customer: nil, time: start.advanced(byDays: day), channel: channel,
            lines: [OrderDraft.Line(item: item, quantity: 1, unitPrice: 1)]))
        number += 1
        index.added(order, orders: facts.orders)
      }
    }
    for (item, before, after) in [
      ("top", 8_000, 8_900), ("tripled", 60, 180), ("few", 1, 4), ("new", 0, 30),
      ("fallen", 2_000, 900),
    ] {
      sell(item, before, day: 0)
      sell(item, after, day: 20)
    }
    sell("app-only", 40, day: 20, "app")
    sell("top", 40, day: 20, "app")
    var query = TrendQuery(
      channel: facts.channels.index(of: "store"), baseStart: start,
      start: start.advanced(byDays: 10), horizon: .latest, count: 10)
    let names = { (report: TrendReport) in report.trends.map { facts.items.names[$0.item] } }
    #expect(names(index.trends(query, facts: facts) { _ in nil }) == ["new", "tripled", "top"])
    query.fills = true
    let filled = index.trends(query, facts: facts) { _ in nil }
    #expect(names(filled) == ["new", "tripled", "top", "fallen", "few"])
    #expect(filled.trends.map(\.isSignificant) == [true, true, true, false, false])
    query.fills = false
    query.channel = facts.channels.index(of: "app")
    #expect(index.trends(query, facts: facts) { _ in nil }.trends.isEmpty, "it has no past")
    query.against = .shop
    #expect(names(index.trends(query, facts: facts) { _ in nil }) == ["app-only"])
  }
}
