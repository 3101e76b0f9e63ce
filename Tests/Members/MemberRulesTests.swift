import Members
import Shop
import TestSupport
import Testing

@Suite struct MemberRulesTests {
  private static let tiers: Set = ["high", "potential", "ordinary", "lapsed"]
  private static let stages: Set = ["prospect", "new", "growing", "mature", "lapsing", "lapsed"]

  /// Lapse follows the customer's own rhythm: the same 60 days are nothing for one, the end for
  /// another.
  @Test func lapseIsOwn() throws {
    var shop = SampleShop()
    shop.orders("weekly", days: (0..<20).map { Double($0) * 7 })
    shop.orders("quarterly", days: [-137, -47, 43, 133])
    let now = SampleShop.now(133 + 60)
    #expect(try shop.profile("weekly", from: now).lifecycle == "lapsed")
    #expect(try shop.profile("weekly", from: now).tier == "lapsed")
    #expect(try shop.profile("quarterly", from: now).lifecycle != "lapsed")
    #expect(try shop.profile("weekly", from: SampleShop.now(140)).lifecycle == "mature")
  }

  @Test func everyoneGoesThroughLife() throws {
    var shop = SampleShop()
    shop.put("a")
    func stage(_ day: Double) throws -> String {
      try shop.profile("a", from: SampleShop.now(day)).lifecycle
    }
    #expect(try stage(0) == "prospect")
    shop.order("a", day: 0)
    #expect(try stage(1) == "new")
    shop.order("a", day: 20)
    #expect(try stage(21) == "growing")
    shop.orders("a", days: [40, 60, 80, 100])
    #expect(try stage(101) == "mature")
    let silences = try (101...400).map { try stage(Double($0)) }
    #expect(Set(silences) == ["mature", "lapsing", "lapsed"])
    #expect(
      silences == silences.filter { $0 == "mature" } + silences.filter { $0 == "lapsing" }
        + silences.filter { $0 == "lapsed" })
  }

  @Test func bestCustomersAreHigh() throws {
    var shop = SampleShop()
    for customer in 0..<10 {
      let days = (0...customer).map { 100 - Double($0) * 10 }
      shop.orders("c-\(customer)", days: days, price: 1000 * Int64(customer + 1))
    }
    let now = SampleShop.now(101)
    #expect(try shop.profile("c-9", from: now).tier == "high")
    #expect(try shop.profile("c-0", from: now).tier == "ordinary")
  }

  /// Whatever the rules and the customers, each customer has exactly one tier and one stage.
  @Test func everyoneIsInExactlyOne() throws {
    try forEachSeed(20) { seed, generator in
      var shop = SampleShop()
      for customer in 0..<15 {
        let id = "c-\(customer)"
        shop.put(id)
        for _ in 0..<generator.integer(in: 0...5) {
          shop.order(
            id, day: Double(generator.integer(in: 0...300)),
            price: Int64(generator.integer(in: 0...5000)))
        }
      }
      var index = MemberIndex()
      let now = SampleShop.now(Double(generator.integer(in: 0...600)))
      for names in [("tier", Self.tiers), ("lifecycle", Self.stages)] {
        var counts: [Int32: Int] = [:]
        for name in names.1 {
          let condition = try Condition(.object([.init(name: names.0, value: .string(name))]))
          for customer in index.matches(condition, among: nil, from: now, facts: shop.facts) {
            counts[customer, default: 0] += 1
          }
        }
        #expect(counts.count == 15 && counts.values.allSatisfy { $0 == 1 }, "\(seed)")
      }
    }
  }

  private func rule(_ id: String, _ when: Value? = nil) -> Value {
    var members = [Value.Member(name: "id", value: .string(id))]
    if let when { members.append(.init(name: "when", value: when)) }
    return .object(members)
  }

  private func object(_ name: String, _ value: Value) -> Value {
    .object([.init(name: name, value: value)])
  }

  @Test func configuredRulesDecide() throws {
    var shop = SampleShop()
    shop.orders("a", days: [0, 1], price: 3000)
    shop.orders("b", days: [0], price: 100)
    var index = MemberIndex()
    let rich = rule("rich", object("spend", object("$gte", .integer(5000))))
    let value = Value.object([
      .init(name: "tiers", value: .array([rich, rule("others")])),
      .init(
        name: "levels",
        value: .array([
          .object([
            .init(name: "id", value: .string("silver")), .init(name: "spend", value: .integer(100)),
          ]),
          .object([
            .init(name: "id", value: .string("gold")), .init(name: "spend", value: .integer(6000)),
          ]),
        ])),
    ])
    index.rules = try MemberRules(value, over: index.rules, now: .earliest)
    let view = index.view(from: SampleShop.now(5), facts: shop.facts)
    #expect(view.profile(of: 0).field("tier") == .string("rich"))
    #expect(view.profile(of: 1).field("tier") == .string("others"))
    #expect(view.profile(of: 0).field("level") == .string("gold"))
    #expect(view.profile(of: 1).field("level") == .string("silver"))
    // A year later nobody has spent anything within twelve months.
    let later = index.view(from: SampleShop.now(367), facts: shop.facts)
    #expect(later.profile(of: 0).field("level") == nil)
  }

  @Test func badRulesAreRefusedWithTheirPath() {
    let condition = object("orders", .integer(1))
    let cases: [(Value, String)] = [
      (.integer(1), ""), (object("tires", .array([])), "tires"),
      (object("tiers", .array([])), "tiers"),
      (object("tiers", .array([rule("a", condition)])), "tiers[0].when"),
      (object("tiers", .array([rule("a"), rule("b")])), "tiers[0].when"),
      (object("lifecycle", .array([rule("a", condition), rule("a")])), "lifecycle[1].id"),
      (object("lifecycle", .array([rule("a", .integer(1)), rule("b")])), "lifecycle[0].when"),
      (object("levels", .array([rule("gold")])), "levels[0].spend"),
    ]
    for (value, path) in cases {
      #expect {
        try MemberRules(value, over: .standard, now: .earliest)
      } throws: {
        ($0 as? RecordProblem)?.path == path
      }
    }
  }
}
