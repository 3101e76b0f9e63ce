/// What each bound's resource is priced at, and what that makes of each option.
struct KnapsackPrices: Sendable {
  private(set) var perBound: [Double]
  /// What a unit of cost is charged with, by option.
  private(set) var perCost: [Double]
  /// What being given once is charged with, by option.
  private(set) var perCount: [Double]
  private let cover: KnapsackCover

  /// All resources free.
  init(optionCount: Int, cover: KnapsackCover) {
    perBound = Array(repeating: 0, count: cover.options.count)
    perCost = Array(repeating: 0, count: optionCount)
    perCount = Array(repeating: 0, count: optionCount)
    self.cover = cover
  }

  /// Sets one price. Sums are formed anew, so that they depend on the prices alone and not on how
  /// they came about.
  mutating func set(_ bound: Int, to price: Double) {
    guard perBound[bound] != price else { return }
    perBound[bound] = price
    for option in cover.options[bound] {
      var (cost, count) = (0.0, 0.0)
      for own in cover.bounds(of: option) {
        if cover.isCost(own) { cost += perBound[own] } else { count += perBound[own] }
      }
      perCost[option] = cost
      perCount[option] = count
    }
  }
}

/// What the customers do at given prices when each chooses alone.
struct KnapsackResponse {
  /// The sum of what each customer gains: greatest value less price, or zero.
  var worth = 0.0
  /// By option, the cost and the number of those who choose it.
  var costs: [Double]
  var counts: [Double]

  /// O(pairs), on all cores. An option is chosen only where it gains more than nothing, the first
  /// of equals.
  init(of pairs: KnapsackPairs, at prices: KnapsackPrices) {
    let parts = Parallel.map(count: pairs.customerCount, weight: pairs.count) { customers in
      KnapsackResponse(of: pairs, customers, at: prices)
    }
    self = KnapsackResponse.sum(of: parts)
  }

  /// The cost and the number of all pairs of each option, whoever might get them. O(pairs), on all
  /// cores.
  init(ofEveryPairOf pairs: KnapsackPairs, optionCount: Int) {
    let parts = Parallel.map(count: pairs.count, weight: pairs.count) { range in
      var part = KnapsackResponse(optionCount: optionCount)
      let (options, costs) = (pairs.options.span, pairs.costs.span)
      for pair in range { part.add(Int(options[pair]), cost: costs[pair]) }
      return part
    }
    self = KnapsackResponse.sum(of: parts)
  }

  /// Nobody chooses anything.
  init(optionCount: Int) {
    costs = Array(repeating: 0, count: optionCount)
    counts = costs
  }

  mutating func add(_ option: Int, cost: Int64) {
    costs[option] += Double(cost)
    counts[option] += 1
  }

  static func sum(of parts: [KnapsackResponse]) -> KnapsackResponse {
    var sum = parts[0]
    for part in parts.dropFirst() {
      sum.worth += part.worth
      for option in sum.costs.indices {
        sum.costs[option] += part.costs[option]
        sum.counts[option] += part.counts[option]
      }
    }
    return sum
  }

  /// What some of the customers do.
  private init(of pairs: KnapsackPairs, _ customers: Range<Int>, at prices: KnapsackPrices) {
    var costs = [Double](repeating: 0, count: prices.perCost.count)
    var counts = costs
    var worth = 0.0
    let (starts, options) = (pairs.starts.span, pairs.options.span)
    let (values, pairCosts) = (pairs.values.span, pairs.costs.span)
    let (perCost, perCount) = (prices.perCost.span, prices.perCount.span)
    var start = Int(starts[customers.lowerBound])
    for customer in customers {
      let end = Int(starts[customer + 1])
      var (best, bestPair) = (0.0, -1)
      for pair in start..<end {
        let option = Int(options[pair])
        let gain = values[pair] - perCost[option] * Double(pairCosts[pair]) - perCount[option]
        if gain > best { (best, bestPair) = (gain, pair) }
      }
      if bestPair >= 0 {
        worth += best
        costs[Int(options[bestPair])] += Double(pairCosts[bestPair])
        counts[Int(options[bestPair])] += 1
      }
      start = end
    }
    (self.worth, self.costs, self.counts) = (worth, costs, counts)
  }

  /// What they use of a bound together.
  func use(of bound: Int, in cover: KnapsackCover) -> Double {
    let amounts = cover.isCost(bound) ? costs : counts
    return cover.options[bound].reduce(0) { $0 + amounts[$1] }
  }
}
