import Storage
import Testing

/// The table in Log+Recovery.swift, row by row, where DamageTests does not cover it.
@Suite("Recovery cases")
struct RecoveryTests {
  private func segments() throws -> [String: [UInt8]] {
    let options = smallOptions(segmentLimitBytes: 256, reserveBytes: 64)
    let (files, _) = try makeLog(groups: [[50], [50], [50], [50], [50], [50]], options: options)
    #expect(files.keys.sorted() == ["log-00000001", "log-00000002", "log-00000003"])
    return files
  }

  private func expect(_ error: StorageError, from files: [String: [UInt8]]) {
    #expect(throws: error) { try readAll(SimulatedDisk(files: files)) }
    let disk = SimulatedDisk(files: files)
    #expect(throws: error) { try openLog(disk, smallOptions()) }
    #expect(disk.contents == files)
    #expect("\(error)".contains("log-0000000"))
  }

  /// Changes bytes of a header and makes its checksum right again.
  private func patch(_ file: inout [UInt8], at offset: Int, _ bytes: [UInt8]) {
    file.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    let checksum = file[..<60].withUnsafeBytes { Checksum.crc32c($0) }
    for index in 0..<4 { file[60 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * index)) }
  }

  @Test("an empty folder gives an empty log to a reader and a first segment to a writer")
  func empty() throws {
    let disk = SimulatedDisk()
    let (payloads, report) = try readAll(disk)
    #expect(payloads.isEmpty && report.segments == 0 && disk.contents.isEmpty)
    let log = try openLog(disk).log
    #expect(log.endPlace == LogPlace(file: "log-00000001", offset: 64))
    #expect(try openLog(disk).payloads.isEmpty)
  }

  @Test("zeros reserved ahead are a clean end")
  func reserved() throws {
    let (files, payloads) = try makeLog(groups: [[100], [3]], isClosed: false)
    #expect(files["log-00000001"]?.count == 1024)
    let (log, recovered) = try openLog(SimulatedDisk(files: files))
    #expect(recovered == payloads && log.recovery.ending == .clean)
    #expect(log.endPlace.offset == 64 + 128 + 32)
  }

  @Test("a missing segment, a foreign one, a newer one, a gap")
  func refusals() throws {
    let files = try segments()
    var damaged = files
    damaged["log-00000002"] = nil
    expect(.missingSegment(file: "log-00000002"), from: damaged)

    damaged = files
    damaged["log-00000001"] = nil
    expect(.missingSegment(file: "log-00000001"), from: damaged)

    damaged = files
    patch(&damaged["log-00000003"]!, at: 32, [0xab, 0xcd])
    expect(.foreignSegment(file: "log-00000003"), from: damaged)

    damaged = files
    patch(&damaged["log-00000003"]!, at: 8, [2])
    let newer = StorageError.newerFormat(file: "log-00000003", version: 2, supported: 1)
    expect(newer, from: damaged)
    #expect("\(newer)".contains("upgrade"))

    damaged = files
    patch(&damaged["log-00000002"]!, at: 16, [7])
    expect(
      .sequenceGap(LogPlace(file: "log-00000002", offset: 0), expected: 3, found: 7),
      from: damaged)

    // A record moved away, with its followers in its place.
    damaged = files
    damaged["log-00000003"]!.removeSubrange(64..<144)
    expect(
      .sequenceGap(LogPlace(file: "log-00000003", offset: 64), expected: 5, found: 6),
      from: damaged)

    damaged = files
    damaged["log-00000002"]!.removeLast(80)
    expect(
      .sequenceGap(LogPlace(file: "log-00000003", offset: 0), expected: 4, found: 5),
      from: damaged)
    damaged["log-00000002"]!.append(contentsOf: [1, 2, 3])
    expect(.tornBeforeLast(LogPlace(file: "log-00000002", offset: 144)), from: damaged)

    damaged = files
    damaged["log-00000003"]![20] ^= 1
    expect(.damagedHeader(file: "log-00000003"), from: damaged)
  }

  @Test("records that are known otherwise are not given again, and their segments may be gone")
  func covered() throws {
    var files = try segments()
    let collector = Collector()
    let report = try Log.read(on: SimulatedDisk(files: files), after: 4) { _, payload in
      collector.payloads.append(Array(payload))
    }
    #expect(collector.payloads.count == 2 && report.records == 2 && report.lastSequence == 6)
    files["log-00000001"] = nil
    let log = try Log.open(on: SimulatedDisk(files: files), after: 2) { _, _ in }
    #expect(log.lastSequence == 6 && log.recovery.records == 4)
    #expect(throws: StorageError.missingSegment(file: "log-00000001")) {
      try Log.read(on: SimulatedDisk(files: files), after: 1) { _, _ in }
    }
    #expect(throws: StorageError.missingSegment(file: "log-00000004")) {
      try Log.read(on: SimulatedDisk(files: files), after: 7) { _, _ in }
    }
  }

  @Test("a consumer's refusal names the record")
  func refusedRecord() throws {
    struct Unknown: Error, CustomStringConvertible { var description: String { "unknown fact" } }
    let (files, _) = try makeLog(groups: [[8], [8]])
    let place = LogPlace(file: "log-00000001", offset: 96)
    #expect(
      throws: StorageError.refusedRecord(place, sequence: 2, reason: "unknown fact")
    ) {
      try Log.read(on: SimulatedDisk(files: files)) { sequence, _ in
        if sequence == 2 { throw Unknown() }
      }
    }
  }

  @Test("two torn tails at the same place are both kept")
  func keptTwice() throws {
    let (files, payloads) = try makeLog(groups: [[8]])
    var disk = SimulatedDisk(files: files)
    for suffix in ["", ".2", ".3"] {
      var torn = disk.contents
      torn["log-00000001"]!.append(contentsOf: Array("half a record\(suffix)".utf8))
      disk = SimulatedDisk(files: torn)
      let (log, recovered) = try openLog(disk, smallOptions())
      #expect(recovered == payloads)
      let name = "log-00000001.torn-96\(suffix)"
      #expect(disk.contents[name] == Array("half a record\(suffix)".utf8))
      #expect("\(log.recovery)".contains("kept as \(name)"))
    }
  }

  @Test("a torn group with whole records behind the hole is cut, and says how many")
  func hole() throws {
    var (files, payloads) = try makeLog(groups: [[8], [8, 8, 8, 8]])
    for index in 128..<160 { files["log-00000001"]![index] = 0 }
    let (log, recovered) = try openLog(SimulatedDisk(files: files), smallOptions())
    #expect(recovered == Array(payloads.prefix(2)))
    guard case .tornTail(let tail) = log.recovery.ending else {
      Issue.record("not noticed")
      return
    }
    #expect(tail.intactAfter == 2 && tail.place.offset == 128 && tail.bytes > 56)
  }

  @Test("version 1 as written on its first day is read for ever")
  func firstVersion() throws {
    let kept = bytes(hex: firstVersionSegment)
    let (payloads, report) = try readAll(SimulatedDisk(files: ["log-00000001": kept]))
    #expect(payloads == [Array(#"{"fact":"first"}"#.utf8), [], Array("three".utf8)])
    #expect(report.ending == .clean)
    #expect(report.bytes == UInt64(kept.count))
  }
}

// Encoded from the description of the format by other code than the product's.
private let firstVersionSegment = """
  7369646563617274 0100000040000000 0100000000000000 00a8da769b010000
  a0a1a2a3a4a5a6a7 a8a9aaabacadaeaf 0000000000000000 0000000065332be3
  55c8416a10000000 0100000000000000 4000000000000000 7b2266616374223a
  226669727374227d 42910a0800000000 0200000000000000 6800000000000000
  163fcce505000000 0300000000000000 6800000000000000 7468726565000000
  """
