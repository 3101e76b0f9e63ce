import Shop

/// What a coupon does to the lines that it covers, without the words: numbers alone, so that the
/// walks over stacks copy nothing else. They lie in the cart's arena.
struct Terms: BitwiseCopyable {
  /// How the discount follows from what is left.
  enum Rule: BitwiseCopyable {
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
  /// Canonical indices of the covered lines, ascending.
  let lines: UnsafeBufferPointer<Int>
  /// How many units of each covered line it is about; empty where it is about all or none.
  let units: UnsafeBufferPointer<Int64>

  init(
    _ coupon: UsableCoupon, lines: UnsafeBufferPointer<Int>, units: UnsafeBufferPointer<Int64>,
    setCount: Int64, giftCost: Int64
  ) {
    let shared = coupon.shared
    limit = min(shared.policy.cap ?? .max, coupon.ceiling ?? .max)
    isDiscount = shared.isDiscount
    marginFloorPercent = shared.policy.marginFloorPercent
    self.giftCost = giftCost
    self.lines = lines
    self.units = units
    switch shared.policy.gives {
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

  /// What it takes off goods and shipping together, given what earlier coupons left.
  ///
  /// Every kind is a sum of weights, never above what is left, of which all or a part is the
  /// discount; `cap` and the coupon's ceiling cut it. Rounded down: never more than what the policy
  /// gives. `weights` gets, per covered line, what the discount of goods is split by. O(covered
  /// lines).
  func discount(
    left: UnsafePointer<Int64>, shipping: Int64, of cart: CanonicalCart,
    weights: UnsafeMutablePointer<Int64>
  ) -> Int64 {
    switch rule {
    case .none: return 0
    case .shipping: return min(shipping, limit)
    case .amount(let amount): return min(amount, whole(left, weights), limit)
    case .percent(let hundredths):
      return min(
        Terms.share(of: whole(left, weights), part: hundredths, whole: 10_000), limit)
    case .unitPrice(let price):
      var sum: Int64 = 0
      for place in lines.indices {
        let line = lines[place]
        let (amount, overflow) = price.multipliedReportingOverflow(by: cart.quantities[line])
        weights[place] = overflow ? 0 : max(0, left[line] - amount)
        sum += weights[place]
      }
      return min(sum, limit)
    case .units(let price):
      var sum: Int64 = 0
      for place in lines.indices {
        let line = lines[place]
        weights[place] = Terms.share(
          of: left[line], part: units[place], whole: cart.quantities[line])
        sum += weights[place]
      }
      return min(max(0, sum - price), limit)
    }
  }

  /// All that is left of the covered lines.
  private func whole(
    _ left: UnsafePointer<Int64>, _ weights: UnsafeMutablePointer<Int64>
  ) -> Int64 {
    var sum: Int64 = 0
    for place in lines.indices {
      weights[place] = left[lines[place]]
      sum += weights[place]
    }
    return sum
  }

  /// `Money.share`, where the product fits 64 bits without the wide division.
  private static func share(of amount: Int64, part: Int64, whole: Int64) -> Int64 {
    let (product, overflow) = amount.multipliedReportingOverflow(by: part)
    return overflow ? Money.share(of: amount, part: part, whole: whole) : product / whole
  }

  var isOnShipping: Bool {
    if case .shipping = rule { true } else { false }
  }
}
