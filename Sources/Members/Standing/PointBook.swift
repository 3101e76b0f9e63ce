import Shop

/// What became of somebody's points by the shop's own doing.
package struct PointMovement: Equatable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    case granted
    case spent
    /// Spent points of an order that are given back.
    case returned
  }

  package var kind: Kind
  package var customer: String
  package var time: Instant
  /// Above zero.
  package var points: Int64
  /// From when granted points are gone; nil: never.
  package var expires: Instant?
  /// The order that points were spent on.
  package var order: String?
  /// Why, in the shop's words.
  package var note: String?

  package init(kind: Kind, customer: String, time: Instant, points: Int64) {
    self.kind = kind
    self.customer = customer
    self.time = time
    self.points = points
  }
}

/// All movements of points that orders do not tell, by customer.
package struct PointBook: Sendable {
  /// A grant or a use, as it stands.
  struct Entry: Equatable, Sendable {
    var time: Instant
    var points: Int64
    var isGrant: Bool
    var expires: Instant?
    var order: String?
    var note: String?
  }

  private var entries: [Int32: [Entry]] = [:]
  package private(set) var count = 0
  /// What coupons multiply the points of an order by, in hundredths, by the order's id; follows
  /// from the ledger of coupons and is not part of a snapshot.
  private var factors: [String: Int64] = [:]

  package init() {}

  /// What a coupon that was used for an order multiplies its points by, in hundredths; 100 where
  /// none was. O(1).
  func factor(ofOrder id: @autoclosure () -> String) -> Int64 {
    factors.isEmpty ? 100 : factors[id()] ?? 100
  }

  /// Says what coupons multiply an order's points by, in hundredths; nil: nothing. The order need
  /// not be known yet.
  package mutating func setFactor(_ factor: Int64?, ofOrder id: String) { factors[id] = factor }

  package var isEmpty: Bool { entries.isEmpty }

  /// In the order in which they were booked.
  func entries(of customer: Int32) -> [Entry] { entries[customer] ?? [] }

  package func hasEntries(of customer: Int32) -> Bool { entries[customer] != nil }

  /// Books a movement that was checked. O(entries of the customer) for a return, else O(1).
  package mutating func apply(_ movement: PointMovement, customer: Int32) {
    switch movement.kind {
    case .granted, .spent:
      count += 1
      entries[customer, default: []].append(
        Entry(
          time: movement.time, points: movement.points, isGrant: movement.kind == .granted,
          expires: movement.expires, order: movement.order, note: movement.note))
    case .returned:
      var left = movement.points
      guard var own = entries[customer] else { return }
      // What was spent last comes back first.
      for index in own.indices.reversed()
      where !own[index].isGrant && own[index].order == movement.order {
        let part = min(left, own[index].points)
        own[index].points -= part
        left -= part
      }
      entries[customer] = own
    }
  }

  /// Points that a customer spent on an order and were not given back.
  package func spent(by customer: Int32, on order: String) -> Int64 {
    entries(of: customer).reduce(0) { !$1.isGrant && $1.order == order ? $0 + $1.points : $0 }
  }

  /// Orders that a customer spent points on.
  package func orders(of customer: Int32) -> [String] {
    entries(of: customer).compactMap(\.order)
  }

  package mutating func forget(customer: Int32) {
    count -= entries.removeValue(forKey: customer)?.count ?? 0
  }

  // MARK: Snapshot

  package func write(to sink: some ColumnSink) throws {
    try sink.put(record: "points") { packer in
      packer.list(entries.sorted { $0.key < $1.key }) { packer, own in
        packer.integer(Int64(own.key))
        packer.list(own.value) { packer, entry in
          packer.instant(entry.time)
          packer.integer(entry.points)
          packer.flag(entry.isGrant)
          packer.optional(entry.expires) { $0.instant($1) }
          packer.optional(entry.order) { $0.text($1) }
          packer.optional(entry.note) { $0.text($1) }
        }
      }
    }
  }

  package init(from source: some ColumnSource) throws(SnapshotProblem) {
    let read = try source.record("points") { unpacker throws(SnapshotProblem) in
      try unpacker.list { unpacker throws(SnapshotProblem) in
        (
          customer: try unpacker.index(),
          entries: try unpacker.list { unpacker throws(SnapshotProblem) in
            Entry(
              time: try unpacker.instant(), points: try unpacker.integer(),
              isGrant: try unpacker.flag(),
              expires: try unpacker.optional { unpacker throws(SnapshotProblem) in
                try unpacker.instant()
              }, order: try unpacker.optionalText(), note: try unpacker.optionalText())
          }
        )
      }
    }
    for own in read {
      entries[own.customer] = own.entries
      count += own.entries.count
    }
  }
}

// MARK: - In the log

extension PointMovement {
  package var value: Value {
    var members: [Value.Member] = [
      .init(name: "kind", value: .string(kind.rawValue)),
      .init(name: "customer", value: .string(customer)),
      .init(name: "time", value: .string(time.rfc3339())),
      .init(name: "points", value: .integer(points)),
    ]
    if let expires {
      members.append(.init(name: "expires", value: .string(expires.rfc3339())))
    }
    if let order { members.append(.init(name: "order", value: .string(order))) }
    if let note { members.append(.init(name: "note", value: .string(note))) }
    return .object(members)
  }

  package init(_ value: Value) throws(RecordProblem) {
    func text(_ name: String) throws(RecordProblem) -> String? {
      guard let stated = value[name] else { return nil }
      guard case .string(let text) = stated else {
        throw RecordProblem(path: name, reason: "wrong_type", message: "\(name) is text")
      }
      return text
    }
    func moment(_ name: String) throws(RecordProblem) -> Instant? {
      guard let text = try text(name) else { return nil }
      guard let moment = Instant(rfc3339: text) else {
        throw RecordProblem(path: name, reason: "wrong_type", message: "\(name) is a moment")
      }
      return moment
    }
    guard let kind = try text("kind").flatMap(Kind.init), let customer = try text("customer"),
      let time = try moment("time"), case .integer(let points)? = value["points"],
      (1...PointRules.maximumPoints).contains(points)
    else {
      throw RecordProblem(
        path: "kind", reason: "not_one_of", message: "no movement of points of this version")
    }
    self.init(kind: kind, customer: customer, time: time, points: points)
    expires = try moment("expires")
    order = try text("order")
    note = try text("note")
  }
}
