/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, the same on every machine.
struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }

  /// In [0, 1).
  mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// In 0 ..< bound.
  mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// The natural logarithm of a uniform draw in (0, 1]: minus an exponential of mean one.
  mutating func logarithm() -> Double {
    // ln(u) by halving: u = m * 2^-e, ln u = ln m - e ln 2, and ln m from its series around 1.
    let draw = 1 - fraction()
    let ratio = (draw.significand - 1) / (draw.significand + 1)
    let square = ratio * ratio
    var term = ratio
    var sum = 0.0
    var odd = 1.0
    for _ in 0..<20 {
      sum += term / odd
      term *= square
      odd += 2
    }
    return 2 * sum + Double(draw.exponent) * 0.693_147_180_559_945_3
  }
}
