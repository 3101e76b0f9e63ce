// How tests start processes
// -------------------------
// `posix_spawn` with three pipes: 12 times faster than Foundation's Process, and nothing leaks. All
// ends are close-on-exec (`adddup2` takes that off the three that the child keeps); otherwise a
// child that a parallel test starts at that moment would inherit them, and closing our end would
// not be an end of file. Swift does not see `pipe2`, which would set the flag at once, so that
// making pipes and starting a child are one step under one lock: tests start processes with this
// class only.
//
// Our ends are non-blocking, and whoever waits for anything (`send`, `readLine`, `wait`) waits in
// one `poll` over all three: a child that writes much on stderr, or answers while it is still being
// written to, never gets stuck on us.

import Foundation

/// A running program whose stdin, stdout and stderr are pipes held by the test.
///
/// May be used from several threads. It is killed and reaped when the last reference goes.
package final class ChildProcess: @unchecked Sendable {
  package enum Exit: Equatable, Sendable {
    case code(Int32)
    case signal(Int32)
  }

  package struct Failure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
  }

  package struct Result: Sendable {
    package let exit: Exit
    package let output: [UInt8]
    package let errorText: String
    package var outputText: String { String(decoding: output, as: UTF8.self) }
  }

  package let processIdentifier: pid_t
  private let lock = NSLock()
  /// Our ends of stdin, stdout and stderr; below zero once closed.
  private var ends: [Int32]
  private var output: [UInt8] = []
  private var errors: [UInt8] = []
  private var readCount = 0
  private var exit: Exit?

  /// Starts a program, by its path.
  ///
  /// - Parameter environment: added to the one of this process; an empty value takes a name away.
  package init(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws {
    _ = Self.ignoresBrokenPipes
    (processIdentifier, ends) = try Self.spawning.withLock {
      let pipes = try Self.makePipes(3)
      // A pipe is read at [0] and written at [1].
      let child = [pipes[0][0], pipes[1][1], pipes[2][1]]
      do {
        let identifier = try Self.spawn(path, arguments, environment, child)
        child.forEach { close($0) }
        return (identifier, [pipes[0][1], pipes[1][0], pipes[2][0]])
      } catch {
        pipes.joined().forEach { close($0) }
        throw error
      }
    }
    ends.forEach { _ = fcntl($0, F_SETFL, fcntl($0, F_GETFL) | O_NONBLOCK) }
  }

  deinit {
    if exit == nil {
      _ = Foundation.kill(processIdentifier, SIGKILL)
      _ = waitpid(processIdentifier, nil, 0)
    }
    for end in ends where end >= 0 { close(end) }
  }

  /// Writing to a child that has gone must be an error, not the end of the whole test run.
  private static let ignoresBrokenPipes: Bool = {
    signal(SIGPIPE, SIG_IGN)
    return true
  }()

  private static let spawning = NSLock()

  private static func makePipes(_ count: Int) throws -> [[Int32]] {
    try (0..<count).map { _ in
      var pair: [Int32] = [-1, -1]
      guard pipe(&pair) == 0 else { throw Failure("pipe: \(String(cString: strerror(errno)))") }
      for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      return pair
    }
  }

  private static func spawn(
    _ path: String, _ arguments: [String], _ environment: [String: String], _ streams: [Int32]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, end) in streams.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, end, Int32(target))
    }
    // The child starts as from a shell: no signal ignored or blocked because this process does so.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    posix_spawnattr_setsigmask(&attributes, &defaults)
    sigaddset(&defaults, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))

    var variables = ProcessInfo.processInfo.environment
    for (name, value) in environment { variables[name] = value.isEmpty ? nil : value }
    var argumentPointers = ([path] + arguments).map { strdup($0) } + [nil]
    var variablePointers = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (argumentPointers + variablePointers).forEach { free($0) } }
    var identifier: pid_t = 0
    let code = posix_spawn(
      &identifier, path, &actions, &attributes, &argumentPointers, &variablePointers)
    guard code == 0 else { throw Failure("spawn \(path): \(String(cString: strerror(code)))") }
    return identifier
  }

  /// Runs a program to its end.
  package static func run(
    _ path: String, _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
    timeout seconds: Double = 120
  ) throws -> Result {
    let process = try ChildProcess(path, arguments, environment: environment)
    do { try process.send(input, timeout: seconds) } catch is BrokenPipe {
      // It did not want to read on; its exit says whether that is right.
    }
    process.closeInput()
    let exit = try process.wait(timeout: seconds)
    return Result(exit: exit, output: process.takeOutput(), errorText: process.stderrText)
  }
}

// MARK: - Writing

extension ChildProcess {
  /// The child closed its stdin, or has gone.
  package struct BrokenPipe: Error {}

  /// Writes a line; the end is added.
  package func send(_ line: String, timeout seconds: Double = 60) throws {
    try send(Array(line.utf8) + [0x0A], timeout: seconds)
  }

  /// Writes bytes as they are.
  package func send(_ bytes: [UInt8], timeout seconds: Double = 60) throws {
    let deadline = Deadline(seconds)
    var offset = 0
    while offset < bytes.count {
      let written = lock.withLock {
        ends[0] < 0
          ? -2
          : bytes.withUnsafeBytes { raw in
            let slice = UnsafeRawBufferPointer(rebasing: raw[offset...])
            let count = write(ends[0], slice.baseAddress, slice.count)
            return count < 0 ? (errno == EAGAIN || errno == EINTR ? -1 : -2) : count
          }
      }
      switch written {
      case -2: throw BrokenPipe()
      case -1:
        guard pump(deadline, untilWritable: true) else {
          throw Failure("the child does not read its stdin; stderr: \(stderrText)")
        }
      default: offset += written
      }
    }
  }

  /// Ends the child's stdin.
  package func closeInput() { closeEnd(0) }

  /// Gives up reading, so that the child's next write to stdout fails.
  package func closeOutput() { closeEnd(1) }

  private func closeEnd(_ index: Int) {
    lock.withLock {
      if ends[index] >= 0 { close(ends[index]) }
      ends[index] = -1
    }
  }
}

// MARK: - Reading

extension ChildProcess {
  /// The next line of stdout without its end; nil at the end of file.
  ///
  /// Bytes after the last line end count as a line, so that a reply cut short is seen.
  package func readLine(timeout seconds: Double = 30) throws -> String? {
    let deadline = Deadline(seconds)
    while true {
      let (line, isAtEnd) = lock.withLock { (takeLine(), ends[1] < 0) }
      if let line { return line }
      if isAtEnd {
        let rest = takeOutput()
        return rest.isEmpty ? nil : String(decoding: rest, as: UTF8.self)
      }
      guard pump(deadline) else {
        throw Failure("no line within \(seconds) s; stderr: \(stderrText)")
      }
    }
  }

  /// The lines of stdout up to its end.
  package func readLines(timeout seconds: Double = 30) throws -> [String] {
    var lines: [String] = []
    while let line = try readLine(timeout: seconds) { lines.append(line) }
    return lines
  }

  /// True if the child writes nothing to stdout for so long.
  package func isSilent(for seconds: Double) -> Bool {
    let deadline = Deadline(seconds)
    while lock.withLock({ output.count == readCount && ends[1] >= 0 }) {
      guard pump(deadline) else { return true }
    }
    return lock.withLock { output.count == readCount }
  }

  /// What was written on stderr so far.
  package var stderrText: String {
    _ = pump(Deadline(0))
    return lock.withLock { String(decoding: errors, as: UTF8.self) }
  }

  /// All that was read from stdout and not yet taken.
  package func takeOutput() -> [UInt8] {
    lock.withLock {
      defer {
        output = []
        readCount = 0
      }
      return Array(output[readCount...])
    }
  }

  /// Under the lock.
  private func takeLine() -> String? {
    output.withUnsafeBytes { raw in
      guard let base = raw.baseAddress, raw.count > readCount,
        let found = memchr(base + readCount, 0x0A, raw.count - readCount)
      else { return nil }
      let end = base.distance(to: UnsafeRawPointer(found))
      defer { readCount = end + 1 }
      return String(decoding: raw[readCount..<end], as: UTF8.self)
    }
  }

  /// Waits until any pipe can move, and reads what there is; false once the deadline has passed.
  private func pump(_ deadline: Deadline, untilWritable: Bool = false) -> Bool {
    let open = lock.withLock { ends }
    var polls: [pollfd] = []
    if untilWritable, open[0] >= 0 {
      polls.append(pollfd(fd: open[0], events: Int16(POLLOUT), revents: 0))
    }
    for end in open[1...] where end >= 0 {
      polls.append(pollfd(fd: end, events: Int16(POLLIN), revents: 0))
    }
    let ready = poll(&polls, nfds_t(polls.count), deadline.remainingMilliseconds)
    if ready > 0 { lock.withLock { drain() } }
    return ready > 0 || !deadline.hasPassed
  }

  /// Under the lock: reads stdout and stderr as far as they go without waiting.
  private func drain() {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    for index in 1...2 {
      while ends[index] >= 0 {
        let count = read(ends[index], &chunk, chunk.count)
        if count < 0 && errno == EINTR { continue }
        if count < 0 && errno == EAGAIN { break }
        if count <= 0 {
          close(ends[index])
          ends[index] = -1
        } else if index == 1 {
          output.append(contentsOf: chunk[0..<count])
        } else {
          errors.append(contentsOf: chunk[0..<count])
        }
      }
    }
  }
}

// MARK: - Ending

extension ChildProcess {
  /// Sends a signal; nothing happens once the child was waited for.
  package func kill(_ signal: Int32 = SIGKILL) {
    lock.withLock {
      if exit == nil { _ = Foundation.kill(processIdentifier, signal) }
    }
  }

  package var isRunning: Bool { lock.withLock { reap() } == nil }

  /// Waits for the end of the child, reading on meanwhile; throws if it is still there at the
  /// timeout.
  @discardableResult
  package func wait(timeout seconds: Double = 60) throws -> Exit {
    let deadline = Deadline(seconds)
    while true {
      if let exit = lock.withLock({ reap() }) {
        // What it wrote last is still in the pipes. A grandchild may hold them open: do not wait.
        lock.withLock { drain() }
        return exit
      }
      if deadline.hasPassed {
        throw Failure("still running after \(seconds) s; stderr: \(stderrText)")
      }
      _ = pump(Deadline(min(0.005, deadline.remainingSeconds)))
      if lock.withLock({ ends[1] < 0 && ends[2] < 0 }) { usleep(500) }
    }
  }

  /// Under the lock: how it ended, or nil while it runs.
  private func reap() -> Exit? {
    if let exit { return exit }
    var status: Int32 = 0
    guard waitpid(processIdentifier, &status, WNOHANG) == processIdentifier else { return nil }
    let signal = status & 0x7F
    exit = signal == 0 ? .code(status >> 8 & 0xFF) : .signal(signal)
    return exit
  }
}

/// A moment after which nobody waits any more.
private struct Deadline {
  private let end: ContinuousClock.Instant

  init(_ seconds: Double) { end = .now + .seconds(seconds) }

  var hasPassed: Bool { ContinuousClock.now >= end }

  var remainingSeconds: Double { max(0, ContinuousClock.now.duration(to: end) / .seconds(1)) }

  var remainingMilliseconds: Int32 { Int32(min(remainingSeconds * 1000, 3_600_000).rounded(.up)) }
}
