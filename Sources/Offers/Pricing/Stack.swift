import Shop

/// Coupons on one cart, in the order in which they are applied, in numbers alone.
struct Stack: BitwiseCopyable {
  private(set) var discount: Int64 = 0
  private(set) var shippingLeft: Int64
  private(set) var giftCost: Int64 = 0
  /// How many of the coupons take nothing off and give something beside the cart.
  private(set) var giftCount = 0
  private var marginFloorPercent: Int64?

  init(on cart: CanonicalCart) { shippingLeft = cart.shipping }

  /// Adds a coupon after all others; says why, and leaves the stack undefined, where it cannot be.
  /// O(lines).
  ///
  /// The margin is checked against the highest floor of all coupons so far. More coupons never
  /// raise a margin, so a stack that fails here has no admissible extension.
  ///
  /// - Parameters:
  ///   - left: what the coupons so far leave of each canonical line.
  ///   - next: what this one leaves; may be `left` itself. The cart's weights are then the parts
  ///     that it takes off its covered lines, where it takes something off goods.
  mutating func add(
    _ terms: Terms, left: UnsafePointer<Int64>, next: UnsafeMutablePointer<Int64>,
    on cart: CanonicalCart
  ) -> OfferReason? {
    let weights = cart.splitting.weights
    let taken = terms.discount(left: left, shipping: shippingLeft, of: cart, weights: weights)
    if terms.isDiscount {
      if taken == 0 { return .noDiscount }
    } else {
      giftCount += 1
    }
    if left != UnsafePointer(next) {
      for line in 0..<cart.lineCount { next[line] = left[line] }
    }
    if terms.isOnShipping {
      shippingLeft -= taken
    } else if taken > 0 {
      allocate(
        taken, over: UnsafeMutableBufferPointer(start: weights, count: terms.lines.count),
        scratch: cart.splitting.remainders)
      for place in terms.lines.indices { next[terms.lines[place]] -= weights[place] }
    }
    discount += taken
    giftCost += terms.giftCost
    if let floor = terms.marginFloorPercent {
      marginFloorPercent = max(floor, marginFloorPercent ?? floor)
    }
    guard let marginFloorPercent else { return nil }
    let shippingDiscount = cart.shipping - shippingLeft
    let keeps = cart.keepsMargin(
      percent: marginFloorPercent, goodsLeft: cart.goods - (discount - shippingDiscount),
      shippingDiscount: shippingDiscount, giftCost: giftCost)
    return keeps ? nil : .marginFloor
  }

  /// Whether two coupons cannot be on one order whatever they take off.
  static func conflict(_ one: Policy, _ other: Policy) -> Bool {
    if one.stacking.exclusive || other.stacking.exclusive { return true }
    if one.id == other.id { return true }
    guard let group = one.stacking.group else { return false }
    return group == other.stacking.group
  }

  /// Why these coupons, in the order of application, cannot be on one order; nil where they can.
  ///
  /// - Parameter added: the one among them that the others are known to stand without.
  static func reasonAgainst(
    _ members: [PricedCoupon], added: Int, on cart: CanonicalCart
  ) -> OfferReason? {
    var stack = Stack(on: cart)
    let row = cart.copyOfGross()
    for place in members.indices {
      let conflicts =
        place == added
        ? members[..<added].contains { conflict($0.policy, members[added].policy) }
        : place > added && conflict(members[added].policy, members[place].policy)
      if conflicts { return .exclusive }
      if let reason = stack.add(members[place].terms, left: row, next: row, on: cart) {
        return reason
      }
    }
    return nil
  }

  /// What each of these coupons, which can be on one order, takes off it.
  static func parts(
    of members: some Collection<PricedCoupon>, on cart: CanonicalCart
  ) -> [Quote.Applied] {
    var stack = Stack(on: cart)
    let row = cart.copyOfGross()
    // Per canonical line, what one coupon takes off it.
    let taken = cart.arena.take(cart.lineCount, of: Int64.self)
    var parts: [Quote.Applied] = []
    parts.reserveCapacity(members.count)
    for member in members {
      let before = stack
      let terms = member.terms
      _ = stack.add(terms, left: row, next: row, on: cart)
      let discount = stack.discount - before.discount
      let shipping = before.shippingLeft - stack.shippingLeft
      var lines: [Quote.LineDiscount] = []
      if discount > shipping {
        taken.update(repeating: 0)
        for place in terms.lines.indices {
          taken[terms.lines[place]] = cart.splitting.weights[place]
        }
        lines.reserveCapacity(terms.lines.count)
        for sent in 0..<cart.lineCount {
          let part = taken[cart.placeOfSent[sent]]
          if part > 0 { lines.append(Quote.LineDiscount(index: sent, discount: part)) }
        }
      }
      parts.append(
        Quote.Applied(
          code: member.coupon.code, policy: member.shared.policy.id, discount: discount,
          shipping: shipping, giftCost: terms.giftCost, lines: lines))
    }
    return parts
  }
}

extension CanonicalCart {
  /// A row of what is left of each line before any coupon.
  func copyOfGross() -> UnsafeMutablePointer<Int64> {
    let row = arena.take(lineCount + 1, of: Int64.self)
    for line in 0..<lineCount { row[line] = gross[line] }
    guard let start = row.baseAddress else { preconditionFailure("a row has room") }
    return start
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
    if a.rank != b.rank { return a.rank < b.rank }
    if a.policy.id != b.policy.id { return bytesPrecede(a.policy.id, b.policy.id) }
    return bytesPrecede(one.coupon.code, other.coupon.code)
  }
}
