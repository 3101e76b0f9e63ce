import Foundation
import Members
import Shop
import Statistics
import TestSupport
import Testing

@Suite struct RFMTests {
  private static let isPresent = SharedData.has("rfm/expected.csv.gz")

  /// The orders of R's package `rfm`, in a shop; customers' names serve as ids, cents as units.
  private func publishedShop() throws -> ShopFacts {
    var facts = ShopFacts()
    for (index, row) in try SharedData.table(of: "rfm/orders.csv.gz").records.enumerated() {
      let day = try #require(Day(text: row[1]))
      facts.apply(
        OrderDraft(
          id: "o-\(index)", customer: row[0], time: facts.settings.zone.instant(day: day),
          lines: [.init(item: "any", quantity: 1, unitPrice: try #require(Int64(row[2])))]))
    }
    return facts
  }

  @Test(.enabled(if: isPresent)) func reproducesThePublishedTable() throws {
    let facts = try publishedShop()
    let today = try #require(Day(text: "2006-12-31"))
    var index = MemberIndex()
    let view = index.view(
      from: Viewpoint(now: facts.settings.zone.instant(day: today)), facts: facts)
    let cuts = view.norms.cuts.cuts(today: today)
    func close(_ left: [Double], _ right: [Double]) -> Bool {
      left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) < 1e-9 }
    }
    #expect(close(cuts.recency, [115, 181, 297.4, 482]))
    #expect(close(cuts.frequency, [4, 5, 6, 8]))
    #expect(close(cuts.monetary, [255.8, 382, 506.4, 666]))

    let rows = try SharedData.table(of: "rfm/expected.csv.gz").records
    #expect(rows.count == 995 && facts.customers.count == 995)
    var champions = (customers: 0, orders: 0, spend: Int64(0))
    for row in rows {
      let profile = view.profile(of: try #require(facts.customers.index(of: row[0])))
      let scores = try #require(profile.rfm)
      let found = [
        row[0], String(try #require(profile.recencyDays)), String(profile.summary.orders),
        String(profile.summary.spend), String(scores.recency), String(scores.frequency),
        String(scores.monetary), "\(scores.recency)\(scores.frequency)\(scores.monetary)",
        RFMClass(scores).rawValue,
      ]
      let className = row[8].lowercased().replacing(" ", with: "_")
      #expect(found == Array(row.prefix(8)) + [className])
      if RFMClass(scores) == .champions {
        champions.customers += 1
        champions.orders += profile.summary.orders
        champions.spend += profile.summary.spend
      }
    }
    #expect(champions == (158, 1234, 120_178))
  }

  /// Every score has a class; a box further down never takes what one above holds.
  @Test func classesPartitionAllScores() {
    var counts: [RFMClass: Int] = [:]
    for recency in 1...5 {
      for frequency in 1...5 {
        for monetary in 1...5 {
          let scores = RFMScores(recency: recency, frequency: frequency, monetary: monetary)
          let holding = RFMClass.allCases.filter { $0.holds(scores) }
          #expect(RFMClass(scores) == holding.first)
          counts[RFMClass(scores), default: 0] += 1
        }
      }
    }
    #expect(counts.values.reduce(0, +) == 125)
    // Counted once by hand from the ranges, first match wins.
    #expect(counts[.champions] == 8)
    #expect(counts[.loyalCustomers] == 28)
    #expect(counts[.potentialLoyalist] == 24)
    #expect(counts[.atRisk] == 20)
    #expect(counts[.others] == 36)
    #expect(RFMClass(RFMScores(recency: 1, frequency: 1, monetary: 1)) == .lost)
    #expect(RFMClass(RFMScores(recency: 2, frequency: 1, monetary: 1)) == .aboutToSleep)
    #expect(RFMClass(RFMScores(recency: 1, frequency: 5, monetary: 5)) == .atRisk)
    #expect(RFMClass(RFMScores(recency: 5, frequency: 5, monetary: 1)) == .others)
  }

  /// Scores by the convention's own words, in days silent and doubles, over random small shops.
  @Test func scoresAreTheConventions() throws {
    try forEachSeed(40) { seed, generator in
      let count = generator.integer(in: 1...12)
      let today = 400
      let days = (0..<count).map { _ in Int64(generator.integer(in: 300...400)) }
      let orders = (0..<count).map { _ in generator.integer(in: 1...6) }
      let spends = (0..<count).map { _ in Int64(generator.integer(in: 0...40)) }
      let cuts = RFMCuts(
        lastDays: RankedValues(days), orderCounts: RankedValues(orders.map(Int64.init)),
        spends: RankedValues(spends))
      func bin(_ value: Int64, _ all: [Int64]) -> Int {
        let sorted = all.sorted()
        return (1...4).count { part in
          // Fifths of a position are exact: value >= quantile + 1, times five.
          let position = (sorted.count - 1) * part
          let low = sorted[position / 5]
          let high = sorted[min(position / 5 + 1, sorted.count - 1)]
          return 5 * value >= 5 * low + Int64(position % 5) * (high - low) + 5
        }
      }
      for index in 0..<count {
        let scores = cuts.scores(
          lastDay: Day(number: Int32(days[index])), orders: orders[index], spend: spends[index])
        let silent = days.map { Int64(today) - $0 }
        let expected = RFMScores(
          recency: 5 - bin(silent[index], silent),
          frequency: 1 + bin(Int64(orders[index]), orders.map(Int64.init)),
          monetary: 1 + bin(spends[index], spends))
        #expect(scores == expected, "\(seed)")
      }
    }
  }

  /// Time passing changes nobody's scores, and asks for no recount.
  @Test func theClockAloneChangesNoScore() throws {
    var shop = SampleShop()
    for customer in 0..<20 {
      shop.orders("c-\(customer)", days: [Double(customer), Double(customer * 3)])
    }
    for day in [60.0, 61, 400] {
      for customer in 0..<20 {
        let profile = try shop.profile("c-\(customer)", from: SampleShop.now(day))
        let first = try shop.profile("c-\(customer)", from: SampleShop.now(59))
        #expect(profile.rfm == first.rfm)
      }
    }
  }
}
