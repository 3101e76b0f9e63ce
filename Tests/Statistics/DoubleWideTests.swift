import Statistics
import TestSupport
import Testing

@Suite struct DoubleWideTests {
  @Test func isTheStandardLibrarys() throws {
    try forEachSeed(3) { seed, generator in
      for _ in 0..<20_000 {
        let bits = Int128(generator.integer(in: 0...127))
        let word = Int128(Int64(bitPattern: generator.next()))
        let wide = (word << 64 | Int128(generator.next())) >> bits
        for number in [wide, -(wide / 2)] {
          let (own, exact) = (Double(wide: number), Double(number))
          let isExact = Int64(exactly: number) != nil
          #expect(abs(own - exact) <= (isExact ? 0 : exact.ulp), "\(number), seed \(seed)")
        }
      }
    }
  }

  @Test func edges() {
    for number: Int128 in [
      0, 1, -1, Int128(Int64.max), Int128(Int64.min), Int128(Int64.max) + 1, Int128(Int64.min) - 1,
      Int128.max, Int128.min, Int128(UInt64.max), -Int128(UInt64.max), 1 << 64, -(1 << 64),
    ] {
      #expect(abs(Double(wide: number) - Double(number)) <= Double(number).ulp, "\(number)")
    }
  }
}
