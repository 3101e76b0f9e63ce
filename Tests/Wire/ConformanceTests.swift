import Testing
import Wire

@Suite struct ConformanceTests {
  @Test func acceptsWhatTheStandardAllows() {
    #expect(acceptedTexts.count >= 100)
    for (name, text) in acceptedTexts {
      #expect(scanError(text) == nil, "\(name)")
    }
  }

  @Test func refusesWhatTheStandardForbids() {
    #expect(rejectedTexts.count + rejectedBytes.count >= 200)
    for (name, text) in rejectedTexts {
      #expect(scanError(text) != nil, "\(name)")
    }
    for (name, bytes) in rejectedBytes {
      #expect(scanError(bytes) != nil, "\(name)")
    }
  }

  /// Every beginning of a text is refused as unfinished, and what follows a text is refused as
  /// such.
  @Test func refusesEveryBeginning() throws {
    let text = Array(
      #" {"a":[1,-2.5e+3,true,false,null,"x\u00e9\ud834\udd1e\n"],"é中𝄞":{"":[]},"b":{}} "#.utf8)
    let last = try #require(text.lastIndex(of: UInt8(ascii: "}")))
    for end in 0..<last {
      let error = scanError(Array(text[..<end]))
      #expect(error != nil, "\(end)")
      // Inside of a character or a surrogate pair the fault may be told as such.
      #expect(error.map { $0.offset <= end } == true)
    }
    #expect(scanError(text) == nil)
    #expect(scanError(text + [0x30])?.reason == .contentAfterValue)
  }

  @Test func saysWhereAndWhy() {
    let cases: [(String, ScanError.Reason, Int)] = [
      ("", .unexpectedEnd, 0), ("[1,]", .unexpectedCharacter, 3),
      ("{\"a\":1,}", .unexpectedCharacter, 7),
      ("[01]", .invalidNumber, 1), ("[1.]", .invalidNumber, 3), ("[tru]", .invalidLiteral, 4),
      ("[\"\\x\"]", .invalidEscape, 2), ("[\"a\\ud800\"]", .loneSurrogate, 3),
      ("[\"a\u{1}\"]", .controlCharacter, 3), ("[] []", .contentAfterValue, 3),
      ("{\"a\" 1}", .unexpectedCharacter, 5), ("{1:1}", .unexpectedCharacter, 1),
      ("[1}", .unexpectedCharacter, 2),
    ]
    for (text, reason, offset) in cases {
      #expect(scanError(text) == ScanError(reason: reason, offset: offset), "\(text)")
    }
    #expect(
      scanError([0x22, 0x61, 0xC0, 0xAF, 0x22]) == ScanError(reason: .invalidUTF8, offset: 2))
    for reason in ScanError.Reason.allCases {
      #expect(!ScanError(reason: reason, offset: 0).message.isEmpty)
    }
  }
}
