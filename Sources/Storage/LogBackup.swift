// Copying a state folder while a process writes to it.
//
// How it works. Three things can happen meanwhile, and each is harmless for its own reason.
//
//   The log grows.        It is append-only: the bytes up to the end of a record that was there
//                         stay what they are. Each segment is copied up to the last record that is
//                         whole when it is read, so everything acknowledged before the copy began
//                         is in it, and nothing half written.
//   A segment is left.    Then it is whole, and the next one is not part of this copy.
//   Compaction.           Snapshots never change under their name, the manifest is replaced in one
//                         step, and nothing that it names is removed before one that does not name
//                         it is durable. So all files are opened first: the manifest, then what it
//                         may name, then the manifest's name is read again. If it still says the
//                         same, everything that belongs to it was there and is now held open, and
//                         stays readable even when it is removed; otherwise it is tried again.
//
// The copies are bytes read and written (a hard link to a file that is still written to would not
// be a copy), each file synchronised, the manifest last, then the folder. What was copied is read
// back with the code of recovery before the copy counts.

/// What a copy holds.
package struct BackupReport: Equatable, Sendable {
  package internal(set) var files = 0
  package internal(set) var bytes: UInt64 = 0
  /// The sequence of the last record in it.
  package internal(set) var lastSequence: UInt64 = 0
}

extension Log {
  /// Copies the state that is on one disk to another, which is empty. Also while a process writes
  /// to the first. O(bytes), a mebibyte of memory.
  ///
  /// - Throws: `.system`, or the damage that was found: a damaged log is not copied.
  package static func backUp(
    _ source: any Disk, to target: any Disk
  ) throws(StorageError) -> BackupReport {
    let held = try HeldFiles(of: source)
    var recovery = LogRecovery(disk: held, covered: nil)
    try recovery.read(opening: .reading) { _, _ in }
    var report = BackupReport()
    report.lastSequence = recovery.report.lastSequence
    for (name, file) in held.inOrder {
      var end = try file.size()
      if let number = SegmentName.number(name) {
        // A segment whose header was not there yet holds nothing.
        guard let good = recovery.lastGood, number <= good.segment else { continue }
        if number == good.segment { end = good.offset }
      }
      let copy = try lifted { () throws(SystemError) in
        try target.open(name, for: .creatingNew)
      }
      try Aside.copy(file, from: 0, through: end, to: copy)
      try lifted { () throws(SystemError) in try copy.synchronize() }
      report.files += 1
      report.bytes += end
    }
    try lifted { () throws(SystemError) in try target.synchronize() }
    var check = LogRecovery(disk: target, covered: nil)
    try check.read(opening: .reading) { _, _ in }
    guard check.report.ending == .clean, check.expected == recovery.expected else {
      throw .badTarget(path: "the copy", reason: "does not hold what was written to it")
    }
    return report
  }
}

/// The files of a state, held open as they were at one moment.
private final class HeldFiles: Disk {
  private var files: [String: any DiskFile] = [:]

  /// How often compaction may come in between before that is called an error. It runs for seconds,
  /// and opening the files takes none.
  private static let tries = 20

  init(of disk: any Disk) throws(StorageError) {
    for attempt in 1... {
      do throws(SystemError) {
        if try hold(disk) { return }
      } catch {
        // Removed between the listing and the opening.
        guard error.isMissing, attempt < Self.tries else { throw .system(error) }
      }
      guard attempt < Self.tries else {
        throw .missedSegments(after: LogPlace(file: Manifest.name, offset: 0))
      }
    }
  }

  /// The segments in their order, the snapshots, the manifest.
  var inOrder: [(String, any DiskFile)] {
    func rank(_ name: String) -> Int {
      name == Manifest.name ? 2 : name.hasPrefix(SegmentName.prefix) ? 0 : 1
    }
    return files.sorted { (rank($0.key), $0.key) < (rank($1.key), $1.key) }.map { ($0, $1) }
  }

  /// Opens everything; false where the manifest became another one meanwhile.
  private func hold(_ disk: any Disk) throws(SystemError) -> Bool {
    files = [:]
    let before = try manifest(disk)
    if let file = before.file { files[Manifest.name] = file }
    for name in try disk.names() where Self.isPart(name) {
      files[name] = try disk.open(name, for: .reading)
    }
    return try manifest(disk).bytes == before.bytes
  }

  private static func isPart(_ name: String) -> Bool {
    if SegmentName.number(name) != nil { return true }
    let prefix = "snapshot-"
    guard name.hasPrefix(prefix) else { return false }
    let digits = name.utf8.dropFirst(prefix.utf8.count)
    return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
  }

  private func manifest(
    _ disk: any Disk
  ) throws(SystemError) -> (file: (any DiskFile)?, bytes: [UInt8]) {
    do throws(SystemError) {
      let file = try disk.open(Manifest.name, for: .reading)
      return (file, try Self.contents(file))
    } catch {
      if error.isMissing { return (nil, []) }
      throw error
    }
  }

  private static func contents(_ file: any DiskFile) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(clamping: try file.sizeBytes()))
    var result: Result<Int, SystemError> = .success(0)
    bytes.withUnsafeMutableBytes { buffer in
      result = Result { () throws(SystemError) in try file.read(into: buffer, at: 0) }
    }
    bytes.removeLast(bytes.count - (try result.get()))
    return bytes
  }

  func names() throws(SystemError) -> [String] { files.keys.sorted() }

  func open(_ name: String, for opening: DiskOpening) throws(SystemError) -> any DiskFile {
    guard let file = files[name] else {
      throw SystemError(call: "open", code: System.missingCode, path: name)
    }
    return file
  }

  func rename(_ name: String, to newName: String) throws(SystemError) { refuse() }
  func remove(_ name: String) throws(SystemError) { refuse() }
  func synchronize() throws(SystemError) { refuse() }

  private func refuse() -> Never { preconditionFailure("held files are only read") }
}
