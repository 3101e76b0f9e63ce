// Every system call of the product is made in System.swift and its facets System+….swift.
//
// How it works. One wrapper, `System.call`, runs a call, repeats it when a signal interrupted it,
// ends the process on programmer errors and turns every other failure into a typed `SystemError`.
// Above it sit functions with names that work in prose. Every descriptor is opened close-on-exec,
// so that a child process never holds the lock or the log of its parent.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The operating system, as far as this product uses it.
package enum System {
  /// Runs a system call until no signal interrupts it. The result is never negative.
  ///
  /// EBADF and EFAULT end the process: they mean that the program lost track of its own descriptors
  /// or memory, and continuing could write one file's bytes into another.
  @inline(__always)
  static func call(
    _ name: StaticString, path: @autoclosure () -> String? = nil, _ body: () -> Int
  ) throws(SystemError) -> Int {
    while true {
      let result = body()
      if result >= 0 { return result }
      let code = errno
      if code == EINTR { continue }
      precondition(code != EBADF && code != EFAULT, "\(name) failed: \(words(for: code))")
      throw SystemError(call: "\(name)", code: code, path: path())
    }
  }

  /// The operating system's words for an error number.
  package static func words(for code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
  }

  static let missingCode = ENOENT
  static let notFolderCode = ENOTDIR
  static let closedPipeCode = EPIPE
  static let noRoomCodes = [ENOSPC, EDQUOT, EFBIG]
}

// MARK: - Reading and writing

extension System {
  /// Reads at most the buffer's size; 0 means the end of the input. Blocks until there is
  /// something, also where the host made the descriptor non-blocking.
  package static func read(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> Int {
    while true {
      do throws(SystemError) {
        return try call("read") { systemRead(descriptor, buffer) }
      } catch {
        guard error.code == EAGAIN else { throw error }
        try wait(descriptor, for: Int16(POLLIN))
      }
    }
  }

  /// Writes all bytes, in as many calls as the system needs, and waits where the reader is slow.
  package static func writeAll(
    _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer
  ) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
      do throws(SystemError) {
        let count = try call("write") { write(descriptor, rest.baseAddress, rest.count) }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      } catch {
        guard error.code == EAGAIN else { throw error }
        try wait(descriptor, for: Int16(POLLOUT))
      }
    }
  }

  /// Reads from an offset until the buffer is full or the file ends; returns the bytes read.
  package static func readFully(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(SystemError) -> Int {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let place = off_t(clamping: offset) + off_t(done)
      let count = try call("pread") { pread(descriptor, rest.baseAddress, rest.count, place) }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Writes all bytes at an offset.
  package static func writeAll(
    _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: UInt64, path: String? = nil
  ) throws(SystemError) {
    var rest = bytes
    var place = off_t(clamping: offset)
    while !rest.isEmpty {
      let count = try call("pwrite", path: path) {
        pwrite(descriptor, rest.baseAddress, rest.count, place)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      place += off_t(count)
    }
  }

  /// Waits until there is something to read, the end of the input included, or so much time has
  /// passed; true where there is.
  package static func waitForInput(
    _ descriptor: Int32, nanoseconds: UInt64
  ) throws(SystemError) -> Bool {
    try wait(descriptor, for: Int16(POLLIN), nanoseconds: nanoseconds)
  }

  /// Waits until `pipeBytes` can be written without waiting, or the write would fail, or so much
  /// time has passed; true where it can.
  package static func waitForOutput(
    _ descriptor: Int32, nanoseconds: UInt64
  ) throws(SystemError) -> Bool {
    try wait(descriptor, for: Int16(POLLOUT), nanoseconds: nanoseconds)
  }

  /// What a pipe takes at once that takes anything: PIPE_BUF of Linux.
  package static let pipeBytes = 4_096

  private static func wait(
    _ descriptor: Int32, for events: Int16, nanoseconds: UInt64
  ) throws(SystemError) -> Bool {
    let start = monotonicNanoseconds()
    while true {
      let waited = monotonicNanoseconds() - start
      let rest = waited < nanoseconds ? nanoseconds - waited : 0
      // Rounded up: to wake too early would be to wait once more.
      let milliseconds = Int32(clamping: rest / 1_000_000 + (rest % 1_000_000 == 0 ? 0 : 1))
      var entry = pollfd(fd: descriptor, events: events, revents: 0)
      let count = poll(&entry, 1, milliseconds)
      if count > 0 { return true }
      if count == 0 {
        if rest / 1_000_000 < UInt64(Int32.max) { return false }
      } else if errno != EINTR {
        throw SystemError(call: "poll", code: errno)
      }
    }
  }

  private static func wait(_ descriptor: Int32, for events: Int16) throws(SystemError) {
    var entry = pollfd(fd: descriptor, events: events, revents: 0)
    _ = try call("poll") { Int(poll(&entry, 1, -1)) }
  }
}

/// The C library's read, which `System.read` shadows inside `System`.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}
