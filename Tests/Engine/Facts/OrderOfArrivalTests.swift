import Shop
import Testing
import TestSupport

@Suite struct OrderOfArrivalTests {
  static let setting = [
    ("shop.configure", #"{"currency":"CNY","timezone":"Asia/Shanghai"}"#),
    ("policies.put", #"{"policies":[\#(SampleWorld.policy)]}"#),
  ]

  /// Facts, each with those that must come before it.
  static let world: [(method: String, parameters: String, after: [Int])] = [
    (
      "orders.put",
      #"{"orders":[{"id":"o-1","customer":"b","time":"2025-11-01T10:00:00Z","channel":"store","lines":[{"item":"z","quantity":2,"unit_price":700},{"item":"y","quantity":1,"unit_price":300}]}]}"#,
      []
    ),
    (
      "orders.put",
      #"{"orders":[{"id":"o-2","customer":"a","time":"2026-01-20T10:00:00Z","channel":"app","lines":[{"item":"y","quantity":1,"unit_price":300,"discount":30},{"item":"x","quantity":3,"unit_price":100},{"item":"z","quantity":1,"unit_price":700}]}]}"#,
      []
    ),
    (
      "orders.put",
      #"{"orders":[{"id":"o-3","customer":"b","time":"2026-02-20T10:00:00Z","channel":"store","lines":[{"item":"x","quantity":1,"unit_price":100},{"item":"z","quantity":1,"unit_price":700}]}]}"#,
      []
    ),
    ("orders.return", #"{"order":"o-2","lines":[{"item":"x","quantity":3}]}"#, [1]),
    ("orders.cancel", #"{"order":"o-3"}"#, [2]),
  ]

  /// All orders of `count` things in which each comes after those it needs.
  static func orders(_ count: Int, _ after: (Int) -> [Int]) -> [[Int]] {
    var all: [[Int]] = []
    func extend(_ prefix: [Int]) {
      if prefix.count == count { return all.append(prefix) }
      for next in 0..<count
      where !prefix.contains(next) && after(next).allSatisfy(prefix.contains) {
        extend(prefix + [next])
      }
    }
    extend([])
    return all
  }

  @Test func everyOrderOfArrivalGivesTheSameAnswers() throws {
    let orders = OrderOfArrivalTests.orders(5) { OrderOfArrivalTests.world[$0].after }
    #expect(orders.count == 30)
    var first: String?
    for (index, order) in orders.enumerated() {
      let shop = TestShop(seed: UInt64(index))
      for call in OrderOfArrivalTests.setting { try shop.result(call.0, call.1) }
      for fact in order {
        let (method, parameters, _) = OrderOfArrivalTests.world[fact]
        try shop.result(method, parameters)
      }
      let answers = shop.answers(
        customers: ["a", "b", "nobody"], items: ["x", "y", "z"], orders: ["o-1", "o-2", "o-3"],
        policies: ["ten"], moments: ["2026-01-25T00:00:00Z"])
      if let first { #expect(first == answers, "\(order)") } else { first = answers }
    }
  }

  /// Three orders of two customers, one of them under a card at the till, a return, and the link of
  /// the card: in every order in which they can come, and with an unlink and a link again.
  @Test func everyOrderOfArrivalOfASmallWorldWithALinkGivesTheSameAnswers() throws {
    func order(_ id: String, _ customer: String, _ day: Int, _ channel: String) -> String {
      #"{"orders":[{"id":"\#(id)","customer":"\#(customer)","time":"2026-01-\#(day)T10:00:00Z","channel":"\#(channel)","lines":[{"item":"x","quantity":2,"unit_price":400},{"item":"y","quantity":1,"unit_price":900}]}]}"#
    }
    let link = #"{"customer":"a","identity":{"channel":"till","id":"card"}}"#
    let world: [(method: String, parameters: String, after: [Int])] = [
      ("orders.put", order("o-1", "a", 10, "app"), []),
      ("orders.put", order("o-2", "card", 15, "till"), []),
      ("orders.put", order("o-3", "b", 20, "till"), []),
      ("orders.return", #"{"order":"o-2","lines":[{"item":"y","quantity":1}]}"#, [1]),
      ("customers.link", link, []),
    ]
    let rules =
      #"{"members":{"points":{"per":100,"from":"2026-01-01T00:00:00Z"},"#
      + #""levels":[{"id":"gold","orders":2}]}}"#
    let sequences = OrderOfArrivalTests.orders(5) { world[$0].after }
    #expect(sequences.count == 60)
    var first: String?
    for (index, sequence) in sequences.enumerated() {
      for again in [false, true] {
        let shop = TestShop(seed: UInt64(index))
        for call in OrderOfArrivalTests.setting { try shop.result(call.0, call.1) }
        try shop.result("shop.configure", rules)
        for fact in sequence {
          try shop.result(world[fact].method, world[fact].parameters)
          if again, fact == 4 {
            try shop.result("customers.unlink", link)
            try shop.result("customers.link", link)
          }
        }
        let answers = shop.answers(
          customers: ["a", "b", "card"], items: ["x", "y"], orders: ["o-1", "o-2", "o-3"],
          policies: ["ten"], moments: ["2026-01-16T00:00:00Z"])
        if let first { #expect(first == answers, "\(sequence)") } else { first = answers }
      }
    }
    #expect(first?.contains(#""level":"gold""#) == true)
  }

  @Test func questionsInBetweenChangeNothing() throws {
    let ask = { (shop: TestShop) in
      shop.answers(
        customers: ["a", "b"], items: ["x", "y", "z"], orders: ["o-1", "o-2", "o-3"],
        moments: ["2026-01-25T00:00:00Z"])
    }
    let quiet = TestShop()
    let asked = TestShop()
    for fact in OrderOfArrivalTests.world {
      try quiet.result(fact.method, fact.parameters)
      try asked.result(fact.method, fact.parameters)
      _ = ask(asked)
    }
    #expect(ask(quiet) == ask(asked))
  }

  /// A larger shop, where the last bits of sums would show.
  @Test func shuffledOrdersGiveTheSameAnswers() throws {
    try forEachSeed(3) { seed, generator in
      var orders: [String] = []
      for index in 0..<60 {
        var lines: [String] = []
        for item in Set(
          (0..<generator.integer(in: 1...5)).map { _ in generator.integer(in: 0...11) })
        {
          lines.append(
            #"{"item":"i-\#(item)","quantity":\#(generator.integer(in: 1...3)),"unit_price":\#(item * 100 + 50)}"#
          )
        }
        let day = generator.integer(in: 10...28)
        orders.append(
          #"{"id":"o-\#(index)","customer":"c-\#(generator.integer(in: 0...9))","time":"2026-0\#(generator.integer(in: 1...2))-\#(day)T10:00:00Z","lines":[\#(lines.joined(separator: ","))]}"#
        )
      }
      var first: String?
      for _ in 0..<3 {
        let shop = TestShop()
        for call in OrderOfArrivalTests.setting { try shop.result(call.0, call.1) }
        orders.shuffle(using: &generator)
        for order in orders { try shop.result("orders.put", #"{"orders":[\#(order)]}"#) }
        let answers = shop.answers(
          customers: (0..<4).map { "c-\($0)" }, items: ["i-1", "i-5", "i-11"], policies: ["ten"])
        if let first { #expect(first == answers, "\(seed)") } else { first = answers }
      }
    }
  }
}
