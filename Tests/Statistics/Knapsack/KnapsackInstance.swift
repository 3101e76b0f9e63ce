import Foundation
import Statistics

/// A problem in the open, so that a test can both solve it and check what comes back.
struct KnapsackInstance {
  struct Pair {
    var option: Int
    var value: Double
    var cost: Int64
  }

  var optionCount: Int
  var bounds: [Knapsack.Bound]
  var customers: [[Pair]]

  var knapsack: Knapsack {
    var knapsack = Knapsack(optionCount: optionCount, bounds: bounds)
    for pairs in customers {
      for pair in pairs {
        knapsack.append(option: pair.option, value: pair.value, cost: pair.cost)
      }
      knapsack.closeCustomer()
    }
    return knapsack
  }

  /// The best value of all, by trying every choice.
  func bruteForce() -> Double {
    var used = [Int64](repeating: 0, count: bounds.count)
    func best(from customer: Int) -> Double {
      if customer == customers.count { return 0 }
      var most = best(from: customer + 1)
      for pair in customers[customer] {
        let weights = weights(of: pair)
        if zip(zip(used, weights), bounds).contains(where: { $0.0 + $0.1 > $1.limit }) { continue }
        for (bound, weight) in weights.enumerated() { used[bound] += weight }
        most = max(most, pair.value + best(from: customer + 1))
        for (bound, weight) in weights.enumerated() { used[bound] -= weight }
      }
      return most
    }
    return best(from: 0)
  }

  func weights(of pair: Pair) -> [Int64] {
    bounds.map { bound in
      guard bound.options?.contains(pair.option) ?? true else { return 0 }
      return bound.measure == .cost ? pair.cost : 1
    }
  }

  /// What the solution uses of each bound and is worth, counted here; nil if it names a pair that
  /// does not exist.
  func count(_ solution: Knapsack.Solution) -> (used: [Int64], value: Double)? {
    var used = [Int64](repeating: 0, count: bounds.count)
    var value = 0.0
    guard solution.choices.count == customers.count else { return nil }
    for (pairs, choice) in zip(customers, solution.choices) where choice >= 0 {
      guard let pair = pairs.first(where: { $0.option == Int(choice) }) else { return nil }
      value += pair.value
      for (bound, weight) in weights(of: pair).enumerated() { used[bound] += weight }
    }
    return (used, value)
  }
}

/// splitmix64: the same sequence for the same seed on every machine.
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

extension KnapsackInstance {
  /// A random problem whose bounds leave room for about the share given of what everyone would
  /// like.
  static func random(
    customers customerCount: Int, options optionCount: Int, isWhole: Bool, tightness: Double,
    isPartial: Bool = true, seed: UInt64
  ) -> KnapsackInstance {
    var numbers = SeededNumbers(state: seed)
    let costs = (0..<optionCount).map { _ in Int64.random(in: 0...30, using: &numbers) }
    var customers: [[Pair]] = []
    for _ in 0..<customerCount {
      var pairs: [Pair] = []
      for option in 0..<optionCount where !isPartial || Int.random(in: 0..<5, using: &numbers) > 0 {
        let own = Int64.random(in: 0...6, using: &numbers)
        let value = Double.random(in: -4...40, using: &numbers)
        pairs.append(
          Pair(option: option, value: isWhole ? value.rounded() : value, cost: costs[option] + own))
      }
      customers.append(pairs)
    }
    func limit(_ perCustomer: Double) -> Int64 {
      let spread = Double.random(in: 0.5...1.5, using: &numbers)
      return Int64(perCustomer * tightness * spread * Double(customerCount))
    }
    var bounds = [
      Knapsack.Bound(measure: .cost, limit: limit(15)),
      Knapsack.Bound(measure: .count, limit: limit(1)),
    ]
    for option in 0..<optionCount {
      let share = 1 / Double(optionCount)
      if Bool.random(using: &numbers) {
        bounds.append(.init(options: [option], measure: .cost, limit: limit(15 * share)))
      }
      if Bool.random(using: &numbers) {
        bounds.append(.init(options: [option], measure: .count, limit: limit(share)))
      }
    }
    if optionCount > 2, Bool.random(using: &numbers) {
      bounds.append(.init(options: [0, 2], measure: .cost, limit: limit(8)))
    }
    return KnapsackInstance(optionCount: optionCount, bounds: bounds, customers: customers)
  }
}
