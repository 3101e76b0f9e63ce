import Shop

/// What a customer bought, weighted by how long ago in baskets: 1 / sqrt(1 + r) for the r-th
/// newest.
///
/// Counted in baskets and not in days, so that it fits a weekly and a yearly shopper alike.
struct PurchaseHistory {
  /// Baskets beyond which the past is not read: a customer of more is a till or a wholesaler.
  static let maximumBasketCount = 1_000

  /// What a customer bought of one item.
  struct Entry {
    var item: Int32
    /// Sum over the baskets that hold it of 1 / sqrt(1 + r).
    var weight: Double
    /// Baskets that hold it.
    var count: Int32
    /// Baskets that came after the newest one with it, and after the oldest.
    var newestRank: Int32
    var oldestRank: Int32
    var newest: Instant
    var oldest: Instant
  }

  /// From the newest basket to the oldest.
  private(set) var entries: [Entry] = []
  /// Baskets that were read.
  private(set) var basketCount = 0
  /// Their distinct items, summed over the baskets.
  private(set) var lineCount = 0

  /// 1 / sqrt(1 + rank), as often as it is asked for.
  private static let weights: [Double] = (0..<maximumBasketCount).map {
    1 / Double(1 + $0).squareRoot()
  }

  /// An empty history.
  init() {}

  /// Reads the baskets that the viewpoint sees; marks its items in the cells. O(lines).
  init(
    of customer: Int32, viewpoint: Viewpoint, baskets: borrowing BasketIndex,
    orders: borrowing OrderTable, cells: inout ItemCells
  ) {
    guard customer >= 0 else { return }
    let visits = PurchaseHistory.visits(of: customer, viewpoint, baskets, orders)
    if visits.isEmpty { return }
    // Each step is a wait for memory and does nothing else, so that the waits of many overlap.
    let read = baskets.items(of: visits.map(\.order))
    entries.reserveCapacity(cells.newCount(read.items))
    var start = 0
    for (visit, end) in zip(visits, read.ends) {
      add(read.items[start..<end], visit.time, &cells)
      start = end
    }
    for entry in entries { cells.change(entry.item) { $0.own = entry.weight } }
  }

  /// The orders that the viewpoint sees, the newest first; no more than are read.
  private static func visits(
    of customer: Int32, _ viewpoint: Viewpoint, _ baskets: borrowing BasketIndex,
    _ orders: borrowing OrderTable
  ) -> [(order: Int32, time: Instant)] {
    var visits: [(order: Int32, time: Instant)] = []
    visits.reserveCapacity(16)
    var order = orders.newest(of: customer)
    while order >= 0, visits.count < maximumBasketCount {
      let time = orders.time[Int(order)]
      if order < baskets.orderCount, viewpoint.sees(time), baskets.itemCount(of: order) > 0 {
        visits.append((order: order, time: time))
      }
      order = orders.olderOrder[Int(order)]
    }
    return visits
  }

  private mutating func add(_ basket: ArraySlice<Int32>, _ time: Instant, _ cells: inout ItemCells)
  {
    // For one item the sum always runs from the newest basket to the oldest.
    let weight = PurchaseHistory.weights[basketCount]
    let rank = Int32(basketCount)
    for item in basket {
      let place = Int(cells.entry(of: item))
      if place < 0 {
        let place = Int32(entries.count)
        cells.change(item) { $0.entry = place }
        entries.append(
          Entry(
            item: item, weight: weight, count: 1, newestRank: rank, oldestRank: rank, newest: time,
            oldest: time))
      } else {
        entries[place].weight += weight
        entries[place].count += 1
        entries[place].oldestRank = rank
        entries[place].oldest = time
      }
    }
    basketCount += 1
    lineCount += basket.count
  }

  var isEmpty: Bool { entries.isEmpty }

  /// The share of the customer's lines that were bought before, 0 to 1: how much of a creature of
  /// habit.
  var repeatShare: Double {
    lineCount == 0 ? 0 : Double(lineCount - entries.count) / Double(lineCount)
  }

  /// The entries of the largest weights, the best first, ties by id. O(entries).
  ///
  /// - Parameter cells: those that the history was read into.
  func heaviest(_ count: Int, names: NameTable, cells: ItemCells) -> [Entry] {
    var queue = RankedQueue(
      entries.map { Ranked(item: $0.item, score: $0.weight) }, expected: count)
    var heaviest: [Entry] = []
    heaviest.reserveCapacity(min(count, entries.count))
    while heaviest.count < count, let next = queue.next(names) {
      heaviest.append(entries[Int(cells[next.item].entry)])
    }
    return heaviest
  }
}
