import Storage

/// A disk in memory that remembers what was synchronised, fails on demand, and can lose power.
///
/// What was not synchronised survives a power failure wholly, in part, spoilt or not at all, by
/// sectors and in any order; names (created, renamed, removed) survive up to some point of their
/// history, as a journal keeps them.
final class SimulatedDisk: Disk {
  enum Call: String, CaseIterable {
    case names, open, rename, remove, synchronizeFolder
    case size, read, write, reserve, resize, synchronize
  }

  final class Content {
    var durable: [UInt8] = []
    var present: [UInt8] = []
    var changes: [Change] = []
    /// Room is taken up to here, behind the end of the file too.
    var reservedBytes = 0
    /// What the file takes of the disk.
    var takenBytes: Int { max(present.count, reservedBytes) }
  }

  enum Change {
    case write(offset: Int, bytes: [UInt8])
    case resize(Int)
  }

  private(set) var files: [String: Content] = [:]
  private var durableFiles: [String: Content] = [:]
  private var histories: [[String: Content]] = []

  /// Calls that changed something or made it durable, so far.
  private(set) var steps = 0
  /// The power fails during this step; every later call fails.
  var powerFailsAtStep: Int?
  private(set) var isDead = false
  /// Gives the error number with which a call fails, or nil.
  var fault: (Call, String) -> Int32? = { _, _ in nil }
  /// The disk is full at this many bytes in all files.
  var capacityBytes: Int?
  /// Whether files can be given room ahead of their end, as some file systems cannot.
  var canReserve = true

  init() {}

  init(files: [String: [UInt8]]) {
    for (name, bytes) in files {
      let content = Content()
      content.durable = bytes
      content.present = bytes
      self.files[name] = content
    }
    durableFiles = self.files
  }

  /// The bytes of every file, as a process sees them.
  var contents: [String: [UInt8]] { files.mapValues(\.present) }

  /// The bytes in all files, and those that are reserved for them.
  var usedBytes: Int { files.values.reduce(0) { $0 + $1.takenBytes } }

  fileprivate func name(of content: Content) -> String {
    files.first { $0.value === content }?.key ?? "removed"
  }

  fileprivate func check(_ call: Call, _ name: String) throws(SystemError) {
    if isDead { throw SystemError(call: call.rawValue, code: 5, path: name) }
    if let code = fault(call, name) {
      throw SystemError(call: call.rawValue, code: code, path: name)
    }
  }

  /// Counts a step; true where the power fails in it.
  fileprivate func step() -> Bool {
    steps += 1
    if steps == powerFailsAtStep { isDead = true }
    return isDead
  }

  fileprivate func dead(_ call: Call, _ name: String) -> SystemError {
    SystemError(call: call.rawValue, code: 5, path: name)
  }

  func names() throws(SystemError) -> [String] {
    try check(.names, "")
    return files.keys.sorted()
  }

  func open(_ name: String, for opening: DiskOpening) throws(SystemError) -> any DiskFile {
    try check(.open, name)
    if let content = files[name] {
      if case .creatingNew = opening { throw SystemError(call: "open", code: 17, path: name) }
      return SimulatedFile(content: content, disk: self, opening: opening)
    }
    switch opening {
    case .reading, .writing: throw SystemError(call: "open", code: 2, path: name)
    case .creating, .creatingNew: break
    }
    let content = Content()
    files[name] = content
    histories.append(files)
    if step() { throw dead(.open, name) }
    return SimulatedFile(content: content, disk: self, opening: opening)
  }

  func rename(_ name: String, to newName: String) throws(SystemError) {
    try check(.rename, name)
    guard let content = files.removeValue(forKey: name) else {
      throw SystemError(call: "rename", code: 2, path: name)
    }
    files[newName] = content
    histories.append(files)
    if step() { throw dead(.rename, name) }
  }

  func remove(_ name: String) throws(SystemError) {
    try check(.remove, name)
    files[name] = nil
    histories.append(files)
    if step() { throw dead(.remove, name) }
  }

  func synchronize() throws(SystemError) {
    try check(.synchronizeFolder, "")
    if step() { throw dead(.synchronizeFolder, "") }
    durableFiles = files
    histories = []
  }

  /// The process that used the disk was killed; the next one finds all that was written,
  /// synchronised or not.
  func afterKill() -> SimulatedDisk {
    isDead = false
    powerFailsAtStep = nil
    return self
  }

  /// The disk after the power came back.
  func afterPowerFailure(using random: inout some RandomNumberGenerator) -> SimulatedDisk {
    let kept = Int.random(in: 0...histories.count, using: &random)
    let names = kept == 0 ? durableFiles : histories[kept - 1]
    var files: [String: [UInt8]] = [:]
    for name in names.keys.sorted() {
      guard let content = names[name] else { continue }
      files[name] = content.afterPowerFailure(using: &random)
    }
    return SimulatedDisk(files: files)
  }
}

extension SimulatedDisk.Content {
  static let sectorBytes = 512

  fileprivate func apply(_ change: SimulatedDisk.Change, to bytes: inout [UInt8]) {
    switch change {
    case .resize(let size):
      if size < bytes.count { bytes.removeLast(bytes.count - size) }
      bytes.append(contentsOf: [UInt8](repeating: 0, count: max(0, size - bytes.count)))
    case .write(let offset, let written):
      let end = offset + written.count
      bytes.append(contentsOf: [UInt8](repeating: 0, count: max(0, end - bytes.count)))
      bytes.replaceSubrange(offset..<end, with: written)
    }
  }

  fileprivate func afterPowerFailure(using random: inout some RandomNumberGenerator) -> [UInt8] {
    var bytes = durable
    for change in changes {
      let fate = Int.random(in: 0..<4, using: &random)
      switch (change, fate) {
      case (_, 0): continue
      case (_, 1), (.resize, _): apply(change, to: &bytes)
      case (.write(let offset, let written), _):
        var start = 0
        while start < written.count {
          let sector = Self.sectorBytes - (offset + start) % Self.sectorBytes
          let end = min(written.count, start + sector)
          var sectorBytes = Array(written[start..<end])
          if fate == 3, Bool.random(using: &random) {
            for index in sectorBytes.indices {
              sectorBytes[index] = UInt8.random(in: 0...255, using: &random)
            }
          }
          if Bool.random(using: &random) {
            apply(.write(offset: offset + start, bytes: sectorBytes), to: &bytes)
          }
          start = end
        }
      }
    }
    return bytes
  }
}

final class SimulatedFile: DiskFile {
  private var name: String { disk.name(of: content) }
  private let content: SimulatedDisk.Content
  private let disk: SimulatedDisk
  private let isReadOnly: Bool

  init(
    content: SimulatedDisk.Content, disk: SimulatedDisk, opening: DiskOpening
  ) {
    self.content = content
    self.disk = disk
    if case .reading = opening { isReadOnly = true } else { isReadOnly = false }
  }

  func sizeBytes() throws(SystemError) -> UInt64 {
    try disk.check(.size, name)
    return UInt64(content.present.count)
  }

  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(SystemError) -> Int {
    try disk.check(.read, name)
    guard offset < content.present.count else { return 0 }
    let start = Int(offset)
    let count = min(buffer.count, content.present.count - start)
    content.present.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<(start + count)]))
    }
    return count
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(SystemError) {
    try disk.check(.write, name)
    let growth = Int(offset) + bytes.count - content.takenBytes
    if growth > 0, let capacity = disk.capacityBytes, disk.usedBytes + growth > capacity {
      throw SystemError(call: "write", code: 28, path: name)
    }
    change(.write(offset: Int(offset), bytes: Array(bytes)))
    if disk.step() { throw disk.dead(.write, name) }
  }

  /// On a disk that is too full this takes what is left and fails, as ext4 does.
  func reserve(from start: UInt64, to end: UInt64) throws(SystemError) -> Bool {
    try disk.check(.reserve, name)
    guard disk.canReserve else { return false }
    var growth = max(0, Int(end) - content.takenBytes)
    let room = disk.capacityBytes.map { max(0, $0 - disk.usedBytes) } ?? growth
    let isFull = growth > room
    growth = min(growth, room)
    if growth > 0 { content.reservedBytes = content.takenBytes + growth }
    if isFull { throw SystemError(call: "fallocate", code: 28, path: name) }
    return true
  }

  func resize(toBytes size: UInt64) throws(SystemError) {
    try disk.check(.resize, name)
    content.reservedBytes = 0
    change(.resize(Int(size)))
    if disk.step() { throw disk.dead(.resize, name) }
  }

  func synchronize() throws(SystemError) {
    try disk.check(.synchronize, name)
    if disk.step() { throw disk.dead(.synchronize, name) }
    content.durable = content.present
    content.changes = []
  }

  private func change(_ change: SimulatedDisk.Change) {
    precondition(!isReadOnly, "a file opened for reading is written to")
    content.apply(change, to: &content.present)
    content.changes.append(change)
  }
}
