// How the choice of one option per customer is made
// -------------------------------------------------
// Given N customers, each of whom may get at most one of P options, every pair with a value and a
// cost, and bounds on what groups of options may cost or how often they may be given, choose so
// that the sum of values is greatest. That is a multiple-choice knapsack with several constraints:
// hard exactly, easy to within a hair of a bound.
//
//   1. Prices (KnapsackDual). Each bound gets a price on the resource that it limits. At given
//      prices every customer chooses alone: the option with the greatest value less its price, or
//      none. The sum of what they choose plus the worth of all resources at those prices is never
//      below the best possible value (weak duality), so the prices that make it smallest give an
//      upper bound.
//   2. Repair (KnapsackAssignment). What the customers choose at those prices is nearly feasible.
//      Those who would lose least by it are moved to their next best option until every bound
//      holds, then what is left of each resource is spent on the upgrades that pay most for its
//      price.
//   3. Search (KnapsackSearch). The few dozen customers who are all but indifferent at the final
//      prices are chosen for exactly, by branch and bound on the same bound; on a small problem
//      these are all that matter, and then the result is the optimum and the bound is closed.
//
// The answer carries both figures, so that whoever reads it sees how much the choice can at most
// have missed. No step looks at a clock or at randomness: work is limited by counts, and ties are
// broken by the order of options and of customers as they were appended.
//
// The Lagrangian relaxation is that of Fisher, "The Lagrangian Relaxation Method for Solving
// Integer Programming Problems", Management Science 27 (1981); the upper-hull upgrade that of Sinha
// and Zoltners, "The Multiple-Choice Knapsack Problem", Operations Research 27 (1979).

/// A multiple-choice knapsack: each customer gets at most one option, under bounds on cost and on
/// count.
///
/// Append each customer's pairs, close the customer, then `solve()`. Storage is flat: twenty bytes
/// a pair.
package struct Knapsack: Sendable {
  /// A limit on what a group of options uses together.
  package struct Bound: Equatable, Sendable {
    package enum Measure: Equatable, Sendable {
      /// The sum of the pairs' costs.
      case cost
      /// The number of customers who get one of the options.
      case count
    }

    /// Which options are counted; nil means all of them.
    package var options: [Int]?
    package var measure: Measure
    /// The most that may be used; what is below zero counts as zero.
    package var limit: Int64

    package init(options: [Int]? = nil, measure: Measure, limit: Int64) {
      self.options = options
      self.measure = measure
      self.limit = max(0, limit)
    }
  }

  /// The greatest cost of one pair; every such cost and any value up to it is exact in a double.
  package static let maximumCost: Int64 = 1 << 53

  package let optionCount: Int
  package let bounds: [Bound]
  let cover: KnapsackCover
  private(set) var pairs = KnapsackPairs()
  /// The most that a pair of each option may cost alone; below zero where none may be given.
  private let mostCost: [Int64]
  /// Whether every value is a whole number, so that the upper bound may be rounded down.
  private(set) var isWhole = true

  /// An empty problem. The options are `0 ..< optionCount`, in the order that breaks their ties.
  package init(optionCount: Int, bounds: [Bound]) {
    precondition(optionCount >= 0, "options are counted")
    self.optionCount = optionCount
    self.bounds = bounds
    cover = KnapsackCover(optionCount: optionCount, bounds: bounds)
    var mostCost = [Int64](repeating: .max, count: optionCount)
    for (bound, options) in cover.options.enumerated() {
      let limit = bounds[bound].limit
      let most = cover.isCost(bound) ? limit : limit < 1 ? -1 : .max
      for option in options { mostCost[option] = min(mostCost[option], most) }
    }
    self.mostCost = mostCost
  }

  package var customerCount: Int { pairs.customerCount }
  package var pairCount: Int { pairs.count }

  package mutating func reserveCapacity(customers: Int, pairs pairCount: Int) {
    pairs.starts.reserveCapacity(customers + 1)
    pairs.options.reserveCapacity(pairCount)
    pairs.values.reserveCapacity(pairCount)
    pairs.costs.reserveCapacity(pairCount)
  }

  /// Offers one option to the customer that is being appended. Amortised O(1).
  ///
  /// A value that is not above zero is never chosen, and a pair that alone would break a bound
  /// never can be: both are left out here, which also tightens the upper bound. The value must be
  /// finite and at most 2^53, the cost in `0 ... maximumCost`.
  package mutating func append(option: Int, value: Double, cost: Int64) {
    precondition(option >= 0 && option < optionCount, "no such option")
    precondition(value.isFinite && value <= 9_007_199_254_740_992, "a value must be exact")
    precondition(cost >= 0 && cost <= Knapsack.maximumCost, "a cost must be exact")
    guard value > 0, cost <= mostCost[option] else { return }
    precondition(pairs.count < Int(Int32.max), "too many pairs")
    isWhole = isWhole && value == Double(Int64(value))
    pairs.append(option: option, value: value, cost: cost)
  }

  /// The options that are open to a customer: those appended that are worth something and could fit
  /// alone.
  package func options(of customer: Int) -> ArraySlice<Int32> {
    pairs.options[pairs.range(of: customer)]
  }

  /// The option of each pair of a customer, and what it is worth and costs.
  package func pairs(of customer: Int) -> [(option: Int, value: Double, cost: Int64)] {
    pairs.range(of: customer).map { (Int(pairs.options[$0]), pairs.values[$0], pairs.costs[$0]) }
  }

  /// The same problem with each option worth so much more to everybody to whom it is open.
  ///
  /// Whole additions keep whole values whole; sums beyond 2^53 are held there. O(pairs).
  func adding(_ more: [Double]) -> Knapsack {
    var knapsack = self
    for pair in 0..<pairs.count {
      let extra = more[Int(pairs.options[pair])]
      knapsack.isWhole = knapsack.isWhole && extra == extra.rounded()
      knapsack.pairs.values[pair] = min(0x1p53, pairs.values[pair] + extra)
    }
    return knapsack
  }

  /// Ends the customer whose pairs were appended; a customer without any is one who can only get
  /// none.
  package mutating func closeCustomer() { pairs.closeCustomer() }
}

/// All pairs of all customers, one customer behind the other.
struct KnapsackPairs: Sendable {
  /// Customer i has the pairs `starts[i] ..< starts[i + 1]`.
  var starts: [Int32] = [0]
  var options: [Int32] = []
  var values: [Double] = []
  var costs: [Int64] = []

  var customerCount: Int { starts.count - 1 }
  var count: Int { options.count }

  mutating func append(option: Int, value: Double, cost: Int64) {
    options.append(Int32(option))
    values.append(value)
    costs.append(cost)
  }

  mutating func closeCustomer() { starts.append(Int32(options.count)) }

  func range(of customer: Int) -> Range<Int> {
    Int(starts[customer])..<Int(starts[customer + 1])
  }

  /// Every customer whose place in a fixed scatter of `0 ..< customerCount` falls below `share`: a
  /// sample that is the same on every run and follows no period that the order of customers may
  /// have.
  func sample(share: Double) -> KnapsackPairs {
    var sample = KnapsackPairs()
    let cut = UInt64(share * 0x1p53)
    for customer in 0..<customerCount {
      // The finaliser of splitmix64 (Steele, Lea, Flood 2014).
      var state = UInt64(customer) &+ 0x9E37_79B9_7F4A_7C15
      state = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
      state = (state ^ state >> 27) &* 0x94D0_49BB_1331_11EB
      guard (state ^ state >> 31) >> 11 < cut else { continue }
      let range = range(of: customer)
      sample.options.append(contentsOf: options[range])
      sample.values.append(contentsOf: values[range])
      sample.costs.append(contentsOf: costs[range])
      sample.closeCustomer()
    }
    return sample
  }
}

/// Which bounds hold for which option, both ways.
struct KnapsackCover: Sendable {
  private var starts: [Int] = [0]
  private var indices: [Int] = []
  private let isCost: [Bool]
  /// The options of each bound, ascending.
  let options: [[Int]]

  init(optionCount: Int, bounds: [Knapsack.Bound]) {
    isCost = bounds.map { $0.measure == .cost }
    options = bounds.map { bound in
      let options = bound.options.map { Set($0).sorted() } ?? Array(0..<optionCount)
      precondition(options.allSatisfy { (0..<optionCount).contains($0) }, "no such option")
      return options
    }
    var boundsOfOption = [[Int]](repeating: [], count: optionCount)
    for (bound, options) in options.enumerated() {
      for option in options { boundsOfOption[option].append(bound) }
    }
    for own in boundsOfOption {
      indices += own
      starts.append(indices.count)
    }
  }

  func bounds(of option: Int) -> ArraySlice<Int> { indices[starts[option]..<starts[option + 1]] }

  func isCost(_ bound: Int) -> Bool { isCost[bound] }

  /// What a pair of that cost uses of a bound that covers it.
  func weight(of cost: Int64, in bound: Int) -> Int64 { isCost[bound] ? cost : 1 }
}
