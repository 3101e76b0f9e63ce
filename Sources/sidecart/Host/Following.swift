import Engine
import Storage
import Wire

// How a reader stays up to date
// -----------------------------
// A process with `--read-only` looks at the log before it answers the lines of a read, applies what
// the writer has added, and so answers as the writer would have at that moment. A look at a log
// with nothing new costs a system call, so there is no need to look less often.
//
// A follower that cannot go on, because the log was compacted or repaired behind its back, is
// replaced: the state is built anew from what the folder holds, in `load`, as at the start. Only
// when that fails too does the process end, as stale answers would not show that they are.

/// What keeps a service up to date with a log that another process writes.
final class Following {
  private let folder: StateFolder
  private let service: Service
  private var follower: LogFollower

  /// What was found when the log was read first.
  var start: RecoveryReport { follower.start }

  /// What was found in the folder and not used.
  private(set) var notes: [String] = []
  /// The snapshot that the state was read from last.
  private var snapshot: String?

  /// Loads what the folder holds into a new service.
  init(_ folder: StateFolder, _ service: Service) throws {
    self.folder = folder
    self.service = service
    let start = try Start(on: folder, surroundings: service.engine.surroundings)
    notes = start.notes
    snapshot = start.snapshot
    follower = try Following.load(start, folder, into: service)
  }

  /// Gives the service the state that was found, and what the log holds behind it.
  private static func load(
    _ start: consuming Start, _ folder: StateFolder, into service: Service
  ) throws(StorageError) -> LogFollower {
    let covered = start.sequence
    service.engine = start.takeEngine()
    return try LogFollower(on: folder, after: covered, Host.replay(into: service))
  }

  /// Applies what was written since the last time.
  ///
  /// - Throws: `HostFailure` where the log cannot be followed any further.
  func follow() throws {
    do throws(StorageError) {
      _ = try follower.catchUp(Host.replay(into: service))
    } catch {
      do { try loadAgain(after: error) } catch {
        throw HostFailure("the log can't be followed any further: \(error)")
      }
    }
  }

  /// How often compaction may remove what is being read before that ends the process.
  private static let tries = 5

  private func loadAgain(after error: StorageError) throws(StorageError) {
    switch error {
    case .system, .refusedRecord, .newerFormat: throw error
    default: break
    }
    for attempt in 1... {
      do throws(StorageError) {
        let start = try Start(on: folder, surroundings: service.engine.surroundings)
        snapshot = start.snapshot
        follower = try Following.load(start, folder, into: service)
        Console.note("\(error); read anew: \(follower.start)")
        return
      } catch {
        guard case .missedSegments = error, attempt < Following.tries else { throw error }
      }
    }
  }

  /// What `status` says of a reader.
  func writeStatus(to writer: inout JSONWriter) {
    writer.key("sequence")
    writer.integer(Int(clamping: follower.appliedSequence))
    writer.key("started_from")
    writer.string(snapshot ?? "log")
    writer.key("writer_process")
    if let process = StateFolder.presentWriter(path: folder.path) {
      writer.integer(Int(process))
    } else {
      writer.null()
    }
    writer.key("behind_bytes")
    if let bytes = try? follower.behindBytes() {
      writer.integer(Int(clamping: bytes))
    } else {
      writer.null()
    }
  }
}
