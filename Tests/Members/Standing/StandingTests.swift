import Members
import Shop
import TestSupport
import Testing

/// Points and levels, by hand and against a plain account.
@Suite struct StandingTests {
  static func object(_ members: [(String, Value)]) -> Value {
    .object(members.map { .init(name: $0.0, value: $0.1) })
  }

  static func rules(
    points: Value? = nil, levels: [Value] = [], terms: Value? = nil, over: MemberRules = .standard,
    day: Double = 0
  ) throws -> MemberRules {
    var members: [(String, Value)] = []
    if let points { members.append(("points", points)) }
    if !levels.isEmpty { members.append(("levels", .array(levels))) }
    if let terms { members.append(("level_terms", terms)) }
    return try MemberRules(object(members), over: over, now: SampleShop.instant(day: day))
  }

  static func level(_ id: String, _ figures: (String, Int64)...) -> Value {
    object([("id", .string(id))] + figures.map { ($0.0, .integer($0.1)) })
  }

  static func profile(
    _ shop: SampleShop, _ index: MemberIndex, day: Double, _ id: String = "a"
  ) throws -> MemberProfile {
    var index = index
    let customer = try #require(shop.facts.customers.index(of: id))
    let viewpoint = Viewpoint(asOf: SampleShop.instant(day: day))
    return index.profile(of: customer, from: viewpoint, facts: shop.facts)
  }

  static func book(
    _ index: inout MemberIndex, _ shop: inout SampleShop, _ kind: PointMovement.Kind,
    _ points: Int64, day: Double, expires: Double? = nil, order: String? = nil, _ id: String = "a"
  ) {
    var movement = PointMovement(
      kind: kind, customer: id, time: SampleShop.instant(day: day), points: points)
    movement.expires = expires.map { SampleShop.instant(day: $0) }
    movement.order = order
    index.points.apply(movement, customer: shop.facts.customers.intern(id))
  }

  // MARK: Points

  @Test func ordersEarnUsesTakeAndTheOldestExpireFirst() throws {
    var shop = SampleShop()
    var index = MemberIndex()
    index.rules = try Self.rules(
      points: Self.object([("per", .integer(100)), ("valid_days", .integer(30))]))
    shop.order("a", day: 1.5, price: 1_050)
    shop.order("a", day: 10.5, price: 2_000)
    Self.book(&index, &shop, .spent, 4, day: 12)
    let held = try Self.profile(shop, index, day: 20).standing
    #expect(held.balance == 26 && held.earned == 30 && held.spent == 4)
    // Those of day 1 are good to the end of day 31.
    let first = try Self.profile(shop, index, day: 31.99)
    #expect(first.standing.balance == 26)
    #expect(first.field("points_expiring")?["points"] == .integer(6))
    let later = try Self.profile(shop, index, day: 32)
    #expect(later.standing.balance == 20 && later.standing.expired == 6)
    #expect(try Self.profile(shop, index, day: 11).standing.balance == 30)
    let lines = later.account.lines
    #expect(lines.map(\.kind) == [.earned, .earned, .spent, .expired])
    #expect(lines.map(\.balance) == [10, 30, 26, 20])
  }

  @Test func whatComesBackIsTakenBackAndTheBalanceIsNeverBelowZero() throws {
    var shop = SampleShop()
    var index = MemberIndex()
    index.rules = try Self.rules(points: Self.object([("per", .integer(100))]))
    let order = shop.order("a", day: 1, price: 1_000, quantity: 2, id: "first")
    Self.book(&index, &shop, .spent, 15, day: 2)
    shop.facts.applyReturn([
      (line: shop.facts.orders.lines(of: order).lowerBound, quantity: 1)
    ])
    let after = try Self.profile(shop, index, day: 3).standing
    #expect(after.balance == 0 && after.owed == 5 && after.earned == 10)
    shop.order("a", day: 4, price: 700)
    let paid = try Self.profile(shop, index, day: 5).standing
    #expect(paid.balance == 2 && paid.owed == 0)
    shop.facts.applyCancel(order)
    #expect(try Self.profile(shop, index, day: 5).standing.owed == 8)
  }

  @Test func pointsSpentOnACancelledOrderComeBackWithTheirOwnEnd() throws {
    var shop = SampleShop()
    var index = MemberIndex()
    Self.book(&index, &shop, .granted, 10, day: 1, expires: 50)
    Self.book(&index, &shop, .granted, 10, day: 2)
    let order = shop.order("a", day: 3, id: "o")
    Self.book(&index, &shop, .spent, 12, day: 3, order: "o")
    #expect(try Self.profile(shop, index, day: 4).standing.balance == 8)
    Self.book(&index, &shop, .returned, 5, day: 4, order: "o")
    #expect(try Self.profile(shop, index, day: 5).standing.balance == 13)
    shop.facts.applyCancel(order)
    let all = try Self.profile(shop, index, day: 5).standing
    #expect(all.balance == 20 && all.liveLots.first?.left == 10)
    #expect(try Self.profile(shop, index, day: 50).standing.balance == 10)
  }

  @Test func multipliersFollowTheOccasion() throws {
    func multiplier(_ factor: Double, _ members: (String, Value)...) -> Value {
      Self.object([("factor", .number(factor))] + members)
    }
    let rule = Self.object([
      ("per", .integer(100)),
      (
        "multipliers",
        .array([
          multiplier(1.5, ("levels", .array([.string("gold")]))),
          multiplier(3, ("birthday", .string("day"))),
          multiplier(2, ("channels", .array([.string("app")]))),
          multiplier(0, ("dates", .array([.string("2026-03-31")]))),
          multiplier(5, ("weekdays", .array([.integer(7)])), ("channels", .array([.string("tv")]))),
        ])
      ),
    ])
    var shop = SampleShop()
    var index = MemberIndex()
    index.rules = try Self.rules(points: rule, levels: [Self.level("gold", ("orders", 2))])
    shop.put("a") { $0.birthday = .set(Day(year: 1992, month: 2, day: 29)!) }
    // 2026 begins on a Thursday.
    shop.order("a", day: 0.5, price: 250)  // 2
    shop.order("a", day: 3.5, price: 1_000, channel: "tv")  // Sunday: 50
    shop.order("a", day: 4.5, price: 1_000, channel: "tv")  // gold by now: 15
    shop.order("a", day: 5.5, price: 1_000, channel: "app")  // the higher: 20
    shop.order("a", day: 58.5, price: 1_000)  // 28 February of a common year: 30
    shop.order("a", day: 89.5, price: 1_000)  // 31 March: gold all the same, the highest
    let lines = try Self.profile(shop, index, day: 100).account.lines
    #expect(lines.map(\.points) == [2, 50, 15, 20, 30, 15])
    // Multiplied with each other, up to a cap.
    guard case .object(var members) = rule else { return }
    members += [
      .init(name: "combine", value: .string("product")), .init(name: "cap", value: .number(2.5)),
    ]
    index.rules = try Self.rules(points: .object(members), levels: [])
    let product = try Self.profile(shop, index, day: 100).account.lines
    #expect(product.map(\.points) == [2, 25, 10, 20, 25])
  }

  /// Orders keep the rules of their time; saying the same again changes nothing.
  @Test func rulesHoldFromWhenTheyBegin() throws {
    var shop = SampleShop()
    var index = MemberIndex()
    for day in [1.0, 11, 21, 31] { shop.order("a", day: day, price: 1_000) }
    let first = Self.object([("per", .integer(100))])
    var rules = try Self.rules(points: first, day: 10)
    #expect(try Self.rules(points: first, over: rules, day: 15) == rules)
    rules = try Self.rules(points: Self.object([("per", .integer(10))]), over: rules, day: 20)
    rules = try Self.rules(points: .null, over: rules, day: 30)
    index.rules = rules
    #expect(rules.points.count == 3)
    let lines = try Self.profile(shop, index, day: 40).account.lines
    #expect(lines.map(\.points) == [10, 100])
  }

  @Test func rulesThatDoNotReadAreNamed() throws {
    let one = ("per", Value.integer(1))
    func multipliers(_ members: (String, Value)...) -> (String, Value) {
      ("multipliers", .array([Self.object(members)]))
    }
    for (path, rule) in [
      ("points.per", []), ("points.per", [("per", .integer(0))]),
      ("points.cap", [one, ("cap", .number(1.005))]),
      ("points.from", [one, ("from", .string("soon"))]), ("points.x", [one, ("x", .integer(1))]),
      ("points.multipliers[0].factor", [one, multipliers()]),
      (
        "points.multipliers[0].weekdays",
        [one, multipliers(("factor", .integer(2)), ("weekdays", .array([.integer(8)])))]
      ),
      (
        "points.valid_until",
        [one, ("valid_days", .integer(3)), ("valid_until", .string("year_end"))]
      ),
    ] as [(String, [(String, Value)])] {
      let error = #expect(throws: RecordProblem.self, "\(rule)") {
        try Self.rules(points: Self.object(rule))
      }
      #expect(error?.path == path, "\(rule)")
    }
    for (path, terms) in [
      ("level_terms", [("grace_days", .integer(3))]),
      ("level_terms.window", [("window", .string("month"))]),
      ("level_terms.window", [("window", .string("year")), ("window_days", .integer(3))]),
      (
        "level_terms.downgrade", [("valid_days", .integer(3)), ("downgrade", .string("none"))]
      ),
    ] as [(String, [(String, Value)])] {
      let error = #expect(throws: RecordProblem.self, "\(terms)") {
        try Self.rules(terms: Self.object(terms))
      }
      #expect(error?.path == path, "\(terms)")
    }
    for levels in [
      [Self.level("a")], [Self.level("a", ("spend", 2)), Self.level("b", ("spend", 2))],
      [Self.level("a", ("spend", 2)), Self.level("a", ("spend", 3))],
    ] {
      #expect(throws: RecordProblem.self) { try Self.rules(levels: levels) }
    }
  }

  // MARK: Levels

  @Test func levelsByTheWindowSayWhatIsMissingAndWhen() throws {
    var shop = SampleShop()
    var index = MemberIndex()
    index.rules = try Self.rules(
      levels: [
        Self.level("silver", ("spend", 1_000)), Self.level("gold", ("spend", 5_000), ("orders", 3)),
      ], terms: Self.object([("window_days", .integer(30))]))
    shop.order("a", day: 1, price: 600)
    shop.order("a", day: 5, price: 700)
    let silver = try Self.profile(shop, index, day: 10)
    #expect(silver.level == "silver")
    #expect(silver.standing.levelUntil == SampleShop.instant(day: 31))
    let next = try #require(silver.standing.nextLevel)
    #expect(next.id == "gold" && next.spend == 3_700 && next.orders == 1 && next.points == nil)
    #expect(next.by == SampleShop.instant(day: 31))
    #expect(silver.field("next_level")?["missing"]?["orders"] == .integer(1))
    shop.order("a", day: 20, price: 1)
    #expect(try Self.profile(shop, index, day: 20).level == "gold")
    #expect(try Self.profile(shop, index, day: 20).standing.nextLevel == nil)
    // By then 701 is left.
    #expect(try Self.profile(shop, index, day: 31).level == nil)
  }

  @Test func aLevelIsKeptThenGraceThenOneStepDown() throws {
    var shop = SampleShop()
    var index = MemberIndex()
    index.rules = try Self.rules(
      levels: [
        Self.level("bronze", ("spend", 100)), Self.level("silver", ("spend", 1_000)),
        Self.level("gold", ("spend", 5_000)),
      ],
      terms: Self.object([
        ("window_days", .integer(30)), ("valid_days", .integer(60)), ("grace_days", .integer(5)),
        ("downgrade", .string("one_step")),
      ]))
    shop.order("a", day: 1.5, price: 6_000)
    let gold = try Self.profile(shop, index, day: 50)
    #expect(gold.level == "gold" && gold.standing.levelUntil == SampleShop.instant(day: 62))
    #expect(try Self.profile(shop, index, day: 66.9).level == "gold")
    // Silver from day 67 to the end of day 127 and five days more.
    #expect(try Self.profile(shop, index, day: 67).level == "silver")
    #expect(try Self.profile(shop, index, day: 132.9).level == "silver")
    #expect(try Self.profile(shop, index, day: 133).level == "bronze")
    #expect(try Self.profile(shop, index, day: 400).level == nil)
    // Earned again in the days of grace, it is kept.
    shop.order("a", day: 64, price: 5_000)
    #expect(try Self.profile(shop, index, day: 100).level == "gold")
  }

  @Test func yearsCountFromTheFirstOfJanuary() throws {
    var shop = SampleShop()
    var index = MemberIndex()
    index.rules = try Self.rules(
      points: Self.object([("per", .integer(100)), ("valid_until", .string("next_year_end"))]),
      levels: [Self.level("gold", ("points", 50))],
      terms: Self.object([
        ("window", .string("year")), ("valid_until", .string("next_year_end")),
      ]))
    shop.order("a", day: 300, price: 5_000)
    #expect(try Self.profile(shop, index, day: 365 + 364.9).level == "gold")
    #expect(try Self.profile(shop, index, day: 365 + 365).level == nil)
    #expect(try Self.profile(shop, index, day: 365 + 364.9).standing.balance == 50)
    #expect(try Self.profile(shop, index, day: 365 + 365).standing.balance == 0)
  }
}
