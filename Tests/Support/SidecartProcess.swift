import Foundation

/// The real binary over real pipes: what a host in another language sees.
package final class SidecartProcess: Sendable {
  package let child: ChildProcess
  private let requestIds = Counter()

  /// The binary that was built next to the running tests, or the one that `SIDECART_BINARY` names;
  /// nil where there is none.
  package static let binary: String? = {
    if let path = ProcessInfo.processInfo.environment["SIDECART_BINARY"] { return path }
    var running = [CommandLine.arguments[0], Bundle.main.bundlePath]
    if let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
      running.insert(link, at: 0)
    }
    for start in running {
      // The test bundle lies in the folder of the configuration, or some folders below it.
      var folder = URL(fileURLWithPath: start)
      for _ in 0..<5 {
        folder = folder.deletingLastPathComponent()
        let candidate = folder.appendingPathComponent("sidecart").path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder),
          !isFolder.boolValue, FileManager.default.isExecutableFile(atPath: candidate)
        {
          return candidate
        }
      }
    }
    return nil
  }()

  package static var isPresent: Bool { binary != nil }

  /// Starts the binary, for instance with `["serve", "--data", folder]`.
  package init(_ arguments: [String], environment: [String: String] = [:]) throws {
    guard let binary = Self.binary else {
      throw ChildProcess.Failure("no sidecart next to the tests: build it, or set SIDECART_BINARY")
    }
    child = try ChildProcess(binary, arguments, environment: environment)
  }

  /// Writes a line to its stdin.
  package func send(_ line: String) throws { try child.send(line) }

  /// Writes bytes to its stdin as they are: part of a line, or several.
  package func send(bytes: [UInt8]) throws { try child.send(bytes) }

  /// The next line of its stdout; nil at the end of file.
  package func readLine(timeout seconds: Double = 30) throws -> String? {
    try child.readLine(timeout: seconds)
  }

  /// Sends a request with the next id (1, 2, …) and reads one line. Nothing else may be under way.
  package func request(
    _ method: String, _ parameters: String = "{}", timeout seconds: Double = 30
  ) throws -> String {
    let id = requestIds.next()
    try send("{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"\(method)\",\"params\":\(parameters)}")
    guard let reply = try readLine(timeout: seconds) else {
      throw ChildProcess.Failure("end of file instead of a reply; stderr: \(child.stderrText)")
    }
    return reply
  }

  /// Sends a notification, which has no reply.
  package func notify(_ method: String, _ parameters: String = "{}") throws {
    try send("{\"jsonrpc\":\"2.0\",\"method\":\"\(method)\",\"params\":\(parameters)}")
  }

  package func closeInput() { child.closeInput() }

  package func kill(_ signal: Int32 = SIGKILL) { child.kill(signal) }

  @discardableResult
  package func wait(timeout seconds: Double = 60) throws -> ChildProcess.Exit {
    try child.wait(timeout: seconds)
  }

  package var stderrText: String { child.stderrText }
}

/// 1, 2, 3 … from any thread.
private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var value = 0

  func next() -> Int {
    lock.withLock {
      value += 1
      return value
    }
  }
}
