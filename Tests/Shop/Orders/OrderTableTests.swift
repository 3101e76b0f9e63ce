import Shop
import TestSupport
import Testing

@Suite struct OrderTableTests {
  /// Whatever the order of arrival, each customer's orders lie by time and then id.
  @Test func arrivalDoesNotMatter() throws {
    try forEachSeed(15) { seed, generator in
      let drafts = OrderMaker.drafts(60, &generator)
      let sorted = drafts.sorted {
        $0.time == $1.time ? $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) : $0.time < $1.time
      }
      let arrivals = [sorted, Array(sorted.reversed()), drafts, drafts.shuffled(using: &generator)]
      for arrival in arrivals {
        var facts = ShopFacts()
        for draft in arrival { facts.apply(draft) }
        for customer in (0...5).map({ "c-\($0)" }) {
          let wanted = sorted.reversed().filter { $0.customer == customer }.map(\.id)
          #expect(facts.orderIds(of: customer) == wanted, "\(seed)")
        }
        for draft in drafts {
          let order = try #require(facts.orders.index(of: draft.id))
          #expect(facts.orders.net(order: order) == OrderOracle(draft).net, "\(seed)")
          #expect(facts.orders.lines(of: order).count == draft.lines.count, "\(seed)")
          #expect(facts.orders.coupons[order] ?? [] == draft.coupons, "\(seed)")
          #expect(try !facts.check(draft), "\(seed)")
        }
        #expect(facts.orders.earliest == sorted.first?.time, "\(seed)")
        #expect(facts.orders.latest == sorted.last?.time, "\(seed)")
        #expect(facts.orders.lineCount == drafts.reduce(0) { $0 + $1.lines.count }, "\(seed)")
      }
    }
  }

  /// Orders, returns and cancellations in any sequence, against plain records.
  @Test func returnsAndCancellationsKeepTheBooks() throws {
    try forEachSeed(15) { seed, generator in
      var facts = ShopFacts()
      var oracles: [String: OrderOracle] = [:]
      var waiting = OrderMaker.drafts(30, &generator)
      var acceptedCount = 0
      for _ in 0..<200 {
        let revision = facts.revision
        let id = "o-\(generator.integer(in: 0...29))"
        switch generator.integer(in: 0...9) {
        case 0...1:
          guard let draft = waiting.popLast() else { continue }
          #expect(try facts.check(draft), "\(seed)")
          facts.apply(draft)
          oracles[draft.id] = OrderOracle(draft)
        case 2 where generator.oneIn(3):
          let order = try? facts.checkCancel(id)
          if let order { facts.applyCancel(order) }
          #expect((order != nil) == (oracles[id].map { !$0.isCancelled } ?? false), "\(seed)")
          oracles[id]?.isCancelled = true
        default:
          let parts = (0...generator.integer(in: 0...2)).map { _ in
            (
              item: "i-\(generator.integer(in: 0...6))",
              quantity: Int64(generator.integer(in: generator.oneIn(20) ? -1...0 : 1...3))
            )
          }
          let isTaken = facts.giveBack(id, parts)
          #expect(isTaken == (oracles[id]?.giveBack(parts) ?? false), "\(parts) \(seed)")
          if isTaken { acceptedCount += 1 } else { #expect(facts.revision == revision, "\(seed)") }
        }
      }
      #expect(acceptedCount > 0, "\(seed)")
      for (id, oracle) in oracles {
        let order = try #require(facts.orders.index(of: id))
        let returned = facts.orders.lines(of: order).map { facts.orders.lineReturned[$0] }
        #expect(returned == oracle.lines.map(\.returned), "\(seed)")
        #expect(facts.orders.net(order: order) == oracle.net, "\(seed)")
        #expect(facts.orders.stands(order) == oracle.stands, "\(seed)")
        #expect(facts.orders.isCancelled[Int(order)] == oracle.isCancelled, "\(seed)")
        // What became of an order later does not make it another one.
        #expect(try !facts.check(oracle.draft), "\(seed)")
      }
    }
  }

  @Test func anonymousOrdersBelongToNobody() {
    var facts = ShopFacts()
    let order = facts.apply(
      OrderDraft(
        id: "o", customer: nil, time: Instant(milliseconds: 0),
        lines: [.init(item: "a", quantity: 1, unitPrice: 5)]))
    #expect(facts.orders.customer[Int(order)] < 0)
    #expect(facts.orders.channel[Int(order)] < 0)
    #expect(facts.channelName(-1) == nil)
    #expect(facts.customers.count == 0)
    #expect(facts.orders.newest(of: 7) < 0)
    #expect(facts.orders.net(order: order) == 5)
  }

  @Test func theDiscountGoesWithTheLine() throws {
    var facts = ShopFacts()
    let order = facts.apply(
      OrderDraft(
        id: "o", customer: "c", time: Instant(milliseconds: 0),
        lines: [.init(item: "a", quantity: 3, unitPrice: 100, discount: 100)]))
    var nets = [facts.orders.net(order: order)]
    for _ in 0..<3 {
      let isTaken = facts.giveBack("o", [("a", 1)])
      #expect(isTaken)
      nets.append(facts.orders.net(order: order))
    }
    #expect(nets == [200, 134, 67, 0])
    #expect(!facts.orders.stands(order))
  }

  @Test func walkingStopsWhenToldTo() {
    var facts = ShopFacts()
    for index in 0..<5 {
      facts.apply(
        OrderDraft(
          id: "o-\(index)", customer: "c", time: Instant(milliseconds: Int64(index)),
          lines: [.init(item: "a", quantity: 1, unitPrice: 1)]))
    }
    var seen: [Int32] = []
    facts.orders.forEachOrder(of: 0) { order in
      seen.append(order)
      return seen.count < 2
    }
    #expect(seen == [4, 3])
  }
}
