// How customers are put into buckets
// ----------------------------------
// By a hash of a seed and the customer's id, so that the answer needs no memory, is the same on every machine, and stays when
// the shop restarts. It is GrowthBook's hashing, whose SDKs exist for every platform: a host that buckets by itself gets
// the same bucket. Version 2 hashes twice, since one pass of FNV-1a over a shared prefix leaves neighbours alike.

/// GrowthBook's hash of a seed and an id onto [0, 1).
package enum Bucket {
  /// Version 1: FNV-1a over id then seed, in thousandths; kept for experiments that other SDKs started with it.
  package static func version1(seed: String, id: String) -> Double {
    Double(fnv1a(id + seed) % 1_000) / 1_000
  }

  /// Version 2: FNV-1a of the decimal text of FNV-1a over seed then id, in ten thousandths.
  package static func version2(seed: String, id: String) -> Double {
    Double(fnv1a(String(fnv1a(seed + id))) % 10_000) / 10_000
  }

  /// FNV-1a, 32 bits, over the UTF-8 bytes.
  package static func fnv1a(_ text: String) -> UInt32 {
    var hash: UInt32 = 0x811C_9DC5
    for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return hash
  }
}

/// Who gets nothing, so that it can be said what something is worth.
package struct Holdout: Equatable, Sendable {
  /// Share of the customers, 0 to 1.
  package var share: Double
  package var seed: String

  /// The shop-wide holdout: one customer in twenty, always the same ones.
  package static let standard = Holdout(share: 0.05, seed: "sidecart-holdout")

  package init(share: Double, seed: String) {
    precondition((0...1).contains(share), "a share is 0 to 1")
    self.share = share
    self.seed = seed
  }

  /// Whether the customer is held out: sticky, and the same for every campaign.
  package func holds(_ customer: String) -> Bool {
    Bucket.version2(seed: seed, id: customer) < share
  }
}
