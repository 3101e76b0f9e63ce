import Engine
import Storage
import Wire

// The limit of memory
// -------------------
// A process that grows beyond what the system gives it is killed, and whoever asked it gets no
// answer at all. So writes are refused before: above the limit nothing is taken that would add
// facts, while questions are answered. Looking costs some microseconds, so it is done when enough
// has happened since the last look to matter: so many writes, so many bytes of them, or so much
// time.

/// Knows how much memory the process occupies, nearly, and whether that is too much.
struct MemoryGauge {
  private static let writesBetweenLooks = 64
  private static let bytesBetweenLooks = 1 << 20
  private static let nanosecondsBetweenLooks: UInt64 = 100_000_000

  /// The limit where none is said: four fifths of what the system gives. The rest is for answering,
  /// and for what grows between two looks.
  static func usualLimitBytes() -> Int? { System.availableMemoryBytes().map { $0 / 5 * 4 } }

  let limitBytes: Int?
  private let measure: () -> Int?
  private let stopwatch: () -> UInt64
  private var residentBytes = 0
  private var writes = MemoryGauge.writesBetweenLooks
  private var bytes = 0
  private var lookedAt: UInt64 = 0

  init(
    limitBytes: Int?, measure: @escaping () -> Int? = System.residentBytes,
    stopwatch: @escaping () -> UInt64 = System.monotonicNanoseconds
  ) {
    self.limitBytes = limitBytes
    self.measure = measure
    self.stopwatch = stopwatch
  }

  /// Refuses a write where the memory is above the limit.
  mutating func check(_ admission: Admission) throws(RPCError) {
    guard let limitBytes, !admission.frees else { return }
    writes += 1
    bytes += admission.requestBytes
    let now = stopwatch()
    if writes > MemoryGauge.writesBetweenLooks || bytes > MemoryGauge.bytesBetweenLooks
      || now - lookedAt > MemoryGauge.nanosecondsBetweenLooks
    {
      residentBytes = measure() ?? 0
      writes = 0
      bytes = 0
      lookedAt = now
    }
    guard residentBytes <= limitBytes else {
      throw .memoryLimit(residentBytes: residentBytes, limitBytes: limitBytes)
    }
  }
}
