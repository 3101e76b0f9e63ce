/// All items that the shop has named or sold, by dense index.
package struct ItemTable: Sendable {
  package private(set) var names = NameTable()
  package private(set) var items: [Item] = []
  /// False for an item that only an order or event has named so far.
  package private(set) var isDeclared = FlagColumn()
  /// Grows with each change of any item: what is derived from items is stale when this moved.
  package private(set) var revision: UInt64 = 0
  /// Grows when an item's cost changes: what is derived from margins is stale when this moved.
  package private(set) var costRevision: UInt64 = 0
  /// Grows when what an item is changes (category, brand, price, tags, day of introduction), not
  /// with its stock: what is derived from the catalogue's order is stale when this moved.
  package private(set) var shelfRevision: UInt64 = 0
  /// The narrowest categories and the brands, by dense index.
  package private(set) var categories = NameTable()
  package private(set) var brands = NameTable()
  /// Per item, what rankings and rules read of it without touching the record.
  package private(set) var marks: [ItemMarks] = []
  /// How many order lines and events name each item.
  private var references = ReferenceCounts()

  package init() {}

  @inlinable package var count: Int { names.count }

  /// How many items there are, without those that only a forgotten customer's facts had named.
  package var liveCount: Int { names.liveCount }

  @inlinable package subscript(index: Int32) -> Item { items[Int(index)] }

  package func index(of id: String) -> Int32? { names.index(of: id) }

  /// The item of that id, which comes into being if it was not there.
  @discardableResult
  package mutating func intern(_ id: String) -> Int32 {
    let index = names.intern(id)
    if Int(index) == items.count {
      items.append(Item())
      marks.append(ItemMarks())
      isDeclared.append(false)
      revision &+= 1
    }
    return index
  }

  /// The item of that id, which an order line or an event names once more.
  mutating func refer(to id: String) -> Int32 {
    let index = intern(id)
    references.add(index)
    return index
  }

  /// One order line or event less names the item: one that nothing names any more, and that was
  /// never declared, is gone.
  mutating func release(_ index: Int32) {
    guard references.remove(index), !isDeclared[Int(index)] else { return }
    names.remove(index)
    revision &+= 1
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
    let former = items[Int(index)]
    _ = patch.apply(to: &items[Int(index)])
    if items[Int(index)].cost != former.cost { costRevision &+= 1 }
    if !items[Int(index)].isShelved(like: former) { shelfRevision &+= 1 }
    mark(index)
    isDeclared[Int(index)] = true
    revision &+= 1
    return index
  }

  private mutating func mark(_ index: Int32) {
    let item = items[Int(index)]
    marks[Int(index)] = ItemMarks(
      category: item.category?.last.map { categories.intern($0) } ?? -1,
      brand: item.brand.map { brands.intern($0) } ?? -1,
      isRestricted: item.stock != nil || item.availableFrom != nil || item.availableUntil != nil
        || item.kind != nil)
  }
}

/// What is asked of an item in the middle of a ranking.
package struct ItemMarks: Equatable, Sendable {
  /// Index into `categories` of the narrowest one, below zero for none.
  package var category: Int32 = -1
  /// Index into `brands`, below zero for none.
  package var brand: Int32 = -1
  /// Whether stock, dates or kind may be against showing it.
  package var isRestricted = false

  package init() {}

  package init(category: Int32, brand: Int32, isRestricted: Bool) {
    self.category = category
    self.brand = brand
    self.isRestricted = isRestricted
  }
}

// MARK: - Snapshot

// Items are few beside orders, and every question reads many of them: a start unpacks them all.
// Lists of texts (a category, the tags) are the same for many items; each different one is kept
// once, and the items share it.

extension ItemTable {
  package func write(to sink: some ColumnSink) throws {
    try names.write("items.names", to: sink)
    try sink.put("items.declared", isDeclared.bytes)
    try sink.put(record: "items.details") { packer in
      var places: [[String]: Int] = [:]
      var lists: [[String]] = []
      func place(of list: [String]) -> Int {
        if let place = places[list] { return place }
        places[list] = lists.count
        lists.append(list)
        return lists.count - 1
      }
      var details = RecordPacker()
      for item in items { details.item(item) { place(of: $0) } }
      packer.list(lists) { $0.list($1) { $0.text($1) } }
      packer.data(details.bytes)
    }
    try references.write("items.references", to: sink)
    try sink.put("items.revisions", Column([revision, costRevision]))
  }

  package init(from source: some ColumnSource) throws(SnapshotProblem) {
    names = try NameTable("items.names", from: source)
    let count = names.count
    isDeclared = FlagColumn(bytes: try source.column("items.declared", count: count))
    items = try source.record("items.details") { unpacker throws(SnapshotProblem) in
      let lists = try unpacker.list { unpacker throws(SnapshotProblem) in
        try unpacker.list { unpacker throws(SnapshotProblem) in try unpacker.text() }
      }
      _ = try unpacker.count()
      var items: [Item] = []
      items.reserveCapacity(count)
      for _ in 0..<count { items.append(try unpacker.item(lists)) }
      return items
    }
    references = try ReferenceCounts("items.references", count: count, from: source)
    marks = Array(repeating: ItemMarks(), count: count)
    for index in 0..<Int32(count) where items[Int(index)] != Item() { mark(index) }
    let revisions: Column<UInt64> = try source.column("items.revisions", count: 2)
    revision = revisions[0]
    costRevision = revisions[1]
  }
}

extension RecordPacker {
  fileprivate mutating func item(_ item: Item, _ place: ([String]) -> Int) {
    // One byte for what most items of an order-only catalogue are: nothing.
    flag(item != Item())
    if item == Item() { return }
    for text in [item.title, item.brand, item.kind] { optional(text) { $0.text($1) } }
    for list in [item.category, item.tags] { optional(list) { $0.count(place($1)) } }
    for number in [item.price, item.cost, item.stock] { optional(number) { $0.integer($1) } }
    for instant in [item.availableFrom, item.availableUntil] {
      optional(instant) { $0.instant($1) }
    }
    optional(item.introduced) { $0.integer(Int64($1.number)) }
    optional(item.attributes) { $0.value($1) }
  }
}

extension RecordUnpacker {
  fileprivate mutating func item(_ lists: [[String]]) throws(SnapshotProblem) -> Item {
    var item = Item()
    guard try flag() else { return item }
    item.title = try optionalText()
    item.brand = try optionalText()
    item.kind = try optionalText()
    item.category = try optionalList(lists)
    item.tags = try optionalList(lists)
    item.price = try optionalInteger()
    item.cost = try optionalInteger()
    item.stock = try optionalInteger()
    item.availableFrom = try optionalInstant()
    item.availableUntil = try optionalInstant()
    item.introduced = try flag() ? Day(number: try index()) : nil
    item.attributes = try optionalValue()
    return item
  }

  private mutating func optionalList(
    _ lists: [[String]]
  ) throws(SnapshotProblem) -> [String]? {
    guard try flag() else { return nil }
    let place = try count()
    guard place < lists.count else { throw SnapshotProblem("items.details", "a list is missing") }
    return lists[place]
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
