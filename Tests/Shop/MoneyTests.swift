import Shop
import TestSupport
import Testing

@Suite struct MoneyTests {
  @Test(
    arguments: [
      (100, 1, 3, 33), (100, 2, 3, 66), (100, 3, 3, 100), (0, 5, 7, 0), (5, 0, 7, 0),
      (.max, .max, .max, .max), (.max, 1, .max, 1), (.max, .max - 1, .max, .max - 1),
      (.max, .max, 1, .max), (9_007_199_254_740_993, 1, 1, 9_007_199_254_740_993),
      (1_000_000_000_000, 999_999_999, 1_000_000_000, 999_999_999_000),
    ] as [(Int64, Int64, Int64, Int64)])
  func aShareIsExact(amount: Int64, part: Int64, whole: Int64, share: Int64) {
    #expect(Money.share(of: amount, part: part, whole: whole) == share)
  }

  /// `share` is the one number s with s x whole <= amount x part < (s + 1) x whole, in 128 bits.
  @Test func aShareIsTheFloor() throws {
    try forEachSeed(20) { seed, generator in
      for _ in 0..<50 {
        let whole = Int64.random(in: 1 ... .max, using: &generator)
        let part = Int64.random(in: 0...whole, using: &generator)
        let amount = Int64.random(in: 0 ... .max, using: &generator)
        let share = Money.share(of: amount, part: part, whole: whole)
        let product = amount.multipliedFullWidth(by: part)
        let low = share.multipliedFullWidth(by: whole)
        let difference = Self.subtract(product, low)
        #expect(difference.high == 0 && difference.low < whole.magnitude, "\(seed)")
      }
    }
  }

  private static func subtract(
    _ left: (high: Int64, low: UInt64), _ right: (high: Int64, low: UInt64)
  ) -> (high: Int64, low: UInt64) {
    let (low, borrow) = left.low.subtractingReportingOverflow(right.low)
    return (left.high - right.high - (borrow ? 1 : 0), low)
  }

  @Test func sumsSaturate() {
    #expect(Money.sum(2, 3) == 5)
    #expect(Money.sum(.max, 1) == .max)
    #expect(Money.sum(.min, -1) == .min)
    #expect(Money.sum(.max, .min) == -1)
  }

  @Test func currenciesAreThreeCapitals() {
    for code in ["CNY", "EUR", "XTS"] { #expect(Money.isCurrency(code), "\(code)") }
    for code in ["", "CN", "CNYX", "cny", "C1Y", "ÄBC", "C Y", "¥"] {
      #expect(!Money.isCurrency(code), "\(code)")
    }
  }

  @Test func aForeignCurrencyIsRefused() throws {
    let settings = ShopSettings(currency: "CNY")
    try settings.check(currency: nil)
    try settings.check(currency: "CNY")
    let problem = #expect(throws: RecordProblem.self) { try settings.check(currency: "EUR") }
    #expect(problem?.reason == "currency_mismatch")
    #expect(problem?.path == "currency")
    #expect(throws: RecordProblem.self) { try ShopSettings().check(currency: "CNY") }
    try ShopSettings().check(currency: nil)
  }
}
