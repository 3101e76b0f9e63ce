import Foundation
import Statistics
import Testing

@Suite struct LifetimeTests {
  private let model = LifetimeModel(r: 0.7, alpha: 20, a: 1.2, b: 1.8)

  /// The mean of `weight` under the density that is proportional to `density`, by the midpoint
  /// rule.
  private func mean(
    over range: Range<Double>, density: (Double) -> Double, of weight: (Double) -> Double
  ) -> Double {
    let steps = 40_000
    let width = (range.upperBound - range.lowerBound) / Double(steps)
    var (sum, total) = (0.0, 0.0)
    for step in 0..<steps {
      let x = range.lowerBound + (Double(step) + 0.5) * width
      let density = density(x)
      sum += density * weight(x)
      total += density
    }
    return sum / total
  }

  /// The closed form against the model's own story, integrated over rates and dropouts.
  @Test(arguments: [(1, 10.0, 40.0), (3, 60, 75), (8, 100, 100)])
  func aliveIsWhatTheStorySays(repeats: Int, last: Double, age: Double) {
    let x = Double(repeats)
    let rates = { (silence: Double) in
      mean(over: 0..<3, density: { pow($0, model.r - 1) * exp(-model.alpha * $0) }) {
        pow($0, x) * exp(-$0 * silence)
      }
    }
    let beta = { (p: Double) in pow(p, model.a - 1) * pow(1 - p, model.b - 1) }
    let stayed = mean(over: 0..<1, density: beta) { pow(1 - $0, x + 1) }
    let left = mean(over: 0..<1, density: beta) { $0 * pow(1 - $0, x) }
    let alive = stayed * rates(age)
    let expected = alive / (alive + left * rates(last))
    let closed = model.aliveProbability(repeats: x, lastDays: last, ageDays: age)
    #expect(abs(closed - expected) < 1e-3)
  }

  @Test func silenceOnlyTakesAway() {
    var before = 1.0
    for age in stride(from: 30.0, through: 3000, by: 30) {
      let alive = model.aliveProbability(repeats: 4, lastDays: 30, ageDays: age)
      #expect(alive > 0 && alive < before)
      before = alive
    }
    #expect(model.aliveProbability(repeats: 5000, lastDays: 1, ageDays: 1e6) == 0)
  }

  /// Expected purchases against the sum of geometric runs, and its bounds.
  @Test func expectationStaysBelowRateTimesTime() {
    let rate = (0.7 + 4) / (20 + 90.0)
    let expected = model.expectedIfAlive(repeats: 4, ageDays: 90, withinDays: 365)
    #expect(expected > 0 && expected < rate * 365)
    let soon = model.expectedIfAlive(repeats: 4, ageDays: 90, withinDays: 0.01)
    #expect(abs(soon / (rate * 0.01) - 1) < 1e-3)
    let ever = model.expectedIfAlive(repeats: 4, ageDays: 90, withinDays: 1e9)
    #expect(abs(ever - 1 / model.dropout(repeats: 4)) < 1e-9)
  }

  @Test func purchaseProbabilityIsTheGammaPoissons() {
    let expected = mean(
      over: 0..<1, density: { pow($0, 0.7 + 4 - 1) * exp(-(20 + 90) * $0) }
    ) { 1 - exp(-$0 * 30) }
    let closed = model.purchaseProbabilityIfAlive(repeats: 4, ageDays: 90, withinDays: 30)
    #expect(abs(closed - expected) < 1e-5)
    #expect(model.purchaseProbabilityIfAlive(repeats: 4, ageDays: 90, withinDays: 0) == 0)
  }
}
