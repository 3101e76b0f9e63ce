// Cutting a damaged log at its last good place.
//
// How it works. Nothing is deleted. First the end of the last good segment is copied into a file of
// its own, durably. Then the later segments are renamed, the last one first, each trimmed of the
// zeros reserved in it, and the renames are made durable. At the very end the good segment is cut.
// The damage is where it was until that last step, so a crash at any moment leaves a log that
// either refuses as before (and the repair is made again) or is whole.
//
// A follower that had read beyond the cut notices: the file that it stands in ends before the place
// where it stands, or no longer has its name.

extension Log {
  /// Sets aside what an inspection found behind the last good place, so that a start works again.
  /// O(bytes that are cut).
  ///
  /// The disk is locked, and the inspection was made since. Does nothing where there is nothing to
  /// cut.
  ///
  /// - Throws: `.system`. Made again after another inspection, it can succeed then.
  package static func cut(
    on disk: any Disk, _ inspection: LogInspection
  ) throws(StorageError) {
    guard let good = inspection.lastGood else {
      precondition(inspection.cuts.isEmpty, "a cut needs a good place to cut at")
      return
    }
    for cut in inspection.cuts where cut.place.file == good.file {
      let file = try open(good.file, on: disk)
      let end = cut.place.offset + cut.bytes
      _ = try Aside.keep(file, from: cut.place, through: end, as: .cut, on: disk)
    }
    let whole = inspection.cuts.filter { $0.place.file != good.file }
    for cut in whole.reversed() {
      try lifted { () throws(SystemError) in try disk.rename(cut.place.file, to: cut.keptAs) }
    }
    try lifted { () throws(SystemError) in try disk.synchronize() }
    for cut in whole {
      let file = try open(cut.keptAs, on: disk)
      try lifted { () throws(SystemError) in
        try file.resize(toBytes: cut.bytes)
        try file.synchronize()
      }
    }
    guard whole.count < inspection.cuts.count else { return }
    let file = try open(good.file, on: disk)
    try lifted { () throws(SystemError) in
      try file.resize(toBytes: good.offset)
      try file.synchronize()
    }
  }

  private static func open(
    _ name: String, on disk: any Disk
  ) throws(StorageError) -> any DiskFile {
    try lifted { () throws(SystemError) in try disk.open(name, for: .writing) }
  }
}
