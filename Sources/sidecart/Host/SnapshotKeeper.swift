import Engine
import Storage
import Wire

// When a snapshot is made, and by whom
// ------------------------------------
// A start replays the log behind the newest snapshot, so a snapshot is due when that part has grown
// to a sixteenth of the log, and to 16 MiB at least: replaying a sixteenth takes a sixteenth of the
// time, and what is written for snapshots stays a small multiple of the log. The writer closes the
// segment in hand and starts `sidecart compact --worker`, a process of lower priority that maps the
// snapshot before, replays the closed segments and writes a file; the loop looks in passing whether
// it has ended, and names the file in the manifest. The loop never waits for it. The worker's
// memory is the pages of the state that it touches: those that the new facts change, beside the
// mapped file, which the system can drop at any time.
//
// Whoever was forgotten is out of memory at once and in the log until a snapshot is made, which is
// due at once then: its writer writes the segments that name them anew, and these take the place of
// the log's in the same manifest that names the snapshot.
//
// A worker outlives a writer that ends. What it finished then is found by the next writer under its
// unfinished name, verified and taken over; what it did not finish is removed.

/// Makes and names the snapshots of a state folder; owned by the folder's writer.
final class SnapshotKeeper {
  /// Bytes of log behind a snapshot below which none is due.
  static let minimumBytes: UInt64 = 16 << 20
  /// A snapshot is due when one part in so many of the log is behind it.
  static let logFraction: UInt64 = 16

  private let folder: StateFolder
  /// Unowned: its engine says in `status` what this one knows, and so holds it.
  private unowned let service: Service
  private var shelf: SnapshotShelf
  private let minimumBytes: UInt64
  /// Bytes of the log when it was opened.
  private let openedBytes: UInt64
  /// Bytes behind the newest snapshot that the log had when it was opened; below zero in effect
  /// once a snapshot covers some of what was appended since.
  private var uncoveredAtOpening: UInt64
  private var coveredAppended: UInt64 = 0
  private var worker: Worker?
  /// After a failure the next try waits for as many bytes again.
  private var patience: UInt64 = 1

  private struct Worker {
    var processID: Int32
    var name: String
    var sequence: UInt64
    var appended: UInt64
    /// Customers forgotten by then whom the log still names.
    var forgotten: Int
  }

  /// - Parameter uncovered: bytes of the log behind the snapshot that the state was read from.
  init(
    _ folder: StateFolder, _ service: Service, uncovered: UInt64, minimumBytes: UInt64?
  ) throws(StorageError) {
    self.folder = folder
    self.service = service
    shelf = try SnapshotShelf(on: folder)
    self.minimumBytes = minimumBytes ?? SnapshotKeeper.minimumBytes
    openedBytes = try Log.totalBytes(on: folder)
    uncoveredAtOpening = uncovered
  }

  var newest: Manifest.Named? { shelf.manifest.snapshots.first }
  var isWorking: Bool { worker != nil }

  /// Bytes of log that a start would have to replay.
  func uncovered(_ log: Log) -> UInt64 {
    uncoveredAtOpening + (log.appendedBytes - coveredAppended)
  }

  private func isDue(_ log: Log) -> Bool {
    let total = openedBytes + log.appendedBytes
    if service.engine.unerasedCount > 0, patience == 1 { return true }
    return uncovered(log) >= max(minimumBytes, total / SnapshotKeeper.logFraction) * patience
  }

  /// Looks after snapshots between two batches: names one that is finished, starts one that is due.
  /// Costs a comparison, and a system call while a worker runs.
  func tend(_ log: Log) throws(StorageError) {
    if let worker {
      guard let end = System.ended(worker.processID) else { return }
      self.worker = nil
      try finish(worker, end, log)
    }
    if isDue(log) { try start(log) }
  }

  private func start(_ log: Log) throws(StorageError) {
    do throws(StorageError) { try log.closeSegment() } catch {
      // A full disk has no room for a snapshot either.
      guard error.isRetryable else { throw error }
      return
    }
    let name = try shelf.unfinishedName()
    let sequence = log.lastSequence
    do throws(SystemError) {
      let processID = try System.spawnDetached([
        try System.ownPath(), "compact", "--state", folder.path, "--worker", name, "--through",
        "\(sequence)",
      ])
      worker = Worker(
        processID: processID, name: name, sequence: sequence, appended: log.appendedBytes,
        forgotten: service.engine.unerasedCount)
    } catch {
      patience *= 2
      Console.note("no snapshot could be started, the log is kept: \(error)")
    }
  }

  private func finish(_ worker: Worker, _ end: ProcessEnd, _ log: Log) throws(StorageError) {
    guard end == .exited(status: 0) else {
      patience *= 2
      try? folder.remove(worker.name)
      Console.note(
        "no snapshot was written, the log is kept: its process ended with \(end); "
          + "sidecart compact --state \(folder.path) says why, when nothing else writes there")
      return
    }
    patience = 1
    do throws(StorageError) {
      _ = try shelf.adopt(worker.name, sequence: worker.sequence)
      covered(worker.appended)
      service.engine.unerasedCount -= worker.forgotten
    } catch {
      // Nothing that was acknowledged rests on a snapshot.
      patience *= 2
      Console.note("the snapshot could not be named, the log is kept: \(error)")
    }
  }

  private func covered(_ appended: UInt64) {
    uncoveredAtOpening = 0
    coveredAppended = appended
  }

  /// Writes a snapshot of the present state in this process, and waits for it.
  func write(_ engine: inout Engine, _ log: Log) throws {
    try log.closeSegment()
    let name = try shelf.unfinishedName()
    _ = try SnapshotKeeper.write(
      &engine, on: folder, name: name, sequence: log.lastSequence, identity: log.identity)
    _ = try shelf.adopt(name, sequence: log.lastSequence)
    covered(log.appendedBytes)
    engine.unerasedCount = 0
  }

  /// Writes a state to a file that does not exist yet; answers its size in bytes. Where customers
  /// were forgotten, writes the log's segments anew first, beside the log.
  static func write(
    _ engine: inout Engine, on disk: any Disk, name: String, sequence: UInt64,
    identity: LogIdentity
  ) throws -> UInt64 {
    if engine.unerasedCount > 0 {
      try Eraser.erase(on: disk, through: sequence, tag: SnapshotShelf.tag(of: name))
    }
    let file = try disk.open(name, for: .creatingNew)
    do {
      let writer = SnapshotWriter(
        file,
        header: SnapshotHeader(
          contentVersion: Engine.snapshotVersion, identity: identity, sequence: sequence,
          createdMilliseconds: System.realtimeMilliseconds()))
      try engine.write(to: SnapshotSink(writer))
      return try writer.finish()
    } catch {
      try? disk.remove(name)
      throw error
    }
  }
}

extension SnapshotKeeper {
  /// Takes over what workers finished for a writer that has ended, and removes what they did not.
  /// Before anything is read from the folder.
  static func clear(_ folder: StateFolder) throws(StorageError) {
    var shelf = try SnapshotShelf(on: folder)
    let names = try folder.files()
    if let damage = shelf.damage, names.contains(where: { $0.hasSuffix(LogRewrite.suffix) }) {
      // Which segments of the log are to be replaced is not known.
      throw damage
    }
    try shelf.finishReplacing()
    let identity = try Log.identity(on: folder)
    for name in names where Manifest.isSnapshot(name) && name.hasSuffix(".new") {
      guard let header = try? Snapshot(name, on: folder).header, header.identity == identity,
        header.contentVersion == Engine.snapshotVersion,
        header.sequence > shelf.manifest.snapshots.first?.sequence ?? 0
      else { continue }
      _ = try shelf.adopt(name, sequence: header.sequence)
    }
    try shelf.removeUnnamed()
  }
}
