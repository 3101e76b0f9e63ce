/// A part of a file in memory that moves along as the file is read, so that reading is bounded.
///
/// It grows to the longest record asked for and never shrinks.
final class FileWindow {
  let file: any DiskFile
  private var buffer: UnsafeMutableRawBufferPointer
  private var start: UInt64 = 0
  private var loadedBytes = 0

  init(_ file: any DiskFile, capacityBytes: Int = 1 << 20) {
    self.file = file
    buffer = .allocate(byteCount: capacityBytes, alignment: 16)
  }

  deinit { buffer.deallocate() }

  /// The bytes at an offset: as many as asked for, or fewer where the file ends before. They are
  /// valid until the next call.
  @inline(__always)
  func bytes(at offset: UInt64, count: Int) throws(StorageError) -> UnsafeRawBufferPointer {
    if offset >= start, offset - start <= UInt64(loadedBytes) {
      let index = Int(offset - start)
      if loadedBytes - index >= count {
        return UnsafeRawBufferPointer(rebasing: buffer[index..<(index + count)])
      }
    }
    return try load(at: offset, count: count)
  }

  /// Forgets what was read, so that the next look goes to the file.
  func forget() { loadedBytes = 0 }

  private func load(at offset: UInt64, count: Int) throws(StorageError) -> UnsafeRawBufferPointer {
    if count > buffer.count {
      buffer.deallocate()
      buffer = .allocate(byteCount: count, alignment: 16)
    }
    loadedBytes = 0
    start = offset
    loadedBytes = try lifted { () throws(SystemError) in try file.read(into: buffer, at: offset) }
    return UnsafeRawBufferPointer(rebasing: buffer[..<min(count, loadedBytes)])
  }
}
