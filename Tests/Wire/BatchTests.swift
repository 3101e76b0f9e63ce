import Testing
import Wire

@Suite struct BatchTests {
  /// The batch of the specification's examples section, in our methods.
  @Test func specificationExample() throws {
    let line = """
      [{"jsonrpc":"2.0","method":"echo","params":{"a":[1,2,4]},"id":"1"},\
      {"jsonrpc":"2.0","method":"notify","params":{"b":7}},\
      {"jsonrpc":"2.0","method":"subtract","params":{"minuend":42,"subtrahend":23},"id":"2"},\
      {"foo":"boo"},{"jsonrpc":"2.0","method":"foo.get","params":{"name":"myself"},"id":"5"},\
      {"jsonrpc":"2.0","method":"notify","id":"9"}]
      """
    var handler = StubHandler()
    let text = reply(to: Array(line.utf8), handler: &handler)
    #expect(handler.calls == ["echo", "notify!", "subtract", "foo.get", "notify"])
    try scanning(text) { node in
      #expect(node.elements.map { $0["id"]?.stringValue } == ["1", "2", nil, "5", "9"])
      #expect(
        node.elements.map { $0["error"]?["code"]?.integerValue } == [nil, nil, -32600, -32601, nil])
      #expect(node.elements.map { $0["result"]?.kind } == [.object, .integer, nil, nil, .null])
    }
    #expect(text.last == "\n" && text.dropLast().allSatisfy { $0 != "\n" })
  }

  @Test func brokenAndEmptyBatches() throws {
    #expect(
      try Refusal(
        reply: reply(
          to:
            #"[{"jsonrpc":"2.0","method":"echo","params":{"a":1},"id":"1"},{"jsonrpc":"2.0","method"]"#
        ))
        == Refusal("null", -32700, "unexpected_character"))
    #expect(try Refusal(reply: reply(to: " [ ] ")) == Refusal("null", -32600, "empty_batch"))
  }

  @Test func invalidElementsAreRefusedOneByOne() throws {
    for (line, count) in [("[1]", 1), ("[1,2,3]", 3), ("[[],{},null]", 3)] {
      try scanning(reply(to: line)) { node in
        #expect(node.elements.count == count)
        for element in node.elements {
          #expect(
            element["id"]?.isNull == true && element["error"]?["code"]?.integerValue == -32600)
        }
      }
    }
  }

  @Test func notificationsAloneAreNotAnswered() {
    let notification = #"{"jsonrpc":"2.0","method":"notify"}"#
    #expect(reply(to: "[\(notification)]").isEmpty)
    #expect(reply(to: "[\(notification),{\"jsonrpc\":\"2.0\",\"method\":\"no such\"}]").isEmpty)
    #expect(
      reply(to: #"[\#(notification),{"jsonrpc":"2.0","method":"notify","id":1},\#(notification)]"#)
        == "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}]\n")
  }

  /// Paths begin at the parameters of the request that is meant, not of the batch.
  @Test func pathsBeginAtEachRequest() throws {
    let line = (0..<3).map { index in
      #"{"jsonrpc":"2.0","method":"echo","params":{"a":[{"x":1},{"b\#(index)":1,"b\#(index)":2}]},"id":\#(index)}"#
    }
    try scanning(reply(to: "[\(line.joined(separator: ","))]")) { node in
      let paths = node.elements.map { $0["error"]?["data"]?["path"]?.stringValue }
      #expect(paths == ["a[1].b0", "a[1].b1", "a[1].b2"])
    }
  }

  /// Whatever is sent: one reply of one line to a request, none to a notification, no trap.
  @Test func anyLineGetsAtMostOneReply() throws {
    let lines = [
      #"{"jsonrpc":"2.0","method":"echo","params":{"a":[1,"é",{"b":null}]},"id":"x\u0041"}"#,
      #"[{"jsonrpc":"2.0","method":"notify","id":1},{"jsonrpc":"2.0","method":"half","id":2},7]"#,
      #"{"jsonrpc":"2.0","method":"subtract","params":{"minuend":1.0,"subtrahend":-2e0},"id":null}"#,
    ].map { Array($0.utf8) }
    var generator = SeededGenerator(seed: 4242)
    let alphabet = Array("{}[]:,\"\\u018eE+-. \tidnull".utf8) + [0x00, 0x80, 0xE4, 0xFF]
    var endpoint = Endpoint()
    var handler = StubHandler()
    for round in 0..<3_000 {
      var line = lines[round % lines.count]
      for _ in 0..<Int.random(in: 0...4, using: &generator) {
        let place = Int.random(in: 0..<line.count, using: &generator)
        let byte = alphabet.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: line.insert(byte, at: place)
        case 1: line[place] = byte
        default: line.removeSubrange(place..<min(line.count - 1, place + 3))
        }
      }
      var output: [UInt8] = []
      line.withUnsafeBufferPointer { endpoint.answer($0, with: &handler, appendingTo: &output) }
      let sent = String(decoding: line, as: UTF8.self)
      if output.isEmpty {
        // Only a sound request without an id, or a batch of such, may be left unanswered.
        try scanning(line) { node in
          let requests = node.kind == .array ? Array(node.elements) : [node]
          #expect(
            requests.allSatisfy { $0["id"] == nil && $0["method"]?.kind == .string },
            "round \(round): \(sent)")
        }
      } else {
        #expect(
          output.last == 0x0A && output.dropLast().allSatisfy { $0 >= 0x20 },
          "round \(round): \(sent)")
        #expect(scanError(output) == nil, "round \(round): \(sent)")
        try scanning(output) { node in
          for reply in node.kind == .array ? Array(node.elements) : [node] {
            #expect(reply.count == 3 && reply["id"] != nil, "round \(round): \(sent)")
          }
        }
      }
    }
  }
}
