import Members
import Shop
import Statistics
import TestSupport
import Testing

/// A shop's clusters: found, named, and named the same the next time.
@Suite struct ClusterStudyTests {
  /// Three kinds of members: often and much, once and long ago, a few times lately.
  private static func shop(_ each: Int = 60) -> SampleShop {
    var shop = SampleShop()
    for member in 0..<each {
      let shift = Double(member % 10)
      shop.orders(
        "often-\(member)", days: (0...9).map { Double($0) * 20 + shift },
        price: Int64(9_000 + member))
      shop.order("once-\(member)", day: 5 + shift, price: Int64(500 + member))
      shop.orders("new-\(member)", days: [170 + shift, 175 + shift], price: Int64(1_000 + member))
    }
    return shop
  }

  private static func study(
    _ shop: SampleShop, day: Double = 200, former: ShopClusters? = nil, count: Int? = nil,
    seed: UInt64 = 1
  ) throws -> ClusterStudy {
    var options = ClusterStudy.Options()
    options.count = count
    options.seed = seed
    return try #require(
      ClusterStudy(shop.facts, at: SampleShop.instant(day: day), former: former, options))
  }

  private static func labels(_ shop: SampleShop, _ clusters: ShopClusters?, day: Double) -> [String:
    String]
  {
    var index = MemberIndex()
    index.fitted.clusters = clusters
    let view = index.view(from: SampleShop.now(day), facts: shop.facts)
    var labels: [String: String] = [:]
    for customer in 0..<Int32(shop.facts.customers.count) {
      let profile = view.profile(of: customer)
      labels[profile.id] = profile.cluster
      #expect(profile.field("cluster") == profile.cluster.map(Value.string))
    }
    return labels
  }

  @Test func findsTheKindsAndHowManyThereAre() throws {
    let shop = Self.shop()
    let study = try Self.study(shop)
    #expect(study.rows.count == 3 && study.customers == 180 && study.drift == nil)
    #expect(study.rows.map(\.customers) == [60, 60, 60])
    #expect(Set(study.rows.map(\.label)) == ["c1", "c2", "c3"])
    let labels = Self.labels(shop, study.clusters, day: 200)
    for kind in ["often", "once", "new"] {
      #expect(Set((0..<60).map { labels["\(kind)-\($0)"] }).count == 1)
    }
    let clusters = try #require(study.clusters)
    #expect(try ShopClusters(clusters.value) == clusters)
    #expect(Self.labels(shop, nil, day: 200).isEmpty)
  }

  /// Another seed, a month later, more members: the same names for the same kinds.
  @Test func labelsStayAcrossFits() throws {
    var shop = Self.shop()
    let first = try Self.study(shop)
    let before = Self.labels(shop, first.clusters, day: 200)
    for seed in UInt64(2)...8 {
      let again = try Self.study(shop, former: first.clusters, count: 3, seed: seed)
      #expect(again.drift == 0)
      #expect(Self.labels(shop, again.clusters, day: 200) == before, "seed \(seed)")
    }
    for member in 0..<30 { shop.orders("more-\(member)", days: [195, 200], price: 1_000) }
    let later = try Self.study(shop, day: 205, former: first.clusters)
    let after = Self.labels(shop, later.clusters, day: 205)
    for kind in ["often", "once", "new"] {
      #expect(after["\(kind)-3"] == before["\(kind)-3"])
    }
    // A fourth kind gets a name that nobody had.
    let four = try Self.study(shop, day: 205, former: first.clusters, count: 4)
    #expect(Set(four.rows.map(\.label)) == ["c1", "c2", "c3", "c4"])
    let fewer = try Self.study(shop, day: 205, former: four.clusters, count: 2)
    #expect(Set(fewer.rows.map(\.label)).isSubset(of: ["c1", "c2", "c3", "c4"]))
    #expect((fewer.drift ?? 0) > 0 && fewer.clusters?.nextNumber == 5)
  }

  /// A handful who paid nothing lie far from everybody, and are no kind of their own.
  @Test func whoPaidNothingMakesNoCluster() throws {
    var shop = Self.shop()
    for member in 0..<3 { shop.order("free-\(member)", day: 5, price: 0) }
    let study = try Self.study(shop)
    #expect(study.rows.count == 3 && study.rows.allSatisfy { $0.customers >= 60 })
  }

  @Test func fewMembersHaveNoClusters() throws {
    let study = try Self.study(Self.shop(10))
    #expect(study.clusters == nil && study.customers == 30)
    #expect(study.report["reason"] == .string("too_few_customers"))
    #expect(try Self.study(SampleShop()).clusters == nil)
    let stopped = ClusterStudy(
      Self.shop().facts, at: SampleShop.instant(day: 200), former: nil
    ) { $0 < 0.5 }
    #expect(stopped == nil)
  }

  @Test func whatDoesNotReadIsRefused() throws {
    let clusters = try #require(try Self.study(Self.shop()).clusters)
    guard case .object(let members) = clusters.value else { return }
    for index in members.indices {
      var damaged = members
      damaged[index].value = .array([.integer(0)])
      #expect(throws: RecordProblem.self) { try ShopClusters(.object(damaged)) }
    }
  }
}
