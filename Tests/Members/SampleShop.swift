import Members
import Shop
import TestSupport
import Testing

/// A small shop for tests: orders by day and customer, told briefly.
struct SampleShop {
  var facts = ShopFacts()
  private var count = 0

  static let start = Day(year: 2026, month: 1, day: 1)!

  static func instant(day: Double) -> Instant {
    Instant(milliseconds: Int64(start.number) * Instant.millisecondsPerDay).advanced(byDays: day)
  }

  static func now(_ day: Double) -> Viewpoint { Viewpoint(now: instant(day: day)) }

  /// An order with one line; its id says when it was added unless one is given.
  @discardableResult
  mutating func order(
    _ customer: String?, day: Double, item: String = "tea", price: Int64 = 1000,
    quantity: Int64 = 1, discount: Int64 = 0, channel: String? = nil, coupons: [String] = [],
    id: String? = nil
  ) -> Int32 {
    count += 1
    return facts.apply(
      OrderDraft(
        id: id ?? "o-\(count)", customer: customer, time: Self.instant(day: day), channel: channel,
        lines: [.init(item: item, quantity: quantity, unitPrice: price, discount: discount)],
        coupons: coupons))
  }

  mutating func orders(_ customer: String, days: [Double], price: Int64 = 1000) {
    for day in days { order(customer, day: day, price: price) }
  }

  mutating func put(_ id: String, _ change: (inout CustomerPatch) -> Void = { _ in }) {
    var patch = CustomerPatch(id: id)
    change(&patch)
    facts.customers.apply(patch)
  }

  /// The profile as seen from a viewpoint, by an index that has kept nothing.
  func profile(_ id: String, from viewpoint: Viewpoint) throws -> MemberProfile {
    try #require(
      facts.customers.index(of: id).map { customer in
        var index = MemberIndex()
        return index.profile(of: customer, from: viewpoint, facts: facts)
      })
  }
}

/// All fields of a profile, to compare.
func fields(_ profile: MemberProfile) -> [String: Value] {
  var fields: [String: Value] = [:]
  for name in MemberProfile.fieldNames { fields[name] = profile.field(name) }
  return fields
}
