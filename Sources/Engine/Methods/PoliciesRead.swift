import Offers
import Shop
import Wire

/// `policies.list`: the policies that there are.
enum PoliciesList: Method {
  static let name = "policies.list"
  static let summary = "Lists policies with their state, version and totals."
  static let parameters: [Field] = [
    .optional("state", .choice(Policy.State.allCases.map(\.rawValue)), "absent: every state"),
    .optional("at", .moment),
  ]
  static let result = Shape.object([
    .required("policies", .list(.object(PolicyReport.fields)), "in the order of their ids")
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let state: Policy.State? = try reader.optionalChoice("state")
    let moment = try reader.optionalMoment("at") ?? call.now
    try reader.finish()
    reply.beginObject()
    reply.key("policies")
    reply.beginArray()
    for id in engine.ledger.policies.ids {
      guard let policy = engine.ledger.policies[id], state ?? policy.state == policy.state else {
        continue
      }
      reply.beginObject()
      PolicyReport.write(policy, engine, at: moment, &reply)
      reply.endObject()
    }
    reply.endArray()
    reply.endObject()
  }
}

/// `policies.get`: one policy as it was put.
enum PoliciesGet: Method {
  static let name = "policies.get"
  static let summary = "Gives one policy as it was put, with its state, versions and totals."
  static let parameters: [Field] = [
    .required("policy", .string),
    .optional("version", .integer, "absent: the version in force"), .optional("at", .moment),
  ]
  static let result = Shape.object(
    PolicyReport.fields + [
      .required("content", .shared("Policy")),
      .required("versions", .list(.integer), "all that there were, ascending"),
    ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let id = try reader.identifier("policy")
    let version = try reader.optionalInteger("version")
    let moment = try reader.optionalMoment("at") ?? call.now
    try reader.finish()
    let book = engine.ledger.policies
    guard let policy = version.map({ book[id, version: Int64($0)] }) ?? book[id] else {
      throw RPCError(
        code: RPCError.Code.notFound, reason: "unknown_policy",
        message: version.map { "no version \($0) of a policy \(id) is known" }
          ?? "no policy \(id) is known; policies.put adds one", path: "policy")
    }
    reply.beginObject()
    PolicyReport.write(policy, engine, at: moment, &reply)
    reply.key("content")
    reply.value(policy.source)
    reply.key("versions")
    reply.beginArray()
    for policy in book.versions(of: id) { reply.integer(Int(policy.version)) }
    reply.endArray()
    reply.endObject()
  }
}

/// What is said of a policy beside its content.
private enum PolicyReport {
  static let fields: [Field] = [
    .required("id", .string), .optional("title", .string),
    .required("state", .choice(Policy.State.allCases.map(\.rawValue))),
    .required("version", .integer), .required("live", .integer), .required("reserved", .integer),
    .required("redeemed", .integer),
    .required("left", .nullable(.integer), "coupons that limits.total still allows"),
    .required("budget_left", .nullable(.integer), "minor units"),
    .required("exposure", .integer, "of all versions, minor units"),
  ]

  static func write(
    _ policy: Policy, _ engine: borrowing Engine, at moment: Instant, _ reply: inout JSONWriter
  ) {
    let standing = engine.ledger.standing(ofPolicy: policy.id, at: moment)
    reply.key("id")
    reply.string(policy.id)
    if let title = policy.title {
      reply.key("title")
      reply.string(title)
    }
    reply.key("state")
    reply.string(policy.state.rawValue)
    let counts: [(StaticString, Int64?)] = [
      ("version", policy.version), ("live", standing.live), ("reserved", standing.reserved),
      ("redeemed", standing.redeemed),
      ("left", policy.limits.total.map { max(0, $0 - standing.counted) }),
      ("budget_left", policy.budget.map { max(0, $0 - standing.exposure) }),
      ("exposure", standing.exposure),
    ]
    for (name, count) in counts {
      reply.key(name)
      if let count { reply.integer(Int(count)) } else { reply.null() }
    }
  }
}
