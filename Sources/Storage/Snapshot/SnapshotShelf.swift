// Who names and who removes
// -------------------------
// The writer of the log alone: it takes over a snapshot that somebody (itself, or a child process)
// wrote under another name. Steps, each durable before the next: the file's bytes (by whoever wrote
// it), its name, the manifest that names it, the removal of what is no longer named. A crash
// between any two leaves a file too many, which the next start or the next snapshot removes.

/// The snapshots of a state folder, as its writer sees them.
package struct SnapshotShelf {
  private let disk: any Disk
  package private(set) var manifest: Manifest
  /// Why the manifest was not read, if it was not.
  package let damage: StorageError?

  /// Reads the manifest; one that is damaged names nothing.
  package init(on disk: any Disk) throws(StorageError) {
    self.disk = disk
    do throws(StorageError) {
      manifest = try Manifest.read(on: disk) ?? Manifest()
      damage = nil
    } catch {
      guard case .damagedManifest = error else { throw error }
      manifest = Manifest()
      damage = error
    }
  }

  /// A name under which the next snapshot can be written: nobody else's, and no snapshot's yet.
  package func unfinishedName() throws(StorageError) -> String {
    Manifest.snapshotName(try nextGeneration()) + ".\(System.processID).new"
  }

  private func nextGeneration() throws(StorageError) -> UInt64 {
    // Beyond whatever is there: where the manifest was damaged, its files still are.
    let names = try lifted { () throws(SystemError) in try disk.names() }
    let used = names.filter(Manifest.isSnapshot).compactMap(Self.generation)
    return max(manifest.generation, used.max() ?? 0) + 1
  }

  private static func generation(of name: String) -> UInt64? {
    UInt64(name.dropFirst("snapshot-".count).prefix { $0 != "." })
  }

  /// What tells the files of whoever writes that snapshot from those of others.
  package static func tag(of unfinished: String) -> String {
    String(unfinished.dropFirst("snapshot-".count).dropLast(".new".count))
  }

  /// Takes over a snapshot whose bytes are durable: names it in the manifest, and removes what is
  /// no longer named. Answers its name.
  ///
  /// Where its writer wrote segments of the log anew, these take their place in the same step, and
  /// no snapshot but the new one, nor anything that was ever cut off the log, stays.
  package mutating func adopt(
    _ unfinished: String, sequence: UInt64
  ) throws(StorageError) -> String {
    // The number that it was begun with, unless another has it by now.
    let names = try lifted { () throws(SystemError) in try disk.names() }
    var generation = Self.generation(of: unfinished) ?? 0
    if generation <= manifest.generation || names.contains(Manifest.snapshotName(generation)) {
      generation = try nextGeneration()
    }
    let name = Manifest.snapshotName(generation)
    try lifted { () throws(SystemError) in
      try disk.rename(unfinished, to: name)
      try disk.synchronize()
    }
    var next = manifest
    next.generation = generation
    next.snapshots.insert(Manifest.Named(name: name, sequence: sequence), at: 0)
    next.snapshots = Array(next.snapshots.prefix(Manifest.generationCount))
    let ending = "." + Self.tag(of: unfinished) + LogRewrite.suffix
    for file in names where file.hasSuffix(ending) {
      let segment = String(file.dropLast(ending.utf8.count))
      next.replacements.append(Manifest.Replacement(segment: segment, file: file))
    }
    if !next.replacements.isEmpty { next.snapshots = [next.snapshots[0]] }
    try next.replace(on: disk)
    manifest = next
    try finishReplacing()
    try removeUnnamed()
    return name
  }

  /// Puts rewritten segments in the place of the log's, as the manifest says; goes on with it where
  /// a crash cut it short.
  package mutating func finishReplacing() throws(StorageError) {
    if manifest.replacements.isEmpty { return }
    let names = try lifted { () throws(SystemError) in try disk.names() }
    let replacements = manifest.replacements
    try lifted { () throws(SystemError) in
      for replacement in replacements where names.contains(replacement.file) {
        try disk.rename(replacement.file, to: replacement.segment)
      }
      for name in names where Aside.isAside(name) { try disk.remove(name) }
      try disk.synchronize()
    }
    var next = manifest
    next.replacements = []
    try next.replace(on: disk)
    manifest = next
  }

  /// Removes snapshots that the manifest does not name, finished or not. Only the folder's writer
  /// may, and only while no other snapshot is being written.
  package func removeUnnamed() throws(StorageError) {
    if damage != nil, manifest.snapshots.isEmpty { return }
    let named = Set(manifest.snapshots.map(\.name))
    try lifted { () throws(SystemError) in
      for name in try disk.names() {
        let isUnnamed = Manifest.isSnapshot(name) && !named.contains(name)
        if isUnnamed || name.hasSuffix(LogRewrite.suffix) { try disk.remove(name) }
      }
    }
  }

  /// Names no snapshot any more that holds records beyond a sequence, and removes those: for a log
  /// that was cut there.
  package mutating func drop(beyond sequence: UInt64) throws(StorageError) {
    let kept = manifest.snapshots.filter { $0.sequence <= sequence }
    if kept.count == manifest.snapshots.count { return }
    var next = manifest
    next.generation = try nextGeneration()
    next.snapshots = kept
    try next.replace(on: disk)
    manifest = next
    try removeUnnamed()
  }
}
