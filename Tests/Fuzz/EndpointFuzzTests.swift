import TestSupport
import Testing
import Wire

/// A method for every name: what it does follows from the name's length, and includes every way for
/// a method to misbehave.
private struct AnyMethod: RequestHandler {
  func offers(_ method: String) -> Bool { method.utf8.count % 7 != 6 }

  mutating func answer(
    _ method: String, parameters: JSON, isNotification: Bool, into result: inout JSONWriter
  ) throws(RPCError) {
    switch method.utf8.count % 7 {
    case 0: result.raw(parameters.rawBytes)
    case 1:
      result.beginArray()
      for member in parameters.members { result.string(member.name.string) }
      result.endArray()
    case 2:
      let sum = try RPCError.refusing { () throws(ParameterError) in
        var object = try parameters.object()
        let count = try object.integer("k")
        let text = try object.string("customer", maximumBytes: 8)
        for element in try object.array("items", maximumCount: 3) { _ = try element.integer() }
        try object.finish()
        return count &+ text.utf8.count
      }
      result.integer(sum)
    case 3:
      result.beginObject()
      result.key("half")
    case 4:
      result.beginObject()
      throw RPCError(
        code: RPCError.Code.refused, reason: "conflict", message: method, path: method)
    case 5:
      result.integer(1)
      result.integer(2)
    default: throw .methodNotFound(method)
    }
  }
}

/// Each line gets what JSON-RPC says, whatever the line and whatever the method does.
@Suite struct EndpointFuzzTests {
  @Test func everyLineGetsItsReply() throws {
    // One endpoint sees all lines, so that whatever it kept of one would show in the next.
    var kept = Endpoint(limits: Self.limits)
    var silent = 0
    let rounds = try Fuzz.run("endpoint", rounds: 5_000) { generator in
      let line = Self.line(&generator)
      let output = Self.answer(line, &kept)
      try ReplyCheck.check(output, to: line, limits: Self.limits)
      var fresh = Endpoint(limits: Self.limits)
      try promise(
        Self.answer(line, &fresh) == output, "another reply after other lines: \(shown(line))")
      if output.isEmpty { silent += 1 }
    }
    if rounds > 100 { #expect(silent > rounds / 200 && silent < rounds / 2) }
  }

  private static let limits = Limits(
    maximumLineBytes: 20_000, maximumDepth: 20, maximumBatchCount: 6, maximumIdentifierBytes: 24)

  private static func answer(_ line: [UInt8], _ endpoint: inout Endpoint) -> [UInt8] {
    var handler = AnyMethod()
    // What is appended to must stay as it is.
    var output = Array("before".utf8)
    line.withUnsafeBufferPointer { endpoint.answer($0, with: &handler, appendingTo: &output) }
    guard output.starts(with: "before".utf8) else { return output }
    return Array(output.dropFirst(6))
  }

  /// A line, or a batch of some; the names of methods and parameters are those that are read.
  private static func line(_ generator: inout SeededGenerator) -> [UInt8] {
    if generator.oneIn(3) {
      return Mutation.mutate(made(&generator), corpus: Corpus.lines, using: &generator)
    }
    if generator.oneIn(4) {
      let line = Corpus.random(using: &generator)
      return Mutation.exchangeValues(line, corpus: Corpus.lines, using: &generator)
    }
    if !generator.oneIn(6) { return Corpus.mutated(using: &generator) }
    var batch: [UInt8] = [UInt8(ascii: "[")]
    for index in 0..<generator.integer(in: 1...8) {
      if index > 0 { batch.append(UInt8(ascii: ",")) }
      batch += generator.oneIn(2) ? made(&generator) : Corpus.random(using: &generator)
    }
    batch.append(UInt8(ascii: "]"))
    return generator.oneIn(3)
      ? Mutation.mutate(batch, corpus: Corpus.lines, using: &generator) : batch
  }

  private static func made(_ generator: inout SeededGenerator) -> [UInt8] {
    func pick(_ words: [String]) -> String { words[generator.integer(in: 0...words.count - 1)] }
    var members = [
      pick([#""jsonrpc":"2.0""#, #""jsonrpc":"2.0""#, #""jsonrpc":"2.0""#, #""jsonrpc":2"#]),
      pick(["\"method\":\"" + String(repeating: "m", count: generator.integer(in: 0...13)) + "\""]),
    ]
    if !generator.oneIn(4) {
      members.append(
        pick([
          #""params":{"k":3,"customer":"c","items":[1,2]}"#, #""params":{}"#, #""params":[]"#,
          #""params":{"k":3.0,"customer":"\u0063","items":[]}"#, #""params":null"#,
          #""params":{"k":1e30,"customer":"c","items":[]}"#, #""params":{"a":{"a":[{}]}}"#,
          #""params":{"k":-9223372036854775809}"#, #""params":{"customer":"long enough"}"#,
          #""params":{"a":1,"\u0061":2}"#, #""params":7"#,
        ]))
    }
    if !generator.oneIn(4) {
      members.append(
        pick([
          #""id":1"#, #""id":"x\ud834\udd1e""#, #""id":null"#, #""id":-0.50E+3"#, #""id":true"#,
          #""id":{}"#, #""id":"""#, #""id":"a longer id than is taken here""#, #""id":1,"id":2"#,
          #""id":123456789012345678901"#,
        ]))
    }
    members.shuffle(using: &generator)
    return Array("{\(members.joined(separator: ","))}".utf8)
  }
}
