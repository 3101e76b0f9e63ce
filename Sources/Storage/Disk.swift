// The seam between the log and the system: tests put a disk there that fails, forgets and tears.

/// What a file on a `Disk` is opened for.
package typealias DiskOpening = System.Opening

/// One folder of files, as the log sees it.
///
/// An entry (a created, renamed or removed name) is durable after the next `synchronize` of the
/// disk; a file's bytes and size are after the next `synchronize` of the file.
package protocol Disk: AnyObject {
  /// The names of the files, sorted by their bytes.
  func names() throws(SystemError) -> [String]
  /// Opens a file of the folder.
  func open(_ name: String, for opening: DiskOpening) throws(SystemError) -> any DiskFile
  /// Renames a file, replacing one of the new name in one step.
  func rename(_ name: String, to newName: String) throws(SystemError)
  /// Removes a file.
  func remove(_ name: String) throws(SystemError)
  /// Makes the folder's entries durable.
  func synchronize() throws(SystemError)
}

/// One open file on a `Disk`. It closes itself when the last reference goes.
package protocol DiskFile: AnyObject {
  /// The file's present size.
  func sizeBytes() throws(SystemError) -> UInt64
  /// Reads until the buffer is full or the file ends; returns the bytes read.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(SystemError) -> Int
  /// Writes all bytes at an offset, extending the file where needed.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(SystemError)
  /// Takes room on the disk for the bytes between two offsets without changing the file's size;
  /// what is behind the end is given back by the next `resize`. False, and nothing done, where the
  /// file system cannot.
  func reserve(from start: UInt64, to end: UInt64) throws(SystemError) -> Bool
  /// Cuts or extends the file to a size; new bytes read as zero.
  func resize(toBytes size: UInt64) throws(SystemError)
  /// Makes the file's bytes and size durable. A failure must never be retried.
  func synchronize() throws(SystemError)
  /// Part of the file as memory that may be written without changing the file.
  ///
  /// - Parameter offset: a multiple of 4096.
  func region(
    at offset: UInt64, byteCount: Int, spareBytes: Int
  ) throws(SystemError) -> DiskRegion
}

/// Memory that holds part of a file, with room behind it, for as long as `owner` lives.
package struct DiskRegion: @unchecked Sendable {
  package let start: UnsafeMutableRawPointer
  package let byteCapacity: Int
  package let owner: AnyObject

  /// Part of a file of no bytes.
  static var empty: DiskRegion { DiskRegion(allocating: 16) }

  init(_ mapped: MappedRegion) {
    start = mapped.start
    byteCapacity = mapped.byteCapacity
    owner = mapped
  }

  /// Memory of zeros.
  package init(allocating byteCapacity: Int) {
    let memory = OwnMemory(byteCapacity)
    start = memory.start
    self.byteCapacity = byteCapacity
    owner = memory
  }

  private final class OwnMemory {
    let start: UnsafeMutableRawPointer

    init(_ byteCapacity: Int) {
      start = .allocate(byteCount: byteCapacity, alignment: 16)
      start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCapacity)
    }

    deinit { start.deallocate() }
  }
}

extension DiskFile {
  /// Reads the part: for disks without memory of their own.
  package func region(
    at offset: UInt64, byteCount: Int, spareBytes: Int
  ) throws(SystemError) -> DiskRegion {
    let region = DiskRegion(allocating: byteCount + spareBytes)
    _ = try read(
      into: UnsafeMutableRawBufferPointer(start: region.start, count: byteCount), at: offset)
    return region
  }
}

extension DiskFile {
  package func reserve(from start: UInt64, to end: UInt64) throws(SystemError) -> Bool { false }
}
