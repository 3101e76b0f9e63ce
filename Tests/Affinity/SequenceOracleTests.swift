import Affinity
import Shop
import TestSupport
import Testing

/// What is bought before and after an item, against a recount by brute force, after any sequence of
/// orders, cancellations, returns, forgotten customers and identities that move.
@Suite struct SequenceOracleTests {
  private static let start = Instant(milliseconds: 1_700_000_000_000)

  private struct World {
    var facts = ShopFacts()
    var index = AffinityIndex()

    mutating func put(_ draft: OrderDraft) {
      let order = facts.apply(draft)
      index.added(order, orders: facts.orders)
    }

    /// Somebody gets or loses what another is called at the till, and what that brings along.
    private mutating func link(_ generator: inout SeededGenerator) {
      var patch = CustomerPatch(id: "c\(generator.integer(in: 0...5))")
      let identity = Customer.Identity(
        channel: "till", id: "c\(generator.integer(in: 6...11))")
      patch.identities = generator.oneIn(3) ? .clear : .set([identity])
      let owner = facts.owner(of: identity)
      if let owner, facts.customers.names[owner] != patch.id { return }
      for (identity, source) in facts.apply(patch) {
        guard let move = facts.move(of: identity, from: source) else { continue }
        index.willMove(customers: [move.source, move.target], orders: facts.orders)
        _ = facts.apply(move)
        index.didMove(customers: [move.source, move.target], orders: facts.orders)
      }
    }

    mutating func step(_ number: Int, _ generator: inout SeededGenerator) {
      let standing = (0..<Int32(facts.orders.count)).filter { facts.orders.stands($0) }
      switch generator.integer(in: 0...19) {
      case 0 where !standing.isEmpty:
        let order = standing[generator.integer(in: 0...standing.count - 1)]
        facts.applyCancel(order)
        index.cancelled(order, orders: facts.orders)
      case 1 where !standing.isEmpty:
        let order = standing[generator.integer(in: 0...standing.count - 1)]
        let lines = facts.orders.lines(of: order).filter {
          facts.orders.remainingQuantity(line: $0) > 0
        }
        guard let line = lines.first else { return }
        facts.applyReturn([(line: line, quantity: facts.orders.remainingQuantity(line: line))])
        index.returned(order, orders: facts.orders)
      case 2 where number % 4 == 0:
        guard let customer = facts.customers.index(of: "c\(generator.integer(in: 0...11))") else {
          return
        }
        index.forget(customer: customer, orders: facts.orders)
        _ = facts.forget(customer: customer)
      case 3: link(&generator)
      default: put(SequenceOracleTests.draft(number, &generator))
      }
    }
  }

  private static func draft(_ number: Int, _ generator: inout SeededGenerator) -> OrderDraft {
    OrderDraft(
      id: "o\(number)", customer: generator.oneIn(9) ? nil : "c\(generator.integer(in: 0...11))",
      time: start.advanced(byDays: Double(generator.integer(in: 0...500))),
      channel: generator.oneIn(2) ? "till" : nil,
      lines: (0..<generator.integer(in: 1...3)).map { _ in
        OrderDraft.Line(item: "i\(generator.integer(in: 0...6))", quantity: 1, unitPrice: 100)
      })
  }

  /// By brute force, by name: after, before, together, expected and variance.
  private static func recount(_ item: Int32, _ facts: ShopFacts) -> [Int32: [Int64]] {
    let orders = facts.orders
    let oracle = BasketOracle(facts)
    var counts: [Int32: [Int64]] = [:]
    for customer in Set(oracle.baskets.map(\.customer)) where customer >= 0 {
      let own = oracle.baskets.filter { $0.customer == customer }
        .sorted { orders.isBefore($0.order, $1.order) }
      guard let first = own.firstIndex(where: { $0.items.contains(item) }) else { continue }
      let times = Int64(own.count { $0.items.contains(item) })
      for other in Set(own.flatMap(\.items)) where other != item {
        guard let place = own.firstIndex(where: { $0.items.contains(other) }) else { continue }
        var sums = counts[other] ?? [0, 0, 0, 0, 0]
        let days = orders.time[Int(own[place].order)].days(
          since: orders.time[Int(own[first].order)])
        if place == first {
          sums[2] += 1
        } else if abs(days) <= 365 {
          sums[place > first ? 0 : 1] += 1
          let share = 65_536 * times / (times + Int64(own.count { $0.items.contains(other) }))
          sums[3] += share
          sums[4] += share * (65_536 - share) / 65_536
        }
        counts[other] = sums
      }
    }
    return counts.filter { $0.value[0] + $0.value[1] >= 3 }
  }

  private static func sums(_ row: SequenceRow) -> [Int32: [Int64]] {
    var sums: [Int32: [Int64]] = [:]
    for one in row.entries {
      sums[one.item] = [
        Int64(one.after), Int64(one.before), Int64(one.together), one.expected, one.variance,
      ]
    }
    return sums
  }

  @Test func rowsEqualARecount() throws {
    try forEachSeed(12) { seed, generator in
      var world = World()
      var compared = 0
      for number in 0..<140 {
        world.step(number, &generator)
        guard number % 5 == 4 else { continue }
        for item in 0..<Int32(min(7, world.facts.items.count)) {
          let row = world.index.sequence(of: item, orders: world.facts.orders)
          let expected = SequenceOracleTests.recount(item, world.facts)
          #expect(SequenceOracleTests.sums(row) == expected, "\(item) after \(number), \(seed)")
          compared += expected.count
        }
      }
      #expect(compared > 100, "\(seed)")
    }
  }

  @Test func aPhoneComesBeforeItsCase() {
    var world = World()
    for customer in 0..<30 {
      for (item, day) in [("phone", 0), ("case", 30)] {
        world.put(
          OrderDraft(
            id: "\(item)-\(customer)", customer: "c\(customer)",
            time: SequenceOracleTests.start.advanced(byDays: Double(day)),
            lines: [OrderDraft.Line(item: item, quantity: 1, unitPrice: 100)]))
      }
    }
    let orders = world.facts.orders
    let phone = world.index.sequence(of: 0, orders: orders)
    #expect(phone.entries.map(\.after) == [30] && phone.customerCount == 30)
    #expect(phone.entries.allSatisfy { $0.follows })
    let backwards = world.index.sequence(of: 1, orders: orders)
    #expect(backwards.entries.map(\.before) == [30])
    #expect(!backwards.entries.contains { $0.follows })
  }

  @Test func whatIsBoughtOftenDoesNotSeemToComeFirst() throws {
    // Bread is in every basket, honey in one of seven by chance: bread is first nearly always, and
    // nothing follows from that.
    try forEachSeed(6) { seed, generator in
      var world = World()
      for customer in 0..<60 {
        for visit in 0..<8 {
          let items = generator.oneIn(7) ? ["honey"] : ["bread"]
          world.put(
            OrderDraft(
              id: "\(customer)-\(visit)", customer: "c\(customer)",
              time: SequenceOracleTests.start.advanced(byDays: Double(visit)),
              lines: items.map { OrderDraft.Line(item: $0, quantity: 1, unitPrice: 100) }))
        }
      }
      let bread = try #require(world.facts.items.index(of: "bread"))
      let row = world.index.sequence(of: bread, orders: world.facts.orders)
      let honey = try #require(row.entries.first)
      #expect(honey.after > 2 * honey.before, "\(seed)")
      #expect(!honey.follows, "\(honey), \(seed)")
    }
  }
}
