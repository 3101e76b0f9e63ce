import Members
import Shop
import TestSupport
import Testing

/// The published table of the R package rfm, and what must hold for any cuts.
@Suite struct RFMTests {
  @Test func everyScoreIsInExactlyOneClass() {
    var counts: [RFMClass: Int] = [:]
    for recency in 1...5 {
      for frequency in 1...5 {
        for monetary in 1...5 {
          let scores = RFMScores(recency: recency, frequency: frequency, monetary: monetary)
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
  }

  @Test(.enabled(if: SharedData.isPresent)) func publishedScoresAndSegments() throws {
    var facts = ShopFacts()
    let orders = try SharedData.table(of: "rfm/orders.csv.gz")
    for (index, row) in orders.records.enumerated() {
      let day = try #require(Day(text: row[1]))
      let amount = try #require(Int64(row[2]))
      facts.apply(
        OrderDraft(
          id: "o\(index)", customer: row[0], time: Zone.utc.instant(day: day, clock: 43_200_000),
          lines: [.init(item: "x", quantity: 1, unitPrice: amount)]))
    }
    let now = Zone.utc.instant(day: try #require(Day(text: "2006-12-31")), clock: 82_800_000)
    let viewpoint = Viewpoint(asOf: now)
    var members = MemberIndex()
    let today = try #require(Day(text: "2006-12-31"))
    let cuts = members.norms(from: viewpoint, facts: facts).cuts.cuts(today: today)
    #expect(cuts.frequency == [4, 5, 6, 8])
    #expect(rounded(cuts.monetary) == [255.8, 382, 506.4, 666])
    #expect(rounded(cuts.recency) == [115, 181, 297.4, 482])

    let expected = try SharedData.table(of: "rfm/expected.csv.gz")
    #expect(expected.records.count == 995)
    for row in expected.records {
      let customer = try #require(facts.customers.index(of: row[0]))
      let profile = members.profile(of: customer, from: viewpoint, facts: facts)
      let scores = try #require(profile.rfm)
      #expect(profile.recencyDays == Int(row[1]), "\(row)")
      #expect(profile.summary.orders == Int(row[2]), "\(row)")
      #expect(profile.summary.spend == Int64(row[3]), "\(row)")
      #expect(scores.recency == Int(row[4]), "\(row)")
      #expect(scores.frequency == Int(row[5]), "\(row)")
      #expect(scores.monetary == Int(row[6]), "\(row)")
      let segment = row[8].lowercased().filter { $0 != "'" }.split(separator: " ")
        .joined(separator: "_")
      #expect(RFMClass(scores).rawValue == segment, "\(row)")
    }
  }

  private func rounded(_ values: [Double]) -> [Double] {
    values.map { ($0 * 10).rounded() / 10 }
  }
}
