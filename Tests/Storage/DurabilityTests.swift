import Storage
import Synchronization
import Testing

/// How often each durability synchronises, and what waits for how long.
@Suite("Durability")
struct DurabilityTests {
  /// A stopwatch that the test moves.
  private final class Stopwatch: Sendable {
    private let nanoseconds = Mutex<UInt64>(1_000)
    var now: UInt64 { nanoseconds.withLock { $0 } }
    func advance(milliseconds: UInt64) {
      nanoseconds.withLock { $0 += milliseconds * 1_000_000 }
    }
  }

  private final class Count {
    var value = 0
  }

  private func open(
    _ durability: Durability, _ stopwatch: Stopwatch
  ) throws -> (log: Log, disk: SimulatedDisk, syncs: Count) {
    let disk = SimulatedDisk()
    var options = LogOptions()
    options.durability = durability
    options.stopwatch = { stopwatch.now }
    let log = try openLog(disk, options).log
    let syncs = Count()
    disk.fault = { call, _ in
      if call == .synchronize { syncs.value += 1 }
      return nil
    }
    return (log, disk, syncs)
  }

  @Test("always: each commit that has something, and no other")
  func always() throws {
    let stopwatch = Stopwatch()
    let (log, _, syncs) = try open(.always, stopwatch)
    for round in 1...5 {
      try log.append([1])
      try log.append([2])
      try log.commit()
      try log.commit()
      #expect(syncs.value == round && log.durableSequence == UInt64(2 * round))
      #expect(log.nanosecondsUntilSync == nil)
    }
  }

  @Test("never: not one before the log is closed, whatever the time")
  func never() throws {
    let stopwatch = Stopwatch()
    let (log, disk, syncs) = try open(.never, stopwatch)
    for _ in 1...5 {
      try log.append([1])
      try log.commit()
      stopwatch.advance(milliseconds: 100_000)
      #expect(log.nanosecondsUntilSync == nil)
      try log.synchronizeIfDue()
    }
    #expect(syncs.value == 0 && log.durableSequence == 0 && log.lastSequence == 5)
    #expect(try readAll(disk).payloads.count == 5)
    try log.close()
    #expect(syncs.value == 1)
  }

  @Test("interval: the first commit starts the time, one sync covers all that came meanwhile")
  func interval() throws {
    let stopwatch = Stopwatch()
    let (log, disk, syncs) = try open(.interval(milliseconds: 50), stopwatch)
    #expect(log.nanosecondsUntilSync == nil)
    try log.commit()
    #expect(log.nanosecondsUntilSync == nil)
    for round in 1...4 {
      for step in 0..<5 {
        try log.append([1])
        try log.commit()
        #expect(syncs.value == round - 1)
        #expect(log.nanosecondsUntilSync == UInt64(50 - 9 * step) * 1_000_000)
        try log.synchronizeIfDue()
        stopwatch.advance(milliseconds: 9)
      }
      #expect(try readAll(disk).payloads.count == 5 * round)
      #expect(log.durableSequence == UInt64(5 * (round - 1)))
      stopwatch.advance(milliseconds: 10)
      #expect(log.nanosecondsUntilSync == 0)
      try log.synchronizeIfDue()
      #expect(syncs.value == round && log.durableSequence == UInt64(5 * round))
      #expect(log.nanosecondsUntilSync == nil)
      try log.synchronizeIfDue()
      #expect(syncs.value == round)
    }
    // Where lines never stop coming, a commit finds that the time is over.
    try log.append([1])
    try log.commit()
    stopwatch.advance(milliseconds: 50)
    try log.append([1])
    try log.commit()
    #expect(syncs.value == 5 && log.durableSequence == log.lastSequence)
  }

  @Test("interval: a failing sync is final, and what waited for it is not durable")
  func failure() throws {
    let stopwatch = Stopwatch()
    let (log, disk, _) = try open(.interval(milliseconds: 1), stopwatch)
    try log.append([1])
    try log.commit()
    stopwatch.advance(milliseconds: 2)
    disk.fault = { call, _ in call == .synchronize ? 5 : nil }
    #expect(throws: StorageError.self) { try log.synchronizeIfDue() }
    disk.fault = { _, _ in nil }
    #expect(throws: StorageError.self) { try log.append([2]) }
    #expect(log.durableSequence == 0)
  }
}
