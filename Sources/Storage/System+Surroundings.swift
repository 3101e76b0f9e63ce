// Clocks, randomness, the environment, the process itself.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension System {
  /// Milliseconds since 1970-01-01T00:00:00Z. May jump; only the loop's stamp reads it.
  package static func realtimeMilliseconds() -> Int64 {
    let time = clock(CLOCK_REALTIME)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Nanoseconds since some fixed moment; never goes back. For durations.
  package static func monotonicNanoseconds() -> UInt64 {
    let time = clock(CLOCK_MONOTONIC)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  private static func clock(_ id: clockid_t) -> timespec {
    var time = timespec()
    let result = clock_gettime(id, &time)
    precondition(result == 0, "clock_gettime failed: \(words(for: errno))")
    return time
  }

  /// Fills the buffer with unpredictable bytes from the kernel.
  package static func fillRandomly(_ buffer: UnsafeMutableRawBufferPointer) {
    var done = 0
    while done < buffer.count {
      // The call gives at most 256 bytes at a time.
      let count = min(256, buffer.count - done)
      let result = getentropy(buffer.baseAddress! + done, count)
      // Codes that can't be guessed depend on this: no fallback is as good.
      precondition(result == 0, "getentropy failed: \(words(for: errno))")
      done += count
    }
  }

  /// 64 unpredictable bits from the kernel.
  package static func randomBits() -> UInt64 {
    var bits: UInt64 = 0
    withUnsafeMutableBytes(of: &bits) { fillRandomly($0) }
    return bits
  }

  /// The value of an environment variable, or nil where it is not set.
  package static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    return String(cString: value)
  }

  /// The size of a page of memory.
  package static var pageBytes: Int { max(1, sysconf(Int32(_SC_PAGESIZE))) }

  /// This process's id.
  package static var processID: Int32 { getpid() }

  /// Ends the process after running the C library's exit handlers.
  package static func end(status: Int32) -> Never { exit(status) }

  /// Ends the process at once: no exit handlers, no buffers flushed.
  package static func endAtOnce(status: Int32) -> Never { _exit(status) }
}
