import Testing
import Wire

@Suite struct ScannerTests {
  @Test func integersAreExactTo64Bits() throws {
    for value: Int64 in [
      0, 1, -1, 9, 10, Int64.max, Int64.max - 1, Int64.min, Int64.min + 1, 1 << 53 + 1,
    ] {
      try scanning("\(value)") { node in
        #expect(node.kind == .integer)
        #expect(node.integerValue == value)
        let decoded = try node.integer()
        #expect(decoded == Int(value))
      }
    }
    for text in ["9223372036854775808", "-9223372036854775809", "18446744073709551616"] {
      try scanning(text) { node in
        #expect(node.kind == .number)
        #expect(node.integerValue == nil)
        #expect(node.doubleValue == Double(text))
        #expect(throws: ParameterError.self) { try node.integer() }
      }
    }
    try scanning("-0") { #expect($0.integerValue == 0) }
  }

  @Test func integralNumbersCountAsIntegersWhereDoublesCountExactly() throws {
    let cases: [(String, Int64?)] = [
      ("1.0", 1), ("1e2", 100), ("1.50e1", 15), ("-2.000", -2), ("0.0", 0), ("-0.0", 0),
      ("0e999", 0),
      ("100e-2", 1), ("1e-1", nil), ("1.5", nil), ("9007199254740992.0", 9_007_199_254_740_992),
      ("9007199254740993.0", nil), ("9007199254740992.5", nil), ("1e15", 1_000_000_000_000_000),
      ("1e16", nil), ("1e999", nil), ("1e-999", nil), ("0.000000000000000000000000001e27", 1),
      ("1.00000000000000000000000000000000001", nil), ("12345678901234567890.0", nil),
    ]
    for (text, value) in cases {
      try scanning(text) { #expect($0.integerValue == value, "\(text)") }
    }
  }

  @Test func doublesAreTheNearest() throws {
    var generator = SeededGenerator(seed: 0xD0B1E)
    var texts = [
      "0.1", "1e22", "1e23", "123456789012345678e-5", "9007199254740993", "5e-324",
      "2.4703282292062327e-324",
      "2.2250738585072014e-308", "1.7976931348623157e308", "1.7976931348623158e308", "0.5e-1",
      "1e-400", "-1e-22",
      "179769313486231580793728971405301e276", "1" + String(repeating: "0", count: 300), "-0.0",
      "0." + String(repeating: "0", count: 400) + "1e401",
    ]
    for _ in 0..<500 {
      let value = Double(bitPattern: generator.next())
      if value.isFinite { texts.append(value.description) }
      texts.append(
        "\(generator.next()).\(generator.next() % 1_000_000)e\(Int(generator.next() % 40) - 20)")
    }
    for text in texts {
      try scanning(text) { node in
        #expect(node.doubleValue?.bitPattern == Double(text)?.bitPattern, "\(text)")
      }
    }
  }

  @Test func numbersBeyondDoublesAreReadAndRefusedOnlyWhenAskedFor() throws {
    let long = String(repeating: "9", count: 5_000)
    for text in ["1e999", "-1e999", long, "1e99999999999999999999999", "\(long)e\(long)"] {
      try scanning(text) { node in
        #expect(node.kind == .number)
        #expect(node.doubleValue == nil)
        let error = #expect(throws: ParameterError.self) { try node.number() }
        #expect(error?.reason == .outOfRange)
      }
    }
    try scanning("1e-99999999999999999999999") { #expect($0.doubleValue == 0) }
  }

  @Test func utf8IsTakenExactlyWhereItIsWellFormed() {
    // Every sequence of two bytes, and every lead with the edges of what may follow, against the
    // standard library's own validation.
    let edges: [UInt8] = [0x00, 0x22, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
    var sequences: [[UInt8]] = []
    for first in UInt8(0x80)...0xFF {
      sequences.append([first])
      for second in edges {
        sequences.append([first, second])
        for third in [0x7F, 0x80, 0xBF, 0xC0] as [UInt8] {
          sequences.append([first, second, third])
          for fourth in [0x7F, 0x80, 0xBF, 0xC0] as [UInt8] {
            sequences.append([first, second, third, fourth])
          }
        }
      }
    }
    for sequence in sequences
    where !sequence.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) {
      let isValid = String(validating: sequence, as: UTF8.self) != nil
      for padding in [0, 5, 8] {
        let text = [0x22] + [UInt8](repeating: 0x61, count: padding) + sequence + [0x22]
        #expect((scanError(text) == nil) == isValid, "\(sequence)")
      }
    }
  }

  @Test func depthIsLimited() throws {
    var limits = Limits()
    limits.maximumDepth = 5
    let within = "[[{\"a\":[[]]}]]"
    #expect(scanError(within, limits: limits) == nil)
    #expect(scanError("[\(within)]", limits: limits) == ScanError(reason: .tooDeep, offset: 9))
    // Siblings do not add up.
    #expect(
      scanError("[" + String(repeating: "[[[[]]]],", count: 50) + "1]", limits: limits) == nil)
  }

  @Test func sizeIsLimited() {
    let limits = Limits(maximumLineBytes: 10)
    #expect(scanError("[1,2,3,4] ", limits: limits) == nil)
    #expect(scanError("[1,2,3,4]  ", limits: limits)?.reason == .tooLong)
  }

  @Test func tapeHoldsTheDensestTexts() throws {
    // The tape is given half as many entries as there are bytes: these texts come closest to that.
    let texts = [
      "[" + String(repeating: "1,", count: 999) + "1]",
      "[" + String(repeating: "[],", count: 999) + "1]",
      String(repeating: "[1,", count: 63) + "[]" + String(repeating: "]", count: 63),
      "{" + String(repeating: "\"\":1,", count: 999) + "\"\":{}}",
      "[" + String(repeating: "{\"\":[1]},", count: 333) + "0]",
    ]
    for text in texts {
      #expect(scanError(text) == nil)
      for end in [1, 2, 3, 50, 64] { #expect(scanError(String(text.prefix(end))) != nil) }
    }
    try scanning(texts[0]) { #expect($0.elements.count == 1_000) }
    try scanning(texts[3]) { #expect($0.members.count == 1_000) }
  }

  @Test func aScannerIsReusedFromTextToText() throws {
    let scanner = JSONScanner()
    let large = Array(("[" + String(repeating: "1,", count: 200_000) + "1]").utf8)
    let small = Array("{\"a\":[7]}".utf8)
    try withExtendedLifetime(scanner) {
      for _ in 0..<3 {
        try large.withUnsafeBufferPointer { text in
          let count = try scanner.scan(text).count
          #expect(count == 200_001)
        }
        try small.withUnsafeBufferPointer { text in
          let values = try scanner.scan(text)["a"]?.elements.map(\.integerValue)
          #expect(values == [7])
        }
        #expect(throws: ScanError.self) {
          try small.withUnsafeBufferPointer {
            _ = try scanner.scan(UnsafeBufferPointer(rebasing: $0.dropLast()))
          }
        }
      }
    }
  }

  @Test func viewsShowTheTextAsItStands() throws {
    let text = #"{ "a" : [ 1 , {"b":null} ] ,"c":"x\ty", "\u0064":1.50, "e":true}"#
    try scanning(text) { node in
      func raw(_ node: JSON?) -> String? {
        node.map { String(decoding: $0.rawBytes, as: UTF8.self) }
      }
      #expect(raw(node) == text)
      #expect(raw(node["a"]) == #"[ 1 , {"b":null} ]"#)
      #expect(raw(node["c"]) == #""x\ty""#)
      #expect(raw(node["d"]) == "1.50")
      #expect(node["c"]?.textValue?.plainBytes == nil)
      #expect(node["c"]?.textValue?.byteCount == 3)
      #expect(node["c"]?.stringValue == "x\ty")
      #expect(node["e"]?.boolValue == true)
      #expect(node["a"]?.elements.map(\.kind) == [.integer, .object])
      #expect(node["a"]?.elements.map { Model($0) } == [.integer(1), .object([("b", .null)])])
      #expect(node["nothing"] == nil && node["a" as String]?.count == 2)
      #expect(node.members.map(\.name.string) == ["a", "c", "d", "e"])
      // Neither kind is taken for the other.
      #expect(node.elements.isEmpty && node["a"]?.members.isEmpty == true)
      #expect(
        node.integerValue == nil && node.doubleValue == nil && node.boolValue == nil
          && node.stringValue == nil)
    }
  }

  @Test func stringsAreDecoded() throws {
    let cases = [
      #""""#: "", #""a\"\\\/\b\f\n\r\tz""#: "a\"\\/\u{8}\u{C}\n\r\tz",
      #""\u0000\u007f\u0080\u07ff\u0800\uffff""#:
        "\u{0}\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}",
      #""\ud800\udc00\uDBFF\uDFFF""#: "\u{10000}\u{10FFFF}",
      #""中文字 naïve 🧾""#: "中文字 naïve 🧾",
    ]
    for (text, content) in cases {
      try scanning(text) { node in
        #expect(node.stringValue?.utf8.elementsEqual(content.utf8) == true, "\(text)")
        #expect(node.textValue?.withUTF8 { Array($0) } == Array(content.utf8))
        #expect(node.textValue?.byteCount == content.utf8.count)
        #expect(node.textValue.map { $0 == content } == true)
        #expect(node.textValue.map { $0 == content + "x" } == false)
      }
    }
    // Characters that are equivalent to Unicode are different bytes, and so different names.
    try scanning("\"\u{E9}\"") { node in
      #expect(node.textValue.map { $0 == "e\u{301}" as String } == false)
    }
  }
}
