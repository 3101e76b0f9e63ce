import Engine
import Shop
import Wire

// How a return finds its order
// ----------------------------
// Exports often say that goods came back and not what they were bought on. Rows with negative
// quantities wait until all orders are in, and are then taken in the order of their times: from the
// order of their own id, if there is one, and else from the same customer's orders up to then that
// still have the item, the newest first. One row can take from several orders.
//
// Each part is an `orders.return` with a key of the row's own (return id, the row's place in it,
// part), so that importing the file again returns nothing twice: what the shop has stored under
// those keys counts as done, and only what is missing is looked for.

/// Returns that wait for their orders.
struct ReturnQueue {
  /// More do not wait: then those that do are matched with the orders that are in.
  static let maximumCount = 250_000
  /// Leaves room for the rest of the key in 256 bytes.
  static let maximumIDBytes = 200

  struct Row {
    var id: String
    /// The place of the row among those of its id.
    var place: Int
    /// Below zero for nobody.
    var customer: Int32
    var item: Int32
    var quantity: Int64
    var time: Instant
    /// Of the file.
    var number: Int
  }

  private var rows: [Row] = []
  private var places: [String: Int] = [:]

  var isFull: Bool { rows.count >= ReturnQueue.maximumCount }

  mutating func append(
    id: String, customer: Int32, item: Int32, quantity: Int64, time: Instant, row: Int
  ) {
    let place = places[id, default: 0]
    places[id] = place + 1
    rows.append(
      Row(
        id: id, place: place, customer: customer, item: item, quantity: quantity, time: time,
        number: row))
  }

  /// Takes out all rows, by time and then by their place in the file.
  mutating func removeAll() -> [Row] {
    defer { rows = [] }
    return rows.sorted { ($0.time, $0.number) < ($1.time, $1.number) }
  }
}

/// Sends the returns of rows, one after the other.
struct ReturnMatcher {
  let sender: RequestSender
  let catalogue: Catalogue

  /// Takes back what the row says, as far as orders have it left.
  func take(_ row: ReturnQueue.Row, _ tally: inout ImportTally) throws {
    var missing = row.quantity
    var part = 0
    // What was returned when this row was imported before.
    while missing > 0, let stored = storedReply(key(row, part)) {
      missing -= ReturnMatcher.quantity(inReply: stored.reply)
      part += 1
      tally.returns.unchanged += 1
    }
    while missing > 0, let found = find(row) {
      let quantity = min(missing, found.quantity)
      let isTaken = try send(row, part, order: found.order, quantity: quantity, &tally)
      if !isTaken { break }
      missing -= quantity
      part += 1
    }
    if part == 0 {
      tally.skip(.returnWithoutOrder, row: row.number)
      return
    }
    tally.returnRows += 1
    tally.unitsWithoutOrder = Money.sum(tally.unitsWithoutOrder, max(0, missing))
  }

  private func key(_ row: ReturnQueue.Row, _ part: Int) -> String {
    ReplyBook.importPrefix + "\(row.id)/\(row.place)/\(part)"
  }

  private func storedReply(_ key: String) -> ReplyBook.Entry? {
    sender.host.service.engine.replies.entry(for: key, at: .latest)
  }

  private func send(
    _ row: ReturnQueue.Row, _ part: Int, order: String, quantity: Int64,
    _ tally: inout ImportTally
  ) throws -> Bool {
    let reason: String? = try sender.send(
      "orders.return",
      { writer in
        writer.key("order")
        writer.string(order)
        writer.key("lines")
        writer.beginArray()
        writer.beginObject()
        writer.key("item")
        writer.string(catalogue.items[row.item])
        writer.key("quantity")
        writer.integer(Int(quantity))
        writer.endObject()
        writer.endArray()
        writer.key("time")
        writer.string(row.time.rfc3339())
        writer.key("key")
        writer.string(key(row, part))
      }
    ) { reply in
      if reply["result"] != nil { return nil }
      return reply["error"]?["data"]?["reason"]?.stringValue ?? "unknown"
    }
    guard let reason else {
      tally.returns.accepted += 1
      return true
    }
    tally.returns.reject(reason)
    return false
  }

  /// The order to take from, and how much of the item it has left.
  private func find(_ row: ReturnQueue.Row) -> (order: String, quantity: Int64)? {
    // Held within this function only: facts that are held elsewhere are copied when they change.
    let facts = sender.host.service.engine.facts
    guard let item = catalogue.items.withBytes(of: row.item, { facts.items.names.index(of: $0) })
    else { return nil }
    if let own = facts.orders.index(of: row.id) {
      let left = ReturnMatcher.left(of: item, in: own, facts.orders)
      if left > 0 { return (row.id, left) }
    }
    guard row.customer >= 0,
      let customer = catalogue.customers.withBytes(
        of: row.customer, { facts.customers.names.index(of: $0) })
    else { return nil }
    var found: (order: String, quantity: Int64)?
    facts.orders.forEachOrder(of: customer) { order in
      if facts.orders.time[Int(order)] > row.time { return true }
      let left = ReturnMatcher.left(of: item, in: order, facts.orders)
      if left > 0 { found = (facts.orders.names[order], left) }
      return left == 0
    }
    return found
  }

  private static func left(of item: Int32, in order: Int32, _ orders: OrderTable) -> Int64 {
    if orders.isCancelled[Int(order)] { return 0 }
    var left: Int64 = 0
    for line in orders.lines(of: order) where orders.lineItem[line] == item {
      left += orders.remainingQuantity(line: line)
    }
    return left
  }

  /// The units that a stored reply of `orders.return` speaks of.
  private static func quantity(inReply reply: [UInt8]) -> Int64 {
    let scanner = JSONScanner(limits: Limits())
    return reply.withUnsafeBufferPointer { bytes in
      guard let root = try? scanner.scan(bytes), let returned = root["returned"] else { return 0 }
      return returned.elements.reduce(0) { $0 + ($1["quantity"]?.integerValue ?? 0) }
    }
  }
}
