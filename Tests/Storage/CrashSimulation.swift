// Many lives of one log
// ---------------------
// A seed makes a story: a log is opened, takes records, commits, synchronises, closes or goes on,
// until the process is killed or the power fails, at a write, a sync, a rename or between them.
// What was not synchronised is then kept, dropped, torn or spoilt. The next life opens what is
// left. At each opening:
//
//   acknowledged is a subset of recovered      what a reply could have promised is there
//   recovered is a prefix of what was sent     nothing else is, and nothing out of its order
//
// What is recovered counts as acknowledged from then on: answers rest on it.

import Storage

struct CrashSimulation {
  /// What a story came to.
  struct Outcome {
    /// The promise that was broken, or nil.
    var violation: String?
    var crashes = 0
    var records = 0
    /// Crashes after which less was there than was sent.
    var losses = 0
  }

  private var random: SeededGenerator
  private var options: LogOptions
  private var disk = SimulatedDisk()
  private let lie: LyingDisk.Lie
  private var sent: [[UInt8]] = []
  /// How many records of `sent` survive a power failure, and how many a kill.
  private var durable = 0
  private var written = 0
  /// How many the next start must find, after the last crash.
  private var required = 0
  private var outcome = Outcome()

  private init(seed: UInt64, lie: LyingDisk.Lie) {
    random = SeededGenerator(seed: seed)
    self.lie = lie
    options = smallOptions(
      segmentLimitBytes: UInt64.random(in: 600...5_000, using: &random),
      reserveBytes: [0, 512, 1_024, 3_000].randomElement(using: &random) ?? 0)
    options.durability = Int.random(in: 0..<4, using: &random) == 0 ? .never : .always
  }

  static func run(seed: UInt64, lie: LyingDisk.Lie = .none) -> Outcome {
    var simulation = CrashSimulation(seed: seed, lie: lie)
    for life in 1...4 {
      do { try simulation.live() } catch {
        simulation.outcome.violation = "life \(life): \(error)"
        break
      }
      simulation.crash()
    }
    simulation.outcome.records = simulation.sent.count
    return simulation.outcome
  }

  private struct Violation: Error, CustomStringConvertible { let description: String }

  /// One life, up to the moment of its end.
  private mutating func live() throws {
    disk.powerFailsAtStep =
      Int.random(in: 0..<4, using: &random) == 0
      ? nil : disk.steps + Int.random(in: 1...50, using: &random)
    do {
      try work()
    } catch let error as StorageError {
      // The end that was meant; any other error is one that a start or a write must not meet.
      guard disk.isDead else { throw Violation(description: "refused: \(error)") }
    }
  }

  private mutating func work() throws {
    let (log, payloads) = try openLog(LyingDisk(disk, lie: lie), options)
    try take(payloads)
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let isLong = Int.random(in: 0..<8, using: &random) == 0
        let length = Int.random(in: 0...(isLong ? 4_000 : 500), using: &random)
        let payload = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        sent.append(payload)
        try log.append(payload)
      }
      switch Int.random(in: 0..<8, using: &random) {
      case 0: break
      case 1:
        try log.synchronize()
        durable = sent.count
      default:
        try log.commit()
        if options.durability == .always { durable = sent.count }
      }
      if !log.hasPendingRecords { written = sent.count }
    }
    if Bool.random(using: &random) {
      try log.close()
      durable = sent.count
      written = sent.count
    }
  }

  /// Holds what a start found against what is known.
  private mutating func take(_ payloads: [[UInt8]]) throws {
    guard payloads.count >= required else {
      throw Violation(description: "\(required) acknowledged, \(payloads.count) recovered")
    }
    guard payloads == Array(sent.prefix(payloads.count)) else {
      throw Violation(description: "what was recovered is no prefix of what was sent")
    }
    if payloads.count < sent.count { outcome.losses += 1 }
    sent = payloads
    durable = payloads.count
    written = payloads.count
  }

  private mutating func crash() {
    outcome.crashes += 1
    if Int.random(in: 0..<3, using: &random) == 0 {
      // The system still holds what was written; on disk it is only once the next start has synced.
      disk = disk.afterKill()
      required = max(durable, written)
    } else {
      disk = disk.afterPowerFailure(using: &random)
      required = durable
      written = durable
    }
  }
}
