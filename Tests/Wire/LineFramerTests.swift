import Testing
import Wire

private enum Framed: Equatable {
  case line(String)
  case overlong
}

/// Feeds chunks, taking out after each what is there; the input ends after the last.
private func frames(
  _ chunks: [[UInt8]], maximumLineBytes: Int = 100, usualCapacity: Int = 16
) -> [Framed] {
  var framer = LineFramer(maximumLineBytes: maximumLineBytes, usualCapacity: usualCapacity)
  var framed: [Framed] = []
  func drain(_ framer: inout LineFramer) {
    while let line = framer.nextLine() {
      switch line {
      case .complete(let bytes): framed.append(.line(String(decoding: bytes, as: UTF8.self)))
      case .overlong: framed.append(.overlong)
      }
    }
  }
  for chunk in chunks {
    framer.withWritableBytes(minimum: max(1, chunk.count)) { room in
      room.copyBytes(from: chunk)
      return chunk.count
    }
    drain(&framer)
  }
  framer.endInput()
  drain(&framer)
  return framed
}

/// What framing means, the slow way: whole input, split at newlines.
private func oracle(_ input: [UInt8], maximumLineBytes: Int) -> [Framed] {
  input.split(separator: 0x0A, omittingEmptySubsequences: false).compactMap { part in
    let line = part.last == 0x0D ? part.dropLast() : part
    if line.count > maximumLineBytes { return .overlong }
    if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return nil }
    return .line(String(decoding: line, as: UTF8.self))
  }
}

@Suite struct LineFramerTests {
  private let sample = Array("{\"a\":1}\n\r\n  \t \n[2]\r\nthree\n\n\nfour \r\n中文\nlast".utf8)

  @Test func linesComeInOrderWithoutTheirEnds() {
    let expected: [Framed] = ["{\"a\":1}", "[2]", "three", "four ", "中文", "last"].map { .line($0) }
    #expect(frames([sample]) == expected)
    #expect(frames(sample.map { [$0] }) == expected)
    #expect(frames([sample, [], [0x0A]]) == expected)
    #expect(
      frames([[]]) == [] && frames([Array("\r".utf8)]) == []
        && frames([Array("x\r".utf8)]) == [.line("x")])
  }

  @Test func splitAtAnyTwoPlaces() {
    let expected = frames([sample])
    for first in 0...sample.count {
      for second in first...sample.count {
        let chunks = [sample[..<first], sample[first..<second], sample[second...]].map { Array($0) }
        #expect(frames(chunks) == expected, "\(first) \(second)")
      }
    }
  }

  @Test func overlongLinesAreSaidOnceAndDrained() {
    let long = String(repeating: "x", count: 500)
    let input = Array(
      "a\n\(long)\nb\n\(long)\r\n\(String(repeating: "y", count: 100))\r\nc\n\(long)".utf8)
    let expected: [Framed] = [
      .line("a"), .overlong, .line("b"), .overlong, .line(String(repeating: "y", count: 100)),
      .line("c"), .overlong,
    ]
    #expect(frames([input]) == expected)
    #expect(frames(input.map { [$0] }) == expected)
  }

  @Test func theLimitIsExact() {
    for length in 7...10 {
      for end in ["\n", "\r\n", "", "\r"] {
        let input = Array(
          (String(repeating: "x", count: length) + end + (end.hasSuffix("\n") ? "z" : "")).utf8)
        let expected = oracle(input, maximumLineBytes: 8)
        #expect(
          frames([input], maximumLineBytes: 8) == expected, "\(length) \(end.debugDescription)")
        #expect(
          frames(input.map { [$0] }, maximumLineBytes: 8) == expected,
          "\(length) \(end.debugDescription)")
      }
    }
  }

  @Test func agreesWithSplittingTheWholeInput() {
    for seed in 0..<500 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let alphabet = Array("ab \t\r\n\n".utf8)
      let input = (0..<Int.random(in: 0..<300, using: &generator)).map { _ in
        alphabet.randomElement(using: &generator) ?? 0
      }
      var chunks: [[UInt8]] = []
      var rest = input[...]
      while !rest.isEmpty {
        let count = Int.random(in: 0...min(rest.count, 40), using: &generator)
        chunks.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      let limit = Int.random(in: 1...20, using: &generator)
      #expect(
        frames(chunks, maximumLineBytes: limit) == oracle(input, maximumLineBytes: limit),
        "seed \(seed)")
    }
  }

  @Test func memoryIsBoundedAndGivenBack() {
    var framer = LineFramer(maximumLineBytes: 50_000, usualCapacity: 1_024)
    let chunk = [UInt8](repeating: 0x78, count: 1_000)
    var largest = 0
    func feed(_ bytes: [UInt8], _ framer: inout LineFramer) -> Int {
      framer.withWritableBytes(minimum: 1_000) { room in
        room.copyBytes(from: bytes)
        return bytes.count
      }
      var lines = 0
      while framer.nextLine() != nil { lines += 1 }
      largest = max(largest, framer.capacity)
      return lines
    }
    var overlong = 0
    for _ in 0..<1_000 { overlong += feed(chunk, &framer) }
    #expect(overlong == 1)
    #expect(largest <= 50_000 + 1_000 + 1_000)
    #expect(feed([0x0A], &framer) == 0)
    #expect(feed(Array("{}\n".utf8), &framer) == 1)
    let capacity = framer.capacity
    #expect(capacity <= 4_096)
  }

  @Test func wholeLinesAreNotCopied() {
    var framer = LineFramer()
    var written: UnsafeMutableRawPointer?
    framer.withWritableBytes { room in
      written = room.baseAddress
      room.copyBytes(from: Array("first\nsecond\n".utf8))
      return 13
    }
    var offsets: [Int] = []
    while case .complete(let line) = framer.nextLine() {
      if let start = line.baseAddress, let written {
        offsets.append(UnsafeRawPointer(start) - UnsafeRawPointer(written))
      }
    }
    #expect(offsets == [0, 6])
  }

  @Test func aFailingReadLeavesWhatIsThere() {
    struct Interrupted: Error {}
    var framer = LineFramer()
    framer.withWritableBytes { room in
      room.copyBytes(from: Array("ab".utf8))
      return 2
    }
    var wasThrown = false
    do throws(Interrupted) {
      try framer.withWritableBytes { (_) throws(Interrupted) in throw Interrupted() }
    } catch {
      wasThrown = true
    }
    #expect(wasThrown)
    framer.withWritableBytes { room in
      room.copyBytes(from: Array("c\n".utf8))
      return 2
    }
    guard case .complete(let line) = framer.nextLine() else {
      Issue.record("no line")
      return
    }
    #expect(String(decoding: line, as: UTF8.self) == "abc")
  }
}
