extension JSONWriter {
  package mutating func string(_ value: String) {
    guard beginValue(reserving: 0) else { return }
    quote(value)
  }

  /// Writes a string from UTF-8. Bytes that are not well formed become U+FFFD, one each.
  package mutating func string(utf8 bytes: UnsafeBufferPointer<UInt8>) {
    guard beginValue(reserving: 0) else { return }
    quote(bytes)
  }

  /// Writes a literal that needs no escape sequence.
  package mutating func string(_ value: StaticString) {
    let length = value.utf8CodeUnitCount
    guard beginValue(reserving: length &+ 2) else { return }
    let target = tail
    target[0] = UInt8(ascii: "\"")
    Words.copy(value.utf8Start, to: target + 1, count: length)
    target[length &+ 1] = UInt8(ascii: "\"")
    advance(length &+ 2)
  }

  /// Writes a string that was read, escape sequences and all decoded and encoded anew.
  package mutating func string(_ value: JSONText) {
    guard beginValue(reserving: 0) else { return }
    if value.isEscaped {
      value.decodedBytes.withUnsafeBufferPointer { quote($0) }
    } else {
      quote(value.bytes)
    }
  }

  /// Writes the text of a value that has been scanned, as it is. Control characters, which can only
  /// be whitespace there, become spaces, so that the line stays one line.
  package mutating func raw(_ text: UnsafeBufferPointer<UInt8>) {
    guard let source = text.baseAddress, beginValue(reserving: text.count) else { return }
    let target = tail
    for index in 0..<text.count { target[index] = max(source[index], 0x20) }
    advance(text.count)
  }

  package mutating func raw(_ text: [UInt8]) {
    text.withUnsafeBufferPointer { raw($0) }
  }

  /// Writes members that another writer has written, without their braces, into the open object.
  mutating func members(_ text: [UInt8]) {
    guard beginMembers(reserving: text.count) else { return }
    for byte in text { put(unchecked: byte) }
  }

  mutating func quote(_ value: String) {
    var value = value
    value.withUTF8 { quote($0) }
  }

  // Clean runs are copied by the word: eight bytes are stored before it is known how many of them
  // are clean, and the end advances by those that are.
  private mutating func quote(_ bytes: UnsafeBufferPointer<UInt8>) {
    let count = bytes.count
    reserve(count &+ 2)
    var target = tail
    target[0] = UInt8(ascii: "\"")
    target += 1
    if let source = bytes.baseAddress {
      var index = 0
      while index < count {
        while index &+ 8 <= count {
          let word = Words.load(source + index)
          UnsafeMutableRawPointer(target).storeBytes(of: word.littleEndian, as: UInt64.self)
          let special = Words.specials(in: word)
          let clean = special == 0 ? 8 : special.trailingZeroBitCount &>> 3
          target += clean
          index &+= clean
          if clean < 8 { break }
        }
        guard index < count else { break }
        let byte = source[index]
        if byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
          target[0] = byte
          target += 1
          index &+= 1
        } else {
          advance(target - tail)
          index &+= putSpecial(source + index, available: count &- index)
          reserve(count &- index &+ 2)
          target = tail
        }
      }
    }
    target[0] = UInt8(ascii: "\"")
    advance(target - tail &+ 1)
  }

  /// Writes what cannot be copied unseen; returns how many bytes of the source that was.
  private mutating func putSpecial(_ source: UnsafePointer<UInt8>, available: Int) -> Int {
    let byte = source[0]
    guard byte < 0x80 else {
      let length = UTF8Sequence.length(at: source, available: available)
      guard length > 0 else {
        for byte in "\u{FFFD}".utf8 { put(byte) }
        return 1
      }
      for index in 0..<length { put(source[index]) }
      return length
    }
    put(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): put(byte)
    case 0x08: put(UInt8(ascii: "b"))
    case 0x09: put(UInt8(ascii: "t"))
    case 0x0A: put(UInt8(ascii: "n"))
    case 0x0C: put(UInt8(ascii: "f"))
    case 0x0D: put(UInt8(ascii: "r"))
    default:
      for letter in "u00".utf8 { put(letter) }
      put(UInt8(ascii: "0") + byte >> 4)
      let low = byte & 0x0F
      put(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
    }
    return 1
  }
}
