/// Decoding of strings that the scanner has found to be well formed.
enum Escapes {
  /// Writes the content of an escaped string to `target` and returns its length in bytes.
  ///
  /// `target` must have room for as many bytes as the text has: every escape sequence is longer
  /// than what it stands for. O(bytes).
  static func decode(
    _ text: UnsafeBufferPointer<UInt8>, into target: UnsafeMutablePointer<UInt8>
  ) -> Int {
    guard let source = text.baseAddress else { return 0 }
    var read = 0
    var written = 0
    while read < text.count {
      let byte = source[read]
      if byte != UInt8(ascii: "\\") {
        target[written] = byte
        read += 1
        written += 1
        continue
      }
      let code = source[read + 1]
      read += 2
      if code == UInt8(ascii: "u") {
        var scalar = hexadecimal(source + read) ?? 0xFFFD
        read += 4
        if scalar & 0xFC00 == 0xD800 {
          let low = hexadecimal(source + read + 2) ?? 0xDC00
          scalar = 0x10000 + (scalar & 0x3FF) << 10 + (low & 0x3FF)
          read += 6
        }
        written += encode(scalar, at: target + written)
      } else {
        target[written] = plain(code)
        written += 1
      }
    }
    return written
  }

  /// The character that a one-letter escape stands for.
  private static func plain(_ code: UInt8) -> UInt8 {
    switch code {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: code
    }
  }

  private static func encode(_ scalar: UInt32, at target: UnsafeMutablePointer<UInt8>) -> Int {
    func trail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (scalar >> shift) & 0x3F) }
    switch scalar {
    case ..<0x80:
      target[0] = UInt8(scalar)
      return 1
    case ..<0x800:
      target[0] = UInt8(0xC0 | scalar >> 6)
      target[1] = trail(0)
      return 2
    case ..<0x10000:
      target[0] = UInt8(0xE0 | scalar >> 12)
      target[1] = trail(6)
      target[2] = trail(0)
      return 3
    default:
      target[0] = UInt8(0xF0 | (scalar >> 18) & 0x07)
      target[1] = trail(12)
      target[2] = trail(6)
      target[3] = trail(0)
      return 4
    }
  }

  /// The value of four hexadecimal digits, or nil where one is none.
  static func hexadecimal(_ digits: UnsafePointer<UInt8>) -> UInt32? {
    var value: UInt32 = 0
    for index in 0..<4 {
      let digit: UInt8
      switch digits[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = digits[index] - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = digits[index] - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = digits[index] - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
