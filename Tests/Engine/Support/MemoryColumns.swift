import Engine
import Shop

/// A snapshot in memory: takes the columns of a state and gives copies of them.
final class MemoryColumns: ColumnSink, ColumnSource {
  private(set) var columns: [String: (elementBytes: Int, bytes: [UInt8])] = [:]
  /// Left out, as if they had never been written.
  var missing: Set<String> = []

  var names: [String] { columns.keys.sorted() }

  func put(_ name: String, elementBytes: Int, _ bytes: UnsafeRawBufferPointer) {
    precondition(columns[name] == nil, "\(name) is written twice")
    columns[name] = (elementBytes, Array(bytes))
  }

  func region(_ name: String, elementBytes: Int) -> (region: ColumnRegion, byteCount: Int)? {
    guard let column = columns[name], column.elementBytes == elementBytes, !missing.contains(name)
    else { return nil }
    let memory = Memory(column.bytes, spareBytes: column.bytes.count / 4)
    return (
      ColumnRegion(start: memory.start, byteCapacity: memory.byteCapacity, owner: memory),
      column.bytes.count
    )
  }

  /// Cuts the last value off a column.
  func shorten(_ name: String) {
    guard let column = columns[name] else { return }
    columns[name]?.bytes.removeLast(min(column.elementBytes, column.bytes.count))
  }

  private final class Memory {
    let start: UnsafeMutableRawPointer
    let byteCapacity: Int

    init(_ bytes: [UInt8], spareBytes: Int) {
      byteCapacity = bytes.count + spareBytes
      start = .allocate(byteCount: max(1, byteCapacity), alignment: 16)
      UnsafeMutableRawBufferPointer(start: start, count: bytes.count).copyBytes(from: bytes)
    }

    deinit { start.deallocate() }
  }
}

extension TestShop {
  /// What a snapshot of this shop holds.
  func snapshot() throws -> MemoryColumns {
    let columns = MemoryColumns()
    try service.engine.write(to: columns)
    return columns
  }

  /// Another service that starts from a snapshot of this one.
  func startedFromSnapshot(seed: UInt64 = 99) throws -> TestShop {
    let other = try TestShop.started(from: snapshot(), seed: seed, now: service.now)
    other.records = records
    return other
  }

  static func started(
    from columns: MemoryColumns, seed: UInt64 = 99, now: Instant = TestShop.start
  ) throws -> TestShop {
    let shop = TestShop(seed: seed, now: now)
    let surroundings = shop.service.engine.surroundings
    shop.service.engine = try Engine(surroundings: surroundings, from: columns)
    return shop
  }
}
