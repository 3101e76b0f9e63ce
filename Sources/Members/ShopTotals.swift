import Shop

/// Sums over all customers with an order, exact integers: adding and taking away a customer's part in any order
/// gives the same as summing anew.
package struct ShopTotals: Equatable, Sendable {
  /// Customers with at least one order.
  package private(set) var buyerCount: Int64 = 0
  /// Those of them who came back.
  package private(set) var repeatBuyerCount: Int64 = 0
  package private(set) var orderCount: Int64 = 0
  package private(set) var discountedCount: Int64 = 0
  package private(set) var returnedCount: Int64 = 0
  package private(set) var spend: Int128 = 0

  // Over customers, with x orders after the first and t seconds from the first to the last.
  package private(set) var repeats: Int128 = 0
  package private(set) var seconds: Int128 = 0
  package private(set) var repeatsSquared: Int128 = 0
  package private(set) var repeatsTimesSeconds: Int128 = 0
  package private(set) var secondsSquared: Int128 = 0

  package init() {}

  mutating func add(_ digest: MemberDigest) { count(digest, 1) }
  mutating func remove(_ digest: MemberDigest) { count(digest, -1) }

  private mutating func count(_ digest: MemberDigest, _ sign: Int64) {
    returnedCount += sign * digest.returnedCount
    if digest.orderCount == 0 { return }
    buyerCount += sign
    orderCount += sign * digest.orderCount
    discountedCount += sign * digest.discountedCount
    let wide = Int128(sign)
    spend += wide * Int128(digest.spend)
    if digest.orderCount == 1 { return }
    let x = Int128(digest.repeatCount)
    let t = Int128(digest.activeSeconds)
    repeatBuyerCount += sign
    repeats += wide * x
    seconds += wide * t
    repeatsSquared += wide * x * x
    repeatsTimesSeconds += wide * x * t
    secondsSquared += wide * t * t
  }
}
