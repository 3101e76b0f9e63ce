// The manifest
// ------------
// Which snapshots count. A snapshot is written under a name of its own, made durable, verified, and
// only then named in a new manifest, which replaces the old one by a rename: at every moment one
// whole manifest is there, and everything that it names is whole. What it no longer names is
// removed after it is durable, never before.
//
// It is text, to be read by people too:
//
//   sidecart-manifest 1
//   generation 7
//   snapshot snapshot-00000007 sequence 5120044
//   snapshot snapshot-00000006 sequence 4810021
//   replace log-00000001 log-00000001.00000007.4711.rewritten
//   checksum 3f9c01d2
//
// A line that says `replace` is there only while rewritten segments take the place of the log's
// (LogRewrite); a start of a writer goes on with it. The first snapshot is the one to use, the next
// is for the case that it is damaged. The checksum is the CRC32C of all lines before it. A manifest
// that is damaged names nothing: the log is read from its beginning, and nothing is removed until a
// new manifest is durable.

/// Which snapshots of a state folder count.
package struct Manifest: Equatable, Sendable {
  package static let name = "manifest"
  private static let unfinishedName = "manifest.new"
  private static let firstLine = "sidecart-manifest 1"
  /// Snapshots that are kept.
  package static let generationCount = 2

  /// Grows by one with each snapshot.
  package var generation: UInt64 = 0
  /// The newest first.
  package var snapshots: [Named] = []

  /// Segments that are to be replaced, and by which files.
  package var replacements: [Replacement] = []

  package struct Replacement: Equatable, Sendable {
    package var segment: String
    package var file: String
  }

  package struct Named: Equatable, Sendable {
    package var name: String
    /// The last record of the log that is in it.
    package var sequence: UInt64
  }

  package init() {}

  /// The name of a generation's snapshot.
  package static func snapshotName(_ generation: UInt64) -> String {
    let text = String(generation)
    return "snapshot-" + String(repeating: "0", count: max(0, 8 - text.utf8.count)) + text
  }

  /// Whether a file of that name is a snapshot, finished or not.
  package static func isSnapshot(_ name: String) -> Bool { name.hasPrefix("snapshot-") }

  /// What the folder's manifest says; nil where there is none.
  ///
  /// - Throws: `.damagedManifest`, `.system`.
  package static func read(on disk: any Disk) throws(StorageError) -> Manifest? {
    let names = try lifted { () throws(SystemError) in try disk.names() }
    guard names.contains(name) else { return nil }
    let file = try lifted { () throws(SystemError) in try disk.open(name, for: .reading) }
    let window = try FileWindow(file, capacityBytes: 1 << 16)
    let bytes = try window.bytes(at: 0, count: 1 << 16)
    guard bytes.count < 1 << 16, let manifest = Manifest(bytes) else {
      throw .damagedManifest(file: name)
    }
    return manifest
  }

  /// Puts this manifest in the place of the one that is there, durably.
  ///
  /// What it names must be durable.
  package func replace(on disk: any Disk) throws(StorageError) {
    let text = Array(self.text.utf8)
    try lifted { () throws(SystemError) in
      let file = try disk.open(Self.unfinishedName, for: .creating)
      try file.resize(toBytes: 0)
      try text.span.bytes.withUnsafeBytes { bytes throws(SystemError) in
        try file.write(bytes, at: 0)
      }
      try file.synchronize()
      try disk.rename(Self.unfinishedName, to: Self.name)
      try disk.synchronize()
    }
  }

  private var text: String {
    var text = Self.firstLine + "\ngeneration \(generation)\n"
    for snapshot in snapshots {
      text += "snapshot \(snapshot.name) sequence \(snapshot.sequence)\n"
    }
    for replacement in replacements {
      text += "replace \(replacement.segment) \(replacement.file)\n"
    }
    return text + "checksum \(Self.checksum(of: text))\n"
  }

  private static func checksum(of text: String) -> String {
    let bytes = Array(text.utf8)
    let digits = String(bytes.withUnsafeBytes { Checksum.crc32c($0) }, radix: 16)
    return String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }

  /// Reads a manifest's text; nil for anything else, however little it differs.
  private init?(_ bytes: UnsafeRawBufferPointer) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 4, lines[0] == Self.firstLine else { return nil }
    for line in lines[1..<(lines.count - 2)] {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      if words.count == 2, words[0] == "generation", let number = UInt64(words[1]) {
        generation = number
      } else if words.count == 4, words[0] == "snapshot", words[2] == "sequence",
        let sequence = UInt64(words[3]), Self.isSnapshot(String(words[1]))
      {
        snapshots.append(Named(name: String(words[1]), sequence: sequence))
      } else if words.count == 3, words[0] == "replace",
        SegmentName.number(String(words[1])) != nil, words[2].hasSuffix(LogRewrite.suffix)
      {
        replacements.append(Replacement(segment: String(words[1]), file: String(words[2])))
      } else {
        return nil
      }
    }
    // Written again it must give the same bytes: numbers have one spelling, the checksum is right.
    guard self.text == text else { return nil }
  }
}
