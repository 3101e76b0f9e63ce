import Storage

/// A disk that says it did what it did not do: each lie is a bug that a log or a file system could
/// have, planted where the checks must find it.
final class LyingDisk: Disk {
  enum Lie: CaseIterable, Sendable {
    /// None: what is found on such a disk would be the checks' own mistake.
    case none
    /// A file's sync is reported and not made.
    case skipsFileSync
    /// Every third one is.
    case skipsSomeFileSyncs
    /// The folder's sync is: names come and go as they like.
    case skipsFolderSync
    /// A write is reported before it is made, with the next call for the file that is no sync.
    case writesLate
    /// Of a long write the end is left out.
    case cutsLongWrites
  }

  let disk: SimulatedDisk
  let lie: Lie
  private var syncs = 0

  init(_ disk: SimulatedDisk, lie: Lie) {
    self.disk = disk
    self.lie = lie
  }

  func names() throws(SystemError) -> [String] { try disk.names() }

  func open(_ name: String, for opening: DiskOpening) throws(SystemError) -> any DiskFile {
    let file = try disk.open(name, for: opening)
    return LyingFile(file: file, disk: self)
  }

  func rename(_ name: String, to newName: String) throws(SystemError) {
    try disk.rename(name, to: newName)
  }

  func remove(_ name: String) throws(SystemError) { try disk.remove(name) }

  func synchronize() throws(SystemError) {
    if lie != .skipsFolderSync { try disk.synchronize() }
  }

  private final class LyingFile: DiskFile {
    let file: any DiskFile
    let disk: LyingDisk
    private var late: (offset: UInt64, bytes: [UInt8])?

    init(file: any DiskFile, disk: LyingDisk) {
      self.file = file
      self.disk = disk
    }

    private func catchUp() throws(SystemError) {
      guard let late else { return }
      self.late = nil
      try late.bytes.span.bytes.withUnsafeBytes { bytes throws(SystemError) in
        try file.write(bytes, at: late.offset)
      }
    }

    func sizeBytes() throws(SystemError) -> UInt64 {
      try catchUp()
      return try file.sizeBytes()
    }

    func read(
      into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(SystemError) -> Int {
      try catchUp()
      return try file.read(into: buffer, at: offset)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(SystemError) {
      try catchUp()
      switch disk.lie {
      case .writesLate: late = (offset, Array(bytes))
      case .cutsLongWrites where bytes.count > 1_024:
        try file.write(UnsafeRawBufferPointer(rebasing: bytes[..<1_024]), at: offset)
      default: try file.write(bytes, at: offset)
      }
    }

    func resize(toBytes size: UInt64) throws(SystemError) {
      try catchUp()
      try file.resize(toBytes: size)
    }

    func synchronize() throws(SystemError) {
      disk.syncs += 1
      switch disk.lie {
      case .skipsFileSync: return
      case .skipsSomeFileSyncs where disk.syncs % 3 == 0: return
      default: try file.synchronize()
      }
    }
  }
}
