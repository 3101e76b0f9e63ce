import Affinity
import Shop
import TestSupport
import Testing

/// Boards and rankings after any sequence of orders, cancellations and returns, on any day and in
/// any of many channels, equal those of a recount.
@Suite struct TrendOracleTests {
  static let start = Instant(milliseconds: 1_700_000_000_000)
  static let channelCount = 21

  /// A shop under random writes, with the index and a cache of boards told of each.
  struct World {
    var facts = ShopFacts()
    var index = AffinityIndex()
    var number = 0
    var day = 0

    var now: Instant { TrendOracleTests.start.advanced(byDays: Double(day)) }

    mutating func step(_ generator: inout SeededGenerator) {
      let standing = (0..<Int32(facts.orders.count)).filter { facts.orders.stands($0) }
      switch generator.integer(in: 0...9) {
      case 0 where !standing.isEmpty:
        let order = standing[generator.integer(in: 0...standing.count - 1)]
        facts.applyCancel(order)
        index.cancelled(order, orders: facts.orders)
      case 1 where !standing.isEmpty:
        let order = standing[generator.integer(in: 0...standing.count - 1)]
        let lines = facts.orders.lines(of: order).filter {
          facts.orders.remainingQuantity(line: $0) > 0
        }
        let line = lines[generator.integer(in: 0...lines.count - 1)]
        facts.applyReturn([(line: line, quantity: facts.orders.remainingQuantity(line: line))])
        index.returned(order, orders: facts.orders)
      case 2: day += generator.integer(in: 0...12)
      default:
        // Most orders are of today, some are late, a few are ahead of the clock.
        let age = generator.oneIn(3) ? generator.integer(in: -2...120) : 0
        let channel = generator.integer(in: 0...TrendOracleTests.channelCount)
        let order = facts.apply(
          OrderDraft(
            id: "o\(number)", customer: generator.oneIn(3) ? nil : "c\(number % 5)",
            time: now.advanced(byDays: Double(-age)),
            channel: channel == TrendOracleTests.channelCount ? nil : "k\(channel)",
            lines: (0..<generator.integer(in: 1...4)).map { _ in
              OrderDraft.Line(item: "i\(generator.integer(in: 0...11))", quantity: 1, unitPrice: 5)
            }))
        number += 1
        index.added(order, orders: facts.orders)
      }
    }
  }

  /// The weight of every standing basket of a channel by its age, summed by item: from the orders
  /// alone.
  private static func recount(
    _ facts: ShopFacts, day: Int64, channel: Int32, window: Int64 = 84,
    factor: Double = 0.951_695_153_106_332_6
  ) -> (scores: [Int32: Int64], total: Int64) {
    var scores: [Int32: Int64] = [:]
    var total: Int64 = 0
    for basket in BasketOracle(facts).baskets {
      let index = Int(basket.order)
      if channel >= 0, facts.orders.channel[index] != channel { continue }
      let age = day - TrendBoard.day(of: facts.orders.time[index])
      if age >= window { continue }
      // 2^16 halved every 14 days, or as the factor says.
      var weight = 65_536.0
      for _ in 0..<max(0, age) { weight *= factor }
      let rounded = Int64(weight + 0.5)
      total += rounded
      for item in basket.items { scores[item, default: 0] += rounded }
    }
    return (scores, total)
  }

  @Test func keptBoardsEqualARecount() throws {
    try forEachSeed(12) { seed, generator in
      var world = World()
      var cache = PopularityCache()
      for _ in 0..<120 {
        let before = (0..<Int32(world.facts.orders.count)).map {
          Column(world.index.baskets.items(of: $0))
        }
        world.step(&generator)
        // The cache is told of what became another basket, as the index tells its own.
        for order in 0..<Int32(world.facts.orders.count) {
          let old = Int(order) < before.count ? before[Int(order)] : Column<Int32>()
          let new = world.index.baskets.items(of: order)
          if old.elementsEqual(new) { continue }
          cache.add(old.run(0..<old.count), of: order, orders: world.facts.orders, sign: -1)
          cache.add(new, of: order, orders: world.facts.orders, sign: 1)
        }
        // Today's mostly, an earlier day now and then.
        let day =
          TrendBoard.day(of: world.now)
          - (generator.oneIn(4) ? Int64(generator.integer(in: 1...40)) : 0)
        let channel = Int32(generator.integer(in: -1...TrendOracleTests.channelCount - 1))
        let board = cache.board(
          day: day, channel: channel, baskets: world.index.baskets, orders: world.facts.orders)
        let (scores, total) = TrendOracleTests.recount(world.facts, day: day, channel: channel)
        #expect(board.totalWeight == total, "\(seed)")
        for item in 0..<Int32(world.facts.items.count) {
          let own = Int(item) < board.scores.count ? board.scores[Int(item)] : 0
          #expect(own == scores[item] ?? 0, "\(seed)")
          let share = total == 0 ? 0 : Double(own) / Double(total)
          #expect(board.share(of: item) == share, "\(seed)")
        }
        // Of the last four weeks, halved every 4 days.
        let fresh = TrendOracleTests.recount(
          world.facts, day: day, channel: channel, window: 28, factor: 0.840_896_415_253_714_6)
        #expect(board.freshTotalWeight == fresh.total, "\(seed)")
        for (item, score) in board.freshScores.enumerated() {
          #expect(score == fresh.scores[Int32(item)] ?? 0, "\(seed)")
        }
      }
    }
  }

  /// What somebody without a history is shown: the shares of the channel, shrunken to the shop's
  /// with 50 baskets.
  @Test func rankingsOfEveryChannelEqualARecount() throws {
    try forEachSeed(10) { seed, generator in
      var world = World()
      for _ in 0..<60 {
        for _ in 0..<3 { world.step(&generator) }
        let channel = Int32(generator.integer(in: -1...TrendOracleTests.channelCount - 1))
        let day = TrendBoard.day(of: world.now)
        let query = RecommendQuery(
          customer: -1, basket: [], count: 100, channel: channel,
          viewpoint: Viewpoint(now: world.now))
        let answer = world.index.recommend(query, facts: world.facts, ranker: Ranker()) { _ in nil }
        let all = TrendOracleTests.recount(world.facts, day: day, channel: -1)
        let own = TrendOracleTests.recount(world.facts, day: day, channel: channel)
        let oracle = BasketOracle(world.facts)
        for item in 0..<Int32(world.facts.items.count) {
          var share = all.total == 0 ? 0 : Double(all.scores[item] ?? 0) / Double(all.total)
          if all.total == 0, !oracle.baskets.isEmpty {
            share = Double(oracle.count(item)) / Double(oracle.baskets.count)
          } else if channel >= 0 {
            let prior = 50 * 65_536.0
            share =
              (Double(own.scores[item] ?? 0) + prior * share) / (Double(own.total) + prior)
          }
          let slot = answer.slots.first { $0.item == item }
          #expect(abs((slot?.score ?? 0) - 2 * share) < 1e-12, "\(seed)")
        }
        let names = world.facts.items.names
        for (left, right) in zip(answer.slots, answer.slots.dropFirst()) where right.score > 0 {
          let isInOrder =
            left.score == right.score
            ? names.precedes(left.item, right.item)
            : left.score > right.score
          #expect(isInOrder, "\(seed)")
        }
      }
    }
  }

  /// More channels than places: the board of the whole shop is counted once a day, and so is that
  /// of a channel that keeps being asked for.
  @Test func boardsThatAreAskedForStay() {
    var world = World()
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<200 { world.step(&generator) }
    var cache = PopularityCache()
    let day = TrendBoard.day(of: world.now)
    func ask(_ channel: Int32) {
      _ = cache.board(
        day: day, channel: channel, baskets: world.index.baskets, orders: world.facts.orders)
    }
    ask(-1)
    ask(0)
    for channel in 1..<Int32(TrendOracleTests.channelCount) {
      ask(channel)
      ask(-1)
      ask(0)
    }
    #expect(TrendOracleTests.channelCount > PopularityCache.maximumBoardCount + 1)
    #expect(cache.countedBoards == TrendOracleTests.channelCount + 1)
    ask(1)
    #expect(cache.countedBoards == TrendOracleTests.channelCount + 2, "the oldest gave way")
  }
}
