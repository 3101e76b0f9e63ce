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
    .value(
      "durability", "MODE",
      "always, at first: acknowledged is on disk. interval:MS: on disk at most MS\n"
        + "milliseconds later. never: on disk when the system gets to it"
    ),
    .value(
      "memory-limit", "BYTES",
      "refuse writes while the process occupies more, such as 2GiB or 800MiB;\n"
        + "four fifths of the memory that the system gives where not said"
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
    One JSON value a line, UTF-8; replies come in the order of the requests. stdout carries replies
    alone; notes for people go to stderr.

    What is acknowledged survives the end of the process, however it ends. A loss of power takes
    nothing with --durability always (one fdatasync for all lines of a read), with interval:MS
    what was acknowledged in the last MS milliseconds and the lines answered meanwhile, with never
    whatever the system had not written by itself (often 30 seconds).

    A full disk, and memory above the limit, refuse what writes with an error that can be retried;
    questions are answered as ever.

    The end of input, SIGTERM and SIGINT answer the lines that were read, make them durable and end
    with status 0; so does the method shutdown, and lines behind it are not answered. Status 1: the
    folder could not be opened, stdout was closed, or something could not be stored; what was not
    acknowledged may be sent again. Status 2: it was called wrongly.

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
    let durability = try arguments.durability("durability") ?? .always
    if arguments["durability"] != nil, arguments["state"] == nil || arguments.has("read-only") {
      throw UsageError("--durability needs a folder to write to: --state DIR, not --read-only")
    }
    let memoryLimit = try arguments.bytes("memory-limit") ?? MemoryGauge.usualLimitBytes()
    try System.endInputOnTermination(descriptor: 0)
    let host = try Host(
      state: arguments["state"], fixedMoment: try arguments.moment("now"),
      isReadOnly: arguments.has("read-only"), durability: durability,
      memoryLimitBytes: memoryLimit,
      snapshotAfterBytes: try arguments.integer("snapshot-after", in: 1...(1 << 50)).map(
        UInt64.init))
    for note in host.notes { Console.note(note) }
    if let report = host.recovery { Console.note(report.description) }
    if host.clockLagMilliseconds > 1_000 {
      Console.note(
        "the clock is \(host.clockLagMilliseconds / 1_000) s behind the last moment in the log: "
          + "time stands still until it has caught up")
    }
    var loop = ServeLoop(host: host)
    return try loop.run()
  }
}

extension Arguments {
  /// When commits wait for the disk, or nil where the option is not given.
  func durability(_ name: String) throws -> Durability? {
    switch self[name] {
    case nil: return nil
    case "always"?: return .always
    case "never"?: return .never
    case let text?:
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      if parts.count == 2, parts[0] == "interval", let milliseconds = Int(parts[1]),
        (1...86_400_000).contains(milliseconds)
      {
        return .interval(milliseconds: milliseconds)
      }
      throw UsageError("--\(name) takes always, interval:MS with 1 to 86400000, or never")
    }
  }

  /// A number of bytes, with KiB, MiB or GiB behind it or nothing; nil where the option is not
  /// given.
  func bytes(_ name: String) throws -> Int? {
    guard let text = self[name] else { return nil }
    let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]
    let unit = units.first { text.hasSuffix($0.0) }
    let digits = unit == nil ? Substring(text) : text.dropLast(3)
    if let count = Int(digits), count > 0 {
      let (bytes, isOver) = count.multipliedReportingOverflow(by: unit?.1 ?? 1)
      if !isOver { return bytes }
    }
    throw UsageError("--\(name) takes a number of bytes, such as 2147483648, 800MiB or 2GiB")
  }

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
//
// A host that reads slower than it asks makes write(2) wait, and while that waits nothing is read.
// So no more is held than the replies that make a batch, one reply, one line and one read.
//
// With a sync at an interval there is something to do when nothing comes. Only while records wait
// for their sync, poll(2) waits for input as long as they may, and then they are synchronised; the
// same holds for output that nobody reads.

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
      try waitForInput()
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
        try host.synchronizeIfDue()
      }
      try flush()
      if host.service.engine.isStopping { isOpen = false } else { try host.tend() }
    }
  }

  /// Waits as long as nothing has to be synchronised; read(2) waits for the rest.
  private func waitForInput() throws {
    while let rest = host.nanosecondsUntilSync {
      if rest > 0, try System.waitForInput(0, nanoseconds: rest) { return }
      try host.synchronizeIfDue()
    }
  }

  private mutating func flush() throws {
    try host.commit()
    if replies.isEmpty { return }
    do {
      try replies.withUnsafeBytes { try write($0) }
    } catch {
      if let error = error as? StorageError { throw error }
      // The host went away without reading; what was answered is made durable all the same.
      try? host.close()
      throw HostFailure("stdout takes no more replies: \(error)")
    }
    replies.removeAll(keepingCapacity: replies.capacity < 4 << 20)
  }

  /// Writes replies. Where records wait for their sync this is done in pieces that a pipe takes
  /// without waiting, so that a host that does not read does not put off the sync.
  private func write(_ replies: UnsafeRawBufferPointer) throws {
    var rest = replies
    while !rest.isEmpty {
      guard let time = host.nanosecondsUntilSync else { return try System.writeAll(1, rest) }
      if time > 0, try System.waitForOutput(1, nanoseconds: time) {
        let piece = rest.prefix(System.pipeBytes)
        try System.writeAll(1, UnsafeRawBufferPointer(rebasing: piece))
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
      } else {
        try host.synchronizeIfDue()
      }
    }
  }
}
