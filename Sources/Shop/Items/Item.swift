/// What the shop says of one item; every field but the id may be missing.
package struct Item: Equatable, Sendable {
  package var title: String?
  /// From the widest to the narrowest: `["Tea", "Green"]`.
  package var category: [String]?
  package var brand: String?
  /// Minor units.
  package var price: Int64?
  /// What the shop pays for it, minor units.
  package var cost: Int64?
  package var tags: [String]?
  /// An object.
  package var attributes: Value?
  package var stock: Int64?
  package var kind: String?
  package var availableFrom: Instant?
  /// Half-open: the first moment at which it is no longer available.
  package var availableUntil: Instant?
  package var introduced: Day?

  package init() {}

  /// Whether it can be bought at that moment: inside its dates, and not out of stock.
  package func isAvailable(at instant: Instant) -> Bool {
    if let stock, stock <= 0 { return false }
    if let availableFrom, instant < availableFrom { return false }
    if let availableUntil, instant >= availableUntil { return false }
    return true
  }

  /// Whether it is of the same kind, price and age, whatever else is said of it.
  func isShelved(like other: Item) -> Bool {
    category == other.category && brand == other.brand && price == other.price
      && tags == other.tags && introduced == other.introduced
  }
}

/// One record of `items.put`: a merge patch over an item.
package struct ItemPatch: Sendable {
  package var id: String
  package var title = Patch<String>.keep
  package var category = Patch<[String]>.keep
  package var brand = Patch<String>.keep
  package var price = Patch<Int64>.keep
  package var cost = Patch<Int64>.keep
  package var tags = Patch<[String]>.keep
  package var attributes = Patch<Value>.keep
  package var stock = Patch<Int64>.keep
  package var kind = Patch<String>.keep
  package var availableFrom = Patch<Instant>.keep
  package var availableUntil = Patch<Instant>.keep
  package var introduced = Patch<Day>.keep

  package init(id: String) { self.id = id }

  /// Applies every field; true where anything changed.
  package func apply(to item: inout Item) -> Bool {
    var changed = title.apply(to: &item.title)
    changed = category.apply(to: &item.category) || changed
    changed = brand.apply(to: &item.brand) || changed
    changed = price.apply(to: &item.price) || changed
    changed = cost.apply(to: &item.cost) || changed
    changed = tags.apply(to: &item.tags) || changed
    changed = stock.apply(to: &item.stock) || changed
    changed = kind.apply(to: &item.kind) || changed
    changed = availableFrom.apply(to: &item.availableFrom) || changed
    changed = availableUntil.apply(to: &item.availableUntil) || changed
    changed = introduced.apply(to: &item.introduced) || changed
    return attributes.merge(into: &item.attributes) || changed
  }
}

extension Patch<Value> {
  /// Like `apply`, but an object is merged into the one that is there; true where that changed it.
  package func merge(into field: inout Value?) -> Bool {
    guard case .set(let patch) = self else { return apply(to: &field) }
    let merged = (field ?? .object([])).merged(with: patch)
    defer { field = merged }
    return field != merged
  }
}
