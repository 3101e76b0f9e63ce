import Statistics
import TestSupport
import Testing

@Suite struct ShrinkageTests {
  typealias Estimate = RandomEffects.Estimate

  @Test func precisionsAreWhatWeighs() {
    // Precisions 1, 4 and 5 (1 / (0.1 + 0.1)) over means 0, 1 and 2: (4 + 10) / 10.
    let effects = RandomEffects(
      expected: Estimate(mean: 0, variance: 1),
      measured: [Estimate(mean: 1, variance: 0.15), Estimate(mean: 2, variance: 0.1)], between: 0.1)
    #expect(abs(effects.group.mean - 1.4) < 1e-12)
    #expect(abs(effects.group.variance - 0.1) < 1e-12)
    // A half of its own 2 and a half of the group's 1.4.
    let cell = effects.cell(Estimate(mean: 2, variance: 0.1))
    #expect(abs(cell.mean - 1.7) < 1e-12)
    #expect(abs(cell.variance - (0.05 + 0.025)) < 1e-12)
    let other = effects.cell(nil)
    #expect(abs(other.mean - 1.4) < 1e-12 && abs(other.variance - 0.2) < 1e-12)
  }

  /// The figures of the moment estimator over the seven trials of magnesium that its authors'
  /// method is usually shown on would take their table; these are worked out by hand.
  @Test func spreadBeyondTheErrorsIsBetweenTheCells() {
    // Weights 1, means 0 2 4: Q = 8, two degrees, share 3 - 1 = 2: (8 - 2) / 2 = 3.
    let cells = [0.0, 2, 4].map { Estimate(mean: $0, variance: 1) }
    #expect(abs(RandomEffects.betweenVariance(of: [cells]) - 3) < 1e-12)
    // A second group that varies by less than its errors takes some of it back: Q 0, one degree,
    // share 1: (8 - 2 + 0 - 1) / 3.
    let still = [Estimate(mean: 1, variance: 1), Estimate(mean: 1, variance: 1)]
    #expect(abs(RandomEffects.betweenVariance(of: [cells, still]) - 5.0 / 3) < 1e-12)
    #expect(RandomEffects.betweenVariance(of: [still]) == 0)
    #expect(RandomEffects.betweenVariance(of: [[cells[0]], []]) == 0)
  }

  @Test func whatCannotBeWeighedIsPassedOver() {
    let strange = [
      Estimate(mean: .nan, variance: 1), Estimate(mean: 0, variance: 0),
      Estimate(mean: .infinity, variance: 1), Estimate(mean: 0, variance: -1),
    ]
    let effects = RandomEffects(
      expected: Estimate(mean: 0.5, variance: 2), measured: strange, between: 0)
    #expect(effects.group == Estimate(mean: 0.5, variance: 2))
    #expect(RandomEffects.betweenVariance(of: [strange]) == 0)
    #expect(effects.cell(strange[0]).mean == 0.5)
  }

  /// Shrunken estimates are nearer to the truth than the measurements are, over many random worlds.
  @Test func shrinkingBringsNearerToTheTruth() {
    var numbers = SeededGenerator(seed: 7)
    func normal() -> Double {
      (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0...1, using: &numbers) }
    }
    var (raw, shrunken) = (0.0, 0.0)
    for _ in 0..<200 {
      let truths = (0..<12).map { _ in 1 + 0.5 * normal() }
      let cells = truths.map { truth in
        let deviation = Double.random(in: 0.2...2, using: &numbers)
        return Estimate(mean: truth + deviation * normal(), variance: deviation * deviation)
      }
      let effects = RandomEffects(
        expected: Estimate(mean: 0, variance: 4), measured: cells,
        between: RandomEffects.betweenVariance(of: [cells]))
      for (truth, cell) in zip(truths, cells) {
        let own = effects.cell(cell).mean
        raw += (cell.mean - truth) * (cell.mean - truth)
        shrunken += (own - truth) * (own - truth)
      }
    }
    #expect(shrunken < raw / 3, "\(shrunken) of \(raw)")
  }

  @Test(arguments: UInt64(1)...30)
  func risingIsTheNearestThatNeverFalls(seed: UInt64) {
    var numbers = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...5, using: &numbers)
    let values = (0..<count).map { _ in Double(Int.random(in: 0...6, using: &numbers)) }
    let weights = (0..<count).map { _ in Double(Int.random(in: 1...4, using: &numbers)) }
    let rising = Isotonic.rising(values, weights: weights)
    #expect(zip(rising, rising.dropFirst()).allSatisfy { $0 <= $1 })
    func distance(_ fit: [Double]) -> Double {
      zip(zip(values, fit), weights).reduce(0) { $0 + ($1.0.0 - $1.0.1) * ($1.0.0 - $1.0.1) * $1.1 }
    }
    // Every rising list on a grid of quarters.
    var best = Double.infinity
    func walk(_ fit: [Double]) {
      if fit.count == count {
        best = min(best, distance(fit))
        return
      }
      var next = fit.last ?? 0
      while next <= 6 {
        walk(fit + [next])
        next += 0.25
      }
    }
    walk([])
    #expect(distance(rising) <= best + 1e-9, "seed \(seed)")
    #expect(distance(rising) > best - 0.5 * weights.reduce(0, +), "seed \(seed)")
  }
}
