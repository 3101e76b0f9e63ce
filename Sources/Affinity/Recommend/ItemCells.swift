import Shop

// What a question gathers of each item
// ------------------------------------
// One cell an item, all that the sources say of it side by side in one cache line: sources are
// rows of thousands of neighbours in no order, and a second array would be a second miss for each.
// Everything is zero in between, so that a question costs what it touches and not what the shop
// holds. Sums of doubles run in a fixed order; sums over customers are integers, since customers
// have no order that survives another order of arrival.

/// What the sources of one question say of one item.
struct ItemCell {
  /// Sum over the basket's items of K, over the root of their number.
  var basket = 0.0
  /// Sum over the history's items of weight x K.
  var history = 0.0
  /// The weight of the customer's own purchases; 0 where there is none.
  var own = 0.0
  /// What similar customers bought, in fixed point (`SimilarCustomers`).
  var similar: Int64 = 0
  /// The strongest single voice of the basket and of the history.
  var basketBest: Float = 0
  var historyBest: Float = 0
  /// Sum of K over the items of the newest basket.
  var newest: Float = 0
  /// Looks, clicks and carts of the customer, weighted by kind and age (`Browsing`).
  var browsed: Float = 0
  /// Similar customers who bought it, and the one that was counted last.
  var similarCount: Int32 = 0
  var lastNeighbour: Int32 = -1
  /// Place in the purchase history, or below zero.
  var entry: Int32 = -1
  var isTouched = false
  /// In the basket: no candidate.
  var isClosed = false
}

/// Dense scratch over all items for one question, and the list of items that were touched.
struct ItemCells: Sendable {
  private(set) var cells: [ItemCell] = []
  private(set) var touched: [Int32] = []

  mutating func prepare(itemCount: Int) {
    if cells.count < itemCount {
      cells.append(contentsOf: repeatElement(ItemCell(), count: itemCount - cells.count))
    }
  }

  subscript(item: Int32) -> ItemCell {
    @inline(__always) get { cells[Int(item)] }
  }

  /// Changes an item's cell, which is touched from then on.
  mutating func change(_ item: Int32, _ body: (inout ItemCell) -> Void) {
    if !cells[Int(item)].isTouched {
      cells[Int(item)].isTouched = true
      touched.append(item)
    }
    body(&cells[Int(item)])
  }

  /// Adds what an item of the basket says. O(neighbours): the hot loop of `recommend`.
  mutating func add(basket row: EvidenceRow, times factor: Double) {
    ItemCells.spread(row, &cells, &touched) { cell, strength in
      cell.basket += strength * factor
      cell.basketBest = max(cell.basketBest, Float(strength))
    }
  }

  /// Adds what an item of the history says.
  mutating func add(history row: EvidenceRow, times weight: Double, isNewest: Bool) {
    let newest: Float = isNewest ? 1 : 0
    ItemCells.spread(row, &cells, &touched) { cell, strength in
      cell.history += strength * weight
      cell.historyBest = max(cell.historyBest, Float(strength * weight))
      cell.newest += newest * Float(strength)
    }
  }

  @inline(__always)
  private static func spread(
    _ row: EvidenceRow, _ cells: inout [ItemCell], _ touched: inout [Int32],
    _ body: (inout ItemCell, Double) -> Void
  ) {
    let count = row.entries.count
    var used = touched.count
    touched.append(contentsOf: repeatElement(0, count: count))
    row.entries.withUnsafeBufferPointer { entries in
      cells.withUnsafeMutableBufferPointer { cells in
        touched.withUnsafeMutableBufferPointer { touched in
          for entry in entries {
            let item = Int(entry.item)
            touched[used] = entry.item
            used += cells[item].isTouched ? 0 : 1
            cells[item].isTouched = true
            body(&cells[item], entry.strength)
          }
        }
      }
    }
    touched.removeLast(touched.count - used)
  }

  /// Adds what similar customers bought. O(items of the baskets).
  ///
  /// - Parameter lineCount: the items of the runs' baskets.
  mutating func add(_ runs: [NeighbourWalk.Run], lineCount: Int, _ baskets: BasketIndex) {
    ItemCells.add(runs, lineCount, baskets, &cells, &touched)
  }

  /// Without a branch that depends on what is read, so that the reads of many cells overlap.
  private static func add(
    _ runs: [NeighbourWalk.Run], _ lineCount: Int, _ baskets: BasketIndex,
    _ cells: inout [ItemCell], _ touched: inout [Int32]
  ) {
    var used = touched.count
    touched.append(contentsOf: repeatElement(0, count: lineCount))
    cells.withUnsafeMutableBufferPointer { cells in
      touched.withUnsafeMutableBufferPointer { touched in
        baskets.withRuns { baskets in
          for run in runs {
            let start = Int(baskets.first[Int(run.order)])
            for place in start..<start + Int(baskets.counts[Int(run.order)]) {
              let item = Int(baskets.items[place])
              touched[used] = baskets.items[place]
              used += cells[item].isTouched ? 0 : 1
              cells[item].isTouched = true
              cells[item].similar &+= run.amount
              cells[item].similarCount &+= cells[item].lastNeighbour == run.customer ? 0 : 1
              cells[item].lastNeighbour = run.customer
            }
          }
        }
      }
    }
    touched.removeLast(touched.count - used)
  }

  /// Hands each touched item that may be shown, with its cell, to `body`, in no stated order.
  @inline(__always)
  func forEach(_ body: (Int32, ItemCell) -> Void) {
    cells.withUnsafeBufferPointer { cells in
      for item in touched where !cells[Int(item)].isClosed { body(item, cells[Int(item)]) }
    }
  }

  /// Makes everything zero again. O(touched).
  mutating func clear() {
    ItemCells.clear(&cells, touched)
    touched.removeAll(keepingCapacity: true)
  }

  private static func clear(_ cells: inout [ItemCell], _ touched: [Int32]) {
    cells.withUnsafeMutableBufferPointer { cells in
      for item in touched { cells[Int(item)] = ItemCell() }
    }
  }
}
