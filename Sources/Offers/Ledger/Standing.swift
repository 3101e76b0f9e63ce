import Shop

/// Where the coupons of a policy stand at a moment: how many in each state, and what they cost.
///
/// `issued` = `live` + `reserved` + `redeemed` + `expired` + `void`, always.
package struct Standing: Equatable, Sendable {
  package private(set) var live: Int64 = 0
  package private(set) var reserved: Int64 = 0
  package private(set) var redeemed: Int64 = 0
  package private(set) var expired: Int64 = 0
  package private(set) var void: Int64 = 0
  /// Live and reserved coupons whose worst case is unknown.
  package private(set) var unboundedCount: Int64 = 0
  private var outstandingSum: Int128 = 0
  private var realisedSum: Int128 = 0

  package init() {}

  package var issued: Int64 { live + reserved + redeemed + expired + void }

  /// What counts against `limits`.
  package var counted: Int64 { live + reserved + redeemed }

  /// The most that live and reserved coupons can still cost, minor units, as far as that is known.
  package var outstanding: Int64 { Int64(clamping: outstandingSum) }

  /// What redeemed coupons did cost, less what came back, minor units.
  package var realised: Int64 { Int64(clamping: realisedSum) }

  /// `outstanding` + `realised`: what a budget is held against.
  package var exposure: Int64 { Int64(clamping: outstandingSum + realisedSum) }

  /// Adds a coupon, or takes one away with `sign` -1.
  mutating func count(_ state: CouponState, exposure: Int64?, realised: Int64, sign: Int64 = 1) {
    switch state {
    case .live: live += sign
    case .reserved: reserved += sign
    case .redeemed: redeemed += sign
    case .expired: expired += sign
    case .void: void += sign
    }
    switch state {
    case .live, .reserved:
      outstandingSum += Int128(sign) * Int128(exposure ?? 0)
      if exposure == nil { unboundedCount += sign }
    case .redeemed: realisedSum += Int128(sign) * Int128(realised)
    case .expired, .void: break
    }
  }

  /// Adds redeemed coupons of which nothing else is known.
  mutating func add(redeemed count: Int64, realised amount: Int64) {
    redeemed += count
    realisedSum += Int128(amount)
  }

  static func + (left: Standing, right: Standing) -> Standing {
    var sum = left
    sum.live += right.live
    sum.reserved += right.reserved
    sum.redeemed += right.redeemed
    sum.expired += right.expired
    sum.void += right.void
    sum.unboundedCount += right.unboundedCount
    sum.outstandingSum += right.outstandingSum
    sum.realisedSum += right.realisedSum
    return sum
  }
}
