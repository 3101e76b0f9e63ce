/// A choice that keeps every bound at every moment, and how it is built from prices.
struct KnapsackAssignment {
  let knapsack: Knapsack
  /// The pair that each customer has, or -1.
  private(set) var chosen: [Int32]
  /// What is used of each bound; never above its limit.
  private(set) var used: [Int64]

  /// Nobody gets anything.
  init(knapsack: Knapsack) {
    self.knapsack = knapsack
    chosen = Array(repeating: -1, count: knapsack.customerCount)
    used = Array(repeating: 0, count: knapsack.bounds.count)
  }

  /// The sum of the chosen pairs' values, in the order of customers.
  var value: Double {
    var sum = 0.0
    for pair in chosen where pair >= 0 { sum += knapsack.pairs.values[Int(pair)] }
    return sum
  }

  func pair(of customer: Int) -> Int { Int(chosen[customer]) }

  /// Moves the customer to another pair (-1 for none) if every bound then still holds. O(bounds of
  /// the two options).
  @discardableResult
  mutating func move(_ customer: Int, to pair: Int) -> Bool {
    let current = Int(chosen[customer])
    if current >= 0 { charge(current, by: -1) }
    guard pair < 0 || fits(pair) else {
      if current >= 0 { charge(current, by: 1) }
      return false
    }
    if pair >= 0 { charge(pair, by: 1) }
    chosen[customer] = Int32(pair)
    return true
  }

  private func fits(_ pair: Int) -> Bool {
    let cost = knapsack.pairs.costs[pair]
    for bound in knapsack.cover.bounds(of: Int(knapsack.pairs.options[pair]))
    where knapsack.cover.weight(of: cost, in: bound) > knapsack.bounds[bound].limit - used[bound] {
      return false
    }
    return true
  }

  private mutating func charge(_ pair: Int, by sign: Int64) {
    let cost = knapsack.pairs.costs[pair]
    for bound in knapsack.cover.bounds(of: Int(knapsack.pairs.options[pair])) {
      used[bound] += sign * knapsack.cover.weight(of: cost, in: bound)
    }
  }

  private func price(of pair: Int, at prices: KnapsackPrices) -> Double {
    let option = Int(knapsack.pairs.options[pair])
    return prices.perCost[option] * Double(knapsack.pairs.costs[pair]) + prices.perCount[option]
  }

  private func gain(of pair: Int, at prices: KnapsackPrices) -> Double {
    knapsack.pairs.values[pair] - price(of: pair, at: prices)
  }
}

extension KnapsackAssignment {
  /// Gives everyone what they choose as far as the bounds allow, then spends what is left.
  ///
  /// Starts from nobody having anything. Everyone chooses at `prices`, or, where a mixture is
  /// given, each at one of its prices: at the best prices whole groups are indifferent, and the
  /// mixture says which share of them does what. O(pairs + customers log customers).
  mutating func build(
    at prices: KnapsackPrices, mixture: [(weight: Double, prices: KnapsackPrices)] = []
  ) {
    let (wishes, wished) = wishes(at: mixture.isEmpty ? [(1, prices)] : mixture)
    var isOverused = [Bool](repeating: false, count: knapsack.optionCount)
    // Wishes are summed in doubles here; the exact check is made when a pair is taken.
    for bound in used.indices
    where wished.use(of: bound, in: knapsack.cover) * 1.000_001
      > Double(knapsack.bounds[bound].limit)
    {
      for option in knapsack.cover.options[bound] { isOverused[option] = true }
    }
    // Those whose wish is scarce come after the others, and those who would lose most for what they
    // use first.
    let queue = losses(of: wishes, ofOptions: isOverused, at: prices)
    for (customer, pair) in wishes.enumerated()
    where pair >= 0 && !isOverused[Int(knapsack.pairs.options[Int(pair)])] {
      move(customer, to: Int(pair))
    }
    for key in queue {
      let customer = Int(key & 0xFFFF_FFFF)
      if move(customer, to: Int(wishes[customer])) { continue }
      if let pair = best(of: customer, at: prices) { move(customer, to: pair) }
    }
    fill(at: prices)
  }

  /// What everyone chooses, and what that uses together. O(pairs), on all cores.
  private func wishes(
    at mixture: [(weight: Double, prices: KnapsackPrices)]
  ) -> (wishes: [Int32], use: KnapsackResponse) {
    let (pairs, optionCount) = (knapsack.pairs, knapsack.optionCount)
    let weights = mixture.map(\.weight)
    let costPrices = mixture.flatMap(\.prices.perCost)
    let countPrices = mixture.flatMap(\.prices.perCount)
    let parts = Parallel.map(count: pairs.customerCount, weight: pairs.count) { customers in
      var wishes: [Int32] = []
      wishes.reserveCapacity(customers.count)
      var use = KnapsackResponse(optionCount: optionCount)
      let (starts, options) = (pairs.starts.span, pairs.options.span)
      let (values, costs) = (pairs.values.span, pairs.costs.span)
      let (perCost, perCount) = (costPrices.span, countPrices.span)
      for customer in customers {
        let first = Self.pick(for: customer, from: weights) * optionCount
        var (best, bestPair) = (0.0, -1)
        for pair in Int(starts[customer])..<Int(starts[customer + 1]) {
          let option = first + Int(options[pair])
          let gain = values[pair] - (perCost[option] * Double(costs[pair]) + perCount[option])
          if gain > best { (best, bestPair) = (gain, pair) }
        }
        wishes.append(Int32(bestPair))
        if bestPair >= 0 { use.add(Int(options[bestPair]), cost: costs[bestPair]) }
      }
      return (wishes: wishes, use: use)
    }
    if parts.count == 1 { return (parts[0].wishes, parts[0].use) }
    return (parts.flatMap(\.wishes), KnapsackResponse.sum(of: parts.map(\.use)))
  }

  /// The customers who wish for one of the options, those first who would lose most without it for
  /// each unit of what they are charged. O(pairs + customers), on all cores.
  private func losses(
    of wishes: [Int32], ofOptions isWanted: [Bool], at prices: KnapsackPrices
  ) -> [UInt64] {
    let pairs = knapsack.pairs
    let parts = Parallel.map(count: pairs.customerCount, weight: pairs.count) { customers in
      var keys: [UInt64] = []
      let (starts, options) = (pairs.starts.span, pairs.options.span)
      let (values, costs) = (pairs.values.span, pairs.costs.span)
      let (perCost, perCount) = (prices.perCost.span, prices.perCount.span)
      for customer in customers {
        let wish = Int(wishes[customer])
        guard wish >= 0, isWanted[Int(options[wish])] else { continue }
        var second = 0.0
        for pair in Int(starts[customer])..<Int(starts[customer + 1]) where pair != wish {
          let option = Int(options[pair])
          let price = perCost[option] * Double(costs[pair]) + perCount[option]
          second = max(second, values[pair] - price)
        }
        let option = Int(options[wish])
        let charged = perCost[option] * Double(costs[wish]) + perCount[option]
        let loss = (values[wish] - charged - second) / (charged > 0 ? charged : 1)
        keys.append(Self.key(loss, customer))
      }
      return keys
    }
    var keys = parts.count == 1 ? parts[0] : Array(parts.joined())
    RadixSort.sortByHighWord(&keys)
    return keys
  }

  /// The prices at which this customer chooses: shares of neighbours differ from the weights by no
  /// more than golden-ratio steps make them (Weyl's sequence), whatever the order of customers.
  private static func pick(for customer: Int, from weights: [Double]) -> Int {
    let turns = UInt64(customer) &* 0x9E37_79B9_7F4A_7C15
    var rest = Double(turns >> 11) * 0x1p-53
    for index in weights.indices {
      rest -= weights[index]
      if rest < 0 { return index }
    }
    return weights.count - 1
  }

  /// The customer's pair that gains most and more than nothing, of those that fit.
  private func best(of customer: Int, at prices: KnapsackPrices) -> Int? {
    var (best, bestPair) = (0.0, -1)
    for pair in knapsack.pairs.range(of: customer) {
      let gain = gain(of: pair, at: prices)
      if gain > best, fits(pair) { (best, bestPair) = (gain, pair) }
    }
    return bestPair < 0 ? nil : bestPair
  }

  /// Spends what is left on upgrades, those first that add most value for the price of what they
  /// take.
  private mutating func fill(at prices: KnapsackPrices) {
    let cheapest = cheapestCosts()
    for _ in 0..<12 {
      let room = KnapsackRoom(knapsack, used: used, cheapest: cheapest)
      let (pairs, chosen) = (knapsack.pairs, chosen)
      let parts = Parallel.map(count: pairs.customerCount, weight: pairs.count) { customers in
        Self.upgrades(of: customers, from: chosen, in: pairs, room, at: prices)
      }
      let found = parts.count == 1 ? parts[0] : Array(parts.joined())
      guard !found.isEmpty else { return }
      var queue: [UInt64] = []
      queue.reserveCapacity(found.count)
      for entry in found.indices { queue.append(Self.key(found[entry].worth, entry)) }
      RadixSort.sortByHighWord(&queue)
      for key in queue {
        let entry = found[Int(key & 0xFFFF_FFFF)]
        move(Int(entry.customer), to: Int(entry.pair))
      }
    }
  }

  /// The least that a pair of each option costs. O(pairs), on all cores.
  private func cheapestCosts() -> [Int64] {
    let (pairs, optionCount) = (knapsack.pairs, knapsack.optionCount)
    let parts = Parallel.map(count: pairs.count, weight: pairs.count) { range in
      var cheapest = [Int64](repeating: .max, count: optionCount)
      let (options, costs) = (pairs.options.span, pairs.costs.span)
      for pair in range {
        let option = Int(options[pair])
        if costs[pair] < cheapest[option] { cheapest[option] = costs[pair] }
      }
      return cheapest
    }
    return (0..<optionCount).map { option in parts.reduce(.max) { min($0, $1[option]) } }
  }

  private struct Upgrade: Sendable {
    let customer: Int32
    let pair: Int32
    let worth: Double
  }

  /// For some of the customers, the most rewarding move to more value that fits by itself, and its
  /// value per price.
  private static func upgrades(
    of customers: Range<Int>, from chosen: [Int32], in pairs: KnapsackPairs, _ room: KnapsackRoom,
    at prices: KnapsackPrices
  ) -> [Upgrade] {
    var found: [Upgrade] = []
    let (starts, options) = (pairs.starts.span, pairs.options.span)
    let (values, costs) = (pairs.values.span, pairs.costs.span)
    let (perCost, perCount) = (prices.perCost.span, prices.perCount.span)
    let (alone, shared) = (room.alone.span, room.shared.span)
    let optionCount = perCost.count
    for customer in customers {
      let current = Int(chosen[customer])
      var (value, charged, back, row) = (0.0, 0.0, Int64(0), optionCount)
      if current >= 0 {
        row = Int(options[current])
        back = costs[current]
        value = values[current]
        charged = perCost[row] * Double(back) + perCount[row]
      }
      if !room.isOpen[row] { continue }
      row *= optionCount
      var (best, bestPair) = (0.0, -1)
      for pair in Int(starts[customer])..<Int(starts[customer + 1]) {
        let option = Int(options[pair])
        let cost = costs[pair]
        // What the current pair uses of the bounds of both comes back; no sum exceeds 2^54.
        guard cost <= alone[row + option], cost - back <= shared[row + option] else { continue }
        let more = values[pair] - value
        guard more > 0 else { continue }
        let price = perCost[option] * Double(cost) + perCount[option] - charged
        let worth = price > 0 ? more / price : .infinity
        if bestPair >= 0, worth <= best { continue }
        (best, bestPair) = (worth, pair)
      }
      if bestPair >= 0 {
        found.append(
          Upgrade(customer: Int32(customer), pair: Int32(bestPair), worth: best))
      }
    }
    return found
  }

  /// Orders by falling worth, then by rising index: the bits of a float that is not negative order
  /// as it does.
  private static func key(_ worth: Double, _ index: Int) -> UInt64 {
    UInt64(~Float(max(0, worth)).bitPattern) << 32 | UInt64(index)
  }
}
