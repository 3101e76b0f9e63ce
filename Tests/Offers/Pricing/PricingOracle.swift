import Offers
import Shop

/// Prices carts the slow and plain way: every subset of the coupons, one after the other.
struct PricingOracle {
  var cart: Cart
  var facts: PricingFacts

  /// What a stack does: per coupon the discount of each line as sent, and what is off the shipping.
  struct Outcome {
    var order: [UsableCoupon]
    var lines: [[Int64]]
    var shipping: [Int64]

    var discount: Int64 { lines.joined().reduce(0, +) + shipping.reduce(0, +) }
  }

  func best(of coupons: [UsableCoupon]) -> Outcome {
    var best = Outcome(order: [], lines: [], shipping: [])
    for subset in 0..<(1 << coupons.count) {
      let chosen = coupons.indices.filter { subset >> $0 & 1 == 1 }.map { coupons[$0] }
      guard let outcome = outcome(of: chosen) else { continue }
      if key(outcome) < key(best) { best = outcome }
    }
    return best
  }

  /// Smaller is better.
  private struct Key {
    var numbers: [Int64]
    var texts: [String]

    static func < (left: Key, right: Key) -> Bool {
      if left.numbers != right.numbers {
        return left.numbers.lexicographicallyPrecedes(right.numbers)
      }
      return left.texts.lexicographicallyPrecedes(right.texts)
    }
  }

  private func key(_ outcome: Outcome) -> Key {
    let gifts = outcome.order.count { !$0.policy.gives.isDiscount }
    let ends = outcome.order.map { ($0.expires ?? .latest).milliseconds }.sorted()
    return Key(
      numbers: [-outcome.discount, Int64(-gifts), Int64(outcome.order.count)] + ends,
      texts: outcome.order.map(\.policy.id).sorted() + outcome.order.map(\.code).sorted())
  }

  /// Nil where these coupons cannot be on the cart together.
  func outcome(of coupons: [UsableCoupon]) -> Outcome? {
    for (place, one) in coupons.enumerated() {
      for other in coupons[..<place] {
        if one.policy.id == other.policy.id { return nil }
        if one.policy.stacking.exclusive || other.policy.stacking.exclusive { return nil }
        if let group = one.policy.stacking.group, group == other.policy.stacking.group {
          return nil
        }
      }
    }
    let kinds = [
      "fixed_price", "bundle_price", "free_units", "percent_off", "amount_off", "free_shipping",
      "gift", "points_multiplier", "trial", "invitation",
    ]
    func rank(_ coupon: UsableCoupon) -> (Int64, Int, String, String) {
      (
        -coupon.policy.stacking.priority, kinds.firstIndex(of: coupon.policy.gives.kind)!,
        coupon.policy.id, coupon.code
      )
    }
    let order = coupons.sorted { rank($0) < rank($1) }
    var left = cart.lines.map { $0.quantity * $0.unitPrice }
    var shippingLeft = cart.shipping
    var result = Outcome(order: order, lines: [], shipping: [])
    for coupon in order {
      guard let part = part(of: coupon, left: left, shipping: shippingLeft) else { return nil }
      if coupon.policy.gives.isDiscount, part.lines.reduce(part.shipping, +) == 0 { return nil }
      for index in left.indices { left[index] -= part.lines[index] }
      shippingLeft -= part.shipping
      result.lines.append(part.lines)
      result.shipping.append(part.shipping)
    }
    for coupon in order {
      guard let floor = coupon.policy.marginFloorPercent else { continue }
      let net = Double(left.reduce(0, +))
      let spent =
        cart.lines.reduce(0.0) { $0 + cost($1) } + Double(cart.shipping - shippingLeft)
        + order.reduce(0.0) { $0 + giftCost($1.policy) }
      if (net - spent) * 100 < Double(floor) * net { return nil }
    }
    return result
  }

  private func cost(_ line: Cart.Line) -> Double {
    if let cost = facts.items.index(of: line.item).flatMap({ facts.items[$0].cost }) {
      return Double(cost * line.quantity)
    }
    let share = Double(100 - facts.settings.marginPercent)
    return (Double(line.quantity * line.unitPrice) * share / 100).rounded(.up)
  }

  private func giftCost(_ policy: Policy) -> Double {
    if policy.gives.isDiscount { return 0 }
    if let cap = policy.cap { return Double(cap) }
    guard case .gift(let item) = policy.gives else { return 0 }
    return Double(facts.items.index(of: item).flatMap { facts.items[$0].cost } ?? 0)
  }

  func covers(_ policy: Policy, _ id: String) -> Bool {
    switch policy.scope {
    case .everything: true
    case .preferred: facts.preferred.items.contains(id)
    case .items(let condition): condition.source["id"] == .string(id)
    }
  }

  private func part(
    of coupon: UsableCoupon, left: [Int64], shipping: Int64
  ) -> (lines: [Int64], shipping: Int64)? {
    let policy = coupon.policy
    var covered = cart.lines.indices.filter { covers(policy, cart.lines[$0].item) }
    if case .bundlePrice(let items, _) = policy.gives {
      covered = covered.filter { items.contains(cart.lines[$0].item) }
    }
    let none = left.map { _ in Int64(0) }
    let spend = covered.reduce(0) { $0 + cart.lines[$1].quantity * cart.lines[$1].unitPrice }
    if covered.isEmpty || spend < policy.minimumSpend { return nil }
    let limit = min(policy.cap ?? .max, coupon.ceiling ?? .max)
    if Double(limit) < giftCost(policy) { return nil }
    var weights = none
    var amount: Int64 = 0
    switch policy.gives {
    case .gift, .pointsMultiplier, .trial, .invitation: return (none, 0)
    case .freeShipping: return (none, min(shipping, limit))
    case .amountOff(let off):
      for index in covered { weights[index] = left[index] }
      amount = min(off, weights.reduce(0, +))
    case .percentOff(let hundredths):
      for index in covered { weights[index] = left[index] }
      amount = weights.reduce(0, +) * hundredths / 10_000
    case .fixedPrice(let price):
      for index in covered {
        weights[index] = max(0, left[index] - price * cart.lines[index].quantity)
      }
      amount = weights.reduce(0, +)
    case .freeUnits(let buy, let get):
      // Every unit by itself, the cheapest first.
      var units = covered.flatMap { index in
        Array(repeating: index, count: Int(cart.lines[index].quantity))
      }
      units.sort { isBefore($0, $1, priceFirst: true) }
      let free = units.count / Int(buy + get) * Int(get)
      if free == 0 { return nil }
      weights = shares(units.prefix(free), left)
      amount = weights.reduce(0, +)
    case .bundlePrice(let items, let price):
      var units: [Int] = []
      var sets: Int64 = 0
      var pool = covered.flatMap { Array(repeating: $0, count: Int(cart.lines[$0].quantity)) }
      pool.sort { isBefore($0, $1, priceFirst: true, dearest: true) }
      complete: while true {
        var next = pool
        var taken: [Int] = []
        for item in items {
          guard let place = next.firstIndex(where: { cart.lines[$0].item == item }) else {
            break complete
          }
          taken.append(next.remove(at: place))
        }
        pool = next
        units += taken
        sets += 1
      }
      if sets == 0 { return nil }
      weights = shares(units[...], left)
      amount = max(0, weights.reduce(0, +) - price * sets)
    }
    return (split(min(amount, limit), weights), 0)
  }

  private func shares(_ units: ArraySlice<Int>, _ left: [Int64]) -> [Int64] {
    left.indices.map { index in
      left[index] * Int64(units.count { $0 == index }) / cart.lines[index].quantity
    }
  }

  private func isBefore(
    _ left: Int, _ right: Int, priceFirst: Bool, dearest: Bool = false
  ) -> Bool {
    let (a, b) = (cart.lines[left], cart.lines[right])
    if priceFirst, a.unitPrice != b.unitPrice {
      return dearest ? a.unitPrice > b.unitPrice : a.unitPrice < b.unitPrice
    }
    return (a.item, a.unitPrice, a.quantity, left) < (b.item, b.unitPrice, b.quantity, right)
  }

  /// Shares rounded down, then one unit at a time to whoever is owed the most.
  private func split(_ amount: Int64, _ weights: [Int64]) -> [Int64] {
    let whole = weights.reduce(0, +)
    if whole == 0 { return weights }
    var parts = weights.map { amount * $0 / whole }
    while parts.reduce(0, +) < amount {
      let owed = weights.indices.max { left, right in
        let (a, b) = (
          amount * weights[left] - parts[left] * whole,
          amount * weights[right] - parts[right] * whole
        )
        return a == b ? isBefore(right, left, priceFirst: false) : a < b
      }!
      parts[owed] += 1
    }
    return parts
  }
}
