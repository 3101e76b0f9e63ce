import Engine
import Shop
import Wire

/// One question of the demo: the line that was sent and what came back.
struct DemoExchange {
  var request: String
  var result: Value
}

/// A host that talks to the service inside the same process, with the same lines as over a pipe.
final class DemoSession {
  /// Records in one put: few enough for progress to move, enough for the envelope not to matter.
  static let batchCount = 500

  private let host: Host
  private var requestCount = 0

  init(host: Host) {
    self.host = host
    host.stamp()
  }

  /// Sends one request and reads its result.
  ///
  /// - Throws: `HostFailure` where the reply is an error: the demo asks nothing that may be
  /// refused.
  func ask(_ method: String, _ parameters: String) throws -> DemoExchange {
    requestCount += 1
    let request =
      #"{"jsonrpc":"2.0","id":\#(requestCount),"method":"\#(method)","params":\#(parameters)}"#
    return DemoExchange(request: request, result: try send(Array(request.utf8), method))
  }

  /// Params of a put that lie over several lines, as in a file.
  func put(_ method: String, _ parameters: String) throws {
    let flat = parameters.split(separator: "\n").joined()
    try expectAll(try ask(method, flat).result, method)
  }

  /// Feeds records through one of the puts, a batch at a time.
  func feed<Record>(
    _ noun: String, _ records: [Record], _ write: (Record, inout JSONWriter) -> Void
  ) throws {
    for start in stride(from: 0, to: records.count, by: DemoSession.batchCount) {
      let end = min(records.count, start + DemoSession.batchCount)
      var writer = JSONWriter(capacity: 1 << 16)
      writer.beginObject()
      writer.key("jsonrpc")
      writer.string("2.0")
      writer.key("id")
      writer.integer(start)
      writer.key("method")
      writer.string(noun + ".put")
      writer.key("params")
      writer.beginObject()
      writer.key(dynamic: noun)
      writer.beginArray()
      for record in records[start..<end] { write(record, &writer) }
      writer.endArray()
      writer.endObject()
      writer.endObject()
      try expectAll(try send(writer.bytes, noun + ".put"), noun + ".put")
      try host.commit()
      Console.progress("\(noun): \(DemoText.grouped(end)) of \(DemoText.grouped(records.count))")
    }
    Console.endProgress()
  }

  private func expectAll(_ result: Value, _ method: String) throws {
    guard let rejected = result["rejected"]?.list.first else { return }
    throw HostFailure(
      "\(method) rejected a record of the demo: \(rejected.text("path")) \(rejected.text("reason"))"
    )
  }

  private func send(_ request: [UInt8], _ method: String) throws -> Value {
    var reply: [UInt8] = []
    try request.withUnsafeBufferPointer { try host.answer($0, appendingTo: &reply) }
    let scanner = JSONScanner(limits: Limits(maximumLineBytes: max(1, reply.count)))
    return try reply.dropLast().withUnsafeBufferPointer { bytes -> Value in
      let root = try scanner.scan(bytes)
      if let result = root["result"] { return try result.value() }
      let message = root["error"]?["message"]?.stringValue ?? "no reply"
      throw HostFailure("\(method) failed in the demo: \(message)")
    }
  }
}

extension Value {
  /// The elements of a list; none of anything else.
  var list: [Value] {
    if case .array(let elements) = self { elements } else { [] }
  }

  /// The members of an object; none of anything else.
  var fields: [Member] {
    if case .object(let members) = self { members } else { [] }
  }

  /// The text of this, or nil where it is none.
  var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The text of a member, empty where there is none.
  func text(_ name: String) -> String { self[name]?.string ?? "" }

  /// The number of a member, 0 where there is none.
  func number(_ name: String) -> Double { self[name]?.double ?? 0 }

  /// The integer of a member, 0 where there is none.
  func count(_ name: String) -> Int {
    if case .integer(let integer)? = self[name] { Int(integer) } else { 0 }
  }
}
