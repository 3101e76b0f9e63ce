// How the fuzzers run
// -------------------
// A fuzzer is a function of a seed: it makes bytes, hands them to the code and throws `Broken`
// where what comes back breaks a promise. In CI each runs over the same few thousand seeds, 1, 2,
// 3 …, so that a failure comes again. By hand:
//
//   SIDECART_FUZZ_SECONDS=600 swift test --filter FuzzTests    new seeds for that long, each fuzzer
//   SIDECART_FUZZ_SEED=17 swift test --filter FuzzTests        that seed alone
//
// A failure names its seed. So does a trap, which ends the process: see FaultNote.swift.
//
// Another format is fuzzed in the same manner: make a few small valid files, let `Mutation` change
// them, hand them to the reader through a `MemoryDisk`, and say what must hold whatever it finds.
// LogFuzzTests.swift is the pattern: what comes out is a prefix of what went in or a typed error,
// the same bytes give the same outcome, and reading changes nothing.

import Foundation
import TestSupport

/// A promise that was broken.
struct Broken: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Throws where a promise does not hold.
func promise(_ holds: Bool, _ words: @autoclosure () -> String) throws {
  if !holds { throw Broken(words()) }
}

/// Bytes as a failure shows them.
func shown(_ bytes: some Collection<UInt8>) -> String {
  let text = bytes.prefix(400).map { byte in
    (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\\")
      ? String(UnicodeScalar(byte))
      : "\\x" + String(byte, radix: 16)
  }.joined()
  return bytes.count > 400 ? "\(text)… (\(bytes.count) bytes)" : text
}

enum Fuzz {
  static let secondsVariable = "SIDECART_FUZZ_SECONDS"
  static let seedVariable = "SIDECART_FUZZ_SEED"

  /// Which seeds are run.
  enum Plan: Equatable {
    case only(UInt64)
    case first(Int)
    case anew(seconds: Double, from: UInt64)

    init(rounds: Int, environment: [String: String], fresh: UInt64) {
      if let seed = environment[Fuzz.seedVariable].flatMap(UInt64.init) {
        self = .only(seed)
      } else if let seconds = environment[Fuzz.secondsVariable].flatMap(Double.init), seconds > 0 {
        self = .anew(seconds: seconds, from: fresh)
      } else {
        self = .first(rounds)
      }
    }
  }

  /// Runs the body over seeds; throws the first failure, with its seed.
  ///
  /// - Returns: how many rounds were run.
  @discardableResult
  static func run(
    _ name: StaticString, rounds: Int,
    environment: [String: String] = ProcessInfo.processInfo.environment,
    _ body: (inout SeededGenerator) throws -> Void
  ) throws -> Int {
    let slot = FaultNote.slot(name)
    func round(_ seed: UInt64) throws {
      FaultNote.note(seed, in: slot)
      // Seeds of one run are neighbours; those of generators should not be.
      var generator = SeededGenerator(seed: seed &* 0xD134_2543_DE82_EF95)
      do { try body(&generator) } catch {
        throw Broken("\(name), again with \(seedVariable)=\(seed): \(error)")
      }
    }
    // Fresh seeds stay below 2^52 or so, to be typed more easily.
    let fresh = UInt64.random(in: 0..<1 << 40) << 12
    switch Plan(rounds: rounds, environment: environment, fresh: fresh) {
    case .only(let seed):
      try round(seed)
      return 1
    case .first(let count):
      for seed in 1...UInt64(count) { try round(seed) }
      return count
    case .anew(let seconds, let start):
      let end = ContinuousClock.now + .seconds(seconds)
      var seed = start
      while ContinuousClock.now < end {
        try round(seed)
        seed &+= 1
      }
      print("\(name): \(seed - start) rounds from seed \(start)")
      return Int(seed - start)
    }
  }
}
