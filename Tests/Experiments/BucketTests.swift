import Experiments
import Testing

@Suite struct BucketTests {
  @Test func version2IsGrowthBooks() {
    #expect(Bucket.version2(seed: "seed", id: "a") == 0.0505)
    #expect(Bucket.version2(seed: "seed", id: "b") == 0.2696)
    #expect(Bucket.fnv1a("") == 0x811C_9DC5)
    #expect(Bucket.fnv1a("a") == 0xE40C_292C)
  }

  @Test func theStandardHoldoutIsAboutOneInTwentyAndSticky() {
    let ids = (0..<20_000).map { "customer-\($0)" }
    let held = ids.filter { Holdout.standard.holds($0) }
    // Four standard deviations of a binomial share of 0.05 are 0.6 %.
    #expect(abs(Double(held.count) / 20_000 - 0.05) < 0.006)
    #expect(held == ids.filter { Holdout.standard.holds($0) })
  }

  @Test func aLargerShareHoldsAllOfASmallerOne() {
    let ids = (0..<2_000).map { "c\($0)" }
    var before: Set<String> = []
    for percent in [0, 1, 5, 20, 50, 100] {
      let holdout = Holdout(share: Double(percent) / 100, seed: "s")
      let held = Set(ids.filter { holdout.holds($0) })
      #expect(held.isSuperset(of: before))
      before = held
    }
    #expect(before.count == 2_000)
  }
}
