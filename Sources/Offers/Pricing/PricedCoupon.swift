import Shop

/// A coupon that may be used as far as time, holder and ledger are concerned; what it is worth is
/// pricing's to say.
package struct UsableCoupon: Sendable {
  package var code: String
  /// A policy is large: coupons share it.
  let shared: SharedPolicy
  package var expires: Instant?
  /// The most that this one coupon may cost, beside what its policy says; nil for no more than
  /// that.
  package var ceiling: Int64?

  package init(code: String, policy: Policy, expires: Instant? = nil, ceiling: Int64? = nil) {
    self.init(
      code: code, shared: SharedPolicy(policy), expires: expires, ceiling: ceiling)
  }

  init(code: String, shared: SharedPolicy, expires: Instant?, ceiling: Int64?) {
    self.code = code
    self.shared = shared
    self.expires = expires
    self.ceiling = ceiling
  }

  package var policy: Policy { shared.policy }
}

/// A policy that is read in many places and never changed.
final class SharedPolicy: Sendable {
  let policy: Policy
  // What pricing asks time and again, beside the policy.
  let isDiscount: Bool
  let isOnEverything: Bool
  let rank: Int

  init(_ policy: Policy) {
    self.policy = policy
    isDiscount = policy.gives.isDiscount
    isOnEverything = policy.scope == .everything
    rank = policy.gives.rank
  }
}

/// A coupon next to one cart: which lines it covers, and what it takes off whatever is left of
/// them.
final class PricedCoupon {
  let coupon: UsableCoupon
  let terms: Terms
  /// What it takes off the cart alone, the most that it can take off in any stack: less left of the
  /// lines never makes any kind take more.
  let alone: Int64
  /// Keeps what `terms` lie in.
  private let cart: CanonicalCart

  var shared: SharedPolicy { coupon.shared }
  var policy: Policy { coupon.shared.policy }

  /// Why it does not apply to the cart even alone.
  struct Refusal: Error {
    var reason: OfferReason
    var need: Quote.Need?
  }

  init(_ coupon: UsableCoupon, on cart: CanonicalCart) throws(Refusal) {
    let shared = coupon.shared
    let covered = cart.lines(coveredBy: shared)
    if covered.isEmpty { throw Refusal(reason: .notOnItems) }
    var spend: Int64 = 0
    for line in covered { spend += cart.gross[line] }
    if spend < shared.policy.minimumSpend {
      throw Refusal(
        reason: .minimumSpend,
        need: PricedCoupon.need(
          of: shared.policy, spend: shared.policy.minimumSpend - spend, covered: covered,
          on: cart))
    }
    let giftCost = PricedCoupon.giftCost(of: coupon, on: cart)
    let (units, setCount) = try PricedCoupon.units(of: shared.policy, covered: covered, on: cart)
    let terms = Terms(
      coupon, lines: covered, units: units, setCount: setCount, giftCost: giftCost)
    if terms.isOnShipping, cart.shipping == 0 { throw Refusal(reason: .notOnItems) }
    if giftCost > coupon.ceiling ?? .max { throw Refusal(reason: .budget) }
    let alone = terms.discount(
      left: cart.gross, shipping: cart.shipping, of: cart, weights: cart.splitting.weights)
    if shared.isDiscount, alone == 0 {
      throw Refusal(reason: coupon.ceiling == 0 ? .budget : .noDiscount)
    }
    let shippingDiscount = terms.isOnShipping ? alone : 0
    if let floor = terms.marginFloorPercent,
      !cart.keepsMargin(
        percent: floor, goodsLeft: cart.goods - alone + shippingDiscount,
        shippingDiscount: shippingDiscount, giftCost: giftCost)
    {
      throw Refusal(reason: .marginFloor)
    }
    self.coupon = coupon
    self.terms = terms
    self.alone = alone
    self.cart = cart
  }

  /// A gift costs what the policy caps it at, else what the item costs as far as that is known;
  /// points, trials and invitations cost their cap.
  private static func giftCost(of coupon: UsableCoupon, on cart: CanonicalCart) -> Int64 {
    if coupon.shared.policy.gives.isDiscount { return 0 }
    if let cap = coupon.shared.policy.cap { return cap }
    guard case .gift(let item) = coupon.shared.policy.gives else { return 0 }
    return cart.unitCost(of: item) ?? 0
  }

  private static func units(
    of policy: Policy, covered: UnsafeBufferPointer<Int>, on cart: CanonicalCart
  ) throws(Refusal) -> (units: UnsafeBufferPointer<Int64>, setCount: Int64) {
    switch policy.gives {
    case .freeUnits(let buy, let get):
      let missing = missingUnits(of: policy.gives, covered: covered, on: cart)
      if missing > 0 { throw Refusal(reason: .notOnItems, need: .unitsMore(missing)) }
      let count = covered.reduce(0) { $0 + cart.quantities[$1] }
      let free = count / (buy + get) * get
      let cheapest = cart.arena.take(covered.count, of: Int.self)
      for place in covered.indices { cheapest[place] = place }
      sortShort(cheapest) {
        (cart.unitPrices[covered[$0]], $0) < (cart.unitPrices[covered[$1]], $1)
      }
      let units = cart.arena.take(covered.count, of: Int64.self)
      units.update(repeating: 0)
      take(free, from: cheapest, covered, cart, into: units)
      return (UnsafeBufferPointer(units), 0)
    case .bundlePrice(let items, _):
      return try bundleUnits(items, of: policy.scope, covered: covered, on: cart)
    default: return (UnsafeBufferPointer(start: nil, count: 0), 0)
    }
  }

  /// What a coupon needs whose covered lines come to too little: of a bundle first its items.
  private static func need(
    of policy: Policy, spend: Int64, covered: UnsafeBufferPointer<Int>, on cart: CanonicalCart
  ) -> Quote.Need? {
    if case .freeShipping = policy.gives, cart.shipping == 0 { return nil }
    if case .bundlePrice = policy.gives {
      do throws(Refusal) { _ = try units(of: policy, covered: covered, on: cart) } catch {
        return error.need
      }
    }
    let units = missingUnits(of: policy.gives, covered: covered, on: cart)
    return units > 0 ? .spendAndUnitsMore(spend: spend, units: units) : .spendMore(spend)
  }

  /// How many units a coupon for free units lacks.
  private static func missingUnits(
    of benefit: Benefit, covered: UnsafeBufferPointer<Int>, on cart: CanonicalCart
  ) -> Int64 {
    guard case .freeUnits(let buy, let get) = benefit else { return 0 }
    return max(0, buy + get - covered.reduce(0) { $0 + cart.quantities[$1] })
  }

  /// As many complete sets as the covered lines hold; of an item on several lines, the dearest
  /// units.
  private static func bundleUnits(
    _ items: [String], of scope: Policy.Scope, covered: UnsafeBufferPointer<Int>,
    on cart: CanonicalCart
  ) throws(Refusal) -> (units: UnsafeBufferPointer<Int64>, setCount: Int64) {
    var needed: [String: Int64] = [:]
    for item in items { needed[item, default: 0] += 1 }
    var available: [String: Int64] = [:]
    for index in covered {
      available[cart.item(index), default: 0] += cart.quantities[index]
    }
    let setCount = needed.map { (available[$0.key] ?? 0) / $0.value }.min() ?? 0
    if setCount == 0 {
      let missing = needed.compactMap { item, count -> Quote.MissingItem? in
        let more = count - (available[item] ?? 0)
        return more > 0 ? Quote.MissingItem(item: item, quantity: more) : nil
      }
      let isReachable = missing.allSatisfy { cart.wouldCover(scope, $0.item) }
      throw Refusal(
        reason: .notOnItems,
        need: !isReachable
          ? nil
          : .itemsMore(
            missing.sorted { $0.item.utf8.lexicographicallyPrecedes($1.item.utf8) }))
    }
    let units = cart.arena.take(covered.count, of: Int64.self)
    units.update(repeating: 0)
    for (item, count) in needed {
      let dearest = covered.indices.filter { cart.item(covered[$0]) == item }.sorted {
        (cart.unitPrices[covered[$1]], $0) < (cart.unitPrices[covered[$0]], $1)
      }
      take(count * setCount, from: dearest, covered, cart, into: units)
    }
    return (UnsafeBufferPointer(units), setCount)
  }

  /// Counts units of the lines in that order, until there are as many.
  private static func take(
    _ count: Int64, from order: some Collection<Int>, _ covered: UnsafeBufferPointer<Int>,
    _ cart: CanonicalCart, into units: UnsafeMutableBufferPointer<Int64>
  ) {
    var left = count
    for place in order where left > 0 {
      units[place] = min(left, cart.quantities[covered[place]])
      left -= units[place]
    }
  }
}
