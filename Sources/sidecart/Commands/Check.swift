import Storage
import Wire

/// `sidecart check`: whether a start would go well, and a repair where it would not.
enum Check: Command {
  static let name = "check"
  static let summary =
    "Reads a state folder through, says what is wrong with it, and can repair it."
  static let usage = "DIR [--fix] [--json]"
  static let options: [Option] = [
    .flag(
      "fix",
      "cut the log at its last good place, so that a start works again;\nwhat is cut is kept in "
        + "files beside"),
    .flag("json", "print one JSON object instead of lines for people"),
  ]
  static let details = """
    All of the log is read, also what a snapshot spares a start from reading, and every byte of the
    newest snapshot. Every record's length, sequence and checksum is checked, and every fact is
    applied, as a start would. Nothing is changed without --fix, and a serving process may go on.
    --fix needs the folder to itself. It cuts a damaged log at the last good place, and a torn tail
    as a start would.

    Records behind the damage were acknowledged, and after --fix they no longer count: restore a
    backup instead where there is one that goes further. Files named log-….cut-… hold what was cut.

    Status 0: a start needs no repair (any more). Status 1: something is wrong, and was said.
    Status 2: it was called wrongly.

      sidecart check shop && sidecart serve --state shop
    """

  static func run(_ arguments: Arguments) throws -> Int32 {
    try arguments.expectOperands(atMost: 1)
    guard let path = arguments.operands.first else { throw UsageError("check needs a DIR") }
    var report = CheckReport(path: path, inspection: try inspect(path))
    try look(&report, on: try StateFolder(path: path, for: .reading))
    if arguments.has("fix") {
      // The lock comes first, then the look that the repair rests on.
      let folder = try StateFolder(path: path, for: .writing)
      report.inspection = try inspect(folder)
      try look(&report, on: folder)
      try fix(&report, folder)
    }
    report.writer = arguments.has("fix") ? nil : StateFolder.presentWriter(path: path)
    try Console.write(arguments.has("json") ? report.json : Array(report.text.utf8))
    return report.isSoundNow ? 0 : 1
  }

  /// Compaction may remove segments while they are read; then it is read again.
  private static func inspect(_ path: String) throws -> LogInspection {
    let folder = try StateFolder(path: path, for: .reading)
    var tries = 5
    while true {
      do throws(StorageError) { return try inspect(folder) } catch {
        tries -= 1
        guard case .system(let cause) = error, cause.isMissing, tries > 0 else { throw error }
      }
    }
  }

  private static func inspect(_ folder: StateFolder) throws(StorageError) -> LogInspection {
    try Log.inspect(on: folder, Host.replay(into: Host.emptyService()))
  }

  /// Looks at the snapshots: whether a start takes one, and whether that holds what is damaged in
  /// the log.
  private static func look(_ report: inout CheckReport, on folder: StateFolder) throws {
    let start = try Start(on: folder, surroundings: Host.surroundings())
    report.snapshotNotes = start.notes
    report.snapshot = start.snapshot
    let covered = start.sequence
    guard report.inspection.damage != nil, covered > report.inspection.report.lastSequence else {
      return
    }
    let service = Host.emptyService()
    service.engine = start.takeEngine()
    let behind = try Log.inspect(on: folder, after: covered, Host.replay(into: service))
    report.isDamageCovered = behind.isSound
  }

  private static func fix(_ report: inout CheckReport, _ folder: StateFolder) throws {
    let found = report.inspection
    guard found.damage != nil else {
      if found.report.ending == .clean { return }
      // What a start does with what a crash left: the same code does it.
      let log = try Log.open(on: folder) { _, _ in }
      try log.close()
      report.fixed = try inspect(folder)
      return
    }
    if found.cuts.isEmpty || report.isDamageCovered { return }
    try Log.cut(on: folder, found)
    var shelf = try SnapshotShelf(on: folder)
    try shelf.drop(beyond: found.report.lastSequence)
    report.fixed = try inspect(folder)
  }
}
