import Shop

/// The newest baskets of similar customers, and what each of its items gains by it.
///
/// The walk from a customer's order to the one before waits for memory at each step. So all
/// neighbours take a step before any takes the next: their waits overlap.
struct NeighbourWalk: Sendable {
  /// One basket of a neighbour.
  struct Run {
    /// Of at least one item.
    var basket: BasketRun
    /// At most 2^20.
    var amount: UInt32
    /// Which of the neighbours it is of, from one on.
    var neighbour: UInt16
  }

  /// The likest neighbour's newest basket first.
  private(set) var runs: [Run] = []
  /// The lines of the runs' baskets.
  private(set) var lineCount = 0
  /// Where each neighbour stands, how many of its baskets were found, and those.
  private var cursors: [Int32] = []
  private var counts: [Int32] = []
  private var found: [BasketRun] = []
  private var active: [Int32] = []

  /// 1 / sqrt(1 + rank) in fixed point.
  private static let recency: [UInt32] = (0..<SimilarCustomers.basketsPerNeighbour).map {
    UInt32(SimilarCustomers.unit / Double(1 + $0).squareRoot() + 0.5)
  }

  /// Finds the newest baskets of the neighbours, the likest first, while the line budget lasts;
  /// answers how many neighbours were read.
  mutating func find(
    _ neighbours: [(customer: Int32, amount: UInt32)], _ baskets: BasketIndex,
    _ orders: OrderTable
  ) -> Int {
    runs.removeAll(keepingCapacity: true)
    lineCount = 0
    var start = 0
    while start < neighbours.count {
      let end = min(neighbours.count, start + NeighbourWalk.stride)
      walk(neighbours[start..<end], baskets, orders)
      let taken = choose(neighbours[start..<end])
      if taken < end - start { return start + taken }
      start = end
    }
    return neighbours.count
  }

  /// Neighbours that take their steps together; behind the last of them nothing is read once the
  /// budget is spent.
  private static let stride = 32

  private mutating func walk(
    _ neighbours: ArraySlice<(customer: Int32, amount: UInt32)>, _ baskets: BasketIndex,
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
      found = Array(
        repeating: BasketRun(first: 0, count: 0), count: NeighbourWalk.stride * width)
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
            if order < orderCount, baskets.runs[place].count > 0 {
              found[neighbour * width + Int(counts[neighbour])] = baskets.runs[place]
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
    _ neighbours: ArraySlice<(customer: Int32, amount: UInt32)>
  ) -> Int {
    for (index, neighbour) in neighbours.enumerated() {
      if lineCount >= SimilarCustomers.lineBudget { return index }
      for rank in 0..<Int(counts[index]) {
        let basket = found[index * SimilarCustomers.basketsPerNeighbour + rank]
        lineCount += Int(basket.count)
        runs.append(
          Run(
            basket: basket,
            amount: neighbour.amount * NeighbourWalk.recency[rank],
            neighbour: UInt16(neighbours.startIndex + index + 1)))
      }
    }
    return neighbours.count
  }
}
