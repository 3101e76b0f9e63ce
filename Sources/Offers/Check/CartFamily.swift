import Shop

// Which carts are tried
// ---------------------
// A policy is tried on carts of its own items: of those that it covers, the cheapest, the dearest,
// those with the least and the most margin, and the one that meets `min_spend` most closely. Of
// each, as few units as meet `min_spend` and the
// units that are asked for, which is where a discount weighs the most; one more; and as many as
// reach the cap. Two policies are tried on their carts and on the carts' unions.

/// An item that can be bought, and what it costs.
struct PricedItem {
  var id: String
  var price: Int64
  var cost: Int64?
  /// Nil where there are as many as anybody wants.
  var stock: Int64?

  /// Margin over price, for comparisons: by cross multiplication, without rounding.
  func keepsMore(than other: PricedItem) -> Bool {
    guard let cost, let otherCost = other.cost else { return false }
    return Int128(price - cost) * Int128(other.price)
      > Int128(other.price - otherCost) * Int128(price)
  }
}

/// What a policy covers, and carts of it.
struct CartFamily {
  /// Covered items that are read to pick the representatives, at most.
  private static let coveredLimit = 20_000
  private static let otherLimit = 1_000
  private static let shipping: Int64 = 800
  static let madeUpItem = PricedItem(id: "made-up-item", price: 10_000)

  let policy: Policy
  /// The items that stand for all that are covered, at most five.
  private(set) var representatives: [PricedItem] = []
  /// Whether the items stand for a shop that has none that could be bought.
  private(set) var isMadeUp = false
  /// Whether the search ended before it saw all covered items.
  private(set) var coversMore = false
  /// All that is covered and can be bought, as far as it was read.
  private(set) var covered: [PricedItem] = []

  init(_ policy: Policy, items: [PricedItem], shop: CheckShop, preferred: PreferredItems) {
    self.policy = policy
    var shopHasItems = false
    for item in items {
      shopHasItems = true
      if covered.count == CartFamily.coveredLimit {
        coversMore = true
        break
      }
      if CartFamily.covers(policy, item.id, shop, preferred) { covered.append(item) }
    }
    if !shopHasItems, policy.scope == .everything {
      covered = [CartFamily.madeUpItem]
      isMadeUp = true
    }
    pick()
  }

  static func covers(
    _ policy: Policy, _ id: String, _ shop: CheckShop, _ preferred: PreferredItems
  ) -> Bool {
    let items = shop.facts.items
    let item = items.index(of: id).map { items[$0] }
    switch policy.scope {
    case .everything: return true
    case .preferred: return preferred.covers(id: id, item: item)
    case .items(let condition):
      return condition.matches(ItemFields(id: id, item: item ?? Item(), zone: shop.zone))
    }
  }

  private mutating func pick() {
    guard var cheapest = covered.first else { return }
    var dearest = cheapest
    var least = cheapest
    var most = cheapest
    for item in covered {
      if item.price < cheapest.price { cheapest = item }
      if item.price > dearest.price { dearest = item }
      if least.keepsMore(than: item) || least.cost == nil { least = item }
      if item.keepsMore(than: most) || most.cost == nil { most = item }
    }
    // And the one that meets `min_spend` most closely, where an amount off weighs the most.
    func spend(_ item: PricedItem) -> Int128 { Int128(leastUnits(of: item)) * Int128(item.price) }
    var closest = cheapest
    for item in covered where spend(item) < spend(closest) { closest = item }
    for item in [cheapest, dearest, least, most, closest]
    where !representatives.contains(where: { $0.id == item.id }) {
      representatives.append(item)
    }
  }

  /// The carts on which the policy is tried, the smallest first.
  var carts: [Cart] {
    if case .bundlePrice(let items, _) = policy.gives { return bundleCarts(items) }
    var carts: [Cart] = []
    for item in representatives {
      let least = leastUnits(of: item)
      var counts = [least, least + 1]
      if let enough = unitsToCap(of: item), enough > least { counts.append(enough) }
      for count in counts {
        let units = min(count, item.stock ?? .max)
        if units < 1 || units > Money.maximumQuantity { continue }
        carts.append(cart([(item, units)]))
      }
    }
    return carts
  }

  /// Carts of the first items that stand for nothing, where those that do are refused by a floor:
  /// which item keeps the most depends on what the policy makes of its price.
  var otherCarts: [Cart] {
    if case .bundlePrice = policy.gives { return [] }
    return covered.prefix(CartFamily.otherLimit).compactMap { item in
      let units = min(leastUnits(of: item), item.stock ?? .max)
      return units < 1 || units > Money.maximumQuantity ? nil : cart([(item, units)])
    }
  }

  private func cart(_ lines: [(item: PricedItem, units: Int64)]) -> Cart {
    var shipping: Int64 = 0
    if case .freeShipping = policy.gives { shipping = CartFamily.shipping }
    return Cart(
      lines: lines.map {
        Cart.Line(item: $0.item.id, quantity: $0.units, unitPrice: $0.item.price)
      }, shipping: shipping)
  }

  private func leastUnits(of item: PricedItem) -> Int64 {
    var units: Int64 = 1
    if policy.minimumSpend > 0, item.price > 0 {
      units = max(1, (policy.minimumSpend + item.price - 1) / item.price)
    }
    if case .freeUnits(let buy, let get) = policy.gives { units = max(units, buy + get) }
    return units
  }

  /// From how many units on a percentage takes off its cap.
  private func unitsToCap(of item: PricedItem) -> Int64? {
    guard case .percentOff(let hundredths) = policy.gives, let cap = policy.cap, item.price > 0
    else { return nil }
    let spend = (cap * 10_000 + hundredths - 1) / hundredths
    return (spend + item.price - 1) / item.price
  }

  private func bundleCarts(_ ids: [String]) -> [Cart] {
    var lines: [(item: PricedItem, units: Int64)] = []
    for id in ids {
      if let place = lines.firstIndex(where: { $0.item.id == id }) {
        lines[place].units += 1
      } else if let item = covered.first(where: { $0.id == id }) {
        lines.append((item, 1))
      }
    }
    let price = lines.reduce(0) { $0 + $1.item.price * $1.units }
    if lines.isEmpty || price == 0 { return [] }
    let sets = max(1, (policy.minimumSpend + price - 1) / price)
    return [1, sets].filter { $0 == 1 || $0 <= Money.maximumQuantity }.map { count in
      cart(lines.map { ($0.item, min($0.units * count, $0.item.stock ?? .max)) })
    }
  }

  /// Everything that is covered, as much as there is: nil where there is no end of it.
  var wholeStock: Cart? {
    if coversMore || covered.count > OrderDraft.maximumLineCount { return nil }
    var lines: [(item: PricedItem, units: Int64)] = []
    for item in covered {
      guard let stock = item.stock else { return nil }
      lines.append((item, min(stock, Money.maximumQuantity)))
    }
    return lines.isEmpty ? nil : cart(lines)
  }
}

extension Cart {
  /// Both carts in one; of an item in both, the larger quantity.
  func union(_ other: Cart) -> Cart {
    var lines = self.lines
    for line in other.lines {
      if let place = lines.firstIndex(where: { $0.item == line.item }) {
        lines[place].quantity = max(lines[place].quantity, line.quantity)
      } else {
        lines.append(line)
      }
    }
    return Cart(lines: lines, shipping: max(shipping, other.shipping))
  }
}
