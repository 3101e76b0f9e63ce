import Foundation
import Statistics
import TestSupport
import Testing

/// What fitted models say, and that nothing that they are given makes them stumble.
@Suite struct FittedLifetimeTests {
  @Test func gammaFunctionsAreThoseOfTheLibrary() {
    for place in [1e-6, 0.01, 0.5, 1, 1.5, 2, 3.7, 9.99, 10, 25, 1e3, 1e8, 1e15] {
      let own = GammaFunctions(at: place)
      let expected: Double = lgamma(place).0
      #expect(abs(own.logarithm - expected) <= 4e-14 * max(1, abs(expected)), "\(place)")
    }
    // The digamma function at 1 is less Euler's constant; each step up adds 1 / z.
    #expect(abs(GammaFunctions(at: 1).digamma + 0.577_215_664_901_532_9) < 1e-14)
    #expect(abs(GammaFunctions(at: 0.5).digamma + 1.963_510_026_021_423_5) < 1e-14)
    #expect(GammaFunctions(at: 0).logarithm.isNaN && GammaFunctions(at: -1).digamma.isNaN)
  }

  /// The mean as the literature writes it, by the series of 2F1; good where a is not near 1.
  private func published(s: Double, z: Double, a: Double, b: Double) -> Double {
    let w = z / (1 + z)
    var (term, sum) = (1.0, 1.0)
    for n in 0..<20_000 {
      let k = Double(n)
      term *= (s + k) * (b + k) / ((a + b - 1 + k) * (k + 1)) * w
      sum += term
    }
    return (a + b - 1) / (a - 1) * (1 - pow(1 - w, s) * sum)
  }

  @Test func runsAreThePublishedHypergeometric() {
    for (s, z, a, b) in [
      (0.5, 1.0, 0.8, 2.4), (2.2, 0.7, 0.793, 4.4), (12, 3, 2.5, 9), (40, 8, 0.3, 30),
      (0.3, 20, 3, 0.4), (3, 1e-4, 0.5, 2),
    ] {
      let run = PurchaseRun(shape: s, ratio: z, leave: a, stay: b)
      let expected = published(s: s, z: z, a: a, b: b)
      #expect(abs(run.mean / expected - 1) < 1e-9, "\(s) \(z) \(a) \(b): \(run.mean) \(expected)")
    }
  }

  /// The sum and the integral, by which long runs are worked out, are the same mean.
  @Test func runsAreTheirIntegral() {
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<300 {
      let numbers = (0..<4).map { _ in exp(Double.random(in: -3...3, using: &generator)) }
      let run = PurchaseRun(
        shape: numbers[0], ratio: numbers[1], leave: numbers[2], stay: numbers[3])
      #expect(abs(run.mean / run.integral - 1) < 1e-9, "\(numbers)")
    }
    // At a = 1, where the published form is 0 / 0.
    let (near, at) = (1 + 1e-4, 1.0)
    let runs = [near, at].map { PurchaseRun(shape: 3, ratio: 2, leave: $0, stay: 4).mean }
    #expect(abs(runs[0] / runs[1] - 1) < 1e-4)
  }

  @Test func nothingMakesARunStumble() {
    let numbers = [0, 1e-300, 1e-9, 0.3, 1, 7, 1e4, 1e9, 1e300, .infinity]
    for shape in numbers {
      for ratio in numbers {
        for leave in [1e-3, 0.4, 1, 1e3] {
          for stay in [1e-3, 1, 1e3, 1e9] {
            let mean = PurchaseRun(shape: shape, ratio: ratio, leave: leave, stay: stay).mean
            let most = shape * ratio
            #expect(
              mean >= 0 && mean.isFinite && (mean <= most * (1 + 1e-9) || most.isNaN),
              "\(shape) \(ratio) \(leave) \(stay): \(mean)")
          }
        }
      }
    }
  }

  /// Simulated customers who are alive, against the closed forms.
  @Test func forecastsAreWhatTheStoryDoes() throws {
    for family in LifetimeFamily.allCases {
      let model = try #require(
        FittedLifetime(family: family, r: 1.2, alpha: 15, a: 0.9, b: 2.1))
      var generator = SeededGenerator(seed: 3)
      var sum = 0.0
      let count = 60_000
      for _ in 0..<count {
        let rate = Made.gamma(model.r, &generator) / model.alpha
        let (left, right) = (Made.gamma(model.a, &generator), Made.gamma(model.b, &generator))
        let leave = left / (left + right)
        var time = 0.0
        if family == .modified, Double.random(in: 0..<1, using: &generator) < leave { continue }
        while true {
          time -= log(1 - Double.random(in: 0..<1, using: &generator)) / rate
          if time > 90 { break }
          sum += 1
          if Double.random(in: 0..<1, using: &generator) < leave { break }
        }
      }
      let expected = model.expectedPurchasesOfNew(within: 90)
      #expect(abs(sum / Double(count) / expected - 1) < 0.02, "\(family)")
    }
  }

  /// One-time buyers never stand above who came back and was seen as lately; silence only takes
  /// away.
  @Test func whoCameBackStandsAbove() throws {
    var generator = SeededGenerator(seed: 12)
    for _ in 0..<2_000 {
      let numbers = (0..<4).map { _ in exp(Double.random(in: -3...4, using: &generator)) }
      let family = LifetimeFamily.allCases[generator.integer(in: 0...1)]
      let model = try #require(
        FittedLifetime(
          family: family, r: numbers[0], alpha: numbers[1], a: numbers[2], b: numbers[3]))
      let silence = Double.random(in: 0...400, using: &generator)
      let last = Double.random(in: 0.1...400, using: &generator)
      let repeats = Double(generator.integer(in: 1...50))
      let once = model.shownAliveProbability(repeats: 0, last: 0, silence: silence)
      let back = model.shownAliveProbability(repeats: repeats, last: last, silence: silence)
      let later = model.shownAliveProbability(
        repeats: repeats, last: last, silence: silence + 30)
      #expect(
        back >= once && later <= back && (0...1).contains(back), "\(model) \(back) \(once) \(later)"
      )
      #expect(once < 1)
    }
  }

  @Test func hostileLogsEndInTheFallback() {
    typealias Case = (name: String, histories: [LifetimeHistory], problem: LifetimeFit.Problem?)
    let one = LifetimeHistory(repeats: 3, last: 10, age: 20)
    let once = LifetimeHistory(repeats: 0, last: 0, age: 30)
    let cases: [Case] = [
      ("nobody", [], .noRepeats), ("all once", Array(repeating: once, count: 500), .noRepeats),
      ("no time", Array(repeating: .init(repeats: 1, last: 0, age: 0), count: 9), .noTime),
      (
        "impossible",
        [
          .init(repeats: -1, last: 0, age: 1), .init(repeats: 1, last: 5, age: 4),
          .init(repeats: 1, last: .nan, age: 4), .init(repeats: 1, last: 1, age: .infinity),
          .init(repeats: 0, last: 3, age: 4),
        ], .noRepeats
      ),
    ]
    for (name, histories, problem) in cases {
      let chain = LifetimeChain(LifetimeHistories(histories))
      #expect(chain.chosen == nil && chain.plain.problem == problem, "\(name)")
      #expect(chain.modified?.model == nil, "\(name)")
    }
    #expect(LifetimeHistories(cases[3].histories).impossible == 5)
    // One customer says nothing of how customers differ.
    let alone = LifetimeChain(LifetimeHistories([one]))
    #expect(alone.plain.problem != nil)
    // Huge counts, and everybody alike: whatever is chosen speaks numbers.
    let huge = [
      LifetimeHistory(repeats: .max, last: 1e12, age: 1e12),
      LifetimeHistory(repeats: 1_000_000, last: 1e-9, age: 1e15), once, one,
      LifetimeHistory(repeats: 5, last: 0, age: 1e-300),
    ]
    for histories in [huge, huge + huge, Array(repeating: one, count: 1000)] {
      let chain = LifetimeChain(LifetimeHistories(histories), both: true)
      for fit in [chain.plain, chain.modified].compactMap({ $0 }) where fit.isSound {
        let ahead = fit.model?.expectedPurchases(repeats: 5, last: 9, age: 10, within: 365)
        #expect(ahead.map { $0.isFinite && $0 >= 0 } == true)
      }
    }
    #expect(SpendFit([]).problem == .noSpend)
    #expect(SpendFit([(5, 10), (3, 10)]).problem != nil)
    #expect(SpendFit([(.max, 1e300), (1, 1e-300), (2, 5), (0, 4), (1, -3)]).customers == 3)
  }

  /// Nobody who would come again has left: the plain model's a runs to 0, and says so.
  @Test func aLogOfStayersIsDegenerate() throws {
    var generator = SeededGenerator(seed: 4)
    let stayers = try #require(
      FittedLifetime(family: .plain, r: 1, alpha: 30, a: 1e-9, b: 1000))
    let histories = LifetimeHistories(
      (0..<4000).map { _ in Made.history(stayers, &generator) })
    let chain = LifetimeChain(histories)
    #expect(chain.plain.problem == .nobodyLeaves)
    #expect(chain.chosen?.family == .modified)
  }

  @Test func areaIsThatOfPairs() {
    var generator = SeededGenerator(seed: 6)
    for _ in 0..<200 {
      let count = generator.integer(in: 1...12)
      let scores = (0..<count).map { _ in Double(generator.integer(in: 0...4)) }
      let outcomes = (0..<count).map { _ in generator.oneIn(2) }
      var (sum, pairs) = (0.0, 0.0)
      for i in 0..<count where outcomes[i] {
        for j in 0..<count where !outcomes[j] {
          pairs += 1
          sum += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0
        }
      }
      let area = RankArea.area(scores: scores, outcomes: outcomes)
      #expect(pairs == 0 ? area == nil : abs((area ?? -1) - sum / pairs) < 1e-12)
    }
  }
}
