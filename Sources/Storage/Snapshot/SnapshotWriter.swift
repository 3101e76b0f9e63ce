/// Writes a snapshot: one column after the other, then the directory, then the header.
///
/// The header comes last, so that a file that was not finished is none. Holds one column's bytes at
/// a time: those that it is given.
package final class SnapshotWriter {
  private let file: any DiskFile
  private var header: SnapshotHeader
  private var columns: [SnapshotColumn] = []
  private var offset = UInt64(SnapshotHeader.pageBytes)

  /// - Parameter file: an empty file.
  package init(_ file: any DiskFile, header: SnapshotHeader) {
    self.file = file
    self.header = header
  }

  /// Adds a column; each name once.
  package func put(
    _ name: String, elementBytes: Int, _ bytes: UnsafeRawBufferPointer
  ) throws(StorageError) {
    precondition(!columns.contains { $0.name == name }, "a column is written once")
    precondition(name.utf8.count <= Int(UInt16.max), "a name is short")
    columns.append(
      SnapshotColumn(
        name: name, elementBytes: elementBytes, offset: offset, byteCount: bytes.count,
        checksum: ColumnChecksum.of(bytes)))
    try write(bytes)
    let page = UInt64(SnapshotHeader.pageBytes)
    offset = (offset + page - 1) / page * page
  }

  /// Writes directory and header and waits until all of it is on disk; answers the file's size.
  package func finish() throws(StorageError) -> UInt64 {
    let directory = directoryBytes
    header.directoryOffset = offset
    header.directoryBytes = UInt64(directory.count)
    let header = try directory.span.bytes.withUnsafeBytes { bytes throws(StorageError) in
      var header = self.header
      header.directoryChecksum = Checksum.crc32c(bytes)
      try write(bytes)
      return header
    }
    try lifted { () throws(SystemError) in try file.synchronize() }
    var bytes = [UInt8](repeating: 0, count: SnapshotHeader.sizeBytes)
    bytes.withUnsafeMutableBytes { header.write(to: $0) }
    try bytes.span.bytes.withUnsafeBytes { bytes throws(StorageError) in
      try lifted { () throws(SystemError) in
        try file.write(bytes, at: 0)
        try file.synchronize()
      }
    }
    return offset
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    // In parts, so that a disk that fills up is noticed before the rest is copied.
    var rest = bytes
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(8 << 20))
      try lifted { () throws(SystemError) in try file.write(part, at: offset) }
      offset += UInt64(part.count)
      rest = UnsafeRawBufferPointer(rebasing: rest[part.count...])
    }
  }

  private var directoryBytes: [UInt8] {
    var bytes: [UInt8] = []
    for column in columns {
      var entry = [UInt8](repeating: 0, count: SnapshotColumn.fixedBytes)
      entry.withUnsafeMutableBytes { buffer in
        buffer.store(UInt16(column.name.utf8.count), at: 0)
        buffer.store(UInt32(column.elementBytes), at: 2)
        buffer.store(column.offset, at: 8)
        buffer.store(UInt64(column.byteCount), at: 16)
        buffer.store(column.checksum, at: 24)
      }
      bytes += entry
      bytes += column.name.utf8
    }
    return bytes
  }
}
