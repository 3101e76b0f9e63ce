// How customers are kept
// ----------------------
// Most customers of a large shop are named by orders alone, and of those that are declared most are
// not asked about between two starts. So `place` says per customer where the details are: nowhere,
// in `records` (declared or changed since the start), or packed in the snapshot's bytes, from which
// they are read each time that they are asked for (some 200 ns). A start reads none of them.

/// All customers that the shop has named or sold to, by dense index.
package struct CustomerTable: Sendable {
  package private(set) var names = NameTable()
  /// False for a customer whom only an order or event has named so far.
  package private(set) var isDeclared = FlagColumn()
  /// Grows with each change of any customer.
  package private(set) var revision: UInt64 = 0

  /// Below zero: nothing is said. Below `records.count`: an index into it. Beyond `packedBase`: an
  /// index into the packed ones.
  private var place = Column<Int32>()
  private var records: [Customer] = []
  /// The packed details one behind the other, and where each ends.
  private var packed = Column<UInt8>()
  private var packedEnds = Column<Int64>()

  private static let nowhere: Int32 = -1
  /// The place of a customer who was forgotten.
  private static let gone: Int32 = -2
  private static let packedBase: Int32 = 1 << 30

  package init() {}

  @inlinable package var count: Int { names.count }

  /// How many customers there are, without the forgotten ones.
  package var liveCount: Int { names.liveCount }

  package func isGone(_ index: Int32) -> Bool { place[Int(index)] == Self.gone }

  package subscript(index: Int32) -> Customer {
    let place = place[Int(index)]
    if place < 0 { return Customer() }
    return place < Self.packedBase ? records[Int(place)] : unpack(Int(place - Self.packedBase))
  }

  package func index(of id: String) -> Int32? { names.index(of: id) }

  /// The customer of that id, who comes into being if not there.
  @discardableResult
  package mutating func intern(_ id: String) -> Int32 {
    let index = names.intern(id)
    if Int(index) == place.count {
      place.append(Self.nowhere)
      isDeclared.append(false)
      revision &+= 1
    }
    return index
  }

  /// Overwrites all that is said of a customer, and the id. Who comes again under the same id is
  /// another customer.
  mutating func forget(_ index: Int32) {
    let before = place[Int(index)]
    if before >= Self.packedBase {
      for place in bytes(ofPacked: Int(before - Self.packedBase)) { packed[place] = 0 }
    } else if before >= 0 {
      records[Int(before)] = Customer()
    }
    place[Int(index)] = Self.gone
    isDeclared[Int(index)] = false
    names.remove(index)
    revision &+= 1
  }

  /// Whether applying the patch would change anything, without doing so.
  package func changes(_ patch: CustomerPatch) -> Bool {
    guard let index = names.index(of: patch.id), isDeclared[Int(index)] else { return true }
    var customer = self[index]
    return patch.apply(to: &customer)
  }

  /// Applies a patch that was checked; answers the customer's index.
  @discardableResult
  package mutating func apply(_ patch: CustomerPatch) -> Int32 {
    let index = intern(patch.id)
    if place[Int(index)] < 0 || place[Int(index)] >= Self.packedBase {
      let customer = self[index]
      precondition(records.count < Int(Self.packedBase), "the table of customers is full")
      place[Int(index)] = Int32(records.count)
      records.append(customer)
    }
    _ = patch.apply(to: &records[Int(place[Int(index)])])
    isDeclared[Int(index)] = true
    revision &+= 1
    return index
  }
}

// MARK: - Snapshot

extension CustomerTable {
  private func bytes(ofPacked index: Int) -> Range<Int> {
    let start = index == 0 ? 0 : Int(packedEnds[index - 1])
    return start..<Int(packedEnds[index])
  }

  /// What was written and carries a checksum reads back; that it does not is a defect.
  private func unpack(_ index: Int) -> Customer {
    var unpacker = RecordUnpacker(name: "customers.packed", packed, bytes(ofPacked: index))
    guard let customer = try? unpacker.customer() else {
      preconditionFailure("the details of a snapshot read back")
    }
    return customer
  }

  package func write(to sink: some ColumnSink) throws {
    try names.write("customers.names", to: sink)
    try sink.put("customers.declared", isDeclared.bytes)
    var places = Column<Int32>()
    var ends = Column<Int64>()
    var details = Column<UInt8>()
    places.reserveCapacity(place.count)
    for place in place {
      if place < 0 {
        places.append(place)
        continue
      }
      places.append(Self.packedBase + Int32(ends.count))
      if place < Self.packedBase {
        var packer = RecordPacker()
        packer.customer(records[Int(place)])
        details.append(contentsOf: packer.bytes)
      } else {
        details.append(contentsOf: packed[bytes(ofPacked: Int(place - Self.packedBase))])
      }
      ends.append(Int64(details.count))
    }
    try sink.put("customers.place", places)
    try sink.put("customers.packed", details)
    try sink.put("customers.packed_ends", ends)
    try sink.put("customers.revision", Column([revision]))
  }

  package init(from source: some ColumnSource) throws(SnapshotProblem) {
    names = try NameTable("customers.names", from: source)
    isDeclared = FlagColumn(bytes: try source.column("customers.declared", count: names.count))
    place = try source.column("customers.place", count: names.count)
    packed = try source.column("customers.packed")
    packedEnds = try source.column("customers.packed_ends")
    let revisions: Column<UInt64> = try source.column("customers.revision", count: 1)
    revision = revisions[0]
    guard Int(packedEnds.last ?? 0) == packed.count else {
      throw SnapshotProblem("customers.packed", "details without their ends")
    }
  }
}

extension RecordPacker {
  mutating func customer(_ customer: Customer) {
    for text in [customer.name, customer.gender, customer.region, customer.occupation] {
      optional(text) { $0.text($1) }
    }
    optional(customer.joined) { $0.instant($1) }
    optional(customer.birthday) { $0.integer(Int64($1.number)) }
    optional(customer.attributes) { $0.value($1) }
    optional(customer.consent) { $0.value($1) }
    optional(customer.identities) {
      $0.list($1) {
        $0.text($1.channel)
        $0.text($1.id)
      }
    }
    optional(customer.acquisition) {
      $0.text($1.channel)
      $0.optional($1.cost) { $0.integer($1) }
    }
  }
}

extension RecordUnpacker {
  mutating func customer() throws(SnapshotProblem) -> Customer {
    var customer = Customer()
    customer.name = try optionalText()
    customer.gender = try optionalText()
    customer.region = try optionalText()
    customer.occupation = try optionalText()
    customer.joined = try optional { unpacker throws(SnapshotProblem) in try unpacker.instant() }
    customer.birthday = try optional { unpacker throws(SnapshotProblem) in
      Day(number: try unpacker.index())
    }
    customer.attributes = try optionalValue()
    customer.consent = try optionalValue()
    customer.identities = try optional { unpacker throws(SnapshotProblem) in
      try unpacker.list { unpacker throws(SnapshotProblem) in
        Customer.Identity(channel: try unpacker.text(), id: try unpacker.text())
      }
    }
    customer.acquisition = try optional { unpacker throws(SnapshotProblem) in
      Customer.Acquisition(channel: try unpacker.text(), cost: try unpacker.optionalInteger())
    }
    return customer
  }
}
