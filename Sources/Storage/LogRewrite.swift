// Rewriting closed segments.
//
// How it works. A log forgets by being written again without what is to go. Every segment in which
// a record changes is written to a new file, record by record: the same header, the same sequences,
// payloads that are shorter. Nothing of the log is touched meanwhile. When all files are durable, a
// manifest that names them in the place of the segments is made durable: from then on it has
// happened. Each file is then renamed over its segment; a crash in between is gone on with by the
// next writer, which finds the names in the manifest. So a log is never half rewritten, which it
// could not be read as: later records rest on earlier ones.

/// Writes segments anew, without touching them.
package enum LogRewrite {
  /// What the names of rewritten segments end with, before they are renamed.
  package static let suffix = ".rewritten"

  /// The name under which a segment is written anew.
  static func name(_ segment: String, tag: String) -> String { "\(segment).\(tag)\(suffix)" }

  /// Writes the segments anew that change, of those whose records all have sequences up to `last`.
  /// O(bytes); holds one segment's changed records at a time.
  ///
  /// - Parameters:
  ///   - tag: tells these files from those that another process writes.
  ///   - rewrite: a record's new payload, or nil where it stays; called in the order of the log.
  /// - Returns: the segments that were written anew, by name. Their files are durable.
  package static func write(
    on disk: any Disk, through last: UInt64, tag: String,
    _ rewrite: (UInt64, UnsafeRawBufferPointer) throws -> [UInt8]?
  ) throws -> [String] {
    let numbers = try disk.names().compactMap(SegmentName.number).sorted()
    var rewritten: [String] = []
    for number in numbers {
      let name = SegmentName.name(number)
      let reader = try SegmentReader(name: name, file: disk.open(name, for: .reading))
      let header = try reader.header()
      if header.firstSequence > last { break }
      var changes: [UInt64: [UInt8]] = [:]
      var offset = UInt64(SegmentHeader.sizeBytes)
      var sequence = header.firstSequence
      _ = try reader.readRecords(from: &offset, expecting: &sequence) { sequence, payload in
        if sequence <= last, let change = try rewrite(sequence, payload) {
          changes[sequence] = change
        }
      }
      if changes.isEmpty { continue }
      guard sequence - 1 <= last else { throw StorageError.missingSegment(file: name) }
      try write(
        reader, header, changes, to: disk.open(Self.name(name, tag: tag), for: .creatingNew))
      rewritten.append(name)
    }
    if !rewritten.isEmpty { try disk.synchronize() }
    return rewritten
  }

  private static func write(
    _ reader: SegmentReader, _ header: SegmentHeader, _ changes: [UInt64: [UInt8]],
    to file: any DiskFile
  ) throws {
    var pending = [UInt8](repeating: 0, count: SegmentHeader.sizeBytes)
    pending.withUnsafeMutableBytes { header.write(to: $0) }
    var written: UInt64 = 0
    func flush() throws {
      try pending.withUnsafeBytes { try file.write($0, at: written) }
      written += UInt64(pending.count)
      pending.removeAll(keepingCapacity: true)
    }
    func append(_ payload: UnsafeRawBufferPointer, _ sequence: UInt64) {
      let start = pending.count
      let count = RecordHeader.recordBytes(payloadBytes: payload.count)
      let place = written + UInt64(start)
      pending.append(contentsOf: repeatElement(0, count: count))
      pending.withUnsafeMutableBytes { buffer in
        // All before it will be durable when the file takes its place.
        RecordHeader.write(
          payload, sequence: sequence, durableOffset: place,
          to: UnsafeMutableRawBufferPointer(rebasing: buffer[start..<start + count]))
      }
    }
    var offset = UInt64(SegmentHeader.sizeBytes)
    var sequence = header.firstSequence
    _ = try reader.readRecords(from: &offset, expecting: &sequence) { sequence, payload in
      if let change = changes[sequence] {
        change.withUnsafeBytes { append($0, sequence) }
      } else {
        append(payload, sequence)
      }
      if pending.count >= 1 << 20 { try flush() }
    }
    try flush()
    try file.synchronize()
  }
}
