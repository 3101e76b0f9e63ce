/// An event as it was sent, before it is a fact.
package struct EventDraft: Equatable, Sendable {
  package var id: String?
  /// `view`, `cart`, `open`, `dislike`, … and any other name.
  package var type: String
  package var customer: String
  package var item: String?
  package var time: Instant
  package var channel: String?
  package var value: Double?

  package init(
    id: String? = nil, type: String, customer: String, item: String? = nil, time: Instant,
    channel: String? = nil, value: Double? = nil
  ) {
    self.id = id
    self.type = type
    self.customer = customer
    self.item = item
    self.time = time
    self.channel = channel
    self.value = value
  }
}

/// All events as columns; a customer's events hang in a list from the newest to the oldest, as
/// orders do.
package struct EventTable: Sendable {
  package private(set) var names = NameTable()
  package private(set) var types = NameTable()
  /// Index of the event's id in `names`, below zero for an event without one.
  package private(set) var name = Column<Int32>()
  package private(set) var type = Column<Int32>()
  package private(set) var customer = Column<Int32>()
  /// Below zero where the event is about no item.
  package private(set) var item = Column<Int32>()
  package private(set) var time = Column<Instant>()
  package private(set) var channel = Column<Int32>()
  /// Not a number where none was said.
  private var values = Column<Double>()
  package private(set) var olderEvent = Column<Int32>()
  package private(set) var newestEvent = Column<Int32>()
  /// The event that bears each name.
  private var bearer = Column<Int32>()
  package private(set) var revision: UInt64 = 0
  /// How many events are of each type.
  private var typeReferences = ReferenceCounts()
  private var forgottenCount = 0

  package init() {}

  /// How many events there have been; their indices are `0 ..< count`.
  @inlinable package var count: Int { type.count }
  /// How many events there are, without those of forgotten customers.
  package var liveCount: Int { count - forgottenCount }

  /// The number that came with an event, if one did.
  package func value(of event: Int32) -> Double? {
    let value = values[Int(event)]
    return value.isNaN ? nil : value
  }

  /// The event of that id, or nil.
  package func index(of id: String) -> Int32? { names.index(of: id).map { bearer[Int($0)] } }

  @inlinable package func newest(of customer: Int32) -> Int32 {
    Int(customer) < newestEvent.count ? newestEvent[Int(customer)] : -1
  }

  /// Hands a customer's events to `body` from the newest to the oldest until it says false.
  @inlinable package func forEachEvent(of customer: Int32, _ body: (Int32) -> Bool) {
    var event = newest(of: customer)
    while event >= 0, body(event) { event = olderEvent[Int(event)] }
  }

  /// Adds a draft whose id, if any, is not there yet; the tables are those that name the indices.
  @discardableResult
  package mutating func add(
    _ draft: EventDraft, customer customerIndex: Int32, item itemIndex: Int32,
    channel channelIndex: Int32, items: NameTable, channels: NameTable
  ) -> Int32 {
    precondition(count < Int(Int32.max), "the table of events is full")
    let event = Int32(count)
    if let id = draft.id {
      let nameIndex = names.intern(id)
      precondition(Int(nameIndex) == bearer.count, "an event is added once")
      name.append(nameIndex)
      bearer.append(event)
    } else {
      name.append(-1)
    }
    let typeIndex = types.intern(draft.type)
    typeReferences.add(typeIndex)
    type.append(typeIndex)
    customer.append(customerIndex)
    item.append(itemIndex)
    time.append(draft.time)
    channel.append(channelIndex)
    values.append(draft.value ?? .nan)
    olderEvent.append(-1)
    link(event, to: customerIndex, items, channels)
    revision &+= 1
    return event
  }

  private mutating func link(
    _ event: Int32, to customer: Int32, _ items: NameTable, _ channels: NameTable
  ) {
    newestEvent.extend(to: Int(customer) + 1, with: -1)
    var newer: Int32 = -1
    var older = newestEvent[Int(customer)]
    while older >= 0, isBefore(event, older, items, channels) {
      newer = older
      older = olderEvent[Int(older)]
    }
    olderEvent[Int(event)] = older
    if newer < 0 { newestEvent[Int(customer)] = event } else { olderEvent[Int(newer)] = event }
  }

  /// By time, then by every other field, so that the list does not depend on which event arrived
  /// first. By names, since which number a name got depends on that too.
  private func isBefore(
    _ left: Int32, _ right: Int32, _ items: NameTable, _ channels: NameTable
  ) -> Bool {
    let (a, b) = (Int(left), Int(right))
    if time[a] != time[b] { return time[a] < time[b] }
    if name[a] != name[b] { return Self.precedes(name[a], name[b], names) }
    if type[a] != type[b] { return Self.precedes(type[a], type[b], types) }
    if item[a] != item[b] { return Self.precedes(item[a], item[b], items) }
    if channel[a] != channel[b] { return Self.precedes(channel[a], channel[b], channels) }
    return (value(of: left) ?? -.infinity) < (value(of: right) ?? -.infinity)
  }

  /// What is absent comes first.
  private static func precedes(_ left: Int32, _ right: Int32, _ names: NameTable) -> Bool {
    left < 0 || right < 0 ? left < right : names.precedes(left, right)
  }
}

// MARK: - Moving

extension EventTable {
  /// Gives events of one customer, from the newest to the oldest, to another. O(events of both).
  mutating func move(
    _ moved: [Int32], from source: Int32, to target: Int32, items: NameTable, channels: NameTable
  ) {
    if moved.isEmpty { return }
    let taken = Set(moved)
    let left = events(of: source).filter { !taken.contains($0) }
    var (mine, theirs) = (events(of: target)[...], moved[...])
    var merged: [Int32] = []
    while let first = mine.first, let second = theirs.first {
      let isMine = isBefore(second, first, items, channels)
      merged.append(isMine ? first : second)
      if isMine { mine.removeFirst() } else { theirs.removeFirst() }
    }
    for event in moved { customer[Int(event)] = target }
    chain(left, of: source)
    chain(merged + mine + theirs, of: target)
    revision &+= 1
  }

  private func events(of customer: Int32) -> [Int32] {
    var events: [Int32] = []
    forEachEvent(of: customer) { event in
      events.append(event)
      return true
    }
    return events
  }

  private mutating func chain(_ list: [Int32], of customer: Int32) {
    newestEvent.extend(to: Int(customer) + 1, with: -1)
    newestEvent[Int(customer)] = list.first ?? -1
    for (event, older) in zip(list, list.dropFirst()) { olderEvent[Int(event)] = older }
    if let last = list.last { olderEvent[Int(last)] = -1 }
  }
}

// MARK: - Forgetting

extension EventTable {
  /// The ids of a customer's events, as far as they have one.
  package func ids(of customer: Int32) -> [String] {
    var ids: [String] = []
    forEachEvent(of: customer) { event in
      if name[Int(event)] >= 0 { ids.append(names[name[Int(event)]]) }
      return true
    }
    return ids
  }

  /// Overwrites all events of a customer; answers how many, and the indices of their channels.
  /// O(those events).
  mutating func forget(
    customer index: Int32, items: inout ItemTable
  ) -> (count: Int, channels: [Int32]) {
    var forgotten = 0
    var channels: [Int32] = []
    var event = newest(of: index)
    while event >= 0 {
      let place = Int(event)
      let older = olderEvent[place]
      if name[place] >= 0 { names.remove(name[place]) }
      if typeReferences.remove(type[place]) { types.remove(type[place]) }
      if item[place] >= 0 { items.release(item[place]) }
      if channel[place] >= 0 { channels.append(channel[place]) }
      name[place] = -1
      type[place] = -1
      customer[place] = -1
      item[place] = -1
      time[place] = .earliest
      channel[place] = -1
      values[place] = .nan
      olderEvent[place] = -1
      forgotten += 1
      event = older
    }
    if forgotten == 0 { return (0, []) }
    newestEvent[Int(index)] = -1
    forgottenCount += forgotten
    revision &+= 1
    return (forgotten, channels)
  }
}

// MARK: - Snapshot

extension EventTable {
  package func write(to sink: some ColumnSink) throws {
    try names.write("events.names", to: sink)
    try types.write("events.types", to: sink)
    try sink.put("events.name", name)
    try sink.put("events.type", type)
    try sink.put("events.customer", customer)
    try sink.put("events.item", item)
    try sink.put("events.time", time)
    try sink.put("events.channel", channel)
    try sink.put("events.value", values)
    try sink.put("events.older", olderEvent)
    try sink.put("events.newest", newestEvent)
    try sink.put("events.bearer", bearer)
    try typeReferences.write("events.types.references", to: sink)
    try sink.put("events.revision", Column([revision, UInt64(forgottenCount)]))
  }

  package init(from source: some ColumnSource) throws(SnapshotProblem) {
    names = try NameTable("events.names", from: source)
    types = try NameTable("events.types", from: source)
    name = try source.column("events.name")
    let count = name.count
    type = try source.column("events.type", count: count)
    customer = try source.column("events.customer", count: count)
    item = try source.column("events.item", count: count)
    time = try source.column("events.time", count: count)
    channel = try source.column("events.channel", count: count)
    values = try source.column("events.value", count: count)
    olderEvent = try source.column("events.older", count: count)
    newestEvent = try source.column("events.newest")
    bearer = try source.column("events.bearer", count: names.count)
    typeReferences = try ReferenceCounts(
      "events.types.references", count: types.count, from: source)
    let revisions: Column<UInt64> = try source.column("events.revision", count: 2)
    revision = revisions[0]
    guard revisions[1] <= UInt64(count) else {
      throw SnapshotProblem("events", "more events forgotten than there were")
    }
    forgottenCount = Int(revisions[1])
  }
}
