// The scanner's loop. Two states alternate: a value is due, preceded by its name where the
// innermost open container is an object; or a value has just ended. Everything else is local: after
// `[` and `{` an end may come at once, after a comma it may not, which is how trailing commas are
// refused. Open containers are chained through the tape (see Tape.swift).
//
// What changes with every token is kept in local variables and handed to the functions below by
// value: the same loop over properties spent a third of its time on loads and stores of them.

struct TapeBuilder {
  let base: UnsafePointer<UInt8>
  let end: Int
  let entries: UnsafeMutablePointer<TapeEntry>
  let maximumDepth: Int
  /// Entries laid out so far; entry 0 is not ours.
  private(set) var count = 1

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
    var position = 0
    var count = 1
    var depth = 0
    var parent = 0
    var isInObject = false
    var members: UInt32 = 0
    defer { self.count = count }

    scanning: while true {
      if isInObject {
        position = try next(position)
        guard base[position] == UInt8(ascii: "\"") else {
          throw ScanError(reason: .unexpectedCharacter, offset: position)
        }
        (entries[count], position) = try string(at: position, index: count)
        count &+= 1
        position = try next(position)
        guard base[position] == UInt8(ascii: ":") else {
          throw ScanError(reason: .unexpectedCharacter, offset: position)
        }
        position &+= 1
      }

      position = try next(position)
      let first = base[position]
      switch first {
      case UInt8(ascii: "\""):
        (entries[count], position) = try string(at: position, index: count)
        count &+= 1
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard depth < maximumDepth else { throw ScanError(reason: .tooDeep, offset: position) }
        entries[parent].count = members
        isInObject = first == UInt8(ascii: "{")
        entries[count] = TapeEntry(
          start: position, length: 0, tag: isInObject ? .object : .array, next: parent)
        parent = count
        count &+= 1
        depth &+= 1
        members = 0
        position = try next(position &+ 1)
        if base[position] != (isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
          members = 1
          continue scanning
        }
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        (entries[count], position) = try number(at: position, index: count)
        count &+= 1
      default:
        (entries[count], position) = try literal(at: position, index: count)
        count &+= 1
      }

      // A value has ended, or a container has nothing in it.
      while true {
        guard depth > 0 else { break scanning }
        position = try next(position)
        let byte = base[position]
        if byte == UInt8(ascii: ",") {
          members &+= 1
          position &+= 1
          continue scanning
        }
        guard byte == (isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
          throw ScanError(reason: .unexpectedCharacter, offset: position)
        }
        position &+= 1
        depth &-= 1
        let opened = entries[parent]
        let start = Int(opened.start)
        entries[parent] = TapeEntry(
          start: start, length: position &- start, tag: opened.tag, next: count, count: members)
        parent = Int(opened.next)
        isInObject = parent > 0 && entries[parent].tag == .object
        members = entries[parent].count
      }
    }
    position = skipWhitespace(position)
    guard position == end else { throw ScanError(reason: .contentAfterValue, offset: position) }
  }

  @inline(__always)
  private func skipWhitespace(_ start: Int) -> Int {
    var position = start
    while position < end, base[position] <= 0x20 {
      let byte = base[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
      position &+= 1
    }
    return position
  }

  /// The place of the next byte that is not whitespace.
  @inline(__always)
  private func next(_ start: Int) throws(ScanError) -> Int {
    let position = skipWhitespace(start)
    guard position < end else { throw ScanError(reason: .unexpectedEnd, offset: end) }
    return position
  }
}
