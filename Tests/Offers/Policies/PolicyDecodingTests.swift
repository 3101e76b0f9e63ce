import Offers
import Shop
import Testing

struct PolicyDecodingTests {
  @Test func theWholeShapeIsRead() throws {
    let policy = try OfferFixture.policy(
      """
      {"id":"spring-10","title":"Spring","gives":{"kind":"percent_off","percent":12.5,"cap":5000},
       "on":{"category":"Tea"},"min_spend":10000,"for":{"tier":"high"},
       "when":{"from":"2026-03-01","until":"2026-04-01T00:00:00+08:00","weekdays":[1,7],
               "hours":[["10:00","14:00"],["22:30","24:00"]],"valid_days":14},
       "limits":{"total":1000,"per_customer":1,"per_period":{"days":30,"uses":2}},"budget":500000,
       "stacking":{"group":"winback","exclusive":true,"priority":10},
       "guard":{"margin_floor_percent":10},"prior":{"redemption":0.08,"uplift":0.03},"version":3,
       "currency":"CNY"}
      """, settings: ShopSettings(currency: "CNY"))
    #expect(policy.gives == .percentOff(hundredths: 1250))
    #expect(policy.cap == 5000 && policy.worstCase == 5000)
    #expect(policy.minimumSpend == 10_000 && policy.budget == 500_000)
    #expect(policy.window.weekdays == 0b1000_0010)
    #expect(
      policy.window.hours
        == [.init(start: 600, end: 840), .init(start: 1350, end: 1440)])
    #expect(policy.window.validDays == 14)
    #expect(
      policy.limits
        == .init(total: 1000, perCustomer: 1, perPeriod: .init(days: 30, uses: 2)))
    #expect(policy.stacking == .init(group: "winback", exclusive: true, priority: 10))
    #expect(policy.marginFloorPercent == 10)
    #expect(policy.prior == .init(redemption: 0.08, uplift: 0.03))
    #expect(policy.version == 3 && policy.statesVersion)
    guard case .items = policy.scope else {
      Issue.record("an item condition")
      return
    }
  }

  @Test(arguments: [
    (#"{"kind":"amount_off","amount":1000}"#, Benefit.amountOff(1000), Int64?.some(1000)),
    (#"{"kind":"amount_off","amount":1000,"cap":700}"#, .amountOff(1000), 700),
    (#"{"kind":"fixed_price","price":990}"#, .fixedPrice(990), nil),
    (#"{"kind":"free_units","buy":2,"get":1,"cap":9}"#, .freeUnits(buy: 2, get: 1), 9),
    (#"{"kind":"free_shipping"}"#, .freeShipping, nil),
    (#"{"kind":"gift","item":"cup","cap":300}"#, .gift(item: "cup"), 300),
    (
      #"{"kind":"bundle_price","items":["a","b"],"price":1990}"#,
      .bundlePrice(items: ["a", "b"], price: 1990), nil
    ),
    (#"{"kind":"points_multiplier","factor":2}"#, .pointsMultiplier(2), nil),
    (#"{"kind":"trial","title":"A week"}"#, .trial(title: "A week"), nil),
    (#"{"kind":"invitation"}"#, .invitation(title: nil), nil),
  ])
  func everyKindIsRead(json: String, benefit: Benefit, worstCase: Int64?) throws {
    let policy = try OfferFixture.policy(#"{"id":"p","gives":\#(json)}"#)
    #expect(policy.gives == benefit)
    #expect(policy.worstCase == worstCase)
  }

  @Test(arguments: [
    (#"{"gives":{"kind":"free_shipping"}}"#, "id", "missing"),
    (#"{"id":"p"}"#, "gives", "missing"),
    (#"{"id":"p","gives":{"kind":"free_shipping"},"limit":{}}"#, "limit", "unknown_parameter"),
    (#"{"id":"p","gives":{"kind":"free_lunch"}}"#, "gives.kind", "unknown_kind"),
    (#"{"id":"p","gives":{"amount":1}}"#, "gives.kind", "missing"),
    (#"{"id":"p","gives":{"kind":"amount_off"}}"#, "gives.amount", "missing"),
    (#"{"id":"p","gives":{"kind":"amount_off","amount":0}}"#, "gives.amount", "not_positive"),
    (#"{"id":"p","gives":{"kind":"amount_off","amount":1.5}}"#, "gives.amount", "wrong_type"),
    (
      #"{"id":"p","gives":{"kind":"amount_off","amount":1000000000001}}"#, "gives.amount",
      "out_of_range"
    ),
    (
      #"{"id":"p","gives":{"kind":"amount_off","amount":1,"percent":2}}"#, "gives.percent",
      "unknown_parameter"
    ),
    (#"{"id":"p","gives":{"kind":"percent_off","percent":101}}"#, "gives.percent", "out_of_range"),
    (#"{"id":"p","gives":{"kind":"percent_off","percent":0}}"#, "gives.percent", "not_positive"),
    (
      #"{"id":"p","gives":{"kind":"percent_off","percent":1.005}}"#, "gives.percent",
      "out_of_range"
    ),
    (
      #"{"id":"p","gives":{"kind":"bundle_price","items":[],"price":1}}"#, "gives.items", "empty"
    ),
    (
      #"{"id":"p","gives":{"kind":"bundle_price","items":[3],"price":1}}"#, "gives.items[0]",
      "wrong_type"
    ),
    (
      #"{"id":"p","gives":{"kind":"percent_off","percent":5},"budget":10}"#, "budget",
      "no_worst_case"
    ),
    (#"{"id":"p","gives":{"kind":"free_shipping"},"on":"all"}"#, "on", "wrong_type"),
    (#"{"id":"p","gives":{"kind":"free_shipping"},"on":[1]}"#, "on", "not_an_object"),
    (
      #"{"id":"p","gives":{"kind":"free_shipping"},"when":{"weekdays":[8]}}"#,
      "when.weekdays[0]", "out_of_range"
    ),
    (
      #"{"id":"p","gives":{"kind":"free_shipping"},"when":{"hours":[["9:00","10:00"]]}}"#,
      "when.hours[0][0]", "not_a_time"
    ),
    (
      #"{"id":"p","gives":{"kind":"free_shipping"},"when":{"hours":[["09:00","24:01"]]}}"#,
      "when.hours[0][1]", "not_a_time"
    ),
    (
      #"{"id":"p","gives":{"kind":"free_shipping"},"when":{"hours":[["09:00","09:00"]]}}"#,
      "when.hours[0]", "empty"
    ),
    (
      #"{"id":"p","gives":{"kind":"free_shipping"},"when":{"from":"2026-02-30"}}"#, "when.from",
      "not_a_time"
    ),
    (
      #"{"id":"p","gives":{"kind":"free_shipping"},"when":{"from":"2026-02-02","until":"2026-02-01"}}"#,
      "when.until", "out_of_range"
    ),
    (
      #"{"id":"p","gives":{"kind":"free_shipping"},"limits":{"per_period":{"days":0,"uses":1}}}"#,
      "limits.per_period.days", "not_positive"
    ),
    (
      #"{"id":"p","gives":{"kind":"free_shipping"},"prior":{"redemption":1.5,"uplift":0}}"#,
      "prior.redemption", "out_of_range"
    ),
    (#"{"id":"p","gives":{"kind":"free_shipping"},"version":0}"#, "version", "not_positive"),
    (
      #"{"id":"p","gives":{"kind":"free_shipping"},"currency":"EUR"}"#, "currency",
      "currency_mismatch"
    ),
    (
      #"{"id":"p","gives":{"kind":"free_shipping"},"guard":{"margin_floor_percent":101}}"#,
      "guard.margin_floor_percent", "out_of_range"
    ),
  ])
  func whatIsWrongIsNamed(json: String, path: String, reason: String) throws {
    let value = try OfferFixture.value(json)
    let problem = #expect(throws: RecordProblem.self) {
      try Policy(value, settings: ShopSettings(currency: "CNY"))
    }
    #expect(problem?.path == path)
    #expect(problem?.reason == reason)
  }
}

struct PolicyBookTests {
  private func policy(_ amount: Int, _ version: Int?) throws -> Policy {
    let stated = version.map { #","version":\#($0)"# } ?? ""
    return try OfferFixture.policy(
      #"{"id":"p","gives":{"kind":"amount_off","amount":\#(amount)}\#(stated)}"#)
  }

  private func accepted(_ outcome: PutOutcome<Policy>) -> Policy? {
    guard case .accepted(let policy) = outcome else { return nil }
    return policy
  }

  @Test func versionsGrowAndStay() throws {
    var book = PolicyBook()
    for (amount, stated, version) in [(5, nil, 1), (6, nil, 2), (7, 7, 7), (8, 7, 8)] {
      let taken = try #require(accepted(try book.check(policy(amount, stated))))
      #expect(taken.version == Int64(version))
      book.apply(taken)
      #expect(accepted(try book.check(policy(amount, nil))) == nil, "the same is unchanged")
    }
    #expect(book["p"]?.gives == .amountOff(8))
    #expect(book["p", version: 2]?.gives == .amountOff(6))
    #expect(book["p", version: 3] == nil)
    #expect(book.versions(of: "p").count == 4 && book.ids == ["p"])
    let problem = #expect(throws: RecordProblem.self) { try book.check(policy(9, 7)) }
    #expect(problem?.reason == "conflict" && problem?.path == "version")
  }

  @Test func theOrderOfMembersIsNoContent() throws {
    var book = PolicyBook()
    book.apply(try OfferFixture.policy(#"{"id":"p","gives":{"kind":"gift","item":"a","cap":5}}"#))
    let members: [Value.Member] = [
      .init(name: "title", value: .null),
      .init(
        name: "gives",
        value: try OfferFixture.value(#"{"item":"a","cap":5,"kind":"gift"}"#)),
      .init(name: "id", value: .string("p")),
    ]
    let same = try Policy(.object(members), settings: ShopSettings())
    #expect(accepted(try book.check(same)) == nil)
  }
}
