import Shop
import Statistics

// Who uses coupons
// ----------------
// Some customers use what they are given and others never do, and no tier says which. What a
// customer did with earlier coupons does, as far as there were any: with
//
//     O   the coupons that they redeemed
//     E   how many were to be expected of anyone: over their coupons, the rate at which customers
//         redeem those of that policy, times the share of its days that are over
//
// the customer's factor is (O + k) / (E + k): the mean of a gamma prior around 1 after O events of
// a Poisson process of expectation E (empirical Bayes, Clayton and Kaldor, Biometrics 43, 1987).
// k is how alike customers are, read off all of them by moments: the squares of O - E beyond what
// chance makes of them are E^2 / k. Two coupons' worth of the belief that k is 2 go with it.
//
// A policy's rate is its uses over its coupons' shares of days, with two coupons' worth of what its
// prior says. A coupon that came back with its order was not used; one that was taken back was
// never given.

/// What a customer did with the coupons that they were given before some moment.
package struct RedemptionRecord: Equatable, Sendable {
  package var given: Int64
  package var redeemed: Int64
  /// How many of these coupons customers redeem on average.
  package var expected: Double
  /// How much likelier they redeem than customers on average do; 1 where nothing is known.
  package var factor: Double

  package init(given: Int64, redeemed: Int64, expected: Double, factor: Double) {
    self.given = given
    self.redeemed = redeemed
    self.expected = expected
    self.factor = factor
  }
}

/// What all customers did with their coupons by some moment; a ledger's, read for that.
package struct RedemptionHistory: Sendable {
  private let ledger: CouponLedger
  /// Per policy of the ledger, the share of its coupons that are redeemed in their time.
  private let rates: [Double]
  /// How alike customers are: so many expected redemptions draw a factor halfway to what they show.
  package let weight: Double

  /// Reads a ledger as of a moment. O(coupons).
  package init(_ ledger: CouponLedger, at instant: Instant) {
    self.ledger = ledger
    var sums = [(used: Double, share: Double)](
      repeating: (0, 0), count: ledger.policyNames.count)
    for index in ledger.coupons.indices {
      guard let use = ledger.use(ofCoupon: index, at: instant) else { continue }
      sums[Int(ledger.coupons[index].policy)].used += use.isRedeemed ? 1 : 0
      sums[Int(ledger.coupons[index].policy)].share += use.share
    }
    let rates = sums.enumerated().map { policy, sums in
      let prior = ledger.policies[ledger.policyNames[Int32(policy)]]?.prior
      let stated = (prior ?? MemberResponse.conservative).redemption
      return min(1, (sums.used + 2 * stated) / (sums.share + 2))
    }
    var (excess, squares) = (0.0, 0.0)
    for coupons in ledger.couponsByCustomer where !coupons.isEmpty {
      var (observed, expected, chance) = (0.0, 0.0, 0.0)
      for index in coupons {
        guard let use = ledger.use(ofCoupon: Int(index), at: instant) else { continue }
        let rate = rates[Int(ledger.coupons[Int(index)].policy)] * use.share
        observed += use.isRedeemed ? 1 : 0
        expected += rate
        chance += rate * (1 - rate)
      }
      excess += (observed - expected) * (observed - expected) - chance
      squares += expected * expected
    }
    self.rates = rates
    weight = 1 / min(4, max(0.02, (1 + excess) / (2 + squares)))
  }

  /// What a customer did before that moment with what they were given before it; nil where that is
  /// nothing. O(coupons of the customer).
  package func record(of customer: String, before instant: Instant) -> RedemptionRecord? {
    var record = RedemptionRecord(given: 0, redeemed: 0, expected: 0, factor: 1)
    for index in ledger.coupons(ofCustomer: customer) {
      let coupon = ledger.coupons[Int(index)]
      guard coupon.issued < instant, let use = ledger.use(ofCoupon: Int(index), at: instant)
      else { continue }
      record.given += 1
      record.redeemed += use.isRedeemed ? 1 : 0
      record.expected += rates[Int(coupon.policy)] * use.share
    }
    if record.given == 0 { return nil }
    record.factor = (Double(record.redeemed) + weight) / (record.expected + weight)
    return record
  }
}

extension CouponLedger {
  /// Whether a coupon was used by a moment, and the share of its days that are over by then; nil
  /// for one that was not given by then, or was taken back. O(1).
  fileprivate func use(
    ofCoupon index: Int, at instant: Instant
  ) -> (isRedeemed: Bool, share: Double)? {
    let coupon = coupons[index]
    guard coupon.issued <= instant, coupon.mark != .void, coupon.mark != .gone else { return nil }
    if coupon.mark == .redeemed, bookings[Int(coupon.booking)].began <= instant {
      return (true, 1)
    }
    let days = coupon.expires.map { $0.days(since: coupon.issued) } ?? 30
    let share = days > 0 ? coupon.issued.shareOver(at: instant, ofDays: days) : 1
    return (false, share)
  }
}

extension Instant {
  /// The share of so many days from here that are over by a moment, 0 to 1.
  fileprivate func shareOver(at moment: Instant, ofDays days: Double) -> Double {
    min(1, max(0, moment.days(since: self) / days))
  }
}
