import Engine
import Shop
import Storage
import Wire

/// Sends requests the way a host does: each is one JSON-RPC line, answered by the host in this
/// process, whose reply is read off its line. With `emits` the lines go to stdout as well, for
/// another process; the host in here is then in memory only, and knows what was sent so far.
final class RequestSender {
  /// Requests are made durable once they come to so many bytes.
  private static let bytesBeforeCommit = 8 << 20
  private static let bytesBeforeWrite = 1 << 20

  let host: Host
  private let emits: Bool
  private let scanner = JSONScanner(limits: Limits())
  private var writer = JSONWriter(capacity: 1 << 18)
  private var reply: [UInt8] = []
  private var emitted: [UInt8] = []
  private var identifier = 0
  private var uncommittedBytes = 0

  init(host: Host, emits: Bool) {
    self.host = host
    self.emits = emits
  }

  var settings: ShopSettings { host.service.engine.facts.settings }

  /// Sends a request; `read` gets the whole reply, valid until it returns.
  func send<Result>(
    _ method: StaticString, _ parameters: (inout JSONWriter) -> Void,
    _ read: (JSON) throws -> Result
  ) throws -> Result {
    identifier += 1
    writer.removeAll()
    writer.beginObject()
    writer.key("jsonrpc")
    writer.string("2.0" as StaticString)
    writer.key("id")
    writer.integer(identifier)
    writer.key("method")
    writer.string(method)
    writer.key("params")
    writer.beginObject()
    parameters(&writer)
    writer.endObject()
    writer.endObject()
    reply.removeAll(keepingCapacity: true)
    host.stamp()
    try writer.withBytes { line throws in
      uncommittedBytes += line.count
      if emits {
        emitted.append(contentsOf: line)
        emitted.append(0x0A)
      }
      try host.answer(line, appendingTo: &reply)
    }
    if emitted.count >= RequestSender.bytesBeforeWrite { try emit() }
    if uncommittedBytes >= RequestSender.bytesBeforeCommit { try commit() }
    return try reply.dropLast().withUnsafeBufferPointer { try read(try scanner.scan($0)) }
  }

  /// Sends a put of records and counts what became of each.
  ///
  /// - Parameter rejected: is told the position of each record that was rejected.
  func put(
    _ method: StaticString, _ list: StaticString, _ tally: inout RecordTally,
    _ records: (inout JSONWriter) -> Void, rejected: (Int) -> Void = { _ in }
  ) throws {
    try send(
      method,
      { writer in
        writer.key(list)
        writer.beginArray()
        records(&writer)
        writer.endArray()
      }
    ) { reply in
      let result = try RequestSender.result(reply)
      tally.accepted += Int(result["accepted"]?.integerValue ?? 0)
      tally.unchanged += Int(result["unchanged"]?.integerValue ?? 0)
      guard let list = result["rejected"] else { return }
      for record in list.elements {
        tally.reject(record["reason"]?.stringValue ?? "unknown")
        if let index = record["index"]?.integerValue { rejected(Int(index)) }
      }
    }
  }

  /// The result of a request that cannot do without one.
  static func result(_ reply: JSON) throws -> JSON {
    if let result = reply["result"] { return result }
    throw HostFailure(reply["error"]?["message"]?.stringValue ?? "a request had no reply")
  }

  private func commit() throws {
    try host.commit()
    uncommittedBytes = 0
  }

  private func emit() throws {
    if emitted.isEmpty { return }
    try Console.write(emitted)
    emitted.removeAll(keepingCapacity: true)
  }

  /// Makes durable, or writes out, what was sent so far.
  func flush() throws {
    try emit()
    try commit()
  }
}
