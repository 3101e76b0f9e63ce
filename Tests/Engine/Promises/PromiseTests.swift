import Foundation
import Shop
import Testing
import TestSupport
import Wire

/// The promises that the design makes first, each with the property that it states.
@Suite struct PromiseTests {
  static func ask(_ shop: TestShop) -> String {
    shop.answers(
      customers: RandomWrites.customers + ["nobody"], items: RandomWrites.items,
      orders: ["o-0", "o-1", "o-2", "o-3"], policies: ["ten"])
  }

  @Test func oneLineInOneLineOut() throws {
    let lines = [
      #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, #"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
      #"{"jsonrpc":"2.0","method":"ping"}"#, #"[{"jsonrpc":"2.0","id":"a","method":"status"}]"#,
      #"{"jsonrpc":"2.0","id":1,"method":"recommend","params":{"k":3}}"#,
      #"{"jsonrpc":"2.0","id":1,"method":"orders.put","params":{"orders":[{"id":"x"}]}}"#,
    ]
    try forEachSeed(40) { seed, generator in
      let shop = TestShop()
      for _ in 0..<10 {
        var line = Array((lines.randomElement(using: &generator) ?? "").utf8)
        for _ in 0..<generator.integer(in: 0...3) {
          let place = generator.integer(in: 0...line.count - 1)
          switch generator.integer(in: 0...3) {
          case 0: line[place] = UInt8(generator.integer(in: 0...255))
          case 1: line.remove(at: place)
          case 2: line.insert(contentsOf: line[place...], at: place)
          default: line.removeSubrange(place..<line.count)
          }
          line.removeAll { $0 == 0x0A }
          if line.isEmpty { line = [0x20] }
        }
        let output = shop.send(line)
        let isNotification = output.isEmpty
        #expect(isNotification || output.last == 0x0A, "\(seed)")
        #expect(output.dropLast().allSatisfy { $0 != 0x0A }, "\(seed)")
        if !isNotification {
          #expect(throws: Never.self, "\(seed)") {
            try JSONSerialization.jsonObject(with: Data(output))
          }
        }
        // Whatever the line was, the next is answered.
        #expect(shop.send(lines[0]).contains(#""pong":true"#), "\(seed)")
      }
    }
  }

  @Test func sameLogSameAnswers() throws {
    try forEachSeed(3) { seed, generator in
      let shop = TestShop(seed: seed.value)
      var writes = RandomWrites()
      for step in 0..<60 {
        writes.send(to: shop, &generator)
        if step % 20 == 19 {
          let other = try shop.restarted()
          #expect(PromiseTests.ask(shop) == PromiseTests.ask(other), "\(seed)")
        }
      }
    }
  }

  /// What is kept by increments equals what is counted from scratch: a shop that is asked after
  /// every write, so that everything that can be kept is kept, against one that is asked for the
  /// first time.
  @Test func everyKeptFigureEqualsItsRecomputation() throws {
    try forEachSeed(2) { seed, generator in
      let shop = TestShop(seed: seed.value)
      var writes = RandomWrites()
      for _ in 0..<25 {
        writes.send(to: shop, &generator)
        let kept = PromiseTests.ask(shop)
        let other = try shop.restarted()
        #expect(kept == PromiseTests.ask(other), "\(seed)")
      }
    }
  }

  @Test func readYourWrites() throws {
    let shop = TestShop()
    let ask = { () throws in
      try shop.result("recommend", #"{"basket":["a"],"k":1}"#)["items"]?.list.first
    }
    for index in 0..<3 {
      try shop.result(
        "orders.put",
        #"{"orders":[{"id":"o-\#(index)","time":"2026-02-01T00:00:00Z","lines":[{"item":"a","quantity":1,"unit_price":1},{"item":"b","quantity":1,"unit_price":1}]}]}"#
      )
    }
    #expect(try ask()?["source"]?.text == "co_purchase")
    #expect(try ask()?["because"]?.texts == ["a"])
    try shop.result("orders.cancel", #"{"order":"o-0"}"#)
    try shop.result("orders.return", #"{"order":"o-1","lines":[{"item":"b","quantity":1}]}"#)
    #expect(try ask()?["source"]?.text != "co_purchase", "one shared basket is no evidence")
    // An order ahead of the clock, and in the same batch.
    let batch =
      #"[{"jsonrpc":"2.0","method":"orders.put","params":{"orders":[{"id":"f","customer":"c","time":"2027-01-01T00:00:00Z","lines":[{"item":"a","quantity":1,"unit_price":7}]}]}},{"jsonrpc":"2.0","id":1,"method":"customers.get","params":{"customer":"c"}}]"#
    #expect(shop.send(batch).contains(#""orders":1"#))
  }

  @Test func badInputCostsNothing() throws {
    try forEachSeed(4) { seed, generator in
      let shop = TestShop(seed: seed.value)
      let twin = TestShop(seed: seed.value)
      var writes = RandomWrites()
      for _ in 0..<12 {
        let call = writes.next(&generator)
        #expect(shop.call(call.0, call.1).line == twin.call(call.0, call.1).line, "\(seed)")
        // The same call with a piece missing or another put in, until it is refused as a whole.
        for _ in 0..<4 {
          var parameters = Array(call.1.utf8)
          let place = generator.integer(in: 1...parameters.count - 2)
          if generator.oneIn(2) { parameters.remove(at: place) } else { parameters[place] = 0x2D }
          let text = String(decoding: parameters, as: UTF8.self)
          let before = shop.counts
          let reply = TestShop(seed: 1).call(call.0, text)
          // Only what is refused before any record is looked at is sent to the shop itself.
          guard let failure = reply.failure, [-32700, -32602].contains(failure.code) else {
            continue
          }
          _ = shop.call(call.0, text)
          #expect(shop.counts == before, "\(seed)")
        }
      }
      #expect(PromiseTests.ask(shop) == PromiseTests.ask(twin), "\(seed)")
      #expect(shop.records == twin.records, "\(seed)")
    }
  }

  @Test func everyAnswerSaysWhy() throws {
    try forEachSeed(2) { seed, generator in
      let shop = TestShop(seed: seed.value)
      var writes = RandomWrites()
      for _ in 0..<60 { writes.send(to: shop, &generator) }
      for customer in RandomWrites.customers {
        let answer = try shop.result(
          "recommend", #"{"customer":"\#(customer)","k":6,"explain":true}"#)
        for slot in answer["items"]?.list ?? [] {
          #expect(slot["source"]?.text?.isEmpty == false, "\(seed)")
          let parts = slot["parts"]?.members.reduce(0.0) { $0 + ($1.value.double ?? 0) } ?? -1
          #expect(abs(parts - (slot["score"]?.double ?? 0)) < 4e-6, "\(seed)")
          if slot["source"]?.text == "co_purchase" {
            #expect(slot["because"]?.list.isEmpty == false, "\(seed)")
          }
        }
      }
      for parameters in ["{}", #"{"budget":1200}"#, #"{"limit":1}"#, #"{"policies":[]}"#] {
        let plan = try shop.result("target", parameters)
        let withheld = plan["withheld"]?.members.reduce(0) { $0 + ($1.value.int ?? 0) } ?? -1
        let none = plan["none"]?.int ?? -1
        let holdout = plan["holdout"]?.int ?? -1
        #expect(withheld == none + holdout, "\(seed)")
        #expect(
          plan["considered"]?.int == none + holdout + Int64(plan["assignments"]?.list.count ?? -1))
        let value = plan["certificate"]?["value"]?.double ?? 1
        #expect(value <= plan["certificate"]?["upper_bound"]?.double ?? 0, "\(seed)")
        for assignment in plan["assignments"]?.list ?? [] {
          #expect(assignment["because"]?.list.isEmpty == false)
        }
      }
    }
  }

  @Test func claimsAreHonest() throws {
    let shop = TestShop()
    let lines = #"[{"item":"tea","quantity":2,"unit_price":12900}]"#
    var orders: [String] = []
    for index in 0..<200 {
      orders.append(
        OrderTests.order(
          "o-\(index)", customer: "c-\(index)", time: "2026-02-10T10:00:00Z",
          lines: lines))
    }
    for day in [10, 20] {
      orders.append(
        OrderTests.order("b-\(day)", customer: "back", time: "2026-01-\(day)T10:00:00Z"))
    }
    orders.append(OrderTests.order("b-31", customer: "back", time: "2026-02-10T10:00:00Z"))
    try shop.result("orders.put", #"{"orders":[\#(orders.joined(separator: ","))]}"#)
    try shop.result("policies.put", #"{"policies":[\#(SampleWorld.policy)]}"#)
    let plan = try shop.result("target", "{}")
    #expect(plan["assignments"]?.list.isEmpty == false)
    #expect(plan["assignments"]?.list.allSatisfy { $0["basis"]?.text == "prior" } == true)
    // A holdout exists by default: about one in twenty.
    let holdout = try #require(plan["holdout"]?.int)
    #expect((2...25).contains(holdout))
    let alive = { (customer: String) throws in
      try shop.result("customers.get", #"{"customer":"\#(customer)"}"#)["p_alive"]?.double ?? -1
    }
    #expect(try alive("back") >= alive("c-1"), "one-time buyers are never ranked above others")
  }
}
