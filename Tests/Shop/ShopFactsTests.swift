import Shop
import Testing

@Suite struct ShopFactsTests {
  private let draft = OrderDraft(
    id: "o", customer: "c", time: Instant(milliseconds: 5), channel: "store", currency: "CNY",
    lines: [
      .init(item: "a", quantity: 2, unitPrice: 100, discount: 10),
      .init(item: "b", quantity: 1, unitPrice: 50),
      .init(item: "a", quantity: 3, unitPrice: 90),
    ], coupons: ["CODE"])

  private func facts() throws -> ShopFacts {
    var facts = ShopFacts()
    facts.settings.currency = "CNY"
    #expect(try facts.check(draft))
    facts.apply(draft)
    return facts
  }

  @Test func theSameOrderIsUnchanged() throws {
    let facts = try facts()
    #expect(try !facts.check(draft))
    var silent = draft
    silent.currency = nil
    #expect(try !facts.check(silent))
  }

  @Test func anotherOrderOfTheSameIdIsAConflict() throws {
    let facts = try facts()
    let changes: [(String, (inout OrderDraft) -> Void)] = [
      ("customer", { $0.customer = "d" }), ("no customer", { $0.customer = nil }),
      ("time", { $0.time = Instant(milliseconds: 6) }), ("channel", { $0.channel = "app" }),
      ("no channel", { $0.channel = nil }), ("coupons", { $0.coupons = [] }),
      ("item", { $0.lines[1].item = "c" }), ("quantity", { $0.lines[1].quantity = 2 }),
      ("price", { $0.lines[1].unitPrice = 51 }), ("discount", { $0.lines[1].discount = 1 }),
      ("fewer lines", { $0.lines.removeLast() }), ("more lines", { $0.lines.append($0.lines[0]) }),
      ("lines' order", { $0.lines.swapAt(0, 1) }),
    ]
    for (name, change) in changes {
      var other = draft
      change(&other)
      let problem = #expect(throws: RecordProblem.self, "\(name)") { try facts.check(other) }
      #expect(problem?.reason == "conflict", "\(name)")
      #expect(problem?.path == "id", "\(name)")
    }
    // What is wrong by itself is said first.
    var foreign = draft
    foreign.currency = "EUR"
    #expect(
      #expect(throws: RecordProblem.self) { try facts.check(foreign) }?.reason
        == "currency_mismatch")
    foreign.lines = []
    #expect(#expect(throws: RecordProblem.self) { try facts.check(foreign) }?.reason == "empty")
  }

  @Test func checkingChangesNothing() throws {
    var facts = try facts()
    let before = (facts.revision, facts.items.count, facts.customers.count)
    var other = draft
    other.id = "p"
    other.customer = "new"
    other.lines[0].item = "new"
    #expect(try facts.check(other))
    _ = try facts.checkReturn("o", [("a", 5)])
    _ = try facts.checkCancel("o")
    #expect(before == (facts.revision, facts.items.count, facts.customers.count))
    facts.settings.marginPercent = 40
    #expect(facts.revision > before.0)
  }

  @Test func aReturnIsTakenFromTheLinesInTheirOrder() throws {
    var facts = try facts()
    var (order, parts) = try facts.checkReturn("o", [("a", 1)])
    #expect(order == 0)
    #expect(parts.map(\.line) == [0] && parts.map(\.quantity) == [1])
    (_, parts) = try facts.checkReturn("o", [("a", 4), ("b", 1), ("a", 1)])
    #expect(parts.map(\.line) == [0, 1, 2] && parts.map(\.quantity) == [2, 1, 3])
    facts.applyReturn(try facts.checkReturn("o", [("a", 1)]).parts)
    (_, parts) = try facts.checkReturn("o", [("a", 3)])
    #expect(parts.map(\.line) == [0, 2] && parts.map(\.quantity) == [1, 2])
  }

  @Test(
    arguments: [
      ("o", "a", 6, "lines[1].quantity", "more_than_bought"),
      ("o", "a", .max, "lines[1].quantity", "more_than_bought"),
      ("o", "unknown", 1, "lines[1].quantity", "more_than_bought"),
      ("o", "a", 0, "lines[1].quantity", "not_positive"),
      ("o", "a", .min, "lines[1].quantity", "not_positive"),
      ("x", "a", 1, "order", "unknown_order"),
    ] as [(String, String, Int64, String, String)])
  func aReturnOfWhatIsNotThereIsRefused(
    order: String, item: String, quantity: Int64, path: String, reason: String
  ) throws {
    let facts = try facts()
    let problem = #expect(throws: RecordProblem.self) {
      try facts.checkReturn(order, [("b", 1), (item, quantity)])
    }
    #expect(problem?.path == path)
    #expect(problem?.reason == reason)
  }

  /// The second part sees what the first one took.
  @Test func partsOfOneReturnAddUp() throws {
    let facts = try facts()
    let problem = #expect(throws: RecordProblem.self) {
      try facts.checkReturn("o", [("a", 3), ("a", 3)])
    }
    #expect(problem?.path == "lines[1].quantity")
    #expect(problem?.message.contains("has 2 of a left") == true)
  }

  @Test func aCancelledOrderStaysCancelled() throws {
    var facts = try facts()
    let order = try #require(try facts.checkCancel("o"))
    facts.applyCancel(order)
    #expect(try facts.checkCancel("o") == nil)
    #expect(facts.orders.net(order: order) == 0)
    let problem = #expect(throws: RecordProblem.self) { try facts.checkReturn("o", [("a", 1)]) }
    #expect(problem?.reason == "cancelled")
    #expect(try !facts.check(draft))
    #expect(
      #expect(throws: RecordProblem.self) { try facts.checkCancel("x") }?.reason
        == "unknown_order")
  }
}
