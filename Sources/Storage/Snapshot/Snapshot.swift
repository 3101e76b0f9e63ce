// Opening a snapshot
// ------------------
// Header and directory are read and checked; every column is mapped, with a quarter of its size as
// room behind it, so that appending does not move it; then all bytes are verified, on as many
// threads as there are processors, before anyone uses them. Verifying touches every page, which the
// first questions would have to do anyway. Nothing that is read is trusted before that: offsets are
// held against the file's size, and columns must lie one behind the other.

/// A snapshot whose every byte was verified, as mapped columns.
package final class Snapshot {
  package let header: SnapshotHeader
  package let sizeBytes: UInt64
  private let file: String
  private var regions: [String: (column: SnapshotColumn, region: DiskRegion)] = [:]

  /// Opens and verifies a snapshot. O(bytes), at the speed of memory.
  ///
  /// - Throws: `SnapshotDamage` where it cannot be used, for whatever reason.
  package init(_ file: String, on disk: any Disk) throws(SnapshotDamage) {
    self.file = file
    let open: any DiskFile
    do throws(SystemError) {
      open = try disk.open(file, for: .reading)
      sizeBytes = try open.sizeBytes()
    } catch { throw SnapshotDamage(file, "\(error)") }
    header = try Self.read(open, file, at: 0, count: SnapshotHeader.sizeBytes) {
      bytes throws(SnapshotDamage) in try SnapshotHeader.read(bytes, file: file)
    }
    let columns = try Self.directory(of: open, header, file, sizeBytes: sizeBytes)
    for column in columns where column.byteCount > 0 {
      do throws(SystemError) {
        let region = try open.region(
          at: column.offset, byteCount: column.byteCount,
          spareBytes: max(1 << 16, column.byteCount / 4))
        regions[column.name] = (column, region)
      } catch { throw SnapshotDamage(file, "\(error)") }
    }
    for column in columns where column.byteCount == 0 {
      regions[column.name] = (column, DiskRegion.empty)
    }
    try verify(columns)
  }

  /// A column's memory, which the caller may write to, and its size in bytes; nil where there is
  /// none of that name and element size.
  package func region(_ name: String, elementBytes: Int) -> (region: DiskRegion, byteCount: Int)? {
    guard let found = regions[name], found.column.elementBytes == elementBytes else { return nil }
    return (found.region, found.column.byteCount)
  }

  private static func read<Result>(
    _ open: any DiskFile, _ file: String, at offset: UInt64, count: Int,
    _ body: (UnsafeRawBufferPointer) throws(SnapshotDamage) -> Result
  ) throws(SnapshotDamage) -> Result {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, count), alignment: 16)
    defer { buffer.deallocate() }
    let read: Int
    do throws(SystemError) {
      read = try open.read(
        into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), at: offset)
    } catch { throw SnapshotDamage(file, "\(error)") }
    guard read == count else { throw SnapshotDamage(file, "it ends too early") }
    return try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
  }

  private static func directory(
    of open: any DiskFile, _ header: SnapshotHeader, _ file: String, sizeBytes: UInt64
  ) throws(SnapshotDamage) -> [SnapshotColumn] {
    let (end, overflow) = header.directoryOffset.addingReportingOverflow(header.directoryBytes)
    guard !overflow, end == sizeBytes, header.directoryBytes <= 1 << 20 else {
      throw SnapshotDamage(file, "its size is not what its header says")
    }
    let columns = try read(
      open, file, at: header.directoryOffset, count: Int(header.directoryBytes)
    ) { bytes throws(SnapshotDamage) in
      guard Checksum.crc32c(bytes) == header.directoryChecksum else {
        throw SnapshotDamage(file, "its directory is damaged")
      }
      return try entries(bytes, file)
    }
    // One behind the other, at pages, and nothing but zeros between them.
    var expected = UInt64(SnapshotHeader.pageBytes)
    try checkZeros(open, file, from: UInt64(SnapshotHeader.sizeBytes), to: expected)
    for column in columns {
      let (end, overflow) = column.offset.addingReportingOverflow(UInt64(column.byteCount))
      guard column.offset == expected, !overflow, end <= header.directoryOffset,
        column.elementBytes > 0, column.byteCount % column.elementBytes == 0
      else { throw SnapshotDamage(file, "its directory does not fit its columns") }
      let page = UInt64(SnapshotHeader.pageBytes)
      expected = (end + page - 1) / page * page
      try checkZeros(open, file, from: end, to: min(expected, header.directoryOffset))
    }
    guard expected == header.directoryOffset else {
      throw SnapshotDamage(file, "its directory does not fit its columns")
    }
    return columns
  }

  private static func entries(
    _ bytes: UnsafeRawBufferPointer, _ file: String
  ) throws(SnapshotDamage) -> [SnapshotColumn] {
    var columns: [SnapshotColumn] = []
    var offset = 0
    while offset < bytes.count {
      guard bytes.count - offset >= SnapshotColumn.fixedBytes else {
        throw SnapshotDamage(file, "its directory ends inside of an entry")
      }
      let nameBytes = Int(bytes.number(at: offset, as: UInt16.self))
      let start = offset + SnapshotColumn.fixedBytes
      guard bytes.count - start >= nameBytes,
        let byteCount = Int(exactly: bytes.number(at: offset + 16, as: UInt64.self))
      else { throw SnapshotDamage(file, "its directory ends inside of an entry") }
      columns.append(
        SnapshotColumn(
          name: String(decoding: bytes[start..<start + nameBytes], as: UTF8.self),
          elementBytes: Int(bytes.number(at: offset + 2, as: UInt32.self)),
          offset: bytes.number(at: offset + 8, as: UInt64.self), byteCount: byteCount,
          checksum: bytes.number(at: offset + 24, as: UInt64.self)))
      offset = start + nameBytes
    }
    return columns
  }

  private static func checkZeros(
    _ open: any DiskFile, _ file: String, from start: UInt64, to end: UInt64
  ) throws(SnapshotDamage) {
    let isZero = try read(open, file, at: start, count: Int(end - start)) { $0.isZero }
    guard isZero else { throw SnapshotDamage(file, "something stands between its columns") }
  }

  /// Splits the columns among the processors, the largest first, each to who has least.
  private func verify(_ columns: [SnapshotColumn]) throws(SnapshotDamage) {
    let total = columns.reduce(0) { $0 + $1.byteCount }
    // A thread costs some ten microseconds: below a few megabytes it does not pay.
    let count = min(System.processorCount, 8, 1 + total / (4 << 20))
    var shares: [[SnapshotCheck]] = Array(repeating: [], count: count)
    var loads = Array(repeating: 0, count: count)
    for (name, entry) in regions.sorted(by: {
      $0.value.column.byteCount > $1.value.column.byteCount
    }) {
      let least = loads.indices.min { loads[$0] < loads[$1] } ?? 0
      loads[least] += entry.column.byteCount
      shares[least].append(
        SnapshotCheck(
          name: name, region: entry.region, byteCount: entry.column.byteCount,
          checksum: entry.column.checksum))
    }
    let findings = SnapshotFindings(count: count)
    let work = shares
    System.concurrently(count) { index in
      findings.set(index, work[index].first { !$0.holds }?.name)
    }
    if let name = findings.first { throw SnapshotDamage(file, "its column \(name) is damaged") }
  }
}

/// One column to verify.
private struct SnapshotCheck: Sendable {
  let name: String
  let region: DiskRegion
  let byteCount: Int
  let checksum: UInt64

  var holds: Bool {
    ColumnChecksum.of(UnsafeRawBufferPointer(start: region.start, count: byteCount)) == checksum
  }
}

/// What each thread found: one place per thread, read when all have ended.
private final class SnapshotFindings: @unchecked Sendable {
  private let places: UnsafeMutableBufferPointer<String?>

  init(count: Int) {
    places = .allocate(capacity: count)
    places.initialize(repeating: nil)
  }

  deinit {
    places.deinitialize()
    places.deallocate()
  }

  func set(_ index: Int, _ name: String?) { places[index] = name }

  var first: String? { places.compactMap(\.self).first }
}
