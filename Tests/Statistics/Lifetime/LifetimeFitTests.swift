import Foundation
import Statistics
import TestSupport
import Testing

/// Fits against the literature's figures, and against what they must hold to anywhere.
@Suite struct LifetimeFitTests {
  private static let isPresent = SharedData.has("known_answers.json")

  /// The histories of the CDNOW sample after 39 weeks, in weeks.
  static func sample() throws -> [LifetimeHistory] {
    try SharedData.table(of: "cdnow/cdnow_summary_39w.csv.gz").records.map { fields in
      LifetimeHistory(
        repeats: try #require(Int(fields[1])), last: try #require(Double(fields[2])),
        age: try #require(Double(fields[3])))
    }
  }

  static func known(_ name: String) throws -> [String: Any] {
    let bytes = Data(try SharedData.bytes(of: "known_answers.json"))
    let all = try JSONSerialization.jsonObject(with: bytes) as? [String: Any]
    return try #require(all?[name] as? [String: Any])
  }

  /// Whether a figure rounds to what is printed.
  static func prints(_ figure: Double, _ printed: Double, decimals: Int) -> Bool {
    let scale = pow(10, Double(decimals))
    return (figure * scale).rounded() == (printed * scale).rounded()
  }

  @Test(.enabled(if: isPresent)) func plainModelOfTheSample() throws {
    let known = try Self.known("bgnbd_cdnow_sample")
    let number = { (name: String) in try #require(known[name] as? Double) }
    let fit = LifetimeFit(.plain, to: LifetimeHistories(try Self.sample()))
    let model = try #require(fit.model)
    #expect(fit.isSound && fit.customers == 2357 && fit.repeatCustomers == 946)
    #expect(fit.rows < 1500)
    #expect(try Self.prints(model.r, number("r"), decimals: 3), "\(model)")
    #expect(try Self.prints(model.alpha, number("alpha"), decimals: 3), "\(model)")
    #expect(try Self.prints(model.a, number("a"), decimals: 3), "\(model)")
    #expect(try Self.prints(model.b, number("b"), decimals: 3), "\(model)")
    #expect(try Self.prints(fit.logLikelihood, number("ll"), decimals: 2), "\(fit)")
    let ahead = model.expectedPurchases(repeats: 2, last: 30.43, age: 38.86, within: 39)
    #expect(
      try Self.prints(ahead, number("expected_x2_tx30.43_T38.86_t39"), decimals: 3), "\(ahead)")
    let alive = model.aliveProbability(repeats: 2, last: 30.43, age: 38.86)
    #expect(try Self.prints(alive, number("p_alive_same"), decimals: 4), "\(alive)")
    let ofNew = model.expectedPurchasesOfNew(within: 52)
    #expect(try Self.prints(ofNew, number("EX_52_weeks"), decimals: 3), "\(ofNew)")
    // Standard errors as `lifetimes` prints them: .013, .378, .186, .705.
    let errors = try #require(fit.errors)
    for (error, printed) in [
      (errors.r, 0.013), (errors.alpha, 0.378), (errors.a, 0.186), (errors.b, 0.705),
    ] { #expect(abs(error / printed - 1) < 0.05, "\(errors)") }
  }

  @Test(.enabled(if: isPresent)) func spendModelOfTheSample() throws {
    let known = try Self.known("gamma_gamma_cdnow_sample")
    let table = try SharedData.table(of: "cdnow/cdnow_summary_39w_money.csv.gz").records
    let spends = table.map { (count: Int($0[1]) ?? 0, mean: Double($0[4]) ?? 0) }
    let fit = SpendFit(spends)
    let model = try #require(fit.model)
    #expect(fit.problem == nil && fit.customers == 946)
    for (figure, name) in [(model.p, "p"), (model.q, "q")] {
      let printed = try #require(known[name] as? Double)
      #expect(Self.prints(figure, printed, decimals: 2), "\(name) \(figure)")
    }
    // Of these means, which are rounded to cents, the best v is 15.448, which `lifetimes` finds
    // too; the article, from means with all digits, prints 15.44.
    let printed = try ["p", "q", "v"].map { try #require(known[$0] as? Double) }
    #expect(abs(model.v - printed[2]) < 0.01, "\(model.v)")
    let rows = spends.filter { $0.count > 0 }.map { (count: Double($0.count), mean: $0.mean) }
    let likelihood = SpendLikelihood(rows.sorted { $0.count < $1.count })
    let published = likelihood.evaluate(printed.map { log($0) }).value
    #expect(fit.logLikelihood >= published && fit.logLikelihood < published + 0.1)
    let first = try #require(known["expected_mean_first10_customers"] as? [Double])
    for (spend, printed) in zip(spends, first) {
      let mean = model.expectedMean(count: Double(spend.count), mean: spend.mean)
      #expect(abs(mean - printed) < 0.1, "\(spend)")
    }
  }

  /// Whatever order the customers come in, and whatever time is counted in.
  @Test(.enabled(if: isPresent)) func orderAndUnitChangeNothing() throws {
    var histories = try Self.sample()
    let first = LifetimeFit(.modified, to: LifetimeHistories(histories), penalty: 0.01)
    var generator = SeededGenerator(seed: 5)
    histories.shuffle(using: &generator)
    #expect(LifetimeFit(.modified, to: LifetimeHistories(histories), penalty: 0.01) == first)
    let days = histories.map {
      LifetimeHistory(repeats: $0.repeats, last: $0.last * 7, age: $0.age * 7)
    }
    let inDays = LifetimeFit(.modified, to: LifetimeHistories(days), penalty: 0.01)
    let (weekly, daily) = (try #require(first.model), try #require(inDays.model))
    #expect(abs(daily.alpha / weekly.alpha / 7 - 1) < 1e-6)
    #expect(abs(daily.r / weekly.r - 1) < 1e-6 && abs(daily.b / weekly.b - 1) < 1e-6)
    let shift = inDays.logLikelihood - first.logLikelihood
    let repeats = histories.reduce(0) { $0 + $1.repeats }
    #expect(abs(shift + Double(repeats) * log(7)) < 1e-5)
  }

  static func random(_ count: Int, _ generator: inout SeededGenerator) -> [LifetimeHistory] {
    (0..<count).map { _ in
      let age = Double(generator.integer(in: 1...300))
      let repeats = generator.oneIn(2) ? 0 : generator.integer(in: 1...40)
      let last = repeats == 0 ? 0 : Double.random(in: 0...age, using: &generator)
      return LifetimeHistory(repeats: repeats, last: last, age: age)
    }
  }

  @Test(arguments: LifetimeFamily.allCases) func gradientIsTheSlope(_ family: LifetimeFamily) {
    for seed in UInt64(1)...20 {
      var generator = SeededGenerator(seed: seed)
      let histories = LifetimeHistories(Self.random(50, &generator))
      let likelihood = LifetimeLikelihood(family: family, histories: histories)
      let place = (0..<4).map { _ in Double.random(in: -2...2, using: &generator) }
      let gradient = likelihood.evaluate(place).gradient
      for index in 0..<4 {
        var (up, down) = (place, place)
        up[index] += 1e-5
        down[index] -= 1e-5
        let slope = (likelihood.evaluate(up).value - likelihood.evaluate(down).value) / 2e-5
        #expect(
          abs(slope - gradient[index]) < 1e-5 * max(1, abs(slope)), "seed \(seed), \(index)")
      }
    }
  }

  @Test func spendGradientIsTheSlope() {
    for seed in UInt64(1)...20 {
      var generator = SeededGenerator(seed: seed)
      let rows = (0..<30).map { _ in
        (
          count: Double(generator.integer(in: 1...9)),
          mean: Double.random(in: 0.1...9, using: &generator)
        )
      }
      let likelihood = SpendLikelihood(rows)
      let place = (0..<3).map { _ in Double.random(in: -1...2, using: &generator) }
      let gradient = likelihood.evaluate(place).gradient
      for index in 0..<3 {
        var (up, down) = (place, place)
        up[index] += 1e-5
        down[index] -= 1e-5
        let slope = (likelihood.evaluate(up).value - likelihood.evaluate(down).value) / 2e-5
        #expect(abs(slope - gradient[index]) < 1e-5 * max(1, abs(slope)), "seed \(seed)")
      }
    }
  }

  /// The likelihood by its definition: rates and dropouts integrated over their densities.
  @Test(arguments: LifetimeFamily.allCases) func likelihoodIsTheStory(_ family: LifetimeFamily) {
    let (r, alpha, a, b) = (1.4, 12.0, 1.3, 1.9)
    for (x, last, age) in [(0, 0.0, 9.0), (1, 4, 9), (3, 20, 22)] {
      let place = [r, alpha, a, b].map { log($0) }
      let history = LifetimeHistory(repeats: x, last: last, age: age)
      let value = LifetimeLikelihood(
        family: family, histories: LifetimeHistories([history])
      ).evaluate(place).value
      let first = family == .modified ? 1 : 0
      var sum = 0.0
      let steps = 1500
      for i in 0..<steps {
        let rate = (Double(i) + 0.5) / Double(steps) * 3
        let density = pow(alpha, r) * pow(rate, r - 1) * exp(-alpha * rate) / tgamma(r)
        for j in 0..<200 {
          let p = (Double(j) + 0.5) / 200
          let weight = pow(p, a - 1) * pow(1 - p, b - 1) * tgamma(a + b) / tgamma(a) / tgamma(b)
          var chance = pow(1 - p, Double(x + first)) * pow(rate, Double(x)) * exp(-rate * age)
          if x > 0 || first == 1 {
            chance +=
              p * pow(1 - p, Double(x + first - 1)) * pow(rate, Double(x)) * exp(-rate * last)
          }
          sum += density * weight * chance * 3 / Double(steps) / 200
        }
      }
      #expect(abs(value - log(sum)) < 3e-3, "\(family) \(x): \(value) \(log(sum))")
    }
  }

  /// Parameters that made a log are found again in it, within a few standard errors.
  @Test(arguments: LifetimeFamily.allCases) func findsWhatMadeTheLog(_ family: LifetimeFamily)
    throws
  {
    let truth = try #require(
      FittedLifetime(family: family, r: 0.9, alpha: 20, a: 0.8, b: 2.5))
    var generator = SeededGenerator(seed: 77)
    let histories = LifetimeHistories(
      (0..<20_000).map { _ in Made.history(truth, &generator) })
    let fit = LifetimeFit(family, to: histories)
    let (model, errors) = (try #require(fit.model), try #require(fit.errors))
    #expect(fit.isSound)
    for (found, made, error) in [
      (model.r, truth.r, errors.r), (model.alpha, truth.alpha, errors.alpha),
      (model.a, truth.a, errors.a), (model.b, truth.b, errors.b),
    ] { #expect(abs(found - made) < 4 * error, "\(found) of \(made), error \(error)") }
  }
}

/// Histories made by the model's own story.
enum Made {
  static func history(
    _ model: FittedLifetime, _ generator: inout SeededGenerator
  ) -> LifetimeHistory {
    let rate = gamma(model.r, &generator) / model.alpha
    let (left, right) = (gamma(model.a, &generator), gamma(model.b, &generator))
    let leave = left / (left + right)
    let age = Double(generator.integer(in: 50...200))
    var (repeats, last) = (0, 0.0)
    var isAlive = model.family == .plain || Double.random(in: 0..<1, using: &generator) >= leave
    while isAlive {
      let next = last - log(1 - Double.random(in: 0..<1, using: &generator)) / rate
      if next > age { break }
      (repeats, last) = (repeats + 1, next)
      isAlive = Double.random(in: 0..<1, using: &generator) >= leave
    }
    return LifetimeHistory(repeats: repeats, last: last, age: age)
  }

  /// Marsaglia and Tsang 2000.
  static func gamma(_ shape: Double, _ generator: inout SeededGenerator) -> Double {
    if shape < 1 {
      return gamma(shape + 1, &generator)
        * pow(Double.random(in: 0..<1, using: &generator), 1 / shape)
    }
    let (d, c) = (shape - 1.0 / 3, 1 / (9 * shape - 3).squareRoot())
    while true {
      let u = Double.random(in: .leastNonzeroMagnitude..<1, using: &generator)
      let angle = Double.random(in: 0..<1, using: &generator) * 2 * Double.pi
      let normal = (-2 * log(u)).squareRoot() * cos(angle)
      let cube = pow(1 + c * normal, 3)
      let chance = Double.random(in: .leastNonzeroMagnitude..<1, using: &generator)
      if cube > 0, log(chance) < normal * normal / 2 + d * (1 - cube + log(cube)) {
        return d * cube
      }
    }
  }
}
