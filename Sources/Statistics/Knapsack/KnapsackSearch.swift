// How the last customers are chosen for exactly
// ---------------------------------------------
// At prices p every choice is worth D(p) less two kinds of loss: what each customer's pair gains less than their best
// one, and the priced worth of what is left unused. A choice better than the one at hand must lose less than D(p) less
// its value, so a customer whose second best loses more than that keeps the best: almost everyone. The rest (the
// core, after Balas and Zemel, "An Algorithm for Large Zero-One Knapsack Problems", Operations Research 28, 1980) are
// searched depth first, the most decided on top, each trying what loses least first, and a branch is left as soon as
// its bound is no better than the best choice known.
//
// If the core has more customers than `widest`, only its least decided are free and the others keep what they have:
// then the search improves, but proves nothing. The number of visited nodes is limited, to the same effect.

/// Branch and bound over the customers who are all but indifferent.
struct KnapsackSearch {
  private static let widest = 40
  private static let mostNodes = 60_000

  private let knapsack: Knapsack
  private let prices: KnapsackPrices
  /// The core's customers, in the order in which they are decided.
  private var core: [Int] = []
  /// The pairs that are tried for each of them (-1 is none), the least loss first.
  private var tries: [[(pair: Int, loss: Double)]] = []
  private var state: KnapsackAssignment
  private var best: [Int] = []
  private var bestValue = 0.0
  private var nodes = 0
  /// What rounding may add to a bound.
  private var slack = 0.0

  init(knapsack: Knapsack, prices: KnapsackPrices) {
    self.knapsack = knapsack
    self.prices = prices
    state = KnapsackAssignment(knapsack: knapsack)
  }

  /// Improves the choice; true if the result is proven best.
  mutating func run(from assignment: inout KnapsackAssignment, below upperBound: Double) -> Bool {
    for _ in 0..<4 {
      let before = assignment.value
      if !(before < upperBound) { return true }
      let isComplete = round(from: &assignment, below: upperBound)
      if isComplete { return true }
      if !(assignment.value > before) { return false }
    }
    return false
  }

  private mutating func round(
    from assignment: inout KnapsackAssignment, below upperBound: Double
  ) -> Bool {
    slack = upperBound * Double(knapsack.customerCount + 64) * 0x1p-50
    let isComplete = gather(around: assignment, margin: upperBound - assignment.value + slack)
    state = assignment
    for customer in core { state.move(customer, to: -1) }
    // The bound of the root: what is fixed, what the core gains, and the worth of all that is left.
    var bound = state.value
    for own in tries { bound += gain(own[0].pair) }
    for index in knapsack.bounds.indices {
      bound += prices.perBound[index] * Double(knapsack.bounds[index].limit - state.used[index])
    }
    best = core.map { assignment.pair(of: $0) }
    bestValue = assignment.value
    nodes = 0
    descend(depth: 0, bound: bound, value: state.value)
    // All of the old go before any of the new come: no moment in between breaks a bound.
    for customer in core { assignment.move(customer, to: -1) }
    for (customer, pair) in zip(core, best) {
      let isMoved = assignment.move(customer, to: pair)
      precondition(isMoved, "a choice that was searched out fits")
    }
    return isComplete && nodes <= Self.mostNodes
  }

  /// Finds the customers whose choice is open; true if they are all there is to decide.
  private mutating func gather(around assignment: KnapsackAssignment, margin: Double) -> Bool {
    var open: [(customer: Int, regret: Double)] = []
    var isComplete = true
    for customer in 0..<knapsack.customerCount {
      let range = knapsack.pairs.range(of: customer)
      if range.isEmpty { continue }
      var (best, second, bestPair) = (0.0, -Double.infinity, -1)
      for pair in range {
        let gain = gain(pair)
        if gain > best {
          (best, second, bestPair) = (gain, best, pair)
        } else {
          second = max(second, gain)
        }
      }
      // A customer who is decided, but does not have what the decision is, is open as well.
      let regret = best - second
      if regret <= margin || assignment.pair(of: customer) != bestPair {
        open.append((customer, regret))
      }
    }
    if open.count > Self.widest {
      isComplete = false
      open.sort { ($0.regret, $0.customer) < ($1.regret, $1.customer) }
      open.removeLast(open.count - Self.widest)
    }
    open.sort { ($1.regret, $0.customer) < ($0.regret, $1.customer) }
    core = open.map { $0.customer }
    tries = core.map { customer in
      let all = [-1] + knapsack.pairs.range(of: customer)
      let best = all.reduce(0) { max($0, gain($1)) }
      return all.map { (pair: $0, loss: best - gain($0)) }.filter { $0.loss <= margin }
        .sorted { ($0.loss, $0.pair) < ($1.loss, $1.pair) }
    }
    return isComplete
  }

  private func gain(_ pair: Int) -> Double {
    guard pair >= 0 else { return 0 }
    let option = Int(knapsack.pairs.options[pair])
    return knapsack.pairs.values[pair]
      - prices.perCost[option] * Double(knapsack.pairs.costs[pair]) - prices.perCount[option]
  }

  private mutating func descend(depth: Int, bound: Double, value: Double) {
    nodes += 1
    guard nodes <= Self.mostNodes else { return }
    if depth == core.count {
      if value > bestValue {
        bestValue = value
        best = core.map { state.pair(of: $0) }
      }
      return
    }
    let customer = core[depth]
    for (pair, loss) in tries[depth] {
      // Whole values can only be beaten by a whole unit.
      let reach = bound - loss + slack
      if knapsack.isWhole ? reach < bestValue + 1 : reach <= bestValue { return }
      guard state.move(customer, to: pair) else { continue }
      let more = pair < 0 ? 0 : knapsack.pairs.values[pair]
      descend(depth: depth + 1, bound: bound - loss, value: value + more)
      state.move(customer, to: -1)
    }
  }
}
