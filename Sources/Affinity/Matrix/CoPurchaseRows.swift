import Shop

/// The rows of the matrix that somebody asked for, each kept exact from then on.
package struct CoPurchaseRows: Sendable {
  /// Cells in memory beyond which rows give way, to be built again as they are asked for; 16 bytes
  /// a cell.
  package static let maximumCellCount = 16_000_000
  /// A basket of more distinct items drops its rows instead of adding to each: the additions grow
  /// with the square.
  package static let maximumFoldedItemCount = 64

  private var rows: [CoPurchaseRow?] = []
  private var cellCount = 0
  /// Where the search for rows that give way goes on.
  private var hand = 0
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
    if Int(item) >= rows.count {
      rows.append(contentsOf: repeatElement(nil, count: Int(item) + 1 - rows.count))
    }
    rows[Int(item)] = row
    cellCount += row.neighbours.count
    while cellCount > CoPurchaseRows.maximumCellCount {
      hand = hand + 1 < rows.count ? hand + 1 : 0
      cellCount -= rows[hand]?.neighbours.count ?? 0
      rows[hand] = nil
    }
    return row
  }

  /// Hands the pairs of an item that share at least so many baskets to `body`, ascending by item:
  /// neighbour, count, weight. From the row if it is in memory, which it does not get by this.
  /// O(row) or O(lines of the item's baskets).
  mutating func forEachPair(
    of item: Int32, in baskets: BasketIndex, atLeast minimum: Int32,
    _ body: (Int32, Int32, Int64) -> Void
  ) {
    if Int(item) < rows.count, let row = rows[Int(item)] {
      for place in row.neighbours.indices where row.counts[place] >= minimum {
        body(row.neighbours[place], row.counts[place], row.weights[place])
      }
      return
    }
    tally(item, in: baskets)
    var kept = 0
    for neighbour in touched {
      if neighbour != item, countScratch[Int(neighbour)] >= minimum {
        touched[kept] = neighbour
        kept += 1
      } else {
        countScratch[Int(neighbour)] = 0
        weightScratch[Int(neighbour)] = 0
      }
    }
    touched.removeLast(touched.count - kept)
    touched.sort()
    for neighbour in touched {
      body(neighbour, countScratch[Int(neighbour)], weightScratch[Int(neighbour)])
      countScratch[Int(neighbour)] = 0
      weightScratch[Int(neighbour)] = 0
    }
  }

  /// Counts the pairs of an item into the scratch.
  private mutating func tally(_ item: Int32, in baskets: BasketIndex) {
    let missing = baskets.itemBound - countScratch.count
    if missing > 0 {
      countScratch.append(contentsOf: repeatElement(0, count: missing))
      weightScratch.append(contentsOf: repeatElement(0, count: missing))
    }
    touched.removeAll(keepingCapacity: true)
    CoPurchaseRows.count(item, baskets, &countScratch, &weightScratch, &touched)
  }

  private mutating func build(_ item: Int32, in baskets: BasketIndex) -> CoPurchaseRow {
    tally(item, in: baskets)
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
    _ item: Int32, _ baskets: BasketIndex, _ counts: inout [Int32], _ weights: inout [Int64],
    _ touched: inout [Int32]
  ) {
    counts.withUnsafeMutableBufferPointer { counts in
      weights.withUnsafeMutableBufferPointer { weights in
        baskets.withRuns { runs in
          baskets.forEachBasket(of: item) { basket in
            let run = runs.runs[Int(basket)]
            let weight = BasketIndex.weight(size: Int(run.count))
            for place in run.places {
              let other = Int(runs.items[place])
              if counts[other] == 0 { touched.append(Int32(truncatingIfNeeded: other)) }
              counts[other] += 1
              weights[other] += weight
            }
          }
        }
      }
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
