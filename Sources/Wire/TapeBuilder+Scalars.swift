// Each of these returns the entry of the scalar at a place, and the place after it.

extension TapeBuilder {
  /// The string whose opening quote stands at `position`.
  @inline(__always)
  func string(at position: Int, index: Int) throws(ScanError) -> (TapeEntry, Int) {
    let start = position &+ 1
    var place = start
    var tag = TapeTag.string
    while true {
      while place &+ 8 <= end {
        let special = Words.specials(in: Words.load(base + place))
        if special != 0 {
          place &+= special.trailingZeroBitCount &>> 3
          break
        }
        place &+= 8
      }
      guard place < end else { throw ScanError(reason: .unexpectedEnd, offset: end) }
      let byte = base[place]
      if byte == UInt8(ascii: "\"") {
        let length = place &- start
        return (TapeEntry(start: start, length: length, tag: tag, next: index &+ 1), place &+ 1)
      }
      if byte >= 0x80 {
        let length = UTF8Sequence.length(at: base + place, available: end &- place)
        guard length > 0 else { throw ScanError(reason: .invalidUTF8, offset: place) }
        place &+= length
      } else if byte == UInt8(ascii: "\\") {
        tag = .escapedString
        place = try skipEscape(at: place)
      } else {
        guard byte >= 0x20 else { throw ScanError(reason: .controlCharacter, offset: place) }
        place &+= 1
      }
    }
  }

  /// Checks the escape sequence whose backslash stands at `place`; returns the place after it.
  @inline(never)
  private func skipEscape(at place: Int) throws(ScanError) -> Int {
    guard place + 1 < end else { throw ScanError(reason: .unexpectedEnd, offset: end) }
    switch base[place + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return place + 2
    case UInt8(ascii: "u"):
      let first = try hexadecimal(at: place + 2)
      guard first & 0xF800 == 0xD800 else { return place + 6 }
      // A high half must be followed by a low one; a low one cannot come first.
      guard first < 0xDC00, place + 7 < end, base[place + 6] == UInt8(ascii: "\\"),
        base[place + 7] == UInt8(ascii: "u")
      else { throw ScanError(reason: .loneSurrogate, offset: place) }
      let second = try hexadecimal(at: place + 8)
      guard second & 0xFC00 == 0xDC00 else {
        throw ScanError(reason: .loneSurrogate, offset: place)
      }
      return place + 12
    default:
      throw ScanError(reason: .invalidEscape, offset: place)
    }
  }

  private func hexadecimal(at place: Int) throws(ScanError) -> UInt32 {
    guard place + 4 <= end else { throw ScanError(reason: .unexpectedEnd, offset: end) }
    guard let value = Escapes.hexadecimal(base + place) else {
      throw ScanError(reason: .invalidEscape, offset: place)
    }
    return value
  }

  /// The number that begins at `position`, as an integer if it is one of 64 bits.
  @inline(__always)
  func number(at position: Int, index: Int) throws(ScanError) -> (TapeEntry, Int) {
    let digits = base[position] == UInt8(ascii: "-") ? position &+ 1 : position
    var place = skipDigits(from: digits)
    guard place > digits else { throw numberFailure(at: place) }
    // A zero cannot lead.
    guard place == digits &+ 1 || base[digits] != UInt8(ascii: "0") else {
      throw ScanError(reason: .invalidNumber, offset: digits)
    }
    var tag = TapeTag.integer
    if place &- digits >= 19 {
      let text = UnsafeBufferPointer(start: base + position, count: place &- position)
      if Decimal.integer(plain: text) == nil { tag = .number }
    }
    if place < end, base[place] == UInt8(ascii: ".") || base[place] | 0x20 == UInt8(ascii: "e") {
      tag = .number
      place = try skipFractionAndExponent(from: place)
    }
    let length = place &- position
    return (TapeEntry(start: position, length: length, tag: tag, next: index &+ 1), place)
  }

  @inline(never)
  private func skipFractionAndExponent(from start: Int) throws(ScanError) -> Int {
    var place = start
    if base[place] == UInt8(ascii: ".") {
      let fraction = place + 1
      place = skipDigits(from: fraction)
      guard place > fraction else { throw numberFailure(at: place) }
    }
    if place < end, base[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      if place < end, base[place] == UInt8(ascii: "+") || base[place] == UInt8(ascii: "-") {
        place += 1
      }
      let exponent = place
      place = skipDigits(from: exponent)
      guard place > exponent else { throw numberFailure(at: place) }
    }
    return place
  }

  @inline(__always)
  private func skipDigits(from start: Int) -> Int {
    var place = start
    while place < end, base[place] &- UInt8(ascii: "0") < 10 { place &+= 1 }
    return place
  }

  private func numberFailure(at place: Int) -> ScanError {
    ScanError(reason: place == end ? .unexpectedEnd : .invalidNumber, offset: place)
  }

  /// `true`, `false` or `null`.
  @inline(never)
  func literal(at position: Int, index: Int) throws(ScanError) -> (TapeEntry, Int) {
    let text: StaticString
    let tag: TapeTag
    switch base[position] {
    case UInt8(ascii: "t"): (text, tag) = ("true", .true)
    case UInt8(ascii: "f"): (text, tag) = ("false", .false)
    case UInt8(ascii: "n"): (text, tag) = ("null", .null)
    default: throw ScanError(reason: .unexpectedCharacter, offset: position)
    }
    let length = text.utf8CodeUnitCount
    for offset in 0..<length {
      guard position + offset < end else { throw ScanError(reason: .unexpectedEnd, offset: end) }
      guard base[position + offset] == text.utf8Start[offset] else {
        throw ScanError(reason: .invalidLiteral, offset: position + offset)
      }
    }
    let entry = TapeEntry(start: position, length: length, tag: tag, next: index + 1)
    return (entry, position + length)
  }
}
