import Shop

/// Coupons on one cart, in the order in which they are applied, and what they leave of it.
struct Stack {
  private(set) var places: [Int] = []
  private(set) var parts: [Quote.Applied] = []
  /// What is left of each canonical line.
  private(set) var left: [Int64]
  private(set) var shippingLeft: Int64
  private(set) var discount: Int64 = 0
  private(set) var giftCost: Int64 = 0
  /// How many of the coupons take nothing off and give something beside the cart.
  private(set) var giftCount = 0
  private var marginFloorPercent: Int64?
  /// Whether `parts` are kept; without them it is the numbers alone.
  private let keepsParts: Bool

  init(on cart: CanonicalCart, keepsParts: Bool = true) {
    self.keepsParts = keepsParts
    left = cart.gross
    shippingLeft = cart.shipping
  }

  /// Why the coupons cannot be on one order whatever they take off.
  static func conflict(_ one: Policy, _ other: Policy) -> Bool {
    if one.stacking.exclusive || other.stacking.exclusive { return true }
    if one.id == other.id { return true }
    return one.stacking.group != nil && one.stacking.group == other.stacking.group
  }

  /// Adds a coupon after all others; says why, and leaves the stack undefined, where it cannot be.
  /// O(covered lines).
  ///
  /// The margin is checked against the highest floor of all coupons so far. More coupons never
  /// raise a margin, so a stack that fails here has no admissible extension.
  mutating func add(
    _ coupon: PricedCoupon, place: Int, others: [PricedCoupon], on cart: CanonicalCart
  ) -> OfferReason? {
    for other in places where Stack.conflict(others[other].shared.policy, coupon.shared.policy) {
      return .exclusive
    }
    let effect = coupon.effect(on: left, shipping: shippingLeft)
    if coupon.shared.policy.gives.isDiscount {
      if effect.discount == 0 { return .noDiscount }
    } else {
      giftCount += 1
    }
    var lines: [Quote.LineDiscount] = []
    if effect.discount > effect.shipping {
      let split = allocate(effect.discount - effect.shipping, over: effect.weights)
      for (place, part) in split.enumerated() where part > 0 {
        let index = coupon.covered[place]
        left[index] -= part
        guard keepsParts else { continue }
        lines.append(Quote.LineDiscount(index: cart.sentIndex[index], discount: part))
      }
    }
    shippingLeft -= effect.shipping
    discount += effect.discount
    giftCost += coupon.giftCost
    if let floor = coupon.shared.policy.marginFloorPercent {
      marginFloorPercent = max(floor, marginFloorPercent ?? floor)
    }
    if let floor = marginFloorPercent {
      let shippingDiscount = cart.shipping - shippingLeft
      let keeps = cart.keepsMargin(
        percent: floor, goodsLeft: cart.goods - (discount - shippingDiscount),
        shippingDiscount: shippingDiscount, giftCost: giftCost)
      if !keeps { return .marginFloor }
    }
    places.append(place)
    guard keepsParts else { return nil }
    parts.append(
      Quote.Applied(
        code: coupon.coupon.code, policy: coupon.shared.policy.id, discount: effect.discount,
        shipping: effect.shipping, giftCost: coupon.giftCost,
        lines: lines.sorted { $0.index < $1.index }))
    return nil
  }

  /// All of the coupons at these places, which must ascend, or why the stack cannot be.
  static func of(
    _ places: [Int], _ coupons: [PricedCoupon], on cart: CanonicalCart, keepsParts: Bool = true
  ) -> (stack: Stack, reason: OfferReason?) {
    var stack = Stack(on: cart, keepsParts: keepsParts)
    for place in places {
      if let reason = stack.add(coupons[place], place: place, others: coupons, on: cart) {
        return (stack, reason)
      }
    }
    return (stack, nil)
  }
}

extension PricedCoupon {
  /// The declared order in which coupons are applied: higher priority first, then by kind (prices
  /// of units, percentages, amounts, shipping, gifts), policy id and code. Percentages apply to
  /// what earlier coupons left.
  static func isApplied(_ one: PricedCoupon, before other: PricedCoupon) -> Bool {
    let (a, b) = (one.shared, other.shared)
    let (first, second) = (a.policy.stacking.priority, b.policy.stacking.priority)
    if first != second { return first > second }
    let (rank, otherRank) = (a.policy.gives.rank, b.policy.gives.rank)
    if rank != otherRank { return rank < otherRank }
    if a.policy.id != b.policy.id {
      return a.policy.id.utf8.lexicographicallyPrecedes(b.policy.id.utf8)
    }
    return one.coupon.code.utf8.lexicographicallyPrecedes(other.coupon.code.utf8)
  }
}
