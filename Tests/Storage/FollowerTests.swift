import Storage
import Testing

/// A reader that follows a writer: every record once, in order, whatever it meets on the way.
@Suite("Follower")
struct FollowerTests {
  private final class Reader {
    let collector = Collector()
    let follower: LogFollower

    init(_ disk: any Disk) throws { follower = try LogFollower(on: disk, collector.take) }

    @discardableResult
    func look() throws(StorageError) -> UInt64 { try follower.catchUp(collector.take) }

    var payloads: [[UInt8]] { collector.payloads }
  }

  @Test("it sees what a writer commits, across segments, and begins with nothing")
  func follows() throws {
    let disk = SimulatedDisk()
    let reader = try Reader(disk)
    #expect(try reader.look() == 0 && reader.follower.appliedSequence == 0)
    let options = smallOptions(segmentLimitBytes: 512, reserveBytes: 128)
    let log = try openLog(disk, options).log
    #expect(try reader.look() == 0)
    var random = SeededGenerator(seed: 11)
    var sent: [[UInt8]] = []
    for round in 0..<120 {
      let group = Int.random(in: 0...3, using: &random)
      for _ in 0..<group {
        let payload = [UInt8](
          repeating: UInt8(truncatingIfNeeded: round),
          count: Int.random(in: 0...90, using: &random))
        try log.append(payload)
        sent.append(payload)
      }
      try log.commit()
      // Not at every commit, so that a look can find several segments.
      guard Bool.random(using: &random) else { continue }
      let before = reader.payloads.count
      #expect(try reader.look() == UInt64(sent.count - before))
      #expect(reader.payloads == sent && reader.collector.isInOrder)
      #expect(try reader.follower.behindBytes() == 0)
      #expect(try reader.look() == 0)
    }
    try log.close()
    _ = try reader.look()
    #expect(reader.payloads == sent && log.segmentNumber > 10)
    // The next writer goes on in the same segment.
    let next = try openLog(disk, options).log
    try next.append([7])
    try next.commit()
    #expect(try reader.look() == 1 && reader.payloads.last == [7])
  }

  @Test("a record that is there up to any byte is no error and is given once it is whole")
  func everySplit() throws {
    let (files, payloads) = try makeLog(groups: [[10, 20], [5, 31]], isClosed: false)
    let whole = try #require(files["log-00000001"])
    let end = 64 + 40 + 48 + 32 + 56
    for reserved in [true, false] {
      for split in 64..<end {
        let first =
          reserved
          ? whole[..<split] + [UInt8](repeating: 0, count: whole.count - split) : whole[..<split]
        let disk = SimulatedDisk(files: ["log-00000001": Array(first)])
        let reader = try Reader(disk)
        let ends = [64, 104, 152, 184, end]
        let there = ends.lastIndex { $0 <= split } ?? 0
        // Of a record whose last bytes are zeros more may be there than was written.
        #expect(reader.payloads.count >= there)
        #expect(reader.payloads == Array(payloads.prefix(reader.payloads.count)))
        for _ in 0..<9 { #expect(try reader.look() == 0) }
        let written = whole[ends[reader.payloads.count]...].prefix(
          max(0, split - ends[reader.payloads.count])
        ).contains { $0 != 0 }
        #expect(try (reader.follower.behindBytes() > 0) == written, "split at \(split)")
        let file = try disk.open("log-00000001", for: .writing)
        try Array(whole[split...]).withUnsafeBytes { try file.write($0, at: UInt64(split)) }
        _ = try reader.look()
        #expect(reader.payloads == payloads, "split at \(split)")
        #expect(try reader.follower.behindBytes() == 0)
      }
    }
  }

  @Test("a torn tail that the next writer cuts was never given")
  func tornTail() throws {
    let (files, payloads) = try makeLog(groups: [[10]])
    let torn = files["log-00000001"]! + Array("half a record, and some more".utf8)
    let disk = SimulatedDisk(files: ["log-00000001": torn])
    let reader = try Reader(disk)
    #expect(try reader.follower.behindBytes() == 28)
    let log = try openLog(disk, smallOptions()).log
    #expect(try reader.look() == 0)
    try log.append([1, 2, 3])
    try log.commit()
    #expect(try reader.look() == 1 && reader.payloads == payloads + [[1, 2, 3]])
  }

  @Test("segments removed before they were read are missed, read ones are not")
  func missed() throws {
    let disk = SimulatedDisk()
    let options = smallOptions(segmentLimitBytes: 256, reserveBytes: 0)
    let log = try openLog(disk, options).log
    func write(_ count: Int) throws {
      for _ in 0..<count { try log.append([UInt8](repeating: 5, count: 50)) }
      try log.commit()
    }
    try write(2)
    let behind = try Reader(disk)
    let ahead = try Reader(disk)
    try write(6)
    #expect(log.segmentNumber == 4)
    _ = try ahead.look()
    for name in ["log-00000001", "log-00000002", "log-00000003"] { try disk.remove(name) }
    try write(4)
    #expect(try ahead.look() == 4 && ahead.payloads.count == 12)
    let place = LogPlace(file: "log-00000001", offset: 224)
    #expect(throws: StorageError.missedSegments(after: place)) { try behind.look() }
  }

  @Test("a log that was cut and written on behind its back is noticed")
  func rewritten() throws {
    let (files, _) = try makeLog(groups: [[8], [8], [8]])
    for isWrittenOn in [true, false] {
      let disk = SimulatedDisk(files: files)
      let reader = try Reader(disk)
      let file = try disk.open("log-00000001", for: .writing)
      try file.resize(toBytes: 96)
      if isWrittenOn {
        // As long as what was cut, so that the place fits.
        let log = try openLog(disk, smallOptions()).log
        for _ in 0..<3 { try log.append([UInt8](repeating: 9, count: 8)) }
        try log.commit()
      }
      #expect(throws: StorageError.rewritten(LogPlace(file: "log-00000001", offset: 160))) {
        try reader.look()
      }
    }
  }

  @Test("damage in what comes next is named, by the second look of every doubling")
  func damage() throws {
    var (files, payloads) = try makeLog(groups: [[8], [8], [8]])
    let whole = try #require(files["log-00000001"])
    files["log-00000001"] = Array(whole[..<96])
    let disk = SimulatedDisk(files: files)
    let reader = try Reader(disk)
    var damaged = Array(whole[96...])
    damaged[30] ^= 1
    let file = try disk.open("log-00000001", for: .writing)
    try damaged.withUnsafeBytes { try file.write($0, at: 96) }
    let place = LogPlace(file: "log-00000001", offset: 96)
    #expect(throws: StorageError.damagedRecord(place, nextIntact: 128)) { try reader.look() }
    #expect(reader.payloads == Array(payloads.prefix(1)))
  }

  @Test("a look at nothing new costs microseconds on a real folder")
  func cost() throws {
    try withTemporaryFolder { path in
      let folder = try StateFolder(path: path + "/state", for: .writing)
      let log = try openLog(folder).log
      try log.append([1])
      try log.commit()
      let reader = try Reader(StateFolder(path: path + "/state", for: .reading))
      let looks = 2_000
      for isClosed in [false, true] {
        if isClosed { try log.close() }
        let start = System.monotonicNanoseconds()
        for _ in 0..<looks { #expect(try reader.look() == 0) }
        let each = (System.monotonicNanoseconds() - start) / UInt64(looks)
        print("a look at nothing new: \(each) ns\(isClosed ? ", writer closed" : "")")
        #expect(each < 1_000_000)
      }
    }
  }
}
