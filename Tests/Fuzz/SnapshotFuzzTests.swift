// The snapshot's reader on bytes that no writer wrote
// ---------------------------------------------------
// A small snapshot is written and damaged. Either it is refused with words, or every column is what
// was written. Half of the time header and directory are forged: their checksums are made right
// again, so that the checks behind them are met. Then a column may be another's, but nothing traps,
// and nothing outside of the file is handed out.

import Storage
import TestSupport
import Testing

@Suite struct SnapshotFuzzTests {
  private static let name = "snapshot-00000001"

  @Test func whatIsOpenedIsWhatWasWritten() throws {
    var refused = 0
    let rounds = try Fuzz.run("snapshot", rounds: 1_500) { generator in
      let (files, columns) = try Self.make(&generator)
      var damaged = files
      for _ in 0..<generator.integer(in: 0...2) { Damage.damage(&damaged, &generator) }
      if try Self.open(damaged, columns, isForged: false) == false { refused += 1 }
    }
    if rounds > 100 { #expect(refused > rounds / 4 && refused < rounds, "\(refused)") }
  }

  @Test func forgedHeadersAndDirectoriesDoNotTrap() throws {
    _ = try Fuzz.run("forged snapshot", rounds: 1_500) { generator in
      var (files, columns) = try Self.make(&generator)
      for _ in 0..<generator.integer(in: 1...3) { Self.forge(&files, &generator) }
      if generator.oneIn(4) { Damage.damage(&files, &generator) }
      _ = try Self.open(files, columns, isForged: true)
    }
  }

  private static func make(
    _ generator: inout SeededGenerator
  ) throws -> (files: [String: [UInt8]], columns: [String: [UInt8]]) {
    let disk = MemoryDisk()
    let writer = SnapshotWriter(
      try disk.open(name, for: .creatingNew),
      header: SnapshotHeader(
        contentVersion: 1, identity: LogIdentity(first: 3, second: 4), sequence: 9,
        createdMilliseconds: 1_767_225_600_000))
    var columns: [String: [UInt8]] = [:]
    for number in 0..<generator.integer(in: 0...4) {
      let count = generator.oneIn(4) ? 0 : generator.integer(in: 1...700)
      let bytes = (0..<count * 4).map { _ in UInt8(generator.integer(in: 0...255)) }
      try bytes.withUnsafeBytes { try writer.put("c\(number)", elementBytes: 4, $0) }
      columns["c\(number)"] = bytes
    }
    _ = try writer.finish()
    return (disk.files, columns)
  }

  /// False where it was refused.
  private static func open(
    _ files: [String: [UInt8]], _ columns: [String: [UInt8]], isForged: Bool
  ) throws -> Bool {
    let disk = MemoryDisk(files)
    let snapshot: Snapshot
    do throws(SnapshotDamage) { snapshot = try Snapshot(name, on: disk) } catch {
      try promise(!error.words.isEmpty, "a refusal says why")
      return false
    }
    try promise(disk.files == files, "reading changes nothing")
    let size = files[name]?.count ?? 0
    for (name, bytes) in columns {
      guard let (region, byteCount) = snapshot.region(name, elementBytes: 4) else {
        try promise(isForged, "\(name) is there")
        continue
      }
      try promise(byteCount <= size && byteCount <= region.byteCapacity, "\(name) fits")
      let read = Array(UnsafeRawBufferPointer(start: region.start, count: byteCount))
      try promise(isForged || read == bytes, "\(name) is what was written")
    }
    return true
  }

  /// Changes a field of the header or the directory and makes the checksums right again.
  private static func forge(
    _ files: inout [String: [UInt8]], _ generator: inout SeededGenerator
  ) {
    guard var bytes = files[name], bytes.count >= 4_096 else { return }
    let number = Damage.number(&generator)
    let start = Damage.number(bytes, at: 48)
    let length = bytes.count - Int(clamping: start)
    if generator.oneIn(2), length >= 32 {
      let (offset, size) = [(0, 2), (2, 4), (8, 8), (16, 8), (24, 8)][generator.integer(in: 0...4)]
      Damage.write(number, size, to: &bytes, at: Int(start) + offset)
      Damage.write(UInt64(Damage.crc(bytes[Int(start)...])), 4, to: &bytes, at: 64)
    } else {
      let fields = [(8, 4), (12, 4), (16, 8), (32, 8), (40, 8), (48, 8), (56, 8), (64, 4)]
      let (offset, size) = fields[generator.integer(in: 0...fields.count - 1)]
      Damage.write(number, size, to: &bytes, at: offset)
    }
    Damage.write(UInt64(Damage.crc(bytes[..<124])), 4, to: &bytes, at: 124)
    files[name] = bytes
  }
}
