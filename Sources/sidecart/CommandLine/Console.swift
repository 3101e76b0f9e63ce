import Storage

/// What people read: results of commands on stdout, notes on stderr.
enum Console {
  /// Writes text to stdout as it is.
  static func write(_ text: String) throws { try write(Array(text.utf8)) }

  static func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try System.writeAll(1, $0) }
  }

  /// One line on stderr; never required reading, and a closed stderr is no failure.
  static func note(_ text: String) {
    let bytes = Array("sidecart: \(text)\n".utf8)
    try? bytes.withUnsafeBytes { try System.writeAll(2, $0) }
  }

  /// A line of progress that overwrites itself, on a terminal only.
  static func progress(_ text: String) {
    guard System.isTerminal(2) else { return }
    let bytes = Array("\r\u{1B}[K\(text)".utf8)
    try? bytes.withUnsafeBytes { try System.writeAll(2, $0) }
  }

  /// Ends the line of progress.
  static func endProgress() {
    guard System.isTerminal(2) else { return }
    try? Array("\r\u{1B}[K".utf8).withUnsafeBytes { try System.writeAll(2, $0) }
  }
}
