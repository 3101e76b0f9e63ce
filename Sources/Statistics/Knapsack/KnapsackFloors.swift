// How minimums are kept
// ---------------------
// A minimum (so many customers are to get one of these options) is a bound the other way round, and
// has a price below zero: a bonus on its options. With a bonus b on the options of a minimum L,
//
//     best value with the minimum  <=  best value of the problem with the bonus  -  b x L
//
// so a bonus proves a bound as a price does. More bonus never means fewer coupons by much, so the
// smallest bonus that meets the minimum is found by halving. Each step solves the whole problem:
// minimums are for plans of some ten thousand customers rather than for a million.

extension Knapsack {
  /// So many customers at least are to get one of these options.
  package struct Floor: Equatable, Sendable {
    package var options: [Int]
    package var least: Int64

    package init(options: [Int], least: Int64) {
      self.options = options
      self.least = max(0, least)
    }
  }

  /// A choice that meets minimums as far as it can.
  package struct FlooredSolution: Equatable, Sendable {
    package var solution: Solution
    /// What was added to the value of each option to get there.
    package var bonus: [Double]
    /// How many customers each minimum is short of.
    package var missing: [Int64]
  }

  /// The choice within all bounds that meets the minimums, or comes nearest; of those the best that
  /// was found.
  ///
  /// Values and the upper bound are those without bonus. Where a minimum is missed, the upper bound
  /// is that of the problem without minimums. O(minimums) times a few dozen `solve()`.
  package func solve(floors: [Floor]) -> FlooredSolution {
    var best = FlooredSolution(
      solution: solve(), bonus: Array(repeating: 0, count: optionCount),
      missing: floors.map(\.least))
    let unfloored = best.solution.upperBound
    best.missing = missing(best.solution, floors)
    if best.missing.allSatisfy({ $0 == 0 }) { return best }
    var upperBound = unfloored
    var bonuses = [Double](repeating: 0, count: floors.count)
    let most = (pairs.values.max() ?? 0).rounded(.up) + 1

    func attempt(_ bonuses: [Double]) -> FlooredSolution {
      var added = [Double](repeating: 0, count: optionCount)
      for (floor, bonus) in zip(floors, bonuses) {
        for option in floor.options { added[option] += bonus }
      }
      var solution = adding(added).solve()
      let promised = zip(floors, bonuses).reduce(0) { $0 + Double($1.0.least) * $1.1 }
      // Two roundings of magnitudes that are both below the first figure.
      let proven = (solution.upperBound - promised) + solution.upperBound * 0x1p-50
      upperBound = min(upperBound, max(0, proven))
      solution.value = value(of: solution.choices)
      return FlooredSolution(
        solution: solution, bonus: added, missing: missing(solution, floors))
    }

    // A bonus for one minimum may take what another had: twice around is enough to settle.
    for _ in 0..<2 {
      for index in floors.indices where best.missing[index] > 0 {
        var (low, high) = (bonuses[index], most)
        bonuses[index] = high
        var found = attempt(bonuses)
        if found.missing[index] == 0 {
          while high - low > max(1, high / 256) {
            let middle = (low + (high - low) / 2).rounded()
            bonuses[index] = middle
            let trial = attempt(bonuses)
            if trial.missing[index] == 0 {
              (high, found) = (middle, trial)
            } else {
              low = middle
            }
          }
          bonuses[index] = high
        }
        best = found
      }
      if best.missing.allSatisfy({ $0 == 0 }) { break }
    }
    let isMet = best.missing.allSatisfy { $0 == 0 }
    best.solution.upperBound = max(best.solution.value, isMet ? upperBound : unfloored)
    return best
  }

  private func missing(_ solution: Solution, _ floors: [Floor]) -> [Int64] {
    var counts = [Int64](repeating: 0, count: optionCount)
    for choice in solution.choices where choice >= 0 { counts[Int(choice)] += 1 }
    return floors.map { floor in max(0, floor.least - floor.options.reduce(0) { $0 + counts[$1] }) }
  }

  /// What a choice is worth in this problem.
  private func value(of choices: [Int32]) -> Double {
    var sum = 0.0
    for (customer, choice) in choices.enumerated() where choice >= 0 {
      let range = pairs.range(of: customer)
      if let pair = range.first(where: { pairs.options[$0] == choice }) {
        sum += pairs.values[pair]
      }
    }
    return sum
  }
}
