import Shop

// What customers buy before an item and after it
// ----------------------------------------------
// Co-purchase has no direction; a phone and its case do. For an item i and each other item j, over
// the customers who bought both: did the first i come in an earlier basket than the first j, in a
// later one, or in the same? Two first purchases more than a year apart say nothing.
//
//   after     customers whose first j came later than their first i
//   before    the other way round
//   together  both first in one basket
//   expected  sum over those of `after` and `before` of n(i) / (n(i) + n(j)), with the customer's
//             own counts of baskets: how many would have i first if each had bought the same things
//             in any order. Without it whatever is popular would seem to come first.
//
// `after` is more than chance where (after - expected)^2 > 10.83 x sum of p (1 - p), the normal
// approximation of that null at one in a thousand: hundreds of items are compared at a time.
//
// A second matrix for this would double the memory of the first and be written by every order. So a
// row is counted when it is asked for, from the histories of the customers of the item's 512
// newest baskets, and kept; an order drops the rows of what its customer ever bought, since no
// other row can change by it. Sums are integers and the customers come in a stated order, so a row
// equals a recount whatever the order of arrival.

/// How an item stands in time to the others that its customers bought.
package struct SequenceRow: Sendable {
  /// One other item.
  package struct Entry: Equatable, Sendable {
    package var item: Int32
    package var after: Int32 = 0
    package var before: Int32 = 0
    package var together: Int32 = 0
    /// Of `after`, and its variance, in parts of 65536.
    package var expected: Int64 = 0
    package var variance: Int64 = 0

    /// Customers who bought both, and not first in one basket.
    package var apart: Int32 { after + before }

    /// Whether more bought it after the row's item than chance explains.
    package var follows: Bool {
      guard after >= SequenceRow.minimumCustomerCount else { return false }
      let excess = Double(after) - Double(expected) / SequenceRow.unit
      return excess > 0
        && excess * excess > SequenceRow.certainty * Double(variance) / SequenceRow.unit
    }
  }

  /// Fewer customers are no evidence.
  package static let minimumCustomerCount: Int32 = 3
  /// Chi-squared with one degree of freedom passes it once in a thousand times.
  package static let certainty = 10.83
  package static let unit = 65_536.0

  /// In no stated order; those that at least `minimumCustomerCount` bought apart.
  package var entries: [Entry] = []
  /// Customers whose histories were read.
  package var customerCount: Int32 = 0
}

/// The rows that somebody asked for, each dropped by the first fact that can change it.
struct SequenceRows: Sendable {
  /// Newest baskets of an item whose customers are read.
  static let maximumBasketCount = 512
  /// Newest baskets of a customer that are read, and lines in all.
  static let maximumOrderCount = 100
  static let lineBudget = 20_000
  static let maximumDays = 365.0
  /// Entries in memory beyond which all rows are dropped; 32 bytes each.
  static let maximumEntryCount = 1_000_000

  private var rows: [Int32: SequenceRow] = [:]
  private var entryCount = 0
  private var tally = SequenceTally()

  /// Drops what a customer's orders can change: the rows of all that they bought. After an order
  /// was added, before one is taken out. O(lines of the customer) where there are rows, else O(1).
  mutating func touch(
    _ customer: Int32, _ baskets: BasketIndex, _ repeats: RepeatIndex, _ orders: OrderTable
  ) {
    // A till is in no row since the order that made it one.
    if rows.isEmpty || customer < 0 || repeats.isTill(customer) { return }
    orders.forEachOrder(of: customer) { order in
      guard order < baskets.orderCount else { return true }
      for item in baskets.items(of: order) {
        if let row = rows.removeValue(forKey: item) { entryCount -= row.entries.count }
      }
      return !rows.isEmpty
    }
  }

  /// The row of an item. O(1) once it is in memory, else O(baskets of the item + lineBudget).
  mutating func row(
    of item: Int32, _ baskets: BasketIndex, _ repeats: RepeatIndex, _ orders: OrderTable
  ) -> SequenceRow {
    if let row = rows[item] { return row }
    let row = tally.row(of: item, baskets, repeats, orders)
    if entryCount > SequenceRows.maximumEntryCount {
      rows.removeAll()
      entryCount = 0
    }
    rows[item] = row
    entryCount += row.entries.count
    return row
  }
}
