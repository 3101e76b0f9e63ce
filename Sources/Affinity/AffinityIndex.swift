import Shop

/// Everything that Affinity keeps of the facts, fresh with each of them.
///
/// The owner calls one method per fact, after the fact was applied to the shop's tables.
package struct AffinityIndex: Sendable {
  package internal(set) var baskets = BasketIndex()
  var rows = CoPurchaseRows()
  var evidence = EvidenceRows()
  var changes = ItemChanges()
  var repeats = RepeatIndex()
  var popularity = PopularityCache()
  var similar = SimilarCustomers()
  var cells = ItemCells()
  /// Weight of a customer's purchases per category; all zero between two questions.
  var categoryWeights: [Double] = []
  var similarities = SimilarityCache()
  var sequences = SequenceRows()
  var shelf = Shelf()
  /// Grows with every change of any basket.
  package internal(set) var revision: UInt64 = 0
  /// The shop as it was at the last as-of moment that was asked about.
  var past: PastIndex?

  package init() {}

  /// An order was added. O(lines), plus its cells in the rows that are in memory.
  package mutating func added(_ order: Int32, orders: OrderTable) {
    let items = baskets.add(order: order, lineItems: orders.lineItem.run(orders.lines(of: order)))
    revision &+= 1
    changes.note(items, at: revision)
    rows.add(basket: items)
    popularity.add(items, of: order, orders: orders, sign: 1)
    let customer = orders.customer[Int(order)]
    if customer >= 0 { repeats.added(order, of: customer, baskets: baskets, orders: orders) }
    sequences.touch(customer, baskets, repeats, orders)
    past = nil
  }

  /// An order was cancelled.
  package mutating func cancelled(_ order: Int32, orders: OrderTable) {
    remove(Array(baskets.items(of: order)), from: order, orders)
  }

  /// Units came back: items of which nothing is left leave the order's basket.
  package mutating func returned(_ order: Int32, orders: OrderTable) {
    var standing: Set<Int32> = []
    for line in orders.lines(of: order) where orders.remainingQuantity(line: line) > 0 {
      standing.insert(orders.lineItem[line])
    }
    remove(baskets.items(of: order).filter { !standing.contains($0) }, from: order, orders)
  }

  /// A basket that changes counts with its new size: it is taken out whole and put back smaller.
  private mutating func remove(_ items: [Int32], from order: Int32, _ orders: OrderTable) {
    if items.isEmpty { return }
    sequences.touch(orders.customer[Int(order)], baskets, repeats, orders)
    // A copy: a run would hold the column of all baskets, and have it copied by the removal.
    let copy = Column(baskets.items(of: order))
    let before = copy.run(0..<copy.count)
    rows.subtract(basket: before)
    popularity.add(before, of: order, orders: orders, sign: -1)
    baskets.remove(items, from: order)
    let after = baskets.items(of: order)
    rows.add(basket: after)
    popularity.add(after, of: order, orders: orders, sign: 1)
    let customer = orders.customer[Int(order)]
    if customer >= 0 {
      repeats.removed(items, from: order, of: customer, baskets: baskets, orders: orders)
    }
    revision &+= 1
    changes.note(before, at: revision, isLoss: true)
    past = nil
  }

  /// Takes all orders of a customer out again, as if they had never been; before they go from the
  /// shop's tables. O(baskets of their items).
  package mutating func forget(customer: Int32, orders: OrderTable) {
    let forgotten = orders.orders(of: customer)
    if forgotten.isEmpty { return }
    sequences.touch(customer, baskets, repeats, orders)
    repeats.forget(customer, baskets: baskets, orders: orders)
    revision &+= 1
    for order in forgotten {
      let copy = Column(baskets.items(of: order))
      let basket = copy.run(0..<copy.count)
      rows.subtract(basket: basket)
      popularity.add(basket, of: order, orders: orders, sign: -1)
      baskets.forget(order)
      changes.note(basket, at: revision, isLoss: true)
    }
    past = nil
  }

  /// Before orders of some customers go from one to another: what is kept of each is taken out.
  /// O(items of their baskets).
  package mutating func willMove(customers: [Int32], orders: OrderTable) {
    for customer in customers {
      sequences.touch(customer, baskets, repeats, orders)
      repeats.forget(customer, baskets: baskets, orders: orders)
    }
    revision &+= 1
    past = nil
  }

  /// After they went: what is kept of each is made anew. O(items of their baskets).
  package mutating func didMove(customers: [Int32], orders: OrderTable) {
    for customer in customers {
      repeats.learn(customer, baskets: baskets, orders: orders)
      // Who was a till before, whose orders count for nothing, may be none any more.
      sequences.touch(customer, baskets, repeats, orders)
    }
    revision &+= 1
    past = nil
  }

  /// Cells of the matrix in memory.
  package var cachedCellCount: Int { rows.cachedCellCount }

  /// The exact number of baskets that hold both items.
  package mutating func count(of item: Int32, with other: Int32) -> Int {
    if item == other { return baskets.count(of: item) }
    return Int(rows.row(of: item, in: baskets).count(with: other))
  }

  /// The exact row of an item.
  package mutating func row(of item: Int32) -> CoPurchaseRow { rows.row(of: item, in: baskets) }

  /// How an item stands in time to the others that its customers bought.
  package mutating func sequence(of item: Int32, orders: OrderTable) -> SequenceRow {
    sequences.row(of: item, baskets, repeats, orders)
  }

  /// What an item says of the others.
  package mutating func evidence(of item: Int32) -> EvidenceRow {
    evidence.row(
      of: item, revision: revision, changes: changes, counts: &rows, baskets: baskets)
  }
}

/// The index over the orders up to a moment: what a question as of then is answered from.
///
/// Built in one pass and kept for the next question of the same moment; moments between the same
/// two orders share it.
struct PastIndex: Sendable {
  /// The last order that is seen, and the first that is not.
  let last: Instant
  let next: Instant
  /// One element: an array, since a value cannot hold its own kind directly.
  var index: [AffinityIndex]

  init(horizon: Instant, orders: OrderTable, baskets: BasketIndex) {
    var last = Instant.earliest
    var next = Instant.latest
    for time in orders.time {
      if time <= horizon { last = max(last, time) } else { next = min(next, time) }
    }
    self.last = last
    self.next = next
    var index = AffinityIndex()
    for order in 0..<Int32(orders.count) {
      let isSeen = orders.time[Int(order)] <= horizon
      index.addPast(isSeen ? baskets.items(of: order) : nil, order, orders)
    }
    self.index = [index]
  }

  /// Whether a question as of then sees exactly these orders.
  func serves(_ horizon: Instant) -> Bool { last <= horizon && horizon < next }
}

extension PastIndex {
  fileprivate mutating func run<Result>(_ body: (inout AffinityIndex) -> Result) -> Result {
    body(&index[0])
  }
}

extension AffinityIndex {
  fileprivate mutating func addPast(
    _ items: BasketItems?, _ order: Int32, _ orders: OrderTable
  ) {
    guard let items else {
      baskets.add(order: order, lineItems: Column().run(0..<0))
      return
    }
    baskets.add(order: order, lineItems: items)
    let customer = orders.customer[Int(order)]
    if customer >= 0 { repeats.added(order, of: customer, baskets: baskets, orders: orders) }
  }

  /// Runs `body` on the index as it is seen from a viewpoint: this one, or one over the orders up
  /// to its horizon.
  package mutating func seen<Result>(
    from viewpoint: Viewpoint, orders: OrderTable, _ body: (inout AffinityIndex) -> Result
  ) -> Result {
    if viewpoint.horizon >= orders.latest { return body(&self) }
    if past.map({ $0.serves(viewpoint.horizon) }) != true {
      past = PastIndex(horizon: viewpoint.horizon, orders: orders, baskets: baskets)
    }
    // In place: an index that is held in two hands is copied by its first write.
    guard let result = past?.run(body) else { return body(&self) }
    return result
  }
}

// MARK: - Snapshot

extension AffinityIndex {
  /// Writes what follows from the facts and is kept; rows, evidence and boards are made again when
  /// they are asked for.
  package func write(to sink: some ColumnSink) throws {
    try baskets.write(to: sink)
    try repeats.write(to: sink)
  }

  package init(from source: some ColumnSource) throws(SnapshotProblem) {
    baskets = try BasketIndex(from: source)
    repeats = try RepeatIndex(from: source)
  }
}
