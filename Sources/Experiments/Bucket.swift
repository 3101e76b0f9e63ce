import Statistics

// How sticky choices work
// -----------------------
// A choice is a hash of a seed and a customer's id, as a number from 0 up to 1, held against ranges. The same customer
// gets the same choice on every machine, for ever, with nothing stored. Hashing and ranges are those of GrowthBook's
// SDKs (packages/sdk-js/src/util.ts), so that an experiment that a host runs in its app and one that we run agree on
// who is in which arm. Text is hashed by UTF-16 units, as there.

/// Where a value falls for a seed, 0 up to 1.
package enum Bucket {
  /// Which of GrowthBook's two hashes. Version 2 has no bias between experiments; 1 is for namespaces and
  /// experiments that began with it.
  package enum Version: Int, Sendable {
    case biased = 1
    case unbiased = 2
  }

  package static func position(of value: String, seed: String, version: Version = .unbiased)
    -> Double
  {
    switch version {
    case .biased: Double(stableHash((value + seed).utf16) % 1000) / 1000
    case .unbiased:
      Double(stableHash(String(stableHash((seed + value).utf16)).utf16) % 10_000) / 10_000
    }
  }

  /// The ranges of an experiment's arms, each starting where the arm's share of everyone starts, and as long as
  /// `coverage` of it: raising the coverage later moves nobody to another arm.
  ///
  /// Coverage is held in 0 ... 1. Weights that are not one per arm, or don't add up to 1 within 0.01, are taken as
  /// equal, as the SDKs do.
  package static func ranges(count: Int, coverage: Double = 1, weights: [Double]? = nil)
    -> [Range<Double>]
  {
    let coverage = coverage.isNaN ? 0 : min(1, max(0, coverage))
    let equal = Array(repeating: 1 / Double(max(1, count)), count: max(0, count))
    var weights = weights ?? equal
    let total = weights.reduce(0, +)
    let isSound =
      weights.count == equal.count && weights.allSatisfy { $0 >= 0 } && total >= 0.99
      && total <= 1.01
    if !isSound { weights = equal }
    var start = 0.0
    return weights.map { weight in
      defer { start += weight }
      return start..<(start + coverage * weight)
    }
  }

  /// The arm in whose range the position lies; nil where it lies in none.
  package static func arm(at position: Double, in ranges: [Range<Double>]) -> Int? {
    ranges.firstIndex { $0.contains(position) }
  }

  /// Whether a value is in its part of a namespace: experiments with parts that don't overlap share nobody.
  package static func isInNamespace(_ value: String, name: String, part: Range<Double>) -> Bool {
    part.contains(position(of: value, seed: "__" + name, version: .biased))
  }
}
