// The id of a request whose text is broken, so that the host can tell which of its requests it was.
//
// First, what the scanner laid out before it stopped is sound: an id among the complete members of
// the outermost object is the id, if a comma or the end of the object follows (`"id":1` at the end
// of a cut line may have been 12). Failing that, the text after the fault is read leniently:
// strings and brackets only. That is trusted only where nothing suggests that quotes or brackets
// are out of step: the text must end outside of strings and at depth zero, and name a single id at
// depth one.

enum SalvagedIdentifier {
  /// The id's text, or nil where none is clearly there. O(bytes).
  static func find(
    in text: UnsafeBufferPointer<UInt8>, prefix: UnsafeBufferPointer<TapeEntry>,
    maximumBytes: Int
  ) -> UnsafeBufferPointer<UInt8>? {
    guard prefix.count > Document.rootIndex, prefix[Document.rootIndex].tag == .object,
      let found = scanned(in: text, prefix: prefix) ?? lenient(in: text),
      found.count <= maximumBytes
    else { return nil }
    return UnsafeBufferPointer(rebasing: text[found])
  }

  private static func scanned(
    in text: UnsafeBufferPointer<UInt8>, prefix: UnsafeBufferPointer<TapeEntry>
  ) -> Range<Int>? {
    var index = Document.rootIndex + 1
    while index + 1 < prefix.count {
      let name = prefix[index]
      let value = prefix[index + 1]
      // A container that is still open: nothing complete comes after it.
      if value.tag.isContainer, value.length == 0 { return nil }
      let start = Int(name.start)
      if text[start..<start + name.length].elementsEqual("id".utf8) {
        guard !value.tag.isContainer, value.tag != .true, value.tag != .false else { return nil }
        let isString = value.tag == .string || value.tag == .escapedString
        let first = Int(value.start) - (isString ? 1 : 0)
        let end = first + value.length + (isString ? 2 : 0)
        return isFollowed(text, at: end) ? first..<end : nil
      }
      index = Int(value.next)
    }
    return nil
  }

  private static func lenient(in text: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    var depth = 0
    var index = 0
    var found: Range<Int>?
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
      case UInt8(ascii: "\""):
        guard let end = endOfString(text, from: index) else { return nil }
        if depth == 1, text[index..<end].elementsEqual("\"id\"".utf8),
          let value = value(text, afterName: end)
        {
          guard found == nil else { return nil }
          found = value
        }
        index = end - 1
      default: break
      }
      index += 1
    }
    return depth == 0 ? found : nil
  }

  /// The scalar after a colon, if it is one that an id can be and is whole.
  private static func value(
    _ text: UnsafeBufferPointer<UInt8>, afterName end: Int
  ) -> Range<Int>? {
    let colon = skipWhitespace(text, from: end)
    guard colon < text.count, text[colon] == UInt8(ascii: ":") else { return nil }
    let first = skipWhitespace(text, from: colon + 1)
    // Its end is found leniently; then it is scanned by itself, under the same rules as all others.
    var end = first
    if first < text.count, text[first] == UInt8(ascii: "\"") {
      guard let close = endOfString(text, from: first) else { return nil }
      end = close
    } else {
      while end < text.count, isScalarByte(text[end]) { end += 1 }
    }
    guard isFollowed(text, at: end) else { return nil }
    let scanner = JSONScanner()
    let candidate = UnsafeBufferPointer(rebasing: text[first..<end])
    return withExtendedLifetime(scanner) {
      guard let value = try? scanner.scan(candidate) else { return nil }
      switch value.kind {
      case .string, .integer, .number, .null: return first..<end
      case .bool, .array, .object: return nil
      }
    }
  }

  private static func isScalarByte(_ byte: UInt8) -> Bool {
    byte | 0x20 &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
      || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
  }

  private static func isFollowed(_ text: UnsafeBufferPointer<UInt8>, at end: Int) -> Bool {
    let next = skipWhitespace(text, from: end)
    return next < text.count && (text[next] == UInt8(ascii: ",") || text[next] == UInt8(ascii: "}"))
  }

  private static func skipWhitespace(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var index = start
    while index < text.count, text[index] == 0x20 || (0x09...0x0D).contains(text[index]) {
      index += 1
    }
    return index
  }

  /// The index after the closing quote, or nil where there is none.
  private static func endOfString(
    _ text: UnsafeBufferPointer<UInt8>, from quote: Int
  ) -> Int? {
    var index = quote + 1
    while index < text.count {
      if text[index] == UInt8(ascii: "\"") { return index + 1 }
      index += text[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    return nil
  }
}
