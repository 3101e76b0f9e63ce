import Engine
import Shop
import Storage
import Wire

/// `sidecart call`: one request, without a host around it.
enum Call: Command {
  static let name = "call"
  static let summary = "Makes one request and prints its result."
  static let usage = "[OPTIONS] METHOD [PARAMS]"
  static let options: [Option] = [
    .value("state", "DIR", "the state folder; without it an empty shop in memory"),
    .value("now", "TIME", "hold the clock at that RFC 3339 moment"),
  ]
  static let details = """
    PARAMS is a JSON object, @FILE for the contents of a file, or - for stdin; {} where it is left
    out.
    Questions can be asked while another process serves the folder; what writes needs the folder for
    itself, and makes it where it is not there. An error goes to stderr, with exit status 1.

      sidecart call --state shop recommend '{"basket":["85123A"],"k":5}'
      sidecart call --state shop policies.put @Models/policies/mall.json
    """

  static func run(_ arguments: Arguments) throws -> Int32 {
    try arguments.expectOperands(atMost: 2)
    guard let method = arguments.operands.first else {
      throw UsageError("call needs a METHOD; sidecart call rpc.discover lists them")
    }
    let parameters = try parameters(arguments.operands.dropFirst().first ?? "{}")
    let access = try access(method, parameters)
    let host = try Host(
      state: access == .none ? nil : arguments["state"], fixedMoment: try arguments.moment("now"),
      isReadOnly: access == .reading)
    host.stamp()
    var line = JSONWriter(capacity: parameters.count + 128)
    line.beginObject()
    line.key("jsonrpc")
    line.string("2.0")
    line.key("id")
    line.integer(1)
    line.key("method")
    line.string(method)
    line.endObject()
    // Params go in as they are, so that whatever is wrong with them is found and named where
    // requests are read.
    var request = Array(line.bytes.dropLast())
    request.append(contentsOf: Array(",\"params\":".utf8))
    request.append(contentsOf: parameters)
    request.append(0x7D)
    var reply: [UInt8] = []
    try request.withUnsafeBufferPointer { try host.answer($0, appendingTo: &reply) }
    try host.close()
    return try show(reply)
  }

  /// What a call needs the state folder for.
  private enum Access {
    /// Nothing: it is refused whatever the folder holds.
    case none
    case reading
    case writing
  }

  /// - Throws: `HostFailure` where the params are no JSON; here its byte offset still means
  /// something.
  private static func access(_ method: String, _ parameters: [UInt8]) throws -> Access {
    let scanner = JSONScanner()
    return try parameters.withUnsafeBufferPointer { bytes in
      try withExtendedLifetime(scanner) {
        do throws(ScanError) {
          let root = try scanner.scan(bytes)
          guard let method = Methods.named(method) else { return .none }
          return method.writes(root) ? .writing : .reading
        } catch {
          throw HostFailure("PARAMS: \(error.message) (byte \(error.offset))")
        }
      }
    }
  }

  private static func parameters(_ word: String) throws -> [UInt8] {
    let limit = Limits().maximumLineBytes
    if word == "-" {
      guard System.isReadable(0) else { throw HostFailure("stdin is not open") }
      return try readAll(0, name: "stdin", maximumBytes: limit)
    }
    if word.hasPrefix("@") { return try readFile(String(word.dropFirst()), maximumBytes: limit) }
    return Array(word.utf8)
  }

  private static func show(_ reply: [UInt8]) throws -> Int32 {
    let scanner = JSONScanner(limits: Limits(maximumLineBytes: max(1, reply.count)))
    return try reply.dropLast().withUnsafeBufferPointer { bytes -> Int32 in
      let root = try scanner.scan(bytes)
      if let result = root["result"] {
        try Console.write(Array(result.rawBytes) + [0x0A])
        return 0
      }
      let error = root["error"]
      let message = error?["message"]?.stringValue ?? "no reply"
      let data = error?["data"]
      let path = data?["path"]?.stringValue.map { " at \($0)" } ?? ""
      let reason = data?["reason"]?.stringValue.map { " (\($0))" } ?? ""
      Console.note("\(message)\(path)\(reason)")
      return 1
    }
  }
}
