extension TapeBuilder {
  /// Lays out the string whose opening quote stands at `position`.
  @inline(__always)
  mutating func string() throws(ScanError) {
    let start = position + 1
    var index = start
    var tag = TapeTag.string
    while true {
      while index &+ 8 <= end {
        let special = Words.specials(in: Words.load(base + index))
        if special != 0 {
          index &+= special.trailingZeroBitCount &>> 3
          break
        }
        index &+= 8
      }
      guard index < end else { throw ScanError(reason: .unexpectedEnd, offset: end) }
      switch base[index] {
      case UInt8(ascii: "\""):
        append(TapeEntry(start: start, length: index - start, tag: tag, next: count + 1))
        position = index + 1
        return
      case UInt8(ascii: "\\"):
        tag = .escapedString
        index = try skipEscape(at: index)
      case 0..<0x20:
        throw ScanError(reason: .controlCharacter, offset: index)
      case 0x80...:
        let length = UTF8Sequence.length(at: base + index, available: end - index)
        guard length > 0 else { throw ScanError(reason: .invalidUTF8, offset: index) }
        index += length
      default:
        index &+= 1
      }
    }
  }

  /// Checks the escape sequence whose backslash stands at `index`; returns the index after it.
  private func skipEscape(at index: Int) throws(ScanError) -> Int {
    guard index + 1 < end else { throw ScanError(reason: .unexpectedEnd, offset: end) }
    switch base[index + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return index + 2
    case UInt8(ascii: "u"):
      let first = try hexadecimal(at: index + 2)
      guard first & 0xF800 == 0xD800 else { return index + 6 }
      // A high half must be followed by a low one; a low one cannot come first.
      guard first < 0xDC00, index + 7 < end, base[index + 6] == UInt8(ascii: "\\"),
        base[index + 7] == UInt8(ascii: "u")
      else { throw ScanError(reason: .loneSurrogate, offset: index) }
      let second = try hexadecimal(at: index + 8)
      guard second & 0xFC00 == 0xDC00 else {
        throw ScanError(reason: .loneSurrogate, offset: index)
      }
      return index + 12
    default:
      throw ScanError(reason: .invalidEscape, offset: index)
    }
  }

  private func hexadecimal(at index: Int) throws(ScanError) -> UInt32 {
    guard index + 4 <= end else { throw ScanError(reason: .unexpectedEnd, offset: end) }
    guard let value = Escapes.hexadecimal(base + index) else {
      throw ScanError(reason: .invalidEscape, offset: index)
    }
    return value
  }

  /// Lays out the number that begins at `position`, as an integer if it is one of 64 bits.
  @inline(__always)
  mutating func number() throws(ScanError) {
    let start = position
    var index = position
    if base[index] == UInt8(ascii: "-") { index += 1 }
    let digits = index
    index = skipDigits(from: index)
    guard index > digits else { throw numberFailure(at: index) }
    // A zero cannot lead.
    guard index == digits + 1 || base[digits] != UInt8(ascii: "0") else {
      throw ScanError(reason: .invalidNumber, offset: digits)
    }
    var tag = TapeTag.integer
    if index - digits >= 19 {
      let text = UnsafeBufferPointer(start: base + start, count: index - start)
      if Decimal.integer(plain: text) == nil { tag = .number }
    }
    if index < end, base[index] == UInt8(ascii: ".") {
      tag = .number
      let fraction = index + 1
      index = skipDigits(from: fraction)
      guard index > fraction else { throw numberFailure(at: index) }
    }
    if index < end, base[index] | 0x20 == UInt8(ascii: "e") {
      tag = .number
      index += 1
      if index < end, base[index] == UInt8(ascii: "+") || base[index] == UInt8(ascii: "-") {
        index += 1
      }
      let exponent = index
      index = skipDigits(from: exponent)
      guard index > exponent else { throw numberFailure(at: index) }
    }
    append(TapeEntry(start: start, length: index - start, tag: tag, next: count + 1))
    position = index
  }

  @inline(__always)
  private func skipDigits(from start: Int) -> Int {
    var index = start
    while index < end, base[index] &- UInt8(ascii: "0") < 10 { index &+= 1 }
    return index
  }

  private func numberFailure(at index: Int) -> ScanError {
    ScanError(reason: index == end ? .unexpectedEnd : .invalidNumber, offset: index)
  }
}
