// Who somebody of a channel is
// ----------------------------
// An identity is a name that one channel has for a person: the open id of a mini-program, the card
// of a store. It belongs to at most one customer and stands in that customer's record. Orders and
// events name their customer by the shop's id or, since hosts of a channel know no other, by the
// channel's: what names "138…" and came by channel `store` is that of the customer whose identity
// (store, 138…) is, if it is anybody's, and else that of the customer "138…".
//
// That holds whoever said what first. What came before the link moves when it is made and back when
// it is taken away; `named` keeps, of what moved, the name it bears. A customer of whom nothing is
// left when the last order moves away is gone, since nobody would be there had the link been first.
//
// Whose an identity is, is a map that is made from the records when it is first asked for, unless
// nobody has one, and then kept. `customers.put` refuses an identity that is somebody else's;
// records of older logs that share one give it to the one who was known first.

/// Whose each identity is, and what stands with its owner by it.
struct IdentityBook: Sendable {
  private var owners: [String: Int32] = [:]
  /// False while the map has to be made from the records.
  private var isMade = true
  /// Whether some record has an identity that is somebody else's.
  private var hasRivals = false
  /// How many identities all records have, those of rivals counted twice.
  private(set) var count = 0

  /// What an order names, where that is an identity of its customer.
  fileprivate(set) var orders: [Int32: String] = [:]
  /// The same of events.
  fileprivate(set) var events: [Int32: String] = [:]

  /// The customer whom the identity belongs to. O(1), the first time O(customers).
  mutating func owner(of identity: Customer.Identity, _ customers: CustomerTable) -> Int32? {
    if count == 0 { return nil }
    make(customers)
    return owners[Self.name(identity)]
  }

  /// The same without making the map, which the caller has seen to.
  func knownOwner(of identity: Customer.Identity) -> Int32? { owners[Self.name(identity)] }

  mutating func make(_ customers: CustomerTable) {
    if isMade { return }
    isMade = true
    owners.removeAll()
    (count, hasRivals) = (0, false)
    for customer in 0..<Int32(customers.count) where !customers.isGone(customer) {
      for identity in customers[customer].identities ?? [] { add(identity, customer) }
    }
  }

  /// That a record has an identity now.
  private mutating func add(_ identity: Customer.Identity, _ customer: Int32) {
    count += 1
    let name = Self.name(identity)
    if let owner = owners[name], owner != customer {
      hasRivals = true
      owners[name] = min(owner, customer)
    } else {
      owners[name] = customer
    }
  }

  /// That a record has lost and got some; the map was made before. Whether a rival has what was
  /// lost is rare enough to look for anew.
  mutating func change(
    removed: [Customer.Identity], added: [Customer.Identity], _ customer: Int32
  ) {
    if hasRivals && !removed.isEmpty {
      isMade = false
      count += added.count
      return
    }
    for identity in removed { owners[Self.name(identity)] = nil }
    count -= removed.count
    for identity in added { add(identity, customer) }
  }

  /// That orders got other numbers: those at `sequence[0]`, `sequence[1]`, … became 0, 1, ….
  mutating func renumber(by sequence: [Int32]) {
    if orders.isEmpty { return }
    var renumbered: [Int32: String] = [:]
    for (new, old) in sequence.enumerated() { renumbered[Int32(new)] = orders[old] }
    orders = renumbered
  }

  /// The channel's length keeps two different pairs from having one name.
  private static func name(_ identity: Customer.Identity) -> String {
    "\(identity.channel.utf8.count):\(identity.channel)\(identity.id)"
  }
}

// MARK: - In the shop

/// That what bears an identity goes from one customer to another.
package struct IdentityMove: Sendable {
  package let identity: Customer.Identity
  package let source: Int32
  package let target: Int32
  fileprivate let orders: [Int32]
  fileprivate let events: [Int32]
}

extension ShopFacts {
  /// The customer whom an identity belongs to. O(1), the first time O(customers).
  package mutating func owner(of identity: Customer.Identity) -> Int32? {
    identities.owner(of: identity, customers)
  }

  /// Whom a name means that came by a channel: the owner of the identity, else the customer of
  /// that id, who comes into being.
  mutating func person(named id: String, channel: String?) -> Int32 {
    if let channel, let owner = owner(of: Customer.Identity(channel: channel, id: id)) {
      return owner
    }
    return customers.intern(id)
  }

  /// What an order names as its customer; nil for nobody's.
  package func customerNamed(byOrder order: Int32) -> String? {
    let customer = orders.customer[Int(order)]
    return identities.orders[order] ?? (customer < 0 ? nil : customers.names[customer])
  }

  func customerNamed(byEvent event: Int32) -> String {
    identities.events[event] ?? customers.names[events.customer[Int(event)]]
  }

  /// Takes note of what a record names, if that is not whom it is of.
  mutating func note(order: Int32, named id: String) {
    let customer = orders.customer[Int(order)]
    if customers.names[customer] != id { identities.orders[order] = id }
  }

  mutating func note(event: Int32, named id: String) {
    if customers.names[events.customer[Int(event)]] != id { identities.events[event] = id }
  }

  /// Whether some identity of the patch is somebody else's, as things stand.
  ///
  /// The map of identities must have been made: see `makeIdentities`.
  package func check(_ patch: CustomerPatch) throws(RecordProblem) -> Bool {
    if case .set(let list) = patch.identities {
      let own = customers.index(of: patch.id)
      for (index, identity) in list.enumerated() {
        if let owner = identities.knownOwner(of: identity), owner != own {
          // Whose it is, is that customer's own matter.
          throw RecordProblem(
            path: "identities[\(index)]", reason: "conflict",
            message: "the identity is linked to another customer; unlink it there first")
        }
      }
    }
    return customers.changes(patch)
  }

  /// Sees to it that whose an identity is can be told without changing anything. O(1), the first
  /// time O(customers).
  package mutating func makeIdentities() { identities.make(customers) }

  /// Applies a patch that was checked, but for what moves by it: identities that came or went, in
  /// that order, each of which may have something to move (`move(of:from:)`).
  package mutating func apply(
    _ patch: CustomerPatch
  ) -> [(identity: Customer.Identity, from: Int32?)] {
    if case .keep = patch.identities {
      customers.apply(patch)
      return []
    }
    identities.make(customers)
    let before = customers.index(of: patch.id).flatMap { customers[$0].identities } ?? []
    let customer = customers.apply(patch)
    let after = customers[customer].identities ?? []
    let removed = before.filter { !after.contains($0) }
    let added = after.filter { !before.contains($0) }
    let changes = (removed + added).map { identity in
      (
        identity: identity,
        from: identities.knownOwner(of: identity) ?? customers.index(of: identity.id)
      )
    }
    identities.change(removed: removed, added: added, customer)
    return changes
  }

  /// What has to go from a customer now that somebody else, or nobody, has an identity; nil where
  /// nothing has. The one whom it goes to comes into being. O(orders and events of the customer).
  package mutating func move(
    of identity: Customer.Identity, from source: Int32?
  ) -> IdentityMove? {
    guard let source, let channel = channels.index(of: identity.channel) else { return nil }
    let owner = owner(of: identity)
    if owner == source { return nil }
    let own = customers.names[source] == identity.id
    var moved: (orders: [Int32], events: [Int32]) = ([], [])
    orders.forEachOrder(of: source) { order in
      if orders.channel[Int(order)] == channel,
        own ? identities.orders[order] == nil : identities.orders[order] == identity.id
      {
        moved.orders.append(order)
      }
      return true
    }
    events.forEachEvent(of: source) { event in
      if events.channel[Int(event)] == channel,
        own ? identities.events[event] == nil : identities.events[event] == identity.id
      {
        moved.events.append(event)
      }
      return true
    }
    if moved.orders.isEmpty && moved.events.isEmpty { return nil }
    let target = owner ?? customers.intern(identity.id)
    if target == source { return nil }
    return IdentityMove(
      identity: identity, source: source, target: target, orders: moved.orders,
      events: moved.events)
  }

  /// Moves; true where nothing is left of the one whose it was, who is gone then, unless kept
  /// for something else. O(orders and events of both).
  package mutating func apply(_ move: IdentityMove, keepsSource: Bool = false) -> Bool {
    moveCount &+= 1
    let isNamed = customers.names[move.target] == move.identity.id
    for order in move.orders { identities.orders[order] = isNamed ? nil : move.identity.id }
    for event in move.events { identities.events[event] = isNamed ? nil : move.identity.id }
    orders.move(move.orders, from: move.source, to: move.target)
    events.move(
      move.events, from: move.source, to: move.target, items: items.names, channels: channels)
    let isEmpty =
      !keepsSource && !customers.isDeclared[Int(move.source)] && orders.newest(of: move.source) < 0
      && events.newest(of: move.source) < 0
    if isEmpty { customers.forget(move.source) }
    return isEmpty
  }

  /// Takes a forgotten customer's identities and what they name out, before they go.
  mutating func forgetIdentities(of customer: Int32) {
    if identities.count == 0 { return }
    identities.make(customers)
    orders.forEachOrder(of: customer) { order in
      identities.orders[order] = nil
      return true
    }
    events.forEachEvent(of: customer) { event in
      identities.events[event] = nil
      return true
    }
    identities.change(removed: customers[customer].identities ?? [], added: [], customer)
  }

  /// Channels by which an id is somebody else's identity. O(channels).
  package mutating func channelsElsewhere(of customer: Int32) -> [String] {
    let id = customers.names[customer]
    return (0..<Int32(channels.count)).compactMap { index in
      let channel = channels[index]
      let owner = owner(of: Customer.Identity(channel: channel, id: id))
      return owner == nil || owner == customer ? nil : channel
    }
  }
}

// MARK: - Snapshot

extension IdentityBook {
  func write(to sink: some ColumnSink) throws {
    try sink.put(record: "identities") { packer in
      packer.integer(Int64(count))
      for named in [orders, events] {
        packer.list(named.sorted { $0.key < $1.key }) { packer, entry in
          packer.integer(Int64(entry.key))
          packer.text(entry.value)
        }
      }
    }
  }

  init(from source: some ColumnSource) throws(SnapshotProblem) {
    let read = try source.record("identities") { unpacker throws(SnapshotProblem) in
      (
        count: try unpacker.index(), orders: try Self.named(&unpacker),
        events: try Self.named(&unpacker)
      )
    }
    count = Int(read.count)
    isMade = count == 0
    (orders, events) = (read.orders, read.events)
  }

  private static func named(
    _ unpacker: inout RecordUnpacker
  ) throws(SnapshotProblem) -> [Int32: String] {
    let list = try unpacker.list { unpacker throws(SnapshotProblem) in
      (key: try unpacker.index(), name: try unpacker.text())
    }
    return Dictionary(list.map { ($0.key, $0.name) }) { _, last in last }
  }
}
