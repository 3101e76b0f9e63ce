import Shop

/// A cart with its lines in one order, whatever order they were sent in, and with what each costs the shop.
///
/// Every tie between lines goes to the first in this order: by item, unit price and quantity. Lines that are equal in
/// all three are interchangeable, so that a quote is the same for every order of the lines.
struct CanonicalCart {
  let lines: [Cart.Line]
  /// The index of each line in the cart as it was sent.
  let sentIndex: [Int]
  /// Minor units per line.
  let gross: [Int64]
  let goods: Int64
  let shipping: Int64
  /// What the goods cost the shop, minor units; rounded up where it is estimated.
  let cost: Int128
  private let facts: PricingFacts

  /// The cart must have been checked. O(lines log lines).
  init(_ cart: Cart, facts: PricingFacts) {
    self.facts = facts
    sentIndex = cart.lines.indices.sorted { left, right in
      let (a, b) = (cart.lines[left], cart.lines[right])
      if a.item != b.item { return a.item.utf8.lexicographicallyPrecedes(b.item.utf8) }
      return (a.unitPrice, a.quantity, left) < (b.unitPrice, b.quantity, right)
    }
    lines = sentIndex.map { cart.lines[$0] }
    gross = lines.map(\.gross)
    goods = gross.reduce(0, +)
    shipping = cart.shipping
    var cost: Int128 = 0
    for (line, gross) in zip(lines, gross) {
      if let unitCost = CanonicalCart.item(line.item, facts)?.cost {
        cost += Int128(unitCost) * Int128(line.quantity)
      } else {
        let percent = max(0, 100 - facts.settings.marginPercent)
        cost += (Int128(gross) * Int128(percent) + 99) / 100
      }
    }
    self.cost = cost
  }

  /// The lines that a policy is about.
  func lines(coveredBy policy: Policy) -> [Int] {
    var covered: [Int] = []
    var wanted: Set<String>?
    if case .bundlePrice(let items, _) = policy.gives { wanted = Set(items) }
    for (index, line) in lines.enumerated() {
      if let wanted, !wanted.contains(line.item) { continue }
      if covers(policy.scope, line.item) { covered.append(index) }
    }
    return covered
  }

  private func covers(_ scope: Policy.Scope, _ id: String) -> Bool {
    switch scope {
    case .everything: return true
    case .preferred:
      return facts.preferred.covers(id: id, item: CanonicalCart.item(id, facts))
    case .items(let condition):
      let item = CanonicalCart.item(id, facts) ?? Item()
      return condition.matches(ItemFields(id: id, item: item, zone: facts.settings.zone))
    }
  }

  /// What an item costs the shop where that is known, minor units.
  func unitCost(of id: String) -> Int64? { CanonicalCart.item(id, facts)?.cost }

  private static func item(_ id: String, _ facts: PricingFacts) -> Item? {
    facts.items.index(of: id).map { facts.items[$0] }
  }

  /// Whether the goods keep a margin of so many percent of what is paid for them, after discounts on goods and on
  /// shipping and the cost of gifts.
  func keepsMargin(
    percent: Int64, goodsLeft: Int64, shippingDiscount: Int64, giftCost: Int64
  ) -> Bool {
    let spent = cost + Int128(shippingDiscount) + Int128(giftCost)
    return Int128(goodsLeft) * Int128(100 - percent) >= 100 * spent
  }
}
