import Engine
import Shop
import Storage
import Wire

/// `sidecart serve`: answers JSON-RPC on stdin and stdout until the input ends.
enum Serve: Command {
  static let name = "serve"
  static let summary = "Answers JSON-RPC 2.0, one request a line, on stdin and stdout."
  static let usage = "[OPTIONS]"
  static let options: [Option] = [
    .value(
      "state", "DIR",
      "folder that holds the log; made if it is not there (its parent must be).\nWithout "
        + "it everything is in memory only and gone at the end"
    ),
    .flag(
      "read-only",
      "answer questions beside the process that writes, always up to\nits last write; refuse "
        + "what would write"
    ),
    .value(
      "snapshot-after", "BYTES",
      "write a snapshot when so many bytes of log, and a sixteenth of it,\n"
        + "are behind the newest one; 16777216 if not given"),
    .value("now", "TIME", "hold the clock at that RFC 3339 moment, for tests"),
  ]
  static let details = """
    One JSON value a line, UTF-8; replies come in the order of the requests. What is acknowledged
    is on
    disk (one fdatasync for all lines of a read). stdout carries replies alone; notes for people go
    to
    stderr.

    The end of input, SIGTERM and SIGINT answer the lines that were read, make them durable and end
    with
    status 0; so does the method shutdown, and lines behind it are not answered. Status 1: the
    folder
    could not be opened, stdout was closed, or something could not be stored; what was not
    acknowledged
    may be sent again. Status 2: it was called wrongly.

      printf '%s\\n' '{"jsonrpc":"2.0","id":1,"method":"status"}' | sidecart serve --state shop
    """

  static func run(_ arguments: Arguments) throws -> Int32 {
    try arguments.expectOperands(atMost: 0)
    if arguments.has("read-only"), arguments["state"] == nil {
      throw UsageError("--read-only needs --state DIR: there is nothing to read otherwise")
    }
    guard System.isReadable(0), System.isWritable(1) else {
      throw HostFailure("serve needs an open stdin and stdout")
    }
    try System.endInputOnTermination(descriptor: 0)
    let host = try Host(
      state: arguments["state"], fixedMoment: try arguments.moment("now"),
      isReadOnly: arguments.has("read-only"),
      snapshotAfterBytes: try arguments.integer("snapshot-after", in: 1...(1 << 50)).map(
        UInt64.init))
    for note in host.notes { Console.note(note) }
    if let report = host.recovery { Console.note(report.description) }
    var loop = ServeLoop(host: host)
    return try loop.run()
  }
}

extension Arguments {
  /// A moment in RFC 3339, or nil where the option is not given.
  func moment(_ name: String) throws -> Instant? {
    guard let text = self[name] else { return nil }
    guard let instant = Instant(rfc3339: text) else {
      throw UsageError("--\(name) takes RFC 3339 with an offset, such as 2026-03-01T10:00:00+08:00")
    }
    return instant
  }
}

// The loop
// --------
// read(2) blocks until there is something; every complete line of what came is answered in order;
// one fdatasync makes their facts durable; then the replies leave with as few write(2) as it takes.
// A host that writes one line gets one sync for it, a host that pipelines a thousand gets one for
// all of them. There is no other thread and no lock.

/// Reads lines, answers them, makes them durable, writes the replies.
struct ServeLoop: ~Copyable {
  /// Replies beyond which a batch of lines is committed and written before the next line is
  /// answered.
  static let replyBytesBeforeWrite = 1 << 20

  private let host: Host
  private var framer = LineFramer()
  private var replies: [UInt8] = []

  init(host: Host) { self.host = host }

  /// Serves until the input ends, a signal or `shutdown` says so, or nothing can be stored any
  /// more.
  mutating func run() throws -> Int32 {
    do {
      try answerAll()
      try host.close()
      return 0
    } catch let error as StorageError {
      // The replies of this batch are dropped with it: none acknowledges what is not stored.
      throw HostFailure("not stored, so not acknowledged, and this is the end: \(error)")
    }
  }

  private mutating func answerAll() throws {
    var isOpen = true
    while isOpen {
      let count = try framer.withWritableBytes { try System.read(0, into: $0) }
      if count == 0 {
        isOpen = false
        // A line that a signal cut short was never accepted; one that merely lacks its newline was.
        if !System.terminationRequested { framer.endInput() }
      }
      try host.following?.follow()
      host.stamp()
      while !host.service.engine.isStopping, let line = framer.nextLine() {
        switch line {
        case .complete(let bytes): try host.answer(bytes, appendingTo: &replies)
        case .overlong: host.refuseOverlongLine(appendingTo: &replies)
        }
        if replies.count >= ServeLoop.replyBytesBeforeWrite { try flush() }
      }
      try flush()
      if host.service.engine.isStopping { isOpen = false } else { try host.tend() }
    }
  }

  private mutating func flush() throws {
    try host.commit()
    if replies.isEmpty { return }
    do {
      try replies.withUnsafeBytes { try System.writeAll(1, $0) }
    } catch {
      // What was written is durable; the host went away without reading it.
      try? host.close()
      throw HostFailure("stdout takes no more replies: \(error)")
    }
    replies.removeAll(keepingCapacity: replies.capacity < 4 << 20)
  }
}
