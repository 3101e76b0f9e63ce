import Statistics
import TestSupport
import Testing

@Suite struct KnapsackFloorsTests {
  /// The best value of all choices that meet the minimums, by trying each; nil where none does.
  private func bruteForce(_ instance: KnapsackInstance, _ floors: [Knapsack.Floor]) -> Double? {
    var used = [Int64](repeating: 0, count: instance.bounds.count)
    var counts = [Int64](repeating: 0, count: instance.optionCount)
    func best(from customer: Int, _ value: Double) -> Double? {
      if customer == instance.customers.count {
        let isMet = floors.allSatisfy { floor in
          floor.options.reduce(0) { $0 + counts[$1] } >= floor.least
        }
        return isMet ? value : nil
      }
      var most = best(from: customer + 1, value)
      for pair in instance.customers[customer] where pair.value > 0 {
        let weights = instance.weights(of: pair)
        let breaks = zip(zip(used, weights), instance.bounds).contains { $0.0 + $0.1 > $1.limit }
        if breaks { continue }
        for (bound, weight) in weights.enumerated() { used[bound] += weight }
        counts[pair.option] += 1
        if let other = best(from: customer + 1, value + pair.value) {
          most = max(most ?? other, other)
        }
        counts[pair.option] -= 1
        for (bound, weight) in weights.enumerated() { used[bound] -= weight }
      }
      return most
    }
    return best(from: 0, 0)
  }

  @Test func minimumsAreMetAtLittleCostAndTheBoundHolds() throws {
    var (met, possible, lost) = (0, 0, 0.0)
    for seed in UInt64(0)..<60 {
      var numbers = SeededGenerator(seed: seed &+ 77)
      let instance = KnapsackInstance.random(
        customers: 5, options: 3, isWhole: seed.isMultiple(of: 2), tightness: 1.6, seed: seed)
      let floors = [
        Knapsack.Floor(
          options: [Int.random(in: 0..<3, using: &numbers)],
          least: Int64.random(in: 1...3, using: &numbers))
      ]
      let floored = instance.knapsack.solve(floors: floors)
      let counted = try #require(instance.count(floored.solution), "seed \(seed)")
      #expect(counted.used == floored.solution.used, "seed \(seed)")
      #expect(zip(counted.used, instance.bounds).allSatisfy { $0 <= $1.limit }, "seed \(seed)")
      #expect(abs(counted.value - floored.solution.value) < 1e-9, "seed \(seed)")
      #expect(floored.solution.value <= floored.solution.upperBound, "seed \(seed)")
      let given = floored.solution.choices.count { $0 >= 0 && floors[0].options.contains(Int($0)) }
      #expect(floored.missing == [max(0, floors[0].least - Int64(given))], "seed \(seed)")
      guard let optimum = bruteForce(instance, floors) else {
        #expect(floored.missing[0] > 0, "seed \(seed)")
        continue
      }
      possible += 1
      guard floored.missing[0] == 0 else { continue }
      met += 1
      #expect(floored.solution.value <= optimum + 1e-9, "seed \(seed)")
      #expect(floored.solution.upperBound >= optimum - 1e-9, "seed \(seed)")
      lost += (optimum - floored.solution.value) / max(1, optimum)
    }
    // With six customers the prices leave gaps that more customers would fill.
    #expect(possible > 25 && met * 100 >= possible * 95, "\(met) of \(possible)")
    #expect(lost / Double(met) < 0.03, "\(lost / Double(met))")
  }

  @Test func manyCustomersMeetAMinimumWithinAHairOfTheBound() throws {
    let instance = KnapsackInstance.random(
      customers: 800, options: 4, isWhole: true, tightness: 0.4, seed: 5)
    let free = instance.knapsack.solve()
    let counts = (0..<4).map { option in free.choices.count { $0 == option } }
    let least = Int64(counts[2] + 40)
    let open = instance.customers.count { $0.contains { $0.option == 2 && $0.value > 0 } }
    try #require(Int64(open) > least)
    let bounds = instance.bounds.map { bound in
      bound.options == [2]
        ? Knapsack.Bound(options: [2], measure: bound.measure, limit: .max) : bound
    }
    var wide = instance
    wide.bounds = bounds
    let floored = wide.knapsack.solve(floors: [.init(options: [2], least: least)])
    #expect(floored.missing == [0])
    #expect(floored.solution.gap < 0.01, "\(floored.solution.gap)")
    #expect(floored.bonus[2] > 0 && floored.bonus[0] == 0)
  }

  @Test func withoutMinimumsNothingChanges() {
    let instance = KnapsackInstance.random(
      customers: 50, options: 3, isWhole: true, tightness: 0.4, seed: 9)
    #expect(instance.knapsack.solve(floors: []).solution == instance.knapsack.solve())
  }
}
