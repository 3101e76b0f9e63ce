import Storage
import Testing

@Suite("Snapshot files") struct SnapshotTests {
  static let identity = LogIdentity(first: 1, second: 2)

  static func header(_ sequence: UInt64 = 7) -> SnapshotHeader {
    SnapshotHeader(
      contentVersion: 3, identity: identity, sequence: sequence, createdMilliseconds: 1_767_225_600)
  }

  /// A small snapshot: columns of several sizes, one of them empty, one of a whole page.
  static func write(_ name: String, on disk: any Disk, sequence: UInt64 = 7) throws -> UInt64 {
    let writer = SnapshotWriter(try disk.open(name, for: .creatingNew), header: header(sequence))
    for (name, bytes, size) in columns {
      try bytes.withUnsafeBytes { try writer.put(name, elementBytes: size, $0) }
    }
    return try writer.finish()
  }

  static let columns: [(String, [UInt8], Int)] = [
    ("a", (0..<200).map { UInt8($0) }, 4), ("empty", [], 8),
    ("page", (0..<4096).map { UInt8(truncatingIfNeeded: $0 * 7) }, 1), ("b.c", [1, 2, 3], 1),
  ]

  static func bytes(_ snapshot: Snapshot, _ name: String, _ elementBytes: Int) -> [UInt8]? {
    snapshot.region(name, elementBytes: elementBytes).map { found in
      Array(UnsafeRawBufferPointer(start: found.region.start, count: found.byteCount))
    }
  }

  @Test("columns come back as they were, from memory and from a mapped file")
  func comesBack() throws {
    try withTemporaryFolder { path in
      for disk in [SimulatedDisk() as any Disk, try RealDisk(path: path)] {
        let size = try Self.write("snapshot-00000001", on: disk)
        let snapshot = try Snapshot("snapshot-00000001", on: disk)
        #expect(snapshot.sizeBytes == size)
        #expect(snapshot.header.sequence == 7 && snapshot.header.identity == Self.identity)
        for (name, bytes, elementBytes) in Self.columns {
          #expect(Self.bytes(snapshot, name, elementBytes) == bytes)
          let region = try #require(snapshot.region(name, elementBytes: elementBytes)).region
          #expect(bytes.isEmpty || region.byteCapacity >= bytes.count + (1 << 16))
        }
        #expect(snapshot.region("a", elementBytes: 8) == nil)
        #expect(snapshot.region("nothing", elementBytes: 1) == nil)
      }
    }
  }

  @Test("writing to a mapped column changes neither the file nor another reader")
  func isPrivate() throws {
    try withTemporaryFolder { path in
      let disk = try RealDisk(path: path)
      _ = try Self.write("snapshot-00000001", on: disk)
      let one = try Snapshot("snapshot-00000001", on: disk)
      let region = try #require(one.region("a", elementBytes: 4)).region
      for offset in 0..<region.byteCapacity {
        region.start.storeBytes(of: 0xEE, toByteOffset: offset, as: UInt8.self)
      }
      let other = try Snapshot("snapshot-00000001", on: disk)
      #expect(Self.bytes(other, "a", 4) == Self.columns[0].1)
    }
  }

  @Test("every byte matters: whichever is changed, the snapshot is refused")
  func flips() throws {
    let disk = SimulatedDisk()
    _ = try Self.write("s", on: disk)
    let whole = try #require(disk.contents["s"])
    for index in whole.indices {
      var bytes = whole
      bytes[index] ^= UInt8(1 << (index % 8))
      #expect(throws: SnapshotDamage.self, "byte \(index)") {
        try Snapshot("s", on: SimulatedDisk(files: ["s": bytes]))
      }
    }
  }

  @Test("a snapshot that ends early or goes on is refused")
  func lengths() throws {
    let disk = SimulatedDisk()
    _ = try Self.write("s", on: disk)
    let whole = try #require(disk.contents["s"])
    for count in stride(from: 0, to: whole.count, by: 13) {
      #expect(throws: SnapshotDamage.self, "\(count) bytes") {
        try Snapshot("s", on: SimulatedDisk(files: ["s": Array(whole[..<count])]))
      }
    }
    #expect(throws: SnapshotDamage.self) {
      try Snapshot("s", on: SimulatedDisk(files: ["s": whole + [0]]))
    }
    #expect(throws: SnapshotDamage.self) { try Snapshot("other", on: disk) }
  }

  @Test("until its header is there, a file is no snapshot: power fails at every step of writing")
  func tornWriting() throws {
    let dry = SimulatedDisk()
    _ = try Self.write("s", on: dry)
    var random = SeededGenerator(seed: 5)
    for step in 1..<dry.steps {
      let disk = SimulatedDisk()
      disk.powerFailsAtStep = step
      #expect(throws: (any Error).self) { try Self.write("s", on: disk) }
      let after = disk.afterPowerFailure(using: &random)
      // Either nothing that reads, or, once all was written, the whole.
      if let snapshot = try? Snapshot("s", on: after) {
        #expect(Self.bytes(snapshot, "a", 4) == Self.columns[0].1, "step \(step)")
      }
    }
  }
}

@Suite("Manifest") struct ManifestTests {
  private func shelf(_ disk: any Disk) throws(StorageError) -> SnapshotShelf {
    try SnapshotShelf(on: disk)
  }

  /// Three snapshots, one after the other.
  private func filled() throws -> SimulatedDisk {
    let disk = SimulatedDisk()
    var shelf = try shelf(disk)
    for sequence in [10, 20, 30] as [UInt64] {
      let name = try shelf.unfinishedName()
      _ = try SnapshotTests.write(name, on: disk, sequence: sequence)
      _ = try shelf.adopt(name, sequence: sequence)
    }
    return disk
  }

  @Test("two generations are named, the newest first, and the third is gone")
  func generations() throws {
    let disk = try filled()
    let manifest = try #require(try Manifest.read(on: disk))
    #expect(manifest.generation == 3)
    #expect(manifest.snapshots.map(\.name) == ["snapshot-00000003", "snapshot-00000002"])
    #expect(manifest.snapshots.map(\.sequence) == [30, 20])
    #expect(
      disk.contents.keys.sorted() == ["manifest", "snapshot-00000002", "snapshot-00000003"])
  }

  @Test("a manifest of which any byte is changed names nothing, and nothing is removed for it")
  func flips() throws {
    let disk = try filled()
    let files = disk.contents
    let whole = try #require(files["manifest"])
    for index in whole.indices {
      var other = files
      other["manifest"]?[index] ^= UInt8(1 << (index % 8))
      let damaged = SimulatedDisk(files: other)
      #expect(throws: StorageError.damagedManifest(file: "manifest"), "byte \(index)") {
        try Manifest.read(on: damaged)
      }
      let shelf = try shelf(damaged)
      #expect(shelf.damage != nil && shelf.manifest.snapshots.isEmpty)
      try shelf.removeUnnamed()
      #expect(damaged.contents.count == 3)
      #expect(try shelf.unfinishedName().hasPrefix("snapshot-00000004."))
    }
  }

  @Test("at every crash of taking over a snapshot the manifest names whole snapshots only")
  func crashes() throws {
    let before = try filled().contents
    func takeOver(_ disk: SimulatedDisk) throws {
      var shelf = try shelf(disk)
      let name = try shelf.unfinishedName()
      _ = try SnapshotTests.write(name, on: disk, sequence: 40)
      _ = try shelf.adopt(name, sequence: 40)
    }
    let dry = SimulatedDisk(files: before)
    try takeOver(dry)
    var random = SeededGenerator(seed: 11)
    for step in 1...dry.steps {
      for attempt in 0..<20 {
        let disk = SimulatedDisk(files: before)
        disk.powerFailsAtStep = step
        try? takeOver(disk)
        let after =
          attempt == 0 ? disk.afterKill() : disk.afterPowerFailure(using: &random)
        let manifest = try #require(try Manifest.read(on: after), "step \(step)")
        #expect([3, 4].contains(manifest.generation))
        for named in manifest.snapshots {
          let snapshot = try Snapshot(named.name, on: after)
          #expect(snapshot.header.sequence == named.sequence, "step \(step)")
        }
        // The next writer tidies up and goes on.
        try shelf(after).removeUnnamed()
        try takeOver(after)
        #expect(try Manifest.read(on: after)?.snapshots.first?.sequence == 40)
        #expect(after.contents.keys.filter { Manifest.isSnapshot($0) }.count == 2)
      }
    }
  }

  @Test("a removed name counts only after the manifest that does not name it is durable")
  func nothingNamedIsRemoved() throws {
    let disk = try filled()
    var shelf = try shelf(disk)
    let name = try shelf.unfinishedName()
    _ = try SnapshotTests.write(name, on: disk, sequence: 40)
    // The manifest cannot be made durable: the old one stays, and so does all that it names.
    disk.fault = { call, name in
      call == .synchronize && name == "manifest.new" ? 5 : nil
    }
    #expect(throws: StorageError.self) { try shelf.adopt(name, sequence: 40) }
    disk.fault = { _, _ in nil }
    let manifest = try #require(try Manifest.read(on: disk))
    #expect(manifest.generation == 3)
    for named in manifest.snapshots { _ = try Snapshot(named.name, on: disk) }
  }

  @Test("segments that were written anew take their place together or not at all")
  func replacing() throws {
    let made = try makeLog(groups: (0..<8).map { _ in [700, 900] })
    #expect(made.files.count > 3)
    let last = UInt64(made.payloads.count)
    func change(_ sequence: UInt64) -> [UInt8]? { sequence % 3 == 0 ? [7, 8, 9] : nil }
    let changed = made.payloads.enumerated().map { change(UInt64($0.offset) + 1) ?? $0.element }
    func rewrite(_ disk: SimulatedDisk) throws {
      var shelf = try shelf(disk)
      let name = try shelf.unfinishedName()
      let names = try LogRewrite.write(
        on: disk, through: last, tag: SnapshotShelf.tag(of: name)
      ) { sequence, _ in change(sequence) }
      #expect(names.count == made.files.count)
      _ = try SnapshotTests.write(name, on: disk, sequence: last)
      _ = try shelf.adopt(name, sequence: last)
    }
    let dry = SimulatedDisk(files: made.files)
    try rewrite(dry)
    #expect(try readAll(dry).payloads == changed)
    var random = SeededGenerator(seed: 13)
    var endings: Set<Bool> = []
    for step in 1...dry.steps {
      for attempt in 0..<6 {
        let disk = SimulatedDisk(files: made.files)
        disk.powerFailsAtStep = step
        try? rewrite(disk)
        let after = attempt == 0 ? disk.afterKill() : disk.afterPowerFailure(using: &random)
        var shelf = try shelf(after)
        try shelf.finishReplacing()
        try shelf.removeUnnamed()
        let isDone = !shelf.manifest.snapshots.isEmpty
        endings.insert(isDone)
        let payloads = try readAll(after).payloads
        #expect(payloads == (isDone ? changed : made.payloads), "step \(step)")
        #expect(!after.contents.keys.contains { $0.hasSuffix(LogRewrite.suffix) })
      }
    }
    #expect(endings == [true, false])
  }

  @Test("a log after a snapshot is read from the segment that holds the next record")
  func logAfterSnapshot() throws {
    let made = try makeLog(groups: (0..<40).map { _ in [200, 300] })
    let disk = SimulatedDisk(files: made.files)
    #expect(made.files.count > 4)
    for covered in [0, 1, 17, 40, 79, 80] as [UInt64] {
      var read: Set<String> = []
      disk.fault = { call, name in
        if call == .read { read.insert(name) }
        return nil
      }
      var sequences: [UInt64] = []
      let report = try Log.read(on: disk, after: covered) { sequence, _ in
        sequences.append(sequence)
      }
      #expect(sequences == Array((covered + 1)..<81) && report.lastSequence == 80)
      if covered == 80 { #expect(read.count == 1, "what is covered is not read") }
      var bounded: [UInt64] = []
      _ = try Log.read(on: disk, after: covered, through: 60) { sequence, _ in
        bounded.append(sequence)
      }
      #expect(bounded == Array((covered + 1)..<max(covered + 1, 61)))
    }
    // A snapshot of records that the log does not have is of no use, and said so.
    #expect(throws: StorageError.self) { try Log.read(on: disk, after: 81) { _, _ in } }
  }
}
