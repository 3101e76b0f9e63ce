import Foundation
import TestSupport

/// `sidecart serve` as a host has it: requests out, replies in, each taken apart.
struct ServeHost {
  let process: SidecartProcess
  var child: ChildProcess { process.child }

  init(_ arguments: [String] = []) throws { process = try SidecartProcess(["serve"] + arguments) }

  /// One request with its id, as a line without its end.
  static func line(_ id: Int, _ method: String, _ parameters: String = "{}") -> String {
    "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"\(method)\",\"params\":\(parameters)}"
  }

  static func object(_ line: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
    guard let object = value as? [String: Any] else {
      throw ChildProcess.Failure("no object: \(line.prefix(200))")
    }
    return object
  }

  /// The result of one request; an error reply is thrown.
  func ask(_ method: String, _ parameters: String = "{}") throws -> [String: Any] {
    let line = try process.request(method, parameters)
    guard let result = try Self.object(line)["result"] as? [String: Any] else {
      throw ChildProcess.Failure("\(method): \(line)")
    }
    return result
  }

  /// The reason of the error that a request is refused with; nil where it is not.
  func refusal(_ method: String, _ parameters: String = "{}") throws -> String? {
    Self.reason(try process.request(method, parameters))
  }

  static func reason(_ line: String) -> String? {
    let error = (try? object(line))?["error"] as? [String: Any]
    return (error?["data"] as? [String: Any])?["reason"] as? String
  }

  /// Ends the input and gives all replies that are still to come.
  func finish() throws -> (lines: [String], exit: ChildProcess.Exit) {
    process.closeInput()
    let lines = try child.readLines()
    return (lines, try child.wait())
  }
}

/// A state folder of one test.
struct ServeState {
  let folder: TemporaryFolder
  var path: String { folder.path + "/state" }
  /// The log's first file.
  var log: URL { folder.url.appendingPathComponent("state/log-00000001") }

  init() throws { folder = try TemporaryFolder() }

  func serve(_ arguments: [String] = []) throws -> ServeHost {
    try ServeHost(["--state", path] + arguments)
  }

  /// Serves those requests and ends in order.
  func take(_ requests: [(method: String, parameters: String)]) throws {
    let host = try serve()
    for (method, parameters) in requests { _ = try host.ask(method, parameters) }
    let end = try host.finish()
    guard end.exit == .code(0) else { throw ChildProcess.Failure("\(end)") }
  }

  /// Runs a command to its end.
  func run(
    _ arguments: [String], input: String = ""
  ) throws -> ChildProcess.Result { try CommandLineRun.run(arguments, input: input) }
}

/// One run of the binary to its end.
enum CommandLineRun {
  static func run(_ arguments: [String], input: String = "") throws -> ChildProcess.Result {
    try ChildProcess.run(SidecartProcess.binary ?? "", arguments, input: Array(input.utf8))
  }

  /// Runs the binary as `$0` of a shell script.
  static func shell(_ script: String, _ arguments: [String] = []) throws -> ChildProcess.Result {
    try ChildProcess.run("/bin/sh", ["-c", script, SidecartProcess.binary ?? ""] + arguments)
  }
}

/// Orders for tests: order `number` follows from its number alone.
enum TestOrder {
  static func put(_ numbers: Range<Int>) -> String {
    let orders = numbers.map { number in
      "{\"id\":\"o-\(number)\",\"customer\":\"c-\(number % 7)\",\"time\":\"2026-03-01T10:00:00Z\","
        + "\"lines\":[{\"item\":\"tea\",\"quantity\":2,\"unit_price\":\(100 + number)},"
        + "{\"item\":\"cup\",\"quantity\":1,\"unit_price\":50}]}"
    }
    return "{\"orders\":[\(orders.joined(separator: ","))]}"
  }

  static func put(_ number: Int) -> String { put(number..<number + 1) }

  /// What the order comes to.
  static func net(_ number: Int) -> Int { 2 * (100 + number) + 50 }
}
