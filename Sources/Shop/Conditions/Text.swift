// JavaScript's view of text. Swift's `==` and `<` on strings follow canonical equivalence ("é"
// equals "e" with an accent); JavaScript compares code units. Conditions must agree with the other
// SDKs and cost no normalisation, so text goes through here.

extension String {
  /// Whether both are the same scalars. O(length); unequal text is mostly told apart at once.
  func isIdentical(toText other: String) -> Bool {
    if utf8.count != other.utf8.count { return false }
    return withBytes(and: other) { own, other in
      for place in own.indices where own[place] != other[place] { return false }
      return true
    }
  }

  /// The order of UTF-16 code units, JavaScript's `<`. It differs from the order of UTF-8 only
  /// between U+E000...U+FFFF and what lies above.
  func precedesInCodeUnits(_ other: String) -> Bool {
    utf16.lexicographicallyPrecedes(other.utf16)
  }

  /// An order of bytes, for sorted search alone.
  func precedesInBytes(_ other: String) -> Bool {
    withBytes(and: other) { own, other in
      for place in 0..<Swift.min(own.count, other.count) where own[place] != other[place] {
        return own[place] < other[place]
      }
      return own.count < other.count
    }
  }

  /// Both as plain bytes, which are compared several times faster than through views.
  private func withBytes(
    and other: String,
    _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool
  ) -> Bool {
    var own = self
    var other = other
    return own.withUTF8 { own in other.withUTF8 { body(own, $0) } }
  }

  /// Lower case for comparison regardless of case.
  ///
  /// That of `toLowerCase`, but the final sigma, which JavaScript chooses by context, always
  /// becomes the ordinary one, so that "ΟΔΟΣ" meets "οδος".
  var caseFolded: String {
    let lower = lowercased()
    guard lower.unicodeScalars.contains("\u{3C2}") else { return lower }
    var folded = String.UnicodeScalarView()
    for scalar in lower.unicodeScalars { folded.append(scalar == "\u{3C2}" ? "\u{3C3}" : scalar) }
    return String(folded)
  }
}

extension Unicode.Scalar {
  /// White space and line ends by ECMAScript's definition: what `\s` and number parsing skip.
  var isScriptSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x20, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000,
      0xFEFF:
      true
    default: false
    }
  }

  var isLineEnd: Bool {
    switch value {
    case 0x0A, 0x0D, 0x2028, 0x2029: true
    default: false
    }
  }
}
