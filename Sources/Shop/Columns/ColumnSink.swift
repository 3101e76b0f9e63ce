// How state leaves and enters the process
// ---------------------------------------
// A snapshot is named columns of plain values, and a few named records for what is small. Each
// table writes its own and reads them back; where the bytes go is not its business: `Engine` binds
// these to files. What is read was written by this program and carries a checksum, and is checked
// all the same for what memory safety does not rest on but a right answer does: that columns of one
// table are of one length.

/// Takes the columns of a snapshot, each once.
package protocol ColumnSink: AnyObject {
  /// - Parameter elementBytes: the size of one value.
  func put(_ name: String, elementBytes: Int, _ bytes: UnsafeRawBufferPointer) throws
}

/// Gives the columns of a snapshot.
package protocol ColumnSource: AnyObject {
  /// The memory of a column and its size in bytes; nil where the snapshot has none of that name and
  /// element size.
  func region(_ name: String, elementBytes: Int) -> (region: ColumnRegion, byteCount: Int)?
}

/// Why a snapshot is not read: it lacks something, or what it has does not fit together.
package struct SnapshotProblem: Error, Equatable, CustomStringConvertible {
  package var name: String
  package var words: String

  package init(_ name: String, _ words: String) {
    self.name = name
    self.words = words
  }

  package var description: String { "\(name): \(words)" }
}

extension ColumnSink {
  package func put<Element>(_ name: String, _ column: Column<Element>) throws {
    try column.withUnsafeBufferPointer {
      try put(name, elementBytes: MemoryLayout<Element>.stride, UnsafeRawBufferPointer($0))
    }
  }

  /// Writes a record: what is small and has no column's form.
  package func put(record name: String, _ body: (inout RecordPacker) -> Void) throws {
    var packer = RecordPacker()
    body(&packer)
    try packer.bytes.withUnsafeBytes { try put(name, elementBytes: 1, $0) }
  }
}

extension ColumnSource {
  /// The column of that name.
  ///
  /// - Parameter count: how many values it must have, where that is known.
  package func column<Element>(
    _ name: String, count: Int? = nil
  ) throws(SnapshotProblem) -> Column<Element> {
    let stride = MemoryLayout<Element>.stride
    guard let (region, byteCount) = region(name, elementBytes: stride) else {
      throw SnapshotProblem(name, "missing")
    }
    let found = byteCount / stride
    if let count, count != found {
      throw SnapshotProblem(name, "\(found) values where \(count) belong")
    }
    return found == 0 ? Column() : Column(region, count: found)
  }

  /// Reads a record to its end.
  package func record<Result>(
    _ name: String, _ body: (inout RecordUnpacker) throws(SnapshotProblem) -> Result
  ) throws(SnapshotProblem) -> Result {
    let bytes: Column<UInt8> = try column(name)
    var unpacker = RecordUnpacker(name: name, bytes)
    let result = try body(&unpacker)
    guard unpacker.isAtEnd else { throw SnapshotProblem(name, "more than belongs") }
    return result
  }
}
