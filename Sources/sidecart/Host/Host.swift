import Engine
import Shop
import Storage
import Wire

/// A failure that ends the process: printed on stderr as one line, with its exit status.
struct HostFailure: Error, CustomStringConvertible {
  var message: String
  var status: Int32

  init(_ message: String, status: Int32 = 1) {
    self.message = message
    self.status = status
  }

  var description: String { message }
}

// How the pieces meet
// -------------------
// A `Host` is a service with its log: it opens the state folder, replays what is there, answers
// lines, and makes the facts of the lines answered so far durable when told to (`commit`). `serve`
// drives it from a pipe; `import`, `call` and `demo` drive it from inside the process with the same
// lines, so that there is one way in for every fact.

/// The engine, its log, and the clock.
final class Host {
  /// The version of the program and of the contract.
  static let version = "0.1.0"

  let service: Service
  private let log: Log?
  private let clock: () -> Instant
  private var lastMoment = Instant.earliest
  /// What was found when the log was read; nil without a state folder.
  let recovery: RecoveryReport?
  /// What was found in the folder and not used, for people.
  private(set) var notes: [String] = []
  private let keeper: SnapshotKeeper?
  /// What follows the log in a process that only reads.
  let following: Following?

  /// Opens a state folder, or none for a process that holds everything in memory only.
  ///
  /// - Parameters:
  ///   - fixedMoment: the clock's only value, for tests and transcripts.
  ///   - isReadOnly: replays the log without taking the lock; what would write is refused.
  init(
    state: String?, fixedMoment: Instant? = nil, isReadOnly: Bool = false,
    snapshotAfterBytes: UInt64? = nil
  ) throws {
    clock = {
      fixedMoment ?? Instant(milliseconds: System.realtimeMilliseconds())
    }
    let storage = StorageStatus()
    let surroundings = Host.surroundings(
      isReadOnly: isReadOnly, storageStatus: { storage.write(to: &$0) })
    let service = Service(engine: Engine(surroundings: surroundings), now: .earliest)
    self.service = service
    guard let state else {
      log = nil
      recovery = nil
      keeper = nil
      following = nil
      return
    }
    let folder = try StateFolder(path: state, for: isReadOnly ? .reading : .writing)
    storage.folder = state
    if isReadOnly {
      log = nil
      keeper = nil
      let following = try Following(folder, service)
      recovery = following.start
      notes = following.notes
      self.following = following
      storage.following = following
    } else {
      following = nil
      try SnapshotKeeper.clear(folder)
      let start = try Start(on: folder, surroundings: surroundings)
      notes = start.notes
      storage.snapshot = start.snapshot
      let covered = start.sequence
      service.engine = start.takeEngine()
      let opened = try Log.open(on: folder, after: covered, Host.replay(into: service))
      log = opened
      recovery = opened.recovery
      keeper = try SnapshotKeeper(
        folder, uncovered: opened.recovery.bytes, minimumBytes: snapshotAfterBytes)
      storage.log = opened
      storage.keeper = keeper
    }
    if fixedMoment == nil { lastMoment = service.engine.lastLogged }
  }

  /// What the engine is given of this machine.
  static func surroundings(
    isReadOnly: Bool = false, storageStatus: @escaping (inout JSONWriter) -> Void = { _ in }
  ) -> Surroundings {
    Surroundings(
      zoneFile: Host.zoneFile, randomBits: { System.randomBits() }, storageStatus: storageStatus,
      residentBytes: Host.residentBytes, version: Host.version, isReadOnly: isReadOnly)
  }

  /// Stamps the next lines with the clock; time never runs backwards within a process.
  func stamp() {
    lastMoment = max(lastMoment, clock())
    service.now = lastMoment
  }

  /// Answers one line, appending its reply. What it wrote is handed to the log, and durable after
  /// `commit`.
  func answer(_ line: UnsafeBufferPointer<UInt8>, appendingTo output: inout [UInt8]) throws {
    service.answer(line: line, appendingTo: &output)
    try handOver()
  }

  func refuseOverlongLine(appendingTo output: inout [UInt8]) {
    service.refuseOverlongLine(appendingTo: &output)
  }

  private func handOver() throws {
    let log = self.log
    try service.engine.journal.drain { record throws(StorageError) in
      if let log { try log.append(record) }
    }
  }

  /// Makes everything that was answered durable. Any throw means that nothing of it may be
  /// acknowledged.
  func commit() throws {
    if let log, log.hasPendingRecords { try log.commit() }
  }

  /// Looks after snapshots; between two batches, when everything is committed.
  func tend() throws {
    if let keeper, let log { try keeper.tend(log) }
  }

  /// Writes a snapshot of the present state and waits for it.
  func writeSnapshot() throws {
    try commit()
    if let keeper, let log { try keeper.write(&service.engine, log) }
  }

  /// Bytes of log that the next start would have to replay.
  var uncoveredBytes: UInt64 {
    guard let keeper, let log else { return 0 }
    return keeper.uncovered(log)
  }

  var newestSnapshot: Manifest.Named? { keeper?.newest }

  /// Syncs and closes the log.
  func close() throws {
    try commit()
    try log?.close()
  }

  /// The TZif bytes of a zone, from the folders in which systems keep them.
  static func zoneFile(_ name: String) -> [UInt8]? {
    for folder in ["/usr/share/zoneinfo/", "/usr/lib/zoneinfo/", "/etc/zoneinfo/"] {
      if let bytes = try? readFile(folder + name, maximumBytes: 1 << 20) { return bytes }
    }
    return nil
  }

  /// The memory that the process occupies, as the system counts it.
  private static func residentBytes() -> Int? {
    guard let bytes = try? readFile("/proc/self/statm", maximumBytes: 4_096) else { return nil }
    let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? Int(fields[1]).map { $0 * System.pageBytes } : nil
  }
}

/// Reads a whole file of at most so many bytes.
func readFile(_ path: String, maximumBytes: Int) throws -> [UInt8] {
  let descriptor = try System.openFile(path, in: nil, for: .reading)
  defer { System.closeFile(descriptor) }
  return try readAll(descriptor, name: path, maximumBytes: maximumBytes)
}

/// Reads a descriptor to its end, at most so many bytes; the name is for messages.
func readAll(_ descriptor: Int32, name: String, maximumBytes: Int) throws -> [UInt8] {
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = try chunk.withUnsafeMutableBytes { try System.read(descriptor, into: $0) }
    if count == 0 { return bytes }
    bytes.append(contentsOf: chunk[..<count])
    if bytes.count > maximumBytes {
      throw HostFailure("\(name) is larger than \(maximumBytes) bytes")
    }
  }
}

/// What `status` says of storage.
private final class StorageStatus {
  var folder: String?
  var log: Log?
  var keeper: SnapshotKeeper?
  /// The snapshot that this process started from.
  var snapshot: String?
  weak var following: Following?

  func write(to writer: inout JSONWriter) {
    writer.key("kind")
    writer.string(folder == nil ? "memory" : "folder")
    writer.key("durability")
    writer.string(folder == nil ? "none" : following == nil ? "always" : "read_only")
    following?.writeStatus(to: &writer)
    if let log {
      writer.key("sequence")
      writer.integer(Int(clamping: log.lastSequence))
      writer.key("durable_sequence")
      writer.integer(Int(clamping: log.durableSequence))
      writer.key("segment")
      writer.integer(log.segmentNumber)
    }
    guard let log, let keeper else { return }
    writer.key("started_from")
    writer.string(snapshot ?? "log")
    writer.key("snapshot")
    if let newest = keeper.newest {
      writer.beginObject()
      writer.key("name")
      writer.string(newest.name)
      writer.key("sequence")
      writer.integer(Int(clamping: newest.sequence))
      writer.endObject()
    } else {
      writer.null()
    }
    writer.key("log_bytes_after_snapshot")
    writer.integer(Int(clamping: keeper.uncovered(log)))
    writer.key("is_compacting")
    writer.bool(keeper.isWorking)
  }
}
