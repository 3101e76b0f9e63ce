import Offers
import Shop
import Wire

/// `policies.pause`: coupons are neither given nor used until `policies.resume`.
enum PoliciesPause: Method {
  static let name = "policies.pause"
  static let summary =
    "Pauses policies: their coupons are neither given nor used; reservations are kept."
  static let writes = true
  static let isKeyed = true
  static let parameters = PolicyStateChange.parameters
  static let result = PolicyStateChange.result

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    try PolicyStateChange.answer(.paused, &engine, call, &reply)
  }
}

/// `policies.resume`: makes paused policies and drafts active.
enum PoliciesResume: Method {
  static let name = "policies.resume"
  static let summary = "Makes paused policies, and drafts, active."
  static let writes = true
  static let isKeyed = true
  static let parameters = PolicyStateChange.parameters
  static let result = PolicyStateChange.result

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    try PolicyStateChange.answer(.active, &engine, call, &reply)
  }
}

/// A new version of policies that differs in `state` alone.
enum PolicyStateChange {
  static let parameters: [Field] = [
    .required("policies", .list(.string)),
    .optional("key", .string, "makes a retry give the stored reply"),
  ]
  static let result = Shape.object([
    .required("changed", .list(.string)),
    .required("unchanged", .list(.string), "were in that state already"),
  ])

  static func answer(
    _ state: Policy.State, _ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter
  ) throws {
    var reader = try call.reader()
    let ids = try reader.required("policies").identifiers(
      maximumCount: CouponsQuote.maximumPolicyCount)
    _ = try reader.optionalIdentifier("key")
    try reader.finish()
    var changes: [LedgerFact] = []
    var changed: [String] = []
    var unchanged: [String] = []
    for (index, id) in ids.enumerated() {
      if changed.contains(id) || unchanged.contains(id) { continue }
      guard let policy = engine.ledger.policies[id] else {
        throw RPCError(
          code: RPCError.Code.notFound, reason: "unknown_policy",
          message: "no policy \(id) is known; policies.put adds one", path: "policies[\(index)]")
      }
      if policy.state == state {
        unchanged.append(id)
        continue
      }
      let next = try Policy(policy.source(in: state), settings: engine.facts.settings)
      guard case .accepted(let fact) = try engine.ledger.preparePolicy(next) else { continue }
      changes.append(fact)
      changed.append(id)
    }
    for fact in changes { engine.commit(.coupon(fact), now: call.now) }
    reply.beginObject()
    reply.key("changed")
    reply.strings(changed)
    reply.key("unchanged")
    reply.strings(unchanged)
    reply.endObject()
  }

  /// The policies as they are logged again, and their ids in the reply.
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    var bytes = 0
    guard let elements = parameters["policies"]?.elements else { return 0 }
    for element in elements {
      guard let id = element.stringValue, let policy = engine.ledger.policies[id] else { continue }
      var writer = JSONWriter()
      writer.value(policy.source)
      writer.withBytes { bytes += $0.count + 512 }
    }
    return bytes
  }
}

extension Policy {
  /// What would be put for the same policy in another state.
  fileprivate func source(in state: State) -> Value {
    guard case .object(let members) = source else { return source }
    let kept = members.filter { $0.name != "state" }
    // Active is what a policy is that says nothing.
    if state == .active { return .object(kept) }
    return .object(kept + [Value.Member(name: "state", value: .string(state.rawValue))])
  }
}
