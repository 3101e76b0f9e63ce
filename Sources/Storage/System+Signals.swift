// Signals.
//
// How it works. The loop blocks in read(2) on standard input, and SIGTERM or SIGINT must end it
// after the requests that it accepted, without a poll before every read and without a window in
// which a signal is lost. So the handler makes standard input end: it puts an already open
// /dev/null in the place of the descriptor with dup2(2), which a handler may call. A read that
// comes later reads the end of the input; a read that was blocked is interrupted, finds the
// descriptor replaced and reads the same. The loop then does what it does at every end of input:
// finish, synchronise, exit 0. The hot path pays nothing.
//
// Only the thread that a signal interrupts leaves its read. So a handler that runs on another
// thread passes the signal on to the one that called `endInputOnTermination`.
//
// A line cut short by termination was not accepted: the loop drops it where `terminationRequested`.

import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

private struct Termination {
  var input: Int32
  var nothing: Int32
  var thread: pthread_t
}

// Plain memory behind a pointer: a handler must not run into the runtime's checks on global
// variables.
nonisolated(unsafe) private let termination = UnsafeMutablePointer<Termination>.allocate(
  capacity: 1)
private let requested = Atomic<Bool>(false)

extension System {
  /// Makes a write to a closed pipe, or past a file size limit, an error instead of a death.
  package static func ignoreWriteSignals() {
    _ = signal(SIGPIPE, SIG_IGN)
    _ = signal(SIGXFSZ, SIG_IGN)
  }

  /// True once SIGTERM or SIGINT came after `endInputOnTermination`.
  package static var terminationRequested: Bool { requested.load(ordering: .acquiring) }

  /// From now on SIGTERM and SIGINT end the input on a descriptor. Call once, on the thread that
  /// reads.
  ///
  /// A second SIGINT ends the process at once: a person who types it twice means it, and everything
  /// acknowledged is on disk.
  package static func endInputOnTermination(descriptor: Int32) throws(SystemError) {
    let nothing = try openFile("/dev/null", for: .reading)
    termination.initialize(
      to: Termination(input: descriptor, nothing: nothing, thread: pthread_self()))
    requested.store(false, ordering: .releasing)
    let handler: @convention(c) (Int32) -> Void = { number in
      let code = errno
      requested.store(true, ordering: .releasing)
      _ = dup2(termination.pointee.nothing, termination.pointee.input)
      if pthread_equal(pthread_self(), termination.pointee.thread) == 0 {
        _ = pthread_kill(termination.pointee.thread, number)
      } else if number == SIGINT {
        _ = signal(SIGINT, SIG_DFL)
      }
      errno = code
    }
    _ = signal(SIGTERM, handler)
    _ = signal(SIGINT, handler)
    // A host that blocks signals in itself has its children inherit that.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
