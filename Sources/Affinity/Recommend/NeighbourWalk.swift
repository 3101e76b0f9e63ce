import Shop

/// The newest baskets of similar customers, and what each of its items gains by it.
///
/// The walk from a customer's order to the one before waits for memory at each step. So all
/// neighbours take a step before any takes the next: their waits overlap.
struct NeighbourWalk: Sendable {
  /// One basket of a neighbour.
  struct Run {
    var order: Int32
    var customer: Int32
    var amount: Int64
  }

  /// The likest neighbour's newest basket first.
  private(set) var runs: [Run] = []
  /// The lines of the runs' baskets.
  private(set) var lineCount = 0
  /// Where each neighbour stands, how many of its baskets were found, and those.
  private var cursors: [Int32] = []
  private var counts: [Int32] = []
  private var found: [Int32] = []
  private var active: [Int32] = []

  /// 1 / sqrt(1 + rank) in fixed point.
  private static let recency: [Int64] = (0..<SimilarCustomers.basketsPerNeighbour).map {
    Int64(SimilarCustomers.unit / Double(1 + $0).squareRoot() + 0.5)
  }

  /// Finds the newest baskets of the neighbours, the likest first, while the line budget lasts;
  /// answers how many neighbours were read.
  mutating func find(
    _ neighbours: [(customer: Int32, amount: Int64)], _ baskets: BasketIndex,
    _ orders: OrderTable
  ) -> Int {
    runs.removeAll(keepingCapacity: true)
    lineCount = 0
    var start = 0
    while start < neighbours.count {
      let end = min(neighbours.count, start + NeighbourWalk.stride)
      walk(neighbours[start..<end], baskets, orders)
      let taken = choose(neighbours[start..<end], baskets)
      if taken < end - start { return start + taken }
      start = end
    }
    return neighbours.count
  }

  /// Neighbours that take their steps together; behind the last of them nothing is read once the
  /// budget is spent.
  private static let stride = 32

  private mutating func walk(
    _ neighbours: ArraySlice<(customer: Int32, amount: Int64)>, _ baskets: BasketIndex,
    _ orders: OrderTable
  ) {
    let width = SimilarCustomers.basketsPerNeighbour
    cursors.removeAll(keepingCapacity: true)
    counts.removeAll(keepingCapacity: true)
    active.removeAll(keepingCapacity: true)
    for (index, neighbour) in neighbours.enumerated() {
      let newest = orders.newest(of: neighbour.customer)
      cursors.append(newest)
      counts.append(0)
      if newest >= 0 { active.append(Int32(index)) }
    }
    if found.count < neighbours.count * width {
      found = [Int32](repeating: 0, count: NeighbourWalk.stride * width)
    }
    let orderCount = Int32(baskets.orderCount)
    orders.olderOrder.withUnsafeBufferPointer { older in
      baskets.withRuns { baskets in
        while !active.isEmpty {
          var kept = 0
          for index in active {
            let neighbour = Int(index)
            let order = cursors[neighbour]
            let place = Int(order)
            // An index of the past holds nothing of what it does not see.
            if order < orderCount, baskets.counts[place] > 0 {
              found[neighbour * width + Int(counts[neighbour])] = order
              counts[neighbour] += 1
            }
            cursors[neighbour] = older[place]
            if cursors[neighbour] >= 0, counts[neighbour] < width {
              active[kept] = index
              kept += 1
            }
          }
          active.removeLast(active.count - kept)
        }
      }
    }
  }

  /// Takes what was found as long as the line budget lasts.
  private mutating func choose(
    _ neighbours: ArraySlice<(customer: Int32, amount: Int64)>, _ baskets: BasketIndex
  ) -> Int {
    for (index, neighbour) in neighbours.enumerated() {
      if lineCount >= SimilarCustomers.lineBudget { return index }
      for rank in 0..<Int(counts[index]) {
        let order = found[index * SimilarCustomers.basketsPerNeighbour + rank]
        lineCount += baskets.itemCount(of: order)
        runs.append(
          Run(
            order: order, customer: neighbour.customer,
            amount: neighbour.amount * NeighbourWalk.recency[rank]))
      }
    }
    return neighbours.count
  }
}
