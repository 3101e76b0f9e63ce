import Storage

/// What people read: results of commands on stdout, notes on stderr.
enum Console {
  /// Whether the process was started with an open stdin.
  static let hasInput = System.isReadable(0)
  /// Whether the process was started with an open stdout.
  static let hasOutput = System.isWritable(1)

  /// Puts /dev/null in the place of every standard stream that is closed; done before anything else.
  ///
  /// The next file opened gets the lowest free number: without this it would be one of the state folder's, and a
  /// note for people would go into it.
  static func fillClosedStreams() throws {
    // Both are found out now: afterwards nothing looks closed.
    _ = (hasInput, hasOutput)
    for descriptor: Int32 in 0...2
    where !System.isReadable(descriptor) && !System.isWritable(descriptor) {
      _ = try System.openFile("/dev/null", for: .writing)
    }
  }

  /// Writes text to stdout as it is.
  static func write(_ text: String) throws { try write(Array(text.utf8)) }

  static func write(_ bytes: [UInt8]) throws {
    guard hasOutput else { throw HostFailure("stdout is closed") }
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
