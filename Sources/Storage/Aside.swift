/// Files in which bytes are kept that were taken out of the log. Nothing reads them again.
enum Aside {
  /// Why the bytes were taken out.
  enum Reason: String {
    /// The end of the log that was being written.
    case torn
    /// What a repair cut.
    case cut
  }

  /// Whether a file of that name holds what was taken out of the log.
  static func isAside(_ name: String) -> Bool {
    guard let dot = name.firstIndex(of: "."), SegmentName.number(String(name[..<dot])) != nil else {
      return false
    }
    let rest = name[dot...]
    return rest.hasPrefix(".\(Reason.torn.rawValue)-") || rest.hasPrefix(".\(Reason.cut.rawValue)-")
  }

  /// The name under which bytes from that place are kept, where those names are taken already.
  static func name(_ place: LogPlace, _ reason: Reason, among names: Set<String>) -> String {
    let plain = "\(place.file).\(reason.rawValue)-\(place.offset)"
    var name = plain
    var copy = 2
    while names.contains(name) {
      name = "\(plain).\(copy)"
      copy += 1
    }
    return name
  }

  /// Copies the bytes from a place to an end into a file of their own, durably, and returns the
  /// file's name.
  static func keep(
    _ file: any DiskFile, from place: LogPlace, through end: UInt64, as reason: Reason,
    on disk: any Disk
  ) throws(StorageError) -> String {
    let names = Set(try lifted { () throws(SystemError) in try disk.names() })
    let name = name(place, reason, among: names)
    let kept = try lifted { () throws(SystemError) in try disk.open(name, for: .creatingNew) }
    try copy(file, from: place.offset, through: end, to: kept)
    try lifted { () throws(SystemError) in
      try kept.synchronize()
      try disk.synchronize()
    }
    return name
  }

  /// Copies a part of a file to the beginning of another. O(bytes), a mebibyte at a time.
  static func copy(
    _ file: any DiskFile, from start: UInt64, through end: UInt64, to target: any DiskFile
  ) throws(StorageError) {
    let window = try FileWindow(file)
    var offset = start
    while offset < end {
      let bytes = try window.bytes(at: offset, count: Int(min(1 << 20, end - offset)))
      guard !bytes.isEmpty else { break }
      try lifted { () throws(SystemError) in try target.write(bytes, at: offset - start) }
      offset += UInt64(bytes.count)
    }
  }
}
