import Storage

/// Whoever read stdout has gone, as `head` does when it has enough: no failure that anyone needs to
/// read of.
struct OutputClosed: Error {}

/// What people read: results of commands on stdout, notes on stderr.
enum Console {
  /// Writes text to stdout as it is.
  static func write(_ text: String) throws { try write(Array(text.utf8)) }

  /// - Throws: `OutputClosed` where the reader has gone.
  static func write(_ bytes: [UInt8]) throws {
    guard System.isWritable(1) else { throw HostFailure("stdout is not open") }
    do {
      try bytes.withUnsafeBytes { try System.writeAll(1, $0) }
    } catch let error as SystemError where error.isClosedPipe {
      throw OutputClosed()
    }
  }

  /// One line on stderr; never required reading, and a closed stderr is no failure.
  static func note(_ text: String) { writeError(Array("sidecart: \(text)\n".utf8)) }

  /// Writes bytes to stderr as they are, as far as that is possible.
  static func writeError(_ bytes: [UInt8]) {
    guard System.isWritable(2) else { return }
    try? bytes.withUnsafeBytes { try System.writeAll(2, $0) }
  }

  /// A line of progress that overwrites itself, on a terminal only.
  static func progress(_ text: String) {
    guard System.isTerminal(2) else { return }
    writeError(Array("\r\u{1B}[K\(text)".utf8))
  }

  /// Ends the line of progress.
  static func endProgress() {
    guard System.isTerminal(2) else { return }
    writeError(Array("\r\u{1B}[K".utf8))
  }
}
