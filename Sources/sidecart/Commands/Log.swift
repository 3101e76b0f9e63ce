import Engine
import Storage
import Wire

/// `sidecart log`: prints the facts of a state folder, one a line.
enum PrintLog: Command {
  static let name = "log"
  static let summary = "Prints the facts that a state folder holds, one JSON value a line."
  static let usage = "--state DIR"
  static let options: [Option] = [
    .value("state", "DIR", "the state folder; a serving process may go on")
  ]
  static let details = """
    Each line is {"sequence":N,"now":"…","fact":{…}}; the kinds of fact are listed in Protocol/README.md.

      sidecart log --state shop | grep '"order"' | head
    """

  static func run(_ arguments: Arguments) throws -> Int32 {
    try arguments.expectOperands(atMost: 0)
    guard let state = arguments["state"] else { throw UsageError("log needs --state DIR") }
    System.ignoreWriteSignals()
    let scanner = JSONScanner(
      limits: Limits(
        maximumLineBytes: Log.payloadLimitBytes, maximumDepth: Limits().maximumDepth + 8))
    var output: [UInt8] = []
    let report = try Log.read(on: try StateFolder(path: state, for: .reading)) {
      sequence, payload in
      let record = try scanner.scan(payload.bindMemory(to: UInt8.self))
      guard let now = record["now"], let facts = record["facts"] else {
        throw HostFailure("record \(sequence) holds no facts")
      }
      for fact in facts.elements {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("sequence")
        writer.integer(Int(clamping: sequence))
        writer.key("now")
        writer.raw(now.rawBytes)
        writer.key("fact")
        writer.raw(fact.rawBytes)
        writer.endObject()
        writer.withBytes { output.append(contentsOf: $0) }
        output.append(0x0A)
      }
      if output.count > 1 << 20 {
        try Console.write(output)
        output.removeAll(keepingCapacity: true)
      }
    }
    try Console.write(output)
    if report.ending != .clean { Console.note(report.description) }
    return 0
  }
}
