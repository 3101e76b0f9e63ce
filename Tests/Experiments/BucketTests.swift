import Experiments
import Testing

/// Positions and ranges as GrowthBook's SDKs give them (the cases of all SDKs, sdk-js
/// `cases.json`).
@Suite struct BucketTests {
  @Test func positionsAreThoseOfTheSDKs() {
    #expect(Bucket.version2(seed: "seed", id: "a") == 0.0505)
    #expect(Bucket.version2(seed: "seed", id: "b") == 0.2696)
    let first = [
      ("a", 0.22), ("b", 0.077), ("ab", 0.946), ("def", 0.652), ("8952klfjas09ujkasdf", 0.549),
      ("123", 0.011), ("___)((*\":&", 0.563),
    ]
    for (id, position) in first { #expect(Bucket.version1(seed: "", id: id) == position) }
  }

  /// FNV-1a of the UTF-16 units, by hand: "ä" is the one unit 0xE4, "💩" the two 0xD83D 0xDCA9.
  @Test func textIsHashedByUnits() {
    func hash(_ units: [UInt32]) -> UInt32 {
      units.reduce(2_166_136_261) { ($0 ^ $1) &* 16_777_619 }
    }
    #expect(Bucket.fnv1a("") == 2_166_136_261)
    #expect(Bucket.fnv1a("ä") == hash([0xE4]))
    #expect(Bucket.fnv1a("💩") == hash([0xD83D, 0xDCA9]))
    #expect(Bucket.fnv1a("\u{e4}") != Bucket.fnv1a("a\u{308}"))
  }

  @Test func rangesAreThoseOfTheSDKs() {
    #expect(Bucket.ranges(count: 2) == [0..<0.5, 0.5..<1])
    #expect(Bucket.ranges(count: 2, coverage: 0.5) == [0..<0.25, 0.5..<0.75])
    #expect(Bucket.ranges(count: 2, coverage: 0) == [0..<0, 0.5..<0.5])
    #expect(Bucket.ranges(count: 2, coverage: -0.2) == [0..<0, 0.5..<0.5])
    #expect(Bucket.ranges(count: 2, coverage: 1.5) == [0..<0.5, 0.5..<1])
    #expect(Bucket.ranges(count: 2, weights: [0.4, 0.6]) == [0..<0.4, 0.4..<1])
    #expect(Bucket.ranges(count: 2, weights: [0.4, 0.1]) == [0..<0.5, 0.5..<1])
    #expect(Bucket.ranges(count: 2, weights: [0.2, 0.2, 0.6]) == [0..<0.5, 0.5..<1])
    #expect(Bucket.ranges(count: 4).count == 4 && Bucket.ranges(count: 0).isEmpty)
    #expect(Bucket.ranges(count: 2, coverage: .nan, weights: [-1, 2]) == [0..<0, 0.5..<0.5])
  }

  @Test func armsAreThoseOfTheSDKs() {
    let even = [0..<0.5, 0.5..<1]
    #expect([0, 0.2, 0.4, 0.5, 0.6].map { Bucket.arm(at: $0, in: even) } == [0, 0, 0, 1, 1])
    let reduced = [0..<0.25, 0.5..<0.75]
    #expect(
      [0.2, 0.25, 0.4, 0.5, 0.6, 0.8].map { Bucket.arm(at: $0, in: reduced) }
        == [0, nil, nil, 1, 1, nil])
    #expect(Bucket.arm(at: 0.5, in: [0..<0.5, 0.5..<0.5, 0.5..<1]) == 2)
  }

  @Test func namespacesAreThoseOfTheSDKs() {
    for (id, name) in [("1", "namespace1"), ("1", "namespace2"), ("2", "namespace1")] {
      #expect(!Bucket.isInNamespace(id, name: name, part: 0..<0.4))
      #expect(Bucket.isInNamespace(id, name: name, part: 0.4..<1))
    }
  }

  @Test func holdoutIsStickyAndNested() {
    let ids = (0..<20_000).map { "customer-\($0)" }
    let small = Holdout(share: 0.05, seed: "s")
    let large = Holdout(share: 0.2, seed: "s")
    let held = ids.filter(small.holds)
    #expect(abs(Double(held.count) / 20_000 - 0.05) < 0.006)
    #expect(held.allSatisfy(large.holds))
    #expect(held != ids.filter(Holdout(share: 0.05, seed: "t").holds))
    #expect(!ids.contains(where: Holdout(share: 0, seed: "s").holds))
    #expect(ids.allSatisfy(Holdout(share: 1, seed: "s").holds))
    #expect(Holdout.standard.share == 0.05)
  }
}
