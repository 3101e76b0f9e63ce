import Shop
import Wire

private let atomic = Field.optional(
  "atomic", .boolean, "true: all records or none; false, the default: each for itself")

/// `items.put`: items, each a merge patch over what is known of it.
enum ItemsPut: Method {
  static let name = "items.put"
  static let summary =
    "Adds or updates items; fields that are not named stay, null takes a field away."
  static let writes = true
  static let parameters: [Field] = [.required("items", .list(.shared("Item"))), atomic]
  static let result = Shape.shared("PutResult")

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    try engine.put(
      "items", call, into: &reply,
      read: { (json, zone) throws(ParameterError) in try ItemPatch(json, zone: zone) },
      check: { (facts, patch) throws(RecordProblem) in facts.items.changes(patch) },
      contradict: { _, _ in false }, identity: { _ in nil }, fact: { .item($0) })
  }
}

/// `customers.put`: customers, each a merge patch over what is known of them.
enum CustomersPut: Method {
  static let name = "customers.put"
  static let summary =
    "Adds or updates customers; fields that are not named stay, null takes a field away."
  static let writes = true
  static let parameters: [Field] = [
    .required("customers", .list(.shared("Customer"))), atomic, .transitions,
  ]
  static let result = Shape.shared("PutResult")

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    engine.facts.makeIdentities()
    try engine.put(
      "customers", call, into: &reply, subject: "id",
      read: { (json, zone) throws(ParameterError) in try CustomerPatch(json, zone: zone) },
      check: { (facts, patch) throws(RecordProblem) in try facts.check(patch) },
      contradict: { _, _ in false }, identity: { _ in nil },
      claims: { patch in
        guard case .set(let identities) = patch.identities else { return nil }
        return (patch.id, identities.map { "\($0.channel.utf8.count):\($0.channel)\($0.id)" })
      }, fact: { .customer($0) })
  }
}

/// `orders.put`: orders, each once.
enum OrdersPut: Method {
  static let name = "orders.put"
  static let summary =
    "Adds orders; the same order again is unchanged, another of the same id is a conflict."
  static let writes = true
  static let parameters: [Field] = [
    .required("orders", .list(.shared("Order"))), atomic, .transitions,
  ]
  static let result = Shape.shared("PutResult")

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    try engine.put(
      "orders", call, into: &reply, subject: "customer",
      read: { (json, zone) throws(ParameterError) in try OrderDraft(json, zone: zone) },
      check: { (facts, draft) throws(RecordProblem) in try facts.check(draft) },
      contradict: { left, right in
        // A stated currency is the shop's own by now, and says no more than none.
        var stated = left
        stated.currency = right.currency
        return stated != right
      }, identity: { $0.id }, fact: { .order($0) })
  }
}

/// `events.put`: what customers did besides buying.
enum EventsPut: Method {
  static let name = "events.put"
  static let summary =
    "Adds events; with an id, the same event again is unchanged and another of the same "
    + "id a conflict."
  static let writes = true
  static let parameters: [Field] = [
    .required("events", .list(.shared("Event"))), atomic, .transitions,
  ]
  static let result = Shape.shared("PutResult")

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    try engine.put(
      "events", call, into: &reply, subject: "customer",
      read: { (json, _) throws(ParameterError) in try EventDraft(json) },
      check: { (facts, draft) throws(RecordProblem) in try facts.check(draft) },
      contradict: { $0 != $1 }, identity: { $0.id }, fact: { .event($0) })
  }
}
