/// All items that the shop has named or sold, by dense index.
package struct ItemTable: Sendable {
  package private(set) var names = NameTable()
  package private(set) var items: [Item] = []
  /// False for an item that only an order or event has named so far.
  package private(set) var isDeclared: [Bool] = []
  /// Grows with each change of any item: what is derived from items is stale when this moved.
  package private(set) var revision: UInt64 = 0
  /// Grows when an item's cost changes: what is derived from margins is stale when this moved.
  package private(set) var costRevision: UInt64 = 0

  package init() {}

  @inlinable package var count: Int { names.count }

  @inlinable package subscript(index: Int32) -> Item { items[Int(index)] }

  package func index(of id: String) -> Int32? { names.index(of: id) }

  /// The item of that id, which comes into being if it was not there.
  @discardableResult
  package mutating func intern(_ id: String) -> Int32 {
    let index = names.intern(id)
    if Int(index) == items.count {
      items.append(Item())
      isDeclared.append(false)
      revision &+= 1
    }
    return index
  }

  /// Whether applying the patch would change anything, without doing so.
  package func changes(_ patch: ItemPatch) -> Bool {
    guard let index = names.index(of: patch.id), isDeclared[Int(index)] else { return true }
    var item = items[Int(index)]
    return patch.apply(to: &item)
  }

  /// Applies a patch that was checked; answers the item's index.
  @discardableResult
  package mutating func apply(_ patch: ItemPatch) -> Int32 {
    let index = intern(patch.id)
    let cost = items[Int(index)].cost
    _ = patch.apply(to: &items[Int(index)])
    if items[Int(index)].cost != cost { costRevision &+= 1 }
    isDeclared[Int(index)] = true
    revision &+= 1
    return index
  }
}

/// An item as a condition sees it: the fields of `items.put`, then custom attributes.
package struct ItemFields: FieldSource {
  private let id: String
  private let item: Item
  private let zone: Zone

  package init(id: String, item: Item, zone: Zone) {
    self.id = id
    self.item = item
    self.zone = zone
  }

  package func field(_ name: String) -> Value? {
    switch name {
    case "id": .string(id)
    case "title": item.title.map(Value.string)
    case "category": item.category.map { .array($0.map(Value.string)) }
    case "brand": item.brand.map(Value.string)
    case "price": item.price.map(Value.integer)
    case "cost": item.cost.map(Value.integer)
    case "tags": item.tags.map { .array($0.map(Value.string)) }
    case "attributes": item.attributes
    case "stock": item.stock.map(Value.integer)
    case "kind": item.kind.map(Value.string)
    case "available_from": item.availableFrom.map { .string(zone.text($0)) }
    case "available_until": item.availableUntil.map { .string(zone.text($0)) }
    case "introduced": item.introduced.map { .string($0.text) }
    default: item.attributes?[name]
    }
  }
}
