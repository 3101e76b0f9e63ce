import Foundation
import Storage
import Synchronization
import Testing

@Suite("System", .serialized)
struct SystemTests {
  @Test("errors name the call, the path and the system's words")
  func errors() {
    let error = #expect(throws: SystemError.self) {
      try System.openFile("/nowhere/at/all", for: .reading)
    }
    #expect(error?.isMissing == true)
    #expect(error.map { "\($0)" } == "open /nowhere/at/all: No such file or directory")
  }

  @Test("a child answers over its pipes, and its end is told")
  func child() throws {
    let child = try System.spawn(["cat"])
    let sent = Array("one line\n".utf8)
    try sent.withUnsafeBytes { try System.writeAll(child.input, $0) }
    var got = [UInt8](repeating: 0, count: 64)
    let count = try got.withUnsafeMutableBytes { try System.read(child.output, into: $0) }
    #expect(Array(got[..<count]) == sent)
    System.closeFile(child.input)
    #expect(try System.wait(for: child.processID) == .exited(status: 0))
    System.closeFile(child.output)

    let sleeper = try System.spawn(["sleep", "100"])
    try System.send(.kill, to: sleeper.processID)
    #expect(try System.wait(for: sleeper.processID) == .killed(signal: 9))
    System.closeFile(sleeper.input)
    System.closeFile(sleeper.output)
    #expect(throws: SystemError.self) { try System.spawn(["/no/such/program"]) }
  }

  @Test("a descriptor that the host made non-blocking is waited for")
  func nonBlocking() throws {
    let pipe = Pipe()
    let descriptor = pipe.fileHandleForReading.fileDescriptor
    #expect(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
    let writer = pipe.fileHandleForWriting
    Thread.detachNewThread {
      usleep(20_000)
      writer.write(Data([42]))
    }
    var byte: [UInt8] = [0]
    #expect(try byte.withUnsafeMutableBytes { try System.read(descriptor, into: $0) } == 1)
    #expect(byte == [42])
  }

  @Test("a signal ends a blocked read, from whatever thread it is caught on")
  func termination() throws {
    let pipe = Pipe()
    let descriptor = dup(pipe.fileHandleForReading.fileDescriptor)
    defer {
      signal(SIGTERM, SIG_DFL)
      signal(SIGINT, SIG_DFL)
      close(descriptor)
    }
    let ready = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)
    let result = Atomic<Int>(-1)
    Thread.detachNewThread {
      guard (try? System.endInputOnTermination(descriptor: descriptor)) != nil else { return }
      ready.signal()
      withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { buffer in
        let count = try? System.read(descriptor, into: buffer)
        result.store(count ?? -2, ordering: .releasing)
      }
      done.signal()
    }
    ready.wait()
    #expect(!System.terminationRequested)
    usleep(50_000)
    try System.send(.terminate, to: System.processID)
    #expect(done.wait(timeout: .now() + 5) == .success)
    #expect(result.load(ordering: .acquiring) == 0)
    #expect(System.terminationRequested)
  }

  @Test("closed and one-way descriptors are told apart without a crash")
  func descriptors() throws {
    let pipe = Pipe()
    let reading = pipe.fileHandleForReading.fileDescriptor
    let writing = pipe.fileHandleForWriting.fileDescriptor
    #expect(System.isReadable(reading) && !System.isWritable(reading))
    #expect(System.isWritable(writing) && !System.isReadable(writing))
    #expect(!System.isReadable(9999) && !System.isWritable(-1))
    #expect(!System.isTerminal(reading))
  }

  @Test("clocks run, randomness differs, the environment answers")
  func surroundings() throws {
    let start = System.monotonicNanoseconds()
    #expect(System.monotonicNanoseconds() >= start)
    let seconds = Date().timeIntervalSince1970
    #expect(abs(Double(System.realtimeMilliseconds()) / 1000 - seconds) < 60)
    #expect(System.randomBits() != System.randomBits())
    #expect(System.environment("PATH") == ProcessInfo.processInfo.environment["PATH"])
    #expect(System.environment("SIDECART_NOT_SET") == nil)
  }
}
