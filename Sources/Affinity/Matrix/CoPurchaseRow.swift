/// One row of the co-purchase matrix: the items that shared a basket with the row's item, how
/// often, and with how much weight.
///
/// Neighbours ascend by item index; counts are above zero.
package struct CoPurchaseRow: Equatable, Sendable {
  package private(set) var neighbours: [Int32] = []
  package private(set) var counts: [Int32] = []
  package private(set) var weights: [Int64] = []

  package init() {}

  package init(neighbours: [Int32], counts: [Int32], weights: [Int64]) {
    precondition(
      neighbours.count == counts.count && neighbours.count == weights.count,
      "a count and a weight for every neighbour")
    self.neighbours = neighbours
    self.counts = counts
    self.weights = weights
  }

  /// How many baskets hold both. O(log neighbours).
  package func count(with item: Int32) -> Int32 {
    let index = neighbours.firstPosition(notBelow: item)
    return index < neighbours.count && neighbours[index] == item ? counts[index] : 0
  }

  /// One more basket of that weight with that item.
  package mutating func add(_ item: Int32, weight: Int64) {
    let index = neighbours.firstPosition(notBelow: item)
    if index < neighbours.count, neighbours[index] == item {
      counts[index] += 1
      weights[index] += weight
    } else {
      neighbours.insert(item, at: index)
      counts.insert(1, at: index)
      weights.insert(weight, at: index)
    }
  }

  /// One basket of that weight less with that item.
  package mutating func subtract(_ item: Int32, weight: Int64) {
    let index = neighbours.firstPosition(notBelow: item)
    precondition(
      index < neighbours.count && neighbours[index] == item, "only what was counted is taken back")
    counts[index] -= 1
    weights[index] -= weight
    if counts[index] == 0 {
      neighbours.remove(at: index)
      counts.remove(at: index)
      weights.remove(at: index)
    }
  }
}

extension [Int32] {
  /// In an ascending array, the first position whose element is not below `value`. O(log count).
  func firstPosition(notBelow value: Int32) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
