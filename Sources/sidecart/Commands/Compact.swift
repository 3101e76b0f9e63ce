import Engine
import Storage

/// `sidecart compact`: writes a snapshot of a state folder.
enum Compact: Command {
  static let name = "compact"
  static let summary = "Writes a snapshot of a state folder, so that the next start is instant."
  static let usage = "--state DIR"
  static let options: [Option] = [
    .value("state", "DIR", "the state folder; no other process may be writing to it"),
    .value("worker", "NAME", "write that file and nothing else: how serve has it done"),
    .value("through", "SEQUENCE", "with --worker: the last record that goes in"),
  ]
  static let details = """
    A serving process does this by itself, in a process of its own, whenever a sixteenth of the log
    and at least 16 MiB are not in a snapshot yet. The log stays as it is: a snapshot only spares
    the next start from replaying it.
    """

  static func run(_ arguments: Arguments) throws -> Int32 {
    try arguments.expectOperands(atMost: 0)
    guard let state = arguments["state"] else { throw UsageError("compact needs --state DIR") }
    if let name = arguments["worker"] {
      guard let through = try arguments.integer("through", in: 1...Int.max) else {
        throw UsageError("--worker needs --through SEQUENCE")
      }
      guard Manifest.isSnapshot(name), !name.contains("/") else {
        throw UsageError("--worker takes the name of a snapshot")
      }
      try work(state, name, UInt64(through))
      return 0
    }
    let host = try Host(state: state)
    try host.writeSnapshot()
    try host.close()
    if let newest = host.newestSnapshot {
      Console.note("\(newest.name) holds everything up to record \(newest.sequence)")
    }
    return 0
  }

  /// Reads the state up to a record from snapshot and log, and writes it to a new file.
  private static func work(_ state: String, _ name: String, _ through: UInt64) throws {
    System.lowerPriority()
    let disk = try RealDisk(path: state)
    guard let identity = try Log.identity(on: disk) else {
      throw HostFailure("\(state) holds no log")
    }
    let start = try Start(on: disk, surroundings: Host.surroundings())
    guard start.sequence <= through else {
      throw HostFailure("a snapshot of a later record is there already")
    }
    let covered = start.sequence
    let service = Host.emptyService()
    service.engine = start.takeEngine()
    let report = try Log.read(
      on: disk, after: covered, through: through, Host.replay(into: service))
    guard report.lastSequence >= through else {
      throw HostFailure("the log ends at record \(report.lastSequence), before \(through)")
    }
    _ = try SnapshotKeeper.write(
      &service.engine, on: disk, name: name, sequence: through, identity: identity)
  }
}
