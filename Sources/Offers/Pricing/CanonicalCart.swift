import Shop

/// A cart with its lines in one order, whatever order they were sent in, and with what each costs
/// the shop.
///
/// Every tie between lines goes to the first in this order: by item, unit price and quantity. Lines
/// that are equal in all three are interchangeable, so that a quote is the same for every order of
/// the lines.
final class CanonicalCart {
  let lines: [Cart.Line]
  /// The index of each line in the cart as it was sent.
  let sentIndex: [Int]
  /// Minor units per line.
  let gross: [Int64]
  let goods: Int64
  let shipping: Int64
  /// What the goods cost the shop, minor units; rounded up where it is estimated.
  let cost: Int128
  /// Units and unit prices per line, beside the lines: numbers that are read without their texts.
  let quantities: [Int64]
  let unitPrices: [Int64]
  /// All lines, for coupons that are on everything.
  let all: [Int]
  private let facts: PricingFacts
  /// Per line, what the shop knows of its item.
  private let known: [Item?]
  /// Per line, the fields of its item that the policies' conditions ask for.
  private let fields: [ItemExcerpt]

  /// The cart must have been checked.
  ///
  /// - Parameter usable: the coupons that will be priced.
  /// - Complexity: O(lines log lines + lines x fields that conditions ask for).
  init(_ cart: Cart, facts: PricingFacts, usable: [UsableCoupon]) {
    self.facts = facts
    var names: [String] = []
    for case .items(let condition) in usable.lazy.map(\.shared.policy.scope) {
      for name in condition.fieldNames where !names.contains(name) { names.append(name) }
    }
    sentIndex = cart.lines.indices.sorted { left, right in
      let (a, b) = (cart.lines[left], cart.lines[right])
      if a.item != b.item { return a.item.utf8.lexicographicallyPrecedes(b.item.utf8) }
      return (a.unitPrice, a.quantity, left) < (b.unitPrice, b.quantity, right)
    }
    lines = sentIndex.map { cart.lines[$0] }
    gross = lines.map(\.gross)
    quantities = lines.map(\.quantity)
    unitPrices = lines.map(\.unitPrice)
    all = Array(lines.indices)
    let known = lines.map { CanonicalCart.item($0.item, facts) }
    self.known = known
    goods = gross.reduce(0, +)
    shipping = cart.shipping
    var cost: Int128 = 0
    for place in gross.indices {
      if let unitCost = known[place]?.cost {
        cost += Int128(unitCost) * Int128(quantities[place])
      } else {
        let percent = max(0, 100 - facts.settings.marginPercent)
        cost += (Int128(gross[place]) * Int128(percent) + 99) / 100
      }
    }
    self.cost = cost
    if names.isEmpty {
      fields = []
      return
    }
    fields = zip(lines, known).map { line, item in
      let source = ItemFields(
        id: line.item, item: item ?? Item(), zone: facts.settings.zone)
      return ItemExcerpt(values: names.map { ($0, source.field($0)) })
    }
  }

  /// Fields of an item, looked up once for all conditions of a quote.
  private struct ItemExcerpt: FieldSource {
    let values: [(name: String, value: Value?)]

    func field(_ name: String) -> Value? { values.first { $0.name == name }?.value }
  }

  /// The lines that a policy is about.
  func lines(coveredBy policy: Policy) -> [Int] {
    var wanted: Set<String>?
    if case .bundlePrice(let items, _) = policy.gives { wanted = Set(items) }
    if wanted == nil, policy.scope == .everything { return all }
    var covered: [Int] = []
    for (index, line) in lines.enumerated() {
      if let wanted, !wanted.contains(line.item) { continue }
      if covers(policy.scope, index) { covered.append(index) }
    }
    return covered
  }

  private func covers(_ scope: Policy.Scope, _ index: Int) -> Bool {
    switch scope {
    case .everything: return true
    case .preferred:
      return facts.preferred.covers(id: lines[index].item, item: known[index])
    case .items(let condition):
      return fields.isEmpty
        ? condition.matches(ItemExcerpt(values: [])) : condition.matches(fields[index])
    }
  }

  /// Whether a policy would cover an item that is not in the cart.
  func wouldCover(_ scope: Policy.Scope, _ id: String) -> Bool {
    let item = CanonicalCart.item(id, facts)
    switch scope {
    case .everything: return true
    case .preferred: return facts.preferred.covers(id: id, item: item)
    case .items(let condition):
      return condition.matches(
        ItemFields(id: id, item: item ?? Item(), zone: facts.settings.zone))
    }
  }

  /// What an item costs the shop where that is known, minor units.
  func unitCost(of id: String) -> Int64? { CanonicalCart.item(id, facts)?.cost }

  private static func item(_ id: String, _ facts: PricingFacts) -> Item? {
    facts.items.index(of: id).map { facts.items[$0] }
  }

  /// Whether the goods keep a margin of so many percent of what is paid for them, after discounts
  /// on goods and on shipping and the cost of gifts.
  func keepsMargin(
    percent: Int64, goodsLeft: Int64, shippingDiscount: Int64, giftCost: Int64
  ) -> Bool {
    let spent = cost + Int128(shippingDiscount) + Int128(giftCost)
    return Int128(goodsLeft) * Int128(100 - percent) >= 100 * spent
  }
}
