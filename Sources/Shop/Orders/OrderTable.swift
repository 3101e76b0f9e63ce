// How orders are kept
// -------------------
// Columns of plain values over a dense order index (the order of arrival), and over a dense line
// index; the lines of an order lie together. A customer's orders hang in a linked list from the
// newest to the oldest: `newestOrder[customer]` -> `olderOrder[order]` -> … By (time, id), not by
// arrival: late and out-of-order orders give the same list as in order. In order of time, the usual
// case, adding is O(1); a late one walks past the customer's newer orders.
//
// A cancelled order and a returned quantity stay readable, and count as not there. Only forgetting
// a customer deletes: what their orders said is overwritten, and empty places stay, so that the
// indices of all others stay as they are.

/// All orders with their lines, by dense index.
package struct OrderTable: Sendable {
  package private(set) var names = NameTable()
  /// Below zero for anonymous orders, and `gone` where the order was forgotten.
  package private(set) var customer = Column<Int32>()
  package private(set) var time = Column<Instant>()
  /// Index into the channels' names, below zero where none was said.
  package private(set) var channel = Column<Int32>()
  package private(set) var isCancelled = FlagColumn()
  /// Index of each order's first line; the lines end where those of the next order start.
  package private(set) var firstLine = Column<Int32>()
  package private(set) var olderOrder = Column<Int32>()
  package private(set) var newestOrder = Column<Int32>()
  package private(set) var coupons: [Int32: [String]] = [:]

  package private(set) var lineItem = Column<Int32>()
  package private(set) var lineQuantity = NarrowColumn()
  package private(set) var lineUnitPrice = NarrowColumn()
  package private(set) var lineDiscount = NarrowColumn()
  package private(set) var lineReturned = NarrowColumn()

  /// Grows with each change of any order.
  package private(set) var revision: UInt64 = 0
  /// The times of the first and the last order, whatever their state; `latest` and `earliest` where
  /// there is none.
  package private(set) var earliest = Instant.latest
  package private(set) var latest = Instant.earliest

  private var forgottenLineCount = 0

  /// The customer of a forgotten order.
  private static let gone: Int32 = -2

  package init() {}

  /// How many orders there have been; their indices are `0 ..< count`.
  @inlinable package var count: Int { customer.count }
  /// How many orders there are, in whatever state.
  package var liveCount: Int { names.liveCount }
  package var liveLineCount: Int { lineItem.count - forgottenLineCount }
  @inlinable package var lineCount: Int { lineItem.count }

  package func index(of id: String) -> Int32? { names.index(of: id) }

  /// The indices of an order's lines.
  @inlinable package func lines(of order: Int32) -> Range<Int> {
    let next = Int(order) + 1
    return Int(
      firstLine[Int(order)])..<(next < firstLine.count ? Int(firstLine[next]) : lineItem.count)
  }

  /// What is left of a line after returns; zero for all lines of a cancelled order is the caller's
  /// to know.
  @inlinable package func remainingQuantity(line: Int) -> Int64 {
    lineQuantity[line] - lineReturned[line]
  }

  /// What is paid for what is left of a line, minor units: price x quantity less the line's
  /// discount in proportion.
  package func net(line: Int) -> Int64 {
    let remaining = remainingQuantity(line: line)
    if remaining == 0 { return 0 }
    let discount = Money.share(
      of: lineDiscount[line], part: remaining, whole: lineQuantity[line])
    return remaining * lineUnitPrice[line] - discount
  }

  /// What is paid for what is left of an order, minor units; 0 once it is cancelled. O(lines).
  package func net(order: Int32) -> Int64 {
    if isCancelled[Int(order)] { return 0 }
    return lines(of: order).reduce(0) { $0 + net(line: $1) }
  }

  /// Whether anything of the order stands: not cancelled, and not all of it returned.
  package func stands(_ order: Int32) -> Bool {
    !isCancelled[Int(order)] && lines(of: order).contains { remainingQuantity(line: $0) > 0 }
  }

  /// A customer's newest order, or below zero.
  @inlinable package func newest(of customer: Int32) -> Int32 {
    Int(customer) < newestOrder.count ? newestOrder[Int(customer)] : -1
  }

  /// Hands a customer's orders to `body` from the newest to the oldest, cancelled ones included,
  /// until it says false. O(orders of the customer).
  @inlinable package func forEachOrder(of customer: Int32, _ body: (Int32) -> Bool) {
    var order = newest(of: customer)
    while order >= 0, body(order) { order = olderOrder[Int(order)] }
  }

  /// Adds a draft that was checked and is not there yet.
  @discardableResult
  package mutating func add(
    _ draft: OrderDraft, customer customerIndex: Int32, channel channelIndex: Int32,
    items: inout ItemTable
  ) -> Int32 {
    let order = names.intern(draft.id)
    precondition(Int(order) == customer.count, "an order is added once")
    customer.append(customerIndex)
    time.append(draft.time)
    channel.append(channelIndex)
    isCancelled.append(false)
    firstLine.append(Int32(lineItem.count))
    olderOrder.append(-1)
    for line in draft.lines {
      lineItem.append(items.refer(to: line.item))
      lineQuantity.append(line.quantity)
      lineUnitPrice.append(line.unitPrice)
      lineDiscount.append(line.discount)
      lineReturned.append(0)
    }
    if !draft.coupons.isEmpty { coupons[order] = draft.coupons }
    if customerIndex >= 0 { link(order, to: customerIndex) }
    earliest = min(earliest, draft.time)
    latest = max(latest, draft.time)
    revision &+= 1
    return order
  }

  private mutating func link(_ order: Int32, to customer: Int32) {
    newestOrder.extend(to: Int(customer) + 1, with: -1)
    var newer: Int32 = -1
    var older = newestOrder[Int(customer)]
    while older >= 0, isBefore(order, older) {
      newer = older
      older = olderOrder[Int(older)]
    }
    olderOrder[Int(order)] = older
    if newer < 0 { newestOrder[Int(customer)] = order } else { olderOrder[Int(newer)] = order }
  }

  /// By time, then by id.
  package func isBefore(_ left: Int32, _ right: Int32) -> Bool {
    let (leftTime, rightTime) = (time[Int(left)], time[Int(right)])
    return leftTime == rightTime ? names.precedes(left, right) : leftTime < rightTime
  }

  /// The same orders with other numbers: those at `sequence[0]`, `sequence[1]`, … become 0, 1, ….
  /// O(lines).
  ///
  /// - Parameter sequence: a permutation of all orders.
  func numbered(by sequence: [Int32]) -> OrderTable {
    precondition(sequence.count == count, "every order gets a number")
    var place = [Int32](repeating: -1, count: count)
    for (new, old) in sequence.enumerated() { place[Int(old)] = Int32(new) }
    func moved(_ order: Int32) -> Int32 { order < 0 ? order : place[Int(order)] }
    var table = OrderTable()
    for old in sequence {
      // A forgotten order has no name any more; its place gets one that no order can have.
      _ = table.names.intern(customer[Int(old)] == OrderTable.gone ? "\u{0}\(old)" : names[old])
      table.customer.append(customer[Int(old)])
      table.time.append(time[Int(old)])
      table.channel.append(channel[Int(old)])
      table.isCancelled.append(isCancelled[Int(old)])
      table.firstLine.append(Int32(table.lineItem.count))
      table.olderOrder.append(moved(olderOrder[Int(old)]))
      for line in lines(of: old) {
        table.lineItem.append(lineItem[line])
        table.lineQuantity.append(lineQuantity[line])
        table.lineUnitPrice.append(lineUnitPrice[line])
        table.lineDiscount.append(lineDiscount[line])
        table.lineReturned.append(lineReturned[line])
      }
      if let codes = coupons[old] { table.coupons[place[Int(old)]] = codes }
    }
    for order in newestOrder { table.newestOrder.append(moved(order)) }
    table.earliest = earliest
    table.latest = latest
    table.forgottenLineCount = forgottenLineCount
    return table
  }

  /// Marks an order as cancelled.
  package mutating func cancel(_ order: Int32) {
    isCancelled[Int(order)] = true
    revision &+= 1
  }

  /// Takes so many units of one line back; the caller has checked that they are there.
  package mutating func takeBack(_ quantity: Int64, line: Int) {
    precondition(
      quantity > 0 && quantity <= remainingQuantity(line: line), "only what is left comes back")
    lineReturned[line] += quantity
    revision &+= 1
  }
}

// MARK: - Moving

extension OrderTable {
  /// Gives orders of one customer, from the newest to the oldest, to another. O(orders of both).
  mutating func move(_ moved: [Int32], from source: Int32, to target: Int32) {
    if moved.isEmpty { return }
    let taken = Set(moved)
    let left = orders(of: source).filter { !taken.contains($0) }
    var (mine, theirs) = (orders(of: target)[...], moved[...])
    var merged: [Int32] = []
    while let first = mine.first, let second = theirs.first {
      let isMine = isBefore(second, first)
      merged.append(isMine ? first : second)
      if isMine { mine.removeFirst() } else { theirs.removeFirst() }
    }
    for order in moved { customer[Int(order)] = target }
    chain(left, of: source)
    chain(merged + mine + theirs, of: target)
    revision &+= 1
  }

  private mutating func chain(_ list: [Int32], of customer: Int32) {
    newestOrder.extend(to: Int(customer) + 1, with: -1)
    newestOrder[Int(customer)] = list.first ?? -1
    for (order, older) in zip(list, list.dropFirst()) { olderOrder[Int(order)] = older }
    if let last = list.last { olderOrder[Int(last)] = -1 }
  }
}

// MARK: - Forgetting

extension OrderTable {
  /// A customer's orders, from the newest to the oldest.
  package func orders(of customer: Int32) -> [Int32] {
    var orders: [Int32] = []
    forEachOrder(of: customer) { order in
      orders.append(order)
      return true
    }
    return orders
  }

  /// Overwrites all orders of a customer; answers how many, and the indices of their channels.
  ///
  /// O(lines of those orders); O(all orders) where the first or the last of the shop is theirs.
  mutating func forget(
    customer index: Int32, items: inout ItemTable
  ) -> (count: Int, channels: [Int32]) {
    let forgotten = orders(of: index)
    if forgotten.isEmpty { return (0, []) }
    var channels: [Int32] = []
    var heldExtreme = false
    for order in forgotten {
      let place = Int(order)
      for line in lines(of: order) {
        items.release(lineItem[line])
        lineItem[line] = 0
        lineQuantity[line] = 0
        lineUnitPrice[line] = 0
        lineDiscount[line] = 0
        lineReturned[line] = 0
        forgottenLineCount += 1
      }
      if time[place] == earliest || time[place] == latest { heldExtreme = true }
      if channel[place] >= 0 { channels.append(channel[place]) }
      customer[place] = Self.gone
      time[place] = .earliest
      channel[place] = -1
      isCancelled[place] = true
      olderOrder[place] = -1
      coupons[order] = nil
      names.remove(order)
    }
    newestOrder[Int(index)] = -1
    revision &+= 1
    if heldExtreme { findExtremes() }
    return (forgotten.count, channels)
  }

  private mutating func findExtremes() {
    earliest = .latest
    latest = .earliest
    for order in 0..<count where customer[order] != Self.gone {
      earliest = min(earliest, time[order])
      latest = max(latest, time[order])
    }
  }

  /// Takes coupon codes out of what an order says that it used.
  package mutating func forget(codes: Set<String>, in order: Int32) {
    guard let cited = coupons[order] else { return }
    let rest = cited.filter { !codes.contains($0) }
    coupons[order] = rest.isEmpty ? nil : rest
    revision &+= 1
  }
}

// MARK: - Snapshot

extension OrderTable {
  package func write(to sink: some ColumnSink) throws {
    try names.write("orders.names", to: sink)
    try sink.put("orders.customer", customer)
    try sink.put("orders.time", time)
    try sink.put("orders.channel", channel)
    try sink.put("orders.cancelled", isCancelled.bytes)
    try sink.put("orders.first_line", firstLine)
    try sink.put("orders.older", olderOrder)
    try sink.put("orders.newest", newestOrder)
    try sink.put("lines.item", lineItem)
    try lineQuantity.write("lines.quantity", to: sink)
    try lineUnitPrice.write("lines.unit_price", to: sink)
    try lineDiscount.write("lines.discount", to: sink)
    try lineReturned.write("lines.returned", to: sink)
    try sink.put(record: "orders.rest") { packer in
      packer.unsigned(revision)
      packer.instant(earliest)
      packer.instant(latest)
      packer.count(forgottenLineCount)
      packer.list(coupons.keys.sorted()) {
        $0.integer(Int64($1))
        $0.list(coupons[$1] ?? []) { $0.text($1) }
      }
    }
  }

  package init(from source: some ColumnSource) throws(SnapshotProblem) {
    names = try NameTable("orders.names", from: source)
    let count = names.count
    customer = try source.column("orders.customer", count: count)
    time = try source.column("orders.time", count: count)
    channel = try source.column("orders.channel", count: count)
    isCancelled = FlagColumn(bytes: try source.column("orders.cancelled", count: count))
    firstLine = try source.column("orders.first_line", count: count)
    olderOrder = try source.column("orders.older", count: count)
    newestOrder = try source.column("orders.newest")
    lineItem = try source.column("lines.item")
    lineQuantity = try NarrowColumn("lines.quantity", from: source)
    lineUnitPrice = try NarrowColumn("lines.unit_price", from: source)
    lineDiscount = try NarrowColumn("lines.discount", from: source)
    lineReturned = try NarrowColumn("lines.returned", from: source)
    let lengths = [lineQuantity, lineUnitPrice, lineDiscount, lineReturned].map(\.count)
    guard lengths.allSatisfy({ $0 == lineItem.count }) else {
      throw SnapshotProblem("lines", "columns of different lengths")
    }
    let rest = try source.record("orders.rest") { unpacker throws(SnapshotProblem) in
      (
        revision: try unpacker.unsigned(), earliest: try unpacker.instant(),
        latest: try unpacker.instant(),
        forgottenLineCount: try unpacker.count(),
        coupons: try unpacker.list { unpacker throws(SnapshotProblem) in
          (
            try unpacker.index(),
            try unpacker.list { unpacker throws(SnapshotProblem) in try unpacker.text() }
          )
        }
      )
    }
    revision = rest.revision
    earliest = rest.earliest
    latest = rest.latest
    forgottenLineCount = rest.forgottenLineCount
    coupons = Dictionary(rest.coupons) { _, last in last }
  }
}
