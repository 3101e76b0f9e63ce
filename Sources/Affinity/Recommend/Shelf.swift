import Shop

/// The catalogue by category and by day of introduction, for what no order speaks of: neighbours on
/// the shelf, and what is new.
///
/// Made again when the catalogue changes, and not with stock.
struct Shelf: Sendable {
  private var revision: UInt64?
  /// The declared items by category, then by price, those without one last, then by id.
  private var items: [Int32] = []
  private var prices: [Int64] = []
  /// Where each category's run starts; one more than there are categories.
  private var starts: [Int] = [0]
  /// The declared items with a day of introduction, the newest first, then by id.
  private(set) var introduced: [(day: Int32, item: Int32)] = []

  /// O(1) while the catalogue stays as it is, else O(items log items).
  mutating func refresh(_ table: ItemTable) {
    if revision == table.shelfRevision { return }
    revision = table.shelfRevision
    var sorted: [(category: Int32, price: Int64, item: Int32)] = []
    introduced.removeAll()
    for item in 0..<Int32(table.count) where table.isDeclared[Int(item)] {
      let category = table.marks[Int(item)].category
      if category >= 0 {
        sorted.append((category, table.items[Int(item)].price ?? .max, item))
      }
      if let day = table.items[Int(item)].introduced {
        introduced.append((day: day.number, item: item))
      }
    }
    introduced.sort {
      $0.day != $1.day ? $0.day > $1.day : table.names.precedes($0.item, $1.item)
    }
    sorted.sort {
      if $0.category != $1.category { return $0.category < $1.category }
      return $0.price != $1.price
        ? $0.price < $1.price : table.names.precedes($0.item, $1.item)
    }
    items = sorted.map(\.item)
    prices = sorted.map(\.price)
    starts = [0]
    for (place, entry) in sorted.enumerated() {
      while starts.count <= Int(entry.category) { starts.append(place) }
    }
    while starts.count <= table.categories.count { starts.append(items.count) }
  }

  /// Up to so many items of a category on either side of a price, those nearest on the shelf.
  func neighbours(of category: Int32, price: Int64?, each count: Int) -> ArraySlice<Int32> {
    guard category >= 0, Int(category) + 1 < starts.count else { return [] }
    let (start, end) = (starts[Int(category)], starts[Int(category) + 1])
    var (low, high) = (start, end)
    while low < high {
      let middle = (low + high) / 2
      if prices[middle] < price ?? .max { low = middle + 1 } else { high = middle }
    }
    return items[max(start, low - count)..<min(end, low + count)]
  }
}
