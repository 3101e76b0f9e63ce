import Affinity
import Foundation
import Shop
import Statistics
import TestSupport
import Testing

/// Bundles of random shops against all pairs and threes, counted one by one.
@Suite struct BundleOracleTests {
  /// A random shop: pairs that go together, sizes from one to many, prices on most items.
  static func world(_ generator: inout SeededGenerator, orders: Int) -> TrendOracleTests.World {
    var world = TrendOracleTests.World()
    for _ in 0..<orders { world.step(&generator) }
    for number in 0..<12 {
      var patch = ItemPatch(id: "i\(number)")
      if !generator.oneIn(4) { patch.price = .set(Int64(generator.integer(in: 0...5_000))) }
      if !generator.oneIn(4) { patch.cost = .set(Int64(generator.integer(in: 0...4_000))) }
      if generator.oneIn(2) { patch.category = .set(["all", "k\(number % 3)"]) }
      world.facts.items.apply(patch)
    }
    return world
  }

  private struct Oracle {
    let baskets: [(order: Int32, customer: Int32, items: Set<Int32>)]

    func count(_ items: [Int32]) -> Int { baskets.count { $0.items.isSuperset(of: items) } }

    /// The ways to take one item from the others.
    func splits(_ items: [Int32]) -> [(rest: [Int32], then: Int32)] {
      items.indices.map { place in
        var rest = items
        let then = rest.remove(at: place)
        return (rest, then)
      }
    }

    func ratio(_ rest: [Int32], _ then: Int32) -> Double {
      let (both, first, second) = (count(rest + [then]), count(rest), count([then]))
      let total = baskets.count
      let cells = [both, first - both, second - both, total - first - second + both].map(
        Double.init)
      let rows = [cells[0] + cells[1], cells[2] + cells[3]]
      let columns = [cells[0] + cells[2], cells[1] + cells[3]]
      var sum = 0.0
      for (place, cell) in cells.enumerated() where cell > 0 {
        sum += cell * log(cell * Double(total) / (rows[place / 2] * columns[place % 2]))
      }
      return (both * total < first * second ? -1 : 1) * 2 * sum
    }

    func expected(_ rest: [Int32], _ then: Int32) -> Double {
      let holding = baskets.filter { $0.items.isSuperset(of: rest) }
      let places = holding.reduce(0) { $0 + $1.items.count - rest.count }
      let lines =
        baskets.reduce(0) { $0 + $1.items.count }
        - rest.reduce(0) { $0 + count([$1]) }
      return lines > 0 ? Double(places) * Double(count([then])) / Double(lines) : 0
    }
  }

  private static func query(
    _ generator: inout SeededGenerator, _ world: TrendOracleTests.World
  ) -> BundleQuery {
    let moment = world.now.advanced(byDays: Double(generator.integer(in: -60...0)))
    var query = BundleQuery(
      sizes: [2...3, 2...2, 3...3][generator.integer(in: 0...2)], count: 10_000,
      viewpoint: generator.oneIn(2) ? Viewpoint(now: world.now) : Viewpoint(asOf: moment),
      item: generator.oneIn(2) ? nil : Int32(generator.integer(in: 0...11)))
    func digits(_ bound: Int) -> UInt64 { UInt64(generator.integer(in: 0...bound)) }
    if generator.oneIn(2) { query.minimumSupport = Fraction(mantissa: digits(60), decimals: 3) }
    if generator.oneIn(2) { query.minimumConfidence = Fraction(mantissa: digits(10), decimals: 1) }
    if generator.oneIn(2) { query.minimumLift = Fraction(mantissa: digits(30), decimals: 1) }
    return query
  }

  @Test func bundlesEqualACountOfAllPairsAndThrees() throws {
    var seenBundles = 0
    try forEachSeed(40) { seed, generator in
      let world = BundleOracleTests.world(&generator, orders: 150)
      let facts = world.facts
      let query = BundleOracleTests.query(&generator, world)
      let refused = Set((0..<2).map { _ in Int32(generator.integer(in: 0...11)) })
      let report = world.index.bundles(query, facts: facts) {
        refused.contains($0) ? "exclude" : nil
      }
      let oracle = Oracle(baskets: BasketOracle(facts, upTo: query.viewpoint.horizon).baskets)
      let total = oracle.baskets.count
      #expect(report.baskets == total, "\(seed)")
      let support = query.minimumSupport ?? (query.item == nil ? Fraction(1, of: 1_000) : .zero)

      var wanted: Set<[Int32]> = []
      var considered = 0
      let open = (0..<Int32(facts.items.count)).filter { !refused.contains($0) }
      var sets: [[Int32]] = []
      for (place, first) in open.enumerated() {
        for (next, second) in open.enumerated().dropFirst(place + 1) {
          sets.append([first, second])
          for third in open.dropFirst(next + 1) { sets.append([first, second, third]) }
        }
      }
      for set in sets where query.sizes.contains(set.count) {
        if let item = query.item, !set.contains(item) { continue }
        let count = oracle.count(set)
        let isFrequent =
          UInt64(count) * support.denominator >= support.numerator * UInt64(total) && count >= 2
        if !isFrequent { continue }
        considered += 1
        let splits = oracle.splits(set)
        let isMore = splits.allSatisfy { rest, then in
          count * total > oracle.count(rest) * oracle.count([then])
            && UInt64(count * total) * query.minimumLift.denominator
              >= query.minimumLift.numerator * UInt64(oracle.count(rest) * oracle.count([then]))
        }
        let isSure = splits.contains { rest, _ in
          UInt64(count) * query.minimumConfidence.denominator
            >= query.minimumConfidence.numerator * UInt64(oracle.count(rest))
        }
        if isMore && isSure { wanted.insert(set) }
      }
      #expect(Set(report.bundles.map { $0.items.sorted() }) == wanted, "\(seed)")
      #expect(report.bundles.count == wanted.count && !report.isTruncated, "\(seed)")
      #expect(report.considered == considered, "\(seed)")
      seenBundles += wanted.count

      for bundle in report.bundles {
        let splits = oracle.splits(bundle.items)
        let count = oracle.count(bundle.items)
        #expect(bundle.baskets == count, "\(seed)")
        #expect(abs(bundle.support - Double(count) / Double(total)) < 1e-12, "\(seed)")
        let lifts = splits.map { rest, then in
          Double(count * total) / Double(oracle.count(rest) * oracle.count([then]))
        }
        #expect(abs(bundle.lift - (lifts.min() ?? 0)) < 1e-9, "\(seed)")
        let leverages = splits.map { rest, then in
          Double(count) / Double(total)
            - Double(oracle.count(rest)) * Double(oracle.count([then])) / Double(total * total)
        }
        #expect(abs(bundle.leverage - (leverages.min() ?? 0)) < 1e-12, "\(seed)")
        let ratio = splits.map { oracle.ratio($0.rest, $0.then) }.min() ?? 0
        #expect(abs(bundle.logLikelihoodRatio - ratio) < 1e-7, "\(seed)")
        let expected = splits.map { oracle.expected($0.rest, $0.then) }.max() ?? 0
        #expect(abs(bundle.expected - expected) < 1e-9, "\(seed)")
        let surplus = Significance.signedPoissonDeviance(count, expected: expected)
        let isComplement = ratio >= report.floor && surplus >= 3.84
        #expect(bundle.relation == (isComplement ? .complement : .unclear), "\(seed)")
        for rule in bundle.rules {
          let base = oracle.count(rule.antecedent)
          #expect(Set(rule.antecedent + [rule.consequent]) == Set(bundle.items), "\(seed)")
          #expect(rule.confidence == Double(count) / Double(base), "\(seed)")
          #expect(query.minimumConfidence.isReached(by: count, of: base), "\(seed)")
          #expect((rule.conviction == nil) == (base == count), "\(seed)")
        }
        #expect(!bundle.items.contains { refused.contains($0) }, "\(seed)")
      }
      try checkOrder(report, query, facts, seed)

      // Shorter lists are the beginning of longer ones.
      var few = query
      few.count = generator.integer(in: 1...4)
      let first = world.index.bundles(few, facts: facts) { refused.contains($0) ? "exclude" : nil }
      #expect(
        first.bundles.map(\.items) == report.bundles.prefix(few.count).map(\.items), "\(seed)")
    }
    #expect(seenBundles > 100)
  }

  private func checkOrder(
    _ report: BundleReport, _ query: BundleQuery, _ facts: ShopFacts, _ seed: Seed
  ) throws {
    for (left, right) in zip(report.bundles, report.bundles.dropFirst()) {
      let isLeftSure = left.logLikelihoodRatio >= report.floor
      let isRightSure = right.logLikelihoodRatio >= report.floor
      #expect(isLeftSure || !isRightSure, "\(seed)")
      guard isLeftSure == isRightSure else { continue }
      let (one, other) = (left.preference ?? 0, right.preference ?? 0)
      #expect(one >= other, "\(seed)")
      if one == other { #expect(left.logLikelihoodRatio >= right.logLikelihoodRatio, "\(seed)") }
    }
  }

  /// Less work gives fewer bundles, never other ones, and says so.
  @Test func lessWorkNeverGivesAWrongCount() throws {
    try forEachSeed(10) { seed, generator in
      let world = BundleOracleTests.world(&generator, orders: 150)
      var query = BundleOracleTests.query(&generator, world)
      let all = world.index.bundles(query, facts: world.facts) { _ in nil }
      var wasCut = false
      for work in [0, 1, 20, 100, 400, 1_500] {
        query.work = work
        let few = world.index.bundles(query, facts: world.facts) { _ in nil }
        for bundle in few.bundles {
          let same = all.bundles.first { $0.items == bundle.items }
          #expect(same?.baskets == bundle.baskets && same?.lift == bundle.lift, "\(seed)")
        }
        if !few.isTruncated {
          #expect(few.bundles.map(\.items) == all.bundles.map(\.items), "\(seed)")
        }
        wasCut = wasCut || few.isTruncated
      }
      #expect(wasCut || all.bundles.isEmpty, "\(seed)")
    }
  }

  @Test func preferenceIsTheShareOfWhatWasBought() throws {
    try forEachSeed(15) { seed, generator in
      let world = BundleOracleTests.world(&generator, orders: 150)
      let facts = world.facts
      var query = BundleQuery(count: 1_000, viewpoint: Viewpoint(now: world.now))
      let flags = (0..<facts.customers.count).map { _ in generator.oneIn(3) }
      query.audience = flags
      let report = world.index.bundles(query, facts: facts) { _ in nil }
      let own = BasketOracle(facts).baskets.filter { $0.customer >= 0 && flags[Int($0.customer)] }
      let lines = own.reduce(0) { $0 + $1.items.count }
      func share(_ item: Int32) -> Double {
        if own.isEmpty { return 0 }
        let held = own.count { $0.items.contains(item) }
        let category = facts.items[item].category?.last
        let similar =
          category == nil
          ? 0
          : own.reduce(0) { sum, basket in
            sum + basket.items.count { facts.items[$0].category?.last == category }
          }
        return (Double(held) / Double(own.count) + Double(similar) / Double(lines)) / 2
      }
      for bundle in report.bundles {
        let mean = bundle.items.map(share).reduce(0, +) / Double(bundle.items.count)
        #expect(abs((bundle.preference ?? -1) - mean) < 1e-12, "\(seed)")
        #expect(own.isEmpty || mean > 0, "\(seed)")
      }
      try checkOrder(report, query, facts, seed)
    }
  }

  // MARK: Prices

  @Test func pricesKeepHalfOfTheMargin() throws {
    try forEachSeed(200) { seed, generator in
      let bound = generator.oneIn(4) ? Int(Money.maximumAmount) : 3_000
      let items = (0..<generator.integer(in: 2...3)).map { _ in
        var item = Item()
        item.price = Int64(generator.integer(in: 0...bound))
        item.cost = Int64(generator.integer(in: 0...bound))
        return item
      }
      let sensitivity = Int64(generator.integer(in: 0...10_000))
      let separate = items.reduce(0) { $0 + ($1.price ?? 0) }
      let cost = items.reduce(0) { $0 + ($1.cost ?? 0) }
      let price = BundlePrice(items, sensitivity: sensitivity)
      guard let price else {
        #expect(separate < cost, "\(seed)")
        return
      }
      #expect(price.separate == separate && price.suggested + price.discount == separate, "\(seed)")
      #expect(price.suggested >= cost && price.discount >= 0, "\(seed)")
      #expect(price.margin == price.suggested - cost, "\(seed)")
      #expect(price.margin * 2 >= separate - cost, "half of the margin stays, \(seed)")
      // So much more, and not less, brings today's margin.
      let whole = Double(separate - cost)
      #expect(
        abs((1 + price.breakEvenUplift) * Double(price.margin) - whole) <= whole * 1e-12, "\(seed)")
      #expect(price.breakEvenUplift <= 1, "\(seed)")
      let exact = Int128((separate - cost) / 2) * Int128(sensitivity) / 10_000
      #expect(Int128(price.discount) == exact, "\(seed)")
      var unknown = items
      unknown[0].cost = nil
      #expect(BundlePrice(unknown, sensitivity: sensitivity) == nil, "\(seed)")
    }
    var dear = Item()
    dear.price = .max
    dear.cost = 0
    #expect(BundlePrice([dear, dear], sensitivity: 1) == nil, "a sum that does not fit")
  }

  @Test func discountsFollowWhatWasSoldAtADiscount() throws {
    try forEachSeed(15) { seed, generator in
      var facts = ShopFacts()
      var index = AffinityIndex()
      for number in 0..<40 {
        let order = facts.apply(
          OrderDraft(
            id: "o\(number)", customer: nil, time: ItemsetMinerTests.time,
            lines: ["a", "b", number % 2 == 0 ? "c" : "d"].dropLast(generator.integer(in: 0...2))
              .map {
                OrderDraft.Line(
                  item: $0, quantity: 1, unitPrice: 100,
                  discount: generator.oneIn($0 == "a" ? 2 : 5) ? 10 : 0)
              }))
        index.added(order, orders: facts.orders)
        if generator.oneIn(8) {
          facts.applyCancel(order)
          index.cancelled(order, orders: facts.orders)
        }
      }
      for (name, price, cost) in [("a", 100_003, 999), ("b", 250_000, 0), ("c", 70_000, 70_000)] {
        var patch = ItemPatch(id: name)
        patch.price = .set(Int64(price))
        patch.cost = .set(Int64(cost))
        facts.items.apply(patch)
      }
      let query = BundleQuery(
        viewpoint: Viewpoint(now: ItemsetMinerTests.time), item: facts.items.index(of: "a"))
      let orders = facts.orders
      let standing = (0..<Int32(orders.count)).filter { orders.stands($0) }
        .flatMap { orders.lines(of: $0) }
      func discounted(_ lines: [Int]) -> Int { lines.count { orders.lineDiscount[$0] > 0 } }
      for bundle in index.bundles(query, facts: facts, rule: { _ in nil }).bundles {
        let items = bundle.items.map { facts.items[$0] }
        guard items.allSatisfy({ $0.price != nil && $0.cost != nil }) else {
          #expect(bundle.price == nil, "\(seed)")
          continue
        }
        let own = standing.filter { bundle.items.contains(orders.lineItem[$0]) }
        let part = discounted(own) * standing.count + 20 * discounted(standing)
        let share = part * 10_000 / ((own.count + 20) * standing.count)
        #expect(bundle.price == BundlePrice(items, sensitivity: Int64(share)), "\(seed)")
      }
    }
  }
}
