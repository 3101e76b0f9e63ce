import Storage
import Testing

/// Copies of a log that is being written to.
@Suite("Backup")
struct BackupTests {
  @Test("a copy holds what was committed, and nothing half written")
  func prefix() throws {
    let options = smallOptions(segmentLimitBytes: 512, reserveBytes: 128)
    let disk = SimulatedDisk()
    let log = try openLog(disk, options).log
    var sent: [[UInt8]] = []
    for round in 0..<60 {
      let target = SimulatedDisk()
      let report = try Log.backUp(disk, to: target)
      #expect(report.lastSequence == UInt64(round))
      let copied = try readAll(target)
      #expect(copied.payloads == sent)
      #expect(copied.1.ending == .clean)
      #expect(Int(report.bytes) == target.usedBytes && report.files == target.contents.count)
      sent.append([UInt8](repeating: UInt8(round), count: round))
      try log.append(sent[round])
      try log.commit()
    }
    let file = try disk.open(log.endPlace.file, for: .writing)
    try [UInt8](repeating: 7, count: 21).withUnsafeBytes {
      try file.write($0, at: log.endPlace.offset)
    }
    let target = SimulatedDisk()
    _ = try Log.backUp(disk, to: target)
    #expect(try readAll(target).1.ending == .clean && readAll(target).payloads == sent)
    // It is a log like any other.
    let copy = try openLog(target, options).log
    try copy.append([1])
    try copy.close()
  }

  @Test("manifest and snapshots go along, other files do not")
  func files() throws {
    var (files, _) = try makeLog(groups: [[8], [9]])
    files["manifest"] = [1, 2, 3]
    files["snapshot-00000004"] = [UInt8](repeating: 4, count: 3_000_000)
    for other in ["lock", "log-00000001.torn-96", "snapshot-00000005.new", "log-00000002.new"] {
      files[other] = [9]
    }
    let target = SimulatedDisk()
    let report = try Log.backUp(SimulatedDisk(files: files), to: target)
    let names = ["log-00000001", "manifest", "snapshot-00000004"]
    #expect(target.contents.keys.sorted() == names && report.files == 3)
    for name in names { #expect(target.contents[name] == files[name]) }
    // All of it is on disk, not only written.
    var random = SeededGenerator(seed: 3)
    let after = target.afterPowerFailure(using: &random)
    #expect(after.contents == target.contents)
  }

  @Test("a log whose first segments were compacted is copied from where it begins")
  func compacted() throws {
    var (files, payloads) = try makeLog(
      groups: [[50], [50], [50], [50], [50], [50]],
      options: smallOptions(segmentLimitBytes: 256, reserveBytes: 64))
    files["log-00000001"] = nil
    let target = SimulatedDisk()
    #expect(try Log.backUp(SimulatedDisk(files: files), to: target).lastSequence == 6)
    var copied: [[UInt8]] = []
    _ = try Log.read(on: target, after: 2) {
      copied.append(Array($1)); _ = $0
    }
    #expect(copied == Array(payloads[2...]))
  }

  @Test("compaction in between: the files of one manifest are copied together")
  func compaction() throws {
    let (files, _) = try makeLog(
      groups: [[50], [50], [50], [50], [50], [50]],
      options: smallOptions(segmentLimitBytes: 256, reserveBytes: 64))
    // The manifest is the byte that its snapshot holds.
    for moment in 0..<12 {
      let disk = SimulatedDisk(
        files: files.merging(["manifest": [1], "snapshot-00000001": [1]]) { old, _ in old })
      var calls = 0
      disk.fault = { [unowned disk] call, _ in
        guard call == .open || call == .names else { return nil }
        calls += 1
        guard calls == moment else { return nil }
        disk.fault = { _, _ in nil }
        compact(disk)
        return nil
      }
      let target = SimulatedDisk()
      let report = try Log.backUp(disk, to: target)
      let manifest = target.contents["manifest"]!
      #expect(target.contents["snapshot-0000000\(manifest[0])"] == manifest, "at \(moment)")
      #expect(report.lastSequence == 6)
      #expect(manifest == [2] || target.contents["log-00000001"] != nil)
    }
  }

  private func compact(_ disk: SimulatedDisk) {
    do {
      for name in ["snapshot-00000002", "manifest.new"] {
        let file = try disk.open(name, for: .creatingNew)
        try [UInt8(2)].withUnsafeBytes { try file.write($0, at: 0) }
      }
      try disk.rename("manifest.new", to: "manifest")
      for name in ["snapshot-00000001", "log-00000001", "log-00000002"] { try disk.remove(name) }
    } catch { Issue.record("\(error)") }
  }

  @Test("a damaged log is not copied")
  func damaged() throws {
    var (files, _) = try makeLog(groups: [[8], [9], [10]])
    files["log-00000001"]![100] ^= 1
    let target = SimulatedDisk()
    #expect(throws: StorageError.self) { try Log.backUp(SimulatedDisk(files: files), to: target) }
    #expect(target.contents.isEmpty)
  }
}
