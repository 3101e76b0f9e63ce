import Engine
import Shop
import TestSupport
import Testing

/// What changed since a position of the log.
@Suite struct ChangesSinceTests {
  private static let fields = ["tier", "lifecycle", "level"]

  /// Where everybody stands, asked one by one.
  private func standings(_ shop: TestShop) throws -> [String: [String?]] {
    var found: [String: [String?]] = [:]
    for customer in RandomWrites.customers {
      let reply = shop.call("customers.get", #"{"customer":"\#(customer)"}"#)
      guard case .result(let profile) = reply.outcome, profile["known"]?.flag == true else {
        continue
      }
      found[customer] = Self.fields.map { profile[$0]?.text }
    }
    return found
  }

  private func expected(
    _ old: [String: [String?]], _ new: [String: [String?]]
  ) -> [String] {
    new.keys.sorted().flatMap { customer in
      Self.fields.indices.compactMap { index in
        let (from, to) = (old[customer]?[index] ?? nil, new[customer]?[index] ?? nil)
        return from == to
          ? nil : "\(customer) \(Self.fields[index]) \(from ?? "-") \(to ?? "-")"
      }
    }
  }

  private func rows(_ reply: Value) -> [String] {
    reply["changes"]?.list.map { change in
      "\(change["customer"]?.text ?? "") \(change["field"]?.text ?? "") "
        + "\(change["from"]?.text ?? "-") \(change["to"]?.text ?? "-")"
    } ?? []
  }

  /// Late orders, cancellations, returns, links and time all show, and what does comes through a
  /// restart and a snapshot.
  @Test func sinceAMarkEverythingShowsThatMadeADifference() throws {
    var told = 0
    try forEachSeed(8) { seed, generator in
      var shop = TestShop(seed: seed.value)
      var writes = RandomWrites()
      try shop.result(
        "shop.configure",
        #"{"members":{"levels":[{"id":"silver","spend":1500},{"id":"gold","orders":4}]}}"#)
      var marks: [(position: Int64, places: [String: [String?]])] = []
      for round in 0..<12 {
        for _ in 0..<generator.integer(in: 1...6) { writes.send(to: shop, &generator) }
        if generator.oneIn(4) { shop.advance(hours: 24 * 40) }
        if round % 4 == 1 { shop = try shop.restarted() }
        if round % 4 == 3 { shop = try shop.startedFromSnapshot() }
        let now = try standings(shop)
        for mark in marks.suffix(8) {
          let reply = try shop.result(
            "customers.changes", #"{"since_position":\#(mark.position)}"#)
          let expected = expected(mark.places, now)
          #expect(rows(reply) == expected, "\(seed) round \(round)")
          #expect(reply["count"]?.int == Int64(expected.count))
          #expect(reply["since_position"]?.int == mark.position)
          told += expected.count
        }
        let reply = try shop.result("customers.changes", #"{"mark":true}"#)
        guard let position = reply["position"]?.int else { continue }
        #expect(try shop.result("status")["position"]?.int == position, "\(seed)")
        marks.append((position: position, places: now))
      }
    }
    #expect(told > 100)
  }

  @Test func aPositionIsTheNumberOfRecordsInTheLog() throws {
    let shop = TestShop(seed: 5)
    var writes = RandomWrites()
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<40 {
      writes.send(to: shop, &generator)
      #expect(try shop.result("status")["position"]?.int == Int64(shop.records.count))
    }
    for other in [try shop.restarted(), try shop.startedFromSnapshot()] {
      #expect(try other.result("status")["position"]?.int == Int64(shop.records.count))
    }
  }

  @Test func aPositionThatIsNotKeptIsRefusedAndOneBetweenMarksSaysWhichItIs() throws {
    let shop = TestShop()
    try shop.result("customers.put", #"{"customers":[{"id":"old"}]}"#)
    let early = try #require(try shop.result("status")["position"]?.int)
    let ask = { (position: Int64) in #"{"since_position":\#(position)}"# }
    #expect(try shop.failure("customers.changes", ask(early)).reason == "position_not_kept")
    #expect(try shop.failure("customers.changes", ask(early + 1)).reason == "out_of_range")
    #expect(try shop.failure("customers.changes", "{}").reason == "missing")
    let both = #"{"since":"2026-01-01T00:00:00Z","since_position":1}"#
    #expect(try shop.failure("customers.changes", both).path == "since_position")

    let first = try #require(
      try shop.result("customers.changes", #"{"mark":true}"#)["position"]?.int)
    try shop.result("customers.put", #"{"customers":[{"id":"new"}]}"#)
    let reply = try shop.result("customers.changes", ask(first + 1))
    #expect(reply["since_position"]?.int == first && reply["position"]?.int == first + 1)
    #expect(rows(reply).contains { $0.hasPrefix("new tier - ") })
    let past = #"{"since_position":\#(first),"at":"2026-01-01T00:00:00Z"}"#
    #expect(try shop.failure("customers.changes", past).path == "at")

    for _ in 0..<8 { try shop.result("customers.changes", #"{"mark":true}"#) }
    #expect(try shop.failure("customers.changes", ask(first)).reason == "position_not_kept")
  }

  /// Who comes again under a forgotten id is somebody new.
  @Test func aForgottenCustomerIsInNoMark() throws {
    let shop = try SampleWorld().shop
    let reply = try shop.result("customers.changes", #"{"mark":true}"#)
    let position = try #require(reply["position"]?.int)
    try shop.result("customers.forget", #"{"customer":"c-1"}"#)
    let ask = #"{"since_position":\#(position)}"#
    #expect(!rows(try shop.result("customers.changes", ask)).contains { $0.hasPrefix("c-1 ") })
    try shop.result("customers.put", #"{"customers":[{"id":"c-1"}]}"#)
    for shop in [shop, try shop.restarted(), try shop.startedFromSnapshot()] {
      #expect(
        rows(try shop.result("customers.changes", ask)).contains { $0.hasPrefix("c-1 tier - ") })
    }
  }

  @Test func aWriteTellsTheMovesOfTheOwnerOfAnIdentity() throws {
    let shop = TestShop()
    try shop.result(
      "customers.link", #"{"customer":"anna","identity":{"channel":"store","id":"138"}}"#)
    func put(_ id: String, _ channel: String) throws -> [String] {
      let reply = try shop.result(
        "orders.put",
        #"{"orders":[{"id":"\#(id)","customer":"138","channel":"\#(channel)","time":"2026-02-28T00:00:00Z","lines":[{"item":"i","quantity":1,"unit_price":900}]}],"transitions":true}"#
      )
      return reply["transitions"]?.each("customer") ?? []
    }
    #expect(Set(try put("o1", "store")) == ["anna"])
    // By another channel the name is somebody else's.
    #expect(Set(try put("o2", "web")) == ["138"])
    let view =
      #"{"events":[{"type":"view","customer":"138","channel":"store","time":"2026-02-28T00:00:00Z"}],"transitions":true}"#
    #expect(try shop.result("events.put", view)["transitions"]?.list.isEmpty == true)
  }
}
