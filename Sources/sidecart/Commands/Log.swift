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
    Each line is {"sequence":N,"now":"…","fact":{…}}; the kinds of fact are listed in
    Protocol/log.md. Facts of one request have one sequence. Where the log is damaged, what
    stands
    before the damage is printed, and the exit status is 1.

      sidecart log --state shop | grep '"order"' | head
    """

  static func run(_ arguments: Arguments) throws -> Int32 {
    try arguments.expectOperands(atMost: 0)
    guard let state = arguments["state"] else { throw UsageError("log needs --state DIR") }
    let scanner = JSONScanner(
      limits: Limits(
        maximumLineBytes: Log.payloadLimitBytes, maximumDepth: Limits().maximumDepth + 8))
    var output = LogOutput()
    let report: RecoveryReport
    do {
      report = try Log.read(on: try StateFolder(path: state, for: .reading)) { sequence, payload in
        try output.print(sequence, payload, scanner)
      }
    } catch {
      // What stands before the damage is worth having; a reader that has gone is no damage.
      if let failure = output.failure { throw failure }
      try output.flush()
      throw error
    }
    try output.flush()
    if report.ending != .clean { Console.note(report.description) }
    return 0
  }
}

/// Lines on their way to stdout, a mebibyte at a time.
private struct LogOutput {
  private var bytes: [UInt8] = []
  /// Why stdout takes nothing more, if so.
  private(set) var failure: (any Error)?

  mutating func print(
    _ sequence: UInt64, _ payload: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws {
    let record: JSON
    do { record = try scanner.scan(payload.bindMemory(to: UInt8.self)) } catch {
      throw HostFailure("\(error.message) (byte \(error.offset) of the record)")
    }
    guard let now = record["now"], let facts = record["facts"] else {
      throw HostFailure("it holds no facts")
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
      writer.withBytes { bytes.append(contentsOf: $0) }
      bytes.append(0x0A)
    }
    if bytes.count >= 1 << 20 { try flush() }
  }

  mutating func flush() throws {
    do { try Console.write(bytes) } catch {
      failure = error
      throw error
    }
    bytes.removeAll(keepingCapacity: true)
  }
}
