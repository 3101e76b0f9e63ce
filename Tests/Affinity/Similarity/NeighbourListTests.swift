import Affinity
import Shop
import TestSupport
import Testing

/// All lists equal those from all pairs by brute force.
@Suite struct NeighbourListTests {
  private static func oneAfterTheOther(_ count: Int, _ body: (Int) -> Void) {
    for index in 0..<count { body(index) }
  }

  private static func score(_ measure: SimilarityMeasure, _ counts: PairCounts) -> Double {
    switch measure {
    case .cosine: counts.cosine
    case .jaccard: counts.jaccard
    case .lift: counts.lift
    default: counts.logLikelihoodRatio
    }
  }

  /// Every list by all pairs; ties by the smaller index.
  private static func expected(
    _ transactions: [Set<Int32>], itemCount: Int, _ measure: SimilarityMeasure, kept: Int,
    minimumShared: Int
  ) -> [[(item: Int32, score: Double)]] {
    var own = [Int64](repeating: 0, count: itemCount)
    var shared = [[Int64]](repeating: own, count: itemCount)
    for transaction in transactions {
      for item in transaction {
        own[Int(item)] += 1
        for other in transaction where other != item { shared[Int(item)][Int(other)] += 1 }
      }
    }
    var lists: [[(item: Int32, score: Double)]] = []
    for item in 0..<itemCount {
      var list: [(item: Int32, score: Double)] = []
      for other in 0..<itemCount where shared[item][other] >= Int64(minimumShared) {
        let counts = PairCounts(
          shared: shared[item][other], source: own[item], target: own[other],
          total: Int64(transactions.count))
        let score = score(measure, counts)
        if score > 0 { list.append((item: Int32(other), score: score)) }
      }
      list.sort { left, right in
        if abs(left.score - right.score) > 1e-12 { return left.score > right.score }
        return left.item < right.item
      }
      lists.append(Array(list.prefix(kept)))
    }
    return lists
  }

  @Test(arguments: NeighbourLists.measures.sorted { $0.rawValue < $1.rawValue })
  func listsEqualAllPairs(measure: SimilarityMeasure) throws {
    try forEachSeed(12) { seed, generator in
      // Many items: rows of all lengths, and more candidates than a buffer holds.
      let itemCount = generator.oneIn(3) ? 400 : generator.integer(in: 1...60)
      let transactions = (0..<generator.integer(in: 0...60)).map { _ in
        let size = generator.oneIn(4) ? itemCount : generator.integer(in: 0...6)
        return Set(
          (0..<size).map { _ in
            let item = generator.integer(in: 0...itemCount - 1)
            return Int32(generator.oneIn(2) ? item : item / 7)
          })
      }
      var starts: [Int32] = [0]
      var items: [Int32] = []
      for transaction in transactions {
        items += transaction.sorted()
        starts.append(Int32(items.count))
      }
      let kept = generator.integer(in: 1...50)
      let minimumShared = generator.integer(in: 1...3)
      let truth = NeighbourListTests.expected(
        transactions, itemCount: itemCount, measure, kept: kept, minimumShared: minimumShared)
      for workerCount in [1, 3] {
        let lists = NeighbourLists(
          IncidenceMatrix(itemCount: itemCount, starts: starts, items: items), measure: measure,
          kept: kept, minimumShared: minimumShared, workerCount: workerCount,
          concurrently: NeighbourListTests.oneAfterTheOther)
        for item in 0..<itemCount {
          let list = (0..<lists.count(of: item)).map { lists[item, $0] }
          #expect(list.map(\.item) == truth[item].map(\.item), "\(item), \(seed)")
          for (one, other) in zip(list, truth[item]) {
            #expect(abs(Double(one.score) - other.score) <= 1e-6 * other.score, "\(seed)")
          }
        }
      }
    }
  }

  /// Beyond 65,536 items ranks take four bytes.
  @Test func manyItems() {
    let transactions: [[Int32]] = [[3, 65_535, 65_536], [3, 65_536], [3, 65_536, 69_999]]
    let lists = NeighbourLists(
      IncidenceMatrix(
        itemCount: 70_000, starts: [0, 3, 5, 8], items: transactions.flatMap { $0 }),
      measure: .cosine, minimumShared: 1, concurrently: NeighbourListTests.oneAfterTheOther)
    func list(_ item: Int) -> [Int32] {
      (0..<lists.count(of: item)).map { lists[item, $0].item }
    }
    #expect(list(3) == [65_536, 65_535, 69_999])
    #expect(list(65_536) == [3, 65_535, 69_999])
    #expect(list(69_999) == [3, 65_536])
    #expect(list(4).isEmpty)
    #expect(lists[3, 0].score == 1)
  }

  /// Lists over a shop's own orders are the first of what `similar` answers per source.
  @Test(arguments: SimilarityLevel.allCases)
  func listsOfAShopEqualItsAnswers(level: SimilarityLevel) throws {
    try forEachSeed(6) { seed, generator in
      var world = SimilarityWorld()
      for number in 0..<60 { world.step(number, itemCount: 12, &generator) }
      let matrix = IncidenceMatrix(
        level, baskets: world.index.baskets, orders: world.facts.orders)
      let lists = NeighbourLists(
        matrix, measure: .jaccard, kept: 100, concurrently: NeighbourListTests.oneAfterTheOther)
      var longest = 0
      for item in 0..<lists.itemCount {
        let answer = world.index.similar(
          SimilarQuery(
            item: Int32(item), count: 100, level: level, direction: .perSource,
            viewpoint: Viewpoint(now: .latest)), facts: world.facts
        ) { _ in nil }
        let list = (0..<lists.count(of: item)).map { lists[item, $0] }
        #expect(Set(list.map(\.item)) == Set(answer.items.map(\.item)), "\(seed)")
        #expect(list.map(\.score) == answer.items.map { Float($0.score) }, "\(seed)")
        longest = max(longest, list.count)
      }
      #expect(longest > 1, "\(seed)")
    }
  }
}
