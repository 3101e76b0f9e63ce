import Shop

extension PricedCoupon {
  /// What a coupon takes off.
  struct Effect {
    /// Goods and shipping together.
    var discount: Int64
    var shipping: Int64
    /// Per covered line, what the discount is split by; not above what is left of the line.
    var weights: [Int64]
  }

  /// What it takes off, given what earlier coupons left of each canonical line and of the shipping.
  ///
  /// Every kind is a sum of weights, never above what is left, of which all or a part is the
  /// discount; `cap` and the coupon's ceiling cut it. Rounded down: never more than what the policy
  /// gives. O(covered lines).
  func effect(on left: [Int64], shipping: Int64) -> Effect {
    let limit = min(policy.cap ?? .max, coupon.ceiling ?? .max)
    var weights: [Int64] = []
    var discount: Int64
    switch policy.gives {
    case .gift, .pointsMultiplier, .trial, .invitation:
      return Effect(discount: 0, shipping: 0, weights: [])
    case .freeShipping:
      let discount = min(shipping, limit)
      return Effect(discount: discount, shipping: discount, weights: [])
    case .amountOff(let amount):
      weights = covered.map { left[$0] }
      discount = min(amount, weights.reduce(0, +))
    case .percentOff(let hundredths):
      weights = covered.map { left[$0] }
      discount = Money.share(of: weights.reduce(0, +), part: hundredths, whole: 10_000)
    case .fixedPrice(let price):
      for (place, index) in covered.enumerated() {
        let (amount, overflow) = price.multipliedReportingOverflow(by: quantities[place])
        weights.append(overflow ? 0 : max(0, left[index] - amount))
      }
      discount = weights.reduce(0, +)
    case .freeUnits:
      weights = shares(of: left)
      discount = weights.reduce(0, +)
    case .bundlePrice(_, let price):
      weights = shares(of: left)
      let (amount, overflow) = price.multipliedReportingOverflow(by: setCount)
      discount = overflow ? 0 : max(0, weights.reduce(0, +) - amount)
    }
    return Effect(discount: min(discount, limit), shipping: 0, weights: weights)
  }

  /// What is left of the units that the coupon is about, rounded down per line.
  private func shares(of left: [Int64]) -> [Int64] {
    covered.indices.map { place in
      Money.share(of: left[covered[place]], part: units[place], whole: quantities[place])
    }
  }
}
