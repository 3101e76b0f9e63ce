/// Money is an `Int64` in minor units of the shop's currency (fen, cents); never a fraction, never
/// negative where the facts hold it.
///
/// Sums of facts saturate instead of trapping: a record is refused long before (`maximumAmount`),
/// so that a saturated sum means more money than there is, and not a crash.
package enum Money {
  /// The largest amount that one record may state: ten billion in major units of a currency with
  /// cents.
  package static let maximumAmount: Int64 = 1_000_000_000_000

  /// The largest quantity that one line may state.
  package static let maximumQuantity: Int64 = 1_000_000_000

  @inlinable package static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? (right < 0 ? .min : .max) : sum
  }

  /// `amount` x `part` / `whole`, rounded down; exact over the full range of the product.
  ///
  /// All three must not be negative, and `whole` must be above zero.
  package static func share(of amount: Int64, part: Int64, whole: Int64) -> Int64 {
    precondition(amount >= 0 && part >= 0 && whole > 0, "shares are of what is there")
    let (product, isBeyond) = amount.multipliedReportingOverflow(by: part)
    if !isBeyond { return product / whole }
    let quotient = Int128(amount) * Int128(part) / Int128(whole)
    return Int64(clamping: quotient)
  }

  /// Whether the text is an ISO 4217 code by its form: three capital letters.
  package static func isCurrency(_ text: String) -> Bool {
    text.utf8.count == 3 && text.utf8.allSatisfy { (0x41...0x5A).contains($0) }
  }
}
