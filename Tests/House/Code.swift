/// Swift lines as far as the checks need to understand them.
enum Code {
  /// The line without its `//` comment; a `//` inside a string literal is none.
  static func withoutComment(_ line: String) -> Substring {
    var isQuoted = false
    var isEscaped = false
    var index = line.utf8.startIndex
    let end = line.utf8.endIndex
    while index < end {
      let byte = line.utf8[index]
      let next = line.utf8.index(after: index)
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if !isQuoted, byte == UInt8(ascii: "/"), next < end,
        line.utf8[next] == UInt8(ascii: "/")
      {
        return line[..<index]
      }
      index = next
    }
    return line[...]
  }

  /// Whether the text names this, and not something of which it is a part; a dot in front makes it
  /// a member of something else.
  static func mentions(_ name: String, in text: some StringProtocol) -> Bool {
    let text = Array(text.utf8)
    let name = Array(name.utf8)
    guard let first = name.first, let last = name.last, text.count >= name.count else {
      return false
    }
    for start in 0...(text.count - name.count) where text[start] == first {
      let end = start + name.count
      guard text[start..<end].elementsEqual(name) else { continue }
      if isWord(first), start > 0, isWord(text[start - 1]) || text[start - 1] == 0x2E { continue }
      if isWord(last), end < text.count, isWord(text[end]) { continue }
      return true
    }
    return false
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || byte == 0x5F
  }

  /// The modules that the line imports, whatever stands before and after the word.
  static func imports(_ line: String) -> [String] {
    withoutComment(line).split(separator: ";").compactMap { statement in
      var words = statement.split(whereSeparator: \.isWhitespace)[...]
      while let word = words.first, word != "import" {
        guard word.hasPrefix("@") || access.contains(String(word)) else { return nil }
        words.removeFirst()
      }
      guard words.popFirst() != nil else { return nil }
      if let word = words.first, kinds.contains(String(word)) { words.removeFirst() }
      return words.first?.split(separator: ".").first.map(String.init)
    }
  }

  private static let access: Set<String> = [
    "private", "fileprivate", "internal", "package", "public",
  ]
  private static let kinds: Set<String> = [
    "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
  ]
}
