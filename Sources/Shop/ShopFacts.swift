/// Everything the shop told us, as it stands.
///
/// Each kind of record has `check…`, which says what taking it would do and changes nothing, and
/// `apply…`, which takes what was checked. The engine logs in between. Applying a checked fact
/// never fails: it is also how the log is replayed.
package struct ShopFacts: Sendable {
  package var settings = ShopSettings() {
    didSet { if settings != oldValue { settingsRevision &+= 1 } }
  }
  package var items = ItemTable()
  package var customers = CustomerTable()
  package internal(set) var orders = OrderTable()
  package internal(set) var events = EventTable()
  package private(set) var channels = NameTable()
  /// Who somebody of a channel is.
  var identities = IdentityBook()
  /// How many orders and events name each channel.
  private var channelReferences = ReferenceCounts()

  private var settingsRevision: UInt64 = 0
  /// How often orders or events went from one customer to another since the facts came to be here.
  package internal(set) var moveCount: UInt64 = 0

  package init() {}

  /// Grows with every change of any fact: what is derived from the facts is stale when this moved.
  package var revision: UInt64 {
    settingsRevision &+ items.revision &+ customers.revision &+ orders.revision &+ events.revision
  }

  /// The index of a channel that an order or event names; below zero where it names none.
  private mutating func refer(to channel: String?) -> Int32 {
    guard let channel else { return -1 }
    let index = channels.intern(channel)
    channelReferences.add(index)
    return index
  }

  /// The channel's name behind an index, nil below zero.
  package func channelName(_ index: Int32) -> String? { index < 0 ? nil : channels[index] }
}

// MARK: - Orders

extension ShopFacts {
  /// The same facts with the orders numbered anew: those at `sequence[0]`, `sequence[1]`, … become
  /// 0, 1, …; a permutation of all orders. O(lines).
  package func withOrders(in sequence: [Int32]) -> ShopFacts {
    var facts = self
    facts.orders = orders.numbered(by: sequence)
    facts.identities.renumber(by: sequence)
    return facts
  }

  /// False where the same order is there already; throws where another of that id is.
  package func check(_ draft: OrderDraft) throws(RecordProblem) -> Bool {
    try draft.check()
    try settings.check(currency: draft.currency)
    guard let order = orders.index(of: draft.id) else { return true }
    if isSame(order, draft) { return false }
    throw RecordProblem(
      path: "id", reason: "conflict",
      message:
        "order \(draft.id) is known with other content; cancel it, or send the change as a return")
  }

  private func isSame(_ order: Int32, _ draft: OrderDraft) -> Bool {
    let index = Int(order)
    let lines = orders.lines(of: order)
    guard orders.time[index] == draft.time, lines.count == draft.lines.count,
      customerNamed(byOrder: order) == draft.customer,
      channelName(orders.channel[index]) == draft.channel,
      orders.coupons[order] ?? [] == draft.coupons
    else { return false }
    return zip(lines, draft.lines).allSatisfy { line, other in
      items.names[orders.lineItem[line]] == other.item
        && orders.lineQuantity[line] == other.quantity
        && orders.lineUnitPrice[line] == other.unitPrice
        && orders.lineDiscount[line] == other.discount
    }
  }

  /// Takes an order for which `check` said true; answers its index.
  @discardableResult
  package mutating func apply(_ draft: OrderDraft) -> Int32 {
    let customer = draft.customer.map { person(named: $0, channel: draft.channel) } ?? -1
    let channel = refer(to: draft.channel)
    let order = orders.add(draft, customer: customer, channel: channel, items: &items)
    if let name = draft.customer { note(order: order, named: name) }
    return order
  }

  /// The order to cancel; nil where it is cancelled already.
  package func checkCancel(_ id: String) throws(RecordProblem) -> Int32? {
    guard let order = orders.index(of: id) else { throw Self.unknownOrder(id) }
    return orders.isCancelled[Int(order)] ? nil : order
  }

  package mutating func applyCancel(_ order: Int32) { orders.cancel(order) }

  /// Which lines give back how much: `items` in the order in which they were sent, each taken from
  /// the order's lines from the first to the last.
  package func checkReturn(
    _ id: String, _ returned: [(item: String, quantity: Int64)]
  ) throws(RecordProblem) -> (order: Int32, parts: [(line: Int, quantity: Int64)]) {
    guard let order = orders.index(of: id) else { throw Self.unknownOrder(id) }
    if orders.isCancelled[Int(order)] {
      throw RecordProblem(
        path: "order", reason: "cancelled",
        message: "order \(id) is cancelled; nothing of it is left")
    }
    var taken: [Int: Int64] = [:]
    for (index, part) in returned.enumerated() {
      var wanted = part.quantity
      if wanted <= 0 {
        throw RecordProblem(
          path: "lines[\(index)].quantity", reason: "not_positive",
          message: "at least one unit comes back")
      }
      if let item = items.index(of: part.item) {
        for line in orders.lines(of: order) where orders.lineItem[line] == item && wanted > 0 {
          let amount = min(wanted, orders.remainingQuantity(line: line) - taken[line, default: 0])
          if amount <= 0 { continue }
          taken[line, default: 0] += amount
          wanted -= amount
        }
      }
      if wanted > 0 {
        throw RecordProblem(
          path: "lines[\(index)].quantity", reason: "more_than_bought",
          message: "order \(id) has \(part.quantity - wanted) of \(part.item) left to return")
      }
    }
    return (order, taken.sorted { $0.key < $1.key }.map { (line: $0.key, quantity: $0.value) })
  }

  package mutating func applyReturn(_ parts: [(line: Int, quantity: Int64)]) {
    for part in parts { orders.takeBack(part.quantity, line: part.line) }
  }

  private static func unknownOrder(_ id: String) -> RecordProblem {
    RecordProblem(path: "order", reason: "unknown_order", message: "no order \(id) is known")
  }
}

// MARK: - Events

extension ShopFacts {
  /// False where the same event is there already; throws where another of that id is.
  package func check(_ draft: EventDraft) throws(RecordProblem) -> Bool {
    guard let id = draft.id, let event = events.index(of: id) else { return true }
    let index = Int(event)
    let item = events.item[index]
    let isSame =
      events.types[events.type[index]] == draft.type
      && customerNamed(byEvent: event) == draft.customer
      && (item < 0 ? nil : items.names[item]) == draft.item
      && events.time[index] == draft.time && events.value(of: event) == draft.value
      && channelName(events.channel[index]) == draft.channel
    if isSame { return false }
    throw RecordProblem(
      path: "id", reason: "conflict", message: "event \(id) is known with other content")
  }

  /// Takes an event for which `check` said true; answers its index.
  @discardableResult
  package mutating func apply(_ draft: EventDraft) -> Int32 {
    let customer = person(named: draft.customer, channel: draft.channel)
    let item = draft.item.map { items.refer(to: $0) } ?? -1
    let channel = refer(to: draft.channel)
    let event = events.add(
      draft, customer: customer, item: item, channel: channel, items: items.names,
      channels: channels)
    note(event: event, named: draft.customer)
    return event
  }
}

// MARK: - Forgetting

extension ShopFacts {
  /// Overwrites a customer, all their orders and events, and the items, channels and kinds of
  /// events that nothing else names; answers how many orders and events there were.
  ///
  /// What is derived from the orders is to be taken back before: they cannot be read afterwards.
  /// O(what the customer has); O(orders) where the first or last order of the shop is theirs.
  @discardableResult
  package mutating func forget(customer index: Int32) -> (orders: Int, events: Int) {
    forgetIdentities(of: index)
    let orders = self.orders.forget(customer: index, items: &items)
    let events = self.events.forget(customer: index, items: &items)
    for channel in orders.channels + events.channels where channelReferences.remove(channel) {
      channels.remove(channel)
    }
    customers.forget(index)
    return (orders.count, events.count)
  }

  /// Takes coupon codes of a forgotten customer out of an order that is not theirs.
  package mutating func forget(codes: Set<String>, inOrder order: Int32) {
    orders.forget(codes: codes, in: order)
  }
}

// MARK: - Snapshot

extension ShopFacts {
  /// Writes everything but the settings, which follow from what the shop said of itself.
  package func write(to sink: some ColumnSink) throws {
    try items.write(to: sink)
    try customers.write(to: sink)
    try identities.write(to: sink)
    try orders.write(to: sink)
    try events.write(to: sink)
    try channels.write("channels", to: sink)
    try channelReferences.write("channels.references", to: sink)
  }

  package init(from source: some ColumnSource) throws(SnapshotProblem) {
    items = try ItemTable(from: source)
    customers = try CustomerTable(from: source)
    identities = try IdentityBook(from: source)
    orders = try OrderTable(from: source)
    events = try EventTable(from: source)
    channels = try NameTable("channels", from: source)
    channelReferences = try ReferenceCounts(
      "channels.references", count: channels.count, from: source)
  }
}
