import Foundation
import Testing
import Wire

private func written(_ write: (inout JSONWriter) -> Void) -> String? {
  var writer = JSONWriter()
  write(&writer)
  return writer.isComplete ? writer.text : nil
}

@Suite struct WriterTests {
  @Test func writesCompactText() {
    let text = written { writer in
      writer.beginObject()
      writer.key("items")
      writer.beginArray()
      for index in 0..<2 {
        writer.beginObject()
        writer.key("item")
        writer.string("sku-\(index)")
        writer.key("score")
        writer.number(0.25, decimals: 6)
        writer.endObject()
      }
      writer.endArray()
      writer.key("known")
      writer.bool(true)
      writer.key(dynamic: "a \"b\"")
      writer.null()
      writer.key("empty")
      writer.beginArray()
      writer.endArray()
      writer.key("literal")
      writer.string("co_purchase" as StaticString)
      writer.endObject()
    }
    #expect(
      text
        == #"{"items":[{"item":"sku-0","score":0.25},{"item":"sku-1","score":0.25}],"known":true,"#
        + #""a \"b\"":null,"empty":[],"literal":"co_purchase"}"#)
  }

  @Test func integersAreExact() throws {
    var values = [0, 1, -1, 9, 10, 99, 100, -10, Int.max, Int.min, Int.max - 1, Int.min + 1]
    var power = 1
    for _ in 0..<18 {
      power *= 10
      values += [power, power - 1, power + 1, -power, -power + 1]
    }
    for value in values {
      #expect(written { $0.integer(value) } == "\(value)")
      #expect(
        written {
          $0.beginArray(); $0.integer(value); $0.integer(value); $0.endArray()
        } == "[\(value),\(value)]")
    }
  }

  @Test func doublesComeBackAsTheyWere() throws {
    var generator = SeededGenerator(seed: 11)
    var values: [Double] = [
      0, -0.0, 1, -1, 0.1, 1e15, 9_007_199_254_740_991, 9_007_199_254_740_992, 1e16, 1e22, 1e-5,
      .leastNonzeroMagnitude,
      .greatestFiniteMagnitude, -.leastNormalMagnitude, 1.0 / 3,
    ]
    for _ in 0..<2_000 {
      values.append(Double(bitPattern: generator.next()))
      values.append(Double.random(in: -1_000...1_000, using: &generator))
      values.append(Double(Int32(truncatingIfNeeded: generator.next())))
    }
    for value in values where value.isFinite {
      let text = try #require(written { $0.number(value) })
      try scanning(text) { node in
        #expect(node.kind == .number, "\(text)")
        #expect(node.doubleValue?.bitPattern == value.bitPattern, "\(text)")
      }
    }
    #expect(written { $0.number(100) } == "100.0")
    for value in [Double.nan, .infinity, -.infinity] {
      #expect(written { $0.number(value) } == "null")
      #expect(written { $0.number(value, decimals: 2) } == "null")
    }
  }

  @Test func fixedDecimalsRoundAndAreTrimmed() {
    let cases: [(Double, Int, String)] = [
      (0, 6, "0.0"), (0.83, 6, "0.83"), (1, 6, "1.0"), (0.1 + 0.2, 6, "0.3"), (-0.5, 1, "-0.5"),
      (2.0 / 3, 6, "0.666667"),
      (0.0000004, 6, "0.0"), (-0.0000004, 6, "0.0"), (0.0000005, 6, "0.000001"),
      (12345.678905, 4, "12345.6789"),
      (0.05, 1, "0.1"), (0.25, 1, "0.3"), (-0.25, 1, "-0.3"), (99.9999999, 6, "100.0"),
      (1.05, 8, "1.05"), (10, 1, "10.0"),
      (1e300, 6, "1e+300"), (9e15, 6, "9000000000000000.0"), (123456789.125, 2, "123456789.13"),
    ]
    for (value, decimals, text) in cases {
      #expect(written { $0.number(value, decimals: decimals) } == text)
    }
    // Against the C library's formatting, wherever the two do not have to decide a tie.
    var generator = SeededGenerator(seed: 12)
    for _ in 0..<2_000 {
      let decimals = Int.random(in: 1...8, using: &generator)
      let value = Double.random(in: -5_000...5_000, using: &generator)
      let text = written { $0.number(value, decimals: decimals) } ?? ""
      #expect(
        Double(text) == Double(String(format: "%.\(decimals)f", value)),
        "\(value) \(decimals) \(text)")
    }
  }

  @Test func stringsAreEscapedAndStayValid() throws {
    #expect(
      written { $0.string("a\"\\/\u{8}\u{9}\n\u{C}\r\u{0}\u{1F}\u{7F}\u{2028}é中🧾") }
        == "\"a\\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u001f\u{7F}\u{2028}é中🧾\"")
    // A special byte at every place of a word, and runs of them longer than the room first made.
    for length in 0..<40 {
      for place in 0..<max(1, length) {
        var scalars = [Unicode.Scalar](repeating: "x", count: length)
        if length > 0 { scalars[place] = length % 2 == 0 ? "\n" : "中" }
        var string = ""
        string.unicodeScalars.append(contentsOf: scalars)
        let text = try #require(written { $0.string(string) })
        try scanning(text) { #expect($0.stringValue == string) }
      }
    }
    let controls = String(repeating: "\u{1}", count: 10_000)
    try scanning(written { $0.string(controls) } ?? "") { #expect($0.stringValue == controls) }
  }

  @Test func bytesThatAreNoTextAreReplaced() {
    let bytes: [UInt8] = [0x61, 0xFF, 0xC3, 0xA9, 0xED, 0xA0, 0x80, 0xE4, 0xB8]
    let text = written { writer in bytes.withUnsafeBufferPointer { writer.string(utf8: $0) } }
    #expect(text == "\"a\u{FFFD}é\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\"")
  }

  @Test func rawTextStaysOnOneLine() {
    #expect(written { $0.raw(Array("{ \"a\" :\r\n\t1 }".utf8)) } == "{ \"a\" :   1 }")
  }

  @Test func readStringsAreWrittenAnew() throws {
    try scanning(#"["plain","\u0041\n\"","中"]"#) { node in
      let text = written { writer in
        writer.beginArray()
        for element in node.elements {
          if let text = element.textValue { writer.string(text) }
        }
        writer.endArray()
      }
      #expect(text == #"["plain","A\n\"","中"]"#)
    }
  }

  @Test func rewindingTakesBackExactlyWhatCameAfter() {
    let text = written { writer in
      writer.beginArray()
      for index in 0..<6 {
        let mark = writer.mark
        writer.beginObject()
        writer.key("index")
        writer.integer(index)
        if index % 2 == 1 {
          writer.key("half")
          writer.rewind(to: mark)
        } else {
          writer.endObject()
        }
      }
      writer.endArray()
    }
    #expect(text == #"[{"index":0},{"index":2},{"index":4}]"#)
  }

  @Test func whatIsNoSingleValueIsNotComplete() {
    let slips: [(inout JSONWriter) -> Void] = [
      { _ in }, { $0.beginObject() }, { $0.endObject() },
      {
        $0.integer(1); $0.integer(2)
      },
      {
        $0.beginObject(); $0.integer(1); $0.endObject()
      },
      {
        $0.beginObject(); $0.key("a"); $0.endObject()
      },
      {
        $0.beginArray(); $0.endObject()
      },
      {
        $0.beginArray(); $0.key("a"); $0.integer(1); $0.endArray()
      },
      {
        $0.key("a"); $0.integer(1)
      },
      {
        $0.integer(1); $0.endArray()
      },
      {
        $0.beginArray(); $0.endArray(); $0.null()
      },
      {
        $0.beginObject(); $0.key("a"); $0.key("b"); $0.null(); $0.endObject()
      },
      { writer in
        for _ in 0..<1_000 { writer.beginArray() }; for _ in 0..<1_000 { writer.endArray() }
      },
      { writer in
        let mark = writer.mark; writer.integer(1); writer.rewind(to: mark)
      },
    ]
    for (index, slip) in slips.enumerated() { #expect(written(slip) == nil, "\(index)") }
    // Once broken, nothing mends it but a new beginning.
    var writer = JSONWriter()
    writer.endArray()
    writer.integer(1)
    let isMended = writer.isComplete
    #expect(!isMended)
    writer.removeAll()
    writer.integer(1)
    let text = writer.isComplete ? writer.text : nil
    #expect(text == "1")
  }

  @Test func deepNestingWithinTheLimitIsWhole() {
    let depth = JSONWriter.maximumDepth
    let text = written { writer in
      for level in 0..<depth {
        if level % 3 == 0 { writer.beginObject(); writer.key("a") } else { writer.beginArray() }
      }
      writer.integer(1)
      for level in (0..<depth).reversed() {
        if level % 3 == 0 { writer.endObject() } else { writer.endArray() }
      }
    }
    // Three levels take seven bytes; a scanner that allows eight levels less stops there.
    let limits = Limits(maximumDepth: depth - 8)
    #expect(
      text.flatMap { scanError($0, limits: limits) } == ScanError(reason: .tooDeep, offset: 280))
    #expect(text?.filter { $0 == "}" || $0 == "]" }.count == depth)
  }
}
