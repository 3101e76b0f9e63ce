import Members
import Shop
import Wire

// What a write changed of its customers
// -------------------------------------
// Where a write is asked for `transitions`, tier, lifecycle stage and level of the customers whom
// it names are read before the first fact and after the last, both at the moment of the call and
// with all that is known. Others can move too, since an order moves the shop's quintiles:
// `customers.changes` lists everybody.

/// Tier, stage and level of some customers at one moment.
struct Standings {
  /// By customer, in the order of `MemberTransition.Field.allCases`.
  var standings: [String: [String?]] = [:]
}

extension Engine {
  /// Where these customers stand; who is not known stands nowhere. O(customers).
  mutating func standings(of ids: some Sequence<String>, call: Call) -> Standings {
    let view = members.view(from: call.viewpoint(at: nil), facts: facts)
    var found = Standings()
    for id in ids {
      found.standings[id] =
        facts.customers.index(of: id).map { view.profile(of: $0).positions }
        ?? MemberTransition.Field.allCases.map { _ in nil }
    }
    return found
  }

  /// Whom the records of a put are about, each once: the owner where a record names an identity
  /// of the channel that it came by. O(records), the first time O(customers).
  ///
  /// - Parameter field: what names the customer; `id` names nobody else's identity.
  mutating func subjects(_ list: JSONArray, _ field: StaticString) -> Set<String> {
    var subjects: Set<String> = []
    let isOwn = "\(field)" == "id"
    for record in list {
      guard let id = record.subject(field) else { continue }
      var owner: Int32?
      if !isOwn, let channel = record.subject("channel") {
        owner = facts.owner(of: Customer.Identity(channel: channel, id: id))
      }
      subjects.insert(owner.map { facts.customers.names[$0] } ?? id)
    }
    return subjects
  }

  /// Where the customer of an order stands; nobody for an order of nobody.
  mutating func standings(ofOrder id: String, call: Call) -> Standings {
    guard let order = facts.orders.index(of: id) else { return Standings() }
    let customer = facts.orders.customer[Int(order)]
    return standings(of: customer < 0 ? [] : [facts.customers.names[customer]], call: call)
  }

  /// Writes `transitions` since then, by the customers' ids, then by field.
  mutating func writeTransitions(since before: Standings, call: Call, _ reply: inout JSONWriter) {
    let after = standings(of: before.standings.keys, call: call)
    reply.key("transitions")
    reply.beginArray()
    let ids = before.standings.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for id in ids {
      let (old, new) = (before.standings[id] ?? [], after.standings[id] ?? [])
      for (index, field) in MemberTransition.Field.allCases.enumerated()
      where old[index] != new[index] {
        reply.beginObject()
        reply.key("customer")
        reply.string(id)
        reply.key("field")
        reply.string(field.rawValue)
        for (name, value): (StaticString, String?) in [("from", old[index]), ("to", new[index])] {
          reply.key(name)
          if let value { reply.string(value) } else { reply.null() }
        }
        reply.endObject()
      }
    }
    reply.endArray()
  }
}

extension Field {
  /// The parameter with which a write is asked what it changed.
  static let transitions = Field.optional(
    "transitions", .boolean,
    "true: the reply lists whose tier, lifecycle stage or level the write changed, of those named")

  /// What the reply then carries.
  static let transitionList = Field.optional(
    "transitions",
    .list(
      .object([
        .required("customer", .string),
        .required("field", .choice(MemberTransition.Field.allCases.map(\.rawValue))),
        .required("from", .nullable(.string), "null: not known, or none"),
        .required("to", .nullable(.string)),
      ])), "where asked for; by customer, then tier, lifecycle, level")
}

extension JSON {
  /// The customer whom a record of a put names under that field, as far as it reads.
  func subject(_ field: StaticString) -> String? {
    guard var reader = try? object() else { return nil }
    return try? reader.optionalString(field, maximumBytes: FieldLimits.identifierBytes)
  }
}
