import Foundation
import Offers
import Shop
import Testing

/// The interleavings of `LedgerPropertyTests` with crashes in between: the ledger is thrown away
/// and built again from the facts that were logged, of which the last operation's may be lost. Then
/// nobody has seen its answer, and the host asks again.
///
/// 30,000 operations; `SIDECART_OPERATIONS=1000000` runs as many, and `SIDECART_SEED=n` one
/// interleaving alone.
struct LedgerCrashTests {
  private static let stepCount = 140
  private static let laneCount = 2

  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }

  /// What the log says, as it would be read after a crash.
  private static func rebuilt(_ facts: [LedgerFact]) throws -> CouponLedger {
    var ledger = CouponLedger()
    for fact in facts { ledger.apply(try LedgerFact(fact.value, settings: ShopSettings())) }
    return ledger
  }

  @Test(arguments: 0..<laneCount)
  func nothingIsLostOrDoneTwice(lane: Int) throws {
    let asked = Int(Self.number("SIDECART_OPERATIONS") ?? 30_000)
    let runCount = (asked + Self.stepCount - 1) / Self.stepCount
    let only = Self.number("SIDECART_SEED")
    var (operations, lost, kept, facts) = (0, 0, 0, 0)
    for seed in UInt64(1)...UInt64(max(1, runCount))
    where only.map({ $0 == seed }) ?? (Int(seed) % Self.laneCount == lane) {
      let counts = try Self.run(seed)
      operations += Self.stepCount
      lost += counts.lost
      kept += counts.kept
      facts += counts.facts
    }
    #expect(operations == 0 || (lost > 0 && kept > 0))
    print(
      "ledger, lane \(lane): \(operations) operations, \(facts) facts, crashes \(kept) with all "
        + "facts and \(lost) without the last operation's; seeds 1...\(runCount)")
  }

  private static func run(_ seed: UInt64) throws -> (lost: Int, kept: Int, facts: Int) {
    // Seeds beside those of the runs without crashes.
    var run = LedgerPropertyTests.Run(random: OfferRandom(seed: seed + 1_000_000), seed: seed)
    var fate = OfferRandom(seed: seed + 2_000_000)
    var (lost, kept) = (0, 0)
    try run.put(version: 1)
    var now = LedgerPropertyTests.start
    for step in 0..<stepCount {
      now = now.advanced(
        byMilliseconds: Int64.random(in: 0...5, using: &run.random) * LedgerPropertyTests.hour)
      var time = now
      if seed % 3 != 0, run.random.chance(0.25) {
        time = now.advanced(
          byMilliseconds: -Int64.random(in: 0...120, using: &run.random)
            * LedgerPropertyTests.hour)
      }
      if step == stepCount / 2 { try run.put(version: 2) }
      let isLost = fate.chance(0.04)
      let before = isLost ? run : nil
      try LedgerPropertyTests.step(&run, at: time)
      if var again = before {
        // The facts never reached the log; the same is asked of the ledger before it.
        lost += 1
        again.ledger = try rebuilt(again.facts)
        try LedgerPropertyTests.step(&again, at: time)
        #expect(again.facts == run.facts, "seed \(seed): the same question, the same answer")
        run = again
      } else if fate.chance(0.04) {
        kept += 1
        run.ledger = try rebuilt(run.facts)
      }
      if step % 7 == 0 || step == stepCount - 1 {
        LedgerPropertyTests.check(
          run, at: [time, run.ledger.latest, now, now.advanced(byDays: 3)])
      }
    }
    try LedgerPropertyTests.replay(run)
    return (lost, kept, run.facts.count)
  }
}
