enum UTF8Sequence {
  /// Length in bytes of the well-formed sequence outside ASCII that begins here, or 0 if none does.
  ///
  /// Well-formed as in table 3-7 of the Unicode standard: nothing overlong, no surrogates, nothing
  /// above U+10FFFF. O(1); reads no more than `available` bytes.
  @inline(__always)
  static func length(at pointer: UnsafePointer<UInt8>, available: Int) -> Int {
    let first = pointer[0]
    switch first {
    case 0xC2...0xDF:
      return available >= 2 && isTrail(pointer[1]) ? 2 : 0
    case 0xE0...0xEF:
      guard available >= 3, isTrail(pointer[1]), isTrail(pointer[2]) else { return 0 }
      if first == 0xE0 { return pointer[1] >= 0xA0 ? 3 : 0 }
      if first == 0xED { return pointer[1] < 0xA0 ? 3 : 0 }
      return 3
    case 0xF0...0xF4:
      guard available >= 4, isTrail(pointer[1]), isTrail(pointer[2]), isTrail(pointer[3]) else {
        return 0
      }
      if first == 0xF0 { return pointer[1] >= 0x90 ? 4 : 0 }
      if first == 0xF4 { return pointer[1] < 0x90 ? 4 : 0 }
      return 4
    default:
      return 0
    }
  }

  @inline(__always)
  private static func isTrail(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
