/// The best price of one bound while all others are held.
enum KnapsackCoordinate {
  /// Finds the smallest price at which no more than `limit` is used, sets it and returns it.
  ///
  /// Where a bound counts heads, or covers a single option, each customer leaves it at one price of
  /// their own, and the bisection runs over those: O(pairs + 50 customers). A bound on the cost of
  /// several options moves customers from option to option as well, and each of up to forty steps
  /// takes O(pairs).
  static func price(
    of bound: Int, limit: Double, prices: inout KnapsackPrices, pairs: KnapsackPairs,
    cover: KnapsackCover
  ) -> Double {
    let before = prices.perBound[bound]
    prices.set(bound, to: 0)
    if !cover.isCost(bound) || cover.options[bound].count == 1 {
      let leaving = leavingPrices(of: bound, prices: prices, pairs: pairs, cover: cover)
      prices.set(bound, to: bisect(leaving, limit: limit))
    } else {
      bisect(bound, limit: limit, from: before, prices: &prices, pairs: pairs, cover: cover)
    }
    return prices.perBound[bound]
  }

  /// For each customer who would use the bound if it were free: the price at which they stop, and
  /// their use.
  private static func leavingPrices(
    of bound: Int, prices: KnapsackPrices, pairs: KnapsackPairs, cover: KnapsackCover
  ) -> [(price: Double, use: Double)] {
    var isCovered = [Bool](repeating: false, count: prices.perCost.count)
    for option in cover.options[bound] { isCovered[option] = true }
    let isCost = cover.isCost(bound)
    let covers = isCovered
    let parts = Parallel.map(count: pairs.customerCount, weight: pairs.count) { customers in
      leavingPrices(customers, isCost: isCost, isCovered: covers, prices: prices, pairs: pairs)
    }
    return parts.count == 1 ? parts[0] : Array(parts.joined())
  }

  /// The same for some of the customers.
  private static func leavingPrices(
    _ customers: Range<Int>, isCost: Bool, isCovered: [Bool], prices: KnapsackPrices,
    pairs: KnapsackPairs
  ) -> [(price: Double, use: Double)] {
    var leaving: [(price: Double, use: Double)] = []
    let (starts, options) = (pairs.starts.span, pairs.options.span)
    let (values, costs) = (pairs.values.span, pairs.costs.span)
    let (perCost, perCount) = (prices.perCost.span, prices.perCount.span)
    let covered = isCovered.span
    var start = Int(starts[customers.lowerBound])
    for customer in customers {
      let end = Int(starts[customer + 1])
      var (inside, outside, use) = (0.0, 0.0, 1.0)
      for pair in start..<end {
        let option = Int(options[pair])
        let gain = values[pair] - perCost[option] * Double(costs[pair]) - perCount[option]
        if covered[option] {
          if gain > inside {
            inside = gain
            if isCost { use = Double(costs[pair]) }
          }
        } else if gain > outside {
          outside = gain
        }
      }
      if inside > outside && use > 0 { leaving.append(((inside - outside) / use, use)) }
      start = end
    }
    return leaving
  }

  private static func bisect(
    _ leaving: [(price: Double, use: Double)], limit: Double
  ) -> Double {
    func use(above price: Double) -> Double {
      var sum = 0.0
      for entry in leaving where entry.price > price { sum += entry.use }
      return sum
    }
    guard use(above: 0) > limit else { return 0 }
    var (low, high) = (0.0, leaving.reduce(0) { max($0, $1.price) })
    for _ in 0..<50 where high - low > 1e-12 * high {
      let middle = low + (high - low) / 2
      if use(above: middle) > limit { low = middle } else { high = middle }
    }
    return high
  }

  private static func bisect(
    _ bound: Int, limit: Double, from before: Double, prices: inout KnapsackPrices,
    pairs: KnapsackPairs, cover: KnapsackCover
  ) {
    func overuses(_ price: Double, _ prices: inout KnapsackPrices) -> Bool {
      prices.set(bound, to: price)
      return KnapsackResponse(of: pairs, at: prices).use(of: bound, in: cover) > limit
    }
    guard overuses(0, &prices) else { return }
    var low = 0.0
    var high = before
    if high == 0 {
      // What a unit of cost earns if everyone chooses freely: the right order of magnitude to start
      // from.
      let free = KnapsackResponse(of: pairs, at: prices)
      high = max(free.worth / free.use(of: bound, in: cover), .leastNormalMagnitude)
    } else if !overuses(before * 0.9, &prices) {
      high = before * 0.9
    } else {
      low = before * 0.9
      high = before * 1.1
    }
    while overuses(high, &prices) && high < 1e300 { (low, high) = (high, high * 2) }
    for _ in 0..<40 where high - low > 1e-6 * high {
      let middle = low + (high - low) / 2
      if overuses(middle, &prices) { low = middle } else { high = middle }
    }
    prices.set(bound, to: high)
  }
}
