/// A part of a file in memory that moves along as the file is read, so that reading is bounded.
///
/// It grows to the longest record asked for and never shrinks. Nothing is read beyond the size that
/// the file had when it was last looked at: beside a living writer the file grows, and what is
/// judged must be one state of it.
final class FileWindow {
  let file: any DiskFile
  /// The file's size when it was last looked at.
  private(set) var sizeBytes: UInt64
  private var buffer: UnsafeMutableRawBufferPointer
  private var start: UInt64 = 0
  private var loadedBytes = 0

  init(_ file: any DiskFile, capacityBytes: Int = 1 << 20) throws(StorageError) {
    self.file = file
    sizeBytes = try lifted { () throws(SystemError) in try file.sizeBytes() }
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

  /// Forgets what was read and how long the file was, so that the next look goes to the file.
  func forget() throws(StorageError) {
    loadedBytes = 0
    sizeBytes = try lifted { () throws(SystemError) in try file.sizeBytes() }
  }

  private func load(at offset: UInt64, count: Int) throws(StorageError) -> UnsafeRawBufferPointer {
    if count > buffer.count {
      buffer.deallocate()
      buffer = .allocate(byteCount: count, alignment: 16)
    }
    loadedBytes = 0
    start = offset
    let wanted = Int(min(UInt64(buffer.count), sizeBytes - min(offset, sizeBytes)))
    let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
    loadedBytes = try lifted { () throws(SystemError) in try file.read(into: target, at: offset) }
    return UnsafeRawBufferPointer(rebasing: buffer[..<min(count, loadedBytes)])
  }
}
