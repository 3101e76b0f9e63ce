/// A string's content as it stands in the text: compared, measured and interned without a `String`.
///
/// Valid as long as the view that it came from. Comparison is by bytes, so that names which merely
/// look alike to Unicode stay apart.
package struct JSONText {
  /// The text between the quotes, escape sequences included.
  let bytes: UnsafeBufferPointer<UInt8>
  let isEscaped: Bool

  /// The content's bytes in place, or nil where escape sequences must be decoded first.
  package var plainBytes: UnsafeBufferPointer<UInt8>? { isEscaped ? nil : bytes }

  package var isEmpty: Bool { bytes.isEmpty }

  /// Length of the content in UTF-8 bytes. O(1) without escape sequences, else O(bytes).
  package var byteCount: Int { isEscaped ? withUTF8 { $0.count } : bytes.count }

  /// The content as a string. O(bytes).
  package var string: String {
    guard isEscaped else { return String(decoding: bytes, as: UTF8.self) }
    return String(unsafeUninitializedCapacity: bytes.count) { target in
      guard let start = target.baseAddress else { return 0 }
      return Escapes.decode(bytes, into: start)
    }
  }

  /// Calls `body` with the content's bytes, decoded into temporary memory where that is needed.
  package func withUTF8<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard isEscaped else { return try body(bytes) }
    return try decodedBytes.withUnsafeBufferPointer(body)
  }

  /// The content in an array of its own.
  var decodedBytes: [UInt8] {
    guard isEscaped else { return Array(bytes) }
    return Array(unsafeUninitializedCapacity: bytes.count) { target, count in
      guard let start = target.baseAddress else { return }
      count = Escapes.decode(bytes, into: start)
    }
  }

  /// Whether the content equals `other`, byte by byte.
  @inline(__always)
  package static func == (text: JSONText, other: StaticString) -> Bool {
    guard !text.isEscaped else { return text.isEqualDecoded(to: other) }
    guard text.bytes.count == other.utf8CodeUnitCount else { return false }
    guard let start = text.bytes.baseAddress else { return true }
    return Words.equal(start, other.utf8Start, count: text.bytes.count)
  }

  private func isEqualDecoded(to other: StaticString) -> Bool {
    withUTF8 { content in
      content.elementsEqual(
        UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }
  }

  package static func == (text: JSONText, other: String) -> Bool {
    text.withUTF8 { $0.elementsEqual(other.utf8) }
  }
}
