import Foundation

/// SplitMix64 (Steele, Lea, Flood 2014): small, fast, and the same sequence everywhere.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// True once in so many calls.
  package mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

  /// A number of the range.
  package mutating func integer(in range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &self)
  }

  /// Text of that many scalars, a tenth of them outside ASCII.
  package mutating func text(count: Int) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<count {
      let value = oneIn(10) ? integer(in: 0x4E00...0x4FFF) : integer(in: 0x20...0x7E)
      text.append(Unicode.Scalar(UInt32(value)) ?? " ")
    }
    return String(text)
  }
}

/// The seed of one run of a property. As text it is the command that runs the case again: put it
/// into every expectation, `#expect(left == right, "\(seed)")`.
package struct Seed: CustomStringConvertible, Hashable, Sendable {
  package let value: UInt64

  package init(_ value: UInt64) { self.value = value }

  package var description: String { "again with SIDECART_SEED=\(value)" }

  package static let variable = "SIDECART_SEED"

  /// The seeds of a property: 1 to `count`, or the one that the environment names.
  static func seeds(count: Int, environment: [String: String]) -> [Seed] {
    if let wanted = environment[variable].flatMap(UInt64.init) { return [Seed(wanted)] }
    return (0..<count).map { Seed(UInt64($0 + 1)) }
  }
}

/// Runs a property once per seed. The seeds are the same in every run, so that a failure comes
/// again; `SIDECART_SEED=n` runs one alone. An error thrown by `body` is thrown on, with the seed.
package func forEachSeed(
  _ count: Int, _ body: (_ seed: Seed, _ generator: inout SeededGenerator) throws -> Void
) throws {
  let environment = ProcessInfo.processInfo.environment
  for seed in Seed.seeds(count: count, environment: environment) {
    var generator = SeededGenerator(seed: seed.value)
    do { try body(seed, &generator) } catch { throw SeedFailure(seed: seed, underlying: error) }
  }
}

/// An error out of a property, with the seed that leads to it.
package struct SeedFailure: Error, CustomStringConvertible {
  package let seed: Seed
  package let underlying: any Error

  package var description: String { "\(underlying); \(seed)" }
}
