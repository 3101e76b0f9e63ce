import Members
import Shop
import TestSupport
import Testing

/// Forecasts held against what the customers of the CDNOW sample did in the next 39 weeks.
@Suite struct CustomerBaseTests {
  private static let isPresent = SharedData.has("cdnow/cdnow_sample.csv.gz")

  /// The probability that a random buyer ranks above a random non-buyer, ties counting half.
  private func areaUnderCurve(_ ranked: [(score: Double, bought: Bool)]) -> Double {
    let sorted = ranked.sorted { $0.score < $1.score }
    var (wins, below, start) = (0.0, 0.0, 0)
    while start < sorted.count {
      var end = start
      while end < sorted.count, sorted[end].score == sorted[start].score { end += 1 }
      let buyers = Double(sorted[start..<end].count { $0.bought })
      let others = Double(end - start) - buyers
      wins += buyers * (below + others / 2)
      below += others
      start = end
    }
    let buyers = Double(sorted.count { $0.bought })
    return wins / (buyers * (Double(sorted.count) - buyers))
  }

  @Test(.enabled(if: isPresent)) func ranksWhoBuysAgain() throws {
    var facts = ShopFacts()
    let cut = try #require(Day(text: "1997-10-01"))
    var buyers: Set<String> = []
    for (index, row) in try SharedData.table(of: "cdnow/cdnow_sample.csv.gz").records.enumerated() {
      let date = row[2]
      let text = "\(date.prefix(4))-\(date.dropFirst(4).prefix(2))-\(date.suffix(2))"
      let day = try #require(Day(text: text))
      if day >= cut {
        buyers.insert(row[1])
        continue
      }
      facts.apply(
        OrderDraft(
          id: "o-\(index)", customer: row[1], time: Zone.utc.instant(day: day),
          lines: [.init(item: "cd", quantity: 1, unitPrice: 1500)]))
    }
    var index = MemberIndex()
    let view = index.view(from: Viewpoint(now: Zone.utc.instant(day: cut)), facts: facts)
    let profiles = (0..<Int32(facts.customers.count)).map { view.profile(of: $0) }
    #expect(profiles.count == 2357)
    func area(_ score: (MemberProfile) -> Double) -> Double {
      areaUnderCurve(profiles.map { (score: score($0), bought: buyers.contains($0.id)) })
    }
    // BG/NBD fitted to these very customers gets .7725 by expected orders, recency alone .7714.
    let areas = (
      alive: area { $0.aliveProbability ?? 0 }, model: area { $0.modelAliveProbability ?? 0 },
      orders: area { $0.expectedOrders(withinDays: 273) }
    )
    #expect(areas.alive > 0.77 && areas.orders > 0.77, "\(areas)")
    #expect(areas.alive > areas.model, "\(areas)")
  }
}
