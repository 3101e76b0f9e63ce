import Shop

/// The fields of a cart's items that conditions ask for, each read once for all conditions of a
/// quote.
final class ItemExcerpt: FieldSource {
  /// The line whose item is asked about.
  var line = 0
  private let names: [String]
  /// Line after line, a value for each name.
  private let values: [Value?]

  /// - Parameters:
  ///   - lines: the ids of the lines' items.
  ///   - indices: which items they are, below zero for one that the shop does not know.
  /// - Complexity: O(lines x fields).
  init(
    of usable: [UsableCoupon], lines: some Collection<String>,
    indices: UnsafeBufferPointer<Int32>, facts: PricingFacts
  ) {
    var names: [String] = []
    for coupon in usable {
      guard case .items(let condition) = coupon.shared.policy.scope else { continue }
      for name in condition.fieldNames where !names.contains(name) { names.append(name) }
    }
    self.names = names
    if names.isEmpty {
      values = []
      return
    }
    let items = facts.items.items
    var values: [Value?] = []
    values.reserveCapacity(lines.count * names.count)
    for (id, index) in zip(lines, indices) {
      for name in names {
        values.append(
          index < 0
            ? ItemFields(id: id, item: Item(), zone: facts.settings.zone).field(name)
            : ItemExcerpt.field(name, of: items, index, id: id, zone: facts.settings.zone))
      }
    }
    self.values = values
  }

  /// As `ItemFields` has it; what is asked for most, without a copy of the record.
  private static func field(
    _ name: String, of items: [Item], _ index: Int32, id: String, zone: Zone
  ) -> Value? {
    switch name {
    case "category":
      items[Int(index)].category.map { .array($0.map(Value.string)) }
    case "brand": items[Int(index)].brand.map(Value.string)
    case "price": items[Int(index)].price.map(Value.integer)
    case "tags": items[Int(index)].tags.map { .array($0.map(Value.string)) }
    case "id": .string(id)
    default: ItemFields(id: id, item: items[Int(index)], zone: zone).field(name)
    }
  }

  func field(_ name: String) -> Value? {
    var column = 0
    while column < names.count {
      if names[column] == name { return values[line * names.count + column] }
      column += 1
    }
    return nil
  }
}
