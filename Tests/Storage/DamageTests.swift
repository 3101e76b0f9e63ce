import Storage
import Testing

/// Every byte flipped, every length cut: never a record changed or lost without a word.
@Suite("Damage")
struct DamageTests {
  // Two segments; the last group of the last one has three records.
  private let groups = [[10, 0, 33], [5], [40], [8, 16], [24], [7, 9, 11]]

  private func check(
    _ files: [String: [UInt8]], original: [[UInt8]], lastGroup: Int, _ what: String
  ) {
    let disk = SimulatedDisk(files: files)
    do throws(StorageError) {
      let (payloads, report) = try readAll(disk)
      #expect(report.ending != .clean, "\(what) was not noticed")
      #expect(payloads == Array(original.prefix(payloads.count)), "\(what) changed a record")
      #expect(payloads.count >= original.count - lastGroup, "\(what) lost an earlier record")
      // Opening to write must come to the same judgement.
      let (log, again) = try openLog(SimulatedDisk(files: files), smallOptions())
      #expect(again == payloads && log.lastSequence == UInt64(payloads.count))
    } catch {
      #expect(!error.isRetryable)
      #expect(throws: error) {
        let disk = SimulatedDisk(files: files)
        defer { #expect(disk.contents == files, "\(what): refusing changed the disk") }
        _ = try openLog(disk, smallOptions())
      }
    }
    #expect(disk.contents == files, "\(what): reading changed the disk")
  }

  @Test("every byte flipped", arguments: [true, false])
  func everyByteFlipped(isClosed: Bool) throws {
    let options = smallOptions(segmentLimitBytes: 256, reserveBytes: 64)
    let (files, payloads) = try makeLog(groups: groups, options: options, isClosed: isClosed)
    #expect(files.count == 3)
    #expect(try readAll(SimulatedDisk(files: files)).payloads == payloads)
    for (name, bytes) in files {
      for index in bytes.indices {
        for mask: UInt8 in [0x01, 0x80, 0xff] {
          var damaged = files
          damaged[name]![index] ^= mask
          check(
            damaged, original: payloads, lastGroup: 3, "flipping \(mask) at \(name) \(index)")
        }
      }
    }
  }

  @Test("a flipped byte in a durable record is refused, with its place")
  func durableRecordFlipped() throws {
    let (files, _) = try makeLog(groups: [[40], [40], [40]])
    let start = 64 + 64
    for index in start..<(start + 64) {
      var damaged = files
      damaged["log-00000001"]![index] ^= 0x10
      let place = LogPlace(file: "log-00000001", offset: UInt64(start))
      #expect(throws: StorageError.damagedRecord(place, nextIntact: UInt64(start + 64))) {
        try readAll(SimulatedDisk(files: damaged))
      }
    }
  }

  @Test("the last segment cut at every length")
  func everyLength() throws {
    let (files, payloads) = try makeLog(groups: [[10, 20], [30], [0, 0, 5]])
    let bytes = try #require(files["log-00000001"])
    var ends = [64]
    for payload in payloads { ends.append(ends.last! + (24 + payload.count + 7) / 8 * 8) }
    #expect(ends.last == bytes.count)
    for length in 0..<bytes.count {
      let disk = SimulatedDisk(files: ["log-00000001": Array(bytes[..<length])])
      let (log, recovered) = try openLog(disk, smallOptions())
      let whole = max(0, ends.lastIndex { $0 <= length } ?? 0)
      #expect(recovered == Array(payloads.prefix(whole)))
      // A cut inside the padding or a run of zeros may look like a clean end: nothing is lost then.
      if case .tornTail(let tail) = log.recovery.ending {
        #expect(tail.place.offset == UInt64(ends[whole]))
        let name = try #require(tail.keptAs)
        let start = ends[whole]
        #expect(disk.contents[name] == Array(bytes[start..<(start + Int(tail.bytes))]))
      } else if length < 64 {
        #expect(log.recovery.ending == .tornHeader(file: "log-00000001"))
      } else {
        #expect(bytes[ends[whole]..<length].allSatisfy { $0 == 0 })
      }
      try log.append([9])
      try log.commit()
      #expect(try readAll(disk).payloads == recovered + [[9]])
    }
  }

  @Test("a segment that is not the last, cut at every length, is refused")
  func earlierSegmentCut() throws {
    let options = smallOptions(segmentLimitBytes: 256, reserveBytes: 64)
    let (files, _) = try makeLog(groups: groups, options: options)
    let bytes = try #require(files["log-00000001"])
    for length in 0..<bytes.count {
      var damaged = files
      damaged["log-00000001"] = Array(bytes[..<length])
      #expect(throws: StorageError.self) { try readAll(SimulatedDisk(files: damaged)) }
    }
  }
}
