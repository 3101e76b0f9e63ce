import Shop

// How likely an item is bought again
// ----------------------------------
// For each item, over the baskets of known customers: L, the number of baskets that hold it, and D,
// the number of customers who ever bought it. L - D baskets were repeats, whatever the order in
// which they arrived, and (L - D) / L is the share of its sales that are. Coffee has a high one, a
// teapot a low one. The share is shrunken to the shop's own with 100 baskets, since for an item
// sold twice it says nothing.
//
// D needs to know whether a customer has the item in another basket: a count per (customer, item)
// in one open- addressing table of integers, 16 bytes a slot.

/// How often each item is bought again by the same customer.
struct RepeatIndex: Sendable {
  /// Baskets' worth of the shop's own share that each item starts with.
  static let priorBaskets = 100.0

  private var pairs = PairCounter()
  private var basketsOfItem: [Int64] = []
  private var customersOfItem: [Int64] = []
  private var basketTotal: Int64 = 0
  private var customerTotal: Int64 = 0

  /// A customer's basket gained an item (`sign` 1) or lost it (-1).
  mutating func add(_ item: Int32, customer: Int32, sign: Int64) {
    while basketsOfItem.count <= Int(item) {
      basketsOfItem.append(0)
      customersOfItem.append(0)
    }
    let count = pairs.add(Int32(sign), customer: customer, item: item)
    basketsOfItem[Int(item)] += sign
    basketTotal += sign
    if sign > 0 && count == 1 || sign < 0 && count == 0 {
      customersOfItem[Int(item)] += sign
      customerTotal += sign
    }
  }

  /// The share of the shop's sales to known customers that are repeats, 0 to 1.
  var shopShare: Double {
    basketTotal == 0 ? 0 : Double(basketTotal - customerTotal) / Double(basketTotal)
  }

  /// The item's share of repeats, shrunken to the shop's, 0 to 1.
  func share(of item: Int32) -> Double {
    let known = Int(item) < basketsOfItem.count
    let baskets = known ? Double(basketsOfItem[Int(item)]) : 0
    let repeats =
      known ? Double(basketsOfItem[Int(item)] - customersOfItem[Int(item)]) : 0
    return (repeats + RepeatIndex.priorBaskets * shopShare) / (baskets + RepeatIndex.priorBaskets)
  }
}

/// Counts per pair of customer and item.
struct PairCounter: Sendable {
  private var keys: [UInt64] = Array(repeating: PairCounter.free, count: 1_024)
  private var counts: [Int32] = Array(repeating: 0, count: 1_024)
  private var used = 0
  /// Hosts choose the order in which ids appear, hence the numbers: the multiplier is this
  /// process's own.
  private let multiplier = UInt64.random(in: .min ... .max) | 1

  private static let free = UInt64.max

  /// Adds to a pair's count; the count after.
  mutating func add(_ amount: Int32, customer: Int32, item: Int32) -> Int32 {
    let key = UInt64(UInt32(bitPattern: customer)) << 32 | UInt64(UInt32(bitPattern: item))
    var slot = find(key)
    if keys[slot] == PairCounter.free {
      if (used + 1) * 2 > keys.count {
        grow()
        slot = find(key)
      }
      keys[slot] = key
      used += 1
    }
    counts[slot] += amount
    precondition(counts[slot] >= 0, "only what was counted is taken back")
    return counts[slot]
  }

  private func find(_ key: UInt64) -> Int {
    let mask = keys.count - 1
    let product = (key ^ multiplier).multipliedFullWidth(by: multiplier)
    var slot = Int(truncatingIfNeeded: product.high ^ product.low) & mask
    while keys[slot] != key, keys[slot] != PairCounter.free { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let (oldKeys, oldCounts) = (keys, counts)
    keys = Array(repeating: PairCounter.free, count: oldKeys.count * 2)
    counts = Array(repeating: 0, count: oldKeys.count * 2)
    for index in oldKeys.indices where oldKeys[index] != PairCounter.free {
      let slot = find(oldKeys[index])
      keys[slot] = oldKeys[index]
      counts[slot] = oldCounts[index]
    }
  }
}
