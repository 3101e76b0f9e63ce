// How the prices are found
// ------------------------
// D(prices) = sum over customers of their best gain + sum over bounds of price x limit. It is
// convex and piecewise linear, and its slope along one price is the limit less what is used: so the
// best price of one bound, all others held, is where use falls to the limit, and a bisection finds
// it. With many customers D is nearly smooth, and taking the bounds in turn (coordinate descent)
// comes close to the minimum in a few rounds. Where D has real kinks, which is where customers are
// few or much alike, that stalls up to a tenth above the minimum; a bundle descent
// (ProximalBundle.swift) then does the rest.
//
// Large problems are first solved on a fixed sample of their customers with limits cut in
// proportion, then on a larger one. Samples only propose prices: the bound is always evaluated over
// all customers.
//
// The bound is rounded outwards. With u = 2^-53, each gain is computed to within 4u of the
// magnitudes that go into it. A gain above zero has a price below its value, so that those
// magnitudes are below three times the customer's greatest value; the sum of n terms that are not
// negative errs by less than n u of itself. `outwards` adds several times both.

/// The Lagrangian dual of a knapsack: prices on its bounds and the upper bound that they prove.
struct KnapsackDual {
  private(set) var prices: KnapsackPrices
  private(set) var bestPrices: KnapsackPrices
  /// No choice within the bounds is worth more.
  private(set) var upperBound: Double
  /// Prices near the best, with the shares of customers who are to choose at each: together they
  /// use what there is.
  private(set) var mixture: [(weight: Double, prices: KnapsackPrices)] = []
  private let limits: [Double]
  /// The sum of every customer's greatest value.
  private let greatest: Double
  /// Bounds that some choice could break; all others keep the price zero.
  private let binding: [Int]

  /// Whether some choice could break a bound.
  var isBinding: Bool { !binding.isEmpty }

  /// Evaluates the problem with all resources free. O(pairs).
  init(knapsack: Knapsack) {
    prices = KnapsackPrices(optionCount: knapsack.optionCount, cover: knapsack.cover)
    bestPrices = prices
    limits = knapsack.bounds.map { Double($0.limit) }
    greatest = KnapsackResponse(of: knapsack.pairs, at: prices).worth
    upperBound = .infinity
    let all = KnapsackResponse(ofEveryPairOf: knapsack.pairs, optionCount: knapsack.optionCount)
    let limits = limits
    binding = limits.indices.filter { bound in
      let most = all.use(of: bound, in: knapsack.cover)
      let isCount = !knapsack.cover.isCost(bound)
      // The sums above are rounded: a bound that is this close to binding is taken to be.
      return (isCount ? min(most, Double(knapsack.customerCount)) : most * 1.000_001)
        > limits[bound]
    }
    note(worth: greatest, in: knapsack)
  }

  /// Finds good prices on samples; if the problem is small enough, those are all of it.
  mutating func descend(in knapsack: Knapsack) {
    guard !binding.isEmpty else { return }
    for (size, rounds) in [(60_000.0, 12), (480_000.0, 2)] {
      let share = size / Double(max(1, knapsack.pairCount))
      guard share < 1 else {
        descend(in: knapsack.pairs, share: 1, cover: knapsack.cover, rounds: rounds)
        break
      }
      let sample = knapsack.pairs.sample(share: share)
      guard sample.customerCount > 0 else { continue }
      let actual = Double(sample.customerCount) / Double(knapsack.customerCount)
      descend(in: sample, share: actual, cover: knapsack.cover, rounds: rounds)
      let scale = limits.map { $0 * actual }
      bundle(
        over: sample, limits: scale, cover: knapsack.cover, towards: 0,
        steps: 9_600_000 / sample.count
      ) { _ in }
    }
    note(worth: KnapsackResponse(of: knapsack.pairs, at: prices).worth, in: knapsack)
  }

  /// Descends over all customers from the best prices known, towards a value that some choice has.
  mutating func polish(in knapsack: Knapsack, towards value: Double) {
    guard !binding.isEmpty else { return }
    prices = bestPrices
    let steps = min(200, max(10, 200_000_000 / max(1, knapsack.pairCount)))
    var noted = self
    bundle(
      over: knapsack.pairs, limits: limits, cover: knapsack.cover, towards: value, steps: steps
    ) { trial in
      noted.prices = trial.prices
      noted.note(worth: trial.worth, in: knapsack)
    }
    (bestPrices, upperBound) = (noted.bestPrices, noted.upperBound)
    prices = bestPrices
  }

  /// Takes a choice that an exhaustive search has proven best as the bound.
  mutating func close(at value: Double, in knapsack: Knapsack) {
    upperBound = min(upperBound, outwards(value, in: knapsack))
  }

  /// Runs a bundle descent from the current prices, hands each point to `visit` and leaves the
  /// prices at the best.
  private mutating func bundle(
    over pairs: KnapsackPairs, limits: [Double], cover: KnapsackCover, towards value: Double,
    steps: Int, visit: ((prices: KnapsackPrices, worth: Double)) -> Void
  ) {
    // Each price is measured in worth of the whole resource, so that money and counts step alike.
    let scales = binding.map { max(1, limits[$0]) }
    let binding = binding
    func evaluate(_ prices: KnapsackPrices) -> (value: Double, slope: [Double]) {
      let response = KnapsackResponse(of: pairs, at: prices)
      visit((prices, response.worth))
      var value = response.worth
      var slope: [Double] = []
      for (bound, scale) in zip(binding, scales) {
        value += prices.perBound[bound] * limits[bound]
        slope.append((limits[bound] - response.use(of: bound, in: cover)) / scale)
      }
      return (value, slope)
    }
    let current = prices
    func pricing(at point: [Double]) -> KnapsackPrices {
      var prices = current
      for (index, bound) in binding.enumerated() {
        prices.set(bound, to: point[index] / scales[index])
      }
      return prices
    }
    let start = zip(binding, scales).map { current.perBound[$0] * $1 }
    let first = evaluate(current)
    let hope = value > 0 ? max(first.value - value, first.value * 1e-6) : first.value * 0.01
    var bundle = ProximalBundle(at: start, value: first.value, slope: first.slope, hope: hope)
    for _ in 0..<steps where bundle.value - value > 1e-7 * bundle.value {
      guard let (point, fall) = bundle.propose(tolerance: 1e-7 * bundle.value) else { break }
      let trial = evaluate(pricing(at: point))
      bundle.learn(point, value: trial.value, slope: trial.slope, fall: fall)
    }
    mixture = bundle.mixture.map { ($0.weight, pricing(at: $0.point)) }
    prices = pricing(at: bundle.centre)
  }

  /// Evaluates the bound that the current prices prove, and keeps it if it is the best so far.
  @discardableResult
  private mutating func note(worth: Double, in knapsack: Knapsack) -> Double {
    var sum = worth
    for bound in limits.indices { sum += prices.perBound[bound] * limits[bound] }
    let rounded = outwards(sum, in: knapsack)
    if rounded < upperBound {
      upperBound = rounded
      bestPrices = prices
    }
    return rounded
  }

  private func outwards(_ sum: Double, in knapsack: Knapsack) -> Double {
    let terms = Double(knapsack.customerCount + knapsack.bounds.count + 16)
    let rounded = sum + sum * terms * 0x1p-51 + greatest * 0x1p-47
    // Whole values have a whole sum; from 2^53 on a double has no fraction to cut.
    return knapsack.isWhole && rounded < 0x1p53 ? Double(Int64(rounded)) : rounded
  }

  private mutating func descend(
    in pairs: KnapsackPairs, share: Double, cover: KnapsackCover, rounds: Int
  ) {
    for _ in 0..<rounds {
      var change = 0.0
      for bound in binding {
        let before = prices.perBound[bound]
        let limit = limits[bound] * share
        let price = KnapsackCoordinate.price(
          of: bound, limit: limit, prices: &prices, pairs: pairs, cover: cover)
        change = max(change, abs(price - before) / max(price, before, .leastNormalMagnitude))
      }
      if change < 1e-4 { return }
    }
  }
}
