// What baskets of their sizes would hold by chance
// ------------------------------------------------
// E(i, j) = sum over the transactions t of i of w(t) (1 - (1 - p)^(s(t) - 1)), p = n(j) / sum of n.
//
// It depends on the transactions of i only by how many there are of each size, so those are
// counted once, ascending; each power then follows from the one before.

/// How many transactions of an item have how many items, by weight; ascending by size.
struct SizeHistogram: Sendable {
  private(set) var sizes: [Int] = []
  private(set) var masses: [Int64] = []

  /// - Parameter transactions: the size and the weight of each; in any order.
  init(_ transactions: [(size: Int, mass: Int64)]) {
    for entry in transactions.sorted(by: { $0.size < $1.size }) {
      if sizes.last == entry.size {
        masses[masses.count - 1] += entry.mass
      } else {
        sizes.append(entry.size)
        masses.append(entry.mass)
      }
    }
  }

  /// E for an item that is a share `chance` of all items bought. O(sizes).
  func expectation(chance: Double) -> Double {
    var sum = 0.0
    var missing = 1.0
    var exponent = 0
    for (index, size) in sizes.enumerated() {
      missing *= SizeHistogram.power(1 - chance, size - 1 - exponent)
      exponent = size - 1
      sum += Double(masses[index]) * (1 - missing)
    }
    return sum
  }

  /// By squaring: the same on every machine.
  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var factor = base
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}
