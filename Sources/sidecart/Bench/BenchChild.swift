import Storage

/// A program at the other end of two pipes: lines go in, lines come out.
final class BenchChild {
  private let child: ChildProcess
  private var buffer: [UInt8] = []
  private var position = 0

  init(_ arguments: [String]) throws { child = try System.spawn(arguments) }

  var processID: Int32 { child.processID }

  func send(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try System.writeAll(child.input, $0) }
  }

  /// The next line without its line end; the program ending first is a failure.
  func readLine() throws -> ArraySlice<UInt8> {
    var searched = position
    while true {
      if let newline = buffer[searched...].firstIndex(of: 0x0A) {
        defer { position = newline + 1 }
        return buffer[position..<newline]
      }
      searched = buffer.count
      try refill(&searched)
    }
  }

  /// Passes over so many lines.
  func skipLines(_ count: Int) throws {
    for _ in 0..<count { _ = try readLine() }
  }

  private func refill(_ searched: inout Int) throws {
    if position > 1 << 20 {
      buffer.removeSubrange(0..<position)
      searched -= position
      position = 0
    }
    let held = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: 1 << 16))
    let output = child.output
    let count = try buffer.withUnsafeMutableBytes {
      try System.read(output, into: UnsafeMutableRawBufferPointer(rebasing: $0[held...]))
    }
    buffer.removeSubrange((held + count)...)
    if count == 0 { throw HostFailure("the program that is measured ended before it answered") }
  }

  /// Everything that the program still writes, after its input ended.
  func finish() throws -> String {
    System.closeFile(child.input)
    var text: [UInt8] = Array(buffer[position...])
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let output = child.output
      let count = try chunk.withUnsafeMutableBytes { try System.read(output, into: $0) }
      if count == 0 { break }
      text.append(contentsOf: chunk[..<count])
    }
    System.closeFile(child.output)
    let end = try System.wait(for: child.processID)
    guard end == .exited(status: 0) else {
      throw HostFailure("a program of the benchmark failed: \(end)")
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Runs a program to its end; what it wrote.
  @discardableResult
  static func run(_ arguments: [String]) throws -> String {
    try BenchChild(arguments).finish()
  }
}

/// Where processes run: on this machine a round trip over one CPU and over two differ tenfold.
enum Pinning {
  /// Pins a process to one CPU with `taskset`; false where that is not to be had.
  static func pin(_ processID: Int32, to cpu: Int) -> Bool {
    let words = ["taskset", "-cp", String(cpu), String(processID)]
    return (try? BenchChild.run(words)) != nil
  }

  /// Lets a process run on all of them again.
  static func release(_ processID: Int32, cpuCount: Int) {
    _ = try? BenchChild.run(["taskset", "-cp", "0-\(cpuCount - 1)", String(processID)])
  }
}
