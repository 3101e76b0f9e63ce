import Statistics
import Testing

@Suite struct ParallelKnapsackTests {
  /// Large enough to be shared out over the cores: one answer every time, and every bound kept.
  @Test func manyCoresGiveOneAnswer() throws {
    let instance = KnapsackInstance.random(
      customers: 60_000, options: 5, isWhole: false, tightness: 0.3, seed: 3)
    let knapsack = instance.knapsack
    try #require(knapsack.pairCount > 200_000)
    let first = knapsack.solve()
    let counted = try #require(instance.count(first))
    #expect(counted.used == first.used)
    #expect(zip(counted.used, instance.bounds).allSatisfy { $0 <= $1.limit })
    #expect(first.gap < 0.001, "\(first.gap)")
    #expect(knapsack.solve() == first)
  }
}
