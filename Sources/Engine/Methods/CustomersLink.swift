import Shop
import Wire

// Linking is a change of the customer's record, as `customers.put` would have made it, and needs no
// fact of its own; what it moves is in `IdentityBook`.

/// `customers.link`: that an identity of a channel is this customer.
enum CustomersLink: Method {
  static let name = "customers.link"
  static let summary =
    "Says that a channel's identity is this customer, and so are orders and events that came by "
    + "that channel under it, before and after; it may be nobody else's."
  static let writes = true
  static let isKeyed = true
  static let parameters = IdentityChange.parameters
  static let result = IdentityChange.result

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    let change = try IdentityChange(call)
    let own = engine.facts.customers.index(of: change.customer)
    let owner = engine.facts.owner(of: change.identity)
    if let owner, owner != own {
      // Whose it is, is that customer's own matter.
      throw RPCError(
        code: RPCError.Code.conflict, reason: "conflict",
        message: "the identity is linked to another customer; unlink it there first",
        path: "identity")
    }
    var identities = own.flatMap { engine.facts.customers[$0].identities } ?? []
    if owner == nil {
      guard identities.count < FieldLimits.elementCount else {
        throw ParameterError(
          path: "identity", reason: "out_of_range",
          message: "a customer has at most \(FieldLimits.elementCount) identities")
      }
      identities.append(change.identity)
      engine.put(identities, of: change.customer, now: call.now)
    }
    change.write(identities, isChange: owner == nil, &reply)
  }
}

/// `customers.unlink`: that it is not.
enum CustomersUnlink: Method {
  static let name = "customers.unlink"
  static let summary =
    "Takes an identity from a customer, with what came by it, as if it had never been theirs."
  static let writes = true
  static let isKeyed = true
  static let parameters = IdentityChange.parameters
  static let result = IdentityChange.result

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    let change = try IdentityChange(call)
    let own = engine.facts.customers.index(of: change.customer)
    let identities = own.flatMap { engine.facts.customers[$0].identities } ?? []
    let left = identities.filter { $0 != change.identity }
    if left.count < identities.count {
      engine.put(left, of: change.customer, now: call.now)
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
