import Storage
import Testing

/// What an inspection says of every row of the table, and what a repair makes of it.
@Suite("Inspection and repair")
struct RepairTests {
  private struct Case {
    var name: String
    var files: [String: [UInt8]]
    var good: LogPlace?
    /// Records before and whole records behind the last good place.
    var kept: Int
    var cut: Int
    var keptAs: [String]
  }

  // Three segments of two records of 80 bytes.
  private func whole() throws -> (files: [String: [UInt8]], payloads: [[UInt8]]) {
    try makeLog(
      groups: [[50], [50], [50], [50], [50], [50]],
      options: smallOptions(segmentLimitBytes: 256, reserveBytes: 64))
  }

  private func patched(_ file: [UInt8], at offset: Int, _ bytes: [UInt8]) -> [UInt8] {
    var file = file
    file.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    let checksum = file[..<60].withUnsafeBytes { Checksum.crc32c($0) }
    for index in 0..<4 { file[60 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * index)) }
    return file
  }

  private func place(_ number: Int, _ offset: UInt64) -> LogPlace {
    LogPlace(file: "log-0000000\(number)", offset: offset)
  }

  private func cases() throws -> [Case] {
    let files = try whole().files
    var cases: [Case] = []
    func add(
      _ name: String, good: LogPlace?, kept: Int, cut: Int, _ keptAs: [String],
      _ change: (inout [String: [UInt8]]) -> Void
    ) {
      var damaged = files
      change(&damaged)
      cases.append(
        Case(name: name, files: damaged, good: good, kept: kept, cut: cut, keptAs: keptAs))
    }
    let last = ["log-00000003.cut-0"]
    let two = ["log-00000002.cut-0", "log-00000003.cut-0"]
    add("damaged record", good: place(2, 64), kept: 2, cut: 3, ["log-00000002.cut-64"] + last) {
      $0["log-00000002"]![100] ^= 4
    }
    add("torn before last", good: place(2, 144), kept: 3, cut: 2, ["log-00000002.cut-144"] + last) {
      $0["log-00000002"]!.removeLast(10)
    }
    add("gap between", good: place(2, 144), kept: 3, cut: 2, last) {
      $0["log-00000002"]!.removeLast(80)
    }
    add("gap inside", good: place(3, 64), kept: 4, cut: 1, ["log-00000003.cut-64"]) {
      $0["log-00000003"]!.removeSubrange(64..<144)
    }
    add("missing", good: place(1, 224), kept: 2, cut: 2, last) { $0["log-00000002"] = nil }
    add("header", good: place(1, 224), kept: 2, cut: 4, two) { $0["log-00000002"]![40] ^= 1 }
    add("foreign", good: place(2, 224), kept: 4, cut: 2, last) {
      $0["log-00000003"] = patched($0["log-00000003"]!, at: 32, [9, 9])
    }
    return cases
  }

  private func inspect(
    _ disk: any Disk, _ collector: Collector = Collector()
  ) throws(StorageError) -> LogInspection {
    try Log.inspect(on: disk, collector.take)
  }

  @Test("every damage that a cut helps: named, cut, kept, and the log takes records again")
  func damage() throws {
    let payloads = try whole().payloads
    for damaged in try cases() {
      let disk = SimulatedDisk(files: damaged.files)
      let found = try inspect(disk)
      #expect(disk.contents == damaged.files, "\(damaged.name): looking changed the disk")
      #expect(!found.isSound && found.lastGood == damaged.good, "\(damaged.name)")
      #expect(found.report.lastSequence == UInt64(damaged.kept))
      #expect(found.cutRecordCount == damaged.cut, "\(damaged.name)")
      #expect(found.cuts.map(\.keptAs) == damaged.keptAs, "\(damaged.name)")
      let damage = try #require(found.damage)
      #expect(throws: damage) { try openLog(disk, smallOptions()) }

      try Log.cut(on: disk, found)
      for cut in found.cuts {
        let start = Int(cut.place.offset)
        let original = damaged.files[cut.place.file]![start..<(start + Int(cut.bytes))]
        #expect(disk.contents[cut.keptAs] == Array(original), "\(damaged.name)")
      }
      let again = try inspect(disk)
      #expect(again.isSound && again.lastGood == damaged.good && again.cuts.isEmpty)
      let (log, kept) = try openLog(disk, smallOptions())
      #expect(kept == Array(payloads.prefix(damaged.kept)), "\(damaged.name)")
      try log.append([1])
      try log.close()
      #expect(try readAll(disk).payloads == kept + [[1]])
    }
  }

  @Test("a power failure at any step of a repair leaves one that can be made again")
  func powerFailure() throws {
    let payloads = try whole().payloads
    print("power failures in repairs, seed 77")
    var random = SeededGenerator(seed: 77)
    for damaged in try cases() {
      for step in 1...30 {
        let disk = SimulatedDisk(files: damaged.files)
        disk.powerFailsAtStep = step
        do { try Log.cut(on: disk, inspect(disk)) } catch {}
        let after = disk.afterPowerFailure(using: &random)
        let found = try inspect(after)
        if !found.isSound { try Log.cut(on: after, found) }
        let kept = try openLog(after, smallOptions()).payloads
        #expect(kept == Array(payloads.prefix(damaged.kept)), "\(damaged.name), step \(step)")
        // Nothing that was cut is gone: each record stands in some file.
        for payload in payloads[damaged.kept...] where !isDamaged(payload, in: damaged.files) {
          #expect(contains(payload, in: after.contents), "\(damaged.name), step \(step)")
        }
      }
    }
  }

  private func contains(_ payload: [UInt8], in files: [String: [UInt8]]) -> Bool {
    files.values.contains { $0.firstRange(of: payload) != nil }
  }

  private func isDamaged(_ payload: [UInt8], in files: [String: [UInt8]]) -> Bool {
    !contains(payload, in: files)
  }

  @Test("what no cut helps against is said and left alone")
  func helpless() throws {
    struct Unknown: Error {}
    var files = try whole().files
    let refused = try Log.inspect(on: SimulatedDisk(files: files)) { sequence, _ in
      if sequence == 4 { throw Unknown() }
    }
    #expect(refused.lastGood == place(2, 144) && refused.cuts.isEmpty && !refused.isSound)
    for (name, change) in [
      ("log-00000003", { self.patched($0, at: 8, [2]) }),
      ("log-00000001", { Array($0.dropFirst()) }),
    ] as [(String, ([UInt8]) -> [UInt8])] {
      var damaged = files
      damaged[name] = change(damaged[name]!)
      let disk = SimulatedDisk(files: damaged)
      let found = try inspect(disk)
      #expect(!found.isSound && found.cuts.isEmpty)
      try Log.cut(on: disk, found)
      #expect(disk.contents == damaged)
    }
    files["log-00000001"] = nil
    let found = try inspect(SimulatedDisk(files: files))
    #expect(found.damage == .missingSegment(file: "log-00000001") && found.cuts.isEmpty)
  }

  @Test("sound logs: clean, torn, header just made, empty")
  func sound() throws {
    var files = try whole().files
    let clean = try inspect(SimulatedDisk(files: files))
    #expect(clean.isSound && clean.lastGood == place(3, 224) && clean.report.bytes == 3 * 224)
    #expect(clean.tornKeptAs == nil)
    files["log-00000003"]! += [1, 2, 3]
    files["log-00000003.torn-224"] = [9]
    let torn = try inspect(SimulatedDisk(files: files))
    #expect(torn.isSound && torn.tornKeptAs == "log-00000003.torn-224.2")
    files["log-00000003"] = [1, 2, 3]
    let header = try inspect(SimulatedDisk(files: files))
    #expect(header.isSound && header.lastGood == place(2, 224))
    #expect(header.report.ending == .tornHeader(file: "log-00000003"))
    let empty = try inspect(SimulatedDisk())
    #expect(empty.isSound && empty.lastGood == nil && empty.report.segments == 0)
  }
}
