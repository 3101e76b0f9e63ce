import Shop

// What a question gathers of each item
// ------------------------------------
// Sources are rows of thousands of neighbours in no order, so every look at an item is a wait for
// memory. Three tables over all items, each as narrow as it can be:
//
//   marks   two bytes: whether a source spoke of it, whether it may be shown, and which sources it
//           was, each with a bit that it shares where there are more than fourteen
//   sums    48 bytes: what basket, history, own purchases and browsing say, in blocks of 16 bytes
//           that are written together
//   met     8 bytes: what similar customers bought, the longest of the rows; most of its items are
//           spoken of by nothing else, and the wide table is then never looked at
//
// Everything is zero in between, so that a question costs what it touches and not what the shop
// holds. Sums of doubles run in a fixed order; sums over customers are integers, since customers
// have no order that survives another order of arrival.

/// What the sources of one question say of one item.
struct ItemCell {
  fileprivate var sums = ItemSums()
  fileprivate var met = ItemMeetings()

  /// Sum over the basket's items of K, over the root of their number.
  var basket: Double { sums.basket }
  /// Sum over the history's items of weight x K.
  var history: Double { sums.history }
  /// The weight of the customer's own purchases; 0 where there is none.
  var own: Double { sums.own }
  /// What similar customers bought, in fixed point (`SimilarCustomers`).
  var similar: UInt32 { met.amount }
  /// The strongest single voice of the basket and of the history.
  var basketBest: Float { sums.basketBest }
  var historyBest: Float { sums.historyBest }
  /// Sum of K over the items of the newest basket.
  var newest: Float { sums.newest }
  /// Looks, clicks and carts of the customer, weighted by kind and age (`Browsing`).
  var browsed: Float { sums.browsed }
  /// Similar customers who bought it.
  var similarCount: Int { Int(met.count) }
  /// Place in the purchase history, or below zero.
  var entry: Int32 { sums.entry }
}

/// What all but similar customers say of an item.
struct ItemSums: BitwiseCopyable, Sendable {
  var history = 0.0
  var historyBest: Float = 0
  var newest: Float = 0

  var basket = 0.0
  var basketBest: Float = 0
  var browsed: Float = 0

  var own = 0.0
  var entry: Int32 = -1
}

/// What similar customers bought of an item: at most 150 of them, one of 2^20 for each of ten
/// baskets, so that the amount fits.
private struct ItemMeetings: BitwiseCopyable, Sendable {
  var amount: UInt32 = 0
  var count: UInt16 = 0
  /// The one that was counted last, from one on.
  var last: UInt16 = 0
}

/// Dense scratch over all items for one question, and the lists of items that were touched.
struct ItemCells: Sendable {
  private static let touchedMark: UInt16 = 1
  private static let closedMark: UInt16 = 2

  private var marks: [UInt16] = []
  private var sums: [ItemSums] = []
  private var met: [ItemMeetings] = []
  /// Items whose sums were touched, and items that similar customers bought: two lists that may
  /// share items.
  private var touched: [Int32] = []
  private var metItems: [Int32] = []

  mutating func prepare(itemCount: Int) {
    let missing = itemCount - marks.count
    if missing <= 0 { return }
    marks.append(contentsOf: repeatElement(0, count: missing))
    sums.append(contentsOf: repeatElement(ItemSums(), count: missing))
    met.append(contentsOf: repeatElement(ItemMeetings(), count: missing))
  }

  /// Makes room for so many more touched items.
  mutating func reserve(_ count: Int) { touched.reserveCapacity(touched.count + count) }

  /// How many items were touched, or more.
  var touchedBound: Int { touched.count + metItems.count }

  subscript(item: Int32) -> ItemCell {
    @inline(__always) get {
      ItemCell(sums: sums[Int(item)], met: met[Int(item)])
    }
  }

  /// Place of the item in the purchase history, or below zero.
  func entry(of item: Int32) -> Int32 { sums[Int(item)].entry }

  /// How many of the items, at most, are not in the purchase history.
  func newCount(_ items: [Int32]) -> Int {
    sums.withUnsafeBufferPointer { sums in items.count { sums[Int($0)].entry < 0 } }
  }

  /// Whether some source spoke of the item.
  func isTouched(_ item: Int32) -> Bool {
    marks[Int(item)] & ItemCells.touchedMark != 0 || met[Int(item)].count > 0
  }

  /// Whether the item is in the basket.
  func isClosed(_ item: Int32) -> Bool { marks[Int(item)] & ItemCells.closedMark != 0 }

  /// The mark that the source of this number leaves on what it speaks of.
  private static func voice(_ number: Int) -> UInt16 { 4 << UInt16(number % 14) }

  /// Whether the source of this number may have spoken of the item: false only if it has not.
  func mayHear(_ number: Int, of item: Int32) -> Bool {
    marks[Int(item)] & ItemCells.voice(number) != 0
  }

  /// Changes what is said of an item, which is touched from then on.
  mutating func change(_ item: Int32, _ body: (inout ItemSums) -> Void) {
    mark(item, ItemCells.touchedMark)
    body(&sums[Int(item)])
  }

  /// The item is in the basket: no candidate.
  mutating func close(_ item: Int32) {
    mark(item, ItemCells.touchedMark | ItemCells.closedMark)
  }

  private mutating func mark(_ item: Int32, _ mark: UInt16) {
    if marks[Int(item)] == 0 { touched.append(item) }
    marks[Int(item)] |= mark
  }

  /// Adds what an item of the basket says. O(neighbours): the hot loop of `recommend`.
  ///
  /// - Parameter number: of the source among all of the question.
  mutating func add(basket row: EvidenceRow, times factor: Double, number: Int) {
    ItemCells.spread(row, number, &sums, &marks, &touched) { sums, strength in
      sums.basket += strength * factor
      sums.basketBest = max(sums.basketBest, Float(strength))
    }
  }

  /// Adds what an item of the history says.
  mutating func add(history row: EvidenceRow, times weight: Double, isNewest: Bool, number: Int) {
    let newest: Float = isNewest ? 1 : 0
    ItemCells.spread(row, number, &sums, &marks, &touched) { sums, strength in
      sums.history += strength * weight
      sums.historyBest = max(sums.historyBest, Float(strength * weight))
      sums.newest += newest * Float(strength)
    }
  }

  @inline(__always)
  private static func spread(
    _ row: EvidenceRow, _ number: Int, _ sums: inout [ItemSums], _ marks: inout [UInt16],
    _ touched: inout [Int32], _ body: (inout ItemSums, Double) -> Void
  ) {
    let mark = touchedMark | voice(number)
    let count = row.items.count
    var used = touched.count
    touched.append(contentsOf: repeatElement(0, count: count))
    row.items.withUnsafeBufferPointer { items in
      row.strengths.withUnsafeBufferPointer { strengths in
        sums.withUnsafeMutableBufferPointer { sums in
          marks.withUnsafeMutableBufferPointer { marks in
            touched.withUnsafeMutableBufferPointer { touched in
              for place in 0..<count {
                let item = Int(items[place])
                touched[used] = items[place]
                used += marks[item] == 0 ? 1 : 0
                marks[item] |= mark
                body(&sums[item], strengths[place])
              }
            }
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
    ItemCells.add(runs, lineCount, baskets, &met, &metItems)
  }

  /// Without a branch that depends on what is read, so that the reads of many cells overlap.
  private static func add(
    _ runs: [NeighbourWalk.Run], _ lineCount: Int, _ baskets: BasketIndex,
    _ met: inout [ItemMeetings], _ metItems: inout [Int32]
  ) {
    var used = metItems.count
    metItems.append(contentsOf: repeatElement(0, count: lineCount))
    met.withUnsafeMutableBufferPointer { met in
      metItems.withUnsafeMutableBufferPointer { metItems in
        baskets.withRuns { baskets in
          let items = baskets.items
          // The baskets lie anywhere. Both ends of each are asked for before any is read: these
          // waits overlap, those of one basket after the other do not.
          var greatest: Int32 = -1
          for run in runs {
            let places = run.basket.places
            greatest = max(greatest, items[places.lowerBound], items[places.upperBound - 1])
          }
          precondition(Int(greatest) < met.count, "there is a cell for every item")
          for run in runs {
            for place in run.basket.places {
              let item = Int(items[place])
              let cell = met[item]
              metItems[used] = items[place]
              used += cell.count == 0 ? 1 : 0
              met[item] = ItemMeetings(
                amount: cell.amount &+ run.amount,
                count: cell.count &+ (cell.last == run.neighbour ? 0 : 1), last: run.neighbour)
            }
          }
        }
      }
    }
    metItems.removeLast(metItems.count - used)
  }

  /// Hands each touched item that may be shown, with its cell, to `body`, in no stated order.
  @inline(__always)
  func forEach(_ body: (Int32, ItemCell) -> Void) {
    marks.withUnsafeBufferPointer { marks in
      met.withUnsafeBufferPointer { met in
        sums.withUnsafeBufferPointer { sums in
          for item in touched where marks[Int(item)] & ItemCells.closedMark == 0 {
            body(item, ItemCell(sums: sums[Int(item)], met: met[Int(item)]))
          }
        }
        for item in metItems where marks[Int(item)] == 0 {
          body(item, ItemCell(met: met[Int(item)]))
        }
      }
    }
  }

  /// Makes everything zero again. O(touched).
  mutating func clear() {
    ItemCells.clear(&sums, &marks, touched)
    ItemCells.clear(&met, metItems)
    touched.removeAll(keepingCapacity: true)
    metItems.removeAll(keepingCapacity: true)
  }

  private static func clear(
    _ sums: inout [ItemSums], _ marks: inout [UInt16], _ touched: [Int32]
  ) {
    sums.withUnsafeMutableBufferPointer { sums in
      marks.withUnsafeMutableBufferPointer { marks in
        for item in touched {
          sums[Int(item)] = ItemSums()
          marks[Int(item)] = 0
        }
      }
    }
  }

  private static func clear(_ met: inout [ItemMeetings], _ items: [Int32]) {
    met.withUnsafeMutableBufferPointer { met in
      for item in items { met[Int(item)] = ItemMeetings() }
    }
  }
}
