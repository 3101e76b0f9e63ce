import Statistics
import Testing

@Suite struct KnapsackTests {
  @Test(arguments: 0..<20)
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

  @Test(arguments: [(300, 5, 0.4), (300, 5, 0.1), (800, 8, 0.3)])
  func largerProblemsComeCloseToTheirBound(customers: Int, options: Int, tightness: Double) throws {
    for seed in UInt64(1)...2 {
      let instance = KnapsackInstance.random(
        customers: customers, options: options, isWhole: seed == 1, tightness: tightness, seed: seed
      )
      let solution = instance.knapsack.solve()
      let counted = try #require(instance.count(solution))
      #expect(zip(counted.used, instance.bounds).allSatisfy { $0 <= $1.limit }, "seed \(seed)")
      #expect(counted.used == solution.used)
      #expect(abs(counted.value - solution.value) < 1e-9 * counted.value)
      #expect(solution.value <= solution.upperBound)
      #expect(solution.gap < 0.005, "seed \(seed): \(solution.gap)")
    }
  }

  /// The relaxation's optimum, from HiGHS over the same pairs: the bound must reach it, and never
  /// pass below.
  @Test func theBoundIsThatOfTheLinearProgramme() {
    let instance = KnapsackInstance.random(
      customers: 800, options: 8, isWhole: false, tightness: 0.1, seed: 2)
    let solution = instance.knapsack.solve()
    #expect(solution.upperBound >= 2480.953_632_44)
    #expect(solution.upperBound < 2480.953_632_44 * 1.000_5)
    // The best that a branch-and-cut solver found is 2477.857.
    #expect(solution.value > 2477.857 * 0.99 && solution.value < 2477.86)
  }

  @Test func samplingFindsThePricesOfTheWhole() throws {
    let instance = KnapsackInstance.random(
      customers: 16_000, options: 5, isWhole: true, tightness: 0.4, seed: 5)
    let solution = instance.knapsack.solve()
    let counted = try #require(instance.count(solution))
    #expect(zip(counted.used, instance.bounds).allSatisfy { $0 <= $1.limit })
    #expect(solution.gap < 0.001, "\(solution.gap)")
  }

  @Test func whatNobodyContestsIsTakenWhole() {
    var knapsack = Knapsack(optionCount: 2, bounds: [])
    knapsack.append(option: 0, value: 3, cost: 10)
    knapsack.append(option: 1, value: 4, cost: 90)
    knapsack.closeCustomer()
    knapsack.append(option: 0, value: -1, cost: 0)
    knapsack.append(option: 1, value: 0, cost: 0)
    knapsack.closeCustomer()
    knapsack.closeCustomer()
    let solution = knapsack.solve()
    #expect(solution.choices == [1, -1, -1])
    #expect(solution.value == 4 && solution.upperBound == 4 && solution.gap == 0)
  }

  @Test func nothingIsAnAnswerToo() {
    let empty = Knapsack(optionCount: 0, bounds: [.init(measure: .cost, limit: 5)]).solve()
    #expect(empty.choices.isEmpty && empty.value == 0 && empty.upperBound == 0 && empty.gap == 0)
    for bound in [
      Knapsack.Bound(measure: .cost, limit: 0), .init(measure: .count, limit: -7),
      .init(options: [0], measure: .count, limit: 0),
    ] {
      var knapsack = Knapsack(optionCount: 1, bounds: [bound])
      knapsack.append(option: 0, value: 5, cost: 1)
      knapsack.closeCustomer()
      let solution = knapsack.solve()
      #expect(solution.choices == [-1] && solution.upperBound == 0 && solution.used == [0])
    }
  }

  @Test func whatCostsNothingNeedsNoBudget() {
    var knapsack = Knapsack(optionCount: 2, bounds: [.init(measure: .cost, limit: 0)])
    for _ in 0..<3 {
      knapsack.append(option: 0, value: 9, cost: 1)
      knapsack.append(option: 1, value: 2, cost: 0)
      knapsack.closeCustomer()
    }
    let solution = knapsack.solve()
    #expect(solution.choices == [1, 1, 1] && solution.value == 6 && solution.upperBound == 6)
  }

  @Test func aQuotaGoesToTheBestAndTiesToTheFirst() {
    var knapsack = Knapsack(
      optionCount: 2, bounds: [.init(options: [0], measure: .count, limit: 2)])
    for value in [5.0, 7, 5, 5] {
      knapsack.append(option: 0, value: value, cost: 3)
      knapsack.append(option: 1, value: 1, cost: 3)
      knapsack.closeCustomer()
    }
    let solution = knapsack.solve()
    #expect(solution.choices == [0, 0, 1, 1])
    #expect(solution.value == 14 && solution.gap == 0 && solution.used == [2])
  }

  @Test func oneBudgetIsTheClassicKnapsack() {
    // Greedy by ratio takes the first and is stuck at 60; the best is the other two.
    var knapsack = Knapsack(optionCount: 1, bounds: [.init(measure: .cost, limit: 50)])
    for (value, cost) in [(60.0, Int64(10)), (100, 20), (120, 30)] {
      knapsack.append(option: 0, value: value, cost: cost)
      knapsack.closeCustomer()
    }
    let solution = knapsack.solve()
    #expect(solution.choices == [-1, 0, 0] && solution.value == 220 && solution.gap == 0)
  }

  @Test func hugeFiguresNeitherTrapNorBreakABound() {
    let most = Knapsack.maximumCost
    var knapsack = Knapsack(
      optionCount: 1,
      bounds: [.init(measure: .cost, limit: .max), .init(measure: .count, limit: 3)])
    for _ in 0..<4000 {
      knapsack.append(option: 0, value: 9_007_199_254_740_992, cost: most)
      knapsack.closeCustomer()
    }
    let solution = knapsack.solve()
    #expect(solution.used[1] == 3)
    #expect(solution.upperBound >= solution.value)
  }
}
