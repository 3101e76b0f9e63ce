import Statistics
import TestSupport
import Testing

@Suite struct QuantileTests {
  /// R: quantile(c(1, 2, 4, 8), c(0, .2, .4, .6, .8, 1), type = 7).
  @Test func agreesWithR() {
    let values: [Int64] = [1, 2, 4, 8]
    let quantiles = (0...5).map { part in
      Quantile(part: part, of: 5, count: 4) { values[$0] }.double
    }
    let expected = [1, 1.6, 2.4, 3.6, 5.6, 8]
    for (quantile, expected) in zip(quantiles, expected) {
      #expect(abs(quantile - expected) < 1e-12)
    }
  }

  @Test func comparesExactly() {
    // 0.2 x 3 steps above 10: 10.6.
    let quantile = Quantile(part: 1, of: 5, count: 4) { [10, 11, 12, 13][$0] }
    #expect(!quantile.isAtMost(10))
    #expect(quantile.isAtMost(11))
    #expect(!quantile.isAtMost(11, shiftedBy: 1))
    #expect(quantile.isAtMost(12, shiftedBy: 1))
    let onValue = Quantile(part: 1, of: 2, count: 3) { [1, 5, 9][$0] }
    #expect(onValue.isAtMost(5))
    #expect(!onValue.isBelow(5))
    #expect(onValue.isBelow(5, shiftedBy: -1))
  }

  @Test func extremesDoNotOverflow() {
    let quantile = Quantile(part: 4, of: 5, count: 2) { [Int64.min, Int64.max][$0] }
    #expect(quantile.isBelow(.max))
    #expect(!quantile.isAtMost(.min, shiftedBy: 1))
  }
}

@Suite struct RankedValuesTests {
  /// Against a plain sorted array, over sizes that split and empty chunks.
  @Test func ranksAreThoseOfASortedArray() throws {
    try forEachSeed(3) { seed, generator in
      var plain = (0..<generator.integer(in: 0...1500)).map { _ in
        Int64(generator.integer(in: -200...200))
      }
      var ranked = RankedValues(plain)
      plain.sort()
      for step in 0..<3000 {
        let isGrowing = step < 1500
        if plain.isEmpty || generator.oneIn(isGrowing ? 4 : 2) == false && isGrowing {
          let value = Int64(generator.integer(in: -200...200))
          ranked.insert(value)
          plain.insert(value, at: plain.firstIndex { $0 >= value } ?? plain.count)
        } else {
          let index = generator.integer(in: 0...(plain.count - 1))
          ranked.remove(plain[index])
          plain.remove(at: index)
        }
        if step % 500 == 0 {
          #expect(plain.indices.allSatisfy { ranked[$0] == plain[$0] }, "\(seed)")
        }
      }
      #expect(ranked.count == plain.count, "\(seed)")
      #expect(plain.indices.allSatisfy { ranked[$0] == plain[$0] }, "\(seed)")
      #expect(ranked == RankedValues(plain), "\(seed)")
    }
  }
}
