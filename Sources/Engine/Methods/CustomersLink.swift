import Shop
import Wire

// How a person's identities are kept
// ----------------------------------
// An identity is a name that one channel has for a person: the open id of a mini-program, the card
// of a store. It belongs to at most one customer, and stands in that customer's record as
// `customers.put` would have put it, so that linking is a change of the record and needs no fact of
// its own. Whose an identity is, is found by a map that is made from the records when it is asked
// for and is stale when any of them changed.

/// Whose identity is whose.
struct IdentityMap {
  private var owners: [String: Int32] = [:]
  private var revision: UInt64?

  /// The customer whom the identity belongs to. O(1) while no customer changes, else O(customers).
  mutating func owner(of identity: Customer.Identity, _ customers: CustomerTable) -> Int32? {
    if revision != customers.revision {
      owners.removeAll()
      for customer in 0..<Int32(customers.count) where !customers.isGone(customer) {
        for identity in customers[customer].identities ?? [] {
          let name = IdentityMap.name(identity)
          // `customers.put` takes what it is given: of several the first to come stands.
          if owners[name] == nil { owners[name] = customer }
        }
      }
      revision = customers.revision
    }
    return owners[IdentityMap.name(identity)]
  }

  /// Takes note of the one change that led from that revision to the present one.
  mutating func note(
    _ identity: Customer.Identity, _ owner: Int32?, since former: UInt64,
    _ customers: CustomerTable
  ) {
    guard revision == former else { return }
    owners[IdentityMap.name(identity)] = owner
    revision = customers.revision
  }

  /// The channel's length keeps two different pairs from having one name.
  private static func name(_ identity: Customer.Identity) -> String {
    "\(identity.channel.utf8.count):\(identity.channel)\(identity.id)"
  }
}

/// `customers.link`: that an identity of a channel is this customer.
enum CustomersLink: Method {
  static let name = "customers.link"
  static let summary = "Says that a channel's identity is this customer; it may be nobody else's."
  static let writes = true
  static let isKeyed = true
  static let parameters = IdentityChange.parameters
  static let result = IdentityChange.result

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    let change = try IdentityChange(call)
    let customers = engine.facts.customers
    let own = customers.index(of: change.customer)
    let former = customers.revision
    let owner = engine.identities.owner(of: change.identity, customers)
    if let owner, owner != own {
      // Whose it is, is that customer's own matter.
      throw RPCError(
        code: RPCError.Code.conflict, reason: "conflict",
        message: "the identity is linked to another customer; unlink it there first",
        path: "identity")
    }
    var identities = own.flatMap { customers[$0].identities } ?? []
    if owner == nil {
      guard identities.count < FieldLimits.elementCount else {
        throw ParameterError(
          path: "identity", reason: "out_of_range",
          message: "a customer has at most \(FieldLimits.elementCount) identities")
      }
      identities.append(change.identity)
      engine.put(identities, of: change.customer, now: call.now)
      let customer = engine.facts.customers.index(of: change.customer)
      engine.identities.note(
        change.identity, customer, since: former, engine.facts.customers)
    }
    change.write(identities, isChange: owner == nil, &reply)
  }
}

/// `customers.unlink`: that it is not.
enum CustomersUnlink: Method {
  static let name = "customers.unlink"
  static let summary = "Takes an identity from a customer, as if it had never been theirs."
  static let writes = true
  static let isKeyed = true
  static let parameters = IdentityChange.parameters
  static let result = IdentityChange.result

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    let change = try IdentityChange(call)
    let own = engine.facts.customers.index(of: change.customer)
    let identities = own.flatMap { engine.facts.customers[$0].identities } ?? []
    let left = identities.filter { $0 != change.identity }
    let former = engine.facts.customers.revision
    if left.count < identities.count {
      engine.put(left, of: change.customer, now: call.now)
      engine.identities.note(change.identity, nil, since: former, engine.facts.customers)
    }
    change.write(left, isChange: left.count < identities.count, &reply)
  }
}

extension CustomersLink {
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    IdentityChange.addedRecordBytes(engine, parameters)
  }
}

extension CustomersUnlink {
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    IdentityChange.addedRecordBytes(engine, parameters)
  }
}

/// What both are asked and how both answer.
private struct IdentityChange {
  static let parameters: [Field] = [
    .required("customer", .string),
    .required(
      "identity", .object([.required("channel", .string), .required("id", .string)])),
    .optional("key", .string),
  ]
  static let result = Shape.object([
    .required("customer", .string),
    .required("identities", .list(.map(.string)), "all of the customer's"),
    .required("changed", .boolean, "false: it was so before"),
  ])

  /// Fact and kept reply hold all identities of the customer, each byte escaped at worst.
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    guard let id = parameters["customer"]?.stringValue,
      let customer = engine.facts.customers.index(of: id)
    else { return 0 }
    return (engine.facts.customers[customer].identities ?? []).reduce(0) { sum, identity in
      sum + 2 * (6 * (identity.channel.utf8.count + identity.id.utf8.count) + 32)
    }
  }

  var customer: String
  var identity: Customer.Identity

  init(_ call: Call) throws {
    var reader = try call.reader()
    customer = try reader.identifier("customer")
    var object = try reader.required("identity").object()
    identity = Customer.Identity(
      channel: try object.identifier("channel"), id: try object.identifier("id"))
    try object.finish()
    _ = try reader.optionalIdentifier("key")
    try reader.finish()
  }

  func write(_ identities: [Customer.Identity], isChange: Bool, _ reply: inout JSONWriter) {
    reply.beginObject()
    reply.key("customer")
    reply.string(customer)
    reply.key("identities")
    reply.beginArray()
    for identity in identities {
      reply.beginObject()
      reply.key("channel")
      reply.string(identity.channel)
      reply.key("id")
      reply.string(identity.id)
      reply.endObject()
    }
    reply.endArray()
    reply.key("changed")
    reply.bool(isChange)
    reply.endObject()
  }
}

extension Engine {
  fileprivate mutating func put(
    _ identities: [Customer.Identity], of customer: String, now: Instant
  ) {
    var patch = CustomerPatch(id: customer)
    patch.identities = identities.isEmpty ? .clear : .set(identities)
    commit(.customer(patch), now: now)
  }
}
