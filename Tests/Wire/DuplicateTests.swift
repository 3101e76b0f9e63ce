import Testing
import Wire

@Suite struct DuplicateTests {
  private func duplicate(_ text: String) throws -> ParameterError? {
    try scanning(text) { node in
      do throws(ParameterError) {
        try node.refuseDuplicates()
        return nil
      } catch {
        return error
      }
    }
  }

  @Test func findsThemWhereverTheyAre() throws {
    let cases: [(String, String?)] = [
      ("{}", nil), ("[]", nil), ("1", nil), (#"{"a":1,"b":1,"A":1}"#, nil),
      (#"{"a":1,"a":1}"#, "a"),
      (#"{"a":{"b":1},"c":{"b":1}}"#, nil), (#"{"a":{"b":1,"c":2,"b":3}}"#, "a.b"),
      (#"{"a":[{},{"x":1},[{"x":{"y":1,"z":2,"y":3}}]]}"#, "a[2][0].x.y"),
      (#"{"":1,"":2}"#, #"[""]"#),
      (#"{"id":1,"\u0069d":2}"#, "id"), (#"{"\u0069d":1,"id":2}"#, "id"),
      (#"{"a\/":1,"a/":2}"#, #"["a/"]"#),
      // The first in the text, though the outer object ends later.
      (#"{"a":{"b":1,"b":2},"a":3}"#, "a.b"), (#"{"a":0,"a":{"b":1,"b":2}}"#, "a"),
      (#"{"c":0,"x":{"c":{"d":1,"d":1}},"c":1}"#, "x.c.d"),
      // Equivalent to Unicode, but not the same bytes.
      ("{\"\u{E9}\":1,\"e\u{301}\":2}", nil),
    ]
    for (text, path) in cases {
      let error = try duplicate(text)
      #expect(error?.path == path, "\(text)")
      #expect(error == nil || error?.reason == .duplicateMember)
    }
  }

  /// Random objects of every size on both sides of where the method changes, against a set.
  @Test func agreesWithASet() throws {
    for seed in 0..<400 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let count = Int.random(in: 0..<(seed % 4 == 0 ? 90 : 12), using: &generator)
      let span = Int.random(in: 1...4_000, using: &generator)
      var seen: Set<String> = []
      var first: String?
      var members: [String] = []
      for _ in 0..<count {
        let name = "n\(Int.random(in: 0..<span, using: &generator))"
        if !seen.insert(name).inserted, first == nil { first = name }
        let isEscaped = seed % 3 == 0 && Int.random(in: 0..<5, using: &generator) == 0
        members.append("\"\(isEscaped ? "\\u006e" + name.dropFirst() : name)\":{\"\(name)\":[]}")
      }
      #expect(try duplicate("{\(members.joined(separator: ","))}")?.path == first, "seed \(seed)")
    }
  }

  @Test func manyNamesTakeLinearTime() throws {
    let names = (0..<30_000).map { "\"name\($0)\":0" }.joined(separator: ",")
    #expect(try duplicate("{\(names)}") == nil)
    #expect(try duplicate("{\(names),\"name7\":1}")?.path == "name7")
  }
}
