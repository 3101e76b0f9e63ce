// Child processes, for benchmarks and tools.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A child process with pipes to its standard input and output. Its standard error is the parent's.
package struct ChildProcess: Sendable {
  package let processID: Int32
  /// Write here what the child reads. The owner closes it.
  package let input: Int32
  /// Read here what the child writes. The owner closes it.
  package let output: Int32
}

/// How a child process ended.
package enum ProcessEnd: Equatable, Sendable {
  case exited(status: Int32)
  case killed(signal: Int32)
}

extension System {
  /// A signal that a process can be sent.
  package enum Signal: Sendable {
    case interrupt
    case kill
    case terminate

    fileprivate var number: Int32 {
      switch self {
      case .interrupt: SIGINT
      case .kill: SIGKILL
      case .terminate: SIGTERM
      }
    }
  }

  /// Starts a program with pipes to its input and output. The first argument is the program's path,
  /// or a name to look up in PATH.
  package static func spawn(_ arguments: [String]) throws(SystemError) -> ChildProcess {
    precondition(!arguments.isEmpty, "a program has a name")
    let input = try makePipe()
    let output: (read: Int32, write: Int32)
    do throws(SystemError) {
      output = try makePipe()
    } catch {
      closeFile(input.read)
      closeFile(input.write)
      throw error
    }
    let (code, processID) = spawn(arguments, reading: input.read, writing: output.write)
    closeFile(input.read)
    closeFile(output.write)
    guard code == 0 else {
      closeFile(input.write)
      closeFile(output.read)
      throw SystemError(call: "posix_spawn", code: code, path: arguments[0])
    }
    return ChildProcess(processID: processID, input: input.write, output: output.read)
  }

  private static func spawn(
    _ arguments: [String], reading input: Int32, writing output: Int32, noting notes: Int32? = nil
  ) -> (code: Int32, processID: Int32) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    if let notes { posix_spawn_file_actions_adddup2(&actions, notes, 2) }
    // A child inherits ignored and blocked signals; it starts with the defaults instead.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for number in [SIGPIPE, SIGXFSZ] { sigaddset(&defaults, number) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    var blocked = sigset_t()
    sigemptyset(&blocked)
    posix_spawnattr_setsigmask(&attributes, &blocked)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var processID: pid_t = 0
    let code = posix_spawnp(&processID, arguments[0], &actions, &attributes, words, environ)
    return (code, processID)
  }

  /// Starts a program that reads nothing and writes nothing: its standard streams are the null
  /// device, so that whoever reads this process's own streams to their end need not wait for it.
  package static func spawnDetached(_ arguments: [String]) throws(SystemError) -> Int32 {
    precondition(!arguments.isEmpty, "a program has a name")
    let null = try call("open", path: "/dev/null") { Int(open("/dev/null", O_RDWR | O_CLOEXEC)) }
    defer { closeFile(Int32(null)) }
    let (code, processID) = spawn(
      arguments, reading: Int32(null), writing: Int32(null), noting: Int32(null))
    guard code == 0 else { throw SystemError(call: "posix_spawn", code: code, path: arguments[0]) }
    return processID
  }

  /// The path of the program that this process runs.
  package static func ownPath() throws(SystemError) -> String {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 1) {
      buffer throws(SystemError) in
      guard let start = buffer.baseAddress else { preconditionFailure("the buffer has room") }
      let count = try call("readlink", path: "/proc/self/exe") {
        readlink("/proc/self/exe", start, buffer.count - 1)
      }
      buffer[count] = 0
      return String(cString: start)
    }
  }

  /// How a child process ended, or nil while it has not. Does not wait.
  package static func ended(_ processID: Int32) -> ProcessEnd? {
    var status: Int32 = 0
    let result = waitpid(processID, &status, WNOHANG)
    if result == 0 || result < 0 && errno == EINTR { return nil }
    // A child that is not there any more was waited for by somebody else.
    return result < 0 ? .exited(status: 255) : end(of: status)
  }

  private static func end(of status: Int32) -> ProcessEnd {
    let signal = status & 0x7f
    return signal == 0 ? .exited(status: (status >> 8) & 0xff) : .killed(signal: signal)
  }

  private static func makePipe() throws(SystemError) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    _ = try call("pipe") { Int(pipe(&ends)) }
    // The C library's module does not show pipe2; nothing else spawns between these calls.
    for end in ends { _ = try call("fcntl") { Int(fcntl(end, F_SETFD, FD_CLOEXEC)) } }
    return (ends[0], ends[1])
  }

  /// Waits until a child has ended.
  package static func wait(for processID: Int32) throws(SystemError) -> ProcessEnd {
    var status: Int32 = 0
    _ = try call("waitpid") { Int(waitpid(processID, &status, 0)) }
    return end(of: status)
  }

  /// Sends a signal to a process.
  package static func send(_ signal: Signal, to processID: Int32) throws(SystemError) {
    _ = try call("kill") { Int(kill(processID, signal.number)) }
  }
}
