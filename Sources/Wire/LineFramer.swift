// Bytes in any split become lines. The caller reads straight into the buffer's free end and takes
// lines out of its front as pointers; nothing is copied but the beginning of a line whose rest has
// not come yet, once for each read. Bytes are searched for a newline once, however slowly they
// come.
//
// A line that cannot be within the limit any more is reported at once, then drained: what comes of
// it is dropped until its newline, so the buffer never holds more than one line and one read.

/// Frames lines that end in LF or CRLF; empty ones and those of whitespace alone are passed over.
package struct LineFramer: ~Copyable {
  package enum Line {
    /// A line without its end; valid until bytes are next taken in.
    case complete(UnsafeBufferPointer<UInt8>)
    /// A line beyond the limit: said once, while or after it comes in.
    case overlong
  }

  private let maximumLineBytes: Int
  private let usualCapacity: Int
  private var buffer: UnsafeMutablePointer<UInt8>
  /// How many bytes the buffer has room for.
  package private(set) var capacity: Int
  /// What has been read and not been taken out is `start..<end`.
  private var start = 0
  private var end = 0
  /// No newline is in `start..<searched`.
  private var searched = 0
  private var isDraining = false
  private var hasEnded = false

  package init(maximumLineBytes: Int = Limits().maximumLineBytes, usualCapacity: Int = 1 << 16) {
    precondition(maximumLineBytes > 0 && usualCapacity > 0)
    self.maximumLineBytes = maximumLineBytes
    self.usualCapacity = usualCapacity
    capacity = usualCapacity
    buffer = .allocate(capacity: usualCapacity)
  }

  deinit { buffer.deallocate() }

  /// Lets `body` fill the free end of the buffer and return how many bytes it wrote.
  ///
  /// All lines should have been taken out before; those still there stay, at the cost of memory.
  ///
  /// - Parameter minimum: the least room that `body` is given, in bytes.
  /// - Returns: what `body` returned.
  @discardableResult
  package mutating func withWritableBytes<Failure: Error>(
    minimum: Int = 1 << 15,
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) -> Int {
    precondition(minimum > 0)
    makeRoom(minimum)
    let count = try body(UnsafeMutableRawBufferPointer(start: buffer + end, count: capacity - end))
    precondition((0...capacity - end).contains(count), "more bytes than there was room for")
    end += count
    return count
  }

  /// Says that no more bytes will come: the last line need not have a newline.
  package mutating func endInput() { hasEnded = true }

  /// The next line, or nil where none is complete yet. O(bytes of the line).
  package mutating func nextLine() -> Line? {
    while true {
      guard let newline = findNewline() else { return unfinishedLine() }
      let line = buffer + start
      var length = newline - start
      start = newline + 1
      searched = start
      if isDraining {
        isDraining = false
        continue
      }
      if length > 0, line[length - 1] == 0x0D { length -= 1 }
      if length > maximumLineBytes { return .overlong }
      let text = UnsafeBufferPointer(start: line, count: length)
      if !LineFramer.isBlank(text) { return .complete(text) }
    }
  }

  /// What to do with bytes that no newline follows.
  private mutating func unfinishedLine() -> Line? {
    if isDraining {
      start = end
      return nil
    }
    var length = end - start
    if hasEnded {
      let line = UnsafeBufferPointer(start: buffer + start, count: length)
      start = end
      // A carriage return alone at the end is the half of a line end.
      if length > 0, line[length - 1] == 0x0D { length -= 1 }
      if length > maximumLineBytes { return .overlong }
      let text = UnsafeBufferPointer(rebasing: line.prefix(length))
      return LineFramer.isBlank(text) ? nil : .complete(text)
    }
    // One byte more can still be the carriage return of a line that is just within the limit.
    let isWithin =
      length <= maximumLineBytes || length == maximumLineBytes + 1 && buffer[end - 1] == 0x0D
    if isWithin { return nil }
    isDraining = true
    start = end
    return .overlong
  }

  private mutating func findNewline() -> Int? {
    var index = max(searched, start)
    while index &+ 8 <= end {
      let marks = Words.matches(of: 0x0A, in: Words.load(buffer + index))
      if marks != 0 { return index &+ marks.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < end {
      if buffer[index] == 0x0A { return index }
      index &+= 1
    }
    searched = end
    return nil
  }

  private static func isBlank(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
  }

  /// Moves what is left to the front, into a buffer of a fitting size.
  private mutating func makeRoom(_ minimum: Int) {
    let held = end - start
    let isWasteful = capacity > usualCapacity * 4 && held + minimum <= usualCapacity
    if capacity - end >= minimum && !isWasteful && held > 0 { return }
    if isWasteful || held + minimum > capacity {
      let fitting =
        isWasteful
        ? usualCapacity : max(held + minimum, min(capacity * 2, maximumLineBytes + minimum))
      let target = UnsafeMutablePointer<UInt8>.allocate(capacity: fitting)
      target.update(from: buffer + start, count: held)
      buffer.deallocate()
      buffer = target
      capacity = fitting
    } else if held > 0 {
      buffer.update(from: buffer + start, count: held)
    }
    searched = max(searched, start) - start
    start = 0
    end = held
  }
}
