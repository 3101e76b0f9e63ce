import Shop

/// A snapshot in memory: what was put into it, by name, to be read back or searched.
final class ColumnBook: ColumnSink, ColumnSource {
  private var columns: [String: (elementBytes: Int, memory: Memory)] = [:]

  private final class Memory {
    let bytes: UnsafeMutableRawBufferPointer
    init(_ source: UnsafeRawBufferPointer) {
      bytes = .allocate(byteCount: source.count + 64, alignment: 64)
      bytes.initializeMemory(as: UInt8.self, repeating: 0)
      bytes.copyMemory(from: source)
      count = source.count
    }
    let count: Int
    deinit { bytes.deallocate() }
  }

  func put(_ name: String, elementBytes: Int, _ bytes: UnsafeRawBufferPointer) throws {
    columns[name] = (elementBytes, Memory(bytes))
  }

  func region(
    _ name: String, elementBytes: Int
  ) -> (region: ColumnRegion, byteCount: Int)? {
    guard let (size, memory) = columns[name], size == elementBytes,
      let start = memory.bytes.baseAddress
    else { return nil }
    return (
      ColumnRegion(start: start, byteCapacity: memory.count, owner: memory), memory.count
    )
  }

  /// The names of the columns that hold the text.
  func places(of text: String) -> [String] {
    columns.filter { $0.value.memory.bytes.contains(text: text) }.keys.sorted()
  }
}

extension Collection<UInt8> where Index == Int {
  func contains(text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard count >= wanted.count, let first = wanted.first else { return false }
    return (startIndex...endIndex - wanted.count).contains { place in
      self[place] == first && self[place..<place + wanted.count].elementsEqual(wanted)
    }
  }
}
