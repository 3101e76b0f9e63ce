import Statistics
import Testing

@Suite struct KnapsackTests {
  @Test(arguments: 0..<40)
  func smallProblemsAreSolvedExactly(seed: Int) throws {
    for round in 0..<10 {
      let number = seed * 10 + round
      let instance = KnapsackInstance.random(
        customers: 1 + number % 7, options: 1 + number % 4, isWhole: number % 2 == 0,
        tightness: [0.15, 0.4, 0.7][number % 3], seed: UInt64(number))
      let optimum = instance.bruteForce()
      let solution = instance.knapsack.solve()
      let counted = try #require(instance.count(solution), "seed \(number)")
      #expect(counted.used == solution.used, "seed \(number)")
      #expect(zip(counted.used, instance.bounds).allSatisfy { $0 <= $1.limit }, "seed \(number)")
      #expect(abs(counted.value - solution.value) < 1e-9, "seed \(number)")
      #expect(solution.value <= optimum + 1e-9, "seed \(number)")
      #expect(solution.value >= optimum - 1e-9, "seed \(number)")
      #expect(solution.upperBound >= optimum, "seed \(number)")
      #expect(solution.gap < 1e-9, "seed \(number)")
    }
  }

  @Test(arguments: [(60, 3, 0.3), (300, 5, 0.4), (300, 5, 0.1), (800, 8, 0.5)])
  func largerProblemsComeCloseToTheirBound(customers: Int, options: Int, tightness: Double) throws {
    for seed in UInt64(1)...3 {
      let instance = KnapsackInstance.random(
        customers: customers, options: options, isWhole: seed != 2, tightness: tightness, seed: seed
      )
      let solution = instance.knapsack.solve()
      let counted = try #require(instance.count(solution))
      #expect(zip(counted.used, instance.bounds).allSatisfy { $0 <= $1.limit }, "seed \(seed)")
      #expect(counted.used == solution.used)
      #expect(solution.value <= solution.upperBound)
      #expect(solution.gap < 0.005, "seed \(seed): \(solution.gap)")
      print("gap", customers, options, tightness, seed, solution.gap)
    }
  }
}
