import Shop

/// Sums over all customers, exact integers: adding and taking away a customer's part in any order
/// gives the same as summing anew.
package struct ShopTotals: Equatable, Sendable {
  /// Customers with at least one order.
  package fileprivate(set) var customers = 0
  /// Those of them who came back on another day.
  package fileprivate(set) var repeatCustomers = 0
  package fileprivate(set) var orders = 0
  package fileprivate(set) var discounted = 0
  package fileprivate(set) var returned = 0
  package fileprivate(set) var spend: Int128 = 0
  package fileprivate(set) var margin: Int128 = 0

  // Over customers, with x visits after the first in t seconds.
  package fileprivate(set) var repeats: Int128 = 0
  package fileprivate(set) var seconds: Int128 = 0
  package fileprivate(set) var repeatsSquared: Int128 = 0
  package fileprivate(set) var repeatsTimesSeconds: Int128 = 0
  package fileprivate(set) var secondsSquared: Int128 = 0

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

// MARK: - Snapshot

extension RecordPacker {
  mutating func totals(_ totals: ShopTotals) {
    for number in [
      totals.customers, totals.repeatCustomers, totals.orders, totals.discounted, totals.returned,
    ] { integer(Int64(number)) }
    for number in [
      totals.spend, totals.margin, totals.repeats, totals.seconds, totals.repeatsSquared,
      totals.repeatsTimesSeconds, totals.secondsSquared,
    ] { wide(number) }
  }
}

extension RecordUnpacker {
  mutating func totals() throws(SnapshotProblem) -> ShopTotals {
    var totals = ShopTotals()
    totals.customers = Int(try integer())
    totals.repeatCustomers = Int(try integer())
    totals.orders = Int(try integer())
    totals.discounted = Int(try integer())
    totals.returned = Int(try integer())
    totals.spend = try wide()
    totals.margin = try wide()
    totals.repeats = try wide()
    totals.seconds = try wide()
    totals.repeatsSquared = try wide()
    totals.repeatsTimesSeconds = try wide()
    totals.secondsSquared = try wide()
    return totals
  }
}
