import Engine
import Foundation
import Shop
import Testing
import TestSupport
import Wire

/// A host with its service: sends lines, keeps what the service would log, and can start another
/// service from that.
final class TestShop {
  static let start = moment("2026-03-01T02:00:00Z")

  let service: Service
  /// What was logged so far, record by record.
  var records: [[UInt8]] = []
  private let scanner = JSONScanner(limits: Limits())

  /// - Parameter hasZones: false for a machine without the files of time zones.
  init(
    seed: UInt64 = 1, now: Instant = TestShop.start, isReadOnly: Bool = false,
    hasZones: Bool = true,
    version: String = "0.1.0", randomBits: (() -> UInt64)? = nil
  ) {
    let random = RandomSource(seed: seed)
    let surroundings = Surroundings(
      zoneFile: { hasZones ? TestShop.zoneFile($0) : nil },
      randomBits: randomBits ?? { random.next() },
      storageStatus: { writer in
        writer.key("kind")
        writer.string("memory")
      }, version: version, isReadOnly: isReadOnly)
    service = Service(engine: Engine(surroundings: surroundings), now: now)
  }

  static func moment(_ text: String) -> Instant {
    guard let instant = Instant(rfc3339: text) else { preconditionFailure("\(text) is no time") }
    return instant
  }

  static func zoneFile(_ name: String) -> [UInt8]? {
    (try? Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/" + name))).map(Array.init)
  }

  // MARK: Sending

  /// - Parameter engine: a state that came from somewhere else.
  init(engine: consuming Engine, now: Instant) { service = Service(engine: engine, now: now) }

  /// Sends one line; what came back, newline and all.
  @discardableResult
  func send(_ line: String) -> String { String(decoding: send(Array(line.utf8)), as: UTF8.self) }

  func send(_ line: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    line.withUnsafeBufferPointer { service.answer(line: $0, appendingTo: &output) }
    service.engine.journal.drain { records.append(Array($0)) }
    return output
  }

  /// Calls a method and takes the reply apart. A result is held against the contract's shape.
  @discardableResult
  func call(
    _ method: String, _ parameters: String = "{}",
    at location: SourceLocation = #_sourceLocation
  ) -> Reply {
    let line = send(#"{"jsonrpc":"2.0","id":7,"method":"\#(method)","params":\#(parameters)}"#)
    let reply = Reply(value(of: line), line: line)
    if case .result(let result) = reply.outcome, let stated = Methods.named(method) {
      let problems = ShapeCheck.problems(of: result, in: stated.result)
      #expect(problems.isEmpty, "\(method) answers \(line)", sourceLocation: location)
    }
    return reply
  }

  /// Calls a method that is to succeed.
  @discardableResult
  func result(
    _ method: String, _ parameters: String = "{}",
    at location: SourceLocation = #_sourceLocation
  ) throws -> Value {
    let reply = call(method, parameters, at: location)
    guard case .result(let result) = reply.outcome else {
      Issue.record("\(method) \(parameters): \(reply.line)", sourceLocation: location)
      throw Unexpected(line: reply.line)
    }
    return result
  }

  /// Calls a method that is to fail.
  @discardableResult
  func failure(
    _ method: String, _ parameters: String, at location: SourceLocation = #_sourceLocation
  ) throws -> Reply.Failure {
    let reply = call(method, parameters, at: location)
    guard case .failure(let failure) = reply.outcome else {
      Issue.record("\(method) \(parameters): \(reply.line)", sourceLocation: location)
      throw Unexpected(line: reply.line)
    }
    return failure
  }

  func value(of line: String) -> Value {
    Array(line.utf8).withUnsafeBufferPointer { bytes in
      do { return try scanner.scan(bytes).value() } catch {
        preconditionFailure("a reply is JSON: \(line)")
      }
    }
  }

  func advance(hours: Double) { service.now = service.now.advanced(byDays: hours / 24) }

  // MARK: Starting again

  /// Another service that starts from this one's log, as after a crash.
  func restarted(seed: UInt64 = 99) throws -> TestShop {
    let other = TestShop(seed: seed, now: service.now)
    try other.replay(records)
    return other
  }

  /// Applies a log.
  func replay(_ log: [[UInt8]]) throws {
    // A fact lies a little deeper in its record than in the request.
    let scanner = JSONScanner(limits: Limits(maximumDepth: Limits().maximumDepth + 8))
    for record in log {
      try record.withUnsafeBytes { try service.engine.replay($0, with: scanner) }
    }
    records += log
  }
}

struct Unexpected: Error {
  var line: String
}

/// Random bits from a seed.
private final class RandomSource {
  private var generator: SeededGenerator
  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }
  func next() -> UInt64 { generator.next() }
}

/// One reply, taken apart.
struct Reply {
  struct Failure: Equatable {
    var code: Int64
    var reason: String
    var path: String?
    var message: String
  }

  enum Outcome {
    case result(Value)
    case failure(Failure)
  }

  let outcome: Outcome
  let line: String

  init(_ value: Value, line: String) {
    self.line = line
    if let result = value["result"] {
      outcome = .result(result)
    } else {
      let error = value["error"]
      let data = error?["data"]
      outcome = .failure(
        Failure(
          code: error?["code"]?.int ?? 0, reason: data?["reason"]?.text ?? "",
          path: data?["path"]?.text, message: error?["message"]?.text ?? ""))
    }
  }

  var failure: Failure? {
    if case .failure(let failure) = outcome { return failure }
    return nil
  }
}

extension Value {
  var int: Int64? { if case .integer(let integer) = self { integer } else { nil } }
  var text: String? { if case .string(let text) = self { text } else { nil } }
  var flag: Bool? { if case .bool(let flag) = self { flag } else { nil } }
  var list: [Value] { if case .array(let list) = self { list } else { [] } }
  var members: [Member] { if case .object(let members) = self { members } else { [] } }
  var texts: [String] { list.compactMap(\.text) }

  /// The member of that name of each element.
  func each(_ name: String) -> [String] { list.compactMap { $0[name]?.text } }
}
