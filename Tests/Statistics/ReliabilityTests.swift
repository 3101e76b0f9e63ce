import Foundation
import Statistics
import TestSupport
import Testing

/// How well forecasts hold, counted by hand and by definition.
@Suite struct ReliabilityTests {
  @Test func countsAsByHand() throws {
    let found = try #require(
      Reliability(
        forecasts: [0.9, 0.1, 0.1, 0.9], outcomes: [true, false, true, true], binCount: 2))
    #expect(found.bins.map(\.count) == [2, 2])
    #expect(found.bins.map(\.forecast) == [0.1, 0.9])
    #expect(found.bins.map(\.observed) == [0.5, 1])
    #expect(abs(found.brier - (0.01 + 0.01 + 0.81 + 0.01) / 4) < 1e-12)
    #expect(abs(found.logLoss - (-3 * log(0.9) - log(0.1)) / 4) < 1e-12)
    #expect(abs(found.calibrationError - (2 * 0.4 + 2 * 0.1) / 4) < 1e-12)
  }

  @Test func nothingSaysNothing() {
    #expect(Reliability(forecasts: [], outcomes: []) == nil)
  }

  @Test func aSureErrorIsHeld() {
    #expect(Reliability.logLoss(of: 0, true) == -log(1e-6))
    #expect(Reliability.logLoss(of: 1, false) < 14)
  }

  /// Bins hold everybody once, rise, and never split equal forecasts.
  @Test(arguments: 0..<40 as Range<UInt64>) func binsPartition(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let count = generator.integer(in: 1...200)
    let steps = Double(generator.integer(in: 1...30))
    let forecasts = (0..<count).map { _ in
      (Double.random(in: 0..<1, using: &generator) * steps).rounded() / steps
    }
    let outcomes = (0..<count).map { _ in generator.oneIn(3) }
    let binCount = generator.integer(in: 1...12)
    let found = try #require(
      Reliability(forecasts: forecasts, outcomes: outcomes, binCount: binCount))
    #expect(found.bins.reduce(0) { $0 + $1.count } == count && found.bins.count <= binCount)
    for (left, right) in zip(found.bins, found.bins.dropFirst()) {
      #expect(left.forecast < right.forecast)
    }
    let came = found.bins.reduce(0) { $0 + $1.observed * Double($1.count) }
    #expect(abs(came - Double(outcomes.count { $0 })) < 1e-6)
    for bin in found.bins { #expect(bin.count > 0) }
  }
}
