// How the last customers are chosen for exactly
// ---------------------------------------------
// At prices p every choice is worth D(p) less two kinds of loss: what each customer's pair gains
// less than their best one, and the priced worth of what is left unused. A choice better than the
// one at hand must lose less than D(p) less its value, so a customer whose second best loses more
// than that keeps the best: almost everyone. The rest (the core, after Balas and Zemel, "An
// Algorithm for Large Zero-One Knapsack Problems", Operations Research 28, 1980) are searched depth
// first, the most decided on top, each trying what loses least first, and a branch is left as soon
// as its bound is no better than the best choice known.
//
// If the core has more customers than `widest`, or the search visits more nodes than it may,
// nothing is proven. Then windows of the core are searched one after the other, all other customers
// keeping what they have: each window holds those who lose most by what they have now, and the next
// of the others by how little they would lose by a change.

/// Branch and bound over the customers who are all but indifferent.
struct KnapsackSearch {
  private static let widest = 40
  private static let mostNodes = 40_000
  private static let windows = 24
  private static let mostNodesOfWindow = 5_000
  private static let lossiest = 8
  /// Beyond so many open customers, only a part of them is looked at.
  private static let mostOpen = 4_000
  /// So many windows in a row without any gain end the search.
  private static let mostFruitless = 7

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
  private var mostNodes = 0
  /// What rounding may add to a bound.
  private var slack = 0.0

  init(knapsack: Knapsack, prices: KnapsackPrices) {
    self.knapsack = knapsack
    self.prices = prices
    state = KnapsackAssignment(knapsack: knapsack)
  }

  /// Improves the choice; true if the result is proven best.
  mutating func run(from assignment: inout KnapsackAssignment, below upperBound: Double) -> Bool {
    if !(assignment.value < upperBound) { return true }
    slack = upperBound * Double(knapsack.customerCount + 64) * 0x1p-50
    var open = openCustomers(around: assignment, below: upperBound)
    let isCut = open.count > Self.mostOpen
    if isCut { open = Self.cut(open, losses: open.map { loss(of: $0.customer, in: assignment) }) }
    var attempted = -1.0
    var fruitless = 0
    for window in 0..<Self.windows where fruitless < Self.mostFruitless {
      let value = assignment.value
      if !(value < upperBound) { return true }
      let margin = upperBound - value + slack
      // With every improvement fewer are open, and once they are few enough all of them are
      // searched together.
      let losses = open.map { loss(of: $0.customer, in: assignment) }
      open = zip(open, losses).filter { $0.0.regret <= margin || $0.1 > 0 }.map { $0.0 }
      if !isCut, open.count <= Self.widest, value > attempted {
        attempted = value
        let all = open.map { $0.customer }
        if decide(all, in: &assignment, margin: margin, nodes: Self.mostNodes) { return true }
        continue
      }
      let chosen = windowCustomers(window, of: open, in: assignment)
      _ = decide(chosen, in: &assignment, margin: margin, nodes: Self.mostNodesOfWindow)
      fruitless = assignment.value > value ? 0 : fruitless + 1
    }
    return !(assignment.value < upperBound)
  }

  /// On large problems: those who lose most, and those who would lose least by a change.
  private static func cut(
    _ open: [(customer: Int, regret: Double)], losses: [Double]
  ) -> [(customer: Int, regret: Double)] {
    let losing = losses.indices.filter { losses[$0] > 0 }
      .sorted { (losses[$1], $0) < (losses[$0], $1) }.prefix(mostOpen / 2)
    // `open` is in the order of regret, and so are the indices.
    return Set(losing).union(0..<mostOpen / 2).sorted().map { open[$0] }
  }

  /// The customers of one window.
  private func windowCustomers(
    _ window: Int, of open: [(customer: Int, regret: Double)], in assignment: KnapsackAssignment
  ) -> [Int] {
    let losing = open.map { ($0.customer, loss(of: $0.customer, in: assignment)) }
      .filter { $0.1 > 0 }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
      .prefix(Self.lossiest).map { $0.0 }
    let others = open.prefix(Self.widest * Self.windows).map { $0.customer }
      .filter { !losing.contains($0) }
    let size = Self.widest - losing.count
    let pages = max(1, (others.count + size - 1) / size)
    // Pages near the top, where changes are cheap, are searched anew more often than those far
    // down.
    let page = min(window + 1 - Self.period(window), pages - 1)
    return losing + others[min(others.count, page * size)...].prefix(size)
  }

  /// The power of two at or below `window` + 1: sweeps of 1, 2, 4, 8 … pages.
  private static func period(_ window: Int) -> Int {
    var period = 1
    while period * 2 <= window + 1 { period *= 2 }
    return period
  }

  private func loss(of customer: Int, in assignment: KnapsackAssignment) -> Double {
    let best = knapsack.pairs.range(of: customer).reduce(0) { max($0, gain($1)) }
    return best - gain(assignment.pair(of: customer))
  }

  /// Chooses for these customers anew, all others keeping what they have; true if every choice was
  /// weighed.
  private mutating func decide(
    _ customers: some Sequence<Int>, in assignment: inout KnapsackAssignment, margin: Double,
    nodes most: Int
  ) -> Bool {
    prepare(customers, margin: margin)
    mostNodes = most
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
    return nodes <= mostNodes
  }

  /// The customers whose choice is not decided by the bound, those who would lose least by a change
  /// first.
  private func openCustomers(
    around assignment: KnapsackAssignment, below upperBound: Double
  ) -> [(customer: Int, regret: Double)] {
    let margin = upperBound - assignment.value + slack
    let (pairs, prices) = (knapsack.pairs, prices)
    let parts = Parallel.map(count: pairs.customerCount, weight: pairs.count) { customers in
      var open: [(customer: Int, regret: Double)] = []
      let (starts, options) = (pairs.starts.span, pairs.options.span)
      let (values, costs) = (pairs.values.span, pairs.costs.span)
      let (perCost, perCount) = (prices.perCost.span, prices.perCount.span)
      for customer in customers {
        let range = Int(starts[customer])..<Int(starts[customer + 1])
        if range.isEmpty { continue }
        var (best, second, bestPair) = (0.0, -Double.infinity, -1)
        for pair in range {
          let option = Int(options[pair])
          let gain = values[pair] - perCost[option] * Double(costs[pair]) - perCount[option]
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
      return open
    }
    let open = parts.flatMap { $0 }
    return open.sorted { ($0.regret, $0.customer) < ($1.regret, $1.customer) }
  }

  /// Lists what is tried for each customer, the most decided first.
  private mutating func prepare(_ customers: some Sequence<Int>, margin: Double) {
    var entries: [(customer: Int, regret: Double, tries: [(pair: Int, loss: Double)])] = []
    for customer in customers {
      let all = [-1] + knapsack.pairs.range(of: customer)
      let best = all.reduce(0) { max($0, gain($1)) }
      let tries = all.map { (pair: $0, loss: best - gain($0)) }.filter { $0.loss <= margin }
        .sorted { ($0.loss, $0.pair) < ($1.loss, $1.pair) }
      entries.append((customer, tries.count > 1 ? tries[1].loss : .infinity, tries))
    }
    entries.sort { ($1.regret, $0.customer) < ($0.regret, $1.customer) }
    core = entries.map { $0.customer }
    tries = entries.map { $0.tries }
  }

  private func gain(_ pair: Int) -> Double {
    guard pair >= 0 else { return 0 }
    let option = Int(knapsack.pairs.options[pair])
    return knapsack.pairs.values[pair]
      - prices.perCost[option] * Double(knapsack.pairs.costs[pair]) - prices.perCount[option]
  }

  private mutating func descend(depth: Int, bound: Double, value: Double) {
    nodes += 1
    guard nodes <= mostNodes else { return }
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
