import Shop

/// What a coupon does to the lines that it covers, without the words: numbers alone, so that the
/// search over stacks copies nothing else.
struct Terms {
  /// How the discount follows from what is left.
  enum Rule {
    case none
    case shipping
    case amount(Int64)
    case percent(hundredths: Int64)
    case unitPrice(Int64)
    /// What is left of some of the units, but for so much that they cost together.
    case units(price: Int64)
  }

  let rule: Rule
  /// The most that it may take off.
  let limit: Int64
  let isDiscount: Bool
  let marginFloorPercent: Int64?
  /// What it costs beside the discount.
  let giftCost: Int64

  init(_ coupon: UsableCoupon, setCount: Int64, giftCost: Int64) {
    let policy = coupon.shared.policy
    limit = min(policy.cap ?? .max, coupon.ceiling ?? .max)
    isDiscount = policy.gives.isDiscount
    marginFloorPercent = policy.marginFloorPercent
    self.giftCost = giftCost
    switch policy.gives {
    case .gift, .pointsMultiplier, .trial, .invitation: rule = .none
    case .freeShipping: rule = .shipping
    case .amountOff(let amount): rule = .amount(amount)
    case .percentOff(let hundredths): rule = .percent(hundredths: hundredths)
    case .fixedPrice(let price): rule = .unitPrice(price)
    case .freeUnits: rule = .units(price: 0)
    case .bundlePrice(_, let price):
      let (amount, overflow) = price.multipliedReportingOverflow(by: setCount)
      rule = .units(price: overflow ? .max : amount)
    }
  }

  /// The lines that a coupon covers.
  struct Covered {
    /// Canonical indices, ascending.
    let lines: UnsafeBufferPointer<Int>
    let quantities: UnsafeBufferPointer<Int64>
    /// Empty where the coupon is not about some of the units.
    let units: UnsafeBufferPointer<Int64>
  }

  /// What it takes off goods and shipping together, given what earlier coupons left.
  ///
  /// Every kind is a sum of weights, never above what is left, of which all or a part is the
  /// discount; `cap` and the coupon's ceiling cut it. Rounded down: never more than what the policy
  /// gives. `weights` gets, per covered line, what the discount of goods is split by. O(covered
  /// lines).
  func discount(
    of covered: Covered, left: UnsafePointer<Int64>, shipping: Int64,
    weights: UnsafeMutableBufferPointer<Int64>
  ) -> Int64 {
    var sum: Int64 = 0
    switch rule {
    case .none: return 0
    case .shipping: return min(shipping, limit)
    case .amount(let amount):
      for place in covered.lines.indices {
        weights[place] = left[covered.lines[place]]
        sum += weights[place]
      }
      return min(amount, sum, limit)
    case .percent(let hundredths):
      for place in covered.lines.indices {
        weights[place] = left[covered.lines[place]]
        sum += weights[place]
      }
      return min(Money.share(of: sum, part: hundredths, whole: 10_000), limit)
    case .unitPrice(let price):
      for place in covered.lines.indices {
        let (amount, overflow) = price.multipliedReportingOverflow(by: covered.quantities[place])
        weights[place] = overflow ? 0 : max(0, left[covered.lines[place]] - amount)
        sum += weights[place]
      }
      return min(sum, limit)
    case .units(let price):
      for place in covered.lines.indices {
        weights[place] = Money.share(
          of: left[covered.lines[place]], part: covered.units[place],
          whole: covered.quantities[place])
        sum += weights[place]
      }
      return min(max(0, sum - price), limit)
    }
  }

  var isOnShipping: Bool {
    if case .shipping = rule { true } else { false }
  }
}

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
  func effect(on left: [Int64], shipping: Int64) -> Effect {
    var weights = [Int64](repeating: 0, count: covered.count)
    let discount = weights.withUnsafeMutableBufferPointer { weights in
      left.withUnsafeBufferPointer { left in
        withCovered { covered -> Int64 in
          guard let start = left.baseAddress else { return 0 }
          return terms.discount(of: covered, left: start, shipping: shipping, weights: weights)
        }
      }
    }
    return Effect(
      discount: discount, shipping: terms.isOnShipping ? discount : 0, weights: weights)
  }

  func withCovered<Result>(_ body: (Terms.Covered) -> Result) -> Result {
    covered.withUnsafeBufferPointer { lines in
      quantities.withUnsafeBufferPointer { quantities in
        units.withUnsafeBufferPointer { units in
          body(Terms.Covered(lines: lines, quantities: quantities, units: units))
        }
      }
    }
  }
}
