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
  private var memory: MemoryGauge
  /// What failed where it could not be thrown: in the middle of a line.
  private var failure: StorageError?
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
  ///   - durability: when a commit waits for the disk.
  ///   - memoryLimitBytes: the resident memory above which writes are refused.
  ///   - snapshotAfterBytes: the log behind a snapshot below which no other is due.
  init(
    state: String?, fixedMoment: Instant? = nil, isReadOnly: Bool = false,
    durability: Durability = .always, memoryLimitBytes: Int? = MemoryGauge.usualLimitBytes(),
    snapshotAfterBytes: UInt64? = nil
  ) throws {
    memory = MemoryGauge(limitBytes: memoryLimitBytes)
    clock = {
      fixedMoment ?? Instant(milliseconds: System.realtimeMilliseconds())
    }
    let storage = StorageStatus()
    let surroundings = Host.surroundings(
      isReadOnly: isReadOnly, maximumMemoryBytes: memoryLimitBytes,
      storageStatus: { storage.write(to: &$0) })
    let service = Service(engine: Engine(surroundings: surroundings), now: .earliest)
    self.service = service
    guard let state else {
      log = nil
      recovery = nil
      keeper = nil
      following = nil
      admitWrites()
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
      var options = LogOptions()
      options.durability = durability
      let opened = try Log.open(
        on: folder, options: options, after: covered, Host.replay(into: service))
      log = opened
      recovery = opened.recovery
      keeper = try SnapshotKeeper(
        folder, service, uncovered: opened.recovery.bytes, minimumBytes: snapshotAfterBytes)
      storage.log = opened
      storage.keeper = keeper
    }
    // What is logged next is not earlier than what was: a clock may have been set back. One that is
    // held for a test stays where it is held.
    if fixedMoment == nil, !isReadOnly { lastMoment = service.engine.lastLogged }
    admitWrites()
  }

  /// What the engine is given of this machine.
  static func surroundings(
    isReadOnly: Bool = false, maximumMemoryBytes: Int? = nil,
    storageStatus: @escaping (inout JSONWriter) -> Void = { _ in }
  ) -> Surroundings {
    Surroundings(
      zoneFile: Host.zoneFile, randomBits: { System.randomBits() },
      limits: Limits(maximumMemoryBytes: maximumMemoryBytes), storageStatus: storageStatus,
      residentBytes: System.residentBytes, startThread: System.detached, version: Host.version,
      isReadOnly: isReadOnly)
  }

  /// How far the clock is behind the last moment in the log, in milliseconds; 0 where it is not.
  var clockLagMilliseconds: Int64 { max(0, lastMoment.milliseconds - clock().milliseconds) }

  /// Stamps the next lines with the clock; time never runs backwards, not within a process and not
  /// from one that wrote to the folder to the next.
  func stamp() {
    lastMoment = max(lastMoment, clock())
    service.now = lastMoment
  }

  /// Answers one line, appending its reply. What it wrote is handed to the log, and durable after
  /// `commit`.
  func answer(_ line: UnsafeBufferPointer<UInt8>, appendingTo output: inout [UInt8]) throws {
    service.answer(line: line, appendingTo: &output)
    if let failure { throw failure }
    try handOver()
  }

  private func admitWrites() {
    service.admit = { [unowned self] admission throws(RPCError) in try self.admit(admission) }
  }

  /// Refuses a write for which there is no memory or no room in the log.
  private func admit(_ admission: Admission) throws(RPCError) {
    try memory.check(admission)
    guard let log else { return }
    do throws(StorageError) {
      // What earlier requests of this line wrote comes first, into the room that they asked for.
      try handOver()
      try log.ensureRoom(payloadBytes: admission.recordBytes)
    } catch {
      if case .noRoom(let reason) = error { throw .noRoom("the log has no room: \(reason)") }
      failure = error
      throw .internalError("\(error)")
    }
  }

  func refuseOverlongLine(appendingTo output: inout [UInt8]) {
    service.refuseOverlongLine(appendingTo: &output)
  }

  private func handOver() throws(StorageError) {
    if service.engine.journal.isEmpty { return }
    let log = self.log
    try service.engine.journal.drain { record throws(StorageError) in
      if let log { try log.append(record) }
    }
  }

  /// Takes a ranker into use and makes that durable.
  func use(_ result: RankerFitting.Result) throws {
    try log?.ensureRoom(payloadBytes: result.modelFile.count + 256)
    service.engine.use(result, now: lastMoment)
    try handOver()
    try commit()
  }

  /// Makes everything that was answered as durable as was asked for. Any throw means that nothing
  /// of it may be acknowledged.
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
  /// How long what was committed may still wait for its sync; nil where nothing waits for one.
  var nanosecondsUntilSync: UInt64? { log?.nanosecondsUntilSync }

  /// Synchronises what has waited for the whole interval.
  func synchronizeIfDue() throws { try log?.synchronizeIfDue() }

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

  private var durability: String {
    if folder == nil { return "none" }
    if following != nil { return "read_only" }
    switch log?.options.durability {
    case .interval: return "interval"
    case .never: return "never"
    case .always, nil: return "always"
    }
  }

  func write(to writer: inout JSONWriter) {
    writer.key("kind")
    writer.string(folder == nil ? "memory" : "folder")
    writer.key("durability")
    writer.string(durability)
    if case .interval(let milliseconds)? = log?.options.durability {
      writer.key("interval_milliseconds")
      writer.integer(milliseconds)
    }
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
