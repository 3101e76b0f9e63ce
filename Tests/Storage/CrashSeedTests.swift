import Foundation
import Storage
import Testing

/// Stories of crashes without number: `SIDECART_CRASH_SEEDS=20000` for as many, and
/// `SIDECART_CRASH_SEED=17` for one of them again.
@Suite("Crashes, many seeds")
struct CrashSeedTests {
  private static let seeds: ClosedRange<UInt64> = {
    let environment = ProcessInfo.processInfo.environment
    if let one = environment["SIDECART_CRASH_SEED"].flatMap(UInt64.init) { return one...one }
    let count = environment["SIDECART_CRASH_SEEDS"].flatMap(UInt64.init) ?? 300
    return 1...max(1, count)
  }()

  @Test("what was acknowledged is recovered, and what is recovered is a prefix of what was sent")
  func promises() {
    var crashes = 0
    var losses = 0
    for seed in Self.seeds {
      let outcome = CrashSimulation.run(seed: seed)
      crashes += outcome.crashes
      losses += outcome.losses
      if let violation = outcome.violation {
        Issue.record("again with SIDECART_CRASH_SEED=\(seed): \(violation)")
        return
      }
    }
    // Crashes that never cost anything would be no test.
    if Self.seeds.count >= 300 { #expect(losses > crashes / 10) }
  }

  /// The canary: were the checks blind, this would say so.
  @Test("each planted bug is found", arguments: LyingDisk.Lie.allCases)
  func canary(lie: LyingDisk.Lie) {
    let found = (1...60).lazy.filter { CrashSimulation.run(seed: $0, lie: lie).violation != nil }
    #expect(found.isEmpty == (lie == .none))
  }
}
