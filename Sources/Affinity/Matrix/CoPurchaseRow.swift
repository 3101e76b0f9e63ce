/// One row of the co-purchase matrix: the items that shared a basket with the row's item, and how often.
///
/// Neighbours ascend by item index; counts are above zero.
package struct CoPurchaseRow: Equatable, Sendable {
  package private(set) var neighbours: [Int32] = []
  package private(set) var counts: [Int32] = []

  package init() {}

  package init(neighbours: [Int32], counts: [Int32]) {
    precondition(neighbours.count == counts.count, "a count for every neighbour")
    self.neighbours = neighbours
    self.counts = counts
  }

  /// How many baskets hold both. O(log neighbours).
  package func count(with item: Int32) -> Int32 {
    let index = position(of: item)
    return index < neighbours.count && neighbours[index] == item ? counts[index] : 0
  }

  /// The first position whose neighbour is not below the item.
  private func position(of item: Int32) -> Int {
    var low = 0
    var high = neighbours.count
    while low < high {
      let middle = (low + high) / 2
      if neighbours[middle] < item { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// One more basket with that item.
  package mutating func increment(_ item: Int32) {
    let index = position(of: item)
    if index < neighbours.count, neighbours[index] == item {
      counts[index] += 1
    } else {
      neighbours.insert(item, at: index)
      counts.insert(1, at: index)
    }
  }

  /// One basket less with that item.
  package mutating func decrement(_ item: Int32) {
    let index = position(of: item)
    precondition(
      index < neighbours.count && neighbours[index] == item, "only what was counted is taken back")
    counts[index] -= 1
    if counts[index] == 0 {
      neighbours.remove(at: index)
      counts.remove(at: index)
    }
  }
}
