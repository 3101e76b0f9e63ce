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
    var wishes = [Int32](repeating: -1, count: chosen.count)
    var wished = [Double](repeating: 0, count: used.count)
    for customer in chosen.indices {
      let own = Self.pick(for: customer, from: mixture) ?? prices
      guard let pair = best(of: customer, at: own, fitting: false) else { continue }
      wishes[customer] = Int32(pair)
      let cost = knapsack.pairs.costs[pair]
      for bound in knapsack.cover.bounds(of: Int(knapsack.pairs.options[pair])) {
        wished[bound] += Double(knapsack.cover.weight(of: cost, in: bound))
      }
    }
    var isOverused = [Bool](repeating: false, count: knapsack.optionCount)
    // Wishes are summed in doubles here; the exact check is made when a pair is taken.
    for bound in used.indices
    where wished[bound] * 1.000_001 > Double(knapsack.bounds[bound].limit) {
      for option in knapsack.cover.options[bound] { isOverused[option] = true }
    }
    // Those whose wish is scarce come after the others, and those who would lose most for what they
    // use first.
    var queue: [UInt64] = []
    for customer in chosen.indices where wishes[customer] >= 0 {
      let pair = Int(wishes[customer])
      if isOverused[Int(knapsack.pairs.options[pair])] {
        queue.append(Self.key(loss(of: customer, without: pair, at: prices), customer))
      } else {
        move(customer, to: pair)
      }
    }
    queue.sort()
    for key in queue {
      let customer = Int(key & 0xFFFF_FFFF)
      if move(customer, to: Int(wishes[customer])) { continue }
      if let pair = best(of: customer, at: prices, fitting: true) { move(customer, to: pair) }
    }
    fill(at: prices)
  }

  /// The prices at which this customer chooses: shares of neighbours differ from the weights by no
  /// more than golden-ratio steps make them (Weyl's sequence), whatever the order of customers.
  private static func pick(
    for customer: Int, from mixture: [(weight: Double, prices: KnapsackPrices)]
  ) -> KnapsackPrices? {
    let turns = UInt64(customer) &* 0x9E37_79B9_7F4A_7C15
    var rest = Double(turns >> 11) * 0x1p-53
    for (weight, prices) in mixture {
      rest -= weight
      if rest < 0 { return prices }
    }
    return mixture.last?.prices
  }

  /// What the customer would lose without that pair, for each unit of what it is charged.
  private func loss(of customer: Int, without pair: Int, at prices: KnapsackPrices) -> Double {
    var second = 0.0
    for other in knapsack.pairs.range(of: customer) where other != pair {
      second = max(second, gain(of: other, at: prices))
    }
    let charged = price(of: pair, at: prices)
    return (gain(of: pair, at: prices) - second) / (charged > 0 ? charged : 1)
  }

  /// The customer's pair that gains most and more than nothing, of all or of those that fit.
  private func best(of customer: Int, at prices: KnapsackPrices, fitting: Bool) -> Int? {
    var (best, bestPair) = (0.0, -1)
    for pair in knapsack.pairs.range(of: customer) {
      let gain = gain(of: pair, at: prices)
      if gain > best, !fitting || fits(pair) { (best, bestPair) = (gain, pair) }
    }
    return bestPair < 0 ? nil : bestPair
  }

  /// Spends what is left on upgrades, those first that add most value for the price of what they
  /// take.
  private mutating func fill(at prices: KnapsackPrices) {
    for _ in 0..<12 {
      var queue: [UInt64] = []
      var (customers, pairs): ([Int32], [Int32]) = ([], [])
      for customer in chosen.indices {
        guard let (pair, worth) = upgrade(of: customer, at: prices) else { continue }
        queue.append(Self.key(worth, pairs.count))
        pairs.append(Int32(pair))
        customers.append(Int32(customer))
      }
      guard !queue.isEmpty else { return }
      queue.sort()
      for key in queue {
        let entry = Int(key & 0xFFFF_FFFF)
        move(Int(customers[entry]), to: Int(pairs[entry]))
      }
    }
  }

  /// The customer's most rewarding move to more value that fits by itself, and its value per price.
  private mutating func upgrade(
    of customer: Int, at prices: KnapsackPrices
  ) -> (pair: Int, worth: Double)? {
    let current = Int(chosen[customer])
    let value = current < 0 ? 0 : knapsack.pairs.values[current]
    let charged = current < 0 ? 0 : price(of: current, at: prices)
    var best: (pair: Int, worth: Double)?
    var isReleased = current < 0
    for pair in knapsack.pairs.range(of: customer) {
      let more = knapsack.pairs.values[pair] - value
      guard more > 0 else { continue }
      let price = price(of: pair, at: prices) - charged
      let worth = price > 0 ? more / price : .infinity
      // Whether it fits is the dearest question, so it is asked last.
      if let best, worth <= best.worth { continue }
      if !isReleased {
        charge(current, by: -1)
        isReleased = true
      }
      if fits(pair) { best = (pair, worth) }
    }
    if current >= 0, isReleased { charge(current, by: 1) }
    return best
  }

  /// Orders by falling worth, then by rising index: the bits of a float that is not negative order
  /// as it does.
  private static func key(_ worth: Double, _ index: Int) -> UInt64 {
    UInt64(~Float(max(0, worth)).bitPattern) << 32 | UInt64(index)
  }
}
