// Files as memory.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Part of a file as private memory, with room behind it; given back to the system at its end.
///
/// Writing changes this process's copy of a page, never the file.
package final class MappedRegion: @unchecked Sendable {
  package let start: UnsafeMutableRawPointer
  package let byteCapacity: Int

  fileprivate init(start: UnsafeMutableRawPointer, byteCapacity: Int) {
    self.start = start
    self.byteCapacity = byteCapacity
  }

  deinit { munmap(start, byteCapacity) }
}

extension System {
  /// Maps bytes of a file, from an offset that is a multiple of the page, with at least so many
  /// spare bytes behind them.
  ///
  /// The bytes between the mapped ones and the end of their last page are what the file holds
  /// there.
  package static func map(
    _ descriptor: Int32, at offset: UInt64, byteCount: Int, spareBytes: Int
  ) throws(SystemError) -> MappedRegion {
    precondition(offset % UInt64(pageBytes) == 0 && byteCount > 0, "pages are mapped whole")
    let page = pageBytes
    let filePages = (byteCount + page - 1) / page * page
    let total = filePages + (spareBytes + page - 1) / page * page
    // The whole first, without memory behind it; then the file's pages in the front of it.
    let place = mmap(
      nil, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let place, place != MAP_FAILED else { throw SystemError(call: "mmap", code: errno) }
    let front = mmap(
      place, filePages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, descriptor,
      off_t(clamping: offset))
    guard front == place else {
      let code = errno
      munmap(place, total)
      throw SystemError(call: "mmap", code: code)
    }
    return MappedRegion(start: place, byteCapacity: total)
  }
}
