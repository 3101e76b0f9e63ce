/// Encoded records that wait to be written.
///
/// It holds up to `limitBytes`, or one record that is longer; a commit of more is written in parts,
/// which changes nothing, as all of them wait for the same sync.
struct PendingRecords: ~Copyable {
  static let limitBytes = 4 << 20

  private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
  private(set) var count = 0

  deinit { buffer.deallocate() }

  var isEmpty: Bool { count == 0 }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[..<count]) }

  /// True where that many bytes more may be taken before a write.
  func hasRoom(for more: Int) -> Bool { count + more <= Self.limitBytes }

  /// Takes that many bytes more, for the caller to fill.
  mutating func extend(by more: Int) -> UnsafeMutableRawBufferPointer {
    if count + more > buffer.count {
      let larger = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(count + more, 2 * buffer.count), alignment: 16)
      larger.copyMemory(from: bytes)
      buffer.deallocate()
      buffer = larger
    }
    defer { count += more }
    return UnsafeMutableRawBufferPointer(rebasing: buffer[count..<(count + more)])
  }

  /// Forgets all, and gives back the memory of an unusually long record.
  mutating func removeAll() {
    count = 0
    guard buffer.count > Self.limitBytes else { return }
    buffer.deallocate()
    buffer = .allocate(byteCount: 64 << 10, alignment: 16)
  }
}

/// Zeros to reserve room with.
enum Zeros {
  static let count = 256 << 10

  nonisolated(unsafe) private static let zeros: UnsafeRawBufferPointer = {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
    return UnsafeRawBufferPointer(buffer)
  }()

  /// That many zeros, at most `count`.
  static func bytes(_ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: zeros[..<count])
  }
}
