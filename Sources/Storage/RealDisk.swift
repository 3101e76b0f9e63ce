/// A folder of the file system.
package final class RealDisk: Disk {
  /// The folder's path, for messages.
  package let path: String
  private let folder: Int32

  /// Opens an existing folder.
  package init(path: String) throws(SystemError) {
    self.path = path
    folder = try System.openFolder(path)
  }

  deinit { System.closeFile(folder) }

  package func names() throws(SystemError) -> [String] { try System.names(in: folder) }

  package func open(
    _ name: String, for opening: DiskOpening
  ) throws(SystemError) -> any DiskFile {
    RealFile(name: name, descriptor: try System.openFile(name, in: folder, for: opening))
  }

  package func rename(_ name: String, to newName: String) throws(SystemError) {
    try System.renameFile(name, to: newName, in: folder)
  }

  package func remove(_ name: String) throws(SystemError) {
    try System.removeFile(name, in: folder)
  }

  package func synchronize() throws(SystemError) {
    try System.synchronizeAll(folder, path: path)
  }
}

/// An open file of the file system.
package final class RealFile: DiskFile {
  private let name: String
  private let descriptor: Int32

  /// Takes over an open descriptor.
  package init(name: String, descriptor: Int32) {
    self.name = name
    self.descriptor = descriptor
  }

  deinit { System.closeFile(descriptor) }

  package func sizeBytes() throws(SystemError) -> UInt64 {
    try System.status(of: descriptor).sizeBytes
  }

  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(SystemError) -> Int {
    try System.readFully(descriptor, into: buffer, at: offset)
  }

  package func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(SystemError) {
    try System.writeAll(descriptor, bytes, at: offset, path: name)
  }

  package func reserve(from start: UInt64, to end: UInt64) throws(SystemError) -> Bool {
    try System.reserve(descriptor, from: start, to: end, path: name)
  }

  package func resize(toBytes size: UInt64) throws(SystemError) {
    try System.resize(descriptor, toBytes: size, path: name)
  }

  package func synchronize() throws(SystemError) {
    try System.synchronizeData(descriptor, path: name)
  }

  package func region(
    at offset: UInt64, byteCount: Int, spareBytes: Int
  ) throws(SystemError) -> DiskRegion {
    // Where pages are larger than the alignment of columns, the part is read.
    guard offset % UInt64(System.pageBytes) == 0 else {
      let region = DiskRegion(allocating: byteCount + spareBytes)
      _ = try read(
        into: UnsafeMutableRawBufferPointer(start: region.start, count: byteCount), at: offset)
      return region
    }
    return DiskRegion(
      try System.map(descriptor, at: offset, byteCount: byteCount, spareBytes: spareBytes))
  }
}
