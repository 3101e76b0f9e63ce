/// The last booking of each order, and behind it those that it took the place of.
///
/// An order has hardly ever more than one: it has another where the first came back, ended, or was
/// released. The earlier ones count again when the customer of the last is forgotten.
struct RecentBookings: Sendable {
  private var newest: [String: Int32] = [:]
  private var older: [Int32: Int32] = [:]

  init() {}

  subscript(order: String) -> Int32? { newest[order] }

  /// Whether one of an order's bookings is such a one. O(bookings of the order).
  func contains(_ order: String, where isWanted: (Int32) -> Bool) -> Bool {
    var place = newest[order]
    while let booking = place {
      if isWanted(booking) { return true }
      place = older[booking]
    }
    return false
  }

  mutating func add(_ booking: Int32, for order: String) {
    if let before = newest.updateValue(booking, forKey: order) { older[booking] = before }
  }

  /// Takes a booking out, if it is there. O(bookings of the order).
  mutating func remove(_ booking: Int32, of order: String) {
    guard var place = newest[order] else { return }
    if place == booking {
      newest[order] = older.removeValue(forKey: booking)
      return
    }
    while let next = older[place] {
      if next == booking {
        older[place] = older.removeValue(forKey: booking)
        return
      }
      place = next
    }
  }

  /// The bookings of each order, from the oldest to the newest; the orders by their newest.
  var chains: [[Int32]] {
    newest.values.sorted().map { last in
      var chain = [last]
      var place = last
      while let next = older[place] {
        chain.append(next)
        place = next
      }
      return chain.reversed()
    }
  }
}
