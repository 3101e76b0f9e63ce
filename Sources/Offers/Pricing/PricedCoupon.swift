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

  init(_ policy: Policy) { self.policy = policy }
}

/// A coupon next to one cart: which lines it covers, and what it takes off whatever is left of
/// them.
final class PricedCoupon {
  let coupon: UsableCoupon
  /// Canonical indices of the covered lines, ascending.
  let covered: [Int]
  /// How many units each covered line has.
  let quantities: [Int64]
  /// For prices of units: how many units of each covered line they are about.
  let units: [Int64]
  /// For bundles: how many complete sets there are.
  let setCount: Int64
  let terms: Terms
  /// What it takes off the cart alone, the most that it can take off in any stack: less left of the
  /// lines never makes any kind take more.
  private(set) var alone: Int64 = 0

  var shared: SharedPolicy { coupon.shared }
  var policy: Policy { coupon.shared.policy }
  /// What it costs beside the discount.
  var giftCost: Int64 { terms.giftCost }

  /// Why it does not apply to the cart even alone.
  struct Refusal: Error {
    var reason: OfferReason
    var need: Quote.Need?
  }

  init(_ coupon: UsableCoupon, on cart: CanonicalCart) throws(Refusal) {
    self.coupon = coupon
    let policy = coupon.shared.policy
    covered = cart.lines(coveredBy: policy)
    quantities =
      covered.count == cart.all.count
      ? cart.quantities : covered.map { cart.quantities[$0] }
    let giftCost = PricedCoupon.giftCost(of: coupon, on: cart)
    if covered.isEmpty { throw Refusal(reason: .notOnItems) }
    let spend = covered.reduce(0) { $0 + cart.gross[$1] }
    if spend < policy.minimumSpend {
      throw Refusal(
        reason: .minimumSpend,
        need: PricedCoupon.need(
          of: policy, spend: policy.minimumSpend - spend, covered: covered, on: cart))
    }
    (units, setCount) = try PricedCoupon.units(of: policy, covered: covered, on: cart)
    terms = Terms(coupon, setCount: setCount, giftCost: giftCost)
    if case .freeShipping = policy.gives, cart.shipping == 0 { throw Refusal(reason: .notOnItems) }
    if giftCost > coupon.ceiling ?? .max { throw Refusal(reason: .budget) }
    let effect = effect(on: cart.gross, shipping: cart.shipping)
    alone = effect.discount
    if policy.gives.isDiscount, alone == 0 {
      throw Refusal(reason: coupon.ceiling == 0 ? .budget : .noDiscount)
    }
    if let floor = policy.marginFloorPercent,
      !cart.keepsMargin(
        percent: floor, goodsLeft: cart.goods - alone + effect.shipping,
        shippingDiscount: effect.shipping, giftCost: giftCost)
    {
      throw Refusal(reason: .marginFloor)
    }
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
    of policy: Policy, covered: [Int], on cart: CanonicalCart
  ) throws(Refusal) -> (units: [Int64], setCount: Int64) {
    switch policy.gives {
    case .freeUnits(let buy, let get):
      let missing = missingUnits(of: policy.gives, covered: covered, on: cart)
      if missing > 0 { throw Refusal(reason: .notOnItems, need: .unitsMore(missing)) }
      let count = covered.reduce(0) { $0 + cart.quantities[$1] }
      let free = count / (buy + get) * get
      let cheapest = covered.indices.sorted {
        (cart.unitPrices[covered[$0]], $0) < (cart.unitPrices[covered[$1]], $1)
      }
      return (take(free, from: cheapest, covered, cart), 0)
    case .bundlePrice(let items, _):
      return try bundleUnits(items, of: policy.scope, covered: covered, on: cart)
    default: return ([], 0)
    }
  }

  /// What a coupon needs whose covered lines come to too little: of a bundle first its items.
  private static func need(
    of policy: Policy, spend: Int64, covered: [Int], on cart: CanonicalCart
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
    of benefit: Benefit, covered: [Int], on cart: CanonicalCart
  ) -> Int64 {
    guard case .freeUnits(let buy, let get) = benefit else { return 0 }
    return max(0, buy + get - covered.reduce(0) { $0 + cart.quantities[$1] })
  }

  /// As many complete sets as the covered lines hold; of an item on several lines, the dearest
  /// units.
  private static func bundleUnits(
    _ items: [String], of scope: Policy.Scope, covered: [Int], on cart: CanonicalCart
  ) throws(Refusal) -> (units: [Int64], setCount: Int64) {
    var needed: [String: Int64] = [:]
    for item in items { needed[item, default: 0] += 1 }
    var available: [String: Int64] = [:]
    for index in covered {
      available[cart.lines[index].item, default: 0] += cart.lines[index].quantity
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
    var units = [Int64](repeating: 0, count: covered.count)
    for (item, count) in needed {
      let dearest = covered.indices.filter { cart.lines[covered[$0]].item == item }.sorted {
        (cart.unitPrices[covered[$1]], $0) < (cart.unitPrices[covered[$0]], $1)
      }
      for (place, taken) in take(count * setCount, from: dearest, covered, cart).enumerated() {
        units[place] += taken
      }
    }
    return (units, setCount)
  }

  private static func take(
    _ count: Int64, from order: [Int], _ covered: [Int], _ cart: CanonicalCart
  ) -> [Int64] {
    var units = [Int64](repeating: 0, count: covered.count)
    var left = count
    for place in order where left > 0 {
      units[place] = min(left, cart.quantities[covered[place]])
      left -= units[place]
    }
    return units
  }
}
