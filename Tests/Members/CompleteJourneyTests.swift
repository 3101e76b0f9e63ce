import Members
import Shop
import Statistics
import TestSupport
import Testing

private let file = "complete_journey/transactions_sample_to_2017-08-03.csv.gz"

/// What is said of members, on the order lines of 2,274 households of a grocer's (Complete Journey,
/// one year's version, 5 % of the lines).
@Suite(.enabled(if: SharedData.has(file))) struct CompleteJourneyTests {
  private struct Basket {
    var id = ""
    var household = ""
    var store = ""
    var time = Instant.earliest
    var lines: [OrderDraft.Line] = []

    var draft: OrderDraft {
      OrderDraft(
        id: id, customer: household, time: time, channel: store, lines: lines, coupons: [])
    }
  }

  /// Sorted by time, then by id.
  private static func baskets() throws -> [Basket] {
    let table = try SharedData.table(of: file)
    let columns = Dictionary(uniqueKeysWithValues: table.header.enumerated().map { ($1, $0) })
    func column(_ name: String) throws -> Int { try #require(columns[name]) }
    let household = try column("household_id")
    let (store, id) = (try column("store_id"), try column("basket_id"))
    let (product, value) = (try column("product_id"), try column("sales_value"))
    let time = try column("transaction_timestamp")
    var baskets: [String: Basket] = [:]
    for row in table.records {
      let key = row[id]
      if baskets[key] == nil {
        baskets[key] = Basket(
          id: key, household: row[household], store: row[store],
          time: try #require(Instant(rfc3339: row[time] + "Z")))
      }
      let cents = Int64(((Double(row[value]) ?? 0) * 100).rounded())
      baskets[key]?.lines.append(
        .init(item: row[product], quantity: 1, unitPrice: max(0, cents), discount: 0))
    }
    return baskets.values.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
  }

  private static func facts(_ baskets: some Sequence<Basket>) -> ShopFacts {
    var facts = ShopFacts()
    for basket in baskets { facts.apply(basket.draft) }
    return facts
  }

  /// The hour, the weekday and the store of each household's last basket, from those before it:
  /// what the style says is met more often than what the shop does most, and than what the
  /// household did most.
  @Test func stylesForetellTheLastBasket() throws {
    let baskets = try Self.baskets()
    var last: [String: Basket] = [:]
    for basket in baskets { last[basket.household] = basket }
    let earlier = baskets.filter { last[$0.household]?.id != $0.id }
    let facts = Self.facts(earlier)
    var index = MemberIndex()
    let view = index.view(
      from: Viewpoint(now: baskets.last?.time ?? .latest), facts: facts)
    let own = Dictionary(grouping: earlier, by: \.household)
    let day = Instant.millisecondsPerDay
    let traits: [(field: String, of: (Basket) -> Value)] = [
      (
        "preferred_hour",
        { .integer($0.time.milliseconds.flooredDivision(by: day).remainder / 3_600_000) }
      ),
      (
        "preferred_weekday",
        {
          let number = $0.time.milliseconds.flooredDivision(by: day).quotient + 3
          return .integer(number.flooredDivision(by: 7).remainder + 1)
        }
      ),
      ("preferred_channel", { .string($0.store) }),
    ]
    for (field, trait) in traits {
      let most = Self.most(of: earlier.map(trait))
      var hits = (style: 0, shop: 0, own: 0)
      for (household, baskets) in own {
        let customer = try #require(facts.customers.index(of: household))
        let actual = try trait(#require(last[household]))
        if view.profile(of: customer).field(field) == actual { hits.style += 1 }
        if most == actual { hits.shop += 1 }
        if Self.most(of: baskets.map(trait)) == actual { hits.own += 1 }
      }
      #expect(hits.style > hits.shop, "\(field) \(hits)")
      // Of the weekday the two know about the same.
      #expect(Double(hits.style) > Double(hits.own) * 0.97, "\(field) \(hits)")
    }
  }

  /// The most frequent, of equal ones the first as text.
  private static func most(of values: [Value]) -> Value? {
    var counts: [String: (value: Value, count: Int)] = [:]
    for value in values { counts["\(value)", default: (value, 0)].count += 1 }
    return counts.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.value.value
  }

  /// Each way to sort members puts each household in one place, and the places add up.
  @Test func everyHouseholdIsInOnePlaceOfEach() throws {
    let baskets = try Self.baskets()
    let facts = Self.facts(baskets)
    var index = MemberIndex()
    let view = index.view(
      from: Viewpoint(now: baskets.last?.time ?? .latest), facts: facts)
    let tiers: Set = ["high", "potential", "ordinary", "lapsed"]
    let stages: Set = ["prospect", "new", "growing", "mature", "lapsing", "lapsed"]
    var (byTier, byStage, byClass): ([String: Int], [String: Int], [String: Int]) = ([:], [:], [:])
    var fifths = [Int](repeating: 0, count: 6)
    for customer in 0..<Int32(facts.customers.count) {
      let profile = view.profile(of: customer)
      byTier[profile.tier, default: 0] += 1
      byStage[profile.lifecycle, default: 0] += 1
      let scores = try #require(profile.rfm)
      byClass[RFMClass(scores).rawValue, default: 0] += 1
      fifths[scores.monetary] += 1
    }
    #expect(Set(byTier.keys).isSubset(of: tiers) && Set(byStage.keys).isSubset(of: stages))
    // Sums differ by households, so that a fifth is a fifth.
    #expect(fifths[1...].allSatisfy { abs($0 - facts.customers.count / 5) <= 3 }, "\(fifths)")
    for counts in [byTier, byStage, byClass] {
      #expect(counts.values.reduce(0, +) == facts.customers.count)
      // A year of a grocer's: no place holds nearly everyone.
      #expect(counts.values.allSatisfy { $0 < facts.customers.count * 3 / 4 }, "\(counts)")
    }
  }

  /// Learned on this log, whether somebody buys within a week is told at least as well as by the
  /// lifetime model, and what is said comes true about as often.
  @Test func intentIsLearnedAndHolds() throws {
    let baskets = try Self.baskets()
    let end = try #require(baskets.last?.time)
    let study = try #require(IntentStudy(Self.facts(baskets), at: end))
    let week = try #require(study.spans.first { $0.days == 7 })
    let (learned, lifetime) = (try #require(week.learned), try #require(week.lifetime))
    #expect(try #require(learned.area) >= #require(lifetime.area) - 0.005)
    #expect(learned.reliability.calibrationError < 0.05)
  }
}
