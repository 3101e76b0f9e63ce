/// Sums over all customers, exact integers: adding and taking away a customer's part in any order
/// gives the same as summing anew.
package struct ShopTotals: Equatable, Sendable {
  /// Customers with at least one order.
  package private(set) var customers = 0
  /// Those of them who came back on another day.
  package private(set) var repeatCustomers = 0
  package private(set) var orders = 0
  package private(set) var discounted = 0
  package private(set) var returned = 0
  package private(set) var spend: Int128 = 0
  package private(set) var margin: Int128 = 0

  // Over customers, with x visits after the first in t seconds.
  package private(set) var repeats: Int128 = 0
  package private(set) var seconds: Int128 = 0
  package private(set) var repeatsSquared: Int128 = 0
  package private(set) var repeatsTimesSeconds: Int128 = 0
  package private(set) var secondsSquared: Int128 = 0

  package init() {}

  mutating func add(_ summary: OrderSummary) { count(summary, 1) }
  mutating func remove(_ summary: OrderSummary) { count(summary, -1) }

  private mutating func count(_ summary: OrderSummary, _ sign: Int) {
    returned += sign * summary.returned
    if summary.orders == 0 { return }
    let wide = Int128(sign)
    customers += sign
    orders += sign * summary.orders
    discounted += sign * summary.discounted
    spend += wide * Int128(summary.spend)
    margin += wide * summary.margin
    if summary.repeats == 0 { return }
    let x = Int128(summary.repeats)
    let t = Int128(summary.spanSeconds)
    repeatCustomers += sign
    repeats += wide * x
    seconds += wide * t
    repeatsSquared += wide * x * x
    repeatsTimesSeconds += wide * x * t
    secondsSquared += wide * t * t
  }
}
