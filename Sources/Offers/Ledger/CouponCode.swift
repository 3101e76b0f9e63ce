/// Codes that cannot be guessed, and the form in which they are compared.
package enum CouponCode {
  /// Crockford's base 32: no I, L, O and U, so that a code survives being read aloud.
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
  /// 80 bits: with a billion live coupons a guess hits one in 10^15.
  package static let byteCount = 10

  /// A new code of 16 letters and digits.
  ///
  /// - Parameter random: gives as many random bytes as it is asked for, from a source that cannot
  /// be predicted.
  package static func make(random: (_ byteCount: Int) -> [UInt8]) -> String {
    let bytes = random(byteCount)
    precondition(bytes.count == byteCount, "the source of randomness gives what it is asked for")
    var text: [UInt8] = []
    var bits: UInt32 = 0
    var bitCount = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      bitCount += 8
      while bitCount >= 5 {
        bitCount -= 5
        text.append(alphabet[Int(bits >> UInt32(bitCount)) & 31])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The form in which codes are compared: without white space at either end, case folded.
  ///
  /// Full case folding is upper and then lower case of the whole: "ß" and "SS" become the same.
  package static func normalized(_ code: String) -> String {
    var code = code
    if let plain = code.withUTF8({ normalized(ascii: $0) }) { return plain }
    var rest = code[...]
    while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
    while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
    return rest.uppercased().lowercased()
  }

  /// The same for ASCII, which needs no tables; nil for any other text.
  private static func normalized(ascii code: UnsafeBufferPointer<UInt8>) -> String? {
    if code.contains(where: { $0 >= 0x80 }) { return nil }
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    var range = code.indices
    while let first = range.first, isSpace(code[first]) { range.removeFirst() }
    while let last = range.last, isSpace(code[last]) { range.removeLast() }
    return String(unsafeUninitializedCapacity: range.count) { text in
      for (place, byte) in code[range].enumerated() {
        text[place] = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
      }
      return range.count
    }
  }
}
