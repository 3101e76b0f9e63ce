import Storage
import Testing

/// Room for a record, asked for before anything has happened that it tells of.
@Suite("Room")
struct RoomTests {
  private let options = smallOptions(segmentLimitBytes: 8192, reserveBytes: 512)

  private func code(_ error: StorageError) -> Int32? {
    if case .noRoom(let system) = error { system.code } else { nil }
  }

  @Test(
    "where there is room for the bound, the record and its commit find it",
    arguments: [true, false])
  func roomIsKept(canReserve: Bool) throws {
    var random = SeededGenerator(seed: 21)
    let disk = SimulatedDisk()
    disk.canReserve = canReserve
    let log = try openLog(disk, options).log
    var accepted: [[UInt8]] = []
    var refused = 0
    for round in 0..<300 {
      // Somebody else fills the disk and frees it again.
      if round % 20 == 0 { disk.capacityBytes = nil }
      if round % 20 == 8 { disk.capacityBytes = disk.usedBytes }
      let payload = [UInt8](
        repeating: UInt8(round & 0x7f), count: Int.random(in: 0...400, using: &random))
      do {
        try log.ensureRoom(payloadBytes: payload.count + Int.random(in: 0...900, using: &random))
      } catch {
        #expect(error.isRetryable && code(error) == 28, "\(error)")
        refused += 1
        continue
      }
      // From here on the disk is full for everybody, and the promise holds.
      let before = disk.capacityBytes
      disk.capacityBytes = disk.usedBytes
      try log.append(payload)
      try log.commit()
      disk.capacityBytes = before
      accepted.append(payload)
    }
    #expect(refused > 20 && accepted.count > 150, "\(refused) \(accepted.count)")
    #expect(log.segmentNumber > 4)
    try log.close()
    #expect(try readAll(disk).payloads == accepted)
  }

  @Test("several records of one commit keep the room that each of them asked for")
  func roomOfABatch() throws {
    let disk = SimulatedDisk()
    let log = try openLog(disk, options).log
    for count in [300, 10, 500, 77] {
      try log.ensureRoom(payloadBytes: count)
      disk.capacityBytes = disk.usedBytes
      try log.append([UInt8](repeating: 1, count: count))
      disk.capacityBytes = nil
    }
    disk.capacityBytes = disk.usedBytes
    try log.ensureRoom(payloadBytes: 4)
    #expect(throws: StorageError.self) { try log.ensureRoom(payloadBytes: 6000) }
    try log.commit()
    #expect(try readAll(disk).payloads.map(\.count) == [300, 10, 500, 77])
  }

  @Test("what a refused reservation took is given back", arguments: [true, false])
  func refusalGivesBack(canReserve: Bool) throws {
    let disk = SimulatedDisk()
    disk.canReserve = canReserve
    let log = try openLog(disk, LogOptions()).log
    try log.append([1])
    try log.commit()
    let used = disk.usedBytes
    disk.capacityBytes = used + (1 << 20)
    #expect(throws: StorageError.self) { try log.ensureRoom(payloadBytes: 8 << 20) }
    #expect(disk.usedBytes == used)
    // And a small one still fits.
    try log.ensureRoom(payloadBytes: 100)
    try log.append([2])
    try log.commit()
    #expect(try readAll(disk).payloads == [[1], [2]])
  }

  @Test("a new segment without room is refused like a record, and made when there is some")
  func rollingOver() throws {
    let disk = SimulatedDisk()
    let log = try openLog(disk, smallOptions(segmentLimitBytes: 1024, reserveBytes: 256)).log
    try log.append([UInt8](repeating: 1, count: 700))
    try log.commit()
    // Trimming the old segment frees some; the new one's header has no room even so.
    disk.fault = { call, name in call == .write && name.hasSuffix(".new") ? 28 : nil }
    for _ in 0..<3 {
      do {
        try log.ensureRoom(payloadBytes: 400)
        Issue.record("there is no room")
      } catch { #expect(error.isRetryable && code(error) == 28) }
      #expect(log.segmentNumber == 1)
    }
    // Nothing is lost, and a small record still finds its place in the old segment.
    try log.ensureRoom(payloadBytes: 8)
    try log.append([2])
    try log.commit()
    disk.fault = { _, _ in nil }
    try log.ensureRoom(payloadBytes: 400)
    #expect(log.segmentNumber == 2)
    try log.append([3])
    try log.close()
    #expect(try readAll(disk).payloads == [[UInt8](repeating: 1, count: 700), [2], [3]])
  }

  @Test("another failure than a full disk is final")
  func otherFailures() throws {
    for call in [SimulatedDisk.Call.reserve, .write] {
      let disk = SimulatedDisk()
      disk.canReserve = call == .reserve
      let log = try openLog(disk, options).log
      disk.fault = { made, _ in made == call ? 5 : nil }
      #expect(throws: StorageError.self) { try log.ensureRoom(payloadBytes: 100) }
      disk.fault = { _, _ in nil }
      #expect(throws: StorageError.self) { try log.ensureRoom(payloadBytes: 100) }
    }
  }

  @Test("room that is there already costs no call, and a bound over the limit counts as the limit")
  func costs() throws {
    let disk = SimulatedDisk()
    let log = try openLog(disk, LogOptions()).log
    try log.ensureRoom(payloadBytes: 1000)
    var calls = 0
    disk.fault = { call, _ in
      if call == .reserve { calls += 1 }
      return nil
    }
    for _ in 0..<100 { try log.ensureRoom(payloadBytes: 1000) }
    #expect(calls == 0)
    try log.ensureRoom(payloadBytes: .max)
    #expect(calls == 1)
    try log.ensureRoom(payloadBytes: Log.payloadLimitBytes)
    #expect(calls == 1)
  }

  @Test("on a real disk room lies behind the end of the file, and closing gives it back")
  func realDisk() throws {
    try withTemporaryFolder { path in
      let disk = try RealDisk(path: path)
      let file = try disk.open("file", for: .creating)
      guard try file.reserve(from: 0, to: 1 << 20) else { return }
      #expect(try file.sizeBytes() == 0)
      let log = try openLog(disk).log
      try log.ensureRoom(payloadBytes: 3 << 20)
      try log.append([UInt8](repeating: 7, count: 2 << 20))
      try log.close()
      let segment = try disk.open("log-00000001", for: .reading)
      #expect(try segment.sizeBytes() == UInt64(64 + 24 + (2 << 20)))
      #expect(try readAll(disk).payloads.map(\.count) == [2 << 20])
    }
  }
}
