// How customers are put into buckets
// ----------------------------------
// By a hash of a seed and the customer's id, so that the answer needs no memory, is the same on
// every machine, and stays when the shop restarts. It is GrowthBook's hashing, whose SDKs exist for
// every platform: a host that buckets by itself gets the same bucket. Version 2 hashes twice, since
// one pass of FNV-1a over a shared prefix leaves neighbours alike. Text is hashed by UTF-16 units,
// as the JavaScript SDK does; for ASCII that is the same as by bytes.

/// GrowthBook's hash of a seed and an id onto [0, 1).
package enum Bucket {
  /// Version 1: FNV-1a over id then seed, in thousandths; kept for experiments that other SDKs
  /// started with it.
  package static func version1(seed: String, id: String) -> Double {
    Double(fnv1a(id + seed) % 1_000) / 1_000
  }

  /// Version 2: FNV-1a of the decimal text of FNV-1a over seed then id, in ten thousandths.
  package static func version2(seed: String, id: String) -> Double {
    version2(id: id, after: fnv1a(seed))
  }

  /// The same with the seed's hash, where many ids are asked for.
  static func version2(id: String, after seed: UInt32) -> Double {
    Double(fnv1a(decimal: fnv1a(id, after: seed)) % 10_000) / 10_000
  }

  /// FNV-1a, 32 bits, over the UTF-16 units; of a text that follows another, from that one's hash.
  package static func fnv1a(_ text: String, after hash: UInt32 = 0x811C_9DC5) -> UInt32 {
    var hash = hash
    // Of ASCII, which ids mostly are, the bytes are the units.
    let isASCII =
      text.utf8.withContiguousStorageIfAvailable { bytes in
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return false }
        for byte in bytes { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return true
      } ?? false
    if isASCII { return hash }
    for unit in text.utf16 { hash = (hash ^ UInt32(unit)) &* 0x0100_0193 }
    return hash
  }

  /// FNV-1a over the number's decimal digits.
  private static func fnv1a(decimal number: UInt32) -> UInt32 {
    var hash: UInt32 = 0x811C_9DC5
    var power: UInt32 = 1
    while number / power >= 10 { power *= 10 }
    while power > 0 {
      hash = (hash ^ (0x30 + number / power % 10)) &* 0x0100_0193
      power /= 10
    }
    return hash
  }

  /// The ranges of an experiment's arms: each starts where the arm's share of everyone starts and
  /// is as long as `coverage` of it, so that raising the coverage later moves nobody to another
  /// arm.
  ///
  /// Coverage is held in 0 ... 1. Weights that are not one per arm, are negative, or don't add up
  /// to 1 within 0.01, are taken as equal, as the SDKs do.
  package static func ranges(
    count: Int, coverage: Double = 1, weights: [Double]? = nil
  ) -> [Range<Double>] {
    let coverage = coverage.isNaN ? 0 : min(1, max(0, coverage))
    let equal = Array(repeating: 1 / Double(max(1, count)), count: max(0, count))
    var weights = weights ?? equal
    let isSound =
      weights.count == equal.count && weights.allSatisfy { $0 >= 0 }
      && (0.99...1.01).contains(weights.reduce(0, +))
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

  /// Whether an id is in its part of a namespace: experiments whose parts don't overlap share
  /// nobody.
  package static func isInNamespace(_ id: String, name: String, part: Range<Double>) -> Bool {
    part.contains(version1(seed: "__" + name, id: id))
  }
}

/// Who gets nothing, so that it can be said what something is worth.
package struct Holdout: Equatable, Sendable {
  /// Share of the customers, 0 to 1.
  package let share: Double
  package let seed: String
  private let seedHash: UInt32

  /// The shop-wide holdout: one customer in twenty, always the same ones.
  package static let standard = Holdout(share: 0.05, seed: "sidecart-holdout")

  package init(share: Double, seed: String) {
    precondition((0...1).contains(share), "a share is 0 to 1")
    self.share = share
    self.seed = seed
    seedHash = Bucket.fnv1a(seed)
  }

  /// Whether the customer is held out: sticky, and the same for every campaign.
  package func holds(_ customer: String) -> Bool {
    Bucket.version2(id: customer, after: seedHash) < share
  }
}
