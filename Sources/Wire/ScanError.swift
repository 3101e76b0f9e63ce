/// Why a text is not JSON as RFC 8259 has it, and at which byte that shows.
package struct ScanError: Error, Equatable, Sendable {
  package enum Reason: String, Sendable, CaseIterable {
    case unexpectedEnd = "unexpected_end"
    case unexpectedCharacter = "unexpected_character"
    case contentAfterValue = "content_after_value"
    case invalidLiteral = "invalid_literal"
    case invalidNumber = "invalid_number"
    case invalidEscape = "invalid_escape"
    case loneSurrogate = "lone_surrogate"
    case controlCharacter = "control_character"
    case invalidUTF8 = "invalid_utf8"
    case tooDeep = "too_deep"
    case tooLong = "line_too_long"
  }

  package var reason: Reason
  /// Offset of the first byte that cannot be right, from the start of the text.
  package var offset: Int

  package init(reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// A sentence for people, without the offset.
  package var message: String {
    switch reason {
    case .unexpectedEnd: "the text ends in the middle of a value"
    case .unexpectedCharacter: "this character cannot stand here"
    case .contentAfterValue: "something follows the value"
    case .invalidLiteral: "only true, false and null may be written without quotes"
    case .invalidNumber: "this is not how a number is written"
    case .invalidEscape: "this is not an escape sequence"
    case .loneSurrogate: "half of a surrogate pair is not a character"
    case .controlCharacter: "control characters in strings must be escaped"
    case .invalidUTF8: "the text is not UTF-8"
    case .tooDeep: "objects and arrays are nested too deeply"
    case .tooLong: "the text is too long"
    }
  }
}
