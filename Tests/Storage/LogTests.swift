import Storage
import Testing

@Suite("Log")
struct LogTests {
  @Test("what goes in comes out, over many segments and restarts")
  func roundTrip() throws {
    var random = SeededGenerator(seed: 11)
    let disk = SimulatedDisk()
    var sent: [[UInt8]] = []
    for _ in 0..<12 {
      let (log, recovered) = try openLog(disk, smallOptions())
      #expect(recovered == sent)
      #expect(log.lastSequence == UInt64(sent.count))
      for _ in 0..<8 {
        let payload = (0..<Int.random(in: 0...300, using: &random)).map { UInt8($0 & 0xff) }
        #expect(try log.append(payload) == UInt64(sent.count + 1))
        sent.append(payload)
        #expect(log.hasPendingRecords)
        if Bool.random(using: &random) { try log.commit() }
      }
      try log.commit()
      #expect(!log.hasPendingRecords && log.durableSequence == log.lastSequence)
      if Bool.random(using: &random) { try log.close() }
    }
    #expect(try readAll(disk).1.segments > 3)
  }

  @Test("records far longer than a segment and longer than a read")
  func longRecords() throws {
    let disk = SimulatedDisk()
    let log = try openLog(disk, smallOptions()).log
    let long = [UInt8](repeating: 0x61, count: 1_500_000)
    try log.append([1])
    try log.append(long)
    try log.append([2])
    try log.commit()
    #expect(try readAll(disk).payloads == [[1], long, [2]])
  }

  @Test("a record over the limit is refused, and nothing else changes")
  func tooLong() throws {
    let disk = SimulatedDisk()
    let log = try openLog(disk).log
    let limit = Log.payloadLimitBytes
    #expect(throws: StorageError.payloadTooLarge(bytes: limit + 1, limitBytes: limit)) {
      try log.append([UInt8](repeating: 1, count: limit + 1))
    }
    try log.append([7])
    try log.commit()
    #expect(try readAll(disk).payloads == [[7]])
  }

  @Test("one commit, however many records: one write, one sync; none without records")
  func groupCommit() throws {
    let disk = SimulatedDisk()
    let log = try openLog(disk).log
    try log.append([1])
    try log.commit()
    let before = disk.steps
    for _ in 0..<500 { try log.append([2, 3]) }
    #expect(disk.steps == before)
    try log.commit()
    #expect(disk.steps == before + 2)
    try log.commit()
    #expect(disk.steps == before + 2)
  }

  @Test("without durability nothing synchronises until the log is closed")
  func neverDurable() throws {
    let disk = SimulatedDisk()
    var options = LogOptions()
    options.durability = .never
    let log = try openLog(disk, options).log
    var syncs = 0
    disk.fault = { call, _ in
      if call == .synchronize { syncs += 1 }
      return nil
    }
    for _ in 0..<5 {
      try log.append([1])
      try log.commit()
    }
    #expect(syncs == 0 && log.durableSequence == 0)
    #expect(try readAll(disk).payloads.count == 5)
    try log.close()
    #expect(syncs == 1)
  }

  @Test(
    "after a failed write or sync the log takes nothing more", arguments: ["write", "synchronize"])
  func failureIsFinal(call: String) throws {
    let disk = SimulatedDisk()
    let log = try openLog(disk).log
    try log.append([1])
    try log.commit()
    try log.append([2])
    let name = "log-00000001"
    let failure = SystemError(call: call, code: 5, path: name)
    disk.fault = { made, _ in made.rawValue == call ? 5 : nil }
    #expect(throws: StorageError.system(failure)) { try log.commit() }
    disk.fault = { _, _ in nil }
    #expect(throws: StorageError.unusable(after: failure)) { try log.commit() }
    #expect(throws: StorageError.unusable(after: failure)) { try log.append([3]) }
    #expect(throws: StorageError.unusable(after: failure)) { try log.close() }
    #expect(log.durableSequence == 1)
    #expect(try readAll(disk).payloads.prefix(1) == [[1]])
  }

  @Test("a full disk refuses a record, keeps what was taken, and takes more when there is room")
  func fullDisk() throws {
    let disk = SimulatedDisk()
    let options = smallOptions(segmentLimitBytes: 2048, reserveBytes: 512)
    let log = try openLog(disk, options).log
    var accepted: [[UInt8]] = []
    var refused = 0
    for round in 0..<60 {
      // Room for a while, then none for a while.
      if round % 10 == 0 { disk.capacityBytes = nil }
      if round % 10 == 4 { disk.capacityBytes = disk.usedBytes }
      let payload = [UInt8](repeating: UInt8(round), count: 100)
      do throws(StorageError) {
        try log.append(payload)
        accepted.append(payload)
      } catch {
        #expect(error.isRetryable, "\(error)")
        refused += 1
      }
      try log.commit()
      #expect(try readAll(disk).payloads == accepted)
    }
    #expect(refused > 10 && accepted.count > 20)
    #expect(try readAll(disk).payloads == accepted)
    #expect(log.segmentNumber > 2)
  }

  @Test("a reader beside a writer sees whole records only, and changes nothing")
  func readerBesideWriter() throws {
    let disk = SimulatedDisk()
    let log = try openLog(disk, smallOptions()).log
    for count in 1...30 {
      try log.append([UInt8](repeating: UInt8(count), count: 90))
      #expect(try readAll(disk).payloads.count == count - 1)
      try log.commit()
      let before = disk.contents
      let (payloads, report) = try readAll(disk)
      #expect(payloads.count == count && report.ending == .clean && disk.contents == before)
    }
  }
}
