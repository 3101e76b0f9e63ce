import Shop

/// What a customer is about to buy, as a host sends it.
package struct Cart: Equatable, Sendable {
  package var lines: [Line]
  /// What shipping costs the customer, minor units.
  package var shipping: Int64

  package struct Line: Equatable, Sendable {
    package var item: String
    package var quantity: Int64
    /// Minor units.
    package var unitPrice: Int64

    package init(item: String, quantity: Int64, unitPrice: Int64) {
      self.item = item
      self.quantity = quantity
      self.unitPrice = unitPrice
    }

    /// Minor units; inside 64 bits once the cart is checked.
    package var gross: Int64 { quantity * unitPrice }
  }

  package init(lines: [Line], shipping: Int64 = 0) {
    self.lines = lines
    self.shipping = shipping
  }

  /// What the lines come to, minor units; the cart must have been checked.
  package var goods: Int64 { lines.reduce(0) { $0 + $1.gross } }

  /// Refuses a cart without lines, and amounts or quantities outside their limits, as an order
  /// would be. O(lines).
  package func check() throws(RecordProblem) {
    try OrderDraft(
      id: "", customer: nil, time: .earliest,
      lines: lines.map {
        OrderDraft.Line(item: $0.item, quantity: $0.quantity, unitPrice: $0.unitPrice)
      }
    ).check()
    if shipping < 0 || shipping > Money.maximumAmount {
      throw RecordProblem(
        path: "shipping", reason: "out_of_range",
        message: "shipping is 0 to \(Money.maximumAmount) minor units")
    }
  }
}

/// What pricing has to know beside the cart: the items, the shop's settings, and what the customer
/// prefers.
package struct PricingFacts: Sendable {
  package var items: ItemTable
  package var settings: ShopSettings
  package var preferred: PreferredItems

  package init(
    items: ItemTable, settings: ShopSettings, preferred: PreferredItems = PreferredItems()
  ) {
    self.items = items
    self.settings = settings
    self.preferred = preferred
  }
}

/// What `"on": "preferred"` stands for, for one customer: items by id, and categories at any level.
package struct PreferredItems: Equatable, Sendable {
  package var items: Set<String>
  package var categories: Set<String>

  package init(items: Set<String> = [], categories: Set<String> = []) {
    self.items = items
    self.categories = categories
  }

  package func covers(id: String, item: Item?) -> Bool {
    if items.contains(id) { return true }
    return item?.category?.contains { categories.contains($0) } ?? false
  }
}
