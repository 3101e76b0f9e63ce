import Engine
import Shop
import Storage

// How a process starts
// --------------------
// The manifest names up to two snapshots. The first that is whole, of this log and of this version
// of the state is taken; the log after it is replayed by whoever asked. Where none is, the log is
// replayed from its beginning: it is whole, since snapshots are made from it and it is never cut
// for them. So a damaged snapshot, a damaged manifest or a new version of the program cost time and
// nothing else, and each is said.

/// A state to go on from, and the record of the log that it reaches to.
struct Start: ~Copyable {
  var engine: Engine
  /// 0 where the log is to be read from its beginning.
  var sequence: UInt64 = 0
  /// The snapshot that was taken.
  var snapshot: String?
  /// What was found and not used.
  var notes: [String] = []

  /// Finds the state in a folder. Changes nothing.
  init(on disk: any Disk, surroundings: Surroundings) throws(StorageError) {
    engine = Engine(surroundings: surroundings)
    let manifest: Manifest
    do throws(StorageError) {
      guard let found = try Manifest.read(on: disk) else { return }
      manifest = found
    } catch {
      guard case .damagedManifest = error else { throw error }
      notes.append("\(error); the log is read from its beginning")
      return
    }
    let identity = try Log.identity(on: disk)
    for named in manifest.snapshots {
      do {
        let found = try Snapshot(named.name, on: disk)
        try Start.check(found.header, named, identity)
        engine = try Engine(surroundings: surroundings, from: SnapshotSource(found))
        sequence = found.header.sequence
        snapshot = named.name
        return
      } catch let damage as SnapshotDamage {
        notes.append("\(damage); it is not used")
      } catch let problem as SnapshotProblem {
        notes.append("\(named.name): \(problem); it is not used")
      } catch {
        notes.append("\(named.name): \(error); it is not used")
      }
    }
    if !manifest.snapshots.isEmpty { notes.append("the log is read from its beginning") }
  }

  /// Hands the engine over.
  consuming func takeEngine() -> Engine { engine }

  static func check(
    _ header: SnapshotHeader, _ named: Manifest.Named, _ identity: LogIdentity?
  ) throws(SnapshotDamage) {
    guard header.sequence == named.sequence else {
      throw SnapshotDamage(named.name, "it is not the one that the manifest names")
    }
    guard identity == nil || header.identity == identity else {
      throw SnapshotDamage(named.name, "it belongs to another log")
    }
    guard header.contentVersion == Engine.snapshotVersion else {
      throw SnapshotDamage(
        named.name,
        "it holds the state of version \(header.contentVersion), not \(Engine.snapshotVersion)")
    }
  }
}
