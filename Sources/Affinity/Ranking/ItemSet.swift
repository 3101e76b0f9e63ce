/// A set of items for the inner loops of an answer: open addressing over dense numbers, where the
/// standard library's set spends more on its hash than the rest of the look costs.
///
/// The multiplier is drawn anew for each process, since a host chooses in which order items come.
struct ItemSet {
  private static let multiplier = UInt32.random(in: .min ... .max) | 1

  /// Items, or below zero; a power of two of places, at most half full.
  private var slots: [Int32] = []
  private(set) var count = 0

  init() {}

  /// Whether the item is new to the set. O(1) amortised.
  mutating func insert(_ item: Int32) -> Bool {
    if count * 2 >= slots.count { grow() }
    let slot = place(of: item)
    if slots[slot] == item { return false }
    slots[slot] = item
    count += 1
    return true
  }

  /// O(1).
  func contains(_ item: Int32) -> Bool { count > 0 && slots[place(of: item)] == item }

  /// Where the item is, or would be.
  private func place(of item: Int32) -> Int {
    let mask = slots.count - 1
    // The upper bits of the product are the mixed ones.
    let product = UInt64(UInt32(bitPattern: item) &* ItemSet.multiplier)
    var slot = Int(truncatingIfNeeded: product &* UInt64(slots.count) >> 32)
    while slots[slot] >= 0, slots[slot] != item { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let before = slots
    slots = [Int32](repeating: -1, count: max(32, before.count * 2))
    for item in before where item >= 0 { slots[place(of: item)] = item }
  }
}
