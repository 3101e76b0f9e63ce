// How ids are found in text
// -------------------------
// Keys of calls and stored replies are texts that may hold ids of a forgotten customer anywhere. A
// word is found where it stands by itself: what is before and behind it is no letter and no digit.
// "c-1" is in "redeem/c-1" and not in "redeem/c-10". A table over the first two bytes of all words
// passes by almost every place of a text with one look.

/// Finds any of many words in texts.
struct WordSearch: Sendable {
  private var starts: [Bool] = []
  private var words: [UInt16: [[UInt8]]] = [:]

  init() {}

  /// Adds a word; the empty one is in no text.
  mutating func add(_ word: [UInt8]) {
    if word.isEmpty { return }
    if starts.isEmpty { starts = Array(repeating: false, count: 1 << 16) }
    for second in word.count > 1 ? word[1]...word[1] : .min ... .max {
      let start = WordSearch.start(word[0], second)
      starts[Int(start)] = true
      words[start, default: []].append(word)
    }
  }

  /// Whether a word that `counts` stands in the text by itself. O(text), but for what begins like a
  /// word.
  func finds(in text: UnsafeBufferPointer<UInt8>, where counts: ([UInt8]) -> Bool) -> Bool {
    if starts.isEmpty { return false }
    for place in text.indices {
      let start = WordSearch.start(text[place], place + 1 < text.count ? text[place + 1] : 0)
      if !starts[Int(start)] || place > 0 && WordSearch.isPartOfWord(text[place - 1]) { continue }
      for word in words[start] ?? [] where WordSearch.stands(word, at: place, in: text) {
        if counts(word) { return true }
      }
    }
    return false
  }

  private static func stands(
    _ word: [UInt8], at place: Int, in text: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    let end = place + word.count
    if end > text.count || end < text.count && isPartOfWord(text[end]) { return false }
    return text[place..<end].elementsEqual(word)
  }

  private static func start(_ first: UInt8, _ second: UInt8) -> UInt16 {
    UInt16(first) << 8 | UInt16(second)
  }

  /// ASCII letters and digits, and all that is beyond ASCII.
  private static func isPartOfWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: true
    default: false
    }
  }
}
