import Storage
import Testing

/// The power fails at every step of a scenario, and what was not synchronised is kept, lost and
/// torn.
@Suite("Crashes")
struct CrashTests {
  struct Outcome {
    var disk = SimulatedDisk()
    var sent: [[UInt8]] = []
    var acknowledged = 0
  }

  /// Appends groups of records until done or until the power fails.
  private func run(
    seed: UInt64, options: LogOptions, disk: SimulatedDisk, groups: Int = 14
  ) -> Outcome {
    var random = SeededGenerator(seed: seed)
    var outcome = Outcome(disk: disk)
    do {
      let log = try openLog(disk, options).log
      for _ in 0..<groups {
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let length = Int.random(in: 0...900, using: &random)
          let payload = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
          outcome.sent.append(payload)
          try log.ensureRoom(payloadBytes: 2 * length)
          try log.append(payload)
        }
        try log.commit()
        outcome.acknowledged = outcome.sent.count
      }
      try log.close()
    } catch {}
    return outcome
  }

  /// What a recovery got wrong, or nil.
  private func violation(
    _ outcome: Outcome, options: LogOptions, random: inout SeededGenerator
  ) -> String? {
    let disk = outcome.disk.afterPowerFailure(using: &random)
    do {
      let (log, payloads) = try openLog(disk, options)
      if payloads.count < outcome.acknowledged {
        return "\(outcome.acknowledged) acknowledged, \(payloads.count) recovered"
      }
      if payloads != Array(outcome.sent.prefix(payloads.count)) { return "not a prefix" }
      // The recovered log must take records and give all of them back.
      try log.append([1, 2, 3])
      try log.commit()
      let (again, report) = try readAll(disk)
      if again != payloads + [[1, 2, 3]] { return "the next record did not follow" }
      if report.ending != .clean { return "unclean after a clean commit" }
      return nil
    } catch {
      return "refused to start: \(error)"
    }
  }

  private func violations(
    options: LogOptions, seeds: Range<UInt64>
  ) -> [String] {
    var found: [String] = []
    for seed in seeds {
      let steps = run(seed: seed, options: options, disk: SimulatedDisk()).disk.steps
      for step in 1...(steps + 1) {
        let disk = SimulatedDisk()
        disk.powerFailsAtStep = step
        var outcome = run(seed: seed, options: options, disk: disk)
        if options.durability != .always { outcome.acknowledged = 0 }
        var random = SeededGenerator(seed: seed &* 1000 &+ UInt64(step))
        for _ in 0..<3 {
          if let text = violation(outcome, options: options, random: &random) {
            found.append("seed \(seed), step \(step): \(text)")
          }
        }
      }
    }
    return found
  }

  @Test("what was acknowledged is recovered, and what is recovered is a prefix of what was sent")
  func always() {
    #expect(violations(options: smallOptions(), seeds: 1..<4) == [])
  }

  @Test("the same without room reserved ahead")
  func withoutReserve() {
    #expect(violations(options: smallOptions(reserveBytes: 0), seeds: 4..<6) == [])
  }

  @Test(
    "without syncs what is recovered is still a prefix, and damage is never cried over a torn group"
  )
  func never() {
    var options = smallOptions()
    options.durability = .never
    #expect(violations(options: options, seeds: 6..<9) == [])
  }

  @Test("what a start after a kill has read survives a power failure right after it")
  func killThenPowerFailure() throws {
    for durability in [Durability.always, .never] {
      var options = smallOptions()
      options.durability = durability
      let steps = run(seed: 9, options: options, disk: SimulatedDisk()).disk.steps
      for step in 1...steps {
        let disk = SimulatedDisk()
        disk.powerFailsAtStep = step
        let outcome = run(seed: 9, options: options, disk: disk)
        let read = try openLog(disk.afterKill(), options).payloads
        #expect(read.count >= outcome.acknowledged)
        var random = SeededGenerator(seed: UInt64(step))
        for _ in 0..<3 {
          let again = try openLog(disk.afterPowerFailure(using: &random), options).payloads
          #expect(again == read, "step \(step)")
        }
      }
    }
  }
}
