import Shop

/// The rows of the matrix that somebody asked for, each kept exact from then on.
package struct CoPurchaseRows: Sendable {
  /// Cells in memory beyond which all rows are dropped, to be built again as they are asked for; 16
  /// bytes a cell.
  package static let maximumCellCount = 16_000_000
  /// A basket of more distinct items drops its rows instead of adding to each: the additions grow
  /// with the square.
  package static let maximumFoldedItemCount = 64

  private var rows: [CoPurchaseRow?] = []
  private var cellCount = 0
  /// Dense counters for building a row, all zero in between.
  private var countScratch: [Int32] = []
  private var weightScratch: [Int64] = []
  private var touched: [Int32] = []

  package init() {}

  /// How many cells are in memory.
  package var cachedCellCount: Int { cellCount }

  /// The row of an item. O(1) once it is in memory, else O(lines of the item's baskets).
  package mutating func row(of item: Int32, in baskets: BasketIndex) -> CoPurchaseRow {
    if Int(item) < rows.count, let row = rows[Int(item)] { return row }
    let row = build(item, in: baskets)
    if cellCount > CoPurchaseRows.maximumCellCount {
      rows.removeAll(keepingCapacity: true)
      cellCount = 0
    }
    while rows.count <= Int(item) { rows.append(nil) }
    rows[Int(item)] = row
    cellCount += row.neighbours.count
    return row
  }

  private mutating func build(_ item: Int32, in baskets: BasketIndex) -> CoPurchaseRow {
    let missing = baskets.itemBound - countScratch.count
    if missing > 0 {
      countScratch.append(contentsOf: repeatElement(0, count: missing))
      weightScratch.append(contentsOf: repeatElement(0, count: missing))
    }
    touched.removeAll(keepingCapacity: true)
    baskets.forEachBasket(of: item) { basket in
      CoPurchaseRows.count(baskets.items(of: basket), &countScratch, &weightScratch, &touched)
    }
    touched.sort()
    var neighbours: [Int32] = []
    var counts: [Int32] = []
    var weights: [Int64] = []
    neighbours.reserveCapacity(touched.count)
    counts.reserveCapacity(touched.count)
    weights.reserveCapacity(touched.count)
    for neighbour in touched {
      if neighbour != item {
        neighbours.append(neighbour)
        counts.append(countScratch[Int(neighbour)])
        weights.append(weightScratch[Int(neighbour)])
      }
      countScratch[Int(neighbour)] = 0
      weightScratch[Int(neighbour)] = 0
    }
    return CoPurchaseRow(neighbours: neighbours, counts: counts, weights: weights)
  }

  private static func count(
    _ items: BasketItems, _ counts: inout [Int32], _ weights: inout [Int64],
    _ touched: inout [Int32]
  ) {
    let weight = BasketIndex.weight(size: items.count)
    for item in items {
      if counts[Int(item)] == 0 { touched.append(item) }
      counts[Int(item)] += 1
      weights[Int(item)] += weight
    }
  }

  /// Folds a new basket into the rows in memory.
  package mutating func add(basket: BasketItems) {
    if basket.count > CoPurchaseRows.maximumFoldedItemCount { return drop(basket) }
    let weight = BasketIndex.weight(size: basket.count)
    for item in basket where Int(item) < rows.count {
      guard let before = rows[Int(item)]?.neighbours.count else { continue }
      for other in basket where other != item { rows[Int(item)]?.add(other, weight: weight) }
      cellCount += (rows[Int(item)]?.neighbours.count ?? 0) - before
    }
  }

  /// Takes a basket back out of the rows in memory.
  package mutating func subtract(basket: BasketItems) {
    if basket.count > CoPurchaseRows.maximumFoldedItemCount { return drop(basket) }
    let weight = BasketIndex.weight(size: basket.count)
    for item in basket where Int(item) < rows.count {
      guard let before = rows[Int(item)]?.neighbours.count else { continue }
      for other in basket where other != item { rows[Int(item)]?.subtract(other, weight: weight) }
      cellCount += (rows[Int(item)]?.neighbours.count ?? 0) - before
    }
  }

  private mutating func drop(_ items: BasketItems) {
    for item in items where Int(item) < rows.count {
      cellCount -= rows[Int(item)]?.neighbours.count ?? 0
      rows[Int(item)] = nil
    }
  }
}
