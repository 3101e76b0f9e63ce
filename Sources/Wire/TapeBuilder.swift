// The scanner's loop. Two states alternate: a value is due, or a value has just ended. Everything
// else is local: after `[` and `{` an end may come at once, after a comma it may not, which is how
// trailing commas are refused. Open containers are chained through the tape (see Tape.swift).

struct TapeBuilder {
  let base: UnsafePointer<UInt8>
  let end: Int
  let entries: UnsafeMutablePointer<TapeEntry>
  let maximumDepth: Int
  var position = 0
  /// Entries laid out so far; entry 0 is not ours.
  var count = 1

  init(
    base: UnsafePointer<UInt8>, end: Int, entries: UnsafeMutablePointer<TapeEntry>,
    maximumDepth: Int
  ) {
    self.base = base
    self.end = end
    self.entries = entries
    self.maximumDepth = maximumDepth
  }

  mutating func build() throws(ScanError) {
    var depth = 0
    var parent = 0
    var isInObject = false
    var members: UInt32 = 0

    scanning: while true {
      switch try nextByte() {
      case UInt8(ascii: "\""):
        try string()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard depth < maximumDepth else { throw failure(.tooDeep) }
        let isObject = base[position] == UInt8(ascii: "{")
        entries[parent].count = members
        append(
          TapeEntry(start: position, length: 0, tag: isObject ? .object : .array, next: parent))
        parent = count - 1
        isInObject = isObject
        depth += 1
        position += 1
        let closer = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        if try nextByte() != closer {
          members = 1
          if isObject { try name() }
          continue scanning
        }
        members = 0
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        try number()
      case UInt8(ascii: "t"):
        try literal("true", .true)
      case UInt8(ascii: "f"):
        try literal("false", .false)
      case UInt8(ascii: "n"):
        try literal("null", .null)
      default:
        throw failure(.unexpectedCharacter)
      }

      // A value has ended, or a container has nothing in it.
      while true {
        guard depth > 0 else { break scanning }
        switch try nextByte() {
        case UInt8(ascii: ","):
          members &+= 1
          position += 1
          if isInObject { try name() }
          continue scanning
        case isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]"):
          position += 1
          depth -= 1
          let opened = entries[parent]
          let start = Int(opened.start)
          entries[parent] = TapeEntry(
            start: start, length: position - start, tag: isInObject ? .object : .array,
            next: count, count: members)
          parent = Int(opened.next)
          isInObject = parent > 0 && entries[parent].tag == .object
          members = entries[parent].count
        default:
          throw failure(.unexpectedCharacter)
        }
      }
    }
    skipWhitespace()
    guard position == end else { throw failure(.contentAfterValue) }
  }

  /// Reads a member's name and its colon; the value is due next.
  @inline(__always)
  private mutating func name() throws(ScanError) {
    guard try nextByte() == UInt8(ascii: "\"") else { throw failure(.unexpectedCharacter) }
    try string()
    guard try nextByte() == UInt8(ascii: ":") else { throw failure(.unexpectedCharacter) }
    position += 1
  }

  private mutating func literal(_ text: StaticString, _ tag: TapeTag) throws(ScanError) {
    let length = text.utf8CodeUnitCount
    for index in 0..<length {
      guard position + index < end else { throw ScanError(reason: .unexpectedEnd, offset: end) }
      guard base[position + index] == text.utf8Start[index] else {
        throw ScanError(reason: .invalidLiteral, offset: position + index)
      }
    }
    append(TapeEntry(start: position, length: length, tag: tag, next: count + 1))
    position += length
  }

  @inline(__always)
  mutating func append(_ entry: TapeEntry) {
    entries[count] = entry
    count += 1
  }

  @inline(__always)
  private mutating func skipWhitespace() {
    while position < end {
      switch base[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  /// Skips whitespace and returns the byte that follows, without consuming it.
  @inline(__always)
  private mutating func nextByte() throws(ScanError) -> UInt8 {
    skipWhitespace()
    guard position < end else { throw ScanError(reason: .unexpectedEnd, offset: end) }
    return base[position]
  }

  func failure(_ reason: ScanError.Reason) -> ScanError {
    ScanError(reason: reason, offset: position)
  }
}
