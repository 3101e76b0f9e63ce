import Storage

/// `sidecart backup`: a copy of a state folder, also while a process serves it.
enum Backup: Command {
  static let name = "backup"
  static let summary = "Copies a state folder, also while a process writes to it."
  static let usage = "DIR --to TARGET"
  static let options: [Option] = [
    .value("to", "TARGET", "the copy's folder: must not be there, or be empty")
  ]
  static let details = """
    The copy holds everything that was acknowledged before the command began, and nothing half
    written. It is read back and applied before it gets its name: until then it is called
    TARGET.unfinished, and where TARGET is there, it is whole.

    To restore, end the serving process, move the folder away and put a copy of TARGET in its place.

      sidecart backup shop --to shop-$(date +%F)
    """

  static func run(_ arguments: Arguments) throws -> Int32 {
    try arguments.expectOperands(atMost: 1)
    guard let path = arguments.operands.first else { throw UsageError("backup needs a DIR") }
    guard var target = arguments["to"] else { throw UsageError("backup needs --to TARGET") }
    while target.count > 1, target.last == "/" { target.removeLast() }
    let source = try StateFolder(path: path, for: .reading)
    try expectFree(target)
    let unfinished = target + ".unfinished"
    guard try System.makeFolder(unfinished) else {
      throw StorageError.badTarget(
        path: unfinished,
        reason: "is there already: a backup is being made, or was interrupted; in that case remove "
          + "it")
    }
    do {
      let report = try copy(source, to: unfinished)
      try System.renameFolder(unfinished, to: target)
      try StateFolder.synchronizeParent(of: target)
      try Console.write(
        "\(target): \(report.files) files, \(report.bytes) bytes, up to record "
          + "\(report.lastSequence); read back and found whole\n")
      return 0
    } catch {
      discard(unfinished)
      throw error
    }
  }

  private static func copy(_ source: StateFolder, to path: String) throws -> BackupReport {
    let report = try Log.backUp(source, to: try RealDisk(path: path))
    // The form is right; whether a start can apply it, only applying it tells.
    let host = try Host(state: path, isReadOnly: true)
    guard host.recovery?.lastSequence == report.lastSequence else {
      throw StorageError.badTarget(path: path, reason: "does not hold what was written to it")
    }
    return report
  }

  private static func expectFree(_ target: String) throws {
    do {
      guard try RealDisk(path: target).names().isEmpty else {
        throw StorageError.badTarget(
          path: target, reason: "is not empty, and a backup replaces nothing")
      }
    } catch let error as SystemError {
      if error.isNotFolder { throw StorageError.notFolder(path: target) }
      if !error.isMissing { throw error }
    }
  }

  /// Removes what a failed copy left, as far as that goes.
  private static func discard(_ path: String) {
    guard let disk = try? RealDisk(path: path) else { return }
    for name in (try? disk.names()) ?? [] { try? disk.remove(name) }
    try? System.removeFolder(path)
  }
}
