import Shop

/// The rows of the matrix that somebody asked for, each kept exact from then on.
package struct CoPurchaseRows: Sendable {
  /// Cells in memory beyond which all rows are dropped, to be built again as they are asked for: 8 bytes a cell.
  package static let maximumCellCount = 32_000_000
  /// A basket of more distinct items drops its rows instead of adding to each: the additions grow with the square.
  package static let maximumFoldedItemCount = 64

  private var rows: [CoPurchaseRow?] = []
  private var cellCount = 0
  /// Dense counters for building a row, all zero in between.
  private var scratch: [Int32] = []
  private var touched: [Int32] = []

  package init() {}

  /// How many cells are in memory.
  package var cachedCellCount: Int { cellCount }

  /// The row of an item. O(1) once it is in memory, else O(lines of the item's baskets).
  package mutating func row(of item: Int32, in baskets: BasketIndex) -> CoPurchaseRow {
    if Int(item) < rows.count, let row = rows[Int(item)] { return row }
    let row = build(item, in: baskets) { _ in true }
    if cellCount > CoPurchaseRows.maximumCellCount {
      rows.removeAll(keepingCapacity: true)
      cellCount = 0
    }
    while rows.count <= Int(item) { rows.append(nil) }
    rows[Int(item)] = row
    cellCount += row.neighbours.count
    return row
  }

  /// A row over the baskets that pass, built anew: what an as-of question needs.
  package mutating func build(
    _ item: Int32, in baskets: BasketIndex, where isSeen: (Int32) -> Bool
  ) -> CoPurchaseRow {
    touched.removeAll(keepingCapacity: true)
    for basket in baskets.baskets(of: item) where isSeen(basket) {
      CoPurchaseRows.count(baskets.items(of: basket), &scratch, &touched)
    }
    touched.sort()
    var neighbours: [Int32] = []
    var counts: [Int32] = []
    neighbours.reserveCapacity(touched.count)
    counts.reserveCapacity(touched.count)
    for neighbour in touched {
      if neighbour != item {
        neighbours.append(neighbour)
        counts.append(scratch[Int(neighbour)])
      }
      scratch[Int(neighbour)] = 0
    }
    return CoPurchaseRow(neighbours: neighbours, counts: counts)
  }

  private static func count(
    _ items: ArraySlice<Int32>, _ scratch: inout [Int32], _ touched: inout [Int32]
  ) {
    for item in items {
      if Int(item) >= scratch.count {
        scratch.append(contentsOf: repeatElement(0, count: Int(item) + 1 - scratch.count))
      }
      if scratch[Int(item)] == 0 { touched.append(item) }
      scratch[Int(item)] += 1
    }
  }

  /// Folds a new basket into the rows in memory.
  package mutating func add(basket: ArraySlice<Int32>) {
    if basket.count > CoPurchaseRows.maximumFoldedItemCount { return drop(basket) }
    for item in basket where Int(item) < rows.count && rows[Int(item)] != nil {
      let before = rows[Int(item)]?.neighbours.count ?? 0
      for other in basket where other != item { rows[Int(item)]?.increment(other) }
      cellCount += (rows[Int(item)]?.neighbours.count ?? 0) - before
    }
  }

  /// Takes back that the item stood in one basket with those others.
  package mutating func remove(_ item: Int32, from others: ArraySlice<Int32>) {
    if others.count > CoPurchaseRows.maximumFoldedItemCount {
      drop(others)
      return drop([item])
    }
    for other in others {
      decrement(item, other)
      decrement(other, item)
    }
  }

  private mutating func decrement(_ item: Int32, _ other: Int32) {
    guard Int(item) < rows.count, rows[Int(item)] != nil else { return }
    let before = rows[Int(item)]?.neighbours.count ?? 0
    rows[Int(item)]?.decrement(other)
    cellCount += (rows[Int(item)]?.neighbours.count ?? 0) - before
  }

  private mutating func drop(_ items: ArraySlice<Int32>) {
    for item in items where Int(item) < rows.count {
      cellCount -= rows[Int(item)]?.neighbours.count ?? 0
      rows[Int(item)] = nil
    }
  }
}
