// The state folder and who may write to it.
//
// How it works. A writer holds flock(2) on the file `lock` for as long as it lives; the system
// drops it when the process ends, however it ends, so a stale lock does not exist. The file also
// carries the writer's process id as text, for the message to a second writer; nothing is decided
// by that text. Readers take no lock. The folder is created with mode 0700 and its files with 0600:
// they hold orders.

/// A state folder, opened to write (one process) or to read (any number).
///
/// It is the `Disk` that the log is opened on, and so keeps the lock for as long as the log lives.
package final class StateFolder: Disk {
  /// What the folder is opened for.
  package enum Access: Sendable {
    /// To read: the folder must exist, and nothing in it is changed.
    case reading
    /// To write: the folder is created where missing, and locked.
    case writing
  }

  /// The name of the lock file.
  package static let lockName = "lock"

  package let path: String
  package let access: Access
  private let disk: RealDisk
  private let lock: Int32?

  /// Opens the folder; to write, also creates and locks it.
  ///
  /// - Throws: `.noFolder` to a reader without a folder, `.noParent` to a writer who cannot make
  /// one,
  ///   `.notFolder`, `.locked` to a second writer, `.system`.
  package init(path: String, for access: Access) throws(StorageError) {
    self.path = path
    self.access = access
    switch access {
    case .reading:
      do throws(SystemError) { disk = try RealDisk(path: path) } catch {
        if error.isMissing { throw .noFolder(path: path) }
        throw error.isNotFolder ? .notFolder(path: path) : .system(error)
      }
      lock = nil
    case .writing:
      do throws(SystemError) {
        if try System.makeFolder(path) { try Self.synchronizeParent(of: path) }
        disk = try RealDisk(path: path)
      } catch {
        if error.isMissing { throw .noParent(path: path) }
        throw error.isNotFolder ? .notFolder(path: path) : .system(error)
      }
      lock = try Self.takeLock(path: path)
    }
  }

  deinit {
    // The file stays: removing it would let two processes lock two files of one name.
    if let lock { System.closeFile(lock) }
  }

  package func names() throws(SystemError) -> [String] { try disk.names() }

  /// The names of the folder's files.
  package func files() throws(StorageError) -> [String] {
    try lifted { () throws(SystemError) in try disk.names() }
  }

  package func open(
    _ name: String, for opening: DiskOpening
  ) throws(SystemError) -> any DiskFile {
    precondition(access == .writing || opening == .reading, "a reader changes nothing")
    return try disk.open(name, for: opening)
  }

  package func rename(_ name: String, to newName: String) throws(SystemError) {
    precondition(access == .writing, "a reader changes nothing")
    try disk.rename(name, to: newName)
  }

  package func remove(_ name: String) throws(SystemError) {
    precondition(access == .writing, "a reader changes nothing")
    try disk.remove(name)
  }

  package func synchronize() throws(SystemError) { try disk.synchronize() }

  /// The process that holds the folder's lock says so here; nil where none ever did.
  package static func writerProcessID(path: String) -> Int32? {
    guard let file = try? System.openFile(path + "/" + lockName, for: .reading) else { return nil }
    defer { System.closeFile(file) }
    return processID(in: file)
  }

  /// The process that writes to the folder now; nil where none does.
  package static func presentWriter(path: String) -> Int32? {
    guard let file = try? System.openFile(path + "/" + lockName, for: .reading) else { return nil }
    defer { System.closeFile(file) }
    guard (try? System.isHeld(file)) == true else { return nil }
    return processID(in: file)
  }

  private static func takeLock(path: String) throws(StorageError) -> Int32 {
    let name = path + "/" + lockName
    let file = try lifted { () throws(SystemError) in try System.openFile(name, for: .creating) }
    do throws(StorageError) {
      let isMine = try lifted { () throws(SystemError) in
        try System.lockExclusively(file, path: name)
      }
      guard isMine else { throw .locked(path: path, processID: processID(in: file)) }
      // For those who only look; nothing is decided by it, so a file system without it will do.
      try? System.markAsHeld(file)
      try lifted { () throws(SystemError) in
        let text = Array("\(System.processID)\n".utf8)
        try System.resize(file, toBytes: 0, path: name)
        try text.span.bytes.withUnsafeBytes { bytes throws(SystemError) in
          try System.writeAll(file, bytes, at: 0)
        }
      }
      return file
    } catch {
      System.closeFile(file)
      throw error
    }
  }

  private static func processID(in file: Int32) -> Int32? {
    withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { buffer in
      guard let count = try? System.readFully(file, into: buffer, at: 0) else { return nil }
      let digits = buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }
      return Int32(String(decoding: digits, as: UTF8.self))
    }
  }

  /// Makes the folder's own name durable.
  package static func synchronizeParent(of path: String) throws(SystemError) {
    var parent = Substring(path)
    while parent.count > 1 && parent.last == "/" { parent.removeLast() }
    guard let slash = parent.lastIndex(of: "/") else { return try synchronize(folder: ".") }
    try synchronize(folder: slash == parent.startIndex ? "/" : String(parent[..<slash]))
  }

  private static func synchronize(folder path: String) throws(SystemError) {
    let folder = try System.openFolder(path)
    defer { System.closeFile(folder) }
    try System.synchronizeAll(folder, path: path)
  }
}
