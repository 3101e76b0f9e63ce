import Testing
import Wire

/// A few methods that do what the tests need, and keep count of what was asked.
struct StubHandler: RequestHandler {
  var calls: [String] = []

  func offers(_ method: String) -> Bool {
    ["subtract", "echo", "notify", "refuse", "half", "nothing", "two", "unbalanced", "path"]
      .contains(method)
  }

  mutating func answer(
    _ method: String, parameters: JSON, isNotification: Bool, into result: inout JSONWriter
  ) throws(RPCError) {
    calls.append(isNotification ? "\(method)!" : method)
    switch method {
    case "subtract":
      let difference = try RPCError.refusing { () throws(ParameterError) in
        var object = try parameters.object()
        let value = try object.integer("minuend") - object.integer("subtrahend")
        try object.finish()
        return value
      }
      result.integer(difference)
    case "echo": result.raw(parameters.rawBytes)
    case "notify": result.null()
    case "refuse":
      result.beginObject()
      result.key("half")
      throw RPCError(
        code: RPCError.Code.conflict, reason: "conflict", message: "no", path: "key",
        retryable: true
      ).detailed { writer in
        writer.key("need")
        writer.integer(12)
      }
    case "half":
      result.beginObject()
      result.key("half")
    case "nothing": break
    case "two":
      result.integer(1)
      result.integer(2)
    case "unbalanced":
      result = JSONWriter()
      result.endObject()
      result.beginObject()
    default: throw .methodNotFound(method)
    }
  }
}

func reply(
  to line: [UInt8], limits: Limits = Limits(), handler: inout StubHandler
) -> String {
  var endpoint = Endpoint(limits: limits)
  var output: [UInt8] = []
  line.withUnsafeBufferPointer { endpoint.answer($0, with: &handler, appendingTo: &output) }
  return String(decoding: output, as: UTF8.self)
}

func reply(to line: String, limits: Limits = Limits()) -> String {
  var handler = StubHandler()
  return reply(to: Array(line.utf8), limits: limits, handler: &handler)
}

/// What matters of an error reply: id, code and reason.
struct Refusal: Equatable, CustomStringConvertible {
  var id: String
  var code: Int64
  var reason: String
  var path: String?

  init(_ id: String, _ code: Int64, _ reason: String, _ path: String? = nil) {
    (self.id, self.code, self.reason, self.path) = (id, code, reason, path)
  }

  init?(reply: String) throws {
    guard reply.last == "\n" else { return nil }
    let parts: Refusal? = try scanning(String(reply.dropLast())) { node in
      guard node["jsonrpc"]?.stringValue == "2.0", node["result"] == nil, let id = node["id"],
        let code = node["error"]?["code"]?.integerValue,
        node["error"]?["message"]?.stringValue != nil,
        let data = node["error"]?["data"], let reason = data["reason"]?.stringValue,
        data["retryable"]?.boolValue != nil, let path = data["path"]
      else { return nil }
      return Refusal(String(decoding: id.rawBytes, as: UTF8.self), code, reason, path.stringValue)
    }
    guard let parts else { return nil }
    self = parts
  }

  var description: String { "\(id) \(code) \(reason) \(path ?? "-")" }
}

@Suite struct EndpointTests {
  private let subtract = #""method":"subtract","params":{"minuend":42,"subtrahend":23}"#

  @Test func answersRequestsAndNotNotifications() {
    #expect(
      reply(to: #"{"jsonrpc":"2.0",\#(subtract),"id":3}"#)
        == #"{"jsonrpc":"2.0","id":3,"result":19}"# + "\n")
    for line in [
      #"{"jsonrpc":"2.0",\#(subtract)}"#, #"{"jsonrpc":"2.0","method":"nothing at all"}"#,
      #"{"jsonrpc":"2.0","method":"subtract"}"#,
      #"{"jsonrpc":"2.0","method":"subtract","params":[1]}"#,
      #"{"jsonrpc":"2.0","method":"echo","params":{"a":1,"a":2}}"#,
      #"{"jsonrpc":"2.0","method":"half"}"#,
      #"{"jsonrpc":"2.0","method":"refuse","params":{}}"#,
    ] {
      #expect(reply(to: line).isEmpty, "\(line)")
    }
  }

  @Test func idsAreEchoedByteForByte() {
    let ids = [
      "0", "-1", "1.0", "1e2", "1.50E+03", "123456789012345678901234567890", "1e999", "\"\"",
      "\"a\"",
      #""\u0061\/\n""#, #""\ud834\udd1e""#, "\"中é\"", "null",
      "\"" + String(repeating: "x", count: 254) + "\"",
    ]
    for id in ids {
      for line in [
        #"{"jsonrpc":"2.0","method":"notify","id":\#(id)}"#,
        #"{"id" : \#(id) ,"method":"notify","jsonrpc":"2.0"}"#,
        #"{"jsonrpc":"2.0","method":"notify","\u0069d":\#(id)}"#,
      ] {
        #expect(reply(to: line) == "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"result\":null}\n")
      }
    }
  }

  @Test func parametersAreAnObjectOrAbsent() {
    #expect(reply(to: #"{"jsonrpc":"2.0","method":"echo","id":1}"#).contains("\"result\":{}}"))
    #expect(
      reply(to: #"{"jsonrpc":"2.0","method":"echo","params":{ },"id":1}"#).contains(
        "\"result\":{ }}"))
    #expect(
      reply(
        to:
          "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":{\"a\"\r:\t[1]},\"id\":1,\"more\":{}}"
      )
        == "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\" : [1]}}\n")
  }

  @Test func refusals() throws {
    let long = "\"" + String(repeating: "x", count: 300) + "\""
    let cases: [(String, Refusal)] = [
      // No JSON at all.
      (
        "{\"jsonrpc\":\"2.0\",\"method\":\"foobar,\"params\":\"bar\",\"baz]",
        Refusal("null", -32700, "unexpected_character")
      ),
      ("[1,2", Refusal("null", -32700, "unexpected_end")),
      ("\u{FEFF}{}", Refusal("null", -32700, "unexpected_character")),
      (String(repeating: "[", count: 100_000), Refusal("null", -32700, "too_deep")),
      // No request.
      ("1", Refusal("null", -32600, "invalid_request")),
      ("null", Refusal("null", -32600, "invalid_request")),
      ("\"a\"", Refusal("null", -32600, "invalid_request")),
      ("[]", Refusal("null", -32600, "empty_batch")),
      ("{}", Refusal("null", -32600, "invalid_request", "jsonrpc")),
      (
        #"{"jsonrpc":"2.0","method":1,"params":"bar"}"#,
        Refusal("null", -32600, "invalid_request", "method")
      ),
      (#"{"jsonrpc":"2.0","method":1,"id":7}"#, Refusal("7", -32600, "invalid_request", "method")),
      (#"{"jsonrpc":"2.0","id":7}"#, Refusal("7", -32600, "invalid_request", "method")),
      (
        #"{"jsonrpc":"1.0","method":"echo","id":7}"#,
        Refusal("7", -32600, "invalid_request", "jsonrpc")
      ),
      (
        #"{"jsonrpc":2.0,"method":"echo","id":7}"#,
        Refusal("7", -32600, "invalid_request", "jsonrpc")
      ),
      (#"{"method":"echo","id":"x"}"#, Refusal("\"x\"", -32600, "invalid_request", "jsonrpc")),
      (
        #"{"jsonrpc":"2.0","method":"echo","id":true}"#,
        Refusal("null", -32600, "invalid_request", "id")
      ),
      (
        #"{"jsonrpc":"2.0","method":"echo","id":{}}"#,
        Refusal("null", -32600, "invalid_request", "id")
      ),
      (
        #"{"jsonrpc":"2.0","method":"echo","id":[1]}"#,
        Refusal("null", -32600, "invalid_request", "id")
      ),
      (
        #"{"jsonrpc":"2.0","method":"echo","id":\#(long)}"#,
        Refusal("null", -32600, "id_too_long", "id")
      ),
      (
        #"{"jsonrpc":"2.0","method":"echo","params":"bar","id":7}"#,
        Refusal("7", -32600, "invalid_request", "params")
      ),
      (
        #"{"jsonrpc":"2.0","method":"echo","params":null,"id":7}"#,
        Refusal("7", -32600, "invalid_request", "params")
      ),
      (
        #"{"jsonrpc":"2.0","method":"echo","id":1,"id":2}"#,
        Refusal("null", -32600, "invalid_request", "id")
      ),
      (
        #"{"jsonrpc":"2.0","method":"echo","id":1,"\u0069d":1}"#,
        Refusal("null", -32600, "invalid_request", "id")
      ),
      (
        #"{"jsonrpc":"2.0","method":"a","method":"b","id":1}"#,
        Refusal("1", -32600, "invalid_request", "method")
      ),
      (
        #"{"jsonrpc":"2.0","jsonrpc":"2.0","method":"b","id":1}"#,
        Refusal("1", -32600, "invalid_request", "jsonrpc")
      ),
      (
        #"{"jsonrpc":"2.0","method":"echo","params":{},"params":{},"id":1}"#,
        Refusal("1", -32600, "invalid_request", "params")
      ),
      // No such method, whatever is wrong besides.
      (
        #"{"jsonrpc":"2.0","method":"foobar","id":"1"}"#, Refusal("\"1\"", -32601, "unknown_method")
      ),
      (
        #"{"jsonrpc":"2.0","method":"foobar","params":[1],"id":1}"#,
        Refusal("1", -32601, "unknown_method")
      ),
      (
        #"{"jsonrpc":"2.0","method":"foobar","params":{"a":1,"a":1},"id":1}"#,
        Refusal("1", -32601, "unknown_method")
      ),
      // Wrong parameters.
      (
        #"{"jsonrpc":"2.0","method":"subtract","params":[42,23],"id":1}"#,
        Refusal("1", -32602, "params_not_object", "params")
      ),
      (
        #"{"jsonrpc":"2.0","method":"subtract","id":null}"#,
        Refusal("null", -32602, "missing", "minuend")
      ),
      (
        #"{"jsonrpc":"2.0","method":"subtract","params":{"minuend":1,"subtrahend":2,"x":3},"id":1}"#,
        Refusal("1", -32602, "unknown_parameter", "x")
      ),
      (
        #"{"jsonrpc":"2.0","method":"echo","params":{"a":[0,{"b":1,"b":1}]},"id":1}"#,
        Refusal("1", -32602, "duplicate_member", "a[1].b")
      ),
      // What the method does not do as it should.
      (#"{"jsonrpc":"2.0","method":"refuse","id":1}"#, Refusal("1", -31997, "conflict", "key")),
      (#"{"jsonrpc":"2.0","method":"half","id":1}"#, Refusal("1", -32603, "internal")),
      (#"{"jsonrpc":"2.0","method":"nothing","id":1}"#, Refusal("1", -32603, "internal")),
      (#"{"jsonrpc":"2.0","method":"two","id":1}"#, Refusal("1", -32603, "internal")),
      (#"{"jsonrpc":"2.0","method":"unbalanced","id":1}"#, Refusal("1", -32603, "internal")),
    ]
    for (line, refusal) in cases {
      let text = reply(to: line)
      #expect(try Refusal(reply: text) == refusal, "\(line.prefix(200)) -> \(text)")
    }
  }

  @Test func errorsAreWrittenInFull() {
    #expect(
      reply(to: #"{"jsonrpc":"2.0","method":"refuse","id":1}"#)
        == #"{"jsonrpc":"2.0","id":1,"error":{"code":-31997,"message":"no","data":{"reason":"conflict","path":"key","#
        + #""retryable":true,"need":12}}}"# + "\n")
    #expect(
      reply(to: "[1,}")
        == #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"this character cannot stand here (byte 3)","#
        + #""data":{"reason":"unexpected_character","path":null,"retryable":false,"offset":3}}}"#
        + "\n")
  }

  @Test func idsAreSalvagedFromBrokenTextWhereTheyAreClear() throws {
    let cases: [(String, String)] = [
      // Before the fault, whole and followed by a separator.
      (#"{"jsonrpc":"2.0","id":7,"method":"x","params":{"k":01}}"#, "7"),
      (#"{"id":"a\n","method":"recom"#, #""a\n""#), (#"{"id":null,"x"#, "null"),
      (#"{"id":7 , oops"#, "7"),
      (#"{"id":7"#, "null"), (#"{"id":"abc"#, "null"), (#"{"id":{},"x":}"#, "null"),
      (#"{"id":true,"x":}"#, "null"),
      (#"{"params":{"id":5},"x":}"#, "null"),
      // After it, where brackets and quotes are in step.
      (#"{"jsonrpc":"2.0","method":"x","params":{"k":1,},"id":8}"#, "8"),
      (#"{"method":"x","params":{"k":NaN,"id":3},"id":"q"}"#, #""q""#),
      (#"{"a":'x',"id":9.5e1}"#, "9.5e1"),
      (#"{"method":"x","params":{"k":01},"id":1,"id":2}"#, "null"),
      (#"{"params":{"k":01,"id":3}}"#, "null"),
      (#"{"method":"x,"params":{},"id":1}"#, "null"), (#"{"params":{"k":01,"id":4}"#, "null"),
      (#"{"k":01,"id":1x}"#, "null"), (#"{"k":01,"id":-}"#, "null"),
      (#"{"k":01,"id":"\x"}"#, "null"),
      (#"{"k":01,"id":true}"#, "null"), (#"{"k":01,"x":"id","id" : 6 }"#, "6"),
      (#"[{"id":1},{"id":2,}]"#, "null"),
      ("{\"k\":01,\"id\":\"\(String(repeating: "x", count: 300))\"}", "null"),
    ]
    for (line, id) in cases {
      #expect(try Refusal(reply: reply(to: line))?.id == id, "\(line)")
      #expect(try Refusal(reply: reply(to: line))?.code == -32700)
    }
    // Bytes that are no UTF-8 are never echoed.
    var handler = StubHandler()
    let line: [UInt8] = Array("{\"k\":01,\"id\":\"".utf8) + [0xFF] + Array("\"}".utf8)
    #expect(try Refusal(reply: reply(to: line, handler: &handler))?.id == "null")
  }

  @Test func limitsAreHeld() throws {
    let limits = Limits(
      maximumLineBytes: 200, maximumDepth: 4, maximumBatchCount: 2, maximumIdentifierBytes: 4)
    func refusal(_ line: String) throws -> Refusal? {
      try Refusal(reply: reply(to: line, limits: limits))
    }
    let request = #"{"jsonrpc":"2.0","method":"notify","id":1}"#
    #expect(reply(to: "[\(request),\(request)]", limits: limits).hasPrefix("[{"))
    #expect(
      try refusal("[\(request),\(request),\(request)]")
        == Refusal("null", -31995, "batch_too_large"))
    #expect(
      try refusal(request + String(repeating: " ", count: 200))
        == Refusal("null", -31995, "line_too_long"))
    #expect(
      reply(to: #"{"jsonrpc":"2.0","method":"notify","id":"ab"}"#, limits: limits).contains(
        "result"))
    #expect(
      try refusal(#"{"jsonrpc":"2.0","method":"notify","id":"abc"}"#)
        == Refusal("null", -32600, "id_too_long", "id"))
    #expect(
      try refusal(#"{"jsonrpc":"2.0","id":1,"method":"echo","params":{"a":[[{}]]}}"#)
        == Refusal("1", -32700, "too_deep"))
    var endpoint = Endpoint(limits: limits)
    var output: [UInt8] = []
    endpoint.refuseOverlongLine(appendingTo: &output)
    #expect(
      try Refusal(reply: String(decoding: output, as: UTF8.self))
        == Refusal("null", -31995, "line_too_long"))
  }
}
