import TestSupport
import Testing
import Wire

/// What the framer gives depends on the bytes alone, not on how they come.
@Suite struct FramerFuzzTests {
  private enum Framed: Equatable {
    case line([UInt8])
    case overlong
  }

  @Test func linesDoNotDependOnHowTheirBytesAreSplit() throws {
    var kinds = (lines: 0, overlong: 0)
    let rounds = try Fuzz.run("framer", rounds: 1_200) { generator in
      let input = Self.input(&generator)
      let limit = generator.integer(in: 1...(generator.oneIn(2) ? 60 : 600))
      let expected = Self.oracle(input, limit)
      for _ in 0..<3 {
        let framed = Self.frames(input, limit, &generator)
        try promise(framed == expected, "limit \(limit): \(shown(input))")
      }
      kinds.overlong += expected.count { $0 == .overlong }
      kinds.lines += expected.count { $0 != .overlong }
    }
    if rounds > 100 { #expect(kinds.lines > rounds / 4 && kinds.overlong > rounds / 4) }
  }

  private static func input(_ generator: inout SeededGenerator) -> [UInt8] {
    let ends = ["\n", "\r\n", "\n\n", " \t\r\n", "\r", "\r\r\n", "\0\n", ""].map { Array($0.utf8) }
    var input: [UInt8] = []
    for _ in 0..<generator.integer(in: 0...5) {
      input += Corpus.mutated(using: &generator).prefix(3_000)
      input += ends[generator.oneIn(3) ? generator.integer(in: 0...ends.count - 1) : 0]
    }
    return input
  }

  /// What framing means: the whole input, split at newlines.
  private static func oracle(_ input: [UInt8], _ limit: Int) -> [Framed] {
    input.split(separator: 0x0A, omittingEmptySubsequences: false).compactMap { part in
      let line = part.last == 0x0D ? part.dropLast() : part
      if line.count > limit { return .overlong }
      return line.allSatisfy { [0x20, 0x09, 0x0D].contains($0) } ? nil : .line(Array(line))
    }
  }

  private static func frames(
    _ input: [UInt8], _ limit: Int, _ generator: inout SeededGenerator
  ) -> [Framed] {
    var framer = LineFramer(
      maximumLineBytes: limit, usualCapacity: generator.integer(in: 1...128))
    var framed: [Framed] = []
    func take(_ count: Int) {
      for _ in 0..<count {
        switch framer.nextLine() {
        case .complete(let bytes)?: framed.append(.line(Array(bytes)))
        case .overlong?: framed.append(.overlong)
        case nil: return
        }
      }
    }
    var rest = input[...]
    let longest = generator.oneIn(4) ? 1 : generator.integer(in: 1...900)
    while !rest.isEmpty {
      let part = rest.prefix(generator.integer(in: 0...longest))
      rest = rest.dropFirst(part.count)
      framer.withWritableBytes(minimum: max(1, part.count)) { room in
        room.copyBytes(from: part)
        return part.count
      }
      // Some callers do not take out all that is there before they read on.
      take(generator.oneIn(4) ? generator.integer(in: 0...2) : Int.max)
    }
    framer.endInput()
    take(Int.max)
    return framed
  }
}
