import Affinity
import Foundation
import Shop

/// Similarities by brute force from the standing orders, each formula as its source writes it.
struct SimilarityOracle {
  struct Transaction {
    var items: Set<Int32>
    var time: Instant
    var weight = 1.0
  }

  let measure: SimilarityMeasure
  let names: NameTable
  var transactions: [Transaction] = []
  var items: [Int32] = []

  init(_ facts: ShopFacts, _ query: SimilarQuery) {
    measure = query.measure
    names = facts.items.names
    let baskets = BasketOracle(facts, upTo: query.viewpoint.horizon).baskets
    switch query.level {
    case .baskets:
      transactions = baskets.map {
        Transaction(items: $0.items, time: facts.orders.time[Int($0.order)])
      }
    case .customers:
      let named = Dictionary(grouping: baskets.filter { $0.customer >= 0 }, by: \.customer)
      transactions = named.values.map { own in
        Transaction(
          items: own.reduce(into: []) { $0.formUnion($1.items) },
          time: own.map { facts.orders.time[Int($0.order)] }.max() ?? .earliest)
      }
    }
    if let halfLife = query.halfLifeDays {
      for index in transactions.indices {
        let age = query.viewpoint.now.days(since: transactions[index].time)
        transactions[index].weight = exp2(-age / halfLife)
      }
    }
    items = Set(transactions.flatMap(\.items)).sorted()
  }

  func raw(_ wanted: Set<Int32>) -> Int {
    transactions.count { wanted.isSubset(of: $0.items) }
  }

  private func sum(_ wanted: Set<Int32>, _ value: (Transaction) -> Double = { _ in 1 }) -> Double {
    transactions.reduce(0) { $0 + (wanted.isSubset(of: $1.items) ? $1.weight * value($1) : 0) }
  }

  private func inverseFrequency(_ transaction: Transaction) -> Double {
    log(Double(items.count)) - log1p(Double(transaction.items.count))
  }

  func score(_ source: Int32, _ target: Int32) -> Double {
    let both: Set<Int32> = [source, target]
    let (shared, own, other) = (sum(both), sum([source]), sum([target]))
    let total = sum([])
    let weighted = { (set: Set<Int32>) in
      sum(set) { inverseFrequency($0) * inverseFrequency($0) }
    }
    switch measure {
    case .jaccard: return shared / (own + other - shared)
    case .cosine: return shared / (own * other).squareRoot()
    case .lift: return shared * total / (own * other)
    case .logLikelihoodRatio:
      return SimilarityOracle.logLikelihood(
        shared, own - shared, other - shared, max(0, total - own - other + shared))
    case .tfidf:
      let product = weighted([source]) * weighted([target])
      return product > 0 ? weighted(both) / product.squareRoot() : 0
    case .bm25:
      let mean = items.reduce(0) { $0 + sum([$1]) } / Double(items.count)
      let factor = { (count: Double) in 2.2 / (1.2 * (0.25 + 0.75 * count / mean) + 1) }
      return factor(own) * factor(other) * weighted(both)
    case .expected:
      let chance = other / sum([]) { Double($0.items.count) }
      let expectation = sum([source]) { 1 - pow(1 - chance, Double($0.items.count - 1)) }
      return expectation > 0 ? (shared - expectation) / expectation.squareRoot() : 0
    }
  }

  /// Mahout's form, entropies and all.
  static func logLikelihood(_ a: Double, _ b: Double, _ c: Double, _ d: Double) -> Double {
    func term(_ value: Double) -> Double { value > 0 ? value * log(value) : 0 }
    func entropy(_ values: Double...) -> Double {
      term(values.reduce(0, +)) - values.reduce(0) { $0 + term($1) }
    }
    let ratio = 2 * (entropy(a + b, c + d) + entropy(a + c, b + d) - entropy(a, b, c, d))
    return a * d < b * c ? -max(0, ratio) : max(0, ratio)
  }

  /// The list that is the answer, from all pairs.
  func nearest(_ query: SimilarQuery, tolerance: Double) -> [(item: Int32, score: Double)] {
    func isBefore(_ left: (item: Int32, score: Double), _ right: (item: Int32, score: Double))
      -> Bool
    {
      abs(left.score - right.score) > tolerance * max(1, abs(left.score))
        ? left.score > right.score : names.precedes(left.item, right.item)
    }
    func passes(_ one: Int32, _ other: Int32) -> Bool {
      guard one != other, raw([one, other]) >= query.floor.minimumShared else { return false }
      guard let minimum = query.floor.minimumLogLikelihoodRatio else { return true }
      let shared = Double(raw([one, other]))
      let (own, others) = (Double(raw([one])), Double(raw([other])))
      return SimilarityOracle.logLikelihood(
        shared, own - shared, others - shared,
        Double(transactions.count) - own - others + shared) >= minimum
    }
    return items.filter { passes(query.item, $0) }
      .map { (item: $0, score: score(query.item, $0)) }
      .filter { target in
        guard target.score > tolerance else { return false }
        if query.direction == .perSource { return true }
        let nearer = items.filter { $0 != query.item && passes($0, target.item) }
          .map { (item: $0, score: score($0, target.item)) }
          .filter { isBefore($0, (item: query.item, score: target.score)) }
        return nearer.count < query.keptPerTarget
      }
      .sorted(by: isBefore).prefix(query.count).map { $0 }
  }
}
